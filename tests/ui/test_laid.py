"""Pictures over cells: which are drawn again, where, and in which pieces."""

import re

import numpy as np
import pytest
from textual.geometry import Region

from tests.sixels import Overlaid, decoded
from tui_gan.ui.answers import Answers
from tui_gan.ui.draw.raster import Raster
from tui_gan.ui.laid import LARGEST, Laid, Place, drawn

ANSWERS = Answers(True, 256, (10, 18))


def place(x: int = 3, y: int = 2, columns: int = 4, rows: int = 3, value: int = 255) -> Place:
    return Place(Raster(np.full((8 * rows, 4 * columns, 3), value, np.uint8), x, y, columns, rows), np.zeros((rows, columns), bool))


@pytest.mark.parametrize(
    ("other", "written", "again"),
    [
        (place(), (), False),
        (place(value=0), (), True),
        (place(x=4), (), True),
        (place().under(Region(0, 0, 4, 3)), (), True),
        (place().under(Region(0, 0, 3, 9)), (), False),
        (place(), (Region(0, 0, 80, 2), Region(7, 0, 5, 9), Region(0, 5, 80, 3)), False),
        (place(), (Region(6, 4, 5, 1),), True),
        (place(), (Region(0, 0, 80, 24),), True),
    ],
)
def test_one_is_drawn_again_when_it_is_another_or_its_cells_were_written_to(other: Place, written: tuple[Region, ...], again: bool) -> None:
    laid = Laid()
    assert laid.laying({7: place()}, (), ANSWERS) == drawn(place(), ANSWERS)
    assert laid.laying({7: other}, written, ANSWERS) == (drawn(other, ANSWERS) if again else "")


def test_one_that_has_left_is_drawn_when_it_comes_back_and_all_are_that_are_known_of_no_more() -> None:
    laid = Laid()
    both = {7: place(), 8: place(x=20)}
    assert laid.laying(both, (), ANSWERS) == drawn(both[7], ANSWERS) + drawn(both[8], ANSWERS)
    assert laid.laying({7: both[7]}, (), ANSWERS) == ""
    assert laid.laying(both, (), ANSWERS) == drawn(both[8], ANSWERS)
    laid.drop()
    assert laid.laying(both, (), ANSWERS) == drawn(both[7], ANSWERS) + drawn(both[8], ANSWERS)


def test_what_is_over_it_is_cut_out() -> None:
    covered = place().under(Region(5, 0, 50, 4)).under(Region(0, 0, 80, 1)).covered
    assert covered.astype(int).tolist() == [[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0]]


def test_a_picture_is_drawn_at_its_cells_and_the_cursor_stays() -> None:
    screen = Overlaid(30, 10, ANSWERS.cell)
    screen.feed(b"\x1b[9;4H" + drawn(place(), ANSWERS).encode())
    assert (screen.cursor.x, screen.cursor.y) == (3, 8)
    shown = np.zeros((10, 30), bool)
    shown[2:5, 3:7] = True
    assert ((screen.pixels[..., 0] == 100) == shown.repeat(18, axis=0).repeat(10, axis=1)).all()


@pytest.mark.parametrize("cell", [(10, 20), (9, 19), (60, 64)])
def test_a_large_one_is_drawn_in_pieces_of_whole_cells(cell: tuple[int, int]) -> None:
    columns, rows = 1100 // cell[0], 1200 // cell[1]
    large = place(columns=columns, rows=rows)
    # Stripes are told in a few letters.
    large.raster.pixels[::7], large.raster.pixels[:, ::50] = 0, 0
    text = drawn(large, Answers(True, 256, cell)).encode()
    pieces = re.findall(rb"\x1bP.*?\x1b\\", text, re.DOTALL)
    assert len(pieces) == 4
    assert all(max(decoded(piece).shape) <= LARGEST for piece in pieces)
    screen = Overlaid(columns + 5, rows + 5, cell)
    screen.feed(text)
    height, width = rows * cell[1], columns * cell[0]
    seen = screen.pixels[2 * cell[1] :, 3 * cell[0] : 3 * cell[0] + width][: height - 5]
    pixels = large.raster.pixels[np.arange(height) * 8 * rows // height][:, np.arange(width) * 4 * columns // width]
    assert (seen == pixels[: len(seen)] // 255 * 100).all()
