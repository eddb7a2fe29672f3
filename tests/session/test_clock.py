"""Training time, by a clock of the test's own."""

import time

import pytest

from tui_gan.session.clock import WINDOW, Clock


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moment = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: moment[0])
    return moment


def test_pauses_do_not_count(now: list[float]) -> None:
    clock = Clock(7.0)
    assert clock.seconds == 7
    clock.start()
    now[0] += 2
    clock.start()
    now[0] += 1
    clock.stop()
    now[0] += 50
    clock.stop()
    assert clock.seconds == 10
    clock.start()
    now[0] += 0.5
    assert clock.seconds == 10.5


def test_speed_is_that_of_the_last_seconds(now: list[float]) -> None:
    clock = Clock()
    clock.start()
    assert clock.speed(0) == 0
    now[0] += 1
    assert clock.speed(0) == 0
    assert clock.speed(3) == pytest.approx(3)
    clock = Clock()
    clock.start()
    clock.tick(0)
    for number in range(1, 101):
        now[0] += 0.1
        clock.tick(number * (5 if number <= 50 else 10) - (0 if number <= 50 else 250))
    assert clock.speed(750) == pytest.approx(100)
    assert WINDOW < 5


def test_a_pause_does_not_slow_the_speed(now: list[float]) -> None:
    clock = Clock()
    clock.start()
    clock.tick(0)
    now[0] += 1
    clock.stop()
    now[0] += 1000
    clock.start()
    assert clock.speed(40) == pytest.approx(40)


@pytest.mark.parametrize("running", [True, False])
def test_while_resting_no_time_counts_and_then_it_is_as_before(now: list[float], running: bool) -> None:
    clock = Clock(7.0)
    if running:
        clock.start()
    with clock.resting():
        now[0] += 2
    assert clock.seconds == 7
    now[0] += 1
    assert clock.seconds == 7 + running
