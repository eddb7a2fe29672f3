"""Training time: a stopwatch that rests in pauses and while the process is stopped, and the speed of the last seconds."""

import contextlib
import time
from collections import deque
from collections.abc import Iterator

from tui_gan.session.stops import STOPS

WINDOW = 3.0


class Clock:
    """Counts the seconds in which a run trains."""

    def __init__(self, seconds: float = 0.0) -> None:
        self._counted = seconds
        self._began: float | None = None
        self._ticks: deque[tuple[float, int]] = deque(maxlen=256)

    @property
    def seconds(self) -> float:
        """Training time so far, without pauses and stops."""
        running = 0.0 if self._began is None else _now() - self._began
        return self._counted + running

    def start(self) -> None:
        """Count from now on."""
        if self._began is None:
            STOPS.watch()
            self._began = _now()

    def stop(self) -> None:
        """Count no longer."""
        self._counted = self.seconds
        self._began = None

    @contextlib.contextmanager
    def resting(self) -> Iterator[None]:
        """Under which no time counts."""
        counting = self._began is not None
        self.stop()
        try:
            yield
        finally:
            if counting:
                self.start()

    def tick(self, step: int) -> None:
        """Note that `step` has been done by now; a second time changes nothing."""
        if self._ticks and self._ticks[-1][1] == step:
            return
        now = self.seconds
        self._ticks.append((now, step))
        while now - self._ticks[0][0] > WINDOW and len(self._ticks) > 2:
            self._ticks.popleft()

    def speed(self, step: int) -> float:
        """Steps a second of training time over the last seconds up to `step`, which counts as a tick; 0 before there are two."""
        self.tick(step)
        if len(self._ticks) < 2:
            return 0.0
        (then, first), (now, last) = self._ticks[0], self._ticks[-1]
        return (last - first) / (now - then) if now > then else 0.0


def _now() -> float:
    return time.perf_counter() - STOPS.seconds
