"""Distribution: real and generated histograms over the same edges, and D(x), in one picture."""

from collections.abc import Collection

import numpy as np

from tui_gan.contract.snapshot import Floats, Line1D
from tui_gan.ui.draw import axes, marks, scale
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.pictures import beyond
from tui_gan.ui.draw.pictures.lens import WHOLE, Lens

HEADROOM = 1.4
GUTTER = 5
DASH = 4
PLAIN = ("real", "fake", "heat")
TINY = 1e-9


def distribution(picture: Line1D, width: int, height: int, look: Look) -> Canvas:
    """Draw `densities` between its axes."""
    canvas = Canvas(width, height)
    gutter = GUTTER if width >= 28 and height >= 4 else 0
    below = 2 if height >= 5 else 0
    columns, rows = width - gutter, height - below
    if not drawable(picture) or columns < 2 or rows < 1:
        return canvas
    canvas.paste(0, 0, densities(picture, columns, rows, look))
    if below:
        axes.x_axis(canvas, float(picture.edges[0]), float(picture.edges[-1]), columns, rows, look)
    if gutter:
        axes.probability_axis(canvas, columns, rows, look)
    return canvas


def drawable(picture: Line1D) -> bool:
    """Whether there is anything to draw a picture over."""
    return picture.edges.size >= 2 and bool(picture.edges[-1] > picture.edges[0])


def densities(picture: Line1D, columns: int, rows: int, look: Look, visible: Collection[str] = PLAIN, lens: Lens = WHOLE) -> Canvas:
    """Draw real as a filled area, generated as a solid outline, and D(x) and the optimal one as dashed curves from 0 to 1.

    The scale stands still: its top is `highest`, and columns in which a density goes beyond are marked at the top, with how far it
    goes. What lies outside of what is seen is told in words at that side.
    Where the two dashed curves meet, each has its dashes in the other's gaps.

    Args:
        visible: of PLAIN and "optimal".
    """
    canvas = Canvas(columns, rows)
    low, high = lens.across(float(picture.edges[0]), float(picture.edges[-1]))
    top = highest(picture, columns)
    full = np.zeros((rows, columns), dtype=np.bool_)
    if "real" in visible:
        real = scale.column_density(picture.edges, picture.real, columns, (low, high))
        canvas.lay(marks.area(np.minimum(real / top, 1.0), rows, look.pick("", "#")), Ink.AREA)
        full = canvas.glyphs == ord(look.pick("█", "#"))
    places = low + (np.arange(2 * columns) + 0.5) / (2 * columns) * (high - low)
    if "optimal" in visible and picture.optimal is not None:
        best = marks.line(_between(places, (picture.edges[1:] + picture.edges[:-1]) / 2, picture.optimal), 4 * rows, DASH, gap_first=True)
        _layer(canvas, best, full, (Ink.OPTIMAL, Ink.OPTIMAL_ON_AREA), look.pick("", "="))
    if "heat" in visible:
        curve = marks.line(_between(places, picture.axis, picture.discriminator), 4 * rows, DASH)
        _layer(canvas, curve, full, (Ink.DISCRIMINATOR, Ink.DISCRIMINATOR_ON_AREA), look.pick("", "-"))
    if "fake" in visible:
        fine = np.nan_to_num(scale.column_density(picture.edges, picture.fake, 2 * columns, (low, high))) / top
        outline = marks.line(np.where(fine > 1.0, 1.0, fine), 4 * rows) & _near(fine, 4 * rows)
        _layer(canvas, outline, full, (Ink.FAKE, Ink.FAKE_ON_AREA), look.pick("", "o"))
        _beyond_the_top(canvas, fine.reshape(columns, 2).max(axis=1), Ink.FAKE, look)
    if "real" in visible:
        _beyond_the_top(canvas, real / top, Ink.REAL, look)
    kinds = (
        beyond.Kind("generated", beyond.narrowed(picture.fake_outside, picture.edges, picture.fake, (low, high)), Ink.FAKE),
        beyond.Kind("real", beyond.narrowed(picture.real_outside, picture.edges, picture.real, (low, high)), Ink.REAL),
    )
    beyond.along(canvas, [kind for kind, name in zip(kinds, ("fake", "real"), strict=True) if name in visible], (low, high), look)
    return canvas


def highest(picture: Line1D, columns: int) -> float:
    """The density at the upper edge: the real maximum over the whole picture, with headroom; without real samples the generated one."""
    peaks = (float(scale.column_density(picture.edges, each, columns).max(initial=0.0)) for each in (picture.real, picture.fake))
    return next((HEADROOM * peak for peak in peaks if peak > 0), 1.0)


def _between(places: Floats, axis: Floats, values: Floats) -> Floats:
    """Values interpolated at places; NaN outside the axis."""
    if not axis.size:
        return np.full(places.shape, np.nan)
    return np.interp(places, axis, values, left=np.nan, right=np.nan)


def _beyond_the_top(canvas: Canvas, heights: Floats, ink: Ink, look: Look) -> None:
    """Mark the columns that go beyond the top, and say beside them how far the highest does."""
    columns = np.flatnonzero(heights > 1.0 + TINY)
    if not columns.size:
        return
    for x in columns.tolist():
        canvas.write(x, 0, look.pick("▲", "^"), ink)
    text = beyond.up_to(float(heights.max()), look)
    last = int(columns[-1]) + 1
    if last + len(text) <= canvas.width:
        canvas.write(last, 0, text, ink)
    elif len(text) <= columns[0]:
        canvas.write(int(columns[0]) - len(text), 0, text[1:] + " ", ink)


def _near(heights: Floats, dots_high: int) -> marks.Dots:
    """Columns of dots where a line is drawn: those that are not flat on the ground between two others there."""
    grounded = heights < 0.5 / dots_high
    alone = grounded & np.concatenate([[True], grounded[:-1]]) & np.concatenate([grounded[1:], [True]])
    drawn: marks.Dots = ~alone[None, :]
    return drawn


def _layer(canvas: Canvas, dots: marks.Dots, full: marks.Dots, inks: tuple[Ink, Ink], plain: str) -> None:
    """Lay dots over the picture; on the filled area they keep its colour as their ground."""
    glyphs = marks.cells(dots, plain)
    canvas.lay(np.where(full, np.uint32(0), glyphs).astype("<u4"), inks[0])
    canvas.lay(np.where(full, glyphs, np.uint32(0)).astype("<u4"), inks[1])
