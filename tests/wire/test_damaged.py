"""What visitors and runs say, damaged by the thousand: it is read, or refused in one line, in little time and memory."""

import contextlib
import itertools
import random
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from tests import fuzz
from tests.wire import saying
from tests.wire.test_changes import differing
from tests.wire.test_framing import ANSWERED, SAID
from tests.wire.visited import PATIENCE, Run, heard, raw, until
from tui_gan.contract.commands import Save
from tui_gan.contract.snapshot import Snapshot
from tui_gan.wire import WireError
from tui_gan.wire.changes import changed, changes
from tui_gan.wire.client import Visit
from tui_gan.wire.framing import FROM_RUN, FROM_VISITOR, GROWTH, LENGTH, LITTLE, Incoming, packed
from tui_gan.wire.messages import VERSION, Frame, Hello, Refused, from_run, from_visitor

# Of those that are read, every so many is held against what it says when it is said again.
EVERY = 50


def pieces(data: bytes) -> Iterator[bytes]:
    """The same data always in the same pieces."""
    cut = random.Random(len(data)).randrange(1, 4 + len(data))
    return (data[at : at + cut] for at in range(0, len(data), cut))


def bounded(read: Callable[[bytes], object], held: int = 0) -> Callable[[bytes], object]:
    """A reader that is held to the memory that a message may take, and to what is held already of what it changes."""

    def given(data: bytes) -> None:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        try:
            read(data)
        finally:
            took = tracemalloc.get_traced_memory()[1] - before
            assert took <= GROWTH * len(data) + held + LITTLE, f"{took:,} bytes of memory for {len(data):,} bytes of a message"

    return given


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.fixture(scope="module")
def frames(snapshots: dict[str, list[Snapshot]]) -> list[tuple[Snapshot | None, bytes]]:
    """Snapshots that a visitor has, and the changes that come next, of each kind of run; none longer than a long text."""
    found: list[tuple[Snapshot | None, bytes]] = []
    for shown in snapshots.values():
        found += [(old, packed(changes(Snapshot, old, new))[LENGTH.size :]) for old, new in itertools.pairwise(shown)]
        found += [(None, packed(changes(Snapshot, None, shown[0]))[LENGTH.size :])]
    return [(old, change) for old, change in found if len(change) < 20_000]


def hear_visitor(data: bytes) -> None:
    incoming = Incoming(FROM_VISITOR)
    for piece in pieces(data):
        for content in incoming.feed(piece):
            from_visitor(content)


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("count", fuzz.counts(400))
def test_what_a_visitor_may_say(count: int) -> None:
    inputs = saying.from_visitors([packed(message)[LENGTH.size :] for message in SAID], seed=count)
    tally = fuzz.each(bounded(hear_visitor), itertools.islice(inputs, count), count, (WireError,))
    assert min(tally) > count / 5


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("count", fuzz.counts(400))
def test_what_a_run_may_say(count: int, frames: list[tuple[Snapshot | None, bytes]]) -> None:
    held = next(old for old, _ in frames if old)

    def hear(data: bytes) -> None:
        incoming = Incoming(FROM_RUN)
        for piece in pieces(data):
            for content in incoming.feed(piece):
                message = from_run(content)
                if isinstance(message, Frame):
                    changed(Snapshot, held, message.change)

    wholes = [packed(message)[LENGTH.size :] for message in (*ANSWERED, *(Frame(3, msgspec.Raw(change)) for _, change in frames))]
    tally = fuzz.each(bounded(hear, size(held)), itertools.islice(saying.from_runs(wholes, count), count), count, (WireError,))
    assert min(tally) > count / 20


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("count", fuzz.counts(400))
def test_what_may_change_a_snapshot(count: int, frames: list[tuple[Snapshot | None, bytes]]) -> None:
    olds = [None, *{id(old): old for old, _ in frames if old}.values()]
    numbers = itertools.count()

    def change(data: bytes) -> None:
        number = next(numbers)
        new = changed(Snapshot, olds[number % len(olds)], data)
        if not number % EVERY:
            assert differing(new, changed(Snapshot, None, packed(changes(Snapshot, None, new))[LENGTH.size :])) == []

    inputs = itertools.islice(saying.changes_of_snapshots([each for _, each in frames], count), count)
    tally = fuzz.each(bounded(change, 4 * max(map(size, filter(None, olds)))), inputs, count, (WireError,))
    assert min(tally) > count / 50


def size(shown: Snapshot) -> int:
    """Bytes of a snapshot."""
    return len(packed(changes(Snapshot, None, shown)))


DENSE = {
    "tables": b"\x80",
    "lists": b"\x90",
    "lists of one": b"\x91\x00",
    "tables of one": b"\x81\xa1a\x00",
    "texts": b"\xa2ab",
    "texts of one character": b"\xa2\xc4\xb0",
    "bytes": b"\xc4\x01\x00",
    "numbers": b"\xcd\x10\x00",
    "fractions": b"\xca\x00\x00\x00\x01",
    "nothing": b"\xc0",
    "times": b"\xd6\xff\x00\x00\x00\x00",
    "extensions": b"\xd4\x05a",
}


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("kind", [kind if kind == "lists" else pytest.param(kind, marks=pytest.mark.slow) for kind in DENSE])
def test_what_is_packed_most_densely_takes_no_more_memory(kind: str) -> None:
    """Of every value that a message may hold as many as it may hold, where anything stands, and where a snapshot changes."""
    item = DENSE[kind]
    number = (FROM_VISITOR - 100) // len(item)
    many = b"\xdd" + number.to_bytes(4, "big") + item * number
    head = b"\x83\xa4type\xa3Ask\xa6number\x01\xa7command\x83\xa4type"
    for said in (b"\xa7SetKnob\xa4name\xa1k\xa5value", b"\xa8DrawData\xa7weights", b"\xa5Watch\xa5parts"):
        with_count = head.replace(b"command\x83", b"command\x82") if b"name" not in said else head
        message = LENGTH.pack(len(with_count + said + many)) + with_count + said + many
        assert "\n" not in refusal(bounded(hear_visitor), message)
    for field in ("visitors", "events", "settings", "stages", "directory", "series", "gallery", "knobs"):
        change = b"\x93\xa8Snapshot\xc2\x81" + msgspec.msgpack.encode(field) + many
        assert "\n" not in refusal(bounded(lambda data: changed(Snapshot, None, data)), change)


def refusal(read: Callable[[bytes], object], data: bytes) -> str:
    """What is said of a message that is refused; nothing of one that is read."""
    try:
        read(data)
    except WireError as error:
        return str(error)
    return ""


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("refused", [False, True])
def test_a_reader_that_takes_more_memory_is_found_whether_it_reads_or_refuses(refused: bool) -> None:
    def read(data: bytes) -> bytes:
        taken = bytes(GROWTH * len(data) + 2 * LITTLE)
        if refused:
            raise WireError("no")
        return taken

    with pytest.raises(AssertionError, match="bytes of memory for 3 bytes"):
        refusal(bounded(read), b"abc")


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("field", ["series", "made_at", "floors"])
def test_a_table_of_very_many_names_takes_no_more_memory(field: str) -> None:
    names = (FROM_VISITOR - 100) // 8
    many = b"\xdf" + names.to_bytes(4, "big") + b"".join(b"\xa6%06d\x00" % number for number in range(names))
    change = b"\x93\xa8Snapshot\xc2\x81" + msgspec.msgpack.encode(field) + many
    assert "\n" not in refusal(bounded(lambda data: changed(Snapshot, None, data)), change)


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("count", fuzz.counts(200))
def test_a_server_takes_whatever_is_said_to_it(count: int, run: Run, address: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each visitor says hello, something, and no more; it is let go, with a reason or without, and whoever comes next is served."""
    inputs = saying.from_visitors([packed(message)[LENGTH.size :] for message in SAID[1:4]], seed=count + 1)
    refused = 0
    for data in itertools.islice(inputs, count):
        with raw(address) as connection:
            # The server may have gone before all of it is said.
            with contextlib.suppress(ConnectionError):
                connection.sendall(packed(Hello(VERSION, "x")) + data)
                connection.shutdown(socket.SHUT_WR)
            refused += any(isinstance(each, Refused) for each in heard(connection, count))
    assert count / 5 < refused < count
    assert caplog.records == []
    with contextlib.closing(Visit(address, "last")) as last:
        assert last.ask(Save(), PATIENCE).obeyed
    until(lambda: run.met == ())
