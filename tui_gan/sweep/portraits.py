"""Portraits: what a member generates in a few hundred bytes, so that a thousand of them can be looked at."""

import functools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.snapshot import Bytes, Floats
from tui_gan.contract.sweep import Portrayed
from tui_gan.gan.datasets import Line, Plane, Truth

# Bins of a histogram on the line, and standard deviations from the mean to its ends, beyond which all falls into the outermost.
BINS, REACH = 24, 6.0
# Cells across and down of a density in the plane, and pixels of an image.
SIDE = 16
# Real samples by which the window is chosen, and how far it goes beyond them.
REAL, MARGIN = 4096, 0.1
# Shares of samples in a bin are full at so many times the largest of the data.
FULL = 2.0

Portrayer = Callable[[Floats], Bytes]


def portrayer(truth: Truth) -> tuple[Portrayed, Portrayer, Bytes]:
    """What portraits of a data set are, one of samples as metrics take them, as uint8 (H, W), and that of the data itself."""
    if isinstance(truth, Line):
        edges = np.linspace(truth.mean - REACH * truth.sd, truth.mean + REACH * truth.sd, BINS + 1)[1:-1]
        return "line", *_of_shares(lambda x: np.bincount(np.searchsorted(edges, x), minlength=BINS)[None], truth.quantiles(REAL))
    if isinstance(truth, Plane):
        real = truth.points(REAL)
        low, high = real.min(axis=0), real.max(axis=0)
        return "plane", *_of_shares(functools.partial(_counts, low - MARGIN * (high - low), high + MARGIN * (high - low)), real)
    return "images", _image, _image(truth.test[:1].numpy() / 255.0)


def _counts(low: Floats, high: Floats, points: Floats) -> NDArray[np.int64]:
    """How many points lie in each cell of a window, the upper row first."""
    places = np.floor((points - low) / (high - low) * SIDE)
    across, up = places[((places >= 0) & (places < SIDE)).all(axis=1)].astype(np.int64).T
    return np.bincount((SIDE - 1 - up) * SIDE + across, minlength=SIDE * SIDE).reshape(SIDE, SIDE)


def _of_shares(counts: Callable[[Floats], NDArray[np.int64]], real: Floats) -> tuple[Portrayer, Bytes]:
    most = FULL * counts(real).max() / len(real)

    def portrait(x: Floats) -> Bytes:
        finite = x[np.isfinite(x).reshape(len(x), -1).all(axis=1)]
        return _bytes(counts(finite) / len(x) / most)

    return portrait, portrait(real)


def _image(x: Floats) -> Bytes:
    """The first of some images, (N, C, H, W) in 0 .. 1, in grey, at most SIDE pixels high and wide."""
    grey = x[0].mean(axis=0)
    for axis, side in enumerate(grey.shape):
        starts = np.linspace(0, side, min(side, SIDE), endpoint=False).astype(int)
        widths = np.expand_dims(np.diff([*starts, side]), 1 - axis)
        grey = np.add.reduceat(grey, starts, axis) / widths
    return _bytes(grey)


def _bytes(shares: Floats) -> Bytes:
    levels: Bytes = np.rint(np.clip(np.nan_to_num(shares), 0.0, 1.0) * 255).astype(np.uint8)
    return levels
