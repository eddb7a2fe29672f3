"""What changes from one snapshot to the next, as plain values that fit into MessagePack, and back.

A visitor keeps what has not changed as the very object that it was, so that whoever draws it sees at once that it is the same.
"""

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from tui_gan.wire import WireError
from tui_gan.wire.framing import FROM_RUN, Content, unpacked

# The bytes of each kind of number that arrays of a snapshot have.
KINDS = {"<f8": 8, "|u1": 1}
Edge = Annotated[int, Meta(ge=0)]
Shape = Annotated[tuple[Edge, ...], Meta(min_length=1, max_length=4)]
# None in MessagePack.
NOTHING = b"\xc0"


def changes(kind: Any, old: Any, new: Any) -> Any:
    """What a visitor needs who has `old`, to have `new`.

    Args:
        kind: the declared type of both.
        old: None where the visitor has nothing.
    """
    if new is None:
        return None
    if _is_array(kind):
        return _array_changes(old, new)
    if _alternatives(kind):
        base = old if type(old) is type(new) else None
        return [type(new).__name__, base is not None, _fields_changed(type(new), base, new)]
    if (inner := _keyed(kind)) is not None:
        before = old or {}
        return {key: None if _same(before.get(key), value) else changes(inner, before.get(key), value) for key, value in new.items()}
    return new


def changed(kind: Any, old: Any, change: Content) -> Any:
    """Undo `changes`: the newer value.

    Each part is read as what it is declared to be, so that no hostile run has one made that is large, deep or slow.

    Args:
        change: in MessagePack.

    Raises:
        WireError: it is no such change.
    """
    if _optional(kind) and _is_nothing(change):
        return None
    if _is_array(kind):
        return _array_changed(kind, old, change)
    if alternatives := _alternatives(kind):
        name, relative, fields = unpacked(change, tuple[str, bool, dict[str, msgspec.Raw]])
        if (made := alternatives.get(name)) is None:
            raise WireError(f"a part that is none of {', '.join(alternatives)}")
        if relative and type(old) is not made:
            raise WireError(f"a change of a {name} that is not there")
        return _fields_put(made, old if relative else None, fields)
    if (inner := _keyed(kind)) is not None:
        before = old or {}
        table = unpacked(change, dict[str, msgspec.Raw])
        kept = {key for key, value in table.items() if _is_nothing(value)}
        if not kept <= before.keys():
            raise WireError("a name that is kept and was not there")
        return {key: before[key] if key in kept else changed(inner, before.get(key), value) for key, value in table.items()}
    return unpacked(change, kind)


def _fields_changed(made: type, old: Any, new: Any) -> dict[str, Any]:
    hints = _hints(made)
    every = {name: (None if old is None else getattr(old, name), getattr(new, name)) for name in hints}
    return {name: changes(hints[name], was, now) for name, (was, now) in every.items() if old is None or not _same(was, now)}


def _fields_put(made: type, old: Any, fields: dict[str, msgspec.Raw]) -> Any:
    hints = _hints(made)
    if not fields.keys() <= hints.keys():
        raise WireError(f"a {made.__name__} with other fields")
    new = {name: changed(hints[name], None if old is None else getattr(old, name), change) for name, change in fields.items()}
    try:
        return made(**new) if old is None else dataclasses.replace(old, **new)
    except TypeError as error:
        raise WireError(f"a {made.__name__} that is not whole: {error}") from None


def _array_changes(old: NDArray[Any] | None, new: NDArray[Any]) -> list[Any]:
    """How many of the first numbers of a row stay, and what comes after them; of other arrays all."""
    new = np.asarray(new, new.dtype.newbyteorder("<"))
    kept = 0
    if old is not None and old.ndim == new.ndim == 1 and old.dtype == new.dtype:
        shorter = min(len(old), len(new))
        # By their bits, since a NaN is a NaN.
        differ = np.flatnonzero(_bits(old[:shorter]) != _bits(new[:shorter]))
        kept = int(differ[0]) if len(differ) else shorter
    return [kept, new.dtype.str, list(new[kept:].shape), new[kept:].tobytes()]


def _array_changed(kind: Any, old: NDArray[Any] | None, change: Content) -> NDArray[Any]:
    kept, named, shape, content = unpacked(change, tuple[Edge, str, Shape, bytes])
    if named not in _numbers(kind):
        raise WireError("an array of another kind")
    # An edge of 0 makes any other possible, and numpy has none so long.
    if math.prod(max(edge, 1) for edge in shape) > FROM_RUN or math.prod(shape) * KINDS[named] != len(content):
        raise WireError("an array whose bytes are not those of its shape")
    tail = np.frombuffer(content, named).reshape(shape)
    if not kept:
        return tail
    if old is None or old.ndim != 1 or tail.ndim != 1 or kept > len(old) or old.dtype != tail.dtype:
        raise WireError("an array that keeps what is not there")
    joined = np.concatenate((old[:kept], tail))
    joined.setflags(write=False)
    return joined


def _same(old: Any, new: Any) -> bool:
    """Whether nothing has changed: the same object, or, of values that compare by what they are, the same value."""
    if old is new:
        return True
    if type(old) is not type(new):
        return False
    if isinstance(new, np.ndarray):
        return bool(old.shape == new.shape and old.dtype == new.dtype and old.tobytes() == new.tobytes())
    if isinstance(new, Mapping):
        return list(old) == list(new) and all(_same(old[key], value) for key, value in new.items())
    kind: Any = type(new)
    if _by_identity(kind):
        return all(_same(getattr(old, name), getattr(new, name)) for name in _hints(kind))
    return bool(old == new)


def _by_identity(kind: Any) -> bool:
    """Whether a type is a dataclass that holds arrays, and so compares as objects."""
    return dataclasses.is_dataclass(kind) and not bool(vars(kind)["__dataclass_params__"].eq)


def _bits(row: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(row).view(f"u{row.itemsize}")


def _is_nothing(content: Content) -> bool:
    return memoryview(content) == NOTHING


@functools.cache
def _hints(made: type) -> dict[str, Any]:
    """The declared types of the fields of a dataclass."""
    return typing.get_type_hints(made)


@functools.cache
def _members(kind: Any) -> tuple[Any, ...]:
    return typing.get_args(kind) if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union else (kind,)


@functools.cache
def _optional(kind: Any) -> bool:
    return type(None) in _members(kind)


@functools.cache
def _is_array(kind: Any) -> bool:
    members = [each for each in _members(kind) if each is not type(None)]
    return bool(members) and all(typing.get_origin(each) is np.ndarray for each in members)


@functools.cache
def _numbers(kind: Any) -> frozenset[str]:
    """The kinds of numbers that an array of a declared type may have."""
    declared = [typing.get_args(typing.get_args(each)[1])[0] for each in _members(kind) if each is not type(None)]
    return frozenset(np.dtype(each).newbyteorder("<").str for each in declared)


@functools.cache
def _alternatives(kind: Any) -> dict[str, type]:
    """The dataclasses of which one is meant, by name, where they hold arrays and so compare as objects; none otherwise."""
    members: list[Any] = [each for each in _members(kind) if each is not type(None)]
    held = all(_by_identity(each) for each in members)
    return {each.__name__: each for each in members} if held else {}


@functools.cache
def _keyed(kind: Any) -> Any:
    """The type of the values of a table of such dataclasses, or of such tables; None of anything else."""
    if typing.get_origin(kind) is not Mapping:
        return None
    inner = typing.get_args(kind)[1]
    return inner if _alternatives(inner) or _keyed(inner) is not None else None
