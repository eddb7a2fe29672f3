"""Small multiples: what each member of a cell generates, beside the data."""

import dataclasses
import math

import numpy as np

from tui_gan.contract.snapshot import Bytes
from tui_gan.contract.sweep import Population
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.marks import area
from tui_gan.ui.draw.palette import Ink, Look, triplet
from tui_gan.ui.draw.pictures.colours import UPPER, nearest
from tui_gan.ui.draw.scale import short

# Rows of a histogram; a density or an image has two pixels in each.
HISTOGRAM = 2
LETTERS = " .:-=+*#%@"


@dataclasses.dataclass(frozen=True)
class Tiles:
    """How the members of a cell are laid out.

    Attributes:
        across: how many stand in a row; `most`, how many there is room for.
        width, height: of one, with its heading and the gaps.
        first: the first member of the cell that is drawn.
    """

    across: int
    most: int
    width: int
    height: int
    first: int

    def at(self, x: int, y: int) -> int:
        """The member of the cell at a place."""
        return self.first + y // self.height * self.across + min(x // self.width, self.across - 1)


def tiles(population: Population, member: int, width: int, height: int) -> Tiles:
    """The layout, with one of the members in sight; the first tile is the data's."""
    high, wide = portrait_size(population)
    across = max(1, width // (wide + 2))
    rows = max(1, height // (high + 1))
    most = max(1, across * rows - 1)
    return Tiles(across, most, wide + 2, high + 1, member // most * most)


def portrait_size(population: Population) -> tuple[int, int]:
    """Rows and columns of a portrait."""
    high, wide = population.real.shape
    return (HISTOGRAM if population.kind == "line" else (high + 1) // 2), wide


def multiples(
    population: Population, cell: slice, metric: int, member: int | None, width: int, height: int, look: Look
) -> tuple[Canvas, Tiles]:
    """Draw the data and the members of a cell, each under its seed and its metric; one of them may be chosen."""
    canvas = Canvas(width, height)
    layout = tiles(population, member or 0, width, height)
    if not population.elsewhere[cell].any():
        _tile(canvas, layout, 0, population.real, population.kind, "the data", Ink.REAL, Ink.REAL, look)
    count = min(layout.most, population.seeds - layout.first)
    for place in range(count):
        seed = layout.first + place
        here = cell.start + seed
        value = population.values[here, metric]
        known = population.steps[here] >= 0
        heading = f"{seed} {'failed' if population.failed[here] else short(float(value)) if known and math.isfinite(value) else '·'}"
        heading += " collapsed" if population.collapsed[here] else ""
        ink = Ink.ERROR if population.failed[here] else Ink.WARNING if population.collapsed[here] else Ink.DIM
        _tile(
            canvas,
            layout,
            place + 1,
            population.portraits[here],
            population.kind,
            heading,
            Ink.SELECTED if seed == member else ink,
            Ink.FAKE,
            look,
        )
    return canvas, layout


def _tile(
    canvas: Canvas, layout: Tiles, place: int, portrait: Bytes, kind: str, heading: str, ink: Ink, portrait_ink: Ink, look: Look
) -> None:
    tile = Canvas(layout.width, layout.height)
    tile.write(0, 0, heading[: layout.width - 1], ink)
    if portrait.any() and kind == "line":
        tile.lay(area(portrait[0] / 255.0, HISTOGRAM, "#" if look.ascii_only else ""), portrait_ink, 0, 1)
    elif portrait.any():
        _pixels(tile, portrait, kind == "images", portrait_ink, look)
    canvas.paste(place % layout.across * layout.width, place // layout.across * layout.height, tile)


def _pixels(tile: Canvas, portrait: Bytes, grey: bool, portrait_ink: Ink, look: Look) -> None:
    """A density or an image, two pixels in each cell, or a letter for the two."""
    even = np.concatenate([portrait, np.zeros((len(portrait) % 2, portrait.shape[1]), dtype=np.uint8)])
    upper, lower = even[0::2], even[1::2]
    if look.lettered or look.depth == 4:
        levels = (upper.astype(int) + lower) * (len(LETTERS) - 1) // 510
        tile.lay(np.array([ord(letter) for letter in LETTERS], dtype="<u4")[levels], portrait_ink, 0, 1)
        return
    low, high = (
        np.array(triplet(look.palette.ground)),
        np.array(triplet(look.palette.real if portrait_ink is Ink.REAL else look.palette.fake)),
    )
    if grey:
        low, high = np.zeros(3), np.full(3, 255.0)
    letters, grounds = (nearest(low + (high - low) * (part / 255.0)[..., None], look.depth, grey) for part in (upper, lower))
    tile.lay(np.full(upper.shape, UPPER, dtype="<u4"), portrait_ink, 0, 1)
    tile.paint(letters, grounds, 0, 1)
