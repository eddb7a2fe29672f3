"""Sixel: a picture as the sequence of DEC's that draws it where the cursor stands.

Six rows of pixels are a band, drawn once in each of its colours: a letter for each column says which of the six are of this colour.
Columns that are alike are one letter with their number (VT330/VT340 Programmer Reference Manual, chapter 14).
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.snapshot import Bytes

BAND = 6
# What a colour's parts are told in.
PERCENT = 100
Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]


def sixel(pixels: Bytes, covered: Mask, cell: tuple[int, int], most: int) -> str:
    """Draw a picture over cells, and leave those as they are that are covered, and rows at the bottom that fill no band.

    Args:
        pixels: (H, W, 3), whole numbers of them for each cell.
        covered: (rows, columns) of cells.
        cell: width and height of a cell on the terminal.
        most: colours at once.
    """
    rows, columns = covered.shape
    width, height = columns * cell[0], rows * cell[1] // BAND * BAND
    numbers, table = coloured(pixels, most)
    tall, broad = numbers.shape
    hidden = covered.repeat(tall // rows, axis=0).repeat(broad // columns, axis=1)
    # Pixels that become several, or none, on the terminal.
    down, across = np.arange(height) * tall // (rows * cell[1]), np.arange(width) * broad // width
    kept, edges = np.unique(across, return_index=True)
    visible = np.where(hidden, -1, numbers)[down][:, kept]
    drawing = "".join(_bands(visible, len(table), np.append(edges, width)))
    colours = "".join(f"#{number};2;{red};{green};{blue}" for number, (red, green, blue) in enumerate(table.tolist()))
    return f'\x1bP0;1;0q"1;1;{width};{height}{colours}{drawing}\x1b\\'


def coloured(pixels: Bytes, most: int) -> tuple[Numbers, Numbers]:
    """The number of each pixel's colour, and the colours in percent: those that there are, or as many as may be."""
    levels = _percent(pixels)
    packed, numbers = np.unique(levels @ np.array((1 << 16, 1 << 8, 1)), return_inverse=True)
    if len(packed) <= most:
        return numbers.reshape(levels.shape[:2]), np.stack([packed >> 16, packed >> 8 & 0xFF, packed & 0xFF], axis=1)
    from PIL import Image

    few = Image.fromarray(pixels).quantize(most)
    table = np.array(few.getpalette(), dtype=np.int64).reshape(-1, 3)
    return np.array(few, dtype=np.int64), _percent(table)


def _percent(channels: Bytes | Numbers) -> Numbers:
    percent: Numbers = np.rint(channels * (PERCENT / 255)).astype(np.int64)
    return percent


def _bands(visible: Numbers, colours: int, edges: Numbers) -> list[str]:
    """The letters, with what goes back to the left in another colour and on to the next band.

    Args:
        visible: (height, columns) numbers of colours, -1 for none.
        edges: the pixel at which each column begins, and the last one ends.
    """
    height, wide = visible.shape
    y = np.arange(height)[:, None]
    keys = ((y // BAND * colours + visible) * wide + np.arange(wide))[visible >= 0]
    bits = np.broadcast_to(1 << y % BAND, visible.shape)[visible >= 0]
    unique, places = np.unique(keys, return_inverse=True)
    letters = np.bincount(places, bits).astype(np.int64)
    lines, columns = np.divmod(unique, wide)
    alike = (np.diff(unique) == 1) & (np.diff(lines) == 0) & (np.diff(letters) == 0)
    first = np.flatnonzero(np.append(True, ~alike))[: len(unique)]
    last = np.append(first[1:], len(unique))[: len(first)] - 1
    runs = zip(*(each.tolist() for each in (lines[first], edges[columns[first]], edges[columns[last] + 1], letters[first])), strict=True)
    parts: list[str] = []
    line, band, at = -1, 0, 0
    for number, start, end, letter in runs:
        if number != line:
            below, colour = divmod(number, colours)
            parts.append(f"{'-' * (below - band) or '$'}#{colour}")
            line, band, at = number, below, 0
        parts += (_alike(start - at, 0), _alike(end - start, letter))
        at = end
    return parts


@lru_cache(maxsize=65536)
def _alike(count: int, bits: int) -> str:
    letter = chr(ord("?") + bits)
    return letter * count if count < 4 else f"!{count}{letter}"
