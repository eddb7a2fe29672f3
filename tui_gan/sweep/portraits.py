"""Portraits: what members generate, a few hundred bytes of each, so that a thousand of them can be looked at."""

import functools
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.snapshot import Bytes, Floats
from tui_gan.contract.sweep import Portrayed
from tui_gan.gan.datasets import Line, Plane, Truth
from tui_gan.gan.datasets.dataset import of_truth

# Bins of a histogram on the line, and standard deviations from the mean to its ends, beyond which all falls into the outermost.
BINS, REACH = 24, 6.0
# Cells across and down of a density in the plane, and pixels of an image.
SIDE = 16
# Real samples by which the window is chosen, and how far it goes beyond them.
REAL, MARGIN = 4096, 0.1
# Shares of samples in a bin are full at so many times the largest of the data.
FULL = 2.0

# Of samples of members as metrics take them, (M, N, *X), a portrait of each, (M, H, W).
Portrayer = Callable[[Floats], Bytes]
# Of what members learn from, what makes their portraits; None where it is not the data that stand beside them.
Beside = Callable[[Truth], Portrayer | None]


def beside(first: Truth) -> Beside:
    """What makes portraits that stand beside a data set, of members that learn from it."""
    portray = portrayer(first)[1]
    return lambda truth: portray if alike(truth, first) else None


def alike(truth: Truth, other: Truth) -> bool:
    """Whether both are of the same data, as far as portraits show them."""
    return truth is other or (type(truth) is type(other) and np.array_equal(_real(truth), _real(other)))


@of_truth
def _real(truth: Truth) -> Floats:
    if isinstance(truth, Line):
        return truth.quantiles(REAL)
    return truth.points(REAL) if isinstance(truth, Plane) else truth.test[:1].numpy() / 255.0


def portrayer(truth: Truth) -> tuple[Portrayed, Portrayer, Bytes]:
    """What portraits of a data set are, what makes them, and that of the data itself, (H, W)."""
    if isinstance(truth, Line):
        edges = np.linspace(truth.mean - REACH * truth.sd, truth.mean + REACH * truth.sd, BINS + 1)[1:-1]
        return "line", *_of_shares(functools.partial(_bins, edges), (1, BINS), _real(truth))
    if isinstance(truth, Plane):
        real = _real(truth)
        low, high = real.min(axis=0), real.max(axis=0)
        window = low - MARGIN * (high - low), high + MARGIN * (high - low)
        return "plane", *_of_shares(functools.partial(_cells, *window), (SIDE, SIDE), real)
    return "images", _images, _images(_real(truth)[None])[0]


def _bins(edges: Floats, x: Floats) -> NDArray[np.int64]:
    """The bin of each value; that behind the last for what is no number."""
    return np.where(np.isfinite(x), np.searchsorted(edges, x), BINS)


def _cells(low: Floats, high: Floats, points: Floats) -> NDArray[np.int64]:
    """The cell of a window in which each point lies, the upper row first; that behind the last for what lies beyond it."""
    places = np.floor((points - low) / (high - low) * SIDE)
    within = np.all((places >= 0) & (places < SIDE), axis=-1)
    across, up = np.moveaxis(np.where(within[..., None], places, 0).astype(np.int64), -1, 0)
    return np.where(within, (SIDE - 1 - up) * SIDE + across, SIDE * SIDE)


def _of_shares(place: Callable[[Floats], NDArray[np.int64]], shape: tuple[int, int], real: Floats) -> tuple[Portrayer, Bytes]:
    size = math.prod(shape) + 1

    def shares(x: Floats) -> Floats:
        places = place(x) + size * np.arange(len(x))[:, None]
        counts = np.bincount(places.ravel(), minlength=len(x) * size).reshape(len(x), size)[:, :-1]
        found: Floats = counts.reshape(len(x), *shape) / x.shape[1]
        return found

    most = FULL * shares(real[None]).max()
    return lambda x: _bytes(shares(x) / most), _bytes(shares(real[None])[0] / most)


def _images(x: Floats) -> Bytes:
    """Of each member the first of its images, (M, N, C, H, W) in 0 .. 1, in grey, at most SIDE pixels high and wide."""
    grey = x[:, 0].mean(axis=1)
    for axis, side in enumerate(grey.shape[1:]):
        starts = np.linspace(0, side, min(side, SIDE), endpoint=False).astype(int)
        widths = np.expand_dims(np.diff([*starts, side]), 1 - axis)
        grey = np.add.reduceat(grey, starts, axis + 1) / widths
    return _bytes(grey)


def _bytes(shares: Floats) -> Bytes:
    levels: Bytes = np.rint(np.clip(np.nan_to_num(shares), 0.0, 1.0) * 255).astype(np.uint8)
    return levels
