"""Images: generated ones in a grid, and real ones beside or below, two pixels a cell."""

import dataclasses
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.snapshot import Bytes, Floats, ImageGrid
from tui_gan.ui.draw import marks
from tui_gan.ui.draw.canvas import SPACE, Canvas
from tui_gan.ui.draw.palette import Ink, Look, triplet

SMALLEST = 8
# So many images are worth having: of 28 rows 12, of more rows fewer, since these want to be seen larger.
WANTED_ROWS, FEWEST, MOST = 336, 4, 16
# How the worth of an image grows with its height, what whole multiples add to it, and what is left of it without a real one beside.
DETAIL, EXACT, ALONE = 1.75, 1.15, 0.6
GAP = 1
APART = 2
# Steps of grey and of each colour: the fewer, the fewer styles and changes of style.
SHADES = {1: 31, 3: 15}
RAMP = " .:-=+*#%@"
LUMA = np.array([0.299, 0.587, 0.114])


@dataclasses.dataclass(frozen=True)
class Grid:
    """Equal images in rows and columns, from a pixel on."""

    x: int
    y: int
    columns: int
    rows: int


@dataclasses.dataclass(frozen=True)
class Plan:
    """How large an image is drawn, in pixels, and where the generated and the real ones go."""

    width: int
    height: int
    fake: Grid
    real: Grid | None


def images(picture: ImageGrid, width: int, height: int, look: Look) -> Canvas:
    """Draw as many whole images as are worth it, larger or smaller than they are, in the order that they have."""
    canvas = Canvas(width, height)
    if 0 in picture.fake.shape or width < 1 or height < 1:
        return canvas
    top = 1 if height >= 6 else 0
    chosen = plan(picture, width, 2 * (height - top))
    shown = np.full((2 * (height - top), width, 3), np.nan)
    _place(shown, picture.fake, chosen.fake, chosen)
    if chosen.real is not None:
        _place(shown, picture.real, chosen.real, chosen)
    _lay(canvas, shown, top, SHADES[picture.fake.shape[3]], look)
    if top:
        canvas.write(chosen.fake.x, 0, "generated", Ink.FAKE)
        if chosen.real is not None:
            canvas.write(chosen.real.x, top + chosen.real.y // 2 - 1, "real", Ink.REAL)
    return canvas


def plan(picture: ImageGrid, wide: int, high: int) -> Plan:
    """Choose the size at which enough images can be told apart: large ones that are few, and many that are small, score low.

    Args:
        wide, high: pixels at hand.
    """
    number, tall, broad, _ = picture.fake.shape
    wanted = min(number, max(FEWEST, min(MOST, WANTED_ROWS // tall)))
    best, most = None, 0.0
    for height in _heights(tall, high):
        width = max(1, round(height * broad / tall))
        if width > wide:
            continue
        found = _arranged(width, height, wide, high, len(picture.real) > 0)
        exact = EXACT if height % tall == 0 or tall % height == 0 else 1.0
        compared = 1.0 if found.real is not None else ALONE
        score = min(found.fake.columns * found.fake.rows, wanted) * height**DETAIL * exact * compared
        if score > most:
            best, most = found, score
    if best is None:
        height = max(1, min(high, tall * wide // broad))
        best = Plan(max(1, min(wide, broad * height // tall)), height, Grid(0, 0, 1, 1), None)
    return best


def _heights(tall: int, high: int) -> Iterator[int]:
    """The heights at which an image looks good, the largest first: small ones whole times as large, others up to their own."""
    for times in range(16, 1, -1):
        if times * tall <= high and times * tall <= 64:
            yield times * tall
    yield from range(min(tall, high), min(SMALLEST, tall, high) - 1, -1)


def _arranged(width: int, height: int, wide: int, high: int, real: bool) -> Plan:
    """Fill the room, a fourth of the columns or else a row with real images, where there are enough of them."""
    rows, columns = (high + GAP) // (height + GAP), (wide + GAP) // (width + GAP)
    beside = (wide - APART + GAP) // (width + GAP)
    if real and beside >= 3 and rows:
        own = max(1, beside // 4)
        x = (beside - own) * (width + GAP) + APART
        return Plan(width, height, Grid(0, 0, beside - own, rows), Grid(x, 0, own, rows))
    below = (high - APART) // (height + GAP + 1)
    if real and below >= 2:
        y = -(-((below - 1) * (height + GAP)) // 2) * 2 + APART
        return Plan(width, height, Grid(0, 0, columns, below - 1), Grid(0, y, columns, 1))
    return Plan(width, height, Grid(0, 0, columns, rows), None)


def _place(shown: Floats, pictures: Bytes, grid: Grid, chosen: Plan) -> None:
    """Draw the first images into a grid, each channel in 0 .. 255."""
    few = resampled(pictures[: grid.columns * grid.rows].astype(np.float64), chosen.height, chosen.width)
    for number, image in enumerate(few):
        row, column = divmod(number, grid.columns)
        x, y = grid.x + column * (chosen.width + GAP), grid.y + row * (chosen.height + GAP)
        shown[y : y + chosen.height, x : x + chosen.width] = image


def resampled(pictures: Floats, height: int, width: int) -> Floats:
    """Images (n, H, W, C) at another size: the mean of what each new pixel covers, so that whole multiples stay sharp."""
    down, across = _covered(pictures.shape[1], height), _covered(pictures.shape[2], width)
    number, tall, broad, channels = pictures.shape
    rows = np.matmul(down, pictures.reshape(number, tall, broad * channels)).reshape(number, height, broad, channels)
    found: Floats = np.matmul(across, rows)
    return found


def _covered(before: int, after: int) -> Floats:
    """(after, before) the share that each old pixel has in each new one."""
    old, new = np.arange(before + 1) / before, np.arange(after + 1) / after
    low, high = np.maximum(new[:-1, None], old[None, :-1]), np.minimum(new[1:, None], old[None, 1:])
    shares: Floats = np.maximum(high - low, 0.0) * after
    return shares


def _lay(canvas: Canvas, shown: Floats, top: int, shades: int, look: Look) -> None:
    """Draw pixels, two a cell; NaN is the bare ground."""
    blank = np.isnan(shown[..., 0])
    if look.ascii_only:
        grey = np.where(blank, 0.0, np.nan_to_num(shown) @ LUMA)
        _letters(canvas, (grey[0::2] + grey[1::2]) / 2, blank[0::2] & blank[1::2], top, look)
        return
    few = np.rint(np.rint(np.nan_to_num(shown) / 255 * shades) * (255 / shades)).astype(np.uint8)
    pixels = np.where(blank[..., None], np.array(triplet(look.palette.ground), dtype=np.uint8), few)
    glyphs, letters, grounds = marks.halves(pixels[0::2], pixels[1::2])
    canvas.glyphs[top:] = glyphs
    canvas.paint(letters, grounds, y=top)


def _letters(canvas: Canvas, grey: Floats, blank: NDArray[np.bool_], top: int, look: Look) -> None:
    """Grey levels as letters that cover more or less; on a light screen more is darker."""
    ramp = np.array([ord(letter) for letter in (RAMP if look.palette.dark else RAMP[::-1])], dtype="<u4")
    levels = np.minimum((grey / 256 * len(RAMP)).astype(np.int64), len(RAMP) - 1)
    canvas.glyphs[top:] = np.where(blank, SPACE, ramp[levels])
