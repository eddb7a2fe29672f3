import dataclasses

import numpy as np
import pytest

from tui_gan.contract.objectives import TRAITS
from tui_gan.contract.rules import Rules
from tui_gan.contract.snapshot import Series, frozen
from tui_gan.ui.draw.series.groups import groups, reach, steps


def measured(*names: str, start: float = 0.0) -> dict[str, Series]:
    return {name: Series(frozen([start, start + 10.0]), frozen([1.0, 2.0])) for name in names}


def test_losses_share_a_chart_and_the_rest_stand_in_the_order_of_the_run(seen) -> None:
    found = groups(seen(series=measured("my_metric", "k", "w1", "discriminator_loss", "generator_loss", "pretraining_loss")))
    assert [group.title for group in found] == ["losses", "my metric", "k steps", "W1 distance", "pre-training"]
    assert [line.gauge.letter for line in found[0].lines] == ["G", "D"]
    assert [group.unit for group in found] == ["nats", "", "updates of D", "data units", ""]


def test_pre_training_comes_first_while_it_lasts(seen) -> None:
    found = groups(seen(series=measured("generator_loss", "discriminator_loss", "pretraining_loss"), phase="pre-training 3 / 10"))
    assert [group.title for group in found] == ["pre-training", "losses"]
    assert [group.title for group in groups(seen(series=measured("w1", "pretraining_loss"), phase="x"))] == ["pre-training", "W1 distance"]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("", ["losses", "W1 distance", "sd ratio"]),
        ("loss", ["losses"]),
        ("LOSS gen", ["generator loss"]),
        ("sd_ratio", ["sd ratio"]),
        ("sd ratio", ["sd ratio"]),
        ("dist  w1 ", ["W1 distance"]),
        ("data units", ["W1 distance"]),
        ("nothing", []),
    ],
)
def test_every_word_of_the_filter_must_be_in_a_label_or_a_name(seen, words: str, titles: list[str]) -> None:
    assert [group.title for group in groups(seen(), words)] == titles


@pytest.mark.parametrize("objective", TRAITS)
def test_references_are_those_of_the_objective(seen, objective: str) -> None:
    losses = groups(seen(rules=Rules(objective=objective)))[0]
    assert losses.references == Rules(objective=objective).references != {}
    assert losses.unit == ("" if objective in ("least_squares", "hinge", "wasserstein") else "nats")


def test_what_is_aimed_at_is_a_reference(seen) -> None:
    assert groups(seen())[-1].references == {"1": 1.0}


def test_other_runs_stand_behind_the_series_of_their_name(seen) -> None:
    other = measured("w1", "fid", start=100.0)
    found = groups(seen(series=measured("w1", "sd_ratio"), overlays={"a": other, "b": {}}))
    assert [[other is None for other in group.lines[0].others] for group in found] == [[False, True], [True, True]]
    covered = reach(found)
    assert (covered.low, covered.high, covered.last) == (0.0, 10.0, 110.0)
    assert steps(found).tolist() == [0.0, 10.0]


def test_steps_before_the_game_are_negative(seen) -> None:
    assert reach(groups(seen(series=measured("pretraining_loss", start=-300.0)))).low == -300.0


@pytest.mark.parametrize("series", [{}, {"w1": Series(frozen([]), frozen([]))}, measured("w1")])
def test_a_reach_is_always_a_range(seen, series: dict[str, Series]) -> None:
    found = groups(dataclasses.replace(seen(), series=series))
    assert reach(found).low < reach(found).high <= reach(found).last
    assert np.isfinite(steps(found)).all()


def test_charts_reach_the_present_step_beyond_their_last_points(seen) -> None:
    found = groups(seen(series=measured("w1")))
    assert (reach(found, 4_000.0).high, reach(found, 4_000.0).last) == (4_000.0, 4_000.0)
    assert reach(found, 3.0).high == 10.0
