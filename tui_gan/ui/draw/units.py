"""Units: seconds, bytes and shares as words, with three digits at most."""

import math


def seconds(value: float) -> str:
    """A short time: 1.24 s, 420 ms, 110 us."""
    if not math.isfinite(value):
        return "?"
    for size, unit in ((1.0, "s"), (1e-3, "ms")):
        if abs(value) >= 0.9995 * size:
            return f"{_digits(value / size)} {unit}"
    return f"{_digits(value * 1e6)} us"


def size(value: float) -> str:
    """Bytes in powers of a thousand: 340 MB."""
    if not math.isfinite(value):
        return "?"
    for power, unit in ((12, "TB"), (9, "GB"), (6, "MB"), (3, "kB")):
        if abs(value) >= 0.9995 * 10.0**power:
            return f"{_digits(value / 10.0**power)} {unit}"
    return f"{value:.0f} B"


def share(value: float) -> str:
    """A share of one as a percentage."""
    return f"{value:.0%}" if math.isfinite(value) else "?"


def _digits(value: float) -> str:
    """Three digits, and never fewer than stand before the point."""
    places = 0 if abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2
    return f"{value:.{places}f}"
