"""Lens: which part of a picture is looked at, and from how near."""

import dataclasses

NOTCH = 1.5
NEAREST = 64.0


@dataclasses.dataclass(frozen=True)
class Lens:
    """A part of a whole window, which it never leaves.

    Attributes:
        x, y: its middle, as shares of the whole from the left and from below.
        times: how many times it is enlarged in both directions, at least 1.
    """

    x: float = 0.5
    y: float = 0.5
    times: float = 1.0

    def zoomed(self, notches: int, at: tuple[float, float] = (0.5, 0.5)) -> "Lens":
        """Come nearer by some notches; what is seen at `at`, in shares of the part, stays where it is."""
        times = min(NEAREST, max(1.0, self.times * NOTCH**notches))
        away = 1 / self.times - 1 / times
        return _held(self.x + (at[0] - 0.5) * away, self.y + (at[1] - 0.5) * away, times)

    def panned(self, x: float, y: float) -> "Lens":
        """Move by shares of what is seen."""
        return _held(self.x + x / self.times, self.y + y / self.times, self.times)

    def across(self, low: float, high: float) -> tuple[float, float]:
        """The ends of the part from left to right, of a whole from `low` to `high`."""
        return _ends(self.x, self.times, low, high)

    def upward(self, low: float, high: float) -> tuple[float, float]:
        """The ends of the part from below upward."""
        return _ends(self.y, self.times, low, high)


WHOLE = Lens()


def _held(x: float, y: float, times: float) -> Lens:
    near, far = 0.5 / times, 1 - 0.5 / times
    return Lens(min(far, max(near, x)), min(far, max(near, y)), times)


def _ends(middle: float, times: float, low: float, high: float) -> tuple[float, float]:
    if times == 1.0:
        return low, high
    centre, half = low + middle * (high - low), (high - low) / 2 / times
    return centre - half, centre + half
