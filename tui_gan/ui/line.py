"""Line: the terminal, switched over for the screen and back, written to, read from and measured, whatever the shell does meanwhile."""

import asyncio
import contextlib
import contextvars
import os
import select
import signal
import termios
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from textual import events
from textual.driver import Driver
from textual.geometry import Size

from tui_gan.ui.answers import CELL
from tui_gan.ui.incoming import READ, Incoming, Token, Typed
from tui_gan.ui.modes import END, IN, LEAVE, as_it_comes, entering, in_foreground, measured
from tui_gan.ui.output import GLANCE, OUT, Output
from tui_gan.ui.sizes import Sizes
from tui_gan.ui.unofficial import Front, Reading

SUSPEND = ("\x1a", "\x1b[122;5u")
NO_SHELL = "ctrl+z stops a program until its shell continues it, and this one has no such shell"


class Line(Driver):
    """Textual's way to a terminal.

    Attributes:
        on: whether the terminal has been switched over; while it has not, nothing is written or read.
    """

    def __init__(self, app: Front, *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size or measured(os.environ))
        self.on = False
        self._front = app
        self._reading = Reading()
        self._sizes = Sizes(self._resize, asyncio.get_running_loop().call_later, Size(*(size or measured(os.environ))))
        self._before: list[Any] | None = None
        self._hears, self._ended = threading.Event(), threading.Event()
        self._input = threading.Thread(target=self._listen, name="input", daemon=True)
        self._output = Output()
        self._was_continued = False
        self._comes_back: asyncio.TimerHandle | None = None

    def start_application_mode(self) -> None:
        """Switch over, and hear of keys, sizes and stops from now on."""
        self._running, self._within = asyncio.get_running_loop(), contextvars.copy_context()
        self._output.start()
        self._input.start()
        self._running.add_signal_handler(signal.SIGWINCH, self._measure_anew)
        self._hear_stops()
        signal.signal(signal.SIGCONT, self._continue)
        self._enter()

    def stop_application_mode(self) -> None:
        """Switch back for good."""
        self.disable_input()
        self._leave()
        for number in (signal.SIGWINCH, signal.SIGTSTP):
            self._running.remove_signal_handler(number)
        signal.signal(signal.SIGCONT, signal.SIG_DFL)
        if self._comes_back:
            self._comes_back.cancel()

    def disable_input(self) -> None:
        """Hear no more; what has been typed ahead was meant for the screen."""
        self._ended.set()
        if self._input.is_alive():
            self._input.join()
        if self.on:
            with contextlib.suppress(termios.error):
                termios.tcflush(IN, termios.TCIFLUSH)

    def close(self) -> None:
        """End the thread that writes."""
        self._output.stop()

    def wait(self) -> None:
        """Wait, after the end, until the terminal has taken all, however long it does not read."""
        if self._output.is_alive():
            self._output.join()

    @property
    def behind(self) -> bool:
        """Whether the terminal has not taken what it was given a while ago."""
        return self._output.behind

    def when_taken(self, call: Callable[[], object]) -> None:
        """Have something called when the terminal has taken all that was written before."""

        def pass_on() -> None:
            # The screen may have ended meanwhile.
            with contextlib.suppress(RuntimeError):
                self._running.call_soon_threadsafe(call, context=self._within)

        self._output.then(pass_on)

    def write(self, data: str) -> None:
        """Write, in the order of the calls."""
        if self.on:
            self._front.bytes_written += len(data) if data.isascii() else len(data.encode("utf-8", "replace"))
            self._output.put(data)

    def let_go(self) -> None:
        """Give the terminal back at once, whatever the threads do; for the end of the process."""
        if self.on:
            self.on = False
            self._output.silent = True
            self._restore()
            if select.select([], [OUT], [], GLANCE)[1]:
                with contextlib.suppress(OSError):
                    os.write(OUT, (END + self._front.parting() + LEAVE).encode())

    def suspend(self) -> None:
        """Stop the process and all of its job until the shell continues it, or say that there is no shell to do so.

        The kernel ignores such a stop where the process group is an orphan; that no SIGCONT followed shows it.
        """
        ignored = signal.getsignal(signal.SIGTSTP) is signal.SIG_IGN
        if ignored or os.getpgrp() == os.getsid(0) or not self._stop(partial(os.killpg, os.getpgrp(), signal.SIGTSTP)):
            self._front.notify(NO_SHELL, severity="warning")
        if self.on:
            self._hears.set()

    def _stop(self, stop: Callable[[], None]) -> bool:
        """Leave the screen for as long as `stop` stops the process; returns whether it did."""
        self._leave()
        self._running.remove_signal_handler(signal.SIGTSTP)
        self._was_continued = False
        stop()
        # Here it has been stopped. Python calls the handler of the signal that continued it at the latest after this.
        time.sleep(0.001)
        self._hear_stops()
        if not self._was_continued:
            self._enter()
        return self._was_continued

    def _hear_stops(self) -> None:
        if signal.getsignal(signal.SIGTSTP) is not signal.SIG_IGN:
            self._running.add_signal_handler(signal.SIGTSTP, self._stop, partial(os.kill, os.getpid(), signal.SIGTSTP))

    def _continue(self, *_: object) -> None:
        """Note a SIGCONT, which also comes after a SIGSTOP that nobody was told of, or alone."""
        self._was_continued = True
        self._running.call_soon_threadsafe(self._come_back, context=self._within)

    def _come_back(self) -> None:
        """Switch over again: what has been done to the terminal meanwhile is not known."""
        if self.on:
            self._hears.clear()
            self._output.put(LEAVE)
            self.on = False
        self._enter()

    def _enter(self) -> None:
        """Switch over, as soon as the terminal is ours; a job in the background trains on without a screen."""
        if self.on or self._ended.is_set():
            return
        if not in_foreground():
            self._comes_back = self._running.call_later(GLANCE, self._enter)
            return
        self.on = True
        with contextlib.suppress(termios.error):
            self._before = self._before or termios.tcgetattr(IN)
            termios.tcsetattr(IN, termios.TCSANOW, as_it_comes(self._before))
        self._output.put(entering(os.environ))
        self._hears.set()
        self._measure()
        self._front.draw_anew()

    def _leave(self) -> None:
        """Switch back, and wait until the terminal has been told."""
        if not self.on:
            return
        self._hears.clear()
        self.write(self._front.parting() + LEAVE)
        self.on = False
        self._output.drain()
        self._restore()

    def _restore(self) -> None:
        if self._before is not None and in_foreground():
            with contextlib.suppress(termios.error):
                termios.tcsetattr(IN, termios.TCSANOW, self._before)

    def _measure(self) -> None:
        """Tell of a size that is new."""
        self._sizes.come(Size(*measured(os.environ)))

    def _measure_anew(self) -> None:
        """Tell of a new size, and ask for that of a cell, since letters may have become larger."""
        self._measure()
        self.write(CELL)

    def _resize(self, size: Size) -> None:
        self.send_message(events.Resize(size, size))

    def _listen(self) -> None:
        """What the thread that reads does: it ends with the screen, or ends it."""
        try:
            self._hear()
        except Exception as error:
            self._running.call_soon_threadsafe(self._front.fail, error, context=self._within)

    def _hear(self) -> None:
        incoming, heard = Incoming(), time.monotonic()
        while not self._ended.is_set():
            if not self._hears.wait(GLANCE):
                continue
            patience = incoming.patience
            try:
                ready, _, _ = select.select([IN], [], [], min(GLANCE, patience or GLANCE))
                data = os.read(IN, READ) if ready and self._hears.is_set() else b""
            except OSError:
                ready, data = [IN], b""
            if data:
                heard = time.monotonic()
                self._tell(incoming.feed(data))
            elif patience is not None and time.monotonic() - heard >= patience:
                self._tell(incoming.silence())
            elif ready:
                # The terminal has gone; whoever watches it will end the program.
                self._ended.wait(GLANCE)

    def _tell(self, tokens: list[Token]) -> None:
        for token in tokens:
            if isinstance(token, Typed) and token.text in SUSPEND:
                # What was typed after it is meant for the shell.
                self._hears.clear()
                self._running.call_soon_threadsafe(self.suspend, context=self._within)
                return
            for message in self._reading.messages(token):
                self.process_message(message)
