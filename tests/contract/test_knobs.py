"""Knobs: declared once, turned notch by notch, never out of their range."""

import dataclasses
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import KNOBS, Knob, Knobs, checked, set_knob, turn_knob

RANGED = [how for how in KNOBS.values() if how.turning in ("add", "double", "ladder")]
MANY = 200


def values_of(how: Knob) -> st.SearchStrategy[Any]:
    kind = type(getattr(Knobs(), how.name))
    assert how.low is not None
    assert how.high is not None
    return st.integers(int(how.low), int(how.high)) if kind is int else st.floats(how.low, how.high)


def turned(name: str, value: Any, direction: int) -> Any:
    return getattr(turn_knob(set_knob(Knobs(), name, value), name, direction), name)


def test_every_field_is_declared_whole() -> None:
    assert list(KNOBS) == [field.name for field in dataclasses.fields(Knobs)]
    for how in KNOBS.values():
        assert 0 < len(how.label) <= 12
        assert how.help
        assert how.option == "--" + how.name.replace("_", "-")
        assert (how.low is None) == (how.high is None) == (how.turning in ("switch", "choice"))
        assert len(how.keys.split()) == (1 if how.low is None else 2)


def test_no_key_turns_two_knobs() -> None:
    keys = [key for how in KNOBS.values() for key in how.keys.split()]
    assert len(keys) == len(set(keys))


def test_a_capital_raises_or_what_points_to_the_right() -> None:
    for how in RANGED:
        lowers, raises = how.keys.split()
        assert raises == lowers.upper() != lowers or (lowers, raises) == ("<", ">")


def test_the_defaults_stand_in_their_ranges() -> None:
    assert checked(Knobs()) == Knobs()


@pytest.mark.parametrize("how", RANGED, ids=lambda how: how.name)
@given(data=st.data())
def test_a_turn_moves_the_way_it_says_and_stays_in_range(how: Knob, data: st.DataObject) -> None:
    value = data.draw(values_of(how))
    lower, higher = turned(how.name, value, -1), turned(how.name, value, +1)
    assert how.low <= lower <= value <= higher <= how.high  # type: ignore[operator]
    assert type(lower) is type(higher) is type(value)
    assert lower < value or value == how.low
    assert higher > value or value == how.high


@pytest.mark.parametrize("how", RANGED, ids=lambda how: how.name)
@pytest.mark.parametrize("direction", [-1, 1])
def test_turning_on_and_on_reaches_the_end_and_stays(how: Knob, direction: int) -> None:
    knobs = Knobs()
    for _ in range(MANY):
        knobs = turn_knob(knobs, how.name, direction)
    end = how.high if direction > 0 else how.low
    assert getattr(knobs, how.name) == end
    assert turn_knob(knobs, how.name, direction) == knobs


@pytest.mark.parametrize("how", RANGED, ids=lambda how: how.name)
@given(data=st.data())
def test_a_higher_value_turns_to_no_lower_one(how: Knob, data: st.DataObject) -> None:
    below, above = sorted((data.draw(values_of(how)), data.draw(values_of(how))))
    assert turned(how.name, below, 1) <= turned(how.name, above, 1)
    assert turned(how.name, below, -1) <= turned(how.name, above, -1)


@pytest.mark.parametrize(
    ("name", "value", "lower", "higher"),
    [
        ("k_steps", 3, 2, 4),
        ("batch_size", 128, 64, 256),
        ("batch_size", 100, 64, 128),
        ("batch_size", 8191, 4096, 8192),
        ("batch_size", 3, 2, 4),
        ("generator_lr", 1e-3, 5e-4, 2e-3),
        ("generator_lr", 3e-3, 2e-3, 5e-3),
        ("generator_lr", 1.0, 0.5, 2.0),
        ("generator_lr", 3e-7, 2e-7, 5e-7),
        ("generator_lr", 1e-7, 1e-7, 2e-7),
        ("discriminator_lr", 10.0, 5.0, 10.0),
        ("checkpoint_every", 1, 1, 2),
        ("checkpoint_every", 1500, 1000, 2000),
    ],
)
def test_the_next_notch_from_on_and_off_the_rungs(name: str, value: Any, lower: Any, higher: Any) -> None:
    assert turned(name, value, -1) == lower
    assert turned(name, value, +1) == higher


@pytest.mark.parametrize(
    ("value", "lower", "higher"),
    [(0.0, 500.0, 0.0), (500.0, 200.0, 0.0), (400.0, 200.0, 500.0), (40.0, 20.0, 50.0), (0.1, 0.1, 0.2), (0.15, 0.1, 0.2)],
)
def test_above_the_highest_pace_there_is_none(value: float, lower: float, higher: float) -> None:
    assert turned("pace", value, -1) == lower
    assert turned("pace", value, +1) == higher


@pytest.mark.parametrize("off", [0, 0.0, False, "off"])
def test_no_pace_is_0_or_off(off: Any) -> None:
    assert set_knob(Knobs(pace=40.0), "pace", off).pace == 0
    assert KNOBS["pace"].off(0.0)
    assert not KNOBS["pace"].off(40.0)
    assert not KNOBS["k_steps"].off(0)


@pytest.mark.parametrize("value", [0.05, -1, 501, float("nan"), float("inf"), True, "on"])
def test_a_pace_that_cannot_be_is_refused(value: Any) -> None:
    with pytest.raises(UsageError, match="pace"):
        set_knob(Knobs(), "pace", value)


@pytest.mark.parametrize("name", [how.name for how in KNOBS.values() if how.turning == "switch"])
def test_a_switch_goes_there_and_back_either_way(name: str) -> None:
    for direction in (-1, 1):
        once = turn_knob(Knobs(), name, direction)
        assert getattr(once, name) is not getattr(Knobs(), name)
        assert turn_knob(once, name, direction) == Knobs()


def test_a_choice_goes_round_what_is_at_hand() -> None:
    devices = ("cpu", "cuda:0", "cuda:1")
    knobs = Knobs(device="cpu")
    seen = [(knobs := turn_knob(knobs, "device", 1, devices)).device for _ in devices]
    assert seen == ["cuda:0", "cuda:1", "cpu"]
    assert turn_knob(knobs, "device", -1, devices).device == "cuda:1"
    assert turn_knob(Knobs(device="mps"), "device", 1, devices).device == "cpu"
    assert turn_knob(Knobs(device="cpu"), "device", 1).device == "cpu"


@pytest.mark.parametrize("how", KNOBS.values(), ids=KNOBS)
def test_turning_one_knob_leaves_the_others(how: Knob) -> None:
    after = turn_knob(Knobs(), how.name, 1, ("cpu", "mps"))
    assert {field.name for field in dataclasses.fields(Knobs) if getattr(after, field.name) != getattr(Knobs(), field.name)} <= {how.name}


@pytest.mark.parametrize("how", RANGED, ids=lambda how: how.name)
def test_a_value_out_of_range_is_refused_with_the_range(how: Knob) -> None:
    assert how.low is not None
    assert how.high is not None
    kind = type(getattr(Knobs(), how.name))
    for value in (kind(how.low - 1), kind(how.high + 1)):
        with pytest.raises(UsageError, match=re.escape(f"{how.name} must lie between {how.low:g} and {how.high:g}")):
            set_knob(Knobs(), how.name, value)


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("k_step", 3, "did you mean 'k_steps'"),
        ("k_steps", "3", "a whole number"),
        ("k_steps", 2.5, "a whole number"),
        ("k_steps", None, "a whole number"),
        ("minibatch_discrimination", 1, "true or false"),
        ("generator_lr", float("inf"), "between"),
        ("generator_lr", float("nan"), "between"),
        ("device", "gpu", "device"),
        ("device", "cuda:", "device"),
        ("device", "cuda:x", "device"),
        ("device", "", "device"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line(name: str, value: Any, part: str) -> None:
    with pytest.raises(UsageError, match=re.escape(part)) as caught:
        set_knob(Knobs(), name, value)
    assert "\n" not in str(caught.value)


def test_a_whole_number_does_for_a_rate() -> None:
    assert set_knob(Knobs(), "generator_lr", 1).generator_lr == 1.0
    assert type(set_knob(Knobs(), "generator_lr", 1).generator_lr) is float
