"""What one draws, and how it looks."""

import dataclasses

import numpy as np
import pytest

from tui_gan.contract.snapshot import frozen
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.pictures import painting as paintings
from tui_gan.ui.draw.pictures.easel import easel, place, sheet
from tui_gan.ui.draw.pictures.painting import BARS, LARGEST, ROWS, STARTS, Painting, begun

SIZES = [(0, 0), (1, 1), (2, 1), (8, 3), (16, 4), (27, 9), (38, 8), (78, 20), (20, 50), (198, 56)]
BUMPS = """
          ▅█▇▂           ▂▇█▅          
         ▇████▃         ▃████▇         
        ███████▃       ▃███████        
      ▂█████████▄     ▄█████████▂      
  ▁▁▃▆███████████▇▄▄▄▇███████████▆▃▁▁  
──────┬────────────▲────────────┬──────
      2            4            6      
"""
BUMPS_ASCII = """
          ###             ###          
         #####           #####         
        #######         #######        
       ##########     ##########       
     #############################     
------+------------^------------+------
      2            4            6      
"""
BUMP_ASCII = """
   3+                                       
    |                                       
    |                ....                   
   2+          ................             
    |        ....................           
    |      ......::::::::::::......         
   1+      ....::::--====--::::....         
    |      ....::--++[***+]--::....         
    |    ......::==**[###*]==::......       
   0+    ......::==**[###*]==::......       
    |      ....::--++****++--::....         
    |      ....::::--====--::::....         
  -1+      ......::::::::::::......         
    |        ....................           
    |          ................             
  -2+                ....                   
    |                                       
  -3+                                       
     ------+-----------+-----------+-----   
           -2          0           2        
"""


@pytest.fixture
def bars(picture) -> Painting:
    return begun(picture())


@pytest.fixture
def cells(planar) -> Painting:
    return begun(planar())


def test_bars(bars: Painting, look: Look) -> None:
    drawn = easel(paintings.start(bars, "bumps"), 39, 7, look)
    assert drawn.text() == {False: BUMPS, True: BUMPS_ASCII}[look.ascii_only].strip("\n")


def test_cells(cells: Painting, plain: Look) -> None:
    drawn = easel(paintings.brushed(paintings.start(cells, "bump"), 1), 44, 20, plain)
    assert drawn.text() == BUMP_ASCII.strip("\n")


@pytest.mark.parametrize("size", SIZES)
def test_any_size_is_filled(bars: Painting, cells: Painting, look: Look, size: tuple[int, int]) -> None:
    for name in STARTS:
        for begin in (bars, cells):
            drawn = easel(paintings.brushed(paintings.moved(paintings.start(begin, name), 99, 99), 2), *size, look)
            assert (drawn.width, drawn.height) == size, name
            assert drawn.text().isascii() or not look.ascii_only, name


def test_one_begins_with_the_data(picture, planar, bars: Painting, cells: Painting) -> None:
    assert bars.weights.shape == (1, BARS)
    assert cells.weights.shape == (ROWS, ROWS)
    for begin in (bars, cells):
        assert begin.weights.max() == 1.0
        assert begin.weights.min() >= 0.0
        assert not begin.weights.flags.writeable
    assert bars.weights[0].argmax() == BARS // 2
    centre = cells.weights[ROWS // 2 - 3 : ROWS // 2 + 3, ROWS // 2 - 3 : ROWS // 2 + 3]
    assert centre.sum() == 0
    wide = dataclasses.replace(planar(), low=frozen([-6.0, -3.0]), high=frozen([6.0, 3.0]))
    assert begun(wide).weights.shape == (ROWS, 2 * ROWS)


@pytest.mark.parametrize("ends", [((0.0, 0.0), (0.0, 1.0)), ((np.nan, 0.0), (1.0, 1.0)), ((0.0, 0.0), (np.inf, 1.0))])
def test_a_picture_without_a_window_cannot_be_drawn_over(planar, picture, ends: tuple[tuple[float, float], ...]) -> None:
    assert begun(dataclasses.replace(planar(), low=frozen(ends[0]), high=frozen(ends[1]))) is None
    assert begun(dataclasses.replace(picture(), edges=frozen([]))) is None


def test_points_that_are_nowhere_are_not_drawn(planar, picture) -> None:
    strange = begun(dataclasses.replace(planar(), real=frozen([[np.nan, 0.0], [np.inf, 1.0], [1e9, 0.0]])))
    assert strange.is_empty
    assert begun(dataclasses.replace(picture(), real=frozen(np.full(64, np.nan)))).is_empty


def test_bars_are_raised_and_lowered_and_cells_moved_over(bars: Painting, cells: Painting) -> None:
    empty = paintings.start(bars, "empty")
    raised = paintings.moved(paintings.moved(empty, 0, 1), 0, 1)
    assert raised.under == 2 / paintings.NOTCHES
    assert paintings.moved(raised, 0, -5).under == 0.0
    assert paintings.moved(cells, 0, 1).row == cells.row + 1
    assert paintings.moved(cells, -99, 99).column == 0


def test_space_fills_and_empties(bars: Painting, cells: Painting) -> None:
    for begin in (bars, cells):
        empty = paintings.start(begin, "empty")
        assert empty.is_empty
        full = paintings.filled(empty)
        assert (full.weights.sum(), full.under) == (1.0, 1.0)
        assert paintings.filled(full).is_empty


def test_the_brush_has_a_size(cells: Painting, bars: Painting) -> None:
    covered = [int(paintings.brushed(cells, larger).covered.sum()) for larger in range(-1, LARGEST + 1)]
    assert covered[:3] == [1, 1, 9]
    assert covered == sorted(covered)
    assert covered[-1] == covered[-2]
    assert paintings.brushed(bars, 2).covered.sum() == 5


def test_a_stroke_leaves_no_gaps(bars: Painting, cells: Painting) -> None:
    sloped = paintings.stroke(paintings.put(paintings.start(bars, "empty"), (4, 0)), (14, 0), 0.0, 1.0)
    assert sloped.weights[0, 4:15] == pytest.approx(np.linspace(0, 1, 11))
    assert sloped.column == 14
    line = paintings.stroke(paintings.put(paintings.start(cells, "empty"), (2, 3)), (9, 16), 1.0, 1.0)
    assert line.weights.sum() == 14
    assert line.weights[3, 2] == line.weights[16, 9] == 1.0


def test_uniform_is_the_same_everywhere_and_two_bumps_are_two(bars: Painting, cells: Painting) -> None:
    for begin in (bars, cells):
        assert np.unique(paintings.start(begin, "uniform").weights).tolist() == [1.0]
        bumps = paintings.start(begin, "bumps").weights
        across = bumps.max(axis=0)
        assert np.count_nonzero((across[1:-1] > across[:-2]) & (across[1:-1] >= across[2:])) == 2
        assert (paintings.start(paintings.start(begin, "empty"), "real").weights == begin.weights).all()


@pytest.mark.parametrize("size", [(78, 20), (118, 32), (40, 9), (27, 12)])
def test_a_place_on_the_screen_is_a_cell(bars: Painting, cells: Painting, look: Look, size: tuple[int, int]) -> None:
    for begin in (bars, cells):
        on = sheet(begin, *size, look)
        high, wide = begin.weights.shape
        found = [place(begin, on, x, y) for x in range(size[0]) for y in range(size[1])]
        inside = [each for each in found if each is not None]
        assert len(inside) == on.columns * on.rows
        assert all(0 <= column < wide and 0 <= row < high for (column, row), _ in inside)
        assert {height for _, height in inside} >= ({0.0, 1.0} if begin.is_line else {1.0})
    assert place(cells, sheet(cells, 78, 20, look), 0, 0) is None


def test_a_place_shows_what_was_drawn_there(cells: Painting, plain: Look) -> None:
    on = sheet(cells, 78, 20, plain)
    spot, _ = place(cells, on, on.x + 6, on.y + 2)
    drawn = paintings.filled(paintings.put(paintings.start(cells, "empty"), spot))
    away = paintings.moved(drawn, 9, -9)
    assert easel(away, 78, 20, plain).text().split("\n")[on.y + 2][on.x + 6 : on.x + 8] == "##"
