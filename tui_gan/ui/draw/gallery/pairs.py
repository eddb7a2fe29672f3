"""Pairs: generated images with the nearest real ones, real ones with what an inference network makes of them, or those of two stages."""

from typing import NamedTuple

import numpy as np

from tui_gan.contract.snapshot import Bytes, Floats
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.pictures.images import Worth, enough, largest, lay, place, sheet

WITHIN, APART = 1, 3
LABELLED = 5


class Pairs(NamedTuple):
    """How large an image is drawn, in pixels, and how many pairs there are in so many columns and rows of cells each."""

    width: int
    height: int
    columns: int
    rows: int
    tall: int


def pairs(fake: Bytes, nearest: Bytes, distances: Floats, width: int, height: int, look: Look) -> Canvas:
    """Draw as many pairs as are worth it, the first ones at the left; below each the distance, where there is room."""
    canvas = Canvas(width, height)
    number = min(len(fake), len(nearest), len(distances))
    if not number or 0 in fake.shape or width < 1 or height < 1:
        return canvas
    chosen = _arranged(fake[:number], width, height, 1 if height >= LABELLED else 0)
    if chosen is None:
        return canvas
    number = min(number, chosen.columns * chosen.rows)
    across = 2 * chosen.width + WITHIN + APART
    cells = [(number % chosen.columns * across, number // chosen.columns * chosen.tall) for number in range(number)]
    surface = sheet(width, height, look)
    place(surface, fake, [(x, 2 * y) for x, y in cells], chosen.width, chosen.height)
    place(surface, nearest, [(x + chosen.width + WITHIN, 2 * y) for x, y in cells], chosen.width, chosen.height)
    lay(canvas, surface, 0, fake.shape[3] == 1, look)
    if chosen.tall * 2 >= chosen.height + 2:
        below = -(-chosen.height // 2)
        for (x, y), distance in zip(cells, distances.tolist(), strict=False):
            text = f"{distance:.2f}" if np.isfinite(distance) else "-"
            canvas.write(x + max(0, (2 * chosen.width + WITHIN - len(text)) // 2), y + below, text, Ink.DIM)
    return canvas


def _arranged(fake: Bytes, width: int, height: int, labels: int) -> Pairs | None:
    """The size at which enough pairs can be told apart."""
    number, tall, broad, _ = fake.shape

    def fitting(wide: int, high: int) -> Pairs:
        each = -(-high // 2) + labels
        return Pairs(wide, high, (width + APART) // (2 * wide + WITHIN + APART), height // each, each)

    def worth(wide: int, high: int) -> Worth:
        grid = fitting(wide, high)
        count = min(number, grid.columns * grid.rows)
        return Worth(float(min(enough(tall), count)), 2 * count)

    size = largest((tall, broad), (width, 2 * height), worth)
    return fitting(*size) if size else None
