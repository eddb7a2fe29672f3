"""The run loop: obeys commands at step boundaries, trains, publishes snapshots, and survives what goes wrong."""

import queue
import traceback
from collections.abc import Callable
from typing import Any

import torch

from tui_gan.contract import commands
from tui_gan.contract.errors import TuiGanError, UsageError
from tui_gan.contract.knobs import KNOBS, Knobs, set_knob, turn_knob
from tui_gan.contract.snapshot import Snapshot, Status
from tui_gan.session import devices
from tui_gan.session.export import EXPORTERS
from tui_gan.session.plan import Outcome
from tui_gan.session.run import NonFiniteError, Run

Inbox = queue.SimpleQueue[Any]


class Session:
    """A run and the front end that it answers to.

    Args:
        run: the run, at the step where it begins or goes on.
        until: the step at which it finishes.
        inbox: commands, and None for a snapshot.
        publish: takes each new snapshot.
        hold: whether it stays when it has finished or cannot go on, and waits for commands; without it, it ends.
    """

    def __init__(self, run: Run, until: int, inbox: Inbox, publish: Callable[[Snapshot], None], hold: bool) -> None:
        self.run, self.until, self.inbox, self.hold = run, until, inbox, hold
        self._publish = publish
        self._devices = devices.available()
        self._status = Status.RUNNING
        self._owed = 0
        self._failure: str | None = None
        self._advice: str | None = None
        self._error: TuiGanError | None = None
        self._began = (run.step, run.clock.seconds)

    def train(self) -> Outcome:
        """Train until the run is stopped."""
        self.run.clock.start()
        self._guarded(self._begin)
        self._show()
        while self._status is not Status.STOPPED:
            training = self._status is Status.RUNNING or self._owed > 0
            if not training or not self.inbox.empty():
                self._obey(self.inbox.get())
            else:
                self._guarded(self._train_step)
        outcome = self._outcome()
        self.run.files.log.close()
        return outcome

    def _begin(self) -> None:
        if self.run.step == 0:
            self.run.keep_preview()
            self.run.evaluate(scheduled=True)
        if self.run.step >= self.until:
            self._finish()

    def _train_step(self) -> None:
        self._owed = max(self._owed - 1, 0)
        if self.run.step < self.until:
            self.run.train_step()
        if self.run.step >= self.until:
            self._finish()
        elif self._status is Status.PAUSED and not self._owed:
            self.run.clock.stop()
            # The snapshot asked for along with the command was taken before the step.
            self._show()

    def _finish(self) -> None:
        self._rest(Status.FINISHED)
        self.run.save()
        self.run.note(f"finished at step {self.run.step}")
        self._end_unless_held()

    def _obey(self, command: object) -> None:
        if command is None:
            self._show()
            return
        obey: dict[type, Callable[[Any], None]] = {
            commands.Pause: lambda _: self._pause(True),
            commands.Resume: lambda _: self._pause(False),
            commands.TogglePause: lambda _: self._pause(self._status is Status.RUNNING),
            commands.Step: self._step,
            commands.TurnKnob: self._turn,
            commands.SetKnob: self._set,
            commands.Save: lambda _: self._save(),
            commands.Evaluate: lambda _: self._evaluate(),
            commands.Export: self._export,
            commands.Stop: lambda _: self._stop(),
        }
        self._guarded(lambda: obey[type(command)](command))

    def _pause(self, paused: bool) -> None:
        if self._status in (Status.FINISHED, Status.FAILED):
            self.run.note(f"the run has {self._status.value.lower()}; q leaves, `tui-gan resume RUN --steps N` goes on")
        elif paused:
            self._rest(Status.PAUSED)
            self.run.log("command", name="pause", value=True)
        else:
            self._status, self._owed, self._advice = Status.RUNNING, 0, None
            self.run.clock.start()
            self.run.log("command", name="pause", value=False)

    def _step(self, command: commands.Step) -> None:
        if self._status in (Status.FINISHED, Status.FAILED):
            self._pause(False)
            return
        self._status, self._advice = Status.PAUSED, None
        self._owed += max(command.count, 1)
        self.run.clock.start()
        self.run.log("command", name="step", value=command.count)

    def _turn(self, command: commands.TurnKnob) -> None:
        knobs = turn_knob(self.run.knobs, command.name, command.direction, self._devices)
        how = KNOBS[command.name]
        if knobs == self.run.knobs:
            end = "the only one here" if how.turning == "choice" else "the end of its range"
            self.run.note(f"{how.label}: {getattr(knobs, how.name)} is {end}")
        else:
            self._put_in_force(command.name, knobs)

    def _set(self, command: commands.SetKnob) -> None:
        self._put_in_force(command.name, set_knob(self.run.knobs, command.name, command.value))

    def _put_in_force(self, name: str, knobs: Knobs) -> None:
        if knobs.device != self.run.knobs.device:
            try:
                self.run.trainer = self.run.trainer.on(devices.check(knobs.device))
            except (RuntimeError, AssertionError, NotImplementedError) as error:
                raise UsageError(f"could not move to {knobs.device}: {str(error).splitlines()[0]}") from None
        self.run.turn(name, knobs)

    def _save(self) -> None:
        self.run.save()
        self.run.note(f"saved step {self.run.step}")

    def _evaluate(self) -> None:
        metrics = self.run.evaluate()
        self.run.note(", ".join(f"{name} {value:.4g}" for name, value in metrics.items()))

    def _export(self, command: commands.Export) -> None:
        if command.to not in EXPORTERS:
            raise UsageError(f"unknown export {command.to!r} (known: {', '.join(EXPORTERS)})")
        self.run.save()
        files = self.run.files
        path = EXPORTERS[command.to](files.checkpoint(self.run.step), files.run.path)
        self.run.log("command", name="export", value=path.name)
        self.run.note(f"exported {path}", logged=False)

    def _stop(self) -> None:
        self._rest(Status.STOPPED)
        try:
            self.run.save()
            if self.run.step < self.until:
                self.run.note(f"stopped at step {self.run.step}")
        except NonFiniteError:
            self._error = TuiGanError(self._roll_back("a weight"))
        except OSError as error:
            self._error = _unwritable(error)

    def _guarded(self, act: Callable[[], None]) -> None:
        """Do something that may go wrong, and turn what goes wrong into a state that can be seen and mended."""
        try:
            act()
        except UsageError as error:
            self.run.note(str(error), "warning")
        except NonFiniteError:
            self._give_up(TuiGanError(self._roll_back("the loss")), "lower a learning rate (g, l), then space goes on")
        except torch.OutOfMemoryError:
            text = f"the device ran out of memory; went back to step {self._rolled_back()}"
            self._give_up(TuiGanError(text), "lower the batch size (b), then space goes on")
        except OSError as error:
            self._give_up(_unwritable(error), "make room, then space goes on and c saves")
        except Exception as error:
            self._fail(error)

    def _give_up(self, error: TuiGanError, advice: str) -> None:
        """Pause with advice where somebody is there to take it; end with the error where nobody is."""
        self._rest(Status.PAUSED)
        self._advice = f"{error}; {advice}"
        self._note_safely(str(error))
        if self.hold:
            self._show()
        else:
            self._error = error
            self._end_unless_held()

    def _fail(self, error: Exception) -> None:
        self._failure = traceback.format_exc()
        self._rest(Status.FAILED)
        text = f"training failed: {type(error).__name__}: {error}"
        self._error = TuiGanError(f"{text}; the traceback is in {self.run.files.run.log}")
        self._note_safely(text, self._failure)
        self._rolled_back()
        self._end_unless_held()

    def _note_safely(self, text: str, failure: str | None = None) -> None:
        try:
            self.run.note(text, "error", traceback=failure)
        except OSError as error:
            self._advice = self._advice or str(_unwritable(error))

    def _roll_back(self, what: str) -> str:
        step = self.run.step
        return f"{what} became non-finite by step {step}; went back to the last good step, {self._rolled_back()}"

    def _rolled_back(self) -> int:
        self.run.roll_back()
        return self.run.step

    def _rest(self, status: Status) -> None:
        self._status, self._owed = status, 0
        self.run.clock.stop()

    def _end_unless_held(self) -> None:
        if self.hold:
            self._show()
        else:
            self._stop()

    def _show(self) -> None:
        run = self.run
        picture = run.observer.picture(run.trainer, run.knobs)
        self._publish(
            Snapshot(
                preset=run.config.preset,
                status=self._status,
                step=run.step,
                steps=self.until,
                seconds=run.clock.seconds,
                steps_per_second=run.clock.speed(),
                device=run.knobs.device,
                devices=self._devices,
                knobs=run.knobs,
                directory=str(run.files.run.path),
                series=run.history.series(),
                picture=picture,
                events=tuple(run.events),
                failure=self._failure,
                advice=self._advice,
            )
        )

    def _outcome(self) -> Outcome:
        run = self.run
        steps, seconds = run.step - self._began[0], run.clock.seconds - self._began[1]
        status = "failed" if self._error else "finished" if run.step >= self.until else "stopped"
        return Outcome(
            status=status,
            step=run.step,
            seconds=run.clock.seconds,
            steps_per_second=steps / seconds if seconds > 0 else 0.0,
            metrics=self._last_metrics(),
            error=self._error,
        )

    def _last_metrics(self) -> dict[str, float]:
        try:
            return self.run.metrics()
        except OSError as error:
            self._error = self._error or _unwritable(error)
            return self.run.measured


def _unwritable(error: OSError) -> UsageError:
    where = f" {error.filename}" if error.filename else ""
    return UsageError(f"cannot write{where}: {error.strerror or error}")
