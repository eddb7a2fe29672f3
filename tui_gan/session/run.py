"""One run: the trainer with its knobs, history, events and files; no commands and no threads."""

import dataclasses
import math
from typing import NamedTuple

import torch

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import KNOBS, Knobs
from tui_gan.contract.snapshot import Event, EventKind
from tui_gan.gan.metrics import METRICS, measure
from tui_gan.gan.trainer import State, Trainer
from tui_gan.session.checkpoint import FORMAT, About
from tui_gan.session.clock import Clock
from tui_gan.session.files import Files
from tui_gan.session.history import History
from tui_gan.session.observe import EVALUATED, Observer, evaluation_seed, generate, in_units, losses

EVENTS = 200
HISTORY = "history."


class NonFiniteError(Exception):
    """A loss or a weight is no longer a finite number."""


class Point(NamedTuple):
    """A state to go back to, and the knobs that were in force there."""

    state: State
    knobs: Knobs


class Run:
    """A run that trains one step at a time and keeps what it has to keep."""

    def __init__(self, trainer: Trainer, knobs: Knobs, files: Files) -> None:
        self.config: Config = trainer.config
        self.trainer, self.knobs, self.files = trainer, knobs, files
        self.history = History()
        self.events: list[Event] = []
        self.clock = Clock()
        self.observer = Observer(trainer)
        self._measured: tuple[int, dict[str, float]] = (-1, {})
        self._unsaved = True
        # Losses that are finite vouch for the weights before them, not after: the state of one interval earlier is good.
        self._good = self._unproved = Point(trainer.state(), knobs)

    @property
    def step(self) -> int:
        """Steps trained since the beginning."""
        return self.trainer.steps_done

    def restore(self, tensors: State, about: About) -> None:
        """Take up the run where a checkpoint left it."""
        history = {name[len(HISTORY) :]: value.numpy() for name, value in tensors.items() if name.startswith(HISTORY)}
        self.trainer.load_state({name: value for name, value in tensors.items() if not name.startswith(HISTORY)})
        self.history = History.from_arrays(history)
        self.events = list(about.events)
        self.clock = Clock(about.seconds)
        self.observer = Observer(self.trainer)
        self._unsaved = False
        self._good = self._unproved = Point(self.trainer.state(), self.knobs)

    def train_step(self) -> None:
        """Train one step, and record, evaluate and save what falls due at it.

        Raises:
            NonFiniteError: a loss of this interval was not a finite number.
            OSError: something could not be written.
        """
        self.trainer.step(self.knobs)
        self._unsaved = True
        step = self.step
        if step % self.config.log_every == 0:
            self._record_losses()
        if step % self.config.evaluate_every == 0:
            self.evaluate(scheduled=True)
        if self.files.previews.due(step):
            self.keep_preview()
        if step % self.knobs.checkpoint_every == 0:
            self.save()

    def keep_preview(self) -> None:
        """Add what the networks do now to the store of previews."""
        fake, verdicts = self.observer.fake(self.trainer), self.observer.verdicts(self.trainer, self.knobs)
        self.files.previews.add(self.step, fake, self.observer.axis, verdicts)

    def evaluate(self, *, scheduled: bool = False) -> dict[str, float]:
        """Measure the metrics at this step, once; only scheduled and asked-for ones enter the history."""
        metrics = self.metrics()
        self._unsaved = True
        for name in METRICS:
            self.history.add(name, self.step, metrics[name], self.config.evaluate_every if scheduled else 1)
        return metrics

    @property
    def measured(self) -> dict[str, float]:
        """The metrics that were measured last."""
        return self._measured[1]

    def metrics(self) -> dict[str, float]:
        """The metrics at this step, measured if they have not been."""
        if self._measured[0] != self.step:
            seed = evaluation_seed(self.config, self.step)
            samples = generate(self.trainer.generator_average, self.config, seed, EVALUATED)
            dataset = self.trainer.dataset
            self._measured = (self.step, measure(in_units(samples, dataset.location, dataset.scale), dataset))
            self.log("metrics", **self._measured[1])
        return self._measured[1]

    def save(self) -> None:
        """Write a checkpoint, unless there is one that holds all there is to hold.

        Raises:
            NonFiniteError: a weight is not a finite number, so that this is no state to go on from.
            OSError: it could not be written.
        """
        if not self._unsaved:
            return
        if not self.trainer.is_finite():
            raise NonFiniteError
        if self.step % self.config.log_every:
            self._log_losses(*losses(self.trainer))
        metric = self.metrics()[self.config.metric]
        arrays = {HISTORY + name: torch.from_numpy(array) for name, array in self.history.arrays().items()}
        self.files.save({**self.trainer.state(), **arrays}, self._about(metric))
        self._unsaved = False

    def turn(self, name: str, knobs: Knobs) -> None:
        """Put `knobs` in force, which differ in the knob `name`."""
        before, value = getattr(self.knobs, name), getattr(knobs, name)
        self.knobs = knobs
        self.log("command", name=name, value=value)
        self.note(f"{KNOBS[name].label}: {_shown(value)} (was {_shown(before)})", "change", logged=False)
        if name == "minibatch_discrimination" and value and self.config.gradient_penalty:
            # A gradient penalty is meant for a discriminator that judges each sample by itself.
            self.note("the gradient penalty now sees the whole batch, as the discriminator does")

    def roll_back(self) -> None:
        """Return to the last state whose losses were all finite, at most two intervals ago; the knobs stay as they are."""
        good = self._unproved = self._good
        try:
            self.trainer.load_state(good.state)
        except RuntimeError:
            # A device that has died keeps its tensors; this state is on the CPU.
            self.trainer = Trainer(self.config, self.trainer.dataset, "cpu")
            self.trainer.load_state(good.state)
            self.knobs = dataclasses.replace(self.knobs, device="cpu")
        self.history.cut(self.step)
        self._measured, self._unsaved = (-1, {}), True
        self.files.cut(self.step)
        for name in KNOBS:
            # Turned after the state that is now in force again, and so cut from the log.
            if getattr(self.knobs, name) != getattr(good.knobs, name):
                self.log("command", name=name, value=getattr(self.knobs, name))

    def note(self, text: str, kind: EventKind = "info", *, logged: bool = True, traceback: str | None = None) -> None:
        """Add an event, to the screen and to the log."""
        self.events = [*self.events[1 - EVENTS :], Event(self.step, text, kind)]
        self._unsaved = True
        if logged:
            details = {"traceback": traceback} if traceback else {}
            self.log("event", text=text, level=kind, **details)

    def log(self, kind: str, **fields: object) -> None:
        """Append a line to the log."""
        self.files.log.write(kind, self.step, self.clock.seconds, **fields)

    def _record_losses(self) -> None:
        generator_loss, discriminator_loss = losses(self.trainer)
        if not math.isfinite(generator_loss + discriminator_loss):
            raise NonFiniteError
        self.trainer.clear_losses()
        self._good, self._unproved = self._unproved, Point(self.trainer.state(), self.knobs)
        self.history.add("generator_loss", self.step, generator_loss, self.config.log_every)
        self.history.add("discriminator_loss", self.step, discriminator_loss, self.config.log_every)
        self.clock.tick(self.step)
        self._log_losses(generator_loss, discriminator_loss)

    def _log_losses(self, generator_loss: float, discriminator_loss: float) -> None:
        self.log("scalars", generator_loss=generator_loss, discriminator_loss=discriminator_loss)

    def _about(self, metric: float) -> About:
        dataset = self.trainer.dataset
        return About(
            format=FORMAT,
            config=self.config,
            knobs=self.knobs,
            step=self.step,
            seconds=self.clock.seconds,
            location=dataset.location,
            scale=dataset.scale,
            metric=metric if math.isfinite(metric) else None,
            events=tuple(self.events),
        )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
