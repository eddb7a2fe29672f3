"""One run: the trainer with its knobs, history, events and files; no commands and no threads."""

import contextlib
import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import torch

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.logged import LOGGED, changes
from tui_gan.contract.snapshot import Event, EventKind, Series, Triples, frozen
from tui_gan.gan.engines.shared import RankLostError
from tui_gan.gan.metrics import METRICS
from tui_gan.gan.state import Tensors
from tui_gan.gan.trainer import Trainer
from tui_gan.gan.values import Player
from tui_gan.session import checkpoint
from tui_gan.session.checkpoint import About
from tui_gan.session.clock import Clock
from tui_gan.session.compiling import Compiling
from tui_gan.session.evaluations import due
from tui_gan.session.files import Files
from tui_gan.session.history import History
from tui_gan.session.measuring import evaluated, meets
from tui_gan.session.observe import observer
from tui_gan.session.proved import Point, Proved, back_to
from tui_gan.session.scalars import scalars
from tui_gan.session.undo import Changes, InForce, Progress, different
from tui_gan.session.writing import Writing

if TYPE_CHECKING:
    from tui_gan.session.ranks import Leader

EVENTS = 200
HISTORY = "history."
PRETRAINING_LOGGED = 10
# Compiled steps that follow each other at most.
AT_ONCE = 8


class NonFiniteError(Exception):
    """A loss or a weight is no longer a finite number."""


class Run:
    """A run that trains one step at a time and keeps what it has to keep.

    Attributes:
        changes: the live changes, as far as they can be taken back.
        began: the checksum of the configuration that it began with, which its checkpoints keep.
        version: another number whenever something has changed between two steps.
        source: the visitor that asks for what is done now; "" where it is the front end of the process itself.
        remade: whether the run directory has been made again, and a checkpoint is due for that.
        compiling: has steps compiled, where the configuration wants that.
        others: the processes that share its steps; None where there are none.
        triples: of stacked images, as they were evaluated last.
        writing: what falls due while it trains.
    """

    def __init__(self, trainer: Trainer, knobs: Knobs, files: Files) -> None:
        self.trainer, self.knobs, self.files = trainer, knobs, files
        self.history = History()
        self.events: list[Event] = []
        self.clock = Clock()
        self.observer = observer(trainer)
        self.streak = 0
        self.changes = Changes()
        self.version = 0
        self.began = ""
        self.remade = False
        self.source = ""
        self.triples: Triples | None = None
        writes = {"log": lambda: self.files.log.flush(), "preview": self.keep_preview, "checkpoint": self.save}
        self.writing = Writing(writes, lambda: self.files.run.path, self.note)
        self.compiling = Compiling(self.note)
        self.others: Leader | None = None
        self._measured: tuple[int, dict[str, float]] = (-1, {})
        self._unsaved, self._resumed = True, False
        self._proved = Proved(self._point())

    @property
    def config(self) -> Config:
        """The settings in force."""
        return self.trainer.config

    @property
    def in_force(self) -> InForce:
        """What the run trains by."""
        return InForce(self.knobs, self.config, self.trainer.dataset)

    @property
    def progress(self) -> Progress:
        """What a live change may begin anew, as it stands; waits for the device."""
        return Progress({name: value.item() for name, value in self.trainer.coefficients.items()}, self.streak)

    @property
    def step(self) -> int:
        """Steps trained since the beginning."""
        return self.trainer.steps_done

    @property
    def position(self) -> int:
        """The step, or, while the discriminator is taught before step 0, minus the steps that are left of that."""
        return self.step + min(0, self.trainer.pretrained - self.config.pretraining)

    @property
    def phase(self) -> str:
        """What is trained before the first step; "" while the game is played."""
        done, wanted = self.trainer.pretrained, self.config.pretraining
        return f"pre-training {done:,} / {wanted:,}" if done < wanted else ""

    @property
    def reached(self) -> bool:
        """Whether the metric of early stopping has met its threshold often enough in a row, and has not stopped the run before."""
        return bool(self.config.stop.metric) and self.streak >= self.config.stop.evaluations

    def restore(self, tensors: Tensors, about: About) -> None:
        """Take up the run where a checkpoint left it."""
        history = {name[len(HISTORY) :]: value.numpy() for name, value in tensors.items() if name.startswith(HISTORY)}
        self.trainer.load_state({name: value for name, value in tensors.items() if not name.startswith(HISTORY)})
        self.history = History.from_arrays(history)
        self.events = list(about.events)
        self.clock = Clock(about.seconds)
        self.streak = about.met
        self.observer = observer(self.trainer, about.window)
        self.began = about.began
        self._unsaved, self._resumed = False, True
        self._proved = Proved(self._point())
        self._measured = (self.step, self._of_now(about))
        if self.phase:
            # The log was opened at the step, before it was known how far the pre-training had come.
            self.files.cut(self.position)

    def begin(self) -> None:
        """Record where a new run starts from."""
        if not self._resumed and not self.phase:
            self._begin_game()

    def train(self, most: int = 1) -> int:
        """Train a step, or several where they are compiled, and record, evaluate and save what falls due after the last.

        What cannot be written stops nothing.

        Args:
            most: steps to train at most.

        Returns:
            How many have been trained.

        Raises:
            NonFiniteError: a loss of this interval was not a finite number.
            RankLostError: another process has gone; the step is trained to its end.
        """
        self._unsaved = True
        if self.phase:
            self._pretrain_step()
            return 1
        trained = self._by_programs(most)
        if not trained:
            begun = time.perf_counter()
            self._step()
            self.compiling.timing.eager.add(time.perf_counter() - begun)
        self._after_step()
        if self.others and self.others.lost:
            raise RankLostError
        return trained or 1

    def _step(self) -> None:
        if self.others:
            self.others.step(self.trainer, self.knobs)
        else:
            self.trainer.step(self.knobs)

    def update(self, player: Player) -> float:
        """One update of one player between two steps; returns its loss.

        Raises:
            NonFiniteError: that is not a finite number.
            RankLostError: another process has gone.
        """
        loss = float(self.others.alone(self.trainer, player, self.knobs) if self.others else self.trainer.alone(player, self.knobs))
        self.moved()
        if self.others and self.others.lost:
            raise RankLostError
        if not math.isfinite(loss):
            raise NonFiniteError
        return loss

    def _by_programs(self, most: int) -> int:
        """Train by programs as many steps as nothing falls due between, at most so many; returns how many, 0 where there is none."""
        if self.config.engine == "eager" or self.remade or self.writing.failed:
            return 0
        free = 1
        while free < min(most, AT_ONCE) and not self._falls_due(self.step + free):
            free += 1
        return self.compiling.train(self.trainer, self.knobs, free, most)

    def _falls_due(self, step: int) -> bool:
        """Whether anything has to be done at a step before the next."""
        config = self.config
        at_times = step % config.log_every == 0 or step % self.knobs.checkpoint_every == 0 or due(step, config)
        return at_times or self.files.previews.due(step) or step == config.pace_until

    def _after_step(self) -> None:
        step = self.step
        if step % self.config.log_every == 0:
            self._record_losses()
        if due(step, self.config):
            self.evaluate(scheduled=True)
        if step % self.config.log_every == 0:
            self.writing.write("log")
            self._proved.add(self._point())
        if self.files.previews.due(step):
            self.writing.write("preview")
        if self.knobs.pace and 0 < self.config.pace_until <= step:
            # Before the run is saved, so that one that is resumed here goes on at full speed too.
            self.knobs = replace(self.knobs, pace=0.0)
        if step % self.knobs.checkpoint_every == 0 or (self.remade and "checkpoint" not in self.writing.failed):
            self.writing.write("checkpoint")
        self.writing.again()

    def keep_preview(self) -> None:
        """Add what the networks do now to the store of previews."""
        self._make_again()
        self.files.previews.add(self.step, self.observer.preview(self.trainer, self.knobs))

    def evaluate(self, *, scheduled: bool = False) -> dict[str, float]:
        """Measure the metrics at this step, once; only scheduled and asked-for ones enter the history.

        Early stopping counts those at multiples of `evaluate_every` alone.
        """
        metrics = self.metrics()
        self._unsaved = True
        every = self.config.evaluate_every
        for name, value in metrics.items():
            self.history.add(name, self.step, value, every if scheduled else 1, early=scheduled)
        if scheduled and self.step % every == 0 and self.config.stop.metric and self.streak >= 0:
            self.streak = self.streak + 1 if meets(self.config, metrics) else 0
        return metrics

    def series(self) -> dict[str, Series]:
        """The history, the metrics first and in their order in the settings; what is not of things as they are now is marked."""
        at, of_now = self._measured
        fresh = of_now if at == self.step else {}
        all_series = self.history.series()
        names = [name for name in dict.fromkeys((*self.config.metrics, *all_series)) if name in all_series]
        changed = max((step for step, _ in changes(self.events)), default=-1)

        def stale(name: str, step: int) -> bool:
            if name in METRICS:
                return not (name in fresh and step == self.step)
            return name in LOGGED and step <= changed

        return {name: replace(all_series[name], stale=stale(name, int(all_series[name].steps[-1]))) for name in names}

    @property
    def measured(self) -> tuple[int, dict[str, float]]:
        """The step at which the metrics were measured last, and what they were; none after a change between two steps."""
        return self._measured

    def metrics(self) -> dict[str, float]:
        """The metrics at this step, measured if they have not been."""
        if self._measured[0] != self.step or not self._measured[1]:
            evaluation = evaluated(self.trainer)
            self._measured = (self.step, evaluation.metrics)
            self.triples = None if evaluation.triples is None else Triples(frozen(evaluation.triples.reshape(10, 10, 10)), self.step)
            self.log("metrics", **self._measured[1])
        return self._measured[1]

    def save(self) -> None:
        """Write a checkpoint, unless there is one that holds all there is to hold.

        Raises:
            NonFiniteError: a weight is not a finite number, so that this is no state to go on from.
            OSError: it could not be written.
        """
        self._make_again()
        if not self._unsaved and self.files.checkpoint(self.step).exists():
            return
        if not self.trainer.is_finite():
            raise NonFiniteError
        if self.step % self.config.log_every and self.trainer.now.losses_summed:
            self.log("scalars", **scalars(self.trainer, self.knobs))
        metric = self.metrics()[self.config.metric]
        # Whoever reads the checkpoint gets the averaged generator as it is looked at.
        self.trainer.averaged()
        arrays = {HISTORY + name: torch.from_numpy(array) for name, array in self.history.arrays().items()}
        self.files.save({**self.trainer.state(), **arrays}, self._about(metric))
        self._unsaved = self.remade = False
        self.writing.written("checkpoint")

    def moved(self) -> None:
        """Note that something has changed between two steps, so that nothing seen or measured before still holds."""
        self.version += 1
        self._measured, self._unsaved = (-1, {}), True

    def roll_back(self) -> None:
        """Return to the last state whose losses were all finite, at most two intervals ago; what is in force stays."""
        good, now = self._proved.good, self.in_force
        self._proved.forget()
        was = good.in_force
        try:
            same = was.config == now.config and was.dataset is now.dataset
            trainer = self.trainer if same else Trainer(was.config, was.dataset, self.trainer.device)
            self.trainer = back_to(good, trainer, now)
        except RuntimeError:
            # A device that has died keeps its tensors; this state is on the CPU.
            self.trainer = back_to(good, Trainer(was.config, was.dataset, "cpu"), now)
            self.knobs, self.changes = replace(self.knobs, device="cpu"), Changes()
        self.history.cut(self.position)
        self.files.cut(self.position)
        self.triples = None if self.triples is None or self.triples.step > self.step else self.triples
        self.moved()
        # What has stopped the run once does not stop it again.
        self.streak = good.streak if self.streak >= 0 else self.streak
        for each in different(was, self.in_force):
            # Changed after the state that is now in force again, and so cut from the log.
            self.log("command", name=each.name, value=each.after)

    def note(self, text: str, kind: EventKind = "info", *, logged: bool = True, traceback: str | None = None) -> None:
        """Add an event, to the screen and to the log."""
        # What was typed may hold what no file in UTF-8 can.
        text = text.encode(errors="backslashreplace").decode()
        # Of what went wrong or is doubtful it would not be true.
        text = self.asked(text) if kind in ("info", "change", "note") else text
        self.events = [*self.events[1 - EVENTS :], Event(self.step, text, kind)]
        self._unsaved = True
        self.files.journal.add(self.position, "event", text, level=kind, source=self.source)
        if logged:
            details = {"traceback": traceback} if traceback else {}
            self.log("event", text=text, level=kind, **details)

    def asked(self, text: str) -> str:
        """A text with who asked for it, where that is a visitor."""
        return f"{text} (asked by {self.source})" if self.source else text

    def log(self, kind: str, **fields: object) -> None:
        """Append a line to the log."""
        # Whoever writes more than a line says why it cannot be made again.
        with contextlib.suppress(OSError):
            self._make_again()
        named = {"source": self.source} if self.source and kind == "command" else {}
        self.files.log.write(kind, self.position, self.clock.seconds, **fields, **named)

    def _make_again(self) -> None:
        """Make the run directory again where somebody has moved or deleted it, or a part of it, and say so."""
        said = self.files.made_again()
        if said:
            self.remade = self._unsaved = True
            self.note(said, "warning")

    def _of_now(self, about: About) -> dict[str, float]:
        """The newest points of the history, if they are what was measured for this checkpoint; else none."""
        newest = {name: self.history.last(name) for name in self.config.metrics}
        measured = {name: point[1] for name, point in newest.items() if point and point[0] == self.step}
        same = len(measured) == len(newest) and _same(measured[self.config.metric], about.metric)
        return measured if same else {}

    def _begin_game(self) -> None:
        self.writing.write("preview")
        self.evaluate(scheduled=True)

    def _point(self) -> Point:
        return Point(self.trainer.state(), self.in_force, self.streak)

    def _pretrain_step(self) -> None:
        self.trainer.pretrain_step(self.knobs)
        done, wanted = self.trainer.pretrained, self.config.pretraining
        if done % PRETRAINING_LOGGED and done != wanted:
            return
        _, loss = self.trainer.mean_losses().tolist()
        if not math.isfinite(loss):
            raise NonFiniteError
        self.trainer.clear_losses()
        self._proved.add(self._point())
        self.history.add("pretraining_loss", self.position, loss)
        self.clock.tick(self.position)
        self.log("scalars", pretraining_loss=loss, pretrained=done)
        if done == wanted:
            self.note(f"pre-training done: {done:,} steps, loss {loss:.4g}")
            self._begin_game()

    def _record_losses(self) -> None:
        found = scalars(self.trainer, self.knobs)
        if not math.isfinite(found["generator_loss"] + found["discriminator_loss"]):
            raise NonFiniteError
        self.trainer.coordinate(self.knobs)
        self.trainer.clear_losses()
        for name, value in found.items():
            self.history.add(name, self.step, value, self.config.log_every)
        self.clock.tick(self.step)
        self.log("scalars", **found)

    def _about(self, metric: float) -> About:
        return msgspec.structs.replace(
            checkpoint.about_of(self.trainer, self.config, self.knobs, metric),
            seconds=self.clock.seconds,
            window=self.observer.window,
            began=self.began,
            met=self.streak,
            events=tuple(self.events),
        )


def _same(value: float, stored: float | None) -> bool:
    """Whether a metric is that of a checkpoint, which has none in place of one that is not finite."""
    return stored == value if math.isfinite(value) else stored is None
