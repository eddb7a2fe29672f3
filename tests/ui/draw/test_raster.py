"""Rasters: what is sent to the terminal, and the cells that show it."""

import base64
import re
import unicodedata
import zlib

import numpy as np
import pytest

from tui_gan.contract.snapshot import ImageGrid
from tui_gan.ui.draw.canvas import Canvas, changed_rows, framed, strip
from tui_gan.ui.draw.palette import DARK, Ink, Look
from tui_gan.ui.draw.pictures.images import images, plan, scaled
from tui_gan.ui.draw.raster import CHUNK, FINE, MARKS, PLACEHOLDER, Raster, can_show, forgotten, letters, sent

PIXELS = Look(DARK, pixels="kitty")
SEQUENCE = re.compile("\x1b_G([^;]*);([^\x1b]*)\x1b\\\\")


def pictures(number: int = 20, size: int = 8, channels: int = 1) -> ImageGrid:
    random = np.random.default_rng(0)
    fake, real = (random.integers(0, 256, (number, size, size, channels)).astype(np.uint8) for _ in range(2))
    return ImageGrid(fake, real)


def test_the_marks_stand_above_their_letter_and_belong_to_no_other() -> None:
    assert MARKS[:5] == ["\u0305", "\u030d", "\u030e", "\u0310", "\u0312"]
    assert sorted(set(MARKS)) == MARKS
    assert len(MARKS) > 255
    assert all(unicodedata.combining(mark) == 230 and not unicodedata.decomposition(mark) for mark in MARKS)


def test_what_is_sent_is_the_picture_in_chunks() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3)).astype(np.uint8)
    sequences = sent(Raster(pixels, 3, 4, 15, 5), 77)
    found = [SEQUENCE.fullmatch(sequence).groups() for sequence in sequences]  # type: ignore[union-attr]
    assert len(found) > 1
    assert found[0][0] == "a=T,U=1,f=24,o=z,s=60,v=40,c=15,r=5,i=77,q=2,m=1"
    assert [keys for keys, _ in found[1:]] == ["q=2,m=1"] * (len(found) - 2) + ["q=2,m=0"]
    assert max(len(chunk) for _, chunk in found) == CHUNK
    assert zlib.decompress(base64.b64decode("".join(chunk for _, chunk in found))) == pixels.tobytes()
    assert forgotten(77) == "\x1b_Ga=d,d=I,i=77,q=2\x1b\\"


def test_each_cell_says_which_part_it_shows() -> None:
    assert letters(1, 2) == f"{chr(PLACEHOLDER)}{MARKS[1]}{MARKS[0]}{chr(PLACEHOLDER)}{MARKS[1]}{MARKS[1]}"


def test_images_are_a_raster_as_fine_as_the_terminal_shows_it() -> None:
    canvas = images(pictures(), 30, 12, PIXELS)
    raster = canvas.raster
    assert raster is not None
    assert (raster.x, raster.y, raster.columns, raster.rows) == (0, 1, 30, 11)
    assert raster.pixels.shape == (11 * 2 * FINE, 30 * FINE, 3)
    assert "generated" in canvas.text().split("\n")[0]
    # An image is drawn in the pixels of the terminal, and not in those of half cells.
    side = plan(pictures(), 30, 22).height * FINE
    first = scaled(pictures().fake[:1].astype(np.float64), side, side)[0]
    assert (raster.pixels[:side, :side] == np.rint(first)).all()
    assert side >= 32


def test_a_strip_marks_its_cells_and_keeps_what_is_written_over_them() -> None:
    canvas = images(pictures(), 30, 12, PIXELS)
    canvas.write(10, 3, "over it", Ink.WARNING)
    around = framed(canvas, "images", False, PIXELS)
    row = strip(around, 4, PIXELS, 0x123456)
    texts = [segment.text for segment in row]
    assert row.cell_length == 32
    assert texts == ["│", letters(2, 30)[:30], "over it", letters(2, 30)[51:], "│"]
    assert all(segment.style.color.get_truecolor() == (0x12, 0x34, 0x56) for segment in row if chr(PLACEHOLDER) in segment.text)


def test_a_new_picture_in_the_same_cells_changes_no_row_and_another_place_all() -> None:
    one, other = (framed(images(pictures(20 + more), 30, 12, PIXELS), "images", False, PIXELS) for more in (0, 1))
    assert changed_rows(other, one) == []
    assert not other.raster.same(one.raster) or (one.raster.pixels == other.raster.pixels).all()
    moved = Canvas(32, 14)
    moved.paste(0, 0, one)
    moved.raster = one.raster.moved(0, 1)
    assert len(changed_rows(moved, one)) == 14


@pytest.mark.parametrize(
    ("environment", "can"),
    [
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm-ghostty"}, True),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, False),
        ({}, False),
    ],
    ids=str,
)
def test_what_the_terminal_says_of_itself(environment: dict[str, str], can: bool) -> None:
    assert can_show(environment) is can


def test_a_screen_wider_than_there_are_marks_has_blocks() -> None:
    assert images(pictures(), len(MARKS) + 1, 12, PIXELS).raster is None
