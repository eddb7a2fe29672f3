"""Output: the thread that writes to the terminal, so that a slow line does not hold up the screen at once."""

import contextlib
import os
import queue
import select
import threading

from tui_gan.ui.modes import OUT

# Texts that wait for a slow line before the screen waits for it too.
WAITING = 30
GLANCE, DRAINS_WITHIN = 0.1, 2.0


class Output(threading.Thread):
    """Writes one text after the other.

    Attributes:
        silent: whether nothing more is to be written.
    """

    def __init__(self) -> None:
        super().__init__(name="output", daemon=True)
        self._texts: queue.Queue[str | threading.Event | None] = queue.Queue(WAITING)
        self.silent = False

    def put(self, text: str) -> None:
        """Have a text written after those before it."""
        self._texts.put(text)

    def drain(self) -> None:
        """Wait until all is written, but not for ever."""
        done = threading.Event()
        with contextlib.suppress(queue.Full):
            self._texts.put(done, timeout=DRAINS_WITHIN)
            done.wait(DRAINS_WITHIN)

    def stop(self) -> None:
        """Write the rest, and end."""
        if self.is_alive():
            self._texts.put(None)
            self.join()

    def run(self) -> None:
        """Write."""
        while (text := self._texts.get()) is not None:
            if isinstance(text, threading.Event):
                text.set()
            else:
                self._write(text.encode("utf-8", "replace"))

    def _write(self, data: bytes) -> None:
        """Write all of it, also where whoever shares the terminal has made it refuse to wait; nothing to a terminal that has gone."""
        left = memoryview(data)
        while left and not self.silent:
            try:
                left = left[os.write(OUT, left) :]
            except BlockingIOError:
                select.select([], [OUT], [], GLANCE)
            except OSError:
                return
