"""Turning: the value of a setting that is no knob, one notch lower or higher."""

from tui_gan.contract.snapshot import Setting

# Weights and shares go from 0 to this and on by 1, 2, 5, 10, ...; whole numbers double.
LEAST = 1e-3
RUNGS = tuple(float(f"{rung}e{power}") for power in range(-3, 13) for rung in (1, 2, 5))


def turned(setting: Setting, value: object, way: int) -> object | None:
    """The value beside `value`; None where there is none, such as of a list or a text without choices."""
    if isinstance(value, bool):
        return not value
    if setting.choices and isinstance(value, str):
        here = setting.choices.index(value) if value in setting.choices else -way
        return setting.choices[(here + way) % len(setting.choices)]
    if isinstance(value, int):
        return _doubled(value, way)
    if isinstance(value, float):
        return _rung(value, way) if value >= 0 else -_rung(-value, -way)
    return None


def _doubled(value: int, way: int) -> int:
    """The next power of two; below 1 comes 0."""
    power = 1
    while power < value:
        power *= 2
    if way > 0:
        return 1 if value < 1 else power * 2 if power == value else power
    return power // 2 if value > 0 else value


def _rung(value: float, way: int) -> float:
    """The next of 0, .001, .002, .005, .01, ... above or below."""
    if way > 0:
        return next((rung for rung in RUNGS if rung > value * (1 + 1e-9)), value)
    return next((rung for rung in reversed(RUNGS) if rung < value * (1 - 1e-9)), 0.0 if value > 0 else -LEAST)
