"""Stops: the seconds for which the whole process stood still, as Ctrl+Z, SIGSTOP, a debugger or a frozen container make it."""

import threading
import time
from collections.abc import Callable

BEAT, NOTICED = 0.25, 1.0
# Of a processor, at most, in a gap that was a stop: one thread that kept all others from running would have used it whole.
BUSY = 0.2


class Stops:
    """Looks at two clocks in a steady beat: one that goes on while the process is stopped, and the processor time, which does not.

    Args:
        now: seconds that always go on.
        used: seconds of the processor that the process has used.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic, used: Callable[[], float] = time.process_time) -> None:
        self._now, self._used = now, used
        self._total = 0.0
        self._seen = (now(), used())
        self._lock = threading.Lock()
        self._beats = threading.Thread(target=self._beat, name="stops", daemon=True)

    def watch(self) -> None:
        """Begin to beat; a second call changes nothing."""
        with self._lock:
            if not self._beats.ident:
                self._seen = (self._now(), self._used())
                self._beats.start()

    @property
    def seconds(self) -> float:
        """Seconds of all stops so far, each to a beat; shorter ones than NOTICED seconds are not noticed."""
        with self._lock:
            if self._beats.ident:
                (then, before), self._seen = self._seen, (self._now(), self._used())
                gap, used = self._seen[0] - then, self._seen[1] - before
                self._total += gap if gap > NOTICED and used < BUSY * gap else 0.0
            return self._total

    def _beat(self) -> None:
        while True:
            time.sleep(BEAT)
            _ = self.seconds


STOPS = Stops()
