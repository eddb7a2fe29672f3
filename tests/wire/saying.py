"""What visitors and runs may say to each other, made by a seed: whole, damaged, and of the right shape with anything in it."""

import dataclasses
import enum
import functools
import itertools
import random
import struct
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
import numpy as np

from tests import fuzz
from tui_gan.contract.commands import Command
from tui_gan.contract.snapshot import Snapshot
from tui_gan.wire.framing import LENGTH
from tui_gan.wire.messages import AnyCommand

# Each begins what MessagePack knows: arrays, tables, texts, bytes, numbers, times, and lengths that lie.
PIECES = (
    *fuzz.PIECES,
    b"\xc0",
    b"\xc1",
    b"\xdd\xff\xff\xff\xff",
    b"\xdf\xff\xff\xff\xff",
    b"\xc6\xff\xff\xff\xff",
    b"\xdb\x7f\xff\xff\xff",
    b"\xc9\xff\xff\xff\xff\x01",
    b"\xd6\xff\xff\xff\xff\xff",
    b"\xd7\xff" + b"\xff" * 8,
    b"\xcf" + b"\xff" * 8,
    b"\xd3\x80" + bytes(7),
    b"\xcb\x7f\xf0" + bytes(6),
    b"\xcb\x7f\xf8" + bytes(6),
    b"\x81\xc0\xc0",
    b"\x81\x91\x01\x01",
    b"\x80",
    b"\x90",
    b"\x91" * 3000,
    b"\x81\xa1a" * 1500,
    b"\xa3<f8",
    b"\xa3|O8",
)
INTS = (0, 1, 2, -1, 3, 7, 64, 2**31, 2**53, 2**63 - 1, -(2**63), 2**64 - 1)
FLOATS = (0.0, -0.0, 1.5, -1.0, 1e308, -1e-320, float("inf"), float("nan"))
TEXTS = ("", "a", "k_steps", "objective", "w1", "\x1b[2J", "\n", "é", "\U0001f600", "x" * 300, "Snapshot", "Series", "<f8", "step")


def anything(draw: random.Random, depth: int = 3) -> Any:
    """A value that MessagePack has."""
    kinds = "niftb" + ("lm" if depth else "")
    match draw.choice(kinds):
        case "i":
            return draw.choice(INTS)
        case "f":
            return draw.choice(FLOATS)
        case "t":
            return draw.choice(TEXTS)
        case "b":
            return draw.randbytes(draw.randrange(12))
        case "l":
            return [anything(draw, depth - 1) for _ in range(draw.randrange(5))]
        case "m":
            return {draw.choice(TEXTS): anything(draw, depth - 1) for _ in range(draw.randrange(4))}
    return None


def shaped(kind: Any, draw: random.Random, lies: float) -> Any:
    """A value of a declared type as a message has it, each part of which is something else with the chance `lies`."""
    if draw.random() < lies:
        return anything(draw)
    origin, parts = _form(kind)
    if origin in (typing.Union, types.UnionType):
        return shaped(draw.choice(parts), draw, lies)
    if origin is Literal:
        return draw.choice(parts)
    if origin is np.ndarray:
        return _array(np.dtype(typing.get_args(parts[1])[0]), draw)
    if origin is tuple:
        kinds = [parts[0]] * draw.randrange(4) if parts[-1] is Ellipsis else parts
        return [shaped(each, draw, lies) for each in kinds]
    if origin is list:
        return [shaped(parts[0], draw, lies) for _ in range(draw.randrange(4))]
    if origin in (Mapping, dict):
        return {draw.choice(TEXTS): shaped(parts[1], draw, lies) for _ in range(draw.randrange(4))}
    return _of_class(kind, draw, lies)


def _of_class(kind: Any, draw: random.Random, lies: float) -> Any:
    if dataclasses.is_dataclass(kind):
        every = _fields(kind)
        relative = _in_parts(kind) and draw.random() < 0.8
        some = draw.sample(list(every), draw.randrange(min(6, len(every)))) if relative or draw.random() < lies else every
        fields = {name: shaped(every[name], draw, lies) for name in some}
        return [kind.__name__, relative, fields] if _in_parts(kind) else fields
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        fields = {name: shaped(each, draw, lies) for name, each in _fields(kind).items()}
        return {"type": kind.__name__, **fields} if kind.__struct_config__.tag else fields
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return draw.choice(list(kind)).value
    simple: dict[Any, Any] = {
        bool: (False, True),
        int: INTS,
        float: FLOATS,
        str: TEXTS,
        bytes: (b"", b"12345678"),
        type(None): (None,),
    }
    return draw.choice(simple[kind]) if kind in simple else anything(draw)


@functools.cache
def _form(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    return typing.get_origin(kind), typing.get_args(kind)


@functools.cache
def _fields(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _in_parts(kind: Any) -> bool:
    """Whether a dataclass travels by its fields, since it holds arrays."""
    return not vars(kind)["__dataclass_params__"].eq


def _array(kind: np.dtype[Any], draw: random.Random) -> list[Any]:
    shape = [draw.randrange(4) for _ in range(draw.choice((1, 1, 1, 2, 3, 4)))]
    content = draw.randbytes(int(np.prod(shape)) * kind.itemsize)
    return [draw.choice((0, 0, 1, 2)), kind.newbyteorder("<").str, shape, content]


def from_visitors(wholes: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """What visitors may say, without end."""
    draw = random.Random(seed)
    for content in _mixed(wholes, seed, draw, lambda lies: _packed({"type": "Ask", "number": 1, "command": _command(draw, lies)})):
        yield _framed(content, draw)


def from_runs(wholes: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """What runs may say, without end."""
    draw = random.Random(seed)
    for content in _mixed(wholes, seed, draw, lambda lies: _packed({"type": "Frame", "looks": 1, "change": shaped(Snapshot, draw, lies)})):
        yield _framed(content, draw)


def changes_of_snapshots(wholes: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """What may stand in a Frame, without end."""
    draw = random.Random(seed)
    yield from _mixed(wholes, seed, draw, lambda lies: _packed(shaped(Snapshot, draw, lies)))


def _command(draw: random.Random, lies: float) -> Any:
    # Other tests make commands of their own.
    ours = [each for each in typing.get_args(AnyCommand) if each.__module__ == Command.__module__]
    return shaped(draw.choice(ours), draw, lies)


def _mixed(wholes: Sequence[bytes], seed: int, draw: random.Random, make: Any) -> Iterator[bytes]:
    """Messages that were damaged, that are noise, that have the right shape, and that had it before they were damaged."""
    broken = fuzz.damaged(wholes, seed, PIECES)
    while True:
        match draw.randrange(10):
            case 0:
                yield draw.randbytes(draw.randrange(200))
            case 1 | 2 | 3 | 4:
                yield make(draw.choice((0.0, 0.0, 0.01, 0.1)))
            case 5:
                yield from itertools.islice(fuzz.damaged([make(0.0)], draw.randrange(2**32), PIECES), 1)
            case _:
                yield next(broken)


def _packed(value: Any) -> bytes:
    return msgspec.msgpack.encode(value)


def _framed(content: bytes, draw: random.Random) -> bytes:
    """A message with its length, which lies now and then, after another one now and then."""
    length = len(content) if draw.random() < 0.9 else draw.choice((0, 1, max(0, len(content) - 1), len(content) + 1, 2**20, 2**32 - 1))
    return struct.pack(">I", length) + content + (LENGTH.pack(1) + b"\xc0" if draw.random() < 0.1 else b"")
