"""Reading: how curves are looked at: which steps, where the cursor stands, and how values are drawn."""

import dataclasses
import math

import numpy as np

from tui_gan.contract.snapshot import Floats
from tui_gan.ui.draw.series.groups import Reach

LEAST = 4.0
SMOOTHINGS = (0, 5, 20, 100)
# As each chart is best, all logarithmic, none.
SCALES = (None, True, False)
# Where the cursor leaves the window, this share of it is shown beyond.
MARGIN = 0.25
# A window that follows the newest step moves by one of so many parts of it, or a larger one.
NOTCHES = 32


@dataclasses.dataclass(frozen=True)
class Reading:
    """How curves are looked at.

    Attributes:
        words: of a filter, all of which must be in the name of a series.
        logarithmic: whether values are drawn so; None for each chart as it is best.
        smoothing: over so many points.
        width: steps in the window; None for all.
        end: the last step in the window; None for the newest, which it follows.
        cursor: the step at which values are read off; None without.
        first: the first row of charts shown.
    """

    words: str = ""
    logarithmic: bool | None = None
    smoothing: int = 0
    width: float | None = None
    end: float | None = None
    cursor: float | None = None
    first: int = 0

    def window(self, reach: Reach) -> tuple[float, float]:
        """The first and the last step shown."""
        if self.width is None:
            return reach.low, ahead(reach.high, reach.high - reach.low)
        width = min(self.width, reach.last - reach.low)
        end = ahead(reach.high, width) if self.end is None else min(self.end, reach.last)
        end = max(reach.low + width, end)
        return end - width, end

    def zoomed(self, by: int, reach: Reach, at: float | None = None) -> "Reading":
        """Show half the steps (`by` 1) or twice as many (-1) around `at`, else the cursor, else up to the end."""
        low, high = self.window(reach)
        width = min((high - low) * 0.5**by, reach.last - reach.low)
        if width < LEAST:
            return self
        if width >= reach.high - reach.low and (reach.last <= reach.high or high - low < reach.high - reach.low):
            return dataclasses.replace(self, width=None, end=None)
        centre = self.cursor if at is None else at
        if centre is None or not low <= centre <= high:
            return dataclasses.replace(self, width=width)
        return dataclasses.replace(self, width=width, end=centre + (high - centre) * 0.5**by)

    def whole(self) -> "Reading":
        """Show all steps; if they are, put the cursor away."""
        return dataclasses.replace(self, width=None, end=None, cursor=None if self.width is None else self.cursor)

    def moved(self, by: int, steps: Floats, reach: Reach, columns: int) -> "Reading":
        """Move the cursor to the next of `steps` in another column; beyond the last one it goes."""
        low, high = self.window(reach)
        inside = steps[(steps >= low) & (steps <= high)]
        if self.cursor is None:
            return self.placed(float(inside[-1 if by < 0 else 0]), reach) if inside.size else self
        beyond = steps[steps > self.cursor] if by > 0 else steps[steps < self.cursor][::-1]
        if not beyond.size:
            return self if by < 0 else dataclasses.replace(self, cursor=None)
        far = np.abs(beyond - self.cursor) >= (high - low) / max(1, columns)
        return self.placed(float(beyond[far.argmax()] if far.any() else beyond[-1]), reach)

    def placed(self, step: float, reach: Reach) -> "Reading":
        """Put the cursor on a step, and the window around it where it is outside."""
        low, high = self.window(reach)
        end, beyond = self.end, MARGIN * (high - low)
        if step < low:
            end = step - beyond + (high - low)
        elif step > high:
            end = step + beyond
        return dataclasses.replace(self, cursor=step, end=end)

    def nearest(self, step: float, steps: Floats, reach: Reach) -> "Reading":
        """Put the cursor on the one of `steps` that is nearest to a place in the window."""
        return self.placed(float(steps[np.abs(steps - step).argmin()]), reach) if steps.size else self

    def smoother(self) -> "Reading":
        """The next of the lengths of the average."""
        return dataclasses.replace(self, smoothing=SMOOTHINGS[(SMOOTHINGS.index(self.smoothing) + 1) % len(SMOOTHINGS)])

    def rescaled(self) -> "Reading":
        """The next way to draw values."""
        return dataclasses.replace(self, logarithmic=SCALES[(SCALES.index(self.logarithmic) + 1) % len(SCALES)])


def ahead(step: float, width: float) -> float:
    """A step at or a little beyond another, so that a window seldom moves while a run goes on: what stays costs no bytes."""
    notch = 2.0 ** math.floor(math.log2(width)) / NOTCHES
    return math.ceil(step / notch) * notch
