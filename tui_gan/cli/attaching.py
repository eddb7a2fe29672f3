"""`tui-gan attach` and `tui-gan watch`: the screen on a run that trains in another process."""

import contextlib
import dataclasses
import fcntl
import os
import select
import signal
import termios
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from tui_gan.cli import own
from tui_gan.cli.options import check_terminal, run_or_file
from tui_gan.cli.visiting import Name, newest, visited
from tui_gan.contract.commands import Watch
from tui_gan.contract.errors import TuiGanError
from tui_gan.contract.outer import tell
from tui_gan.contract.snapshot import Status

if TYPE_CHECKING:
    from tui_gan.ui.app import TuiGan
    from tui_gan.wire.client import Visit

Run = Annotated[
    str, run_or_file("A run, by its directory or its name under runs/; without it the newest of yours that trains.", show_default=False)
]
Ascii = Annotated[bool, typer.Option("--ascii", help="Draw with plain ASCII.")]
# What ends the screen and leaves the run alone.
FATAL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
GLANCE_MS = 250
# What the overview shows of every kind of run.
FIRST = ("picture", "predictions")


def attach(run: Run = "", visitor: Name = None, ascii: Ascii = False) -> None:
    """Open the screen on a run that trains in another process."""
    _look_at(run, visitor, ascii, watches=False)


def watch(run: Run = "", visitor: Name = None, ascii: Ascii = False) -> None:
    """Open a screen that only shows a run, and asks it for nothing."""
    _look_at(run, visitor, ascii, watches=True)


def view(
    run: Run = "", name: Name = None, watches: Annotated[bool, typer.Option("--watch", help="Ask the run for nothing.")] = False
) -> None:
    """Be the screen of a tab of a browser, on a pseudo-terminal; `tui-gan serve` starts it."""
    with contextlib.suppress(OSError):
        # One of its own tells it of sizes, and of its end.
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    _look_at(run, name, False, watches, in_browser=True)


def _look_at(run: str, name: str | None, ascii_only: bool, watches: bool, in_browser: bool = False) -> None:
    check_terminal("ask by `tui-gan state`")
    preferences = own.preferences()
    if in_browser:
        # What the user's own terminal can show says nothing of a page.
        preferences = dataclasses.replace(preferences, pixels=False)
    from tui_gan.cli.screens import opened, parting, remember

    with visited(run or newest(), name, asks=not watches) as visit:
        place = visit.welcome.run
        # On its way while the screen is imported.
        visit.send(Watch(FIRST))
        visit.request_snapshot()
        app = opened(visit, preferences, place, ascii_only=ascii_only, visitor=visit.name, watches=watches, begins=not in_browser)
        number = _show(visit, app)
        remember(app, place)
        if number:
            # The terminal may be gone, and then Python's own last flush would turn the status into another.
            os._exit(128 + number)
        if app.failure:
            raise TuiGanError(f"the screen failed ({type(app.failure).__name__}: {app.failure}); the run trains on")
        pairs = () if app.detached else app.restart
        has_ended = not app.detached and visit.latest.status is Status.STOPPED
        if has_ended:
            # What became of it is said last.
            visit.wait()
        tell(parting(Path(place), visit.latest, visit.ended if has_ended else ""))
    if pairs:
        from tui_gan.cli import running

        running.start_anew(Path(place), pairs, ascii_only, preferences)


def _show(visit: "Visit", app: "TuiGan") -> int:
    """Show the screen until it is left or the run ends; returns the number of the signal that ended it, or 0."""
    caught: list[int] = []

    def stop(number: int, frame: FrameType | None = None) -> None:
        caught.append(number)
        visit.close()

    left = threading.Event()
    before = {number: signal.signal(number, stop) for number in FATAL if signal.getsignal(number) is not signal.SIG_IGN}
    threading.Thread(target=_watch_terminal, args=(app, left), name="terminal", daemon=True).start()
    try:
        app.run()
    finally:
        app.let_go()
        left.set()
        for number, handler in before.items():
            signal.signal(number, handler)
    return caught[0] if caught else 0


def _watch_terminal(app: "TuiGan", left: threading.Event) -> None:
    """End the process when the terminal has gone; the run does not notice."""
    poller = select.poll()
    # Asked for nothing, poll still reports that the other side has hung up.
    poller.register(0, 0)
    while not left.is_set():
        if poller.poll(GLANCE_MS):
            app.let_go()
            os._exit(128 + signal.SIGHUP)
