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
import tty
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from textual import events
from textual.driver import Driver
from textual.geometry import Size

from tui_gan.ui.incoming import READ, Incoming, Token, Typed
from tui_gan.ui.output import GLANCE, OUT, Output
from tui_gan.ui.sizes import Sizes
from tui_gan.ui.unofficial import Front, Reading

IN = 0
# What is switched on for the screen, and how that is switched off again; the last is switched off first.
MODES = (
    ("\x1b[?1049h", "\x1b[?1049l"),  # the alternate screen
    ("\x1b[?25l", "\x1b[?25h"),  # no cursor
    ("\x1b[?7l", "\x1b[?7h"),  # no wrapping
    ("\x1b[?1000h", "\x1b[?1000l"),  # buttons of the mouse
    ("\x1b[?1003h", "\x1b[?1003l"),  # its moves
    ("\x1b[?1006h", "\x1b[?1006l"),  # as numbers without bound
    ("\x1b[?1004h", "\x1b[?1004l"),  # whether the window has the focus
    ("\x1b[?2004h", "\x1b[?2004l"),  # pasted text is marked
    ("\x1b[>25u", "\x1b[<u"),  # kitty's keyboard: all keys as sequences, with their text
    ("\x1b[?2026$p", "\x1b[?2026l"),  # asked for: whether frames can be shown whole, which each of them switches on and off
    ("", "\x1b[0m"),  # colours, which the text brings
)
# Apple's Terminal writes the last letter of a question that it does not know.
QUESTION = "\x1b[?2026$p"
ENTER = "".join(on for on, _ in MODES)
# Begun with the end of whatever was cut off.
LEAVE = "\x1b\\" + "".join(off for _, off in reversed(MODES))
USUAL, LARGEST = (80, 24), (800, 250)
SUSPEND = ("\x1a", "\x1b[122;5u")
NO_SHELL = "ctrl+z stops a program until its shell continues it, and this one has no such shell"


def measured(environment: Mapping[str, str]) -> tuple[int, int]:
    """Columns and rows: what the terminal says, where it says 0 what COLUMNS and LINES say, and 80x24 where nobody knows."""
    try:
        told = tuple(os.get_terminal_size(OUT))
    except OSError:
        told = (0, 0)
    stated = [int(text) if (text := environment.get(name, "")).isdecimal() and len(text) < 6 else 0 for name in ("COLUMNS", "LINES")]
    columns, rows = (min(size or other or usual, most) for size, other, usual, most in zip(told, stated, USUAL, LARGEST, strict=True))
    return columns, rows


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
        self._running.add_signal_handler(signal.SIGWINCH, self._measure)
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
                    os.write(OUT, (self._front.parting() + LEAVE).encode())

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
        if not _in_foreground():
            self._comes_back = self._running.call_later(GLANCE, self._enter)
            return
        self.on = True
        with contextlib.suppress(termios.error):
            self._before = self._before or termios.tcgetattr(IN)
            termios.tcsetattr(IN, termios.TCSANOW, _raw(self._before))
        self._output.put(ENTER.replace(QUESTION, "") if os.environ.get("TERM_PROGRAM") == "Apple_Terminal" else ENTER)
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
        if self._before is not None and _in_foreground():
            with contextlib.suppress(termios.error):
                termios.tcsetattr(IN, termios.TCSANOW, self._before)

    def _measure(self) -> None:
        """Tell of a size that is new."""
        self._sizes.come(Size(*measured(os.environ)))

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
                data = b""
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


def _in_foreground() -> bool:
    """Whether the terminal is this job's; also where there are no jobs."""
    try:
        return os.tcgetpgrp(IN) in (0, os.getpgrp())
    except OSError:
        return True


def _raw(attributes: list[Any]) -> list[Any]:
    """The terminal's attributes, but every key comes at once, unechoed and as it is."""
    raw = [*attributes[: tty.CC], [*attributes[tty.CC]]]
    raw[tty.LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    raw[tty.IFLAG] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    raw[tty.CC][termios.VMIN], raw[tty.CC][termios.VTIME] = 1, 0
    return raw
