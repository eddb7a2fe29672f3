"""The view of a sweep: which axes are drawn, what of the members, and where the cursor is."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from tui_gan.contract.axes import Axis
from tui_gan.contract.sweep import Population
from tui_gan.ui.sweep import view as views

Make = Callable[..., Population]


def test_the_axes_with_the_most_values_are_drawn_first(population: Make) -> None:
    view = views.first(population())
    assert (view.across, view.down, view.other) == (1, 0, 2)
    assert views.others(view, population()) == [2]


def test_of_images_the_median_is_shown_since_no_collapse_is_known(population: Make) -> None:
    assert views.first(population("images")).statistic == "median"
    assert views.first(population("plane")).statistic == "collapsed"


def test_what_is_shown_goes_round_without_what_is_not_known(population: Make) -> None:
    for kind, expected in (("images", {"median", "low", "high", "failed"}), ("line", {"collapsed", "median", "low", "high", "failed"})):
        made = population(kind)
        view, seen = views.first(made), set()
        for _ in expected:
            seen.add(view.statistic)
            view = views.next_statistic(view, made)
        assert seen == expected
        assert view == views.first(made)


def test_the_cursor_stays_on_the_map(population: Make) -> None:
    found = views.moved(views.first(population()), population(), 5, -3)
    assert found.places == (0, 2, 0, 0)
    assert views.moved(found, population(), -1, 1).places == (1, 1, 0, 0)


def test_every_pair_of_axes_can_be_drawn_and_no_axis_twice(population: Make) -> None:
    view, seen = views.first(population()), set()
    for turn in ("across", "down", "across", "across", "down", "down", "across", "down"):
        view = views.turned(view, population(), turn)
        seen.add((view.across, view.down))
        assert view.across != view.down
        assert view.other not in (view.across, view.down)
    assert {frozenset(pair) for pair in seen} == {frozenset(pair) for pair in ((0, 1), (0, 2), (1, 2))}


def test_one_axis_alone_stays_where_it_is(population: Make) -> None:
    alone = dataclasses.replace(population(), axes=(Axis("k_steps", (1, 2)),), seeds=30)
    view = views.first(alone)
    assert (view.across, view.down, view.other) == (0, None, None)
    assert views.turned(view, alone, "down") == views.turned(view, alone, "across") == view
    assert views.grid(view, alone).shape == (1, 2)
    assert views.next_other(view, alone) == views.other_value(view, alone, 1) == view


def test_the_value_of_the_axis_that_is_not_drawn_goes_round(population: Make) -> None:
    view = views.first(population())
    assert views.other_value(view, population(), 1).places[2] == 1
    assert views.other_value(view, population(), -1).places[2] == 1
    assert views.other_value(views.other_value(view, population(), 1), population(), 1) == view


def test_another_metric_is_shown_by_its_median(population: Make) -> None:
    view = views.next_metric(views.first(population()), population(), 1)
    assert (view.statistic, view.metric) == ("median", 0)
    assert views.next_metric(view, population(), 1).metric == views.next_metric(view, population(), -1).metric == 1


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("collapsed", [[0, 0, 0.2], [0, 0, 0.2]]),
        ("failed", [[0, 0, 0], [0, 0, 0]]),
        ("median", [[10.2, 11.2, 12.2], [20.2, 21.2, 22.2]]),
        ("low", [[10.04, 11.04, 12.04], [20.04, 21.04, 22.04]]),
        ("high", [[10.36, 11.36, 12.36], [20.36, 21.36, 22.36]]),
    ],
)
def test_a_cell_is_the_share_or_the_quantile_of_its_members(population: Make, shown: views.Statistic, expected: list[list[float]]) -> None:
    view = dataclasses.replace(views.first(population()), statistic=shown)
    np.testing.assert_allclose(views.grid(view, population()), expected)


def test_a_member_that_has_failed_is_left_out_of_the_quantiles_and_counted(population: Make) -> None:
    made = population()
    failed, values = made.failed.copy(), made.values.copy()
    failed[0], values[0] = True, np.nan
    made = dataclasses.replace(made, failed=failed, values=values)
    view = views.first(made)
    assert views.of_cell(dataclasses.replace(view, statistic="failed"), made, view.places) == 0.2
    assert views.of_cell(dataclasses.replace(view, statistic="median"), made, view.places) == pytest.approx(10.25)


def test_an_infinite_value_counts_among_the_quantiles(population: Make) -> None:
    made = population()
    values = made.values.copy()
    # Of five members two, of which one is infinite: none of them lies below the median.
    values[1:4], values[4] = [20.0, 0.0], np.inf
    made = dataclasses.replace(made, values=values)
    view = views.first(made)
    quantiles = [views.of_cell(dataclasses.replace(view, statistic=name), made, view.places) for name in ("low", "median", "high")]
    assert quantiles == [pytest.approx(14.0), 20.0, np.inf]
    values[:5] = np.inf
    assert views.of_cell(dataclasses.replace(view, statistic="low"), made, view.places) == np.inf


def test_what_has_not_been_measured_is_no_number(population: Make) -> None:
    assert np.isnan(views.grid(views.first(population()), population(measured=False))).all()
