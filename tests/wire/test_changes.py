"""Snapshots as changes: what comes out is what went in, and what stays is the same object."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tui_gan.contract.snapshot import Series, Snapshot, Triples, frozen
from tui_gan.wire import WireError
from tui_gan.wire.changes import changed, changes
from tui_gan.wire.framing import packed

KINDS = ("line", "plane", "images")


def sent(old: Snapshot | None, new: Snapshot) -> tuple[bytes, int]:
    """A change as its bytes, and how many those are."""
    content = packed(changes(Snapshot, old, new))
    return content[4:], len(content)


def plainly(value: Any) -> Any:
    """A value as one that compares by every bit and type in it."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, Mapping):
        return [(key, plainly(each)) for key, each in value.items()]
    if isinstance(value, tuple):
        return tuple(map(plainly, value))
    if dataclasses.is_dataclass(value):
        return type(value), [plainly(getattr(value, field.name)) for field in dataclasses.fields(value)]
    return type(value), "NaN" if isinstance(value, float) and math.isnan(value) else value


def differing(one: Any, other: Any) -> list[str]:
    """The fields in which two values of one kind differ."""
    return [field.name for field in dataclasses.fields(one) if plainly(getattr(one, field.name)) != plainly(getattr(other, field.name))]


@pytest.mark.parametrize("kind", KINDS)
def test_a_visitor_has_what_the_run_has_shown(kind: str, snapshots: dict[str, list[Snapshot]]) -> None:
    held = before = None
    for snapshot in snapshots[kind]:
        held = changed(Snapshot, held, sent(before, snapshot)[0])
        assert differing(snapshot, held) == []
        before = snapshot


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_comes_later_gets_all_at_once(kind: str, snapshots: dict[str, list[Snapshot]]) -> None:
    for snapshot in snapshots[kind]:
        assert differing(snapshot, changed(Snapshot, None, sent(None, snapshot)[0])) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_part_was_there_to_be_sent(kind: str, snapshots: dict[str, list[Snapshot]]) -> None:
    of_images = {"diagnosis"}
    empty = [
        field.name
        for field in dataclasses.fields(Snapshot)
        if all(getattr(snapshot, field.name) in (None, "", 0, False, (), {}) for snapshot in snapshots[kind])
    ]
    assert set(empty) <= {"floors", "runs", "visitors", "overlays", "failure", "advice", "phase", "paced", "redo", "triples"} | (
        of_images if kind == "images" else set()
    )


def test_the_map_of_triples_is_sent_once(snapshots: dict[str, list[Snapshot]]) -> None:
    first = dataclasses.replace(snapshots["images"][-1], triples=Triples(frozen(np.arange(1000.0).reshape(10, 10, 10)), 7))
    held = changed(Snapshot, None, sent(None, first)[0])
    assert differing(first, held) == []
    second = dataclasses.replace(first, step=first.step + 1)
    content, size = sent(first, second)
    assert size < 1_000
    assert changed(Snapshot, held, content).triples is held.triples


def test_what_has_not_changed_is_the_object_that_it_was(snapshots: dict[str, list[Snapshot]]) -> None:
    first = snapshots["plane"][-1]
    held = changed(Snapshot, None, sent(None, first)[0])
    turned = dataclasses.replace(
        first, step=first.step + 1, picture=dataclasses.replace(first.picture, fake=frozen(first.picture.fake + 1))
    )
    later = changed(Snapshot, held, sent(first, turned)[0])
    assert later.step == held.step + 1
    assert later.series is held.series
    assert later.predictions is held.predictions
    assert later.picture is not held.picture
    assert later.picture.real is held.picture.real
    assert np.array_equal(later.picture.fake, first.picture.fake + 1)


def test_nothing_new_is_next_to_nothing(snapshots: dict[str, list[Snapshot]]) -> None:
    for shown in snapshots.values():
        alike = dataclasses.replace(
            shown[-1], series={name: Series(s.steps.copy(), s.values.copy(), s.stale) for name, s in shown[-1].series.items()}
        )
        change, size = sent(shown[-1], alike)
        assert size < 20
        held = changed(Snapshot, None, sent(None, shown[-1])[0])
        assert differing(alike, changed(Snapshot, held, change)) == []


def test_of_a_series_the_new_points_are_sent() -> None:
    rows = np.arange(1000.0)
    old, new = (Series(frozen(rows[:count]), frozen(np.append(rows[: count - 1], math.nan))) for count in (990, 992))
    change = packed(changes(Series, old, new))[4:]
    fields = msgspec.msgpack.decode(change)[2]
    assert (fields["steps"][0], fields["values"][0]) == (990, 989)
    assert len(fields["steps"][3]) == 2 * 8
    assert differing(new, changed(Series, old, change)) == []


numbers = some.lists(some.floats(width=64), max_size=6).map(frozen)


@given(some.lists(some.dictionaries(some.sampled_from("abc"), numbers), min_size=2, max_size=5))
def test_any_course_of_series(tables: list[dict[str, Any]]) -> None:
    kind = Mapping[str, Series]
    held = before = None
    for table in tables:
        now = {name: Series(row, row) for name, row in table.items()}
        held = changed(kind, held, packed(changes(kind, before, now))[4:])
        assert plainly(now) == plainly(held)
        before = now


EVIL = [
    None,
    1,
    [],
    ["Snapshot", False, {}],
    ["Snapshot", True, {}],
    ["Series", False, {}],
    ["Snapshot", False, {"step": "one"}],
    ["Snapshot", False, {1: 2}],
    ["Snapshot", False, {"no_field": 2}],
    [["Snapshot"], False, {}],
]


@pytest.mark.parametrize("change", EVIL, ids=repr)
def test_what_is_no_change_is_refused(change: object) -> None:
    with pytest.raises(WireError):
        changed(Snapshot, None, packed(change)[4:])


BAD_ARRAYS = [
    [0, "<f8", [2], b"12345678"],
    [0, "<f8", [-1], b""],
    [0, "<f8", [2**62, 4], b""],
    [0, "<f8", [0, 2**62, 2**62], b""],
    [0, "<f8", [0, 2**26, 2], b""],
    [2**64 - 1, "<f8", [1], b"12345678"],
    [0, "|u1", [8], b"12345678"],
    [0, "<f8", [], b"12345678"],
    [0, "<f8", [1] * 5, b"12345678"],
    [0, "|O8", [1], b"12345678"],
    [0, "<f8", [True], b"12345678"],
    [1, "<f8", [1], b"12345678"],
    [-1, "<f8", [1], b"12345678"],
    [0, "<f8", 1, b"12345678"],
    [0, "<f8", [1], "12345678"],
    [2, "<f8", [0], b""],
    [0, ["<f8"], [0], b""],
]


@pytest.mark.parametrize("row", BAD_ARRAYS, ids=repr)
def test_an_array_that_lies_is_refused(row: list[object]) -> None:
    old = Series(frozen([1.0]), frozen([1.0]))
    for held in (None,) if row[0] == 1 else (None, old):
        with pytest.raises(WireError):
            changed(Series, held, packed(["Series", held is not None, {"steps": row, "values": row}])[4:])
