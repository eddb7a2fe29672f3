import numpy as np
import pytest

from tui_gan.ui.draw.series.groups import Reach
from tui_gan.ui.draw.series.reading import SMOOTHINGS, Reading

REACH = Reach(0.0, 1024.0, 1024.0)
STEPS = np.arange(0.0, 1025.0, 8.0)


def test_zooming_follows_the_newest_step() -> None:
    near = Reading().zoomed(1, REACH).zoomed(1, REACH)
    assert near.window(REACH) == (768.0, 1024.0)
    assert near.window(Reach(0.0, 1280.0, 1280.0)) == (1024.0, 1280.0)
    assert near.zoomed(-1, REACH).zoomed(-1, REACH) == Reading()


@pytest.mark.parametrize("state", [Reading(), Reading(width=200.0)])
def test_a_window_that_follows_moves_seldom_and_never_lags(state: Reading) -> None:
    windows = [state.window(Reach(0.0, float(newest), float(newest))) for newest in range(1000, 1100)]
    assert all(newest <= high < newest + 40 for newest, (_, high) in zip(range(1000, 1100), windows, strict=True))
    assert len(set(windows)) <= 30


def test_zooming_keeps_the_cursor_where_it_is() -> None:
    near = Reading(cursor=256.0).zoomed(1, REACH)
    assert near.window(REACH) == (128.0, 640.0)
    assert near.zoomed(1, REACH, at=128.0).window(REACH) == (128.0, 384.0)
    assert near.whole() == Reading(cursor=256.0)
    assert near.whole().whole() == Reading()


def test_zooming_ends_at_a_few_steps_and_at_the_edges() -> None:
    state = Reading()
    for _ in range(20):
        state = state.zoomed(1, REACH)
    low, high = state.window(REACH)
    assert 4.0 <= high - low < 8.0
    assert Reading(cursor=1024.0).zoomed(1, REACH).window(REACH) == (512.0, 1024.0)
    assert Reading(cursor=0.0).zoomed(1, REACH).window(REACH) == (0.0, 512.0)


def test_a_longer_run_that_is_laid_over_can_be_seen_to_its_end() -> None:
    longer = Reach(0.0, 1024.0, 5000.0)
    state = Reading()
    seen = []
    for _ in range(5):
        seen.append(state.window(longer))
        state = state.zoomed(-1, longer)
    assert seen == [(0.0, 1024.0), (0.0, 2048.0), (0.0, 4096.0), (0.0, 5000.0), (0.0, 5000.0)]
    assert state.whole().window(longer) == (0.0, 1024.0)
    assert state.zoomed(1, longer).window(longer)[1] == 2500.0


def test_the_cursor_begins_at_an_end_and_moves_a_column_at_least() -> None:
    assert Reading().moved(-1, STEPS, REACH, 50).cursor == 1024.0
    assert Reading().moved(1, STEPS, REACH, 50).cursor == 0.0
    assert Reading(cursor=512.0).moved(1, STEPS, REACH, 50).cursor == 536.0
    assert Reading(cursor=512.0).moved(-1, STEPS, REACH, 200).cursor == 504.0


def test_the_cursor_stops_at_the_first_step_and_goes_beyond_the_last() -> None:
    assert Reading(cursor=0.0).moved(-1, STEPS, REACH, 50).cursor == 0.0
    assert Reading(cursor=1016.0).moved(1, STEPS, REACH, 10).cursor == 1024.0
    assert Reading(cursor=1024.0).moved(1, STEPS, REACH, 50).cursor is None
    assert Reading().moved(1, np.empty(0), REACH, 50) == Reading()


@pytest.mark.parametrize(("start", "way"), [(510.0, -1), (740.0, 1)])
def test_the_window_goes_with_the_cursor(start: float, way: int) -> None:
    state = Reading(width=250.0, end=750.0, cursor=start)
    for _ in range(5):
        state = state.moved(way, STEPS, REACH, 60)
        low, high = state.window(REACH)
        assert high - low == 250.0
        assert low <= state.cursor <= high
    assert state.cursor != start


def test_a_click_takes_the_nearest_point() -> None:
    assert Reading().nearest(333.0, STEPS, REACH).cursor == 336.0
    assert Reading().nearest(333.0, np.empty(0), REACH) == Reading()


def test_smoothing_and_scales_come_round() -> None:
    state = Reading()
    seen = []
    for _ in range(len(SMOOTHINGS)):
        state = state.smoother()
        seen.append(state.smoothing)
    assert seen == [5, 20, 100, 0]
    assert [state.rescaled().logarithmic, state.rescaled().rescaled().logarithmic] == [True, False]
    assert state.rescaled().rescaled().rescaled() == state
