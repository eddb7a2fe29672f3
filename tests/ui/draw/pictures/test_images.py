"""Images as exact strings, their colours, how large they are drawn, and how many."""

import numpy as np
import pytest

from tui_gan.contract.snapshot import ImageGrid
from tui_gan.ui.draw import marks
from tui_gan.ui.draw.canvas import strip
from tui_gan.ui.draw.palette import LIGHT, Look
from tui_gan.ui.draw.pictures.images import images, plan, resampled, scaled, whole_sizes

SQUARE = np.zeros((1, 4, 4, 1), dtype=np.uint8)
SQUARE[:, 1:3, 1:3] = 255
UNICODE = """
generated         
                  
   ▄▄▄▄▄▄▄        
                  
                  
                  
                  
                  
"""
ASCII = """
generated         
                  
   =======        
   @@@@@@@        
   @@@@@@@        
   @@@@@@@        
                  
                  
"""
PANELS = [(46, 18), (76, 22), (128, 41), (198, 56)]


def test_images(look: Look) -> None:
    drawn = images(ImageGrid(SQUARE[:0], SQUARE), 18, 8, look)
    assert drawn.text() == (ASCII if look.ascii_only else UNICODE).strip("\n")


def test_letters_cover_less_of_a_light_screen_where_it_is_brighter() -> None:
    dark, light = (
        images(ImageGrid(SQUARE, SQUARE), 4, 2, Look(ascii_only=True)),
        images(ImageGrid(SQUARE, SQUARE), 4, 2, Look(LIGHT, True)),
    )
    assert dark.text() == " == \n == "
    assert light.text() == "@++@\n@++@"


def test_two_pixels_share_a_cell() -> None:
    upper, lower = (
        np.array([[[9, 9, 9], [5, 0, 0], [0, 0, 5]]], dtype=np.uint8),
        np.array([[[9, 9, 9], [0, 0, 5], [5, 0, 0]]], dtype=np.uint8),
    )
    glyphs, letters, grounds = marks.halves(upper, lower)
    assert "".join(map(chr, glyphs[0])) == " ▀▄"
    assert letters[0, 1:].tolist() == [[5, 0, 0]] * 2
    assert grounds[0].tolist() == [[9, 9, 9], [0, 0, 5], [0, 0, 5]]


def test_colours_are_those_of_the_image() -> None:
    red = np.zeros((1, 2, 2, 3), dtype=np.uint8)
    red[..., 0] = 255
    segments = list(strip(images(ImageGrid(red, red), 2, 1, Look()), 0, Look()))
    assert [segment.style.bgcolor.triplet for segment in segments] == [(255, 0, 0)]


@pytest.mark.parametrize("size", PANELS)
@pytest.mark.parametrize(("side", "channels"), [(8, 1), (28, 1), (32, 3), (48, 1), (64, 3)])
def test_enough_images_are_large_enough_and_real_ones_stand_by(imaged, size: tuple[int, int], side: int, channels: int) -> None:
    chosen = plan(imaged(side, channels), size[0], 2 * (size[1] - 1))
    assert chosen.height >= min(10, side)
    assert chosen.fake.columns * chosen.fake.rows >= 4
    assert chosen.real is not None
    text = images(imaged(side, channels), *size, Look()).text()
    assert "generated" in text
    assert "real" in text


# The rooms of the overview and of the view of samples at 80x24, 120x36, 160x48 and 200x60, in pixels.
ROOMS = [(46, 38), (78, 36), (76, 44), (78, 60), (102, 62), (118, 84), (128, 78), (158, 108)]


@pytest.mark.parametrize(("side", "channels"), [(8, 1), (28, 1), (32, 3), (64, 3)])
def test_images_fill_their_room(imaged, side: int, channels: int) -> None:
    for room in ROOMS:
        chosen = plan(imaged(side, channels), *room)
        assert chosen.real is not None, room
        drawn = chosen.fake.columns * chosen.fake.rows + chosen.real.columns * chosen.real.rows
        # Gaps take a tenth of the room where images are small, and squares leave an edge of the rest.
        assert drawn * chosen.width * chosen.height >= (0.68 if room[1] < 40 else 0.73) * room[0] * room[1], room
        assert chosen.fake.columns * chosen.fake.rows >= 4, room


@pytest.mark.parametrize("shape", [(20, 40), (40, 20), (16, 48)])
def test_images_that_are_no_squares_fill_it_too(shape: tuple[int, int]) -> None:
    oblong = np.zeros((64, *shape, 1), dtype=np.uint8)
    for room in ROOMS[2:]:
        chosen = plan(ImageGrid(oblong, oblong), *room)
        assert chosen.real is not None
        drawn = chosen.fake.columns * chosen.fake.rows + chosen.real.columns * chosen.real.rows
        assert drawn * chosen.width * chosen.height >= 0.66 * room[0] * room[1]


def test_where_they_fill_it_as_well_images_are_sharp(imaged) -> None:
    assert plan(imaged(8), 128, 78).height == 24
    assert plan(imaged(28), 76, 44).height == 14


def test_real_images_go_below_where_the_panel_is_narrow(imaged) -> None:
    chosen = plan(imaged(28), 30, 60)
    assert chosen.real is not None
    assert chosen.real.x == 0
    rows = images(imaged(28), 30, 31, Look(ascii_only=True)).text().split("\n")
    assert [row.split()[0] for row in rows if row.startswith(("generated", "real"))] == ["generated", "real"]


def test_a_plan_stays_in_its_room(imaged) -> None:
    for side in (1, 3, 8, 28, 64):
        for wide, high in ((1, 2), (7, 4), (20, 14), (30, 60), (70, 40), (200, 112)):
            chosen = plan(imaged(side, number=5), wide, high)
            for grid in (chosen.fake, chosen.real):
                if grid is not None:
                    assert grid.x + grid.columns * (chosen.width + 1) - 1 <= wide
                    assert grid.y + grid.rows * (chosen.height + 1) - 1 <= high


def test_resampling_keeps_the_mean_and_whole_multiples_sharp() -> None:
    pictures = np.random.default_rng(0).uniform(0, 255, (3, 28, 20, 1))
    for size in ((14, 10), (11, 7), (56, 40), (1, 1)):
        assert resampled(pictures, *size).mean() == pytest.approx(pictures.mean())
    assert resampled(pictures, 56, 40) == pytest.approx(pictures.repeat(2, axis=1).repeat(2, axis=2))


def test_much_larger_images_have_their_own_pixels() -> None:
    pictures = np.random.default_rng(0).uniform(0, 255, (2, 8, 8, 1))
    assert np.isin(scaled(pictures, 19, 19), pictures).all()
    assert scaled(pictures, 24, 16) == pytest.approx(pictures.repeat(3, axis=1).repeat(2, axis=2))
    assert scaled(pictures, 19, 19)[:, [0, -1]][:, :, [0, -1]] == pytest.approx(pictures[:, [0, -1]][:, :, [0, -1]])
    assert scaled(pictures, 9, 9) == pytest.approx(resampled(pictures, 9, 9))


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (3, 1), (20, 4), (5, 30), (118, 33)])
def test_any_images_in_any_size(look: Look, size: tuple[int, int]) -> None:
    for shape in [(0, 8, 8, 1), (1, 1, 1, 1), (1, 1, 1, 3), (2, 3, 40, 1), (2, 40, 3, 3), (5, 8, 8, 1)]:
        pictures = np.full(shape, 200, dtype=np.uint8)
        drawn = images(ImageGrid(pictures[:1], pictures), *size, look)
        assert (drawn.width, drawn.height) == size, shape
        assert drawn.text().isascii() or not look.ascii_only, shape


def test_smaller_images_are_more_and_larger_ones_fewer(imaged) -> None:
    few = [plan(imaged(8), 78, 36, larger) for larger in (-9, -1, 0, 1, 9)]
    assert [(each.width, each.fake.columns) for each in few] == [(4, 12), (8, 6), (11, 5), (16, 3), (32, 2)]
    assert whole_sizes(28, 28) == [(56, 56), (28, 28), (14, 14), (7, 7), (4, 4)]
