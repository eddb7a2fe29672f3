"""Images: generated ones in a grid, and real ones beside or below, two pixels a cell; finer where the terminal shows pixels."""

import dataclasses
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.snapshot import Bytes, Floats, ImageGrid
from tui_gan.ui.draw import marks
from tui_gan.ui.draw.canvas import SPACE, Canvas, Glyphs
from tui_gan.ui.draw.palette import Ink, Look, triplet
from tui_gan.ui.draw.pictures import colours
from tui_gan.ui.draw.raster import FINE, fits

SMALLEST = 8
# So many images are worth having: of 28 rows 12, of more rows fewer, since these want to be seen larger.
WANTED_ROWS, FEWEST, MOST = 336, 4, 16
# How the worth of an image grows with its height, and what is left of it without a real one beside.
DETAIL, ALONE = 1.75, 0.6
# What images add to the worth that are sharp: each of their pixels whole pixels, or whole numbers of them one.
EXACT = 1.15
# An image is not drawn higher, in pixels, unless it is so itself.
HIGHEST = 64
MUCH = 1.5
GAP = 1
# Images of a class beside each other, where classes have too few rows: the fewest that do it justice.
FEW = 2
# What is left of the worth at sizes at which classes have no place: less than at any at which all have one.
UNSEEN = 1e-6
APART = 2
RAMP = " .:-=+*#%@"


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

    def places(self, grid: Grid) -> list[tuple[int, int]]:
        """The upper left pixels of the images of a grid, row by row."""
        across, down = self.width + GAP, self.height + GAP
        return [(grid.x + column * across, grid.y + row * down) for row in range(grid.rows) for column in range(grid.columns)]


def images(picture: ImageGrid, width: int, height: int, look: Look, larger: int = 0) -> Canvas:
    """Draw as many whole images as are worth it, larger or smaller than they are, in the order that they have.

    Args:
        larger: so many sizes larger than that which is worth most; smaller below 0.
    """
    canvas = Canvas(width, height)
    if 0 in picture.fake.shape or width < 1 or height < 1:
        return canvas
    top = 1 if height >= 6 else 0
    chosen = plan(picture, width, 2 * (height - top), larger)
    surface = sheet(width, height - top, look)
    place(surface, picture.fake, chosen.places(chosen.fake), chosen.width, chosen.height)
    if chosen.real is not None:
        place(surface, picture.real, chosen.places(chosen.real), chosen.width, chosen.height)
    lay(canvas, surface, top, picture.fake.shape[3] == 1, look)
    if top:
        canvas.write(chosen.fake.x, 0, "generated", Ink.FAKE)
        if chosen.real is not None:
            canvas.write(chosen.real.x, top + chosen.real.y // 2 - 1, "real", Ink.REAL)
    return canvas


def plan(picture: ImageGrid, wide: int, high: int, larger: int = 0) -> Plan:
    """Choose the size at which enough images can be told apart and fill the room: few that are large, and many that are small, score low.

    Args:
        wide, high: pixels at hand.
        larger: so many sizes larger than that, of those that are sharp; smaller below 0.
    """
    number, tall, broad, _ = picture.fake.shape
    wanted = min(number, enough(tall))

    def worth(width: int, height: int) -> Worth:
        layout = _arranged(width, height, wide, high, len(picture.real) > 0)
        fake = min(layout.fake.columns * layout.fake.rows, number)
        real = min(layout.real.columns * layout.real.rows, len(picture.real)) if layout.real else 0
        few = min(1.0, fake / min(FEWEST, number))
        if picture.names:
            seen = layout.fake.rows * max(1, layout.fake.columns // FEW) / len(picture.names)
            few *= 1.0 if seen >= 1 else UNSEEN * seen
        return Worth(min(fake, wanted) * few * (1.0 if layout.real is not None else ALONE), fake + real)

    if size := largest((tall, broad), (wide, high), worth):
        sizes = [each for each in whole_sizes(tall, broad) if each[0] <= wide and each[1] <= high]
        if larger and (others := [each for each in sizes if (each[1] > size[1]) == (larger > 0) and each != size]):
            size = others[max(-len(others), -larger)] if larger > 0 else others[min(len(others), -larger) - 1]
        return _arranged(*size, wide, high, len(picture.real) > 0)
    height = max(1, min(high, tall * wide // broad))
    return Plan(max(1, min(wide, broad * height // tall)), height, Grid(0, 0, 1, 1), None)


def enough(tall: int) -> int:
    """How many images of so many rows are worth having."""
    return max(FEWEST, min(MOST, WANTED_ROWS // tall))


class Worth(NamedTuple):
    """What images of some size are worth.

    Attributes:
        useful: how many there are, as far as more of them are of use.
        drawn: how many are drawn in all.
    """

    useful: float
    drawn: int


def largest(image: tuple[int, int], room: tuple[int, int], worth: Callable[[int, int], Worth]) -> tuple[int, int] | None:
    """The width and height of an image, in pixels, at which what there is room for is worth most; None where there is none.

    Args:
        image: its height and width as it is.
        room: the width and height at hand, in pixels.
        worth: of images of a width and a height.
    """
    best, most = None, 0.0
    tall, broad = image
    for height in range(min(room[1], max(tall, HIGHEST)), min(SMALLEST, tall, room[1]) - 1, -1):
        width = max(1, round(height * broad / tall))
        if width > room[0]:
            continue
        useful, drawn = worth(width, height)
        sharp = EXACT if height % tall == 0 or tall % height == 0 else 1.0
        score = useful * height**DETAIL * (drawn * width * height) * sharp
        if score > most:
            best, most = (width, height), score
    return best


def whole_sizes(tall: int, broad: int) -> list[tuple[int, int]]:
    """The widths and heights of an image drawn by whole numbers of pixels, or with whole numbers of its own in one, the largest first."""
    larger = [(times * broad, times * tall) for times in range(16, 0, -1) if times == 1 or times * tall <= 64]
    parts = [part for part in range(2, tall // 4 + 1) if tall % part == 0 and broad % part == 0]
    return larger + [(broad // part, tall // part) for part in parts]


def _arranged(width: int, height: int, wide: int, high: int, real: bool) -> Plan:
    """Fill the room, a fourth of the columns or else a row with real images, where there are enough of them."""
    rows, columns = (high + GAP) // (height + GAP), (wide + GAP) // (width + GAP)
    beside = (wide - APART + GAP) // (width + GAP)
    if real and beside >= 3 and rows:
        real_columns = max(1, beside // 4)
        x = (beside - real_columns) * (width + GAP) + APART
        return Plan(width, height, Grid(0, 0, beside - real_columns, rows), Grid(x, 0, real_columns, rows))
    below = (high - APART) // (height + GAP + 1)
    if real and below >= 2:
        y = -(-((below - 1) * (height + GAP)) // 2) * 2 + APART
        return Plan(width, height, Grid(0, 0, columns, below - 1), Grid(0, y, columns, 1))
    return Plan(width, height, Grid(0, 0, columns, rows), None)


class Sheet(NamedTuple):
    """What images are drawn on.

    Attributes:
        pixels: (H, W, 3) each channel in 0 .. 255; NaN is the bare ground.
        fine: how many of these stand for one pixel across and down.
    """

    pixels: Floats
    fine: int


def sheet(columns: int, rows: int, look: Look) -> Sheet:
    """Bare pixels for so many cells, two in each."""
    fine = FINE if look.pixels and fits(columns, rows) else 1
    return Sheet(np.full((2 * rows * fine, columns * fine, 3), np.nan), fine)


def place(on: Sheet, pictures: Bytes, places: Iterable[tuple[int, int]], width: int, height: int) -> None:
    """Draw the first images on a sheet, the upper left pixel of each at its place."""
    where = [(x * on.fine, y * on.fine) for x, y in places][: len(pictures)]
    high, wide = height * on.fine, width * on.fine
    few = scaled(pictures[: len(where)].astype(np.float64), high, wide)
    for image, (x, y) in zip(few, where, strict=True):
        on.pixels[y : y + high, x : x + wide] = image


def scaled(pictures: Floats, height: int, width: int) -> Floats:
    """Images (n, H, W, C) at another size; where they are much larger each of their pixels stays one, which is sharp and cheap to send."""
    tall, broad = pictures.shape[1:3]
    if height < MUCH * tall or width < MUCH * broad:
        return resampled(pictures, height, width)
    rows, columns = ((np.arange(after) + 0.5) * before / after for before, after in ((tall, height), (broad, width)))
    sampled: Floats = pictures[:, rows.astype(np.int64)][:, :, columns.astype(np.int64)]
    return sampled


def resampled(pictures: Floats, height: int, width: int) -> Floats:
    """Images (n, H, W, C) at another size: the mean of what each new pixel covers, so that whole multiples stay sharp."""
    down, across = _covered(pictures.shape[1], height), _covered(pictures.shape[2], width)
    number, tall, broad, channels = pictures.shape
    rows = np.matmul(down, pictures.reshape(number, tall, broad * channels)).reshape(number, height, broad, channels)
    means: Floats = np.matmul(across, rows)
    return means


def _covered(before: int, after: int) -> Floats:
    """(after, before) the share that each old pixel has in each new one."""
    old, new = np.arange(before + 1) / before, np.arange(after + 1) / after
    low, high = np.maximum(new[:-1, None], old[None, :-1]), np.minimum(new[1:, None], old[None, 1:])
    shares: Floats = np.maximum(high - low, 0.0) * after
    return shares


def lay(canvas: Canvas, on: Sheet, top: int, grey: bool, look: Look) -> None:
    """Draw a sheet below the first `top` rows, in the colours that the terminal has or in letters.

    Args:
        grey: whether the images have no colour.
    """
    values, number = on.pixels, len(on.pixels) // (2 * on.fine)
    blank, rows = np.isnan(values[..., 0]), slice(top, top + number)
    ground = np.array(triplet(look.palette.ground), dtype=np.uint8)
    if on.fine > 1:
        pixels = np.where(blank[..., None], ground, np.rint(np.nan_to_num(values)).astype(np.uint8))
        canvas.show(pixels, top, values.shape[1] // on.fine, number)
        return
    if look.lettered:
        levels = np.where(blank, 0.0, np.nan_to_num(values) @ colours.LUMA)
        canvas.glyphs[rows] = _letters((levels[0::2] + levels[1::2]) / 2, blank[0::2] & blank[1::2], look)
        return
    few = colours.nearest(np.nan_to_num(values), look.depth, grey)
    pixels = np.where(blank[..., None], ground, few)
    cells = marks.halves(pixels[0::2], pixels[1::2])
    glyphs, letters, grounds = colours.plain_grounds(*cells) if look.depth == 4 else cells
    canvas.glyphs[rows] = glyphs
    canvas.paint(letters, grounds, y=top)


def _letters(grey: Floats, blank: NDArray[np.bool_], look: Look) -> Glyphs:
    """Grey levels as letters that cover more or less; on a light screen more is darker."""
    ramp = np.array([ord(letter) for letter in (RAMP if look.palette.dark else RAMP[::-1])], dtype="<u4")
    levels = np.minimum((grey / 256 * len(RAMP)).astype(np.int64), len(RAMP) - 1)
    return np.where(blank, np.uint32(SPACE), ramp[levels]).astype("<u4")
