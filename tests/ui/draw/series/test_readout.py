import numpy as np
import pytest

from tui_gan.contract.snapshot import Series, frozen
from tui_gan.ui.draw.gauges import gauge_of
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.series.charts import Window
from tui_gan.ui.draw.series.curves import Mark
from tui_gan.ui.draw.series.groups import Group, Line
from tui_gan.ui.draw.series.readout import Menu, menu, menu_line, readout, samples

W1 = Series(frozen([0.0, 100.0]), frozen([0.5, 0.25]))
GROUP = Group("W1 distance", "data units", (Line("w1", gauge_of("w1"), W1, (Series(frozen([0.0]), frozen([0.125])), None)),))
CHANGED = (Mark(50, "k steps: 2 (was 1)"),)
RUNS = ("before", "earlier", "the-first-of-all")
MENU = """
╭─ overlay ─────────────╮
│   ✔ before            │
│ ▸   earlier           │
│     the-first-of-all  │
╰───────────────────────╯
"""
MENU_ASCII = """
+- overlay -------------+
|   x before            |
| >   earlier           |
|     the-first-of-all  |
+-----------------------+
"""


def test_the_readout_names_the_step_the_change_and_the_values(look: Look) -> None:
    drawn = readout((GROUP,), Window(0.0, 100.0, 50.0, CHANGED), 40, 70, 1, look)
    mark = look.pick("◆", "*")
    assert drawn.text().rstrip() == f"step 50  {mark} k steps: 2 (was 1)  W1 distance 0.5 (0.125)"
    assert {Ink.KEY, Ink.MARK, Ink.DIM, Ink.FAKE, Ink.FAKE_SOFT} <= set(np.unique(drawn.inks).tolist())


@pytest.mark.parametrize(
    ("width", "rows", "words"),
    [
        (30, 1, ["step 50  * k steps: 2 (was 1)"]),
        (30, 2, ["step 50  * k steps: 2 (was 1)", "W1 distance 0.5 (0.125)"]),
        (25, 2, ["step 50", "* k steps: 2 (was 1)"]),
        (9, 1, ["step 50"]),
        (4, 1, [""]),
    ],
)
def test_what_does_not_fit_is_left_out_whole(width: int, rows: int, words: list[str], plain: Look) -> None:
    drawn = readout((GROUP,), Window(0.0, 100.0, 50.0, CHANGED), 40, width, rows, plain)
    assert [row.strip() for row in drawn.text().split("\n")] == words


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (60, 1)])
def test_without_a_cursor_it_says_how_to_set_one(size: tuple[int, int], look: Look) -> None:
    drawn = readout((GROUP,), Window(0.0, 100.0), 40, *size, look)
    assert (drawn.width, drawn.height) == size
    assert ("read values off" in drawn.text()) == (size[0] == 60)


def test_the_list_of_runs(look: Look) -> None:
    drawn, targets = menu(RUNS, Menu(1, ("before",)), 60, 10, look)
    assert drawn.text() == {False: MENU, True: MENU_ASCII}[look.ascii_only].strip("\n")
    assert [target.action for target in targets] == ["tick(0)", "tick(1)", "tick(2)"]
    assert menu_line(60).text().rstrip() == "up down choose  space ticks  Enter closes"


@pytest.mark.parametrize("at", range(3))
def test_a_long_list_scrolls_to_where_it_stands(at: int, plain: Look) -> None:
    drawn, targets = menu(RUNS, Menu(at, ()), 16, 4, plain)
    assert f"tick({at})" in [target.action for target in targets]
    assert drawn.width <= 16
    assert drawn.height == 4
    assert menu(RUNS, Menu(at, ()), 5, 2, plain)[1] == []


def test_each_run_that_is_laid_over_has_dashes_of_its_own(look: Look) -> None:
    said = [text.split()[0] for text, _ in samples(RUNS, look)]
    assert len(set(said)) == 3
    assert len(samples(RUNS * 2, look)) == 6
