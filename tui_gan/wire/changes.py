"""What changes from one snapshot to the next, as plain values that fit into MessagePack, and back.

A visitor keeps what has not changed as the very object that it was, so that whoever draws it sees at once that it is the same.
"""

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from tui_gan.wire import WireError

# Kinds of numbers that arrays of a snapshot have, and the axes of the largest.
KINDS = {"<f8": 8, "|u1": 1}
AXES = 4


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


def changed(kind: Any, old: Any, change: Any) -> Any:
    """Undo `changes`: the newer value.

    Raises:
        WireError: it is no such change.
    """
    if change is None and _optional(kind):
        return None
    if _is_array(kind):
        return _array_changed(old, change)
    if alternatives := _alternatives(kind):
        name, relative, fields = _sequence(change, 3)
        if not isinstance(name, str) or not isinstance(fields, dict) or (made := alternatives.get(name)) is None:
            raise WireError(f"a part that is none of {', '.join(alternatives)}")
        if relative and type(old) is not made:
            raise WireError(f"a change of a {name} that is not there")
        return _fields_put(made, old if relative else None, fields)
    if (inner := _keyed(kind)) is not None:
        before = old or {}
        if not isinstance(change, dict) or not all(isinstance(key, str) for key in change):
            raise WireError("a table without names")
        if any(value is None and key not in before for key, value in change.items()):
            raise WireError("a name that is kept and was not there")
        return {key: before[key] if value is None else changed(inner, before.get(key), value) for key, value in change.items()}
    try:
        return msgspec.convert(change, kind)
    except msgspec.ValidationError as error:
        raise WireError(f"a part of another form: {error}") from None


def _fields_changed(made: type, old: Any, new: Any) -> dict[str, Any]:
    hints = _hints(made)
    every = {name: (None if old is None else getattr(old, name), getattr(new, name)) for name in hints}
    return {name: changes(hints[name], was, now) for name, (was, now) in every.items() if old is None or not _same(was, now)}


def _fields_put(made: type, old: Any, fields: dict[Any, Any]) -> Any:
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


def _array_changed(old: NDArray[Any] | None, change: Any) -> NDArray[Any]:
    kept, kind, shape, content = _sequence(change, 4)
    if not isinstance(kind, str) or kind not in KINDS or not isinstance(content, bytes):
        raise WireError("an array of another kind")
    if not isinstance(shape, list) or not 1 <= len(shape) <= AXES or not all(type(edge) is int and edge >= 0 for edge in shape):
        raise WireError("an array of no shape")
    if math.prod(shape) * KINDS[kind] != len(content):
        raise WireError("an array whose bytes are not those of its shape")
    tail = np.frombuffer(content, kind).reshape(shape)
    if type(kept) is not int or kept < 0:
        raise WireError("an array that keeps no number of values")
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


def _sequence(change: Any, count: int) -> list[Any]:
    if not isinstance(change, list) or len(change) != count:
        raise WireError("a part of another form")
    return change


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
