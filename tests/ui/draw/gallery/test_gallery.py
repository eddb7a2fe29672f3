"""What the gallery shows of each kind of run, as strings."""

import dataclasses
import itertools
from typing import Any

import numpy as np
import pytest

from tui_gan.contract.snapshot import ImageGrid, frozen
from tui_gan.ui.draw.gallery.gallery import Exhibit, gallery
from tui_gan.ui.draw.palette import Look

SIZES = [(0, 0), (1, 1), (3, 2), (20, 5), (30, 9), (78, 19), (158, 54)]
PLAIN = Look(ascii_only=True)


def flat(*greys: int, side: int = 8) -> Any:
    """Images of one grey each."""
    return np.repeat(np.array(greys, dtype=np.uint8), side * side).reshape(-1, side, side, 1)


PAIRS = """
@@@@@@@@ ========   @@@@@@@@ ========  
@@@@@@@@ ========   @@@@@@@@ ========  
@@@@@@@@ ========   @@@@@@@@ ========  
@@@@@@@@ ========   @@@@@@@@ ========  
      0.12                0.30         
"""


def test_pairs_stand_side_by_side_over_their_distance() -> None:
    picture = ImageGrid(flat(0), flat(255, 255, 255))
    shown = Exhibit(picture, nearest=flat(110, 110), distances=frozen([0.12, 0.3]))
    assert gallery(shown, 39, 5, PLAIN).text() == PAIRS.strip("\n")


def test_a_distance_that_is_no_number_is_a_dash() -> None:
    shown = Exhibit(ImageGrid(flat(0), flat(255)), nearest=flat(110), distances=frozen([np.nan]))
    assert gallery(shown, 20, 5, PLAIN).text().split("\n")[4].strip() == "-"


def test_a_walk_has_both_ends_and_their_numbers() -> None:
    way = flat(0, 51, 102, 153, 255)
    text = gallery(Exhibit(ImageGrid(way, way), way, ("latent 3", "latent 5")), 44, 9, PLAIN).text()
    assert "from latent 3" in text.split("\n")[0]
    assert "to latent 5" in text
    assert all(letter in text for letter in " .-+@")


def test_a_walk_that_finds_no_room_takes_longer_steps() -> None:
    way = flat(*np.linspace(0, 255, 17).astype(int).tolist(), side=28)
    rows = gallery(Exhibit(ImageGrid(way, way), way, ("latent 0", "latent 1")), 80, 16, PLAIN).text()
    assert "@" in rows
    assert gallery(Exhibit(ImageGrid(way, way), way, ("latent 0", "latent 1")), 20, 4, PLAIN).text().strip()


def test_the_walk_on_a_line_lies_below_the_distribution(picture, look: Look) -> None:
    way = frozen(np.linspace(2.0, 6.0, 17)[:, None])
    rows = gallery(Exhibit(picture(), way, ("latent 0", "latent 7")), 78, 28, look).text().split("\n")
    caption = next(number for number, row in enumerate(rows) if "x from latent 0 (above) to latent 7 (below)" in row)
    below = [row.rstrip() for row in rows[caption + 1 :] if row.strip() and "─" not in row and "-" not in row][:-1]
    # From left to right as x grows downward.
    assert [len(row) for row in below] == sorted(len(row) for row in below)
    assert len({len(row) for row in below}) > 4


def test_the_walk_in_a_plane_is_a_path_with_its_ends(planar, look: Look) -> None:
    way = frozen(np.stack([np.linspace(-2, 2, 17), np.linspace(-1, 1, 17)], axis=1))
    drawn = gallery(Exhibit(planar(), way, ("latent 4", "latent 9")), 60, 24, look)
    rows = drawn.text().split("\n")
    start, end = (
        next((x, y) for y, row in enumerate(rows[:22]) for x, letter in enumerate(row[8:], 8) if letter == digit) for digit in "49"
    )
    assert start[0] < end[0]
    assert start[1] > end[1]
    assert drawn.paints is None or (drawn.paints > 0).any()


def test_a_line_shows_where_its_latents_go_where_there_is_room(picture, look: Look) -> None:
    assert look.pick("z → x", "z -> x") in gallery(Exhibit(picture()), 78, 28, look).text()
    none = dataclasses.replace(picture(), latents=frozen([]), mapped=frozen([]))
    assert gallery(Exhibit(none), 78, 28, look).text().split("\n")[26].strip()


@pytest.mark.parametrize("size", SIZES)
def test_anything_in_any_size(picture, planar, imaged, look: Look, size: tuple[int, int]) -> None:
    for number, bad in itertools.product([0, 1, 2, 17], [0.5, np.nan, np.inf]):
        grid = imaged(12, 3, 4)
        numbers = np.full((number, 1), bad)
        for shown in (
            Exhibit(picture(), frozen(numbers)),
            Exhibit(planar(), frozen(np.full((number, 2), bad))),
            Exhibit(planar(), frozen(numbers)),
            Exhibit(grid, np.zeros((number, 12, 12, 3), dtype=np.uint8)),
            Exhibit(grid, nearest=grid.real[:number], distances=frozen(np.full(number, bad))),
            Exhibit(ImageGrid(grid.real[:0], grid.fake[:0])),
        ):
            drawn = gallery(shown, *size, look)
            assert (drawn.width, drawn.height) == size, (number, bad)
            assert drawn.text().isascii() or not look.ascii_only, (number, bad)
