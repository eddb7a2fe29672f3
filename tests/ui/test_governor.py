import pytest

from tui_gan.ui.governor import BUDGET, BYTES_PER_SECOND, FRAMES_PER_SECOND, LONGEST, Governor


def test_a_cheap_screen_runs_at_full_rate() -> None:
    governor = Governor()
    governor.learn(0.0001, 10)
    assert governor.interval == 1 / FRAMES_PER_SECOND


@pytest.mark.parametrize(("seconds", "written"), [(0.02, 0), (0.0, 20_000), (0.02, 20_000)])
def test_a_dear_screen_keeps_its_budgets(seconds: float, written: float) -> None:
    governor = Governor()
    for _ in range(50):
        governor.learn(seconds, written)
    assert seconds / governor.interval <= BUDGET * 1.001
    assert written / governor.interval <= BYTES_PER_SECOND * 1.001


def test_it_never_waits_longer_than_it_may() -> None:
    governor = Governor()
    governor.learn(100.0, 1e9)
    assert governor.interval == LONGEST


def test_a_simulated_minute_stays_within_the_budget() -> None:
    governor, now, spent = Governor(), 0.0, 0.0
    while now < 60.0:
        cost = 0.03 if int(now) % 2 else 0.004
        governor.learn(cost, 5_000)
        now, spent = now + governor.interval, spent + cost
    assert spent / now <= BUDGET * 1.3


def test_it_recovers_from_one_dear_frame() -> None:
    governor = Governor()
    governor.learn(1.0, 0)
    for _ in range(30):
        governor.learn(0.001, 100)
    assert governor.interval == 1 / FRAMES_PER_SECOND


def test_a_stray_frame_hardly_slows_it() -> None:
    governor = Governor()
    for _ in range(10):
        governor.learn(0.004, 100)
    governor.learn(0.25, 100)
    assert governor.interval <= 2 / FRAMES_PER_SECOND


def test_what_it_takes_is_the_cost_of_a_frame_over_the_time_of_one() -> None:
    governor = Governor()
    assert governor.taken == (0.0, 0.0)
    governor.learn(0.5 * BUDGET, 4_200)
    assert governor.taken == pytest.approx((8_400, BUDGET))
