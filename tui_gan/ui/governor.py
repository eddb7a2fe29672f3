"""The governor: how long to wait between frames, so that watching costs little."""

import dataclasses

BUDGET = 0.035
FRAMES_PER_SECOND = 8.0
BYTES_PER_SECOND = 42_000.0
LONGEST = 2.0
MEMORY = 0.7
# How many times as dear as the frames before one may count at most.
STRAY = 4.0


@dataclasses.dataclass
class Governor:
    """Stretches the time between frames until a budget of processor time and of bytes is kept.

    Attributes:
        budget: the share of one processor that the screen may use, compositing included.
        bytes_per_second: what may be written to the terminal.
        fastest, longest: the shortest and the longest time between frames, in seconds.
    """

    budget: float = BUDGET
    bytes_per_second: float = BYTES_PER_SECOND
    fastest: float = 1.0 / FRAMES_PER_SECOND
    longest: float = LONGEST
    seconds_per_frame: float = 0.0
    bytes_per_frame: float = 0.0

    def learn(self, seconds: float, written: float) -> None:
        """Take in what the time since the last frame has cost: processor seconds and bytes."""
        # One frame in which something else fell due, such as a look for garbage, would slow the screen down for seconds.
        usual = STRAY * self.seconds_per_frame or seconds
        self.seconds_per_frame = _smoothed(self.seconds_per_frame, min(seconds, usual))
        self.bytes_per_frame = _smoothed(self.bytes_per_frame, written)

    @property
    def interval(self) -> float:
        """Seconds from the start of one frame to the start of the next."""
        wanted = max(self.seconds_per_frame / self.budget, self.bytes_per_frame / self.bytes_per_second)
        return min(self.longest, max(self.fastest, wanted))

    @property
    def taken(self) -> tuple[float, float]:
        """What the screen takes: bytes a second, and the share of one processor."""
        return self.bytes_per_frame / self.interval, self.seconds_per_frame / self.interval


def _smoothed(before: float, now: float) -> float:
    """The first as it is, and those after it little by little."""
    return MEMORY * before + (1 - MEMORY) * now if before else now
