"""Axes of a sweep as they are typed."""

import itertools
import math

import pytest

from tui_gan.contract.axes import Axis, as_text, combinations, of_pair, of_text
from tui_gan.contract.errors import UsageError


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,2,5", (1, 2, 5)),
        (" 1 , 2.5", (1, 2.5)),
        ("on,off", (True, False)),
        ("hinge,least_squares", ("hinge", "least_squares")),
        ("[64, 64],[32]", ([64, 64], [32])),
        ("1e-4:1e-2:log:3", (1e-4, 1e-3, 1e-2)),
        ("0:1:lin:5", (0.0, 0.25, 0.5, 0.75, 1.0)),
        ("-1:1:lin:2", (-1.0, 1.0)),
        (".5", (0.5,)),
        ('"translation,cutout", brightness', ("translation,cutout", "brightness")),
        ("'a,b','c\\'", ("a,b", "c\\")),
        ('"","a \\", b"', ("", 'a ", b')),
        ('"on",on,"1",1', ("on", True, "1", 1)),
        ('"1:2:lin:3",b', ("1:2:lin:3", "b")),
        ('["a,b", c],[d]', (["a,b", "c"], ["d"])),
        ("{r1=1, r2=2},{r1=3}", ({"r1": 1, "r2": 2}, {"r1": 3})),
        ("bob's,al's", ("bob's", "al's")),
    ],
)
def test_values_are_read_as_they_are_meant(text: str, values: tuple[object, ...]) -> None:
    assert of_text("generator_lr", text) == Axis("generator_lr", values)


def test_a_range_with_log_has_equal_ratios_and_both_ends() -> None:
    values = of_text("generator_lr", "1e-4:1e-2:log:8").values
    assert (len(values), values[0], values[-1]) == (8, 1e-4, 1e-2)
    assert all(math.isclose(after / before, 100 ** (1 / 7), rel_tol=1e-6) for before, after in itertools.pairwise(values))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "takes values such as"),
        ("1,,2", "takes values such as"),
        (",", "takes values such as"),
        ("1,1", "a value twice"),
        ('"a",a', "a value twice"),
        ('"a,b', "begins with a quote and is no text in quotes"),
        ("'a'b,c", "begins with a quote and is no text in quotes"),
        ("1:2", "takes values such as"),
        ("1:2:cubic:3", "takes values such as"),
        ("a:2:log:3", "takes values such as"),
        ("2:1:log:3", "to a larger one"),
        ("1:inf:lin:3", "to a larger one"),
        ("nan:1:lin:3", "to a larger one"),
        ("0:1:log:3", "begins above 0"),
        ("1:2:lin:1", "has 2 to 10,000 values"),
        ("1:2:lin:10001", "has 2 to 10,000 values"),
    ],
)
def test_what_is_no_axis_is_one_line_that_names_the_option(text: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        of_text("k_steps", text)
    assert str(caught.value).startswith("--k-steps")
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_setting_is_an_axis_by_its_key() -> None:
    assert of_pair("regularizers.r1=.1,1") == Axis("regularizers.r1", (0.1, 1))
    assert of_pair("k-steps=1,2") == Axis("k_steps", (1, 2))
    for pair in ("r1", "=1", "a..b=1"):
        with pytest.raises(UsageError, match="KEY=V1,V2"):
            of_pair(pair)


def test_a_setting_to_which_nothing_is_given_is_empty() -> None:
    assert of_pair("completion.masks=") == Axis("completion.masks", ("",))
    for pair in ("augment=,brightness", "augment=brightness,", "k_steps="):
        with pytest.raises(UsageError, match="takes values such as"):
            of_pair(pair)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("translation,cutout", '"translation,cutout"'),
        ("", '""'),
        ("on", '"on"'),
        ("1", '"1"'),
        ("1:2", '"1:2"'),
        ("'a'", "\"'a'\""),
        ("bob's", "bob's"),
        ("256,128-sn-dropout.3", '"256,128-sn-dropout.3"'),
        (["a,b", "c"], '["a,b", c]'),
        ({"r1": 1, "name": "a,b"}, '{"r1" = 1, "name" = "a,b"}'),
        (False, "off"),
        (1, "1"),
    ],
)
def test_results_have_a_value_as_an_axis_reads_it(value: object, text: str) -> None:
    assert as_text(value) == text
    (read,) = of_text("augment", text).values
    assert (read, type(read)) == (value, type(value))


def test_a_knob_has_one_name() -> None:
    assert [of_pair(f"{name}=1,2").name for name in ("k_steps", "knobs.k_steps", "knobs.k-steps")] == ["k_steps"] * 3


def test_the_last_axis_turns_fastest() -> None:
    found = [*combinations([Axis("a", (1, 2)), Axis("b", (True, False))])]
    assert found == [{"a": 1, "b": True}, {"a": 1, "b": False}, {"a": 2, "b": True}, {"a": 2, "b": False}]
    assert [*combinations([])] == [{}]
    assert [as_text(value) for value in (True, 1e-4, [1, 2], "hinge")] == ["on", "0.0001", "[1, 2]", "hinge"]
