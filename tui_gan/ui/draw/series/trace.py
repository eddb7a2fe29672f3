"""Trace: a series over a window of steps as dots, every peak kept and every gap left open; and its smoothed course."""

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.snapshot import Floats, Series
from tui_gan.ui.draw import marks


def smoothed(values: Floats, points: int) -> Floats:
    """The centred moving average over so many points, fewer at an end and beside a gap; 0 and 1 leave the values.

    Centred, because an exponential average lags: a peak would stand to the right of the change that made it.
    """
    values = np.where(np.isfinite(values), values, np.nan)
    if points < 2 or not values.size:
        return values
    at, known = np.arange(values.size), np.isfinite(values)
    begins = np.maximum.accumulate(np.where(known, -1, at)) + 1
    ends = np.minimum.accumulate(np.where(known, values.size, at)[::-1])[::-1]
    first, last = np.maximum(begins, at - points // 2), np.minimum(ends, at + (points + 1) // 2)
    bounds = np.stack([first, np.maximum(last, first)], axis=1).reshape(-1)
    with np.errstate(all="ignore"):
        sums = np.add.reduceat(np.append(np.where(known, values, 0.0), 0.0), bounds)[::2]
        means: Floats = np.where(known, sums / np.maximum(1, last - first), np.nan)
    return means


def within(series: Series, low: float, high: float) -> Floats:
    """The values at the steps from `low` to `high`, and the ones next to them, to which lines lead."""
    first = int(np.searchsorted(series.steps, low, side="right")) - 1
    last = int(np.searchsorted(series.steps, high)) + 1
    return series.values[max(0, first) : last]


def course(steps: Floats, values: Floats, low: float, high: float, slots: int) -> Floats:
    """The least and the largest value of a broken line in each of `slots` equal slices of the steps from `low` to `high`.

    Returns:
        (2 * slots,) in the order in which the line runs through them; NaN where it does not, or next to a missing value.
    """
    missing = ~np.isfinite(values)
    share = (np.arange(2 * slots) + 0.5) / (2 * slots)
    extremes = np.full(2 * slots, np.nan)
    if missing.all() or not high > low:
        return extremes
    at = low + share * (high - low)
    inside = (at >= steps[0]) & (at <= steps[-1])
    if missing.any():
        inside &= np.interp(at, steps, missing.astype(float)) == 0.0
    extremes[inside] = np.interp(at[inside], steps[~missing], values[~missing])
    seen = ~missing & (steps >= low) & (steps <= high)
    if seen.any():
        _include(extremes.reshape(slots, 2), slot(steps[seen], low, high, slots), values[seen])
    return extremes


def _include(pairs: Floats, slots: NDArray[np.int64], values: Floats) -> None:
    """Widen the pairs of the slices that hold points to all of them."""
    starts = np.flatnonzero(np.concatenate([[True], slots[1:] != slots[:-1]]))
    here = slots[starts]
    before = pairs[here]
    least = np.fmin(np.minimum.reduceat(values, starts), np.fmin(before[:, 0], before[:, 1]))
    largest = np.fmax(np.maximum.reduceat(values, starts), np.fmax(before[:, 0], before[:, 1]))
    falling = before[:, 0] > before[:, 1]
    pairs[here, 0], pairs[here, 1] = np.where(falling, largest, least), np.where(falling, least, largest)


def slot(steps: Floats, low: float, high: float, slots: int) -> NDArray[np.int64]:
    """The slice of each step."""
    return np.clip(((steps - low) / (high - low) * slots).astype(np.int64), 0, slots - 1)


def dots(heights: Floats, dots_high: int, dash: int = 0) -> marks.Dots:
    """A course as dots, one column a slice.

    Args:
        heights: (2 * slots,) as shares of the height.
        dash: length of the dashes and of the gaps between them, in dots; 0 draws it whole.
    """
    halves = marks.line(heights, dots_high, 2 * dash)
    return halves[:, ::2] | halves[:, 1::2]
