"""The run loop: obeys commands at step boundaries, trains, publishes snapshots, and survives what goes wrong."""

import errno
import queue
import traceback
from collections.abc import Callable
from typing import TypeVar

import torch

from tui_gan.contract.commands import OF_THE_VIEW, Command, FromVisitor, Glance, Left, Request, Step, Stop, in_words
from tui_gan.contract.errors import LostError, TuiGanError, UsageError, first_line
from tui_gan.contract.snapshot import Snapshot, Status
from tui_gan.gan.engines.shared import RankLostError
from tui_gan.gan.rules import rules
from tui_gan.session import devices
from tui_gan.session.look import Looker
from tui_gan.session.obey import OBEY
from tui_gan.session.pacer import Pacer
from tui_gan.session.plan import Outcome
from tui_gan.session.run import NonFiniteError, Run
from tui_gan.session.rundir import resuming
from tui_gan.session.settings import settings
from tui_gan.session.slow import Slow
from tui_gan.session.writing import AGAIN

Value = TypeVar("Value")
Inbox = queue.SimpleQueue[Command | FromVisitor | None]
# Steps that a command asked for after them waits for, while nothing else is answered.
AWAITED = 1_000
# Between two looks of a run at rest at whether floors that somebody watches are known.
FLOORS_SECONDS = 1.0


class Session:
    """A run and the front end that it answers to.

    Args:
        run: the run, at the step where it begins or goes on.
        until: the step at which it finishes.
        inbox: commands, what visitors ask for, and None for a snapshot.
        publish: takes each new snapshot.
        hold: whether somebody is there: it keeps the pace of the knob, and waits for commands when it has finished or cannot go on;
            without it, it trains at full speed and ends.

    Attributes:
        visitor: the number of the visitor that is obeyed now; 0 for the front end of the process itself.
        home: the name of the front end of the process itself, for the journal.
        slow: the step that is shown in slow motion, or was shown last; None before there was one.
    """

    def __init__(self, run: Run, until: int, inbox: Inbox, publish: Callable[[Snapshot], None], hold: bool) -> None:
        self.run, self.until, self.inbox, self.hold = run, until, inbox, hold
        self._publish = publish
        self.devices = devices.available()
        self.status = Status.RUNNING
        self.slow: Slow | None = None
        self.visitor = 0
        self.home = ""
        self._owed = 0
        # Who asked for steps, and is answered when they have been trained.
        self._awaited: list[Callable[[bool, str], None]] = []
        self._failure: str | None = None
        self._advice: str | None = None
        self._error: TuiGanError | None = None
        self._unwritten: OSError | None = None
        # Whether a visitor has changed something since the last snapshot that was published, and the status that it told.
        self._unshown, self._published = False, self.status
        self._began = (run.step, run.clock.seconds)
        self._reached = False
        self.looker = Looker(run)
        self._pacer = Pacer()

    def train(self) -> Outcome:
        """Train until the run is stopped."""
        self.run.clock.start()
        self._guarded(self._begin)
        self._show()
        while self.status is not Status.STOPPED:
            training = self.status is Status.RUNNING or self._owed > 0
            left = self._pacer.left(self._pace)
            if left:
                # Nothing that is done while the run waits counts as training time.
                self.run.clock.stop()
            if self._unshown and self.inbox.empty() and (not training or self.status is not self._published):
                # A run at rest is looked at by nobody until something happens.
                self._guarded(self._show)
            elif not training and self.looker.awaits and self.inbox.empty():
                self._obey_within(FLOORS_SECONDS)
                self._unshown = True
            elif not training or not self.inbox.empty():
                self._obey(self.inbox.get())
            elif left:
                self._obey_within(left)
            else:
                self.run.clock.start()
                self._pacer.begin(self._pace)
                self._guarded(self._train_step)
        if self.run.others:
            self.run.others.end()
            if self.run.others.lost and not self._error and self.run.step < self.until and not self._reached:
                self._note_lost(self.run.others.lost)
        outcome = self._outcome()
        self.run.compiling.close()
        self.looker.floors.close()
        self.run.files.close()
        return outcome

    def _begin(self) -> None:
        self.run.begin()
        if self.hold and (pace := self.run.knobs.pace):
            until = f" until step {self.run.config.pace_until:,}" if self.run.config.pace_until else ""
            self.run.note(f"paced: {pace:g} steps a second{until}")
        self._end_if_due()

    @property
    def _pace(self) -> float:
        """Steps a second at most, or 0: only steps of the game are paced, that nobody asked for one by one, and that somebody sees."""
        run = self.run
        return run.knobs.pace if self.hold and self.status is Status.RUNNING and not run.phase else 0.0

    def _train_step(self) -> None:
        owed, self._owed = self._owed, max(self._owed - 1, 0)
        pace = self.run.knobs.pace
        if self.run.step < self.until:
            with self.looker.measured():
                # One by one where each is to be seen.
                most = 1 if self._pace else owed or self.until - self.run.step
                self._owed = max(owed - self.run.train(most), 0)
        if self.hold and pace and not self.run.knobs.pace:
            self.run.note(f"the pace of {pace:g} steps a second ends here: full speed from now on")
        self._end_if_due()
        if self.status is Status.PAUSED and not self._owed:
            self.run.clock.stop()
            # The snapshot asked for along with the command was taken before the step.
            self._show()
            self._settle()

    def train_owed(self) -> None:
        """Train the steps that are owed, before what was asked for after them; more than can be waited for are given up."""
        if self._owed > AWAITED:
            self._settle()
            self._owed = 0
        while self._owed:
            self._train_step()

    def _end_if_due(self) -> None:
        if self.run.reached:
            self._stop_early()
        elif self.run.step >= self.until:
            self._finish()

    def _finish(self) -> None:
        self.rest(Status.FINISHED)
        self.run.note(f"finished at step {self.run.step}")
        self._advice = "finished; to go on, {more_steps}" if self.hold else None
        self.run.save()
        self._end_unless_held()

    def _stop_early(self) -> None:
        run, stop = self.run, self.run.config.stop
        run.streak = -1
        lasted = f" in {stop.evaluations} evaluations in a row" if stop.evaluations > 1 else ""
        text = f"early stopping at step {run.step}: {stop.metric} has reached {stop.threshold:g}{lasted}"
        self.rest(Status.PAUSED)
        run.note(text)
        run.save()
        if self.hold:
            self._advice = f"{{pause}} continues ({text})"
        else:
            self._show()
            self.status, self._reached = Status.STOPPED, True

    def _obey(self, asked: Command | FromVisitor | None) -> None:
        match asked:
            case None:
                self._guarded(self._show)
            case Request():
                self._answer(asked)
            case Glance():
                asked.deliver(self._guarded(lambda: self._snapshot(asked.visitor)))
            case Left():
                self.looker.leave(asked.visitor)
            case _:
                self._journaled(asked, self.home, self._guarded(lambda: self._carry_out(asked)))

    def _answer(self, request: Request) -> None:
        """Do what a visitor asks for, in whose name it is logged and told, and say what became of it."""
        command = request.command
        self.visitor, self.run.source = request.visitor, request.source
        why = self._guarded(lambda: self._carry_out(command))
        self.visitor, self.run.source = 0, ""
        self._unshown |= not isinstance(command, OF_THE_VIEW)
        if why is None:
            why = self._gone_wrong()
        elif isinstance(command, Stop) and self._error:
            why = str(self._error)
        self._journaled(command, request.source, why)
        if not why and self._owed and isinstance(command, Step):
            self._awaited.append(request.answered)
        else:
            request.answered(not why, why)

    def _journaled(self, command: Command, source: str, why: str | None) -> None:
        """Write down who asked for what, and what became of it."""
        if not isinstance(command, OF_THE_VIEW):
            why = self._gone_wrong() if why is None else why
            self.run.files.journal.add(self.run.position, "request", in_words(command), source=source, obeyed=not why, why=why)

    def _gone_wrong(self) -> str:
        """What has been told last that went wrong; of its consequences, such as that the run ends, more may have been told since."""
        return next((event.text for event in reversed(self.run.events) if event.kind == "error"), self.run.events[-1].text)

    def _settle(self, why: str = "") -> None:
        """Answer those who asked for steps, which have been trained unless some are still owed."""
        why = why or (f"interrupted at step {self.run.step:,}" if self._owed else "")
        for answered in self._awaited:
            answered(not why, why)
        self._awaited = []

    def _obey_within(self, seconds: float) -> None:
        """Wait for the next step, or for a command, whichever is first."""
        try:
            command = self.inbox.get(timeout=seconds)
        except queue.Empty:
            return
        self._obey(command)

    def _carry_out(self, command: Command) -> str:
        """Obey; returns why not, where the command is refused."""
        try:
            OBEY[type(command)](self, command)
            if self.run.remade:
                self.run.save()
        except UsageError as error:
            self.run.note(self.run.asked(str(error)), "warning")
            return str(error)
        except OSError as error:
            if self.status is not Status.RUNNING:
                raise
            return self.run.writing.fails("checkpoint", error)
        return ""

    def stop(self) -> None:
        """Save and end."""
        self.rest(Status.STOPPED)
        try:
            try:
                self.run.save()
            except NonFiniteError:
                self._error = TuiGanError(self._roll_back("a weight"))
                self.run.save()
            if self.run.step < self.until:
                self.run.note(f"stopped in {self.run.phase}" if self.run.phase else f"stopped at step {self.run.step}")
            if self._error and self._unwritten:
                # Said before it was saved, it would name an older checkpoint.
                self._error = self._unwritable(self._unwritten, left=True)
        except NonFiniteError:
            self.run.note("no state to continue from: the last good one is not finite either", "error")
        except UsageError as error:
            self._error = error
        except OSError as error:
            self._error = self._unwritable(error, left=True)

    def _guarded(self, act: Callable[[], Value]) -> Value | None:
        """Do something that may go wrong, and turn what goes wrong into a state that can be seen and mended; then the result is None."""
        try:
            return act()
        except UsageError as error:
            # What a metric lacks, such as images to compare with or a library, does not come by itself.
            self._give_up(error, "{quit} leaves")
        except NonFiniteError:
            self._give_up(
                TuiGanError(self._roll_back("the loss")),
                "lower a learning rate ({generator_lr_lower}, {discriminator_lr_lower}), then {pause} continues",
            )
        except RankLostError:
            self._end_with_what_is_here()
        except torch.OutOfMemoryError:
            text = f"the device ran out of memory; went back to step {self._rolled_back()}"
            self._give_up(TuiGanError(text), "lower the batch size ({batch_size_lower}), then {pause} continues")
        except OSError as error:
            self._unwritten = error
            self._give_up(self._unwritable(error), f"{_cure(error)}, then {{pause}} continues and {{save}} saves")
        except Exception as error:
            self._fail(error)
        return None

    def _give_up(self, error: TuiGanError, advice: str) -> None:
        """Pause with advice where somebody is there to take it; end with the error where nobody is."""
        self._settle(str(error))
        self.rest(Status.PAUSED)
        self._advice = f"{advice} ({error})"
        self.run.note(str(error), "error")
        self._error = self._error if self.hold else error
        self._end_unless_held()

    def _end_with_what_is_here(self) -> None:
        """Save and end, since another process has gone."""
        assert self.run.others is not None, "there are others"
        self._settle(self.run.others.lost)
        self._note_lost(self.run.others.lost)
        self.stop()

    def _note_lost(self, why: str) -> None:
        resume = resuming(self.run.files.run.path)
        text = f"{why}; the run is saved at step {self.run.step:,}, and `{resume}` goes on from there, alone or by torchrun"
        self._error = LostError(text)
        self.run.note(text, "error")

    def _fail(self, error: Exception) -> None:
        self._failure = traceback.format_exc()
        text = f"training failed: {type(error).__name__}: {first_line(error)}"
        self._settle(text)
        self.rest(Status.FAILED)
        self._error = TuiGanError(f"{text}; the traceback is in {self.run.files.run.log}")
        self._rolled_back()
        # Going back shortens the log to the step that it goes back to; what is to stay is written after it.
        self.run.note(text, "error", traceback=self._failure)
        self._end_unless_held()

    def _roll_back(self, what: str) -> str:
        step = self.run.step
        return f"{what} became non-finite by step {step}; went back to the last good step, {self._rolled_back()}"

    def _rolled_back(self) -> int:
        self.run.roll_back()
        return self.run.step

    def _unwritable(self, error: OSError, left: bool = False) -> UsageError:
        """What could not be written, and which state is on the disk; when the run is left, or nobody is there, how to go on too."""
        files, newest = self.run.files, self.run.files.newest
        if newest is None:
            kept, how = "there is no checkpoint yet", "start a new run with another --out"
        else:
            since = f", without the {self.run.step - newest:,} steps since" if left and newest < self.run.step else ""
            kept, how = f"the newest checkpoint is step {newest}{since}", f"`{resuming(files.run.path)}` continues from there"
        cure = f"; {_cure(error)}, then {how}" if left or not self.hold else ""
        return UsageError(f"cannot write {error.filename or files.run.path}: {error.strerror or error}; {kept}{cure}")

    def _advice_on_writing(self) -> str | None:
        """What is to be done about what cannot be written while the run trains on."""
        error = next(iter(self.run.writing.failed.values()), None)
        return f"{_cure(error)} ({self._unwritable(error)}; tried again every {AGAIN:g} s)" if error else None

    def rest(self, status: Status) -> None:
        """Stop training."""
        self._settle()
        self.status, self._owed = status, 0
        self.run.clock.stop()

    def go_on(self, status: Status, owed: int = 0) -> None:
        """Train: without end, or with status PAUSED the steps owed and those owed before."""
        if not owed:
            self._settle()
        self._owed = self._owed + owed if owed else 0
        self.status, self._advice = status, None
        self.run.clock.start()

    def _end_unless_held(self) -> None:
        self._show()
        if not self.hold:
            # Nobody has asked for that.
            self.run.source = ""
            self.stop()

    def _show(self) -> None:
        self._unshown, self._published = False, self.status
        self._publish(self._snapshot())

    def _snapshot(self, visitor: int = 0) -> Snapshot:
        """What there is to see now, with the parts that a visitor watches."""
        run, resting = self.run, self.status is not Status.RUNNING and not self._owed
        seen = self.looker.look(resting, self._pacer.waits, visitor)
        watched = self.looker.viewer(visitor).parts
        for text in self.looker.untold():
            self.run.note(text, "warning")
        for text, trace in self.looker.faults():
            self.run.note(text, "error", traceback=trace)
        return Snapshot(
            preset=run.config.preset,
            status=self.status,
            step=run.step,
            steps=self.until,
            seconds=run.clock.seconds,
            steps_per_second=run.clock.speed(run.position),
            device=run.knobs.device,
            devices=self.devices,
            knobs=run.knobs,
            directory=str(run.files.run.path),
            series=run.series(),
            triples=run.triples,
            rules=rules(run.config, run.knobs, run.step, run.trainer.k_steps(run.knobs)),
            phase=run.phase,
            paced=self._pacer.waits and self._pace > 0,
            events=tuple(run.events),
            failure=self._failure,
            advice=self._advice or self._advice_on_writing(),
            settings=settings(run.config, run.trainer.dataset.truth) if "settings" in watched else (),
            stages=slow.stages[: slow.shown] if (slow := self.slow) and slow.holds(run) else (),
            undo=run.changes.undo,
            redo=run.changes.redo,
            **seen,
        )

    def _outcome(self) -> Outcome:
        run = self.run
        steps, seconds = run.step - self._began[0], run.clock.seconds - self._began[1]
        status = "failed" if self._error else "finished" if run.step >= self.until or self._reached else "stopped"
        measured, metrics = self._last_metrics()
        return Outcome(
            status=status,
            step=run.step,
            seconds=run.clock.seconds,
            steps_per_second=steps / seconds if seconds > 0 else 0.0,
            metrics=metrics,
            measured=measured,
            error=self._error,
        )

    def _last_metrics(self) -> tuple[int, dict[str, float]]:
        try:
            self.run.metrics()
        except UsageError as error:
            self._error = self._error or error
        except OSError as error:
            self._error = self._error or self._unwritable(error)
        return self.run.measured


def _cure(error: OSError) -> str:
    """What is to be done before it can be written."""
    return "free disk space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "see that it can be written"
