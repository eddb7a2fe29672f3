"""What the curves show: the losses at rest, the marks and their words, long series made short."""

import dataclasses
import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tui_gan.contract.snapshot import Series, frozen
from tui_gan.contract.titles import TITLES
from tui_gan.session.course import Change, Course
from tui_gan.session.export import Source, pictures
from tui_gan.session.export.curves import curves, heading, thinned
from tui_gan.session.export.marks import ROWS, words
from tui_gan.session.export.source import course
from tui_gan.session.rundir import RunDirectory


def texts(svg: bytes) -> list[str]:
    return ["".join(each.itertext()).strip() for each in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_the_curves_name_losses_metrics_and_changes(line: Source) -> None:
    shown = texts(pictures.svg(curves, line).content)
    wanted = {"generator", "discriminator", "loss (nats)", "ln 2", "2 ln 2", "step", "toy1d, step 40", "k steps 2", "minibatch on"}
    assert wanted <= set(shown)
    assert {"W1 distance (data units) ↓", "standard deviation, generated / real"} <= set(shown)
    # A pause and the interval of the checkpoints change nothing of what is learned.
    assert not any("pause" in text or "save" in text for text in shown)


def test_a_run_that_has_not_trained_yet_has_its_metrics(line: Source) -> None:
    shown = texts(pictures.svg(curves, dataclasses.replace(line, until=0)).content)
    assert "toy1d, step 0" in shown
    assert "generator" not in shown


def test_the_changes_are_those_of_the_log(line: Source) -> None:
    assert course(line).changes == [Change(12, "k steps 2"), Change(25, "minibatch on")]


def test_the_title_of_each_series_lies_within_the_figure_and_beside_its_neighbour(line: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    # Labels of values that need many digits leave the least room.
    logged = Course({name: {0: 1000.001, 5: 1000.002} for name in ("generator_loss", "code_accuracy", "labels_alone")}, {}, [])
    monkeypatch.setattr(sys.modules[curves.__module__], "course", lambda _: logged)
    drawn = curves(line).content
    assert isinstance(drawn, pictures.Plot)
    with pictures.painted(drawn) as (figure, _):
        _, left, right = figure.axes
        assert [axes.get_title(loc="left") for axes in (left, right)] == [heading("code_accuracy"), heading("labels_alone")]
        for name in (*TITLES, "a_metric_whose_own_name_is_longer_than_the_room_that_a_title_has"):
            for axes, end in ((left, figure.bbox.width / 2), (right, figure.bbox.width)):
                assert axes.set_title(heading(name)).get_window_extent().x1 <= end, name


def test_a_short_series_stays_as_it_is() -> None:
    whole = Series(frozen([0, 5, 10]), frozen([3.0, 1.0, 2.0]))
    assert [part.tolist() for part in thinned(whole)] == [[0, 5, 10], [3, 1, 2], [3, 1, 2], [3, 1, 2]]


def test_a_long_series_keeps_its_extremes() -> None:
    values = np.sin(np.arange(100_000.0))
    values[77_777] = 50.0
    steps, least, mean, most = thinned(Series(frozen(np.arange(100_000.0)), frozen(values)), 500)
    assert len(steps) == 500
    assert (most.max(), least.min()) == (50.0, values.min())
    assert (least <= mean).all()
    assert (mean <= most).all()


def test_words_do_not_touch_and_stay_within_the_axes() -> None:
    changes = [Change(step, f"G rate {step}") for step in (0, 10, 20, 30, 500, 980, 1000)]
    placed = list(words(changes, 0, 1000))
    assert [word.row for word in placed] == [0, 1, 2, 3, 0, 0, 1]
    assert [word.ends for word in placed] == [False] * 5 + [True] * 2


def test_words_for_which_there_is_no_room_are_left_out() -> None:
    assert len(list(words([Change(5, "k steps 2")] * 50, 0, 10))) == ROWS


ENDS = {
    "largest": (1.7e308, -1.7e308),
    "a wide logarithm": (5e-324, 1e199),
    "a wide axis": (1e199, -1e199),
    "none": (None, None),
    "long": (1e199,) * 2000,
}


@pytest.mark.parametrize(
    "values", [pytest.param(values, id=name, marks=pytest.mark.slow if "wide" in name else ()) for name, values in ENDS.items()]
)
def test_a_foreign_log_of_numbers_at_the_ends_of_arithmetic_is_drawn(
    values: tuple[float | None, ...], line: Source, tmp_path: Path
) -> None:
    run = RunDirectory(tmp_path)
    steps = [-(2**53), 0, 1, *range(2**53 - len(values), 2**53)]
    numbers = [(step, values[number % len(values)]) for number, step in enumerate(steps)]
    run.log.write_text(
        "".join(f'{{"kind":"metrics","step":{step},"w1":{json.dumps(value)},"zzz":{json.dumps(value)}}}\n' for step, value in numbers)
    )
    source = dataclasses.replace(line, run=run)
    assert curves(source).step == steps[-1]
    assert pictures.svg(curves, source).content.startswith(b"<?xml")


def test_no_name_in_a_log_is_a_formula_or_a_line_of_its_own(line: Source, tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    run = RunDirectory(tmp_path)
    commands = [{"kind": "command", "step": 5, "name": name, "value": "$\\frac{"} for name in ("a$", "\x1b[2J", "你好")]
    lines = [{"kind": "scalars", "step": 5, "generator_loss": 1.0}, *commands]
    run.log.write_text("".join(json.dumps(each) + "\n" for each in lines))
    shown = texts(pictures.svg(curves, dataclasses.replace(line, run=run)).content)
    assert {"a$ $\\frac{", "\\x1b[2J $\\frac{", "你好 $\\frac{"} <= set(shown)
    assert not recwarn.list
