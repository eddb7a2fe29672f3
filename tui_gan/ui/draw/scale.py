"""Scale: from numbers to places on an axis, and to short words beside it."""

import itertools
import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PREFIXES = {-12: "p", -9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}
MOST_TICKS = 64


def ticks(low: float, high: float, count: int) -> list[float]:
    """At most about `count` round numbers from `low` to `high`, in steps of 1, 2 or 5 times a power of ten."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low or count < 1:
        return []
    step = _round_step((high - low) / count)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    if step <= 0 or last - first > MOST_TICKS:
        return []
    return [number * step for number in range(first, last + 1)]


def ticks_apart(low: float, high: float, count: int) -> list[float]:
    """As `ticks`, of a finer step where that leaves one alone, which says nothing of the scale."""
    tried = [ticks(low, high, finer * count) for finer in (1, 2, 4)]
    return next((found for found in tried if len(found) > 1), tried[0])


def tick_labels(values: list[float]) -> list[str]:
    """Labels with just the digits that tell neighbouring ticks apart; a prefix (k, M, m, u ...) outside 0.001 .. 10,000."""
    if not values:
        return []
    step = min((after - before for before, after in itertools.pairwise(values)), default=abs(values[0]) or 1.0)
    largest = max(abs(value) for value in values)
    power = 0 if largest == 0 or 1e-2 <= largest < 1e4 else 3 * math.floor(math.log10(largest) / 3 + 1e-9)
    power = max(-12, min(12, power))
    unit = 10.0**power
    digits = max(0, -math.floor(math.log10(step / unit) + 1e-9)) if step > 0 else 0
    return [f"{value / unit + 0.0:.{min(digits, 9)}f}{PREFIXES[power] if value else ''}" for value in values]


def short(value: float, digits: int = 3) -> str:
    """A number in few letters: 0.0123, 12.3k, 3.4M, 1.5e-8, nan."""
    if not math.isfinite(value):
        return str(value)
    size = abs(value)
    if size and (size < 1e-4 or size >= 1e12):
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    if size < 10_000:
        return _rounded(value, digits)
    power = 3 * int(math.log10(size) // 3)
    return f"{_rounded(value / 10.0**power, digits)}{PREFIXES[power]}"


def _rounded(value: float, digits: int) -> str:
    """So many digits, and never fewer than stand before the point."""
    return f"{value:.0f}" if abs(value) >= 10.0 ** (digits - 1) else f"{value:.{digits}g}"


def count(value: float) -> str:
    """A step count in few letters and without a loss where it is round: 950, 1.5k, 12k, 1.25M."""
    for power in (9, 6, 3):
        if abs(value) >= 10.0**power:
            return f"{value / 10.0**power:.3g}{PREFIXES[power]}"
    return f"{value:.0f}"


def column_density(edges: Floats, density: Floats, columns: int, ends: tuple[float, float] | None = None) -> Floats:
    """The mean of a histogram's density over each of `columns` equal slices of its range, or of another; nothing falls between."""
    low, high = ends or (float(edges[0]), float(edges[-1]))
    widths = np.diff(edges)
    mass = np.concatenate([[0.0], np.cumsum(np.nan_to_num(density, posinf=0.0, neginf=0.0) * widths)])
    cuts = np.linspace(low, high, columns + 1)
    slices: Floats = np.diff(np.interp(cuts, edges, mass)) / max((high - low) / columns, np.finfo(float).tiny)
    return slices


def decimate(steps: Floats, values: Floats, columns: int) -> tuple[Floats, Floats]:
    """Keep the smallest and the largest value in each of `columns` equal slices of the steps.

    Returns:
        At most 2 * columns steps and values, in order; a slice that holds nothing but NaN or infinities is one NaN.
    """
    values = np.where(np.isfinite(values), values, np.nan)
    if steps.size <= 2 * columns:
        return steps, values
    span = max(float(steps[-1] - steps[0]), 1.0)
    slot = np.minimum(((steps - steps[0]) / span * columns).astype(np.int64), columns - 1)
    starts = np.flatnonzero(np.concatenate([[True], slot[1:] != slot[:-1]]))
    low, high = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
    middle = np.add.reduceat(steps, starts) / np.diff(np.concatenate([starts, [steps.size]]))
    rising = values[np.concatenate([starts[1:], [steps.size]]) - 1] >= values[starts]
    pairs = np.where(rising, [low, high], [high, low])
    return np.repeat(middle, 2), pairs.T.reshape(-1)


def limits(values: list[Floats], include: tuple[float, ...], trim: float = 0.01) -> tuple[float, float]:
    """Round limits around the bulk of `values` and all of `include`; the outermost `trim` at each end may lie outside."""
    known = np.concatenate([part[np.isfinite(part)] for part in values] or [np.empty(0)])
    ends = list(include)
    if known.size:
        ends += [float(end) for end in np.quantile(known, [trim, 1.0 - trim])]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    if not high > low:
        low, high = low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
    step = _round_step((high - low) / 8)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def on_axis(values: Floats, logarithmic: bool) -> Floats:
    """The values as they are drawn; NaN where there is no place for them."""
    if not logarithmic:
        return np.where(np.isfinite(values), values, np.nan)
    positive = np.isfinite(values) & (values > 0)
    return np.where(positive, np.log10(np.where(positive, values, 1.0)), np.nan)


def log_limits(values: Floats) -> tuple[float, float]:
    """Limits at 1, 2 or 5 times a power of ten around the values, which are logarithms themselves."""
    rungs = [power + math.log10(rung) for power in range(-18, 18) for rung in (1.0, 2.0, 5.0)]
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    below = max((rung for rung in rungs if rung <= low + 1e-9), default=low)
    return below, min((rung for rung in rungs if rung >= high - 1e-9 and rung > below), default=max(high, below + 1.0))


def _round_step(raw: float) -> float:
    """The smallest of 1, 2, 5, 10 times a power of ten that is not below `raw`."""
    if raw <= 0 or not math.isfinite(raw):
        return 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    return next((rung * power for rung in (1.0, 2.0, 5.0) if rung * power >= raw * (1 - 1e-9)), 10.0 * power)
