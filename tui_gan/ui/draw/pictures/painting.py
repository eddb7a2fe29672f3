"""Painting: a distribution that the user draws over the window of the picture, as bars of a line or cells of a plane."""

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from tui_gan.contract.snapshot import Floats, Line1D, Plane2D, frozen
from tui_gan.ui.draw import scale
from tui_gan.ui.draw.marks import Dots

# Bars that fill 80, 120 and 200 columns, and rows that do so in height.
BARS, ROWS, FEWEST, MOST = 39, 18, 9, 54
NOTCHES = 16
LARGEST = 6
FAINTEST = 0.01
Place = tuple[int, int]


@dataclasses.dataclass(frozen=True, eq=False)
class Painting:
    """What is drawn so far; a new value for every change.

    Attributes:
        weights: (rows, columns) of equal cells, 0 .. 1, row 0 the lowest; of a line one row.
        real: the same of the data that are learned now.
        across, upward: the ends of the window in units of the data.
        column, row: where the brush is.
        brush: its size, from its middle to its edge; 1 is a single cell.
    """

    weights: Floats
    real: Floats
    across: tuple[float, float]
    upward: tuple[float, float]
    column: int
    row: int
    brush: int = 1

    @property
    def is_line(self) -> bool:
        """Whether it is made of bars."""
        return len(self.weights) == 1

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn."""
        return not self.weights.any()

    @property
    def covered(self) -> Dots:
        """(rows, columns) which cells are under the brush."""
        rows, columns = np.indices(self.weights.shape)
        near: Dots = np.hypot(columns - self.column, rows - self.row) <= self.brush - 0.5
        return near

    @property
    def under(self) -> float:
        """What is drawn in the middle of the brush."""
        return float(self.weights[self.row, self.column])

    @property
    def at(self) -> tuple[float, float]:
        """Where the middle of the brush is, in units of the data."""
        rows, columns = self.weights.shape
        (left, right), (bottom, top) = self.across, self.upward
        return left + (self.column + 0.5) / columns * (right - left), bottom + (self.row + 0.5) / rows * (top - bottom)


def begun(picture: Line1D | Plane2D) -> Painting | None:
    """The data as they are, to begin with; None where the picture has no window."""
    if isinstance(picture, Line1D):
        if picture.edges.size < 2 or not picture.edges[-1] > picture.edges[0]:
            return None
        real = _full(scale.column_density(picture.edges, picture.real, BARS)[None])
        return Painting(real, real, (float(picture.edges[0]), float(picture.edges[-1])), (0.0, 1.0), BARS // 2, 0)
    (left, bottom), (right, top) = picture.low.tolist(), picture.high.tolist()
    if not (right > left and top > bottom and math.isfinite(right - left) and math.isfinite(top - bottom)):
        return None
    columns = min(MOST, max(FEWEST, round(ROWS * (right - left) / (top - bottom))))
    points = picture.real.reshape(-1, 2)
    counts, _, _ = np.histogram2d(points[:, 1], points[:, 0], (ROWS, columns), ((bottom, top), (left, right)))
    real = _full(counts)
    return Painting(real, real, (left, right), (bottom, top), columns // 2, ROWS // 2)


def moved(painting: Painting, columns: int, rows: int) -> Painting:
    """Move the brush; the bars of a line are raised and lowered instead of moving it up and down."""
    if painting.is_line and rows:
        return raised(painting, rows)
    high, wide = painting.weights.shape
    column, row = (min(most - 1, max(0, to)) for to, most in ((painting.column + columns, wide), (painting.row + rows, high)))
    return dataclasses.replace(painting, column=column, row=row)


def raised(painting: Painting, notches: int) -> Painting:
    """Raise or lower what is under the brush."""
    return _covered_with(painting, np.clip((np.rint(painting.weights * NOTCHES) + notches) / NOTCHES, 0.0, 1.0))


def filled(painting: Painting) -> Painting:
    """Fill what is under the brush, or empty it where its middle is full."""
    return _covered_with(painting, np.full_like(painting.weights, float(painting.under < 1.0)))


def brushed(painting: Painting, larger: int) -> Painting:
    """Take a larger or a smaller brush."""
    return dataclasses.replace(painting, brush=min(LARGEST, max(1, painting.brush + larger)))


def stroke(painting: Painting, end: Place, first: float, last: float) -> Painting:
    """Draw the brush from where it is to another cell, leaving weights that go evenly from the first to the last."""
    offset = (end[0] - painting.column, end[1] - painting.row)
    steps = max(1, abs(offset[0]), abs(offset[1]))
    column, row = painting.column, painting.row
    for step in range(steps + 1):
        share = step / steps
        there = dataclasses.replace(painting, column=column + round(share * offset[0]), row=row + round(share * offset[1]))
        painting = _covered_with(there, np.full_like(there.weights, first + share * (last - first)))
    return painting


def put(painting: Painting, place: Place) -> Painting:
    """Put the brush down in a cell."""
    return moved(dataclasses.replace(painting, column=place[0], row=place[1]), 0, 0)


def start(painting: Painting, name: str) -> Painting:
    """Begin anew from one of STARTS."""
    return dataclasses.replace(painting, weights=frozen(STARTS[name](painting)))


def _bumps(*middles: float, width: float) -> Callable[[Painting], Floats]:
    """Bumps side by side at half the height; where they are is a share of the width, how wide of the shorter side."""

    def drawn(painting: Painting) -> Floats:
        rows, columns = painting.weights.shape
        shorter = columns if painting.is_line else min(rows, columns)
        y, x = np.indices((rows, columns)) + 0.5
        away = [np.hypot(x - middle * columns, y - rows / 2) / (width * shorter) for middle in middles]
        return _full(sum(np.exp(-0.5 * distance**2) for distance in away))

    return drawn


def _full(weights: object) -> Floats:
    """Weights as shares of the largest; what is too faint to be seen is nothing."""
    known = np.nan_to_num(np.asarray(weights, dtype=np.float64), posinf=0.0, neginf=0.0)
    shares = known / (known.max(initial=0.0) or 1.0)
    return frozen(np.where(shares < FAINTEST, 0.0, shares))


def _covered_with(painting: Painting, weights: Floats) -> Painting:
    return dataclasses.replace(painting, weights=frozen(np.where(painting.covered, weights, painting.weights)))


STARTS: dict[str, Callable[[Painting], Floats]] = {
    "bump": _bumps(0.5, width=0.12),
    "bumps": _bumps(0.3, 0.7, width=0.08),
    "uniform": lambda painting: np.ones_like(painting.weights),
    "real": lambda painting: painting.real,
    "empty": lambda painting: np.zeros_like(painting.weights),
}
