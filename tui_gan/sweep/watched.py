"""Watched: a sweep that trains in a thread of its own, as its screen sees it and steers it."""

import dataclasses
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.axes import Axis
from tui_gan.contract.errors import TuiGanError
from tui_gan.contract.snapshot import Bytes
from tui_gan.contract.sweep import Population, Stage, SweepState
from tui_gan.gan.datasets import Truth
from tui_gan.gan.trainer import Trainer
from tui_gan.sweep.course import Row
from tui_gan.sweep.plan import Spec
from tui_gan.sweep.portraits import Beside, beside, portrayer
from tui_gan.sweep.results import Standing
from tui_gan.sweep.sweep import Resting

# Seconds over which the speed is taken, and between two looks at whether a pause has ended.
SPEED, GLANCE = 10.0, 0.05


class Watched:
    """The joint between a sweep and its screen; a `contract.sweep.SweepHandle`.

    Args:
        axes, seeds, metrics: those of the sweep; `truth` is that of its data, which portraits stand beside.
        steps: that each member is trained for.
        stopping: set by whoever wants it to stop.
        opened: makes a run of a member, from a trainer in its state and the value of its metric, NaN where that is not known.
        elsewhere: (M,) whether each learns from other data, so that it has no portrait; None where none does.

    Attributes:
        portray: makes the portraits that are looked at.
        ended: set when the thread has come to its end.
        error: what it has failed with.
    """

    def __init__(
        self,
        preset: str,
        axes: Sequence[Axis],
        seeds: int,
        metrics: Sequence[str],
        truth: Truth,
        steps: int,
        stopping: threading.Event,
        opened: Callable[[Trainer, Spec, float], Path],
        elsewhere: NDArray[np.bool_] | None = None,
    ) -> None:
        self.ended, self.stopping = threading.Event(), stopping
        self.error: BaseException | None = None
        kind, _, real = portrayer(truth)
        self.portray: Beside | None = beside(truth)
        count = seeds * math.prod(len(axis.values) for axis in axes)
        self._population = Population(
            tuple(axes),
            seeds,
            tuple(metrics),
            np.full(count, -1, dtype=np.int64),
            np.full((count, len(metrics)), np.nan),
            np.zeros(count, dtype=bool),
            np.zeros(count, dtype=bool),
            np.zeros((count, *real.shape), dtype=np.uint8),
            real,
            kind,
            np.zeros(count, dtype=bool) if elsewhere is None else elsewhere,
        )
        self._new = False
        self._paused = self._before = self._saves = False
        self._member: int | None = None
        self._opened = opened
        self._times: deque[tuple[float, int]] = deque()
        self.latest = SweepState(preset, Stage.LOADING, self._copied(), steps, 0, steps * count, 0.0, math.nan)

    def begin(self, train: Callable[["Watched"], bool]) -> None:
        """Train in a thread of its own; `train` returns whether it has come to the end."""

        def work() -> None:
            try:
                self._become(stage=Stage.FINISHED if train(self) else Stage.STOPPED, left=0.0, over=True)
            except BaseException as error:
                self.error = error
                self._become(stage=Stage.FAILED, over=True, note=str(error) if isinstance(error, TuiGanError | OSError) else repr(error))
            finally:
                self.ended.set()

        threading.Thread(target=work, name="sweep", daemon=True).start()

    def toggle_pause(self) -> None:
        """Pause at the next step, or go on."""
        self._paused = not self._paused

    def save(self) -> None:
        """Save at the next step."""
        self._saves = True

    def open(self, member: int) -> None:
        """Pause, and make a run of a member, which goes on from where the member is."""
        self._before, self._paused, self._member = self._paused, True, member

    def come_back(self) -> None:
        """Go on as before a member was opened."""
        self._paused = self._before

    def stop(self) -> None:
        """Save and end."""
        self.stopping.set()

    @property
    def asks(self) -> bool:
        """Whether training is to rest for something that has been asked for."""
        return self._paused or self._saves or self._member is not None

    def rest(self, sweep: Resting) -> None:
        """Do what has been asked for, and come back when training is to go on."""
        if not (self.asks or self.stopping.is_set()):
            return
        while self.asks and not self.stopping.is_set():
            if not self._serve(sweep):
                if self.latest.stage is not Stage.PAUSED:
                    self._become(stage=Stage.PAUSED)
                sweep.idle()
                time.sleep(GLANCE)
        self._times.clear()
        self._become(stage=Stage.SAVING if self.stopping.is_set() else Stage.TRAINING)

    def linger(self, sweep: Resting) -> None:
        """Do what is asked for of a sweep that has come to its end, until it is left."""
        self._become(stage=Stage.FINISHED, left=0.0, note="")
        while not self.stopping.is_set():
            if not self._serve(sweep):
                time.sleep(GLANCE)

    def _serve(self, sweep: Resting) -> bool:
        """Save, or open a member; returns whether either was asked for."""
        if self._saves:
            self._saves, stage = False, self.latest.stage
            self._become(stage=Stage.SAVING)
            sweep.save()
            self._become(stage=stage, note="saved")
        elif (member := self._member) is not None:
            self._member = None
            openings = self.latest.openings + 1
            try:
                self._become(openings=openings, opened=str(self._as_run(sweep, member)), note="")
            except (TuiGanError, OSError) as error:
                self._paused = self._before
                self._become(openings=openings, opened="", note=str(error))
        else:
            return False
        return True

    def restored(self, measured: Iterable[tuple[int, Sequence[Spec]]], standing: Sequence[Standing]) -> None:
        """Take in the newest measurements of a sweep that goes on; what the members generate is known at the next."""
        population = self._population
        for step, specs in measured:
            for spec in specs:
                each, place = standing[spec.place], spec.place
                population.steps[place] = step
                population.values[place] = [each.metrics.get(name, math.nan) for name in population.metrics]
                population.collapsed[place], population.failed[place] = each.collapsed_at is not None, each.failed_at is not None
        self._new = True

    def measured(self, row: Row, portrait: Bytes | None) -> None:
        """Take in a member as it was measured, and what it generates."""
        self.update(row)
        if portrait is not None:
            self.portrayed(row.member, portrait)

    def update(self, row: Row) -> None:
        """Take in a member as it was measured."""
        population, place = self._population, row.member
        population.steps[place] = row.step
        population.values[place] = [row.metrics[name] for name in population.metrics]
        population.collapsed[place] = row.collapsed
        population.failed[place] |= row.failed
        self._new = True

    def portrayed(self, member: int, portrait: Bytes) -> None:
        """Take in what a member generates."""
        self._population.portraits[member] = portrait
        self._new = True

    def tell(self, done: int, left: float) -> None:
        """Take in how far training is."""
        now = time.monotonic()
        self._times.append((now, done))
        while self._times[-1][0] - self._times[0][0] > SPEED:
            self._times.popleft()
        seconds, before = now - self._times[0][0], self._times[0][1]
        stage = Stage.TRAINING if self.latest.stage is Stage.LOADING else self.latest.stage
        self._become(stage=stage, done=done, left=left, speed=(done - before) / seconds if seconds else self.latest.speed)

    def note(self, text: str) -> None:
        """Tell something."""
        self._become(note=text)

    def _as_run(self, sweep: Resting, member: int) -> Path:
        trainer, spec, measured = sweep.member(member)
        population, metric = self._population, spec.config.metric
        known = measured and metric in population.metrics
        return self._opened(trainer, spec, float(population.values[member, population.metrics.index(metric)]) if known else math.nan)

    def _become(self, **changes: object) -> None:
        if self._new:
            self._new = False
            changes["population"] = self._copied()
        self.latest = dataclasses.replace(self.latest, **changes)  # type: ignore[arg-type]

    def _copied(self) -> Population:
        population = self._population
        arrays = ("steps", "values", "collapsed", "failed", "portraits")
        return dataclasses.replace(population, **{name: getattr(population, name).copy() for name in arrays})
