"""Axes of a sweep: a knob or a setting, and the values that it takes in turn."""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tui_gan.contract.errors import UsageError, quoted
from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.values import QUOTES, apart, in_quotes, read_value, typed

MOST_VALUES = 10_000
SPACINGS = ("log", "lin")
HOW = "values such as 1,2,5, or LOW:HIGH:log:COUNT, or LOW:HIGH:lin:COUNT"


class Axis(NamedTuple):
    """A knob or a setting by its TOML key, such as "regularizers.r1", and its values."""

    name: str
    values: tuple[Any, ...]


def of_text(name: str, text: str) -> Axis:
    """Read the values of an axis: `1,2,5`, `on,off`, `1e-4:1e-2:log:8` or `0:1:lin:5`, both ends included.

    A text with a comma or a colon, and an empty one beside others, stands in quotes; a setting to which nothing is given is empty.

    Raises:
        UsageError: no value, one twice, or a range that is none.
    """
    parts = apart(text, ":")
    if len(parts) == 4 and parts[2].strip() in SPACINGS:
        values: tuple[Any, ...] = _range(name, text, *parts)
    elif len(parts) > 1:
        raise UsageError(f"{_called(name)} takes {HOW}, not {quoted(text)}")
    else:
        words = [part.strip() for part in apart(text, ",")]
        if not all(words) and (len(words) > 1 or name in KNOBS):
            raise UsageError(f"{_called(name)} takes {HOW}, not {quoted(text)}")
        values = tuple(_value(name, word) for word in words)
    if len({repr(value) for value in values}) < len(values):
        raise UsageError(f"{_called(name)} has a value twice in {quoted(text)}; each names members of its own")
    return Axis(name, values)


def of_pair(pair: str) -> Axis:
    """Read `KEY=V1,V2` as an axis.

    Raises:
        UsageError: it has no key or no equals sign, or its values are none.
    """
    return of_text(*named(pair, "KEY=V1,V2,..., such as --set regularizers.r1=.1,1,10"))


def named(pair: str, how: str) -> tuple[str, str]:
    """The key of `KEY=TEXT`, with underscores, and the text.

    Raises:
        UsageError: it has no key or no equals sign; `how` says what is right.
    """
    key, equals, text = pair.partition("=")
    name = ".".join(part.strip().replace("-", "_") for part in key.split("."))
    if not equals or not all(name.split(".")):
        raise UsageError(f"--set takes {how}, not {quoted(pair)}")
    knob = name.removeprefix("knobs.")
    return knob if knob in KNOBS else name, text


def combinations(axes: Sequence[Axis]) -> Iterator[dict[str, Any]]:
    """Every combination of values, by the names of their axes; the last axis turns fastest."""
    for values in itertools.product(*(axis.values for axis in axes)):
        yield dict(zip((axis.name for axis in axes), values, strict=True))


def as_text(value: object) -> str:
    """A value as results have it, and as an axis reads it: a text in quotes where an axis would read something else without them."""
    if isinstance(value, bool):
        return "on" if value else "off"
    text = typed(value)
    return in_quotes(value) if isinstance(value, str) and text == value and not _stands_alone(value) else text


def _stands_alone(text: str) -> bool:
    """Whether it is one value among others without quotes."""
    return text not in ("", "on", "off") and text[0] not in QUOTES and all(apart(text, sign) == [text] for sign in ",:")


def _range(name: str, text: str, low: str, high: str, spacing: str, count: str) -> tuple[float, ...]:
    try:
        first, last, number = float(low), float(high), int(count)
    except ValueError:
        raise UsageError(f"{_called(name)} takes {HOW}, not {quoted(text)}") from None
    if not (math.isfinite(first) and math.isfinite(last) and first < last):
        raise UsageError(f"{_called(name)}: the range {quoted(text)} must go from a number to a larger one")
    if not 2 <= number <= MOST_VALUES:
        raise UsageError(f"{_called(name)}: a range has 2 to {MOST_VALUES:,} values, not {number:,}")
    if spacing.strip() == "lin":
        return tuple(first + (last - first) * place / (number - 1) for place in range(number))
    if first <= 0:
        raise UsageError(f"{_called(name)}: a range with log begins above 0, and {quoted(text)} does not")
    # To seven places, so that what is named is what was meant.
    return tuple(float(f"{first * (last / first) ** (place / (number - 1)):.7g}") for place in range(number))


def _value(name: str, text: str) -> Any:
    value = {"on": True, "off": False}.get(text, read_value(text))
    if text and text[0] in QUOTES and value == text:
        raise UsageError(f"{_called(name)}: {quoted(text)} begins with a quote and is no text in quotes; close them, or leave them out")
    return value


def _called(name: str) -> str:
    return KNOBS[name].option if name in KNOBS else f"--set {name}"
