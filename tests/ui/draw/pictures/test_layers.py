"""The layers as exact strings; what a lens shows of them; and values that nobody would wish for."""

import dataclasses

import numpy as np
import pytest

from tui_gan.contract.snapshot import Plane2D, frozen
from tui_gan.ui.draw.palette import DARK, LIGHT, Ink, Look, Palette
from tui_gan.ui.draw.pictures import heat
from tui_gan.ui.draw.pictures.lens import NEAREST, WHOLE
from tui_gan.ui.draw.pictures.plane import plane, window
from tui_gan.ui.draw.pictures.push import push, room

ALL = ("real", "fake", "heat", "optimal", "map", "arrows")
SIZES = [(0, 0), (1, 1), (2, 1), (8, 1), (10, 3), (16, 4), (38, 8), (70, 21), (20, 50), (198, 58)]
LENSES = [WHOLE, WHOLE.zoomed(5, (0.9, 0.2)), WHOLE.zoomed(99, (1.0, 1.0))]
GRID = np.stack(np.meshgrid(np.linspace(-1.5, -0.5, 3), np.linspace(-0.5, 0.5, 3)), axis=-1)
FEW = Plane2D(
    low=frozen([-2.0, -1.0]),
    high=frozen([2.0, 1.0]),
    real=frozen([[-1.9, -0.9], [-1.9, 0.9], [0.1, 0.1]]),
    fake=frozen([[1.9, 0.9], [1.8, 0.9], [0.1, 0.1], [5.0, 5.0]]),
    discriminator=frozen([[0.1, 0.5, 0.9]] * 3),
    manifold=frozen(GRID),
    arrows=frozen([[[0.5, -0.8], [1, 0]], [[1.0, 0.5], [-0.7, -0.7]], [[0.1, 0.1], [0, 0]], [[1.7, -0.8], [0, 0.6]]]),
)
FIELD = """
 1.0┤ ⠄                                           ⠠⠠     1  
    │                                                       
    │                                                       
 0.5┤      ⡏⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⡇               ⣠⠊⠁                  
    │      ⡇           ⡇              ↙                     
    │      ⡇           ⡇      ⠂                          .5 
 0.0┤      ⡇           ⡇                                    
    │      ⡇           ⡇                                    
    │      ⡇           ⡇                                    
-0.5┤      ⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠁                         ↑          
    │                              ⣀⣀⣀→          ⡇          
-1.0┤ ⠂                                                  0  
     ┬───────────┬───────────┬───────────┬──────────┬       
     -2          -1          0           1          2       
"""
FIELD_ASCII = """
 1.0+ x                   ............::::::::::::oo: :: 1  
    |                     ............::::::::::::::: ::    
    |                     ............::::::::::::::: ::    
 0.5+      ~~~~~~~~~~~~~  ............:///::::::::::: ::    
    |      ~           ~  ............v:::::::::::::: ..    
    |      ~           ~  ....&.......::::::::::::::: .. .5 
 0.0+      ~           ~  ............::::::::::::::: ..    
    |      ~           ~  ............:::::::::::::::       
    |      ~           ~  ............:::::::::::::::       
-0.5+      ~~~~~~~~~~~~~  ............:::::::::::^:::       
    |                     .........--->::::::::::|:::       
-1.0+ x                   ............:::::::::::::::    0  
     +-----------+-----------+-----------+----------+       
     -2          -1          0           1          2       
"""
PUSH = """
   │                                   ├1   
1.0┤                                   │D(x)
   │                 ▁⢀⡠⣀⣀⠤⣀           │    
   │                ⢀⠔⠁     ⡄          │    
   │             ⣀⣀⡰⠁██▅    ⠈⠢⠑⡄       ├0.5 
0.5┤⠑⠢         ⡠⠊ ⡜⠑⢄███▂      ⠘⠉⠉  ⠉⠉ │    
   │         ⢀⠜  ⡜███⠱⡀██              │    
   │    ⠱⡀  ⢠⠊ ⢀⠎▇████⠘⢄█▇        ⢆    │    
   │     ⠈⢀⠔⠁⣀⡠⠊▅██████⠈⠢⡀▅       ⠈⠢   │    
0.0┤  ⢀⠤⠔⠊⠁⡠▁▁▃▇█████████⠈⠑⠢⠤⡀▁       ⠄├0   
    ─────┬───────────┬───────────┬─────     
         2           4           6      x   
        ⡸⠁ ⡇  ⡇ ⠈⡆ ⠱⡀⠈⠱⡀⠈⠢⣈⠑⢄⡀              
       ⣰⠁ ⢠⠃  ⡇  ⢸⡀ ⠸⡀ ⠈⢆ ⠈⠢⣀⠈⠢⣀            
      ⢀⠇  ⣸   ⢣   ⢇  ⠘⡄  ⠱⣀  ⠣⣀ ⠑⢄⡀         
      ⡎   ⡇   ⢸   ⠘⡄  ⠘⡄  ⠈⢆   ⠣⡀ ⠈⠢⡀       
    ───┬─────────────┬─────────────┬───     
       -2            0             2    z   
"""
PUSH_ASCII = """
   |                                   +1   
1.0+                                   |D(x)
   |                  ==--==           |    
   |                --=     -          |    
   |             oo=-###    --==       +0.5 
0.5+--         oo =oo###       =--  -- |    
   |         oo  -###oo##              |    
   |    --  oo =-#####oo##        =    |    
   |     -ooo-==#######ooo#       ==   |    
0.0+  ooooo=   ##########ooooo        =+0   
    -----+-----------+-----------+-----     
         2           4           6      x   
        .. .  . .. ...........              
       .. ..  .  .. .. .. ......            
      ..  .   .   .  ..  ..  .. ...         
      .   .   .   ..  ..  ..   .. ...       
    ---+-------------+-------------+---     
       -2            0             2    z   
"""


def test_the_plane_with_its_field(look: Look) -> None:
    assert plane(FEW, 60, 14, look, ALL).text() == {False: FIELD, True: FIELD_ASCII}[look.ascii_only].strip("\n")


def test_the_line_as_it_is_pushed(picture, look: Look) -> None:
    assert push(picture(), 44, 18, look, ALL).text() == {False: PUSH, True: PUSH_ASCII}[look.ascii_only].strip("\n")


INKS = {"real": Ink.REAL, "fake": Ink.FAKE, "map": Ink.DIM, "arrows": Ink.GENERATOR}
LINE_INKS = {"real": Ink.AREA, "fake": Ink.FAKE, "heat": Ink.DISCRIMINATOR, "optimal": Ink.OPTIMAL, "map": Ink.GENERATOR}


@pytest.mark.parametrize("name", INKS)
def test_each_layer_of_the_plane_is_drawn_alone(plain: Look, name: str) -> None:
    drawn = plane(FEW, 60, 14, plain, (name,))
    inside = drawn.inks[:12, 5:53][drawn.glyphs[:12, 5:53] != ord(" ")]
    assert set(inside.tolist()) == {INKS[name]}


@pytest.mark.parametrize("name", LINE_INKS)
def test_each_layer_of_the_line_is_drawn_alone(picture, look: Look, name: str) -> None:
    drawn = push(picture(), 44, 18, look, (name,))
    assert {ink for ink in LINE_INKS.values() if (drawn.inks[:, 4:39] == ink).any()} == {LINE_INKS[name]}


def test_a_cell_with_both_kinds_hides_neither(plain: Look) -> None:
    crowded = dataclasses.replace(FEW, real=frozen([[0.1, 0.1]] * 9), fake=frozen([[0.1, 0.1]]))
    assert plane(crowded, 60, 14, plain, ("real", "fake")).text().count("&") == 1
    assert plane(crowded, 60, 14, plain, ("real",)).text().count("x") == 1
    assert plane(crowded, 60, 14, plain, ("fake",)).text().count("o") == 1


@pytest.mark.parametrize("size", SIZES)
def test_any_size_is_filled_through_any_lens(picture, look: Look, size: tuple[int, int]) -> None:
    for lens in LENSES:
        for drawn in (plane(FEW, *size, look, ALL, lens), push(picture(), *size, look, ALL, lens)):
            assert (drawn.width, drawn.height) == size, lens
            assert drawn.text().isascii() or not look.ascii_only, lens


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_what_is_no_number_is_left_out(picture, look: Look, bad: float) -> None:
    grid, arrows = np.array(FEW.manifold), np.array(FEW.arrows)
    grid[1, 1], arrows[0, 0], arrows[1, 1] = bad, bad, bad
    odd = dataclasses.replace(FEW, manifold=frozen(grid), arrows=frozen(arrows), discriminator=frozen(np.full((3, 3), bad)))
    line = dataclasses.replace(picture(), mapped=frozen(np.full(101, bad)), real=frozen(np.full(64, bad)))
    for lens in LENSES:
        assert plane(odd, 60, 14, look, ALL, lens).text().strip()
        assert push(line, 60, 20, look, ALL, lens).text().strip()


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (1, 1), (0, 0)])
def test_a_map_of_one_coordinate_is_a_line(plain: Look, shape: tuple[int, int]) -> None:
    points = np.zeros((*shape, 2))
    points[..., 0] = np.linspace(-1, 1, max(shape))[: points[..., 0].size].reshape(shape) if points.size else points[..., 0]
    drawn = plane(dataclasses.replace(FEW, manifold=frozen(points), arrows=frozen(np.empty((0, 2, 2)))), 60, 14, plain, ("map", "arrows"))
    assert (drawn.text().count("~") > 10) == (max(shape) == 5)


def test_without_a_field_the_other_layers_are_drawn(look: Look) -> None:
    bare = dataclasses.replace(FEW, manifold=None, arrows=None)
    assert plane(bare, 60, 14, look, ALL).text() == plane(FEW, 60, 14, look).text()


def test_without_an_optimal_discriminator_the_other_layers_are_drawn(picture, look: Look) -> None:
    bare = dataclasses.replace(picture(), optimal=None)
    without = [name for name in ALL if name != "optimal"]
    assert push(bare, 44, 18, look, ALL).text() == push(picture(), 44, 18, look, without).text()


def test_coming_nearer_interpolates_d(look: Look) -> None:
    steps = frozen([[0.0, 1.0], [0.0, 1.0]])
    whole = heat.levels(steps, (0.0, 1.0), (0.0, 1.0), 4, 2)
    near = heat.levels(steps, (0.4, 0.6), (0.4, 0.6), 40, 2)
    assert whole[0, 0] == 0
    assert whole[0, -1] == heat.LEVELS - 1
    assert np.diff(near[0]).max() == 1
    assert near.min() > 0
    assert (heat.levels(steps, (1.5, 2.5), (0.0, 1.0), 4, 2) == heat.UNKNOWN).all()


def test_what_is_not_known_of_d_looks_like_no_value_of_it(look: Look) -> None:
    half = frozen([[np.nan, np.nan, 0.0, 0.0]] * 4)
    found = heat.levels(half, (0.0, 1.0), (0.0, 1.0), 40, 4)
    assert (found[:, :20] == heat.UNKNOWN).all()
    assert not found[:, 20:].any()
    bare = dataclasses.replace(FEW, real=FEW.real[:0], fake=FEW.fake[:0], discriminator=half)
    left, right = (
        np.concatenate(part) for part in zip(*((row[6:28], row[30:50]) for row in plane(bare, 60, 14, look).glyphs[:11]), strict=True)
    )
    mark = ord(look.pick("╱", "?"))
    assert (left == mark).sum() > 40
    assert not (right == mark).any()


def test_a_lens_keeps_what_is_under_the_pointer() -> None:
    at = (0.8, 0.25)
    before = [ends[0] + share * (ends[1] - ends[0]) for share, ends in zip(at, (WHOLE.across(0, 1), WHOLE.upward(0, 1)), strict=True)]
    near = WHOLE.zoomed(3, at)
    after = [ends[0] + share * (ends[1] - ends[0]) for share, ends in zip(at, (near.across(0, 1), near.upward(0, 1)), strict=True)]
    assert after == pytest.approx(before)
    assert near.times == 1.5**3
    assert near.zoomed(-3, at) == WHOLE


def test_a_lens_stays_on_the_picture() -> None:
    assert WHOLE.panned(1.0, -1.0) == WHOLE
    far = WHOLE.zoomed(2).panned(99.0, -99.0)
    assert far.across(0.0, 9.0)[1] == pytest.approx(9.0)
    assert far.upward(0.0, 9.0)[0] == pytest.approx(0.0)
    assert WHOLE.zoomed(99).times == NEAREST
    assert WHOLE.zoomed(-99) == WHOLE


def test_a_cell_of_the_screen_is_a_share_of_the_window(picture) -> None:
    seen = window(FEW, 60, 14)
    assert seen is not None
    assert seen.share(seen.x, seen.y + seen.rows - 1) == pytest.approx((0.5 / seen.columns, 0.5 / seen.rows))
    parts = room(picture(), 44, 18, ALL)
    assert parts is not None
    assert parts.share(parts.left + parts.columns - 1, 0)[0] == pytest.approx(1 - 0.5 / parts.columns)


@pytest.mark.parametrize(
    ("far", "labels"), [(0.004, (".51", ".49")), (0.03, (".55", ".45")), (0.1, (".6", ".4")), (0.3, ("1", "0")), (np.nan, ("1", "0"))]
)
def test_the_shades_go_to_what_there_is_of_d_and_say_so(look: Look, far: float, labels: tuple[str, str]) -> None:
    flat = dataclasses.replace(FEW, real=FEW.real[:0], fake=FEW.fake[:0], discriminator=frozen(0.5 + far * np.linspace(-1, 1, 9)[None]))
    drawn = plane(flat, 40, 12, look)
    rows = [line.replace("|", " ").split() for line in drawn.text().split("\n")]
    assert [row[-1] for row in rows if row][:1] == [labels[0]]
    assert any(row[-1] == labels[1] for row in rows if row)
    if not np.isnan(far):
        seen = heat.levels(flat.discriminator, (0.0, 1.0), (0.0, 1.0), 30, 2, heat.span(flat.discriminator))
        assert np.ptp(seen) >= 2


@pytest.mark.parametrize("palette", [DARK, LIGHT])
def test_few_colours_have_shades_or_letters_for_d(palette: Palette) -> None:
    assert len({tuple(shade) for shade in heat.shades(Look(palette, depth=8)).tolist()}) == heat.LEVELS
    greys = heat.shades(Look(palette, depth=8)).astype(int)
    assert (greys[:, 0] % 10 == 8).all()
    few = plane(FEW, 40, 12, Look(palette, depth=4))
    assert few.paints is None
    assert "::" in few.text()
