"""Charts as exact strings, in both alphabets, and with data that nobody would wish for."""

import dataclasses

import numpy as np
import pytest

from tui_gan.contract.rules import RULES
from tui_gan.contract.snapshot import Series, frozen
from tui_gan.ui.draw.gauges import gauge_of
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.series.chart_axes import axis
from tui_gan.ui.draw.series.charts import Window, arrangement, charts, reading
from tui_gan.ui.draw.series.curves import Mark
from tui_gan.ui.draw.series.groups import Group, Line

CHARTS = """
losses  G 0.7  D 1.4  nats                    
      │⣄        ▼k: 2    │                    
2 ln 2┤⠂⠙⠲⢄⡀⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⢀⣀⣀⣀⣠⠤⠤⠤⠤⠒⠒⠒⠒D 
      │⠒⠂ ⠒⠉⠓⢤⡀ ⠒⠂ ⠤⠄ ⣀⡠⠴●⠒⠊⠉⠉⠉⠉⡀ ⣀⡀ ⣀⡀ ⣀⡀ ⣀  
     1┤       ⠈⠑⢀⣀⠤⠖⠚⠉   │                    
      │     ⢀⡠⠔⠊⠁   ⠉⠉⠑⠒⠢●⠤⢄⣀⣀⣀⣀              
  ln 2┤⠁⣀⡤⠖⠋⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠈⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉G 
      │⠋⠁       ┊        │                    
      └┬────────┬────────┬────────┬────────┬  
       0       100      200      300    step  
W1 distance  0.02  data units                 
     1┤⠲⢄⡀      ▼        │                    
      │  ⠈⠓⠦⣄   ┊        │                    
      │      ⠉⠲⢤⡀        │                    
      │         ┊        │                    
   0.1┤         ┊        │                    
      │         ┊        │        ⠐⠒⠤⢄⣀       
      │         ┊        │             ⠉⠓⠲⠤⣄  
      └┬────────┬────────┬────────┬────────┬  
       0       100      200      300    step  
"""
CHARTS_ASCII = """
losses  G 0.7  D 1.4  nats                    
      |*        vk: 2    |                    
2 ln 2+.****...................oooooooooooooD 
      |-- -**** -- -- ooo@oooooo- -- -- -- -  
     1+       **oooooo   |                    
      |     ooooo   *****@******              
  ln 2+.ooooo..................*************G 
      |oo       :        |                    
      ++--------+--------+--------+--------+  
       0       100      200      300    step  
W1 distance  0.02  data units                 
     1+***      v        |                    
      |  ****   :        |                    
      |      ****        |                    
      |         :        |                    
   0.1+         :        |                    
      |         :        |        *****       
      |         :        |             *****  
      ++--------+--------+--------+--------+  
       0       100      200      300    step  
"""
WINDOW = Window(0.0, 400.0, 200.0, (Mark(100, "k: 2 (was 1)"), Mark(9999, "later")))
BAD, BRAILLE = float("nan"), Look()


def series(*values: float) -> Series:
    return Series(frozen(np.arange(len(values)) * 100.0), frozen(values))


def line(name: str, *values: float, others: tuple[Series | None, ...] = ()) -> Line:
    return Line(name, gauge_of(name), series(*values), others)


def alone(name: str, *values: float, others: tuple[Series | None, ...] = ()) -> Group:
    gauge = gauge_of(name)
    aimed = {} if gauge.wanted is None else {"aim": gauge.wanted}
    return Group(gauge.name, gauge.unit, (line(name, *values, others=others),), aimed)


LOSSES = Group(
    "losses",
    "nats",
    (
        line("generator_loss", 1.5, 1.0, 0.8, 0.7, 0.7, others=(series(1.2, 1.2, 1.1, 1.1, 1.1),)),
        line("discriminator_loss", 0.5, 0.9, 1.2, 1.3, 1.4, others=(None,)),
    ),
    RULES.references,
)
W1 = alone("w1", 0.9, 0.2, BAD, 0.05, 0.02)


def text(group: Group, window: Window = WINDOW, size: tuple[int, int] = (46, 10), look: Look = BRAILLE) -> str:
    return charts((group,), (1, 1), window, *size, look)[0].text()


def test_charts(look: Look) -> None:
    drawn, plots = charts((LOSSES, W1), (1, 2), WINDOW, 46, 20, look)
    assert drawn.text() == {False: CHARTS, True: CHARTS_ASCII}[look.ascii_only].strip("\n")
    inks = set(np.unique(drawn.inks).tolist())
    assert inks >= {Ink.GENERATOR, Ink.GENERATOR_SOFT, Ink.DISCRIMINATOR, Ink.FAKE, Ink.MARK, Ink.KEY, Ink.FAINT, Ink.TITLE}
    assert [(plot.y, plot.left, plot.columns, plot.rows) for plot in plots] == [(0, 7, 37, 7), (10, 7, 37, 7)]


STRANGE = ([], [1.0], [BAD], [np.inf, -np.inf], [0.0, -1.0], [1e308, -1e308, 1e308], [1e-320, 5.0], [3.0, BAD, 3.0])


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (8, 2), (12, 3), (20, 5), (46, 9), (158, 50)])
def test_any_numbers_at_any_size(size: tuple[int, int], look: Look) -> None:
    for logarithmic in [None, True, False]:
        window = Window(-50.0, 120.0, 0.0, WINDOW.marks, smoothing=5, logarithmic=logarithmic)
        for values in STRANGE:
            found = [alone(name, *values, others=(None, series(*values), series())) for name in ("w1", "sd_ratio", "unheard_of")]
            drawn, plots = charts([LOSSES, *found], (2, 2), window, *size, look)
            assert (drawn.width, drawn.height) == size, logarithmic
            assert drawn.text().isascii() or not look.ascii_only, logarithmic
            assert all(plot.x + plot.width <= size[0] and plot.y + plot.height <= size[1] for plot in plots), logarithmic


@pytest.mark.parametrize(
    ("logarithmic", "values", "words"),
    [
        (True, [0.0, -1.0], "nothing above 0, as a logarithmic axis needs"),
        (True, [BAD, np.inf], "no finite values in these steps"),
        (False, [BAD, BAD], "no finite values in these steps"),
        (False, [0.0, -1.0], ""),
    ],
)
def test_a_chart_without_a_curve_says_why(logarithmic: bool, values: list[float], words: str, look: Look) -> None:
    drawn = text(alone("kid", *values), Window(0.0, 100.0, logarithmic=logarithmic), (60, 9), look)
    assert words in drawn
    assert words or "values" not in drawn


def test_a_series_without_points_is_not_yet(look: Look) -> None:
    assert text(alone("kid"), look=look).split("\n")[0].split() == ["KID", "not", "yet"]


def test_a_value_that_is_not_of_now_stands_with_its_step_or_not_at_all() -> None:
    old = [dataclasses.replace(each, series=dataclasses.replace(each.series, stale=True)) for each in LOSSES.lines]
    group = dataclasses.replace(LOSSES, lines=tuple(old))
    assert text(group).split("\n")[0].rstrip() == "losses  G 0.7  at step 400  D 1.4  at step 400"
    for width in range(5, 80):
        heading = text(group, size=(width, 10)).split("\n")[0]
        assert heading.count("at step 400") == heading.count("G 0.7") + heading.count("D 1.4"), width


def test_values_may_be_drawn_either_way() -> None:
    assert "0.1┤" in text(W1)
    assert "0.5┤" in text(W1, Window(0.0, 400.0, logarithmic=False))
    assert "2 ln 2┤" in text(LOSSES, Window(0.0, 400.0, logarithmic=True))


def test_what_is_aimed_at_has_a_line_and_a_name(plain: Look) -> None:
    rows = text(alone("sd_ratio", 0.2, 0.8, 1.4), Window(0.0, 200.0), look=plain).split("\n")
    assert next(row for row in rows if "aim+" in row).count(".") > 20


def test_steps_before_the_game_have_negative_labels(plain: Look) -> None:
    assert text(W1, Window(-4000.0, 0.0), look=plain).split("\n")[-1].split() == ["-4k", "-3k", "-2k", "-1k", "step"]


def test_a_few_steps_have_labels_that_differ(plain: Look) -> None:
    labels = text(W1, Window(100_000.0, 100_004.0), (120, 10), plain).split("\n")[-1].split()
    assert len(labels) == len(set(labels))


def test_long_series_are_smoothed_with_themselves_behind(look: Look) -> None:
    noisy = np.random.default_rng(0).standard_normal(400)
    long, short = alone("mean", *noisy), alone("mean", *noisy[:99])
    window = Window(0.0, 39_900.0, smoothing=20)
    for group, behind in ((long, True), (short, False)):
        drawn, _ = charts((group,), (1, 1), window, 80, 12, look)
        assert (drawn.inks == Ink.FAKE_SOFT).any() == behind
    assert reading(long.lines[0].series, Window(0.0, 1.0, 20_000.0, smoothing=20)) == pytest.approx(noisy[190:210].mean())


@pytest.mark.parametrize(("cursor", "value"), [(None, None), (-1.0, None), (0.0, 0.9), (199.0, 0.2), (1e9, 0.02)])
def test_a_value_is_the_newest_at_the_cursor(cursor: float | None, value: float | None) -> None:
    assert reading(W1.lines[0].series, Window(0.0, 400.0, cursor)) == value


def test_the_cursor_is_drawn_where_it_stands(look: Look) -> None:
    drawn, (plot,) = charts((W1,), (1, 1), Window(0.0, 400.0, 400.0), 46, 12, look)
    column = plot.left + plot.columns - 1
    assert (drawn.inks[1:-3, column] == Ink.KEY).sum() >= plot.rows - 2
    assert chr(drawn.glyphs[1 + plot.rows - 1, column]) in "●@" or (drawn.inks[:, column] == Ink.FAKE).any()
    away, _ = charts((W1,), (1, 1), Window(0.0, 400.0, 401.0), 46, 12, look)
    assert not (away.inks == Ink.KEY).any()


@pytest.mark.parametrize(
    ("number", "size", "shape"),
    [
        (2, (78, 18), (1, 2)),
        (8, (78, 18), (1, 2)),
        (1, (78, 18), (1, 1)),
        (6, (78, 30), (1, 3)),
        (6, (158, 54), (2, 3)),
        (12, (158, 54), (3, 4)),
    ],
)
def test_charts_are_as_many_as_fit(number: int, size: tuple[int, int], shape: tuple[int, int]) -> None:
    assert arrangement(number, *size) == shape


@pytest.mark.parametrize("values", [[], [BAD], [1.0], [1e-12, 1e12], [1e-300, 1e300], [5.0, 5.0]])
@pytest.mark.parametrize("rows", [1, 2, 7, 30])
def test_an_axis_has_a_label_a_row_and_a_range(values: list[float], rows: int) -> None:
    for logarithmic in (True, False):
        found = axis([np.array(values)], logarithmic, {"a": 1.0, "b": 1.001}, (), rows)
        assert found.low < found.high
        assert all(0 <= row < rows for row in found.labels)
        assert len(set(found.labels.values())) == len(found.labels)
