"""The governor: how long to wait between frames, so that watching costs little."""

import dataclasses

BUDGET = 0.04
FRAMES_PER_SECOND = 8.0
BYTES_PER_SECOND = 42_000.0
LONGEST = 2.0
MEMORY = 0.7


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
        self.seconds_per_frame = _smoothed(self.seconds_per_frame, seconds)
        self.bytes_per_frame = _smoothed(self.bytes_per_frame, written)

    @property
    def interval(self) -> float:
        """Seconds from the start of one frame to the start of the next."""
        wanted = max(self.seconds_per_frame / self.budget, self.bytes_per_frame / self.bytes_per_second)
        return min(self.longest, max(self.fastest, wanted))


def _smoothed(before: float, now: float) -> float:
    """Rise quickly with a dear frame, fall slowly after it."""
    return max(now, MEMORY * before + (1 - MEMORY) * now) if before == 0.0 else MEMORY * before + (1 - MEMORY) * now
