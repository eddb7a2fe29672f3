"""The plane as exact strings, its colours, and points and windows that nobody would wish for."""

import dataclasses

import numpy as np
import pytest

from tui_gan.contract.outside import outside
from tui_gan.contract.snapshot import Plane2D, frozen
from tui_gan.ui.draw import axes
from tui_gan.ui.draw.canvas import GROUND, Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.pictures.plane import plane

SIZES = [(0, 0), (1, 1), (2, 1), (8, 1), (10, 3), (16, 4), (38, 8), (70, 21), (20, 50), (198, 58)]
FEW = Plane2D(
    low=frozen([-2.0, -1.0]),
    high=frozen([2.0, 1.0]),
    real=frozen([[-1.9, -0.9], [-1.9, 0.9], [0.1, 0.1]]),
    fake=frozen([[1.9, 0.9], [1.8, 0.9], [0.1, 0.1], [5.0, 5.0]]),
    discriminator=frozen([[0.1, 0.5, 0.9]] * 3),
)
UNICODE = """
  1┤⠐                         ⠐⠂    1   
   │                                    
   │                                    
  0┤              ⠈                 .5  
   │                                    
   │                                    
 -1┤⠠                               0   
    ┬─────────────┬────────────┬        
    -2            0            2        
"""
ASCII = """
  1+x           .......:::::::oo :: 1   
   |            .......::::::::: ::     
   |            .......::::::::: ..     
  0+            ..&....::::::::: .. .5  
   |            .......:::::::::        
   |            .......:::::::::        
 -1+x           .......:::::::::    0   
    +-------------+------------+        
    -2            0            2        
"""


def test_plane(look: Look) -> None:
    assert plane(FEW, 40, 9, look).text() == (ASCII if look.ascii_only else UNICODE).strip("\n")


def test_each_kind_and_both_together_have_a_colour_and_d_is_the_ground() -> None:
    drawn = plane(FEW, 40, 9, Look())
    assert drawn.paints is not None
    real, fake, both = ((int(drawn.paints[at]) >> 24) & GROUND for at in ((0, 4), (0, 31), (3, 18)))
    assert (real, fake, both) == (0x56B4E9, 0xFFAE19, 0xD9E0E8)
    greens = [(int(drawn.paints[1, x]) >> 8) & 0xFF for x in (5, 18, 30)]
    assert greens[0] < greens[1] < greens[2]


def test_a_map_of_d_stands_on_its_lowest_row(plain: Look) -> None:
    upright = dataclasses.replace(FEW, discriminator=frozen([[0.0], [1.0]]), real=frozen(np.empty((0, 2))), fake=frozen(np.empty((0, 2))))
    rows = plane(upright, 20, 4, plain).text().split("\n")
    assert rows[0].count(":") > 8
    assert ":" not in rows[-1]


def test_scales_are_equal_in_both_directions(planar) -> None:
    for size in ((70, 21), (118, 38), (30, 40)):
        text = plane(planar(), *size, Look()).text()
        columns, rows = (sum(text.count(letter) for letter in rule) for rule in ("─┬", "│┤"))
        assert columns == pytest.approx(2 * rows, abs=1)


@pytest.mark.parametrize("size", SIZES)
def test_any_size_is_filled(planar, look: Look, size: tuple[int, int]) -> None:
    drawn = plane(planar(), *size, look)
    assert (drawn.width, drawn.height) == size
    assert drawn.text().isascii() or not look.ascii_only


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_points_that_are_nowhere_are_left_out(planar, look: Look, bad: float) -> None:
    points = frozen([[bad, 0.0], [0.0, bad], [bad, bad], [0.5, 0.5]])
    strange = dataclasses.replace(planar(), real=points, fake=points, discriminator=frozen(np.full((4, 4), bad)))
    assert plane(strange, 50, 16, look).text().strip()
    told = dataclasses.replace(strange, fake_outside=outside(points, strange.low, strange.high))
    assert ("75%" in plane(told, 50, 16, look).text()) == (not np.isfinite(bad))


@pytest.mark.parametrize(
    "ends", [((1.0, 1.0), (1.0, 1.0)), ((0.0, 0.0), (0.0, 3.0)), ((0.0, 0.0), (1e-9, 1e9)), ((2.0, 2.0), (-2.0, -2.0))]
)
def test_any_window_has_a_picture(planar, look: Look, ends: tuple[tuple[float, float], tuple[float, float]]) -> None:
    odd = dataclasses.replace(planar(), low=frozen(ends[0]), high=frozen(ends[1]))
    assert plane(odd, 50, 16, look).text().strip()


def test_nothing_yet(look: Look) -> None:
    none = frozen(np.empty((0, 2)))
    bare = Plane2D(frozen([0.0, 0.0]), frozen([1.0, 1.0]), none, none, frozen(np.empty((0, 0))))
    drawn = plane(bare, 40, 12, look)
    assert not np.isin(drawn.inks, [Ink.REAL, Ink.FAKE]).any()
    assert plane(dataclasses.replace(bare, low=frozen([np.nan, 0.0])), 40, 12, look).text().strip() == ""
    assert plane(dataclasses.replace(bare, low=frozen([])), 40, 12, look).text().strip() == ""


@pytest.mark.parametrize("columns", [20, 30, 35, 36, 44, 72])
def test_an_axis_says_its_scale(columns: int) -> None:
    canvas = Canvas(columns, 2)
    axes.x_axis(canvas, -1.7, 1.7, columns, 0, Look())
    assert len(canvas.text().split("\n")[1].split()) >= (2 if columns >= 30 else 1)
