"""Sixels, read as a terminal reads them: the colours, the size, what is left out, and how they are told shortly."""

import numpy as np
import pytest

from tests.sixels import decoded
from tui_gan.ui.draw.sixel import sixel


def drawn(pixels: np.ndarray, cell: tuple[int, int] = (4, 8), most: int = 256, covered: np.ndarray | None = None) -> np.ndarray:
    rows, columns = pixels.shape[0] // 8, pixels.shape[1] // 4
    return decoded(sixel(pixels, np.zeros((rows, columns), bool) if covered is None else covered, cell, most).encode())


def noise(rows: int, columns: int, levels: int = 256, channels: int = 3) -> np.ndarray:
    """Pixels of so many cells, each of its channels one of a few levels."""
    random = np.random.default_rng(0)
    found = random.integers(0, levels, (8 * rows, 4 * columns, channels)) * (255 // (levels - 1))
    return np.broadcast_to(found, (8 * rows, 4 * columns, 3)).astype(np.uint8)


def percent(pixels: np.ndarray) -> np.ndarray:
    return np.rint(pixels / 2.55).astype(int)


# Terminals of small and large letters, and of sizes that are no multiples of the picture's.
@pytest.mark.parametrize("cell", [(4, 8), (8, 16), (10, 20), (7, 15), (3, 5), (1, 2), (33, 64)])
def test_each_pixel_has_its_colour_at_the_terminal_s_size(cell: tuple[int, int]) -> None:
    pixels = noise(5, 6, levels=6)
    found = drawn(pixels, cell)
    height, width = 5 * cell[1], 6 * cell[0]
    assert found.shape == (height // 6 * 6, width, 3)
    expected = percent(pixels)[np.arange(height) * 40 // height][:, np.arange(width) * 24 // width]
    assert (found == expected[: len(found)]).all()


def test_every_grey_is_exact() -> None:
    pixels = noise(12, 12, channels=1)
    assert (drawn(pixels) == percent(pixels)[:96]).all()


@pytest.mark.parametrize("most", [256, 16, 2])
def test_of_more_colours_than_there_may_be_the_nearest_are_drawn(most: int) -> None:
    y, x = np.mgrid[0:96, 0:96]
    pixels = np.stack([y * 2, x * 2, (x + y)], axis=2).astype(np.uint8)
    found = drawn(pixels, most=most)
    assert len(np.unique(found.reshape(-1, 3), axis=0)) <= most
    assert np.abs(found - percent(pixels)).mean() < {256: 3, 16: 10, 2: 25}[most]


def test_covered_cells_are_left_as_they_are() -> None:
    covered = np.zeros((3, 4), bool)
    covered[1, 2] = covered[0, 0] = True
    found = drawn(noise(3, 4), (10, 20), covered=covered)
    hidden = covered.repeat(20, axis=0).repeat(10, axis=1)
    assert ((found[..., 0] == -1) == hidden[:60]).all()
    nothing = drawn(noise(3, 4), covered=np.ones((3, 4), bool))
    assert (nothing == -1).all()


def test_what_is_of_one_colour_is_told_in_a_few_letters() -> None:
    assert len(sixel(np.zeros((80, 400, 3), np.uint8), np.zeros((10, 100), bool), (10, 20), 256)) < 400
    text = sixel(np.zeros((8, 4, 3), np.uint8), np.zeros((1, 1), bool), (10, 20), 256)
    assert text == '\x1bP0;1;0q"1;1;10;18#0;2;0;0;0$#0!10~-#0!10~-#0!10~\x1b\\'
