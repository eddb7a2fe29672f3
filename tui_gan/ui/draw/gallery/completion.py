"""Completion: an image of which a part is hidden, large, and beside it the original, completions, their spread and what D says."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.snapshot import Bytes, Completed, Floats
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look, colour, triplet
from tui_gan.ui.draw.pictures.images import HIGHEST, SMALLEST, lay, place, sheet, whole_sizes

# Which pixels of an image are observed, (H, W), 1 or 0.
Mask = NDArray[np.uint8]
# Row and column of a pixel.
Spot = tuple[int, int]
# The share of the width that the large image may take, and what keeps it from its neighbours.
LARGE, APART = 0.45, 2
# The standard deviation that is drawn brightest: that of a pixel that is black half of the time, and else white.
WIDEST = 0.5
# Small images beside the completions: the original, the spread, and what D says.
FIXED = 3
# So many small ones are wanted at least; the sharp size is taken where it has this share of the largest.
WANTED, SHARP = 6, 0.6
# How much of the colour of what is hidden, and of the cursor, lies over a pixel.
VEIL, CURSOR = 0.85, 0.6


class Layout(NamedTuple):
    """Where the images go, in pixels, two in a cell.

    Attributes:
        width, height: of the large one, which stands at the left below its line of text.
        x: where the small ones begin, `small` their width and height.
    """

    width: int
    height: int
    x: int
    small: tuple[int, int]
    columns: int
    rows: int


def layout(tall: int, broad: int, count: int, width: int, height: int) -> Layout | None:
    """The sizes for images of `tall` rows and `broad` columns in a room of cells; None where there is too little.

    Args:
        count: of small images.
    """
    high = 2 * (height - 1)
    fitting = [each for each in whole_sizes(tall, broad) if each[0] <= max(broad, width * LARGE) and each[1] <= high]
    if not fitting or width < 8 or height < 4:
        return None
    wide, tallest = fitting[0]
    x = wide + APART
    room = width - x

    small = _small(tall, broad, min(count, WANTED), room, height)
    return Layout(wide, tallest, x, small, _columns(room, small[0]), _rows(height, small[1]))


def _small(tall: int, broad: int, wanted: int, room: int, height: int) -> tuple[int, int]:
    """The largest width and height at which so many small images have room, sharp where that costs little."""
    largest: tuple[int, int] | None = None
    for down in range(min(2 * height, max(tall, HIGHEST)), SMALLEST - 1, -1):
        across = max(1, round(down * broad / tall))
        if across > room or _columns(room, across) * _rows(height, down) < wanted:
            continue
        largest = largest or (across, down)
        if down % tall == 0 or tall % down == 0:
            return (across, down) if down >= SHARP * largest[1] else largest
    return largest or (max(1, round(SMALLEST * broad / tall)), SMALLEST)


def _columns(room: int, wide: int) -> int:
    return max(0, (room + 1) // (wide + 1))


def _rows(height: int, high: int) -> int:
    return height // (1 + -(-high // 2))


def completion(
    done: Completed, mask: Mask, at: Spot, width: int, height: int, look: Look, keys: tuple[tuple[str, str], ...] = ()
) -> Canvas:
    """Draw it.

    Args:
        mask: as it is asked for, which the run may not have answered yet.
        at: the pixel that the cursor is at.
        keys: those that change it, and what they do, written where there is room below it.
    """
    canvas = Canvas(width, height)
    tall, broad = mask.shape
    small = [
        ("original", done.original),
        ("spread", _heat(done.spread / WIDEST, look, Ink.FAKE)),
        ("D: observed", _heat(done.observed, look, Ink.DISCRIMINATOR)),
    ]
    small += [(f"completed {number}" if number == 1 else str(number), each) for number, each in enumerate(done.made, 1)]
    plan = layout(tall, broad, len(small), width, height)
    if plan is None:
        return canvas
    surface = sheet(width, height, look)
    hidden = veiled(done.original, mask, at, look)
    place(surface, hidden[None], [(0, 2)], plan.width, plan.height)
    places = [
        (plan.x + column * (plan.small[0] + 1), 2 * row * (1 + -(-plan.small[1] // 2)))
        for row in range(plan.rows)
        for column in range(plan.columns)
    ]
    drawn = list(zip(places, small, strict=False))
    for (x, y), (_, image) in drawn:
        place(surface, coloured(image)[None], [(x, y + 2)], *plan.small)
    lay(canvas, surface, 0, False, look)
    if look.lettered:
        _letter(canvas, mask, at, plan)
    canvas.write(0, 0, f"{int((mask == 0).sum())} of {mask.size} hidden"[: plan.width + 1], Ink.KEY)
    for number, (key, does) in enumerate(keys, 2 + -(-plan.height // 2)):
        if number < height and len(key) + len(does) + 1 <= plan.width + 1:
            canvas.write(0, number, key, Ink.KEY)
            canvas.write(len(key) + 1, number, does, Ink.DIM)
    for (x, y), (text, _) in drawn:
        canvas.write(x, y // 2, text[: plan.small[0]], INKS.get(text, Ink.FAKE))
    return canvas


INKS = {"original": Ink.REAL, "spread": Ink.DIM, "D: observed": Ink.DISCRIMINATOR}


def pixel_at(x: int, y: int, mask: Mask, count: int, width: int, height: int) -> Spot | None:
    """The pixel of the large image in a cell of the drawing, of two the upper one; None where there is none."""
    tall, broad = mask.shape
    plan = layout(tall, broad, count, width, height)
    if plan is None or not (0 <= x < plan.width and 0 <= 2 * (y - 1) < plan.height):
        return None
    return 2 * (y - 1) * tall // plan.height, x * broad // plan.width


def coloured(image: Bytes) -> Bytes:
    """An image (H, W, C) in three channels."""
    return np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image


def veiled(original: Bytes, mask: Mask, at: Spot, look: Look) -> Bytes:
    """The image with what is hidden under one colour, and the cursor, (H, W, 3)."""
    pixels = coloured(original).astype(np.float64)
    veil, cursor = (np.array(each, dtype=np.float64) for each in (triplet(look.palette.area), colour(look.palette, Ink.KEY)))
    pixels[mask == 0] = veil
    pixels[at] = (1 - CURSOR) * pixels[at] + CURSOR * cursor
    return np.rint(pixels).astype(np.uint8)


def _heat(levels: Floats, look: Look, ink: Ink) -> Bytes:
    """Levels (H, W) in 0 .. 1 from black to the colour of an ink, (H, W, 3)."""
    hue = np.array(colour(look.palette, ink), dtype=np.float64)
    return np.rint(np.clip(np.nan_to_num(levels), 0.0, 1.0)[..., None] * hue).astype(np.uint8)


def _letter(canvas: Canvas, mask: Mask, at: Spot, plan: Layout) -> None:
    """Without colours what is hidden is dots, and the cursor a cross."""
    tall, broad = mask.shape
    for row in range(-(-plan.height // 2)):
        for column in range(plan.width):
            spots = [(min(tall - 1, each * tall // plan.height), column * broad // plan.width) for each in (2 * row, 2 * row + 1)]
            if at in spots:
                canvas.write(column, row + 1, "X", Ink.KEY)
            elif all(mask[spot] == 0 for spot in spots):
                canvas.write(column, row + 1, "/", Ink.DIM)
