"""The thread that a run trains on; a RunHandle for front ends. Importing this module does not import torch."""

import contextlib
import dataclasses
import gc
import queue
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui_gan.contract.commands import Command, FromVisitor
from tui_gan.contract.errors import TuiGanError
from tui_gan.contract.rules import Rules
from tui_gan.contract.snapshot import Snapshot, Status
from tui_gan.session import rundir
from tui_gan.session.ahead import load_torch
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

    def _work(self) -> None:
        try:
            outcome = self._train()
        except TuiGanError as error:
            outcome = self._never_began(error)
        except Exception as error:
            outcome = self._never_began(TuiGanError(f"the run broke: {type(error).__name__}: {error}"))
            self._log_traceback(traceback.format_exc())
        self.outcome = outcome
        self.latest = dataclasses.replace(self.latest, status=Status.STOPPED)
        if self._server:
            self._server.close(f"the run has {outcome.status} at step {outcome.step:,}")

    def _train(self) -> Outcome:
        with _kept():
            # Importing torch takes seconds; here it happens while the first frame is on the screen already.
            load_torch()
            from tui_gan.session.start import start

            session = self._session = start(self.plan, self._inbox, self._publish)
        # By now the log is this process's alone, and so is the address.
        run = self.plan.run.path.resolve()
        try:
            self._server = Server(self, run, place.address(run))
        except (WireError, OSError) as error:
            session.run.note(f"nobody can visit this run: {error}", "warning")
        return session.train()

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
