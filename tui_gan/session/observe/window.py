"""Window: how far out one reaches that holds every sample."""

import itertools
import math

import numpy as np

from tui_gan.contract.snapshot import Floats

NOTCHES = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0)


def widened(low: Floats, high: Floats, *samples: Floats) -> tuple[Floats, Floats]:
    """The corners of a window that holds the one given and all finite samples, (N, 1) or (N, 2) each.

    Each end moves out by some of NOTCHES, or 10, 100, ... times as many, sizes of the window, the fewest that suffice, so that it
    seldom changes.
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
    notches = (rung * 10.0**power for power in powers for rung in NOTCHES)
    # A little more than is needed, so that no rounding leaves a sample outside.
    return next(notch for notch in notches if notch >= need * (1 + 1e-9))
