"""Levels: which values in files of images are black and white, and what is said where images use few of the values between."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.errors import UsageError

# Bytes of values that are looked at together.
PIECE = 1 << 24
# Below this share of white nothing is said to be as bright as an image should be.
DARK = 0.5
# Bits of which a range is taken for that of a camera, such as 4095 for 12.
CAMERA = range(8, 33)
# Least distance of white from black, and from which on numbers are written with an exponent.
LEAST, LONG = 1e-9, 1e15


class Levels(NamedTuple):
    """The values that become 0 and 255; what lies beyond is cut off."""

    black: float
    white: float


BYTES, WIDE, FLOATS = Levels(0, 255), Levels(0, 65535), Levels(0, 1)


class Extremes(NamedTuple):
    """The least and the greatest value."""

    low: float
    high: float

    def with_others(self, other: "Extremes") -> "Extremes":
        """Those of both."""
        return Extremes(min(self.low, other.low), max(self.high, other.high))


def given(black: float, white: float) -> Levels | None:
    """The levels that a user gives; None where both are 0, which leaves them to the kind of file.

    Raises:
        UsageError: white does not lie above black.
    """
    if black == white == 0:
        return None
    if white - black < LEAST:
        raise UsageError(f"black {black:g}, white {white:g}: white is the larger value of the two, by {LEAST:g} or more")
    return Levels(black, white)


def levels_of(dtype: np.dtype[Any]) -> Levels | None:
    """The levels of arrays of a kind; None where it does not say."""
    return BYTES if dtype == np.uint8 else FLOATS if dtype.kind == "f" else None


def as_bytes(values: NDArray[Any], levels: Levels) -> NDArray[np.uint8]:
    """Values as bytes, rounded; bytes in levels of bytes as they are."""
    if levels == BYTES and values.dtype == np.uint8:
        return values
    made = np.empty(values.shape, np.uint8)
    for part in _parts(values):
        # What no double holds is cut off as any other.
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = (values[part].astype(np.float64) - levels.black) * (255 / (levels.white - levels.black))
        made[part] = np.rint(scaled).clip(0, 255)
    return made


def extremes(values: NDArray[Any]) -> Extremes:
    """The least and the greatest of (N, ...) values, N >= 1: not a number where one is none, infinite where no double holds it."""
    with np.errstate(over="ignore", invalid="ignore"):
        parts = [[float(values[part].min()), float(values[part].max())] for part in _parts(values)]
    low, high = np.array(parts).T
    return Extremes(float(low.min()), float(high.max()))


def settings(span: Extremes) -> str:
    """The settings that stretch a range from black to white."""
    black = f"--set black={span.low:g} " if span.low < 0 else ""
    return f"{black}--set white={_white(span.high):g}"


class LevelsError(UsageError):
    """Values outside of what files of their kind hold; `plain` says so where nobody can say which are black and white."""

    def __init__(self, plain: str, span: Extremes) -> None:
        super().__init__(f"{plain}, or say which values are black and white: {settings(span)}")
        self.plain = plain


def said(span: Extremes) -> str:
    """A range in words."""
    return f"values from {_number(span.low)} to {_number(span.high)}"


def note(span: Extremes, levels: Levels, own_levels: bool) -> str:
    """What is said of images of which these are the extremes: that they are dark, or cut off; "" where there is nothing to say."""
    if not own_levels:
        beyond = span.low < levels.black or span.high > levels.white
        cut = f", cut off at black {levels.black:g} and white {levels.white:g}" if beyond else ""
        return f"{said(span)}{cut or f', of which {levels.black:g} is black and {levels.white:g} is white'}"
    share = span.high / levels.white
    if share >= DARK or span.high <= 0:
        return ""
    return f"{said(span)} of {_number(float(levels.white))}: at most {share:.1%} as bright as white; {settings(span)} stretches them"


def _parts(values: NDArray[Any]) -> Iterator[slice]:
    """Slices of an array, each of about PIECE bytes."""
    at_once = max(1, PIECE // max(1, values[:1].nbytes))
    return (slice(first, first + at_once) for first in range(0, len(values), at_once))


def _white(high: float) -> float:
    """The white that a greatest value is likeliest of: all ones in the bits of a camera, or itself."""
    bits = math.ceil(high).bit_length()
    return 2**bits - 1 if high.is_integer() and bits in CAMERA else high


def _number(value: float) -> str:
    return f"{int(value):,}" if value.is_integer() and abs(value) < LONG else f"{value:.4g}"
