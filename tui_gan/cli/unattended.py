"""A run that has no terminal: a session of its own, what it would print in a file, and an end when nobody comes back."""

import contextlib
import os
import stat
import sys
from pathlib import Path

from tui_gan.contract import commands
from tui_gan.contract.snapshot import Status
from tui_gan.session.thread import RunThread

CONSOLE = "console.log"
# Bytes that it may hold; of more the later half is kept.
MOST = 2**20
GLANCE = 1.0
AT_REST = (Status.PAUSED, Status.FINISHED, Status.FAILED)


def leave_terminal(run: Path, *, pipes: bool = False) -> None:
    """Let go of the terminal, in a session that no hang-up reaches; what is printed from now on goes to `console.log` of the run.

    Args:
        pipes: whether pipes and files are let go too, at whose end somebody may wait.
    """
    with contextlib.suppress(OSError):
        os.setsid()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        console = os.open(run / CONSOLE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError:
        console = nothing
    for number, instead in ((0, nothing), (1, console), (2, console)):
        # One that has hung up no longer says that it is a terminal.
        if pipes or stat.S_ISCHR(os.fstat(number).st_mode):
            os.dup2(instead, number)
    for number in {nothing, console}:
        os.close(number)


def wait(run: RunThread) -> None:
    """Wait for the end of the run; one that rests, and that nobody visits, is saved and ended after `linger` seconds."""
    rested, seen = 0.0, run.latest
    while not run.wait(GLANCE):
        before, seen = seen, run.latest
        at_rest = seen.status in AT_REST and not seen.visitors and seen.step == before.step
        rested = rested + GLANCE if at_rest else 0.0
        if seen.status in AT_REST and not seen.visitors:
            # A step that somebody has asked for is not seen without.
            run.request_snapshot()
        if at_rest and rested >= run.linger:
            run.send(commands.Stop())
        bound(run.plan.run.path / CONSOLE)


def bound(console: Path) -> None:
    """Keep the later half of a file that has grown too large."""
    with contextlib.suppress(OSError):
        if console.stat().st_size > MOST:
            with console.open("r+b") as file:
                file.seek(-MOST // 2, os.SEEK_END)
                kept = file.read()
                file.seek(0)
                file.truncate()
                file.write(kept.partition(b"\n")[2])
