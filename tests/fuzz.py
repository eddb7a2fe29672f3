"""Damaged inputs, made of whole ones by a seed, and what every reader owes each: a result or one line, in little time and memory."""

import contextlib
import itertools
import random
import re
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from tui_gan.contract.errors import TuiGanError, UnreadableError, UsageError
from tui_gan.contract.outer import printable

# Seconds of the processor and bytes of memory that one input may take, whatever reads it.
SECONDS, MEMORY = 2.0, 1 << 30
# The longest line that is still read.
LONGEST = 2000
# Where headers lie: half of all damage is done there.
HEAD = 160
# Numbers and bytes that readers stumble over, in place of those that are there or between them.
NUMBERS = (b"0", b"-1", b"1", b"255", b"65536", b"2147483648", b"4294967295", b"9223372036854775807", b"1e999", b"9" * 400, b"nan", b"0x10")
PIECES = (b"\0", b"\n", b"\r", b"\x1b[2J", b"\xff", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"'", b'"', b",", b"[" * 3000, b"(" * 90)


# Inputs that `make fuzz` gives each reader.
MANY = 100_000


def counts(few: int, many: int = MANY) -> list[Any]:
    """How many inputs a reader is given in the suite, and by `make fuzz`."""
    return [few, pytest.param(many, marks=pytest.mark.fuzz)]


class Tally(NamedTuple):
    """How many inputs a reader took, and how many it refused."""

    taken: int
    refused: int


def check(read: Callable[[bytes], object], wholes: Sequence[bytes], count: int, seed: int = 0, pieces: Sequence[bytes] = PIECES) -> Tally:
    """Give a reader `count` damaged inputs; each must be taken, or refused in one line, within SECONDS and MEMORY."""
    return each(read, itertools.islice(damaged(wholes, seed, pieces), count), seed)


def each(
    read: Callable[[bytes], object],
    inputs: Iterable[bytes],
    seed: int,
    refusals: tuple[type[TuiGanError], ...] = (UsageError, UnreadableError),
) -> Tally:
    """Give a reader every input; each must be taken, or refused in one line, within SECONDS and MEMORY."""
    count = refused = 0
    with _memory_bounded():
        for number, data in enumerate(inputs):
            count += 1
            began = time.process_time()
            try:
                read(data)
            except refusals as error:
                refused += 1
                line = str(error)
                one = bool(line.strip()) and "\n" not in line and len(printable(line)) < LONGEST
                assert one, f"input {number} of seed {seed}: {line!r}"
            except BaseException as error:
                error.add_note(f"input {number} of seed {seed}: {data[:LONGEST]!r}")
                raise
            took = time.process_time() - began
            assert took < SECONDS, f"input {number} of seed {seed} took {took:.1f} s: {data[:LONGEST]!r}"
    return Tally(count - refused, refused)


def through(path: Path, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    """What gives a reader of files bytes, by a new file each time: the disk makes writing over an old one wait."""

    def given(data: bytes) -> object:
        path.unlink(missing_ok=True)
        path.write_bytes(data)
        return read(path)

    return given


def damaged(wholes: Sequence[bytes], seed: int, pieces: Sequence[bytes] = PIECES) -> Iterator[bytes]:
    """Inputs without end, each made of one of `wholes` by one to four changes; the same for the same seed."""
    draw = random.Random(seed)
    while True:
        data = bytearray(draw.choice(wholes))
        for _ in range(draw.choice((1, 1, 2, 4))):
            draw.choice(DAMAGE)(data, draw, wholes, pieces)
        yield bytes(data)


Damage = Callable[[bytearray, random.Random, Sequence[bytes], Sequence[bytes]], None]


def _place(data: bytearray, draw: random.Random) -> int:
    return draw.randrange(min(len(data), HEAD) + 1 if draw.random() < 0.5 else len(data) + 1)


def _flip(data: bytearray, draw: random.Random, wholes: Sequence[bytes], pieces: Sequence[bytes]) -> None:
    if data:
        data[min(_place(data, draw), len(data) - 1)] ^= 1 << draw.randrange(8)


def _overwrite(data: bytearray, draw: random.Random, wholes: Sequence[bytes], pieces: Sequence[bytes]) -> None:
    place = _place(data, draw)
    new = draw.choice((draw.randbytes(draw.randrange(1, 9)), bytes(draw.randrange(1, 40)), draw.choice(pieces)))
    data[place : place + len(new)] = new


def _insert(data: bytearray, draw: random.Random, wholes: Sequence[bytes], pieces: Sequence[bytes]) -> None:
    place = _place(data, draw)
    data[place:place] = draw.choice((draw.randbytes(draw.randrange(1, 9)), draw.choice(pieces)))


def _renumber(data: bytearray, draw: random.Random, wholes: Sequence[bytes], pieces: Sequence[bytes]) -> None:
    if found := list(re.finditer(rb"\d+", data[: 64 * HEAD])):
        start, end = draw.choice(found[:12] if draw.random() < 0.5 else found).span()
        data[start:end] = draw.choice(NUMBERS)


def _cut(data: bytearray, draw: random.Random, wholes: Sequence[bytes], pieces: Sequence[bytes]) -> None:
    del data[_place(data, draw) :]


def _drop(data: bytearray, draw: random.Random, wholes: Sequence[bytes], pieces: Sequence[bytes]) -> None:
    place = _place(data, draw)
    del data[place : place + draw.choice((1, 2, 8, 64))]


def _repeat(data: bytearray, draw: random.Random, wholes: Sequence[bytes], pieces: Sequence[bytes]) -> None:
    place = _place(data, draw)
    data[place:place] = data[place : place + draw.choice((1, 4, 64))] * draw.choice((1, 2, 20))


def _splice(data: bytearray, draw: random.Random, wholes: Sequence[bytes], pieces: Sequence[bytes]) -> None:
    other = draw.choice(wholes)
    place = _place(data, draw)
    data[place:] = other[min(place, len(other)) :] if draw.random() < 0.8 else draw.randbytes(draw.randrange(200))


DAMAGE: tuple[Damage, ...] = (_flip, _flip, _overwrite, _insert, _renumber, _cut, _drop, _repeat, _splice)


@contextlib.contextmanager
def _memory_bounded() -> Iterator[None]:
    """Let the process take MEMORY more than it has, where the system can hold it to that."""
    if sys.platform != "linux":
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
