"""The pacer: when the next step may begin, so that there are so many a second at most."""

import time


class Pacer:
    """Counts from the beginning of one step to that of the next.

    Attributes:
        waits: whether the run waited before its last step, or waits now.
    """

    def __init__(self) -> None:
        self.waits = False
        self._began = -float("inf")
        self._waited = False

    def left(self, pace: float) -> float:
        """Seconds until the next step may begin at `pace` steps a second; none where that is 0."""
        if not pace:
            self.waits = self._waited = False
            return 0.0
        left = max(0.0, self._began + 1.0 / pace - time.perf_counter())
        self._waited |= left > 0
        self.waits |= left > 0
        return left

    def begin(self, pace: float) -> None:
        """Note that a step begins; where it begins late by less than the time between two, the next one is not late for that."""
        now = time.perf_counter()
        between = 1.0 / pace if pace else 0.0
        due = self._began + between
        self._began = due if now - due < between else now
        self.waits, self._waited = self._waited, False
