"""A plan under one of the front ends, with the signals that must not lose it."""

import contextlib
import dataclasses
import os
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple

from tui_gan.cli import unattended
from tui_gan.cli.parent import Parent
from tui_gan.cli.screens import opened, parting, remember
from tui_gan.cli.visiting import terminal_name
from tui_gan.contract import commands
from tui_gan.contract.errors import TuiGanError
from tui_gan.contract.outer import tell
from tui_gan.contract.snapshot import Status
from tui_gan.session.plan import Outcome, Plan
from tui_gan.session.runlog import RunLog
from tui_gan.session.thread import RunThread

if TYPE_CHECKING:
    from tui_gan.ui.preferences import Preferences

# Whatever ends a program that can still save.
FATAL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU, signal.SIGALRM)
GLANCE, GLANCE_MS = 0.05, 250
SCREEN_LEAVES_WITHIN = 3.0
# Seconds of saving, behind a screen that has been left, after which it is told.
SAVES_WITHIN = 1.0
IMPATIENCE = 2.0


class Ended(NamedTuple):
    """How a run ended under a front end.

    Attributes:
        signal_number: of the signal that ended it, or 0.
        restart: the settings, `KEY=VALUE`, for which the user has left it for a new run; none where that was not asked.
    """

    outcome: Outcome
    signal_number: int
    restart: tuple[str, ...] = ()


class Signals:
    """The first fatal signal that came; it stops the run, which saves before it ends.

    Args:
        detaches: whether a run that loses its terminal trains on without one.

    Attributes:
        number: of the signal; 0 while there was none.
        lost: whether the terminal has been lost.
        let_go: gives back what the process holds, at its end; `leave` leaves the terminal that has been lost.
    """

    def __init__(self, run: RunThread, detaches: bool) -> None:
        self.run, self.detaches = run, detaches
        self.number = 0
        self.lost = False
        self.let_go: Callable[[], None] = lambda: None
        self.leave: Callable[[], None] = lambda: None
        self._first = 0.0

    def stop(self, number: int, frame: FrameType | None = None) -> None:
        """Stop the run because of a signal; a second one, when the first has had its time, ends the process as it is."""
        now = time.monotonic()
        if number == signal.SIGHUP and self.detaches and not self.number:
            # The terminal, the shell and the parent each may send one; later it comes from somebody who means the run.
            if not self.lost:
                self.lost, self._first = True, now
                self.leave()
                return
            if now - self._first <= IMPATIENCE:
                return
        if self.number and now - self._first > IMPATIENCE:
            self.let_go()
            os._exit(128 + number)
        self._first = self._first if self.number else now
        self.number = self.number or number
        self.run.send(commands.Stop())

    def detach(self) -> None:
        """Note that the terminal has been left on purpose."""
        self.lost, self._first = True, time.monotonic()


def headless(plan: Plan, detaches: bool) -> Ended:
    """Train without a screen."""
    from tui_gan.headless import watch

    run = _run(plan)
    with _caught(run, detaches) as signals:
        run.start()
        watch(run, lambda seconds: run.wait(seconds) or signals.lost)
        if signals.lost:
            _leave(run)
        unattended.wait(run)
    return Ended(_ended(run), signals.number)


def plain(plan: Plan, detaches: bool, parent: Parent | None, paused: bool = False) -> Ended:
    """Train and tell of it in sentences, from a pause on if asked; where there is a parent, a terminal may answer in words."""
    from tui_gan.plain import watch

    run = _run(plan, paused)
    with _caught(run, detaches) as signals:
        run.start()
        typed = partial(_typed, signals, parent) if parent else tuple
        if watch(run, lambda seconds: run.wait(seconds) or signals.lost, typed):
            signals.detach()
            _leave(run, parent, 0)
        elif signals.lost:
            _leave(run, parent)
        unattended.wait(run)
    return Ended(_ended(run), signals.number)


def detached(plan: Plan, parent: Parent, said: Callable[[Plan], str], paused: bool = False) -> Ended:
    """Train without a terminal from the first step on, from a pause on if asked; what the parent says in its place is `said`."""
    run = RunThread(plan)
    if paused:
        run.send(commands.Pause())
    with _caught(run, detaches=False) as signals:
        run.start()
        while run.latest.status is Status.LOADING and not run.wait(GLANCE):
            pass
        if signals.number:
            # Whoever has ended it meanwhile is told how it ended, not that it trains.
            run.wait(None)
        elif not run.outcome:
            unattended.leave_terminal(plan.run.path, pipes=True)
            parent.go(said(plan))
            unattended.wait(run)
    return Ended(_ended(run), signals.number)


def has_terminal() -> bool:
    """Whether the process has a terminal that it can lose."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _run(plan: Plan, paused: bool = False) -> RunThread:
    """The run of a plan, not begun yet; a paused one is told so before its first step."""
    run = RunThread(plan)
    run.terminal = terminal_name() if has_terminal() else ""
    if paused:
        run.send(commands.Pause())
    return run


def _typed(signals: Signals, parent: Parent) -> list[str]:
    """The lines that were typed since the last time; the end of the input says quit."""
    try:
        if _has_hung_up(0, parent):
            signals.stop(signal.SIGHUP)
            return []
        if not select.select([0], [], [], 0)[0]:
            return []
        typed = os.read(0, 4096).decode(errors="replace")
    except OSError:
        typed = ""
    return typed.splitlines() or ["quit"]


def _has_hung_up(*lines: int | Parent, within: int = 0) -> bool:
    """Whether the other side of one has, within so many milliseconds."""
    poller = select.poll()
    for each in lines:
        # Asked for nothing, poll still reports it.
        poller.register(each, 0)
    return bool(poller.poll(within))


def screen(plan: Plan, parent: Parent, ascii_only: bool, preferences: "Preferences", paused: bool = False) -> Ended:
    """Train with the screen, and leave the terminal clean whatever happens; how it is left is remembered for that run."""
    run, place, name = _run(plan, paused), str(plan.run.path.resolve()), terminal_name()
    run.be_at_home(name)
    left = threading.Event()
    with _caught(run, preferences.detaches) as signals:
        threading.Thread(target=_watch_terminal, args=(run, parent, signals, left), name="terminal", daemon=True).start()
        app = opened(
            run,
            preferences,
            place,
            ascii_only=ascii_only,
            visitor=name,
            goes_on=plan.checkpoint is not None,
            paused=paused,
            begin=run.start,
        )
        signals.let_go, signals.leave = app.let_go, app.leave_soon
        if signals.lost:
            app.leave_soon()
        try:
            app.run()
        finally:
            app.let_go()
        left.set()
        remember(app, place)
        run.start()
        if (app.detached or signals.lost) and not (signals.number or app.failure):
            on_purpose = app.detached and not signals.lost
            if on_purpose:
                app.wait()
                signals.detach()
            run.be_at_home("")
            _leave(run, parent, 0 if on_purpose else 128 + signal.SIGHUP)
            unattended.wait(run)
        else:
            # Whether the screen left by its own choice or not, the run is saved.
            run.send(commands.Stop())
            if not run.wait(SAVES_WITHIN):
                with contextlib.suppress(OSError):
                    tell("saving once the current step ends; ctrl+c, and again two seconds later, quits without saving", sys.stderr)
            run.wait(None)
            # Not before: a terminal that does not read must not keep the run from being saved.
            app.wait()
    outcome = _ended(run)
    if app.failure:
        outcome = dataclasses.replace(outcome, status="failed", error=_screen_failed(plan, outcome, app.failure))
    return Ended(outcome, signals.number, () if app.failure or signals.number else app.restart)


def _leave(run: RunThread, parent: Parent | None = None, status: int = 128 + signal.SIGHUP) -> None:
    """Leave the terminal while the run trains on, and tell the shell, where there still is one."""
    place = run.plan.run.path
    run.leave_terminal()
    run.send(commands.Watch(()))
    unattended.leave_terminal(place)
    if parent:
        parent.go(parting(place, run.latest), status)


def _screen_failed(plan: Plan, outcome: Outcome, failure: BaseException) -> TuiGanError:
    """Put the traceback into the log, and say in one line where it is."""
    with contextlib.suppress(OSError, TuiGanError):
        log = RunLog(plan.run.log)
        text = "".join(traceback.format_exception(failure))
        log.write("event", outcome.step, outcome.seconds, text="the screen failed", level="error", traceback=text)
        log.close()
    return TuiGanError(f"the screen failed ({type(failure).__name__}: {failure}); the run is saved, the traceback is in {plan.run.log}")


def _ended(run: RunThread) -> Outcome:
    assert run.outcome is not None, "a run that has ended says how"
    return run.outcome


@contextlib.contextmanager
def _caught(run: RunThread, detaches: bool) -> Iterator[Signals]:
    signals = Signals(run, detaches and has_terminal())
    # A signal that is ignored, as nohup does with SIGHUP, stays ignored.
    heard = [number for number in FATAL if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, signals.stop) for number in heard}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _size() -> os.terminal_size | None:
    try:
        return os.get_terminal_size(0)
    except OSError:
        return None


def _watch_terminal(run: RunThread, parent: Parent, signals: Signals, left: threading.Event) -> None:
    """Take a terminal that has gone, or a parent that was killed, for SIGHUP; end the process when the screen cannot leave by itself."""
    size, gets_signals = _size(), has_terminal()
    while not signals.number:
        if left.is_set() or signals.lost:
            return
        if not gets_signals and size != (size := _size()):
            # torchrun starts its processes in sessions of their own, which the terminal tells nothing.
            os.kill(os.getpid(), signal.SIGWINCH)
        if _has_hung_up(0, parent, within=GLANCE_MS):
            signals.stop(signal.SIGHUP)
    run.start()
    run.wait(None)
    if not left.wait(SCREEN_LEAVES_WITHIN):
        signals.let_go()
        os._exit(128 + signals.number)
