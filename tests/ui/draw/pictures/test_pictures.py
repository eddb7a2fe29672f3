"""Drawings as exact strings, in both alphabets, and with data that nobody would wish for."""

import dataclasses

import numpy as np
import pytest

from tui_gan.contract.snapshot import Series, frozen
from tui_gan.ui.draw.gauges import GAUGES, Gauge
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.pictures.distribution import distribution
from tui_gan.ui.draw.pictures.samples import samples
from tui_gan.ui.draw.series.curves import Curve, Mark, curves
from tui_gan.ui.draw.series.quality import chart, grid, quality

REFERENCES = {"ln 2": 0.693, "2 ln 2": 1.386}
SIZES = [(0, 0), (1, 1), (8, 1), (10, 3), (16, 4), (38, 8), (70, 16), (198, 58)]


DISTRIBUTION = """
                           ├1   
             ⢀  ⠤⣀         │    
          ⣀⡀⠔⠁▇     ⣀      ├0.5 
⠉⠢      ⡔⠊ ⠈⠑⢄█▇     ⠉  ⠉⠉ │    
    ⣀ ⡠⠊⢀⠔▆███⠣⡀▆          │    
  ⢀⠤⠔⠊ ▁⠁▇█████⠈⠑⠤⠤⡀       ├0   
────┬────────┬────────┬────     
    2        4        6         
"""
CURVES = """
      │        ▼k steps: 2                  
2 ln 2┼⠈⠒⢄⡀┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈⢀⣀⣀⣀⠤⠄ D
      │   ⠈⠒⢄⡀ ┊        ⣀⣀⠤⠤⠤⠔⠒⠒⠒⠉⠉⠉⠁       
      │      ⠈⠒⢄   ⣀⡠⠔⠊⠉                    
     1┤       ⢀⡠⠝⠛⠛⠒⠤⢄⣀⡀                    
  ln 2┼┈┈┈┈⣀⠤⠒⠁┈┈┈┈┈┈┈┈⠈⠉⠉⠒⠒⠒⠢⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠄ G
      │⢀⡠⠔⠉    ┊                            
      │        ┊                            
      └┬────────────────┬────────────────┬  
       0               200             400  
"""
SAMPLES = """
 │                         │        
6┤                        ⣀│⣀⣀      
 │                ⢀⣀⡠⠤⠔⠒⠋⠉ │⣿⣿⣿⡧    
4┤         ⢀⣀⡤⠤⠒⠚⠉⠉        │⣿⣿⣿⡯    
 │  ⣀⣠⠤⠴⠒⠊⠉⠁               │⣿⣿⣿⡯    
2┤⠋⠉                       │⠋⠉⠉⠁    
  -2.5      z → x       2.5 points  
"""
CHART = """
W1 distance 0.02              
   1┤⠒⠢⢄⡀                     
    │   ⠈⠑⠒⠤⣀                 
    │        ⠉⠒⠢⢄⣀            
    │             ⠉⠒⠢⢄⣀⡀      
0.02┤                  ⠈⠉⠒⠒⠤⠤⣀
     0                     300
"""
DISTRIBUTION_ASCII = """
                           +1   
             -  --         |    
          oo--#     -      +0.5 
--      oo ooo##     -  -- |    
    - oo--####oo#          |    
  oooo  -######ooooo       +0   
----+--------+--------+----     
    2        4        6         
"""
CURVES_ASCII = """
      |        vk steps: 2                  
2 ln 2+***..........................oooooo D
      |   ***  :        oooooooooooo        
      |      ***   ooooo                    
     1+        oooo****                     
  ln 2+....oooo........******************* G
      |oooo    :                            
      |        :                            
      ++----------------+----------------+  
       0               200             400  
"""
SAMPLES_ASCII = """
 |                         |        
6+                        o|oo      
 |                oooooooo |oooo    
4+         oooooooo        |oooo    
 |  oooooooo               |oooo    
2+oo                       |oooo    
  -2.5     z -> x       2.5 points  
"""
CHART_ASCII = """
W1 distance 0.02              
   1+****                     
    |   *****                 
    |        *****            
    |             ******      
0.02+                  *******
     0                     300
"""


def series(*values: float) -> Series:
    return Series(frozen(np.arange(len(values)) * 100.0), frozen(values))


def curve(letter: str, *values: float) -> Curve:
    return Curve(series(*values), Ink.GENERATOR if letter == "G" else Ink.DISCRIMINATOR, letter, "*" if letter == "G" else "o")


def test_distribution(picture, look: Look) -> None:
    drawn = distribution(picture(), 32, 8, look).text()
    expected = {
        False: DISTRIBUTION,
        True: DISTRIBUTION_ASCII,
    }
    assert drawn == expected[look.ascii_only].strip("\n")


def test_distribution_does_not_rescale_and_marks_what_is_clipped(picture, look: Look) -> None:
    calm = picture()
    spike = np.zeros(64)
    spike[10] = 50.0
    wild = dataclasses.replace(calm, fake=frozen(spike))
    drawn = distribution(wild, 60, 10, look)
    assert (look.pick("▲", "^") in drawn.text().split("\n")[0]) is True
    area = distribution(calm, 60, 10, look).inks == Ink.AREA
    assert (drawn.inks == Ink.AREA)[:, 30:].sum() >= area[:, 30:].sum() - 6


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1.0, 1e6])
def test_distribution_looks_the_same_at_any_scale(picture, look: Look, scale: float) -> None:
    one, other = (distribution(picture(size), 60, 12, look).text().split("\n") for size in (1.0, scale))
    assert one[:10] == other[:10]
    assert all(len(label) <= 5 for label in other[11].split())


@pytest.mark.parametrize("size", SIZES)
def test_pictures_fill_any_size(picture, look: Look, size: tuple[int, int]) -> None:
    gauges = [(Gauge("W1", logarithmic=True), series(1.0, 0.1, 0.02)), (Gauge("sd ratio", wanted=1.0), series(0.5, 1.0))]
    lines = [curve("G", 0.6, 0.7, 0.8), curve("D", 1.2, 1.3, 1.4)]
    for drawn in (
        distribution(picture(), *size, look),
        samples(picture(), *size, look),
        quality(gauges, *size, look),
        curves(lines, REFERENCES, [Mark(100, "k steps: 2")], *size, look),
    ):
        assert (drawn.width, drawn.height) == size
        assert drawn.glyphs.shape == (size[1], size[0])
        if look.ascii_only:
            assert drawn.text().isascii()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_left_out(picture, look: Look, bad: float) -> None:
    holed = np.array([1.0, bad, 0.5, bad, 2.0, 0.7])
    for drawn in (
        curves([curve("G", *holed)], REFERENCES, [], 50, 12, look),
        curves([curve("G", *([bad] * 6))], REFERENCES, [], 50, 12, look),
        chart(Gauge("W1", logarithmic=True), series(*holed), 30, 8, look),
        chart(Gauge("W1", wanted=1.0), series(*([bad] * 6)), 30, 8, look),
    ):
        assert drawn.height
    broken = dataclasses.replace(
        picture(), fake=frozen(np.full(64, bad)), discriminator=frozen(np.full(121, bad)), mapped=frozen(np.full(101, bad))
    )
    assert distribution(broken, 50, 10, look).text().strip()
    assert samples(broken, 50, 10, look).text().strip() == ""


def test_nothing_yet(picture, look: Look) -> None:
    empty = frozen([])
    bare = dataclasses.replace(picture(), edges=empty, real=empty, fake=empty, axis=empty, discriminator=empty, latents=empty, mapped=empty)
    assert not distribution(bare, 30, 8, look).text().strip()
    assert not samples(bare, 30, 8, look).text().strip()
    assert not curves([Curve(Series(empty, empty), Ink.GENERATOR, "G", "*")], {}, [], 30, 8, look).text().strip()
    assert "not yet" in chart(Gauge("W1"), Series(empty, empty), 30, 8, look).text()


def test_curves(look: Look) -> None:
    lines = [curve("G", 1.5, 1.0, 0.8, 0.7, 0.7), curve("D", 0.5, 0.9, 1.2, 1.3, 1.4)]
    drawn = curves(lines, REFERENCES, [Mark(100, "k steps: 2"), Mark(9999, "later")], 44, 10, look)
    assert drawn.text() == {False: CURVES, True: CURVES_ASCII}[look.ascii_only].strip("\n")
    assert set(np.unique(drawn.inks).tolist()) >= {Ink.GENERATOR, Ink.DISCRIMINATOR, Ink.MARK, Ink.DIM}


def test_one_step_and_one_value(look: Look) -> None:
    assert "G" in curves([curve("G", 0.7)], REFERENCES, [], 40, 8, look).text()
    drawn = chart(Gauge("W1", logarithmic=True), series(0.7), 30, 8, look).text()
    assert "0.7" in drawn
    assert drawn.splitlines()[-1].split() == ["0"]


def test_a_chart_reaches_the_present_step_and_its_line_the_last_measurement(plain: Look) -> None:
    old = Series(frozen([0.0, 100.0, 200.0]), frozen([1.0, 0.5, 0.2]), stale=True)
    drawn = chart(Gauge("W1 distance"), old, 44, 8, plain, 800.0).text().split("\n")
    assert drawn[0].rstrip() == "W1 distance 0.2 at step 200"
    assert drawn[-1].split() == ["0", "800"]
    columns = 44 - (drawn[1].index("+") + 1)
    last = max(row.rfind("*") for row in drawn) - (44 - columns)
    assert abs(last - columns * 200 / 800) <= 1
    fresh = chart(Gauge("W1 distance"), series(1.0, 0.5, 0.2), 44, 8, plain, 200.0).text().split("\n")
    assert fresh[0].rstrip() == "W1 distance 0.2"
    assert max(row.rfind("*") for row in fresh) == 43


@pytest.mark.parametrize(
    ("width", "head"), [(44, "W1 distance 0.2 at step 3,000"), (26, "W1 distance 0.2 at 3k"), (18, "W1 0.2 at 3k"), (12, "W1 0.2 at 3k")]
)
def test_an_old_value_keeps_its_step_where_its_name_is_cut(plain: Look, width: int, head: str) -> None:
    old = Series(frozen([0.0, 3_000.0]), frozen([1.0, 0.2]), stale=True)
    assert chart(Gauge("W1 distance"), old, width, 8, plain, 4_000.0).text().split("\n")[0].rstrip() == head


def test_what_tells_a_name_from_another_metrics_stays_where_a_ceiling_would_take_its_room(look: Look) -> None:
    accuracy = dataclasses.replace(GAUGES["class_accuracy"], floor=0.99)
    heads = [chart(accuracy, series(0.5, 1.0), width, 8, look).text().split("\n")[0].rstrip() for width in (32, 24, 16, 14)]
    assert heads == ["class accuracy 1  ceiling 0.99", "class accuracy 1", "class accuracy 1", "class accura 1"]


def test_a_single_measurement_is_a_point(plain: Look) -> None:
    assert "*" in chart(Gauge("W1"), Series(frozen([0.0]), frozen([0.7]), stale=True), 30, 8, plain, 5_000.0).text()
    assert "*" in chart(Gauge("W1"), Series(frozen([0.0, 4.0]), frozen([np.nan, 0.7]), stale=True), 30, 8, plain, 5_000.0).text()


def test_what_a_perfect_generator_gets_stands_beside_the_newest_value(look: Look) -> None:
    ks = Gauge("KS distance", logarithmic=True, floor=0.00869)
    assert chart(ks, series(0.5, 0.021), 44, 8, look).text().startswith("KS distance 0.021  floor 0.0087")
    assert chart(ks, series(0.5, 0.021), 24, 8, look).text().startswith("KS 0.021  floor 0.0087")
    assert "floor" not in chart(ks, series(0.5, 0.021), 18, 8, look).text()
    near = chart(ks, series(0.5, 0.001), 44, 8, look)
    assert np.count_nonzero(near.inks == Ink.FAINT) > np.count_nonzero(chart(ks, series(0.5, 0.1), 44, 8, look).inks == Ink.FAINT)
    assert "ceiling 0.88" in chart(Gauge("precision", floor=0.876, bound="ceiling"), series(0.1, 0.5), 44, 8, look).text()


def test_missing_values_leave_a_gap(look: Look) -> None:
    whole = curves([curve("G", *([1.0] * 9))], {}, [], 40, 8, look)
    holed = curves([curve("G", 1, 1, 1, np.nan, np.nan, np.nan, 1, 1, 1)], {}, [], 40, 8, look)
    drawn = [np.count_nonzero((canvas.inks == Ink.GENERATOR) & (canvas.glyphs != ord(" "))) for canvas in (holed, whole)]
    assert drawn[0] < drawn[1] - 8


def test_ends_that_meet_are_both_named(look: Look) -> None:
    drawn = curves([curve("G", 1.0, 1.0), curve("D", 1.0, 1.0)], REFERENCES, [], 40, 8, look).text()
    assert "G\n" in drawn
    assert "D\n" in drawn


def test_samples(picture, look: Look) -> None:
    assert samples(picture(), 36, 7, look).text() == {False: SAMPLES, True: SAMPLES_ASCII}[look.ascii_only].strip("\n")


def test_chart(look: Look) -> None:
    drawn = chart(Gauge("W1 distance", logarithmic=True), series(0.9, 0.2, 0.05, 0.02), 30, 7, look)
    assert drawn.text() == {False: CHART, True: CHART_ASCII}[look.ascii_only].strip("\n")


def test_a_name_loses_whole_words_where_it_does_not_fit(look: Look) -> None:
    gauge = Gauge("W1 distance", logarithmic=True)
    assert [chart(gauge, series(0.9, 0.02), width, 7, look).text().split("\n")[0].split() for width in (17, 15, 7, 6)] == [
        ["W1", "distance", "0.02"],
        ["W1", "0.02"],
        ["W1", "0.02"],
        ["W", "0.02"],
    ]


def test_a_metric_that_is_zero_or_negative_has_no_place_on_a_logarithmic_axis(look: Look) -> None:
    drawn = chart(Gauge("W1", logarithmic=True), series(0.0, -1.0), 30, 7, look).text()
    assert drawn.split("\n")[0].startswith("W1 -1")


@pytest.mark.parametrize(
    ("number", "size", "shape"),
    [
        (1, (46, 6), (1, 1)),
        (2, (46, 6), (2, 1)),
        (5, (46, 6), (2, 1)),
        (3, (17, 6), (1, 1)),
        (2, (78, 20), (2, 1)),
        (4, (78, 20), (2, 2)),
        (12, (118, 32), (4, 3)),
    ],
)
def test_charts_take_the_room_there_is(number: int, size: tuple[int, int], shape: tuple[int, int]) -> None:
    assert grid(number, *size) == shape


def test_a_long_name_leaves_room_for_the_value(plain: Look) -> None:
    drawn = quality([(Gauge("a metric with a very long name"), series(1.0, 12.3))], 18, 4, plain)
    assert drawn.text().split("\n")[0] == "a metric with 12.3"


def test_where_a_name_would_be_cut_all_names_have_a_line_of_their_own_if_there_is_height(plain: Look) -> None:
    old = dataclasses.replace(series(0.5, 0.087), stale=True)
    gauges = [(Gauge("test errors"), old), (Gauge("W1"), series(1.0, 0.5))]
    low, tall = (quality(gauges, 40, height, plain).text().split("\n") for height in (4, 5))
    assert [line.split() for line in tall[:2]] == [["test", "errors", "W1"], ["0.087", "at", "step", "100", "0.5"]]
    assert low[0].split() == ["test", "0.087", "at", "100", "W1", "0.5"]
    # With room for all, one line is enough.
    assert quality(gauges, 60, 6, plain).text().split("\n")[0].split()[:5] == ["test", "errors", "0.087", "at", "step"]
