"""Triples: which of the 1,000 triples of digits generated stacked images are, as ten blocks, one a digit of the red channel."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.snapshot import Floats, Triples
from tui_gan.ui.draw import marks, scale
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look

# Blocks beside each other.
ACROSS = 5
# Columns and rows of the map with a shade a triple, and with a dot; a line in words above and below included.
SHADED, DOTTED = (54, 23), (29, 8)
# The multiples of an equal share at which the shades of what is there change.
EDGES = (0.5, 1.5, 3.0)
# The level of what lies between blocks.
BETWEEN = -1


def rows(width: int, room: int, look: Look) -> int:
    """The rows that the map takes of so many, 0 where none of its forms fits; dots need more than ASCII has."""
    forms = (SHADED,) if look.ascii_only else (SHADED, DOTTED)
    return next((high for wide, high in forms if wide <= width and high <= room), 0)


def triples(measured: Triples, width: int, height: int, look: Look, since: bool = False) -> Canvas:
    """The map, in `rows` rows; within a block the digit of green goes down and that of blue to the right.

    Args:
        since: whether the networks have changed since, so that its step is told.
    """
    canvas = Canvas(width, height)
    counts = measured.counts
    when = f" at {scale.count(float(measured.step))}" if since else ""
    canvas.write(0, 0, f"{np.count_nonzero(counts):,} of 1,000 triples{when}"[:width], Ink.DIM)
    if height == SHADED[1]:
        _shaded(canvas, counts, look)
    elif height == DOTTED[1]:
        # Two rows of dots between blocks, and a column of cells.
        dots = _grid(np.pad(counts > 0, ((0, 0), (0, 2), (0, 2))))[:, :-2]
        canvas.lay(marks.cells(dots), Ink.FAKE, y=1)
        canvas.write(0, height - 1, "block R, down G, across B"[:width], Ink.DIM)
    return canvas


def _shaded(canvas: Canvas, counts: Floats, look: Look) -> None:
    """A cell a triple, by how its count stands to that of equal shares."""
    letters = look.pick("·░▒▓█", ".-+*#")
    codes = np.array([ord(letter) for letter in letters], dtype="<u4")
    even = max(float(counts.sum()), 1.0) / counts.size
    levels = np.where(counts > 0, 1 + np.digitize(counts / even, EDGES), 0)
    cells = _grid(np.pad(levels, ((0, 0), (0, 1), (0, 1)), constant_values=BETWEEN))[:-1, :-1]
    for ink, mask in ((Ink.FAKE, cells > 0), (Ink.FAINT, cells == 0)):
        canvas.lay(np.where(mask, codes[cells], 0).astype("<u4"), ink, y=1)
    said = f"times 1/1,000: {letters[0]} 0  {letters[1]} < 0.5  {letters[2]} < 1.5  {letters[3]} < 3  {letters[4]} above"
    canvas.write(0, canvas.height - 1, said[: canvas.width], Ink.DIM)


def _grid(blocks: NDArray[Any]) -> NDArray[Any]:
    """Ten blocks, (10, rows, columns), as one picture of two rows of five."""
    return np.concatenate([np.concatenate(list(part), axis=1) for part in (blocks[:ACROSS], blocks[ACROSS:])], axis=0)
