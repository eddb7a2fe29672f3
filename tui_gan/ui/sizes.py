"""Sizes: a window that is being dragged has hundreds in a second; the screen is told of the newest, now and then."""

from collections.abc import Callable

from textual.geometry import Size

# Seconds between two sizes that the screen is laid out for.
APART = 0.1


class Sizes:
    """Passes a size on at once, and where more follow it, the newest of them when it is time again; none twice.

    Args:
        tell: takes the sizes that are passed on.
        later: calls something after some seconds.
        known: the size that needs no telling.
    """

    def __init__(self, tell: Callable[[Size], None], later: Callable[[float, Callable[[], None]], object], known: Size) -> None:
        self._tell_of, self._later = tell, later
        self._reported = self._newest = known
        self._waits = False

    def come(self, size: Size) -> None:
        """Take in what the terminal's size is now."""
        self._newest = size
        if not self._waits:
            self._tell()

    def _tell(self) -> None:
        self._waits = self._newest != self._reported
        if self._waits:
            self._reported = self._newest
            self._later(APART, self._tell)
            self._tell_of(self._newest)
