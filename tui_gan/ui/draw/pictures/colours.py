"""Colours: those of an image as the terminal at hand has them."""

import functools

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.snapshot import Bytes, Floats
from tui_gan.ui.draw.canvas import SPACE, Colours, Glyphs
from tui_gan.ui.draw.palette import Depth

# Steps of grey from black to white, as each terminal has them: the fewer, the fewer styles and changes of style.
GREYS: dict[Depth, int] = {24: 31, 8: 25, 4: 3}
# Steps of red, green and blue where every colour can be had, and those of the table where few can.
SHADES, COARSE = 15, 16
LUMA = np.array([0.299, 0.587, 0.114])
CUBE = (0, 95, 135, 175, 215, 255)
SIXTEEN = (
    (0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0), (0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170),
    (85, 85, 85), (255, 85, 85), (85, 255, 85), (255, 255, 85), (85, 85, 255), (255, 85, 255), (85, 255, 255), (255, 255, 255),
)  # fmt: skip
# A terminal of 16 colours need not have the upper eight as grounds.
BRIGHT = 85
FULL, UPPER, LOWER = (ord(letter) for letter in "█▀▄")


def nearest(pixels: Floats, depth: Depth, grey: bool) -> Bytes:
    """Pixels (..., 3) of 0 .. 255 in colours that the terminal shows as they are.

    Args:
        grey: whether the pixels have no colour.
    """
    if grey:
        levels = np.rint(pixels @ LUMA / 255 * GREYS[depth]) * (255 / GREYS[depth])
        return np.repeat(np.rint(levels).astype(np.uint8)[..., None], 3, axis=-1)
    if depth == 24:
        return np.rint(np.rint(pixels / 255 * SHADES) * (255 / SHADES)).astype(np.uint8)
    coarse = np.rint(pixels / 255 * (COARSE - 1)).astype(np.int64)
    colours: Bytes = _table(depth)[coarse[..., 0], coarse[..., 1], coarse[..., 2]]
    return colours


@functools.cache
def _table(depth: Depth) -> Bytes:
    """(COARSE, COARSE, COARSE, 3) the colour that is nearest to each of a coarse cube."""
    axis = np.linspace(0.0, 255.0, COARSE)
    asked = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    known = np.array(SIXTEEN if depth == 4 else _of_256(), dtype=np.float64)
    distances = (asked**2).sum(axis=1)[:, None] - 2 * asked @ known.T + (known**2).sum(axis=1)
    table: Bytes = known[distances.argmin(axis=1)].astype(np.uint8).reshape(COARSE, COARSE, COARSE, 3)
    return table


def _of_256() -> list[tuple[int, int, int]]:
    """The colours of 256 that are the same in all terminals: the cube but for its greys, and the finer greys."""
    cube = [(red, green, blue) for red in CUBE for green in CUBE for blue in CUBE if not red == green == blue]
    return cube + [(level, level, level) for level in np.rint(np.linspace(0, 255, GREYS[8] + 1)).astype(int).tolist()]


def plain_grounds(glyphs: Glyphs, letters: Colours, grounds: Colours) -> tuple[Glyphs, Colours, Colours]:
    """The same cells of half blocks with as few bright grounds of the sixteen colours as can be."""
    bright, bright_letter = (_bright(part) for part in (grounds, letters))
    solid, swapped = (glyphs == SPACE) & bright, (glyphs != SPACE) & bright & ~bright_letter
    turned = np.where(glyphs == UPPER, LOWER, UPPER)
    exchanged = np.where(solid, FULL, np.where(swapped, turned, glyphs)).astype("<u4")
    darker = np.where(solid[..., None], np.uint8(0), np.where(swapped[..., None], letters, grounds))
    return exchanged, np.where(swapped[..., None], grounds, np.where(solid[..., None], grounds, letters)), darker


def _bright(colours: Colours) -> NDArray[np.bool_]:
    """Which of the sixteen colours are of the upper eight: those without a part of 170, but black."""
    bright: NDArray[np.bool_] = ~(colours == 170).any(axis=-1) & (colours >= BRIGHT).any(axis=-1)
    return bright
