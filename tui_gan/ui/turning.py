"""Turning: the value of a setting that is no knob, one notch lower or higher."""

import math

from tui_gan.contract.notches import Notch, Range, notch_of, range_of
from tui_gan.contract.snapshot import Setting
from tui_gan.contract.values import read_value, typed

RUNGS = tuple(float(f"{rung}e{power}") for power in range(-9, 13) for rung in (1, 2, 5))
POWERS = tuple(2.0**power for power in range(41))
# 1 less .5, .2, .1, .05, ..., the nearest to 1 last.
NEAR_ONE = (0.0, *(round(1 - rung, 9) for rung in reversed(RUNGS) if 1e-6 <= rung < 1), 1.0)
# Digits that tell a notch from the error of a sum of decimal fractions.
DIGITS = 9


def turned(setting: Setting, value: object, direction: int) -> object | None:
    """The value beside `value`, the same at the end of its range; None where there is none, such as of a list or of free text."""
    if isinstance(value, bool):
        return not value
    if setting.choices and isinstance(value, str | int):
        here = setting.choices.index(typed(value)) if typed(value) in setting.choices else -direction
        chosen = setting.choices[(here + direction) % len(setting.choices)]
        return chosen if isinstance(value, str) else read_value(chosen)
    if not isinstance(value, int | float):
        return None
    within, notch = range_of(setting.key), notch_of(setting.key)
    if value == 0 and direction < 0:
        new = -notch.size
    else:
        new = _beside(notch, value, direction, within) if value >= 0 else 0.0 - _beside(notch, -value, -direction, within)
    new = _held(new, value, within)
    return round(new) if within.whole else new


def _beside(notch: Notch, value: float, direction: int, within: Range) -> float:
    """The notch next to a value that is not negative."""
    if notch.by == "add":
        count = round(value / notch.size, DIGITS)
        return round((math.floor(count) + 1 if direction > 0 else math.ceil(count) - 1) * notch.size, DIGITS)
    if notch.by == "near_one":
        return _next(NEAR_ONE, value, direction)
    if value == 0:
        return notch.size
    rung = _next(POWERS if notch.by == "double" else RUNGS, value, direction)
    return 0.0 if direction < 0 and within.low <= 0 and rung < notch.size / 10 else rung


def _next(rungs: tuple[float, ...], value: float, direction: int) -> float:
    """The rung above or below; beyond the last one the value itself, below the first one 0."""
    if direction > 0:
        return next((rung for rung in rungs if rung > value * (1 + 1e-9)), value)
    return next((rung for rung in reversed(rungs) if rung < value * (1 - 1e-9)), 0.0)


def _held(new: float, value: float, within: Range) -> float:
    """A value within the range, or the one before where the end itself is not allowed."""
    if new >= within.high:
        return value if within.open else within.high
    return max(new, within.low)
