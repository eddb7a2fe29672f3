"""How long a process was stopped, by two clocks of the test's own."""

import threading

import pytest

from tui_gan.session.stops import Stops


class Beating(Stops):
    """Stops that beat when the test says so."""

    def __init__(self) -> None:
        self.now = self.used = 0.0
        super().__init__(lambda: self.now, lambda: self.used)
        self._beats = threading.Thread(target=lambda: None)
        self.watch()

    def after(self, seconds: float, used: float) -> float:
        self.now += seconds
        self.used += used
        return self.seconds


@pytest.mark.parametrize(
    ("gap", "used", "stopped"),
    [
        (3600.0, 0.0, 3600.0),
        (2.0, 0.01, 2.0),
        # One thread kept the interpreter, as an import does.
        (2.0, 1.9, 0.0),
        # The machine was busy with something else for a moment.
        (0.9, 0.0, 0.0),
    ],
)
def test_a_gap_in_which_no_processor_was_used_is_a_stop(gap: float, used: float, stopped: float) -> None:
    stops = Beating()
    assert stops.after(0.25, 0.0) == 0.0
    assert stops.after(gap, used) == stopped
    assert stops.after(0.25, 0.2) == stopped


def test_what_nobody_watches_has_no_stops_and_stops_add_up() -> None:
    moment = [0.0]
    unwatched = Stops(lambda: moment[0], lambda: 0.0)
    moment[0] = 100.0
    assert unwatched.seconds == 0.0
    stops = Beating()
    stops.after(10.0, 0.0)
    assert stops.after(5.0, 0.0) == 15.0
