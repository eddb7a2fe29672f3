"""Outside: what a window on a line or in a plane does not show of samples, and where that lies."""

import dataclasses

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class Outside:
    """Shares, 0 .. 1, of all samples that a window does not show; each sample counts once.

    Attributes:
        left, right: below the lower and above the upper end of the window along x.
        below, above: in a plane, likewise along y; a point beyond two ends counts at the one that it is farther beyond, in sizes
            of the window.
        unknown: not finite.
    """

    left: float = 0.0
    right: float = 0.0
    below: float = 0.0
    above: float = 0.0
    unknown: float = 0.0

    @property
    def total(self) -> float:
        """The share of all samples that is not shown."""
        return self.left + self.right + self.below + self.above + self.unknown


NONE_OUTSIDE = Outside()


def outside(samples: Floats, low: Floats, high: Floats) -> Outside:
    """The shares of samples, (N, 1) or (N, 2), outside the window with the corners `low` and `high`, (1,) or (2,)."""
    count, across = samples.shape
    if not count:
        return Outside()
    # A row a coordinate, since numpy reduces over a few long rows many times as fast as over many short ones.
    rows = np.ascontiguousarray(samples.T)
    known = rows[:, np.isfinite(rows).all(axis=0)]
    low, high = low[:, None], high[:, None]
    with np.errstate(over="ignore"):
        beyond = np.concatenate((low - known, known - high)) / np.concatenate((high - low, high - low))
    farthest = np.where(beyond.max(axis=0) > 0, beyond.argmax(axis=0), -1)
    # Below the lower end of each coordinate, then above the upper one.
    ends = [float((farthest == end).sum()) / count for end in range(2 * across)]
    left, right, below, above = (ends[0], ends[1], 0.0, 0.0) if across == 1 else (ends[0], ends[2], ends[1], ends[3])
    return Outside(left, right, below, above, 1 - known.shape[1] / count)


def percent(share: float) -> str:
    """A share in percent, never rounded to none or to all."""
    if not 0.0005 <= share <= 0.9995:
        return "0%" if share <= 0 else "<0.1%" if share < 0.5 else "100%" if share >= 1 else ">99.9%"
    return f"{share:.1%}" if share < 0.0995 or share > 0.9905 else f"{share:.0%}"
