"""Window: how far out one reaches that holds every sample."""

import itertools
import math

import numpy as np

from tui_gan.contract.snapshot import Floats


def widened(low: Floats, high: Floats, *samples: Floats) -> tuple[Floats, Floats]:
    """The corners of a window that holds the one given and all finite samples, (N, 1) or (N, 2) each.

    Each end moves out by 1/2, 1, 2, 5, 10, ... sizes of the window, the least of these that suffices, so that it seldom changes.
    """
    known = np.concatenate([each[np.isfinite(each).all(axis=1)] for each in samples])
    least, most = (known.min(axis=0), known.max(axis=0)) if len(known) else (low, high)
    size = high - low
    below = np.array([_notch(float(need)) for need in (low - least) / size])
    above = np.array([_notch(float(need)) for need in (most - high) / size])
    return low - below * size, high + above * size


def _notch(need: float) -> float:
    if need <= 0:
        return 0.0
    powers = itertools.count(max(0, math.floor(math.log10(need))))
    notches = (rung * 10.0**power for power in powers for rung in (0.5, 1.0, 2.0, 5.0))
    return next(notch for notch in notches if notch >= need)
