"""Output: what goes to the terminal, written on a thread, so that a terminal that does not read holds up neither keys nor training."""

import os
import queue
import select
import threading
from collections.abc import Callable

OUT = 2
# Bytes that may wait for the terminal before the screen leaves frames out.
BEHIND = 16_384
# Bytes at a time, between which it is seen how many are left.
PIECE = 4_096
GLANCE, DRAINS_WITHIN = 0.1, 2.0


class Output(threading.Thread):
    """Writes in the order of the calls, none of which waits for the terminal.

    Attributes:
        silent: whether nothing more is to be written.
    """

    def __init__(self) -> None:
        super().__init__(name="output", daemon=True)
        self._items: queue.SimpleQueue[bytes | Callable[[], object] | None] = queue.SimpleQueue()
        # Each is counted up by one thread alone.
        self._put = self._taken = 0
        self.silent = False

    @property
    def behind(self) -> bool:
        """Whether the terminal has not taken what it was given a while ago."""
        return self._put - self._taken > BEHIND

    def put(self, text: str) -> None:
        """Have a text written after those before it."""
        data = text.encode("utf-8", "replace")
        self._put += len(data)
        self._items.put(data)

    def then(self, call: Callable[[], object]) -> None:
        """Have something called, on this thread, when the terminal has taken all that was put before."""
        self._items.put(call)

    def drain(self) -> None:
        """Wait until all is written, but not for ever."""
        done = threading.Event()
        self.then(done.set)
        done.wait(DRAINS_WITHIN)

    def stop(self) -> None:
        """Have it end when the rest is written; that is not waited for for ever."""
        if self.is_alive():
            self._items.put(None)
            self.join(DRAINS_WITHIN)

    def run(self) -> None:
        """Write."""
        while (item := self._items.get()) is not None:
            if isinstance(item, bytes):
                self._write(item)
            else:
                item()

    def _write(self, data: bytes) -> None:
        """Write all of it, also where whoever shares the terminal has made it refuse to wait; nothing to a terminal that has gone."""
        left = memoryview(data)
        while left and not self.silent:
            try:
                written = os.write(OUT, left[:PIECE])
            except BlockingIOError:
                select.select([], [OUT], [], GLANCE)
                continue
            except OSError:
                break
            self._taken += written
            left = left[written:]
        self._taken += len(left)
