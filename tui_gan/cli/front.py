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

from tui_gan.cli.locale import speaks_utf8
from tui_gan.cli.own import memory_path
from tui_gan.contract import commands
from tui_gan.contract.errors import TuiGanError
from tui_gan.session.plan import Outcome, Plan
from tui_gan.session.runlog import RunLog
from tui_gan.session.thread import RunThread

if TYPE_CHECKING:
    from tui_gan.ui.preferences import Preferences

# Whatever ends a program that can still save.
FATAL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU, signal.SIGALRM)
GLANCE_MS = 250
SCREEN_LEAVES_WITHIN = 3.0
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

    Attributes:
        let_go: gives back what the process holds, at its end.
    """

    def __init__(self, run: RunThread) -> None:
        self.run = run
        self.number = 0
        self.let_go: Callable[[], None] = lambda: None
        self._first = 0.0

    def stop(self, number: int, frame: FrameType | None = None) -> None:
        """Stop the run because of a signal; a second one, when the first has had its time, ends the process as it is."""
        now = time.monotonic()
        if self.number and now - self._first > IMPATIENCE:
            self.let_go()
            os._exit(128 + number)
        self._first = self._first if self.number else now
        self.number = self.number or number
        self.run.send(commands.Stop())


def headless(plan: Plan) -> Ended:
    """Train without a screen."""
    from tui_gan.headless import watch

    run = RunThread(plan)
    with _caught(run) as signals:
        run.start()
        watch(run, run.wait)
    return Ended(_ended(run), signals.number)


def plain(plan: Plan, paused: bool = False) -> Ended:
    """Train and tell of it in sentences, from a pause on if asked; a terminal may answer in words."""
    from tui_gan.plain import watch

    run = _run(plan, paused)
    with _caught(run) as signals:
        run.start()
        watch(run, run.wait, _typed if sys.stdin.isatty() else tuple)
    return Ended(_ended(run), signals.number)


def _run(plan: Plan, paused: bool) -> RunThread:
    """The run of a plan, not begun yet; a paused one is told so before its first step."""
    run = RunThread(plan)
    if paused:
        run.send(commands.Pause())
    return run


def _typed() -> list[str]:
    """The lines that were typed since the last time; the end of the input says quit."""
    try:
        if not select.select([0], [], [], 0)[0]:
            return []
        typed = os.read(0, 4096).decode(errors="replace")
    except OSError:
        typed = ""
    return typed.splitlines() or ["quit"]


def screen(plan: Plan, ascii_only: bool, preferences: "Preferences", paused: bool = False) -> Ended:
    """Train with the screen, and leave the terminal clean whatever happens; how it is left is remembered for that run."""
    from tui_gan.ui.app import TuiGan
    from tui_gan.ui.memory import keep, recall
    from tui_gan.ui.pixels import way

    if way(os.environ).pixels:
        # Such a terminal has all colours, which SSH does not pass on.
        os.environ["COLORTERM"] = os.environ.get("COLORTERM") or "truecolor"
    run, place = _run(plan, paused), str(plan.run.path.resolve())
    left = threading.Event()
    with _caught(run) as signals:
        threading.Thread(target=_watch_terminal, args=(run, signals, left), name="terminal", daemon=True).start()
        app = TuiGan(
            run,
            begin=run.start,
            ascii_only=ascii_only or preferences.ascii_only or not speaks_utf8(),
            light=preferences.light,
            ways=partial(way, os.environ, preferences.pixels),
            keys=preferences.keys,
            memory=recall(memory_path()).of(place if plan.checkpoint else None),
            paused=paused,
        )
        signals.let_go = app.let_go
        try:
            app.run()
        finally:
            app.let_go()
        left.set()
        # Read again: another screen may have been left meanwhile.
        kept = recall(memory_path())
        if (now := kept.after(place, app.memory)) != kept:
            keep(memory_path(), now)
        # Whether the screen left by its own choice or not, the run is saved.
        run.send(commands.Stop())
        run.start()
        run.wait(None)
        # Not before: a terminal that does not read must not keep the run from being saved.
        app.wait()
    outcome = _ended(run)
    if app.failure:
        outcome = dataclasses.replace(outcome, status="failed", error=_screen_failed(plan, outcome, app.failure))
    return Ended(outcome, signals.number, () if app.failure or signals.number else app.restart)


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
def _caught(run: RunThread) -> Iterator[Signals]:
    signals = Signals(run)
    # A signal that is ignored, as nohup does with SIGHUP, stays ignored.
    heard = [number for number in FATAL if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, signals.stop) for number in heard}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _watch_terminal(run: RunThread, signals: Signals, left: threading.Event) -> None:
    """Take a terminal that has gone away for SIGHUP, and end the process when the screen cannot leave by itself."""
    poller = select.poll()
    # Asked for nothing, poll still reports that the other side has hung up.
    poller.register(0, 0)
    while not signals.number:
        if left.is_set():
            return
        if poller.poll(GLANCE_MS):
            signals.stop(signal.SIGHUP)
    run.start()
    run.wait(None)
    if not left.wait(SCREEN_LEAVES_WITHIN):
        signals.let_go()
        os._exit(128 + signals.number)
