"""The thread that a run trains on; a RunHandle for front ends. Importing this module does not import torch."""

import contextlib
import dataclasses
import gc
import queue
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tui_gan.contract.commands import Command, FromVisitor, Glance
from tui_gan.contract.errors import TuiGanError, UsageError
from tui_gan.contract.rules import Rules
from tui_gan.contract.snapshot import Snapshot, Status
from tui_gan.session import rundir
from tui_gan.session.ahead import load_torch
from tui_gan.session.lock import BEATS, Lock
from tui_gan.session.plan import Outcome, Plan
from tui_gan.session.runlog import RunLog
from tui_gan.wire import WireError, place
from tui_gan.wire.server import Server

if TYPE_CHECKING:
    from tui_gan.session.session import Session


class RunThread:
    """A run on a thread of its own, which outlives screens.

    Attributes:
        latest: the newest snapshot; its status is STOPPED when the run has ended.
        outcome: how it ended; None until then.
        terminal: the name of the terminal that it was started on; "" where it has none.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.outcome: Outcome | None = None
        self.latest = Snapshot(
            preset=plan.config.preset,
            status=Status.LOADING,
            step=plan.step,
            steps=plan.until,
            seconds=plan.seconds,
            steps_per_second=0.0,
            device=plan.knobs.device,
            devices=(),
            knobs=plan.knobs,
            directory=str(plan.run.path),
            rules=Rules(objective=plan.config.objective),
        )
        self._inbox: queue.SimpleQueue[Command | FromVisitor | None] = queue.SimpleQueue()
        self._starting, self._publishing = threading.Lock(), threading.Lock()
        self._server: Server | None = None
        self._session: Session | None = None
        self._lock: Lock | None = None
        self.terminal = ""
        self._home = ""
        self._visitors: tuple[str, ...] = ()
        self._thread = threading.Thread(target=self._work, name="trainer", daemon=True)

    def start(self) -> None:
        """Begin: import torch, build, train; a second call changes nothing."""
        with self._starting:
            if not self._thread.ident:
                self._thread.start()

    def request_snapshot(self) -> None:
        """Ask for a snapshot of the next step boundary, after every command sent before."""
        self._inbox.put(None)

    def send(self, command: Command) -> None:
        """Queue a command; never waits."""
        self._inbox.put(command)

    def ask(self, asked: FromVisitor) -> None:
        """Queue what a visitor asks for; never waits."""
        if isinstance(asked, Glance) and self.latest.status is Status.LOADING:
            # Nobody answers yet, and there is nothing else to see.
            asked.deliver(self.latest)
        else:
            self._inbox.put(asked)

    def meet(self, visitors: tuple[str, ...]) -> None:
        """Have the snapshots say who is there now, before them the screen in this process."""
        with self._publishing:
            self._visitors = visitors
            self.latest = dataclasses.replace(self.latest, visitors=self._here())

    def be_at_home(self, screen: str) -> None:
        """Have the screen in this process be among the visitors by this name; "" when it has been left."""
        with self._publishing:
            self._home = screen
            self.latest = dataclasses.replace(self.latest, visitors=self._here())
        if self._server:
            self._server.show()

    def _here(self) -> tuple[str, ...]:
        return (self._home, *self._visitors) if self._home else self._visitors

    @property
    def linger(self) -> float:
        """Seconds for which a run without a terminal rests before it is saved and ended."""
        return (self._session.run.config if self._session else self.plan.config).linger

    def wait(self, seconds: float | None) -> bool:
        """Wait for the end of the run, at most so long or, with None, without end; returns whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _publish(self, snapshot: Snapshot) -> None:
        with self._publishing:
            before = self.latest
            self.latest = dataclasses.replace(snapshot, visitors=here) if (here := self._here()) else snapshot
        if self._server and (snapshot.status is not Status.RUNNING or before.status is not Status.RUNNING):
            # Visitors look at a run that trains by themselves.
            self._server.show()

    def beat(self, address: Path) -> None:
        """Show other hosts that the run lives, and where visitors find it now."""
        if self._lock:
            self._lock.beat()
            if self._lock.holder.socket != str(address):
                self._lock.change(socket=str(address))

    def leave_terminal(self) -> None:
        """Note that the run has no terminal any longer."""
        self.terminal = ""
        if self._lock:
            self._lock.change(terminal="")

    def _work(self) -> None:
        try:
            outcome = self._train()
        except TuiGanError as error:
            outcome = self._never_began(error)
        except Exception as error:
            outcome = self._never_began(TuiGanError(f"the run broke: {type(error).__name__}: {error}"))
            self._log_traceback(traceback.format_exc())
        self.outcome = outcome
        self.latest = dataclasses.replace(self.latest, status=Status.STOPPED, step=outcome.step, seconds=outcome.seconds)
        # Before visitors are sent away, who may ask what has become of it.
        if self._lock:
            self._lock.change(ended=outcome.status, step=outcome.step)
        if self._server:
            self._server.close(f"the run has {outcome.status} at step {outcome.step:,}")
        if self._lock:
            self._lock.release()

    def _train(self) -> Outcome:
        # From its first second the directory is this process's alone, and visitors find it.
        unmet = self._open()
        with _kept():
            # Importing torch takes seconds; here it happens while the first frame is on the screen already.
            load_torch()
            from tui_gan.session.start import start

            self._session = session = start(self.plan, self._inbox, self._publish)
        session.home = self.terminal
        if unmet:
            session.run.note(unmet, "warning")
        return session.train()

    def _open(self) -> str:
        """Lock the directory and let visitors in; returns why they cannot come, or "".

        Raises:
            UsageError: another process has the directory, or it cannot be written in.
        """
        run = self.plan.run.path
        try:
            self._lock = Lock(run, terminal=self.terminal)
        except OSError as error:
            raise UsageError(f"cannot write in the run directory: {error.filename or run}: {error.strerror or error}") from None
        try:
            address = place.address(run)
            self._server = Server(self, run.resolve(), address, BEATS)
        except (WireError, OSError) as error:
            return f"nobody can visit this run: {error}"
        self._lock.change(socket=str(address))
        return ""

    def _never_began(self, error: TuiGanError) -> Outcome:
        if self.plan.checkpoint is None and error.exit_code != 1:
            rundir.discard(self.plan.run)
        return Outcome("failed", self.plan.step, self.plan.seconds, error=error)

    def _log_traceback(self, text: str) -> None:
        with contextlib.suppress(OSError, TuiGanError):
            log = RunLog(self.plan.run.log)
            log.write("event", self.plan.step, self.plan.seconds, text="the run broke", level="error", traceback=text)
            log.close()


@contextlib.contextmanager
def _kept() -> Iterator[None]:
    """What torch brings along stays for good: looking through it for garbage would stop training and keys for a quarter of a second."""
    if "torch" in sys.modules:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
