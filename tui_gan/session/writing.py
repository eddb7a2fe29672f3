"""What falls due while a run trains: what cannot be written stops nothing, is said once, and is tried again."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

# Seconds between two tries to write what cannot be written.
AGAIN = 10.0


class Writing:
    """What a run writes at steps, by name.

    Args:
        writes: each raises OSError where it cannot be written.
        place: the run directory as it is now.
        note: says something, as an event of a kind.

    Attributes:
        failed: why each that could not be written could not, until it is.
    """

    def __init__(self, writes: Mapping[str, Callable[[], None]], place: Callable[[], Path], note: Callable[..., None]) -> None:
        self.failed: dict[str, OSError] = {}
        self._writes, self._place, self._note = writes, place, note
        self._again = 0.0

    def write(self, what: str) -> None:
        """Write what falls due now."""
        try:
            self._writes[what]()
        except OSError as error:
            self.fails(what, error)
        else:
            self.written(what)

    def again(self) -> None:
        """Try what could not be written, now and then."""
        if self.failed and time.monotonic() >= self._again:
            for what in tuple(self.failed):
                self.write(what)

    def fails(self, what: str, error: OSError) -> str:
        """Say what cannot be written, once, and have it tried again; returns what is wrong."""
        text = f"cannot write {error.filename or self._place()}: {error.strerror or error}"
        if not self.failed:
            self._note(f"{text}; training goes on, and it is tried again every {AGAIN:g} s", "warning")
        self.failed[what], self._again = error, time.monotonic() + AGAIN
        return text

    def written(self, what: str) -> None:
        """Note that it has been written, by whomever."""
        if self.failed.pop(what, None) and not self.failed:
            self._note("everything can be written again")
