"""Images of classes in rows: which image goes to which place of a grid, and what stands before each row."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from tui_gan.contract.snapshot import Bytes, ImageGrid
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.pictures.images import FEW, GAP, lay, place, plan, sheet

# The longest name that stands before a row.
LONGEST = 12
# From this width on names stand before rows, and from this height on there are rows.
NAMED, LOWEST = 24, 6


@dataclasses.dataclass(frozen=True)
class Rows:
    """How the classes are arranged: in blocks beside each other, where there are more of them than rows.

    Attributes:
        gutter: the columns that names take before each block; 0 without names.
    """

    names: tuple[str, ...]
    rows: int
    blocks: int
    gutter: int

    def place_of(self, number: int) -> tuple[int, int, int]:
        """The block of a class, its first row there, and how many it has."""
        each = max(1, self.rows * self.blocks // len(self.names))
        block, row = divmod(number * each, self.rows // each * each)
        return block, row, each

    @property
    def visible(self) -> range:
        """The classes that there is room for."""
        return range(min(len(self.names), self.blocks * self.rows))

    def arranged(self, pictures: Bytes, of: Sequence[int], columns: int, evenly: bool = False) -> tuple[Bytes, list[tuple[int, int]]]:
        """Images (n, H, W, C) of classes `of`, (n,), for a grid of so many columns.

        Args:
            evenly: whether each class has one row, with images from its first to its last, and not its first ones.

        Returns:
            Those that are drawn, and the row and column of each; a class of few images leaves places empty.
        """
        across, numbers = columns // self.blocks, np.asarray(of)
        chosen: list[int] = []
        places: list[tuple[int, int]] = []
        for number in self.visible:
            block, row, each = self.place_of(number)
            every = np.flatnonzero(numbers == number)
            if evenly:
                every = every[np.rint(np.linspace(0, len(every) - 1, min(across, len(every)))).astype(int)]
            mine = every[: across * each].tolist()
            chosen += mine
            places += [(row + place // across, block * across + place % across) for place in range(len(mine))]
        return pictures[chosen], places


def arrangement(names: tuple[str, ...], rows: int, columns: int, blocks: int, named: bool) -> Rows:
    """The rows of so many classes in a grid whose blocks have room for FEW images of each."""
    return Rows(names, rows, max(1, min(blocks, columns // FEW)), gutter(names) if named else 0)


def gutter(names: Sequence[str]) -> int:
    """The columns that the names of classes take."""
    return min(LONGEST, max(map(len, names))) + 1 if names else 0


def by_class(picture: ImageGrid, width: int, high: int, look: Look, larger: int = 0) -> Canvas:
    """Draw whole images in rows by their classes, in as many blocks beside each other as it takes to show each.

    Args:
        high: of the canvas, LOWEST at least.
        larger: so many sizes larger than that which is worth most; smaller below 0.
    """
    canvas, top, names = Canvas(width, high), 1, picture.names
    height = high - top
    left = gutter(names) if width >= NAMED else 0
    for blocks in range(1, len(names) + 1):
        chosen = plan(picture, width - blocks * left, 2 * height, larger)
        rows = arrangement(names, chosen.fake.rows, chosen.fake.columns, blocks, left > 0)
        if len(rows.visible) == len(names) or rows.blocks < blocks:
            break
    surface = sheet(width, height, look)
    across, down = chosen.width + GAP, chosen.height + GAP
    every = ((chosen.fake, picture.fake, picture.classes, 1), (chosen.real, picture.real, picture.of_real, 0))
    for grid, pictures, classes, named in every:
        if grid is None or grid.rows < rows.rows:
            continue
        if not classes:
            # Real images have no code.
            place(surface, pictures, [(x + (rows.blocks * left), y) for x, y in chosen.places(grid)], chosen.width, chosen.height)
            continue
        ordered, places = rows.arranged(pictures, classes, max(grid.columns, rows.blocks), picture.along)
        within = max(grid.columns, rows.blocks) // rows.blocks
        first = left + (0 if named else (rows.blocks - 1) * left) + grid.x
        at = [(first + column * across + named * (column // within) * left, grid.y + row * down) for row, column in places]
        kept = [number for number, (x, _) in enumerate(at) if x + chosen.width <= width]
        place(surface, ordered[kept], [at[number] for number in kept], chosen.width, chosen.height)
    lay(canvas, surface, top, picture.fake.shape[3] == 1, look)
    beside = rows.blocks * left + chosen.real.x if chosen.real is not None and chosen.real.rows >= rows.rows else None
    first, last = left + chosen.fake.x, width if beside is None else beside - 1
    heading = next((each for each in _headings(names, len(rows.visible)) if first + len(each) <= last), "")
    canvas.write(first, 0, heading, Ink.FAKE)
    if beside is not None:
        canvas.write(beside, 0, "real", Ink.REAL)
    within = chosen.fake.columns // rows.blocks
    for number in rows.visible if left else ():
        block, row, _ = rows.place_of(number)
        x = block * (within * across + left)
        canvas.write(x, top + (row * down + chosen.height // 2) // 2, names[number][: left - 1].rjust(left - 1), Ink.DIM)
    return canvas


def _headings(names: Sequence[str], seen: int) -> Sequence[str]:
    """What stands above generated images, from the longest, with how many classes are seen where that is not all."""
    if seen == len(names):
        return ("generated",)
    count, what = f"{seen} of {len(names):,}", "codes" if names[0].startswith("code ") else "classes"
    return f"generated, {count} {what}", f"{count} {what}", count
