"""Plane: real and generated points over a map of D(x), at equal scales in both directions; on demand the field between the players."""

import dataclasses
import math
from collections.abc import Collection

import numpy as np

from tui_gan.contract.outside import outside
from tui_gan.contract.snapshot import Floats, Plane2D
from tui_gan.ui.draw import axes, marks
from tui_gan.ui.draw.canvas import Canvas, Glyphs
from tui_gan.ui.draw.palette import Ink, Look, colour
from tui_gan.ui.draw.pictures import beyond, field, heat
from tui_gan.ui.draw.pictures.lens import WHOLE, Lens

GUTTER = 6
LONGEST = 4.0
POINTS = ("real", "fake", "heat")
Layer = tuple[Glyphs, Ink]


@dataclasses.dataclass(frozen=True)
class Window:
    """What is drawn of the plane, on how many cells, and where these are in the room there is.

    Attributes:
        left, right, bottom, top: in units of the data.
        columns, rows: cells, at equal scales in both directions.
        x, y: the column and the row of the upper left cell.
        labels, gutter, below: columns at the left and at the right and rows below that hold axes.
        shares: its ends from left to right and from below upward, as shares of the whole.
        times: how many times it is enlarged.
    """

    left: float
    right: float
    bottom: float
    top: float
    columns: int
    rows: int
    x: int
    y: int
    labels: int
    gutter: int
    below: int
    shares: tuple[heat.Shares, heat.Shares]
    times: float

    def dots(self, points: Floats) -> Floats:
        """Points (..., 2) in columns and rows of dots from the upper left."""
        scales = [2 * self.columns / (self.right - self.left), 4 * self.rows / (self.bottom - self.top)]
        with np.errstate(over="ignore", invalid="ignore"):
            placed: Floats = (points - [self.left, self.top]) * scales
        return placed

    def share(self, x: int, y: int) -> tuple[float, float]:
        """A cell of the room as shares of the window, from the left and from below."""
        return (x - self.x + 0.5) / self.columns, 1 - (y - self.y + 0.5) / self.rows


def window(picture: Plane2D, width: int, height: int, lens: Lens = WHOLE) -> Window | None:
    """What is seen of the plane in so much room; None where nothing can be."""
    ends = [*picture.low[:2].tolist(), *picture.high[:2].tolist()]
    if len(ends) < 4 or not all(math.isfinite(end) for end in ends) or width < 2 or height < 1:
        return None
    left, right = lens.across(*_range(ends[0], ends[2]))
    bottom, top = lens.upward(*_range(ends[1], ends[3]))
    below = 2 if height >= 6 else 0
    gutter = GUTTER if width >= 28 and height >= 4 else 0
    labels = axes.y_labels_width(bottom, top, height - below) if gutter else 0
    labels = 0 if labels > width // 3 else labels
    columns, rows = _equal((right - left) / (top - bottom), width - gutter - labels, height - below)
    x, y = (width - labels - columns - gutter) // 2 + labels, (height - below - rows) // 2
    return Window(left, right, bottom, top, columns, rows, x, y, labels, gutter, below, (lens.across(0, 1), lens.upward(0, 1)), lens.times)


def plane(picture: Plane2D, width: int, height: int, look: Look, visible: Collection[str] = POINTS, lens: Lens = WHOLE) -> Canvas:
    """Draw the part of the plane under the lens, in the middle of the room there is.

    A cell with points has the colour of their kind, or a third one where it holds both, so that neither hides the other; its
    ground says D(x). What share of the points lies outside of what is seen stands at that side.

    Args:
        visible: of POINTS and "map" and "arrows".
    """
    canvas = Canvas(width, height)
    seen = window(picture, width, height, lens)
    if seen is None:
        return canvas
    framed = Canvas(seen.labels + seen.columns + seen.gutter, seen.rows + seen.below)
    inside = _inside(picture, seen, look, visible)
    beyond.around(inside, not_seen(picture, seen, visible), look)
    framed.paste(seen.labels, 0, inside)
    if seen.labels:
        axes.y_axis(framed, seen.bottom, seen.top, seen.rows, seen.labels, look)
    if seen.below:
        axes.x_axis(framed, seen.left, seen.right, seen.columns, seen.rows, look, seen.labels)
    if seen.gutter and "heat" in visible:
        heat.key(framed, seen.labels + seen.columns + 1, seen.rows, look, heat.span(picture.discriminator))
    canvas.paste(seen.x - seen.labels, seen.y, framed)
    return canvas


def not_seen(picture: Plane2D, seen: Window, visible: Collection[str]) -> list[beyond.Kind]:
    """What of the points that are drawn lies outside of what is seen of the plane."""
    kinds = (
        ("fake", "generated", picture.fake, picture.fake_outside, Ink.FAKE),
        ("real", "real", picture.real, picture.real_outside, Ink.REAL),
    )
    low, high = np.array([seen.left, seen.bottom]), np.array([seen.right, seen.top])
    return [
        beyond.Kind(name, whole if seen.times == 1 else outside(points.reshape(-1, 2), low, high), ink)
        for layer, name, points, whole, ink in kinds
        if layer in visible
    ]


def _range(low: float, high: float) -> tuple[float, float]:
    return (low, high) if high > low else (low - 0.5 * (abs(low) or 1.0), low + 0.5 * (abs(low) or 1.0))


def _equal(aspect: float, columns: int, rows: int) -> tuple[int, int]:
    """The largest part of so many cells with that ratio of width to height; all of them where it would be a mere line."""
    if not 1 / LONGEST <= aspect <= LONGEST:
        return columns, rows
    return max(1, min(columns, round(2 * rows * aspect))), max(1, min(rows, round(columns / 2 / aspect)))


def _inside(picture: Plane2D, seen: Window, look: Look, visible: Collection[str]) -> Canvas:
    """All layers without axes, the heat map lowest, then the map of G, and points between the shafts and the heads of arrows."""
    canvas = Canvas(seen.columns, seen.rows)
    wide, high = 2 * seen.columns, 4 * seen.rows
    points = _points(picture, seen, look, visible)
    layers: list[Layer] = []
    if "map" in visible and picture.manifold is not None and picture.manifold.size:
        mesh = field.mesh(seen.dots(picture.manifold), wide, high, seen.times)
        layers.append((marks.cells(mesh, look.pick("", "~")), Ink.DIM))
    if "arrows" in visible and picture.arrows is not None and picture.arrows.size:
        shafts, heads = field.arrows(seen.dots(picture.arrows[:, 0]), picture.arrows[:, 1], wide, high, look)
        layers += [(shafts, Ink.GENERATOR), *points, (heads, Ink.GENERATOR)]
    else:
        layers += points
    ends = heat.span(picture.discriminator)
    if "heat" in visible and heat.lettered(look):
        levels = heat.levels(picture.discriminator, *seen.shares, seen.columns, seen.rows, ends)
        heat.letters(canvas, levels)
        heat.unknown(canvas, levels, look)
    if "heat" in visible and not heat.lettered(look):
        _paint(canvas, layers, heat.levels(picture.discriminator, *seen.shares, seen.columns, 2 * seen.rows, ends), look)
        return canvas
    for glyphs, ink in layers:
        canvas.lay(glyphs, ink)
    return canvas


def _paint(canvas: Canvas, layers: list[Layer], levels: heat.Levels, look: Look) -> None:
    """Lay the layers over the heat map, which stays their ground."""
    shades = heat.shades(look)[np.maximum(levels, 0)]
    canvas.glyphs[:], letters, grounds = marks.halves(shades[0::2], shades[1::2])
    letters[(levels[0::2] < 0) & (levels[1::2] < 0)] = colour(look.palette, Ink.DIM)
    heat.unknown(canvas, np.maximum(levels[0::2], levels[1::2]), look)
    for glyphs, ink in layers:
        canvas.lay(glyphs, ink)
        letters[glyphs > 0] = colour(look.palette, ink)
    canvas.paint(letters, grounds)


def _points(picture: Plane2D, seen: Window, look: Look, visible: Collection[str]) -> list[Layer]:
    """Cells with real points alone, with generated ones alone, and with both."""
    nothing = np.empty((0, 2))
    real, fake = (_dots(points if name in visible else nothing, seen) for name, points in (("real", picture.real), ("fake", picture.fake)))
    has_real, has_fake = (_cells_with(dots) for dots in (real, fake))
    held = real | fake
    kinds = (
        (has_real & ~has_fake, "x", Ink.REAL),
        (has_fake & ~has_real, "o", Ink.FAKE),
        (has_real & has_fake, "&", Ink.TEXT),
    )
    return [(np.where(where, marks.cells(held, letter if look.lettered else ""), 0).astype("<u4"), ink) for where, letter, ink in kinds]


def _dots(points: Floats, seen: Window) -> marks.Dots:
    """Where there is a point; those outside the window, or nowhere, are left out."""
    wide, high = 2 * seen.columns, 4 * seen.rows
    places = seen.dots(points.reshape(-1, 2))
    inside = ((places >= 0) & (places <= [wide, high])).all(axis=1)
    at = np.minimum(places[inside].astype(np.int64), [wide - 1, high - 1])
    return marks.scatter(at[:, 0], at[:, 1], wide, high)


def _cells_with(dots: marks.Dots) -> marks.Dots:
    """Which cells hold a dot."""
    high, wide = dots.shape
    return np.asarray(dots.reshape(high // 4, 4, wide // 2, 2).any(axis=(1, 3)))
