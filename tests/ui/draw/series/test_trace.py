import numpy as np
import pytest

from tui_gan.contract.snapshot import Series, frozen
from tui_gan.ui.draw.series import trace


def test_the_average_is_centred_and_keeps_a_peak_in_its_place() -> None:
    values = np.zeros(21)
    values[10] = 5.0
    smooth = trace.smoothed(values, 5)
    assert smooth.tolist() == [0.0] * 8 + [1.0] * 5 + [0.0] * 8
    assert trace.smoothed(np.arange(9.0), 5)[2:-2].tolist() == np.arange(9.0)[2:-2].tolist()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_the_average_does_not_reach_over_a_gap(bad: float) -> None:
    smooth = trace.smoothed(np.array([1.0, 1.0, 1.0, bad, 9.0, 9.0, bad]), 5)
    assert smooth[[0, 1, 2, 4, 5]].tolist() == [1.0, 1.0, 1.0, 9.0, 9.0]
    assert np.isnan(smooth[[3, 6]]).all()


def test_a_huge_value_does_not_spoil_the_average_of_others() -> None:
    smooth = trace.smoothed(np.array([1e300, *[1.0] * 20]), 5)
    assert smooth[3:].tolist() == [1.0] * 18


@pytest.mark.parametrize("points", [0, 1, 5, 100])
@pytest.mark.parametrize("values", [[], [2.0], [np.nan], [np.nan, 1.0, np.inf]])
def test_any_length_can_be_smoothed(points: int, values: list[float]) -> None:
    smooth = trace.smoothed(np.array(values), points)
    assert smooth.size == len(values)
    assert np.isfinite(smooth).tolist() == np.isfinite(values).tolist()


def test_a_course_keeps_every_peak() -> None:
    steps, values = np.arange(10_000.0), np.zeros(10_000)
    values[3_333], values[7_777] = 5.0, -5.0
    found = trace.course(steps, values, 0.0, 9_999.0, 50)
    assert found.size == 100
    assert (found.max(), found.min()) == (5.0, -5.0)


def test_a_course_runs_straight_between_points_and_ends_with_them() -> None:
    found = trace.course(np.array([2.0, 8.0]), np.array([0.0, 6.0]), 0.0, 10.0, 10)
    known = np.isfinite(found)
    assert known.tolist() == [False] * 4 + [True] * 12 + [False] * 2 + [True] * 2 or known[4:16].all()
    assert np.nanmax(np.abs(np.diff(found[4:16]))) <= 1.0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_course_is_never_a_bridge(bad: float) -> None:
    found = trace.course(np.array([0.0, 10.0, 20.0, 30.0]), np.array([1.0, bad, 1.0, 1.0]), 0.0, 30.0, 30)
    assert np.isnan(found[2:40]).all()
    assert np.isfinite(found[[0, *range(40, 60)]]).all()


@pytest.mark.parametrize("window", [(0.0, 1.0), (3.0, 4.0), (900.0, 1000.0), (5.0, 5.0)])
def test_a_course_anywhere(window: tuple[float, float]) -> None:
    steps, values = np.arange(10.0), np.array([*np.arange(8.0), np.nan, 3.0])
    assert np.isfinite(trace.course(steps, values, *window, 20)).any() == (window[0] < 9.0 and window[1] > window[0])


def test_the_points_beside_a_window_count_as_within() -> None:
    series = Series(frozen(np.arange(5) * 10.0), frozen(np.arange(5)))
    assert trace.within(series, 12.0, 18.0).tolist() == [1.0, 2.0]
    assert trace.within(series, -5.0, 100.0).tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert trace.within(series, 50.0, 60.0).tolist() == [4.0]
