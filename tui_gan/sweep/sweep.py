"""A sweep in time: all members trained from one measurement to the next, measured, and saved so that it goes on exactly."""

import os
import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.config import Config
from tui_gan.gan.datasets import Dataset, Images, Line
from tui_gan.gan.datasets.dataset import in_units
from tui_gan.gan.diagnosis import line, plane
from tui_gan.gan.latents import asked_of
from tui_gan.gan.masks import completes
from tui_gan.gan.metrics import measure
from tui_gan.gan.metrics.completion import Completed
from tui_gan.gan.metrics.inference import Inferred
from tui_gan.gan.metrics.labels import Classified
from tui_gan.session.measuring import asked, classified_by, completed_by, inferred_by
from tui_gan.session.observe import as_measured
from tui_gan.sweep import saved
from tui_gan.sweep.chunks import Alone, Chunk, Together, train_at_once
from tui_gan.sweep.course import Row
from tui_gan.sweep.plan import Data, Group, Spec, numbered
from tui_gan.sweep.programs import Programs
from tui_gan.sweep.results import Results
from tui_gan.sweep.watched import Watched

# Seconds between two saves, and between two looks at how far it is.
SAVED, TOLD = 60.0, 0.5
# Findings that say that the generator leaves out what the data have.
COLLAPSES = ("collapse", "missing")


class Told(NamedTuple):
    """How far a sweep is.

    Attributes:
        done: steps of all members together, of `of`.
        left: seconds, as far as can be said; NaN before.
    """

    done: int
    of: int
    left: float


class Sweep:
    """The members of a sweep in training.

    Args:
        groups: whose members are moved together.
        metrics: that are measured, every `every` steps and at the end.
        tell: takes how far it is.
        stop: set by whoever wants it to stop.
        watched: who looks at it and steers it, if anybody does.
        own: the numbers of the chunks that this process trains; None for all.
        cores: how many threads call compiled programs; None for one on each core.
        save_every: seconds between two saves.
    """

    def __init__(
        self,
        folder: Path,
        groups: Sequence[Group],
        data: Data,
        results: Results,
        programs: Programs,
        steps: int,
        every: int,
        tell: Callable[[Told], None],
        stop: threading.Event,
        own: Collection[int] | None = None,
        cores: int | None = None,
        save_every: float = SAVED,
        watched: Watched | None = None,
    ) -> None:
        self.folder, self.data, self.results, self.programs = folder, data, results, programs
        self.steps, self.every, self.tell, self.stop, self.watched = steps, every, tell, stop, watched
        self.cores, self.save_every = cores or os.cpu_count() or 1, save_every
        self._began, self._before = time.monotonic(), 0
        self._told = self._began
        mine = [(number, each) for number, each in enumerate(numbered(groups)) if own is None or number in own]
        self.numbers = [number for number, _ in mine]
        self.chunks = [self._chunk(group, specs) for _, (group, specs) in mine]

    def _chunk(self, group: Group, specs: list[Spec]) -> Chunk:
        return Alone(specs[0], self.data) if group.alone else Together(group, specs, self.data, self.programs)

    def restore(self) -> None:
        """Take up each chunk where it was saved.

        Raises:
            UnreadableError: what was saved is not of this sweep.
        """
        for number, chunk in zip(self.numbers, self.chunks, strict=True):
            saved.load(saved.state(self.folder, number), chunk)
        self._before = self.done
        if self.watched:
            self.watched.restored(self.chunks, self.results.standing)

    @property
    def done(self) -> int:
        """Steps of all members together."""
        return sum(chunk.steps_done * len(chunk.specs) for chunk in self.chunks)

    @property
    def members(self) -> int:
        """How many there are."""
        return sum(len(chunk.specs) for chunk in self.chunks)

    def train(self) -> bool:
        """Train to the end, or until it is to stop; returns whether it has come to the end."""
        last = time.monotonic()
        for until in [*range(self.every, self.steps, self.every), self.steps]:
            while behind := [chunk for chunk in self.chunks if chunk.measured < until]:
                self._advance(behind, until)
                self._tell()
                if self.watched:
                    self.watched.rest(self)
                if self.stop.is_set():
                    break
            if self.stop.is_set():
                break
            if time.monotonic() - last > self.save_every:
                self.save()
                last = time.monotonic()
        self.save()
        ended = all(chunk.measured >= self.steps for chunk in self.chunks)
        if ended and self.watched:
            self.watched.linger(self)
        return ended

    def _advance(self, behind: list[Chunk], until: int) -> None:
        """Train to a measurement, unless something is asked for meanwhile, and measure those that are there."""
        # What is not compiled yet comes first, and may be by the next measurement.
        for chunk in behind:
            if not self._at_once(chunk):
                chunk.train(until, self._interrupted)
        compiled = [chunk for chunk in behind if isinstance(chunk, Together) and chunk.steps_done < until]
        if compiled:
            with ThreadPoolExecutor(max_workers=self.cores) as pool:
                train_at_once(compiled, until, self._interrupted, pool)
        for chunk in behind:
            if not self.stop.is_set() and chunk.steps_done >= until:
                self._measure(chunk)

    def save(self) -> None:
        """Write the results and all that goes on.

        Raises:
            OSError: it could not be written.
        """
        self.results.write()
        for number, chunk in zip(self.numbers, self.chunks, strict=True):
            saved.save(saved.state(self.folder, number), chunk)

    def _at_once(self, chunk: Chunk) -> bool:
        """Whether it leaves the interpreter free while it trains."""
        return isinstance(chunk, Together) and self.programs.compiled(chunk.group.form, len(chunk.specs))

    def _measure(self, chunk: Chunk) -> None:
        finite, step = chunk.finite(), chunk.steps_done
        for place, (spec, samples, good) in enumerate(zip(chunk.specs, chunk.samples(), finite, strict=True)):
            dataset = self.data.of(spec.config)
            units = as_measured(in_units(samples, dataset.location, dataset.scale), dataset.truth)
            inferred = inferred_by(chunk.trainer(place).averaged(), dataset) if spec.config.inference != "none" else None
            completed = completed_by(chunk.trainer(place).averaged(), spec.config, dataset) if completes(spec.config) else None
            classified = classified_by(chunk.trainer(place)) if spec.config.labels else None
            metrics, collapsed = _measured(units, dataset, spec.config, self.results.metrics, inferred, classified, completed)
            row = Row(spec.place, step, metrics, collapsed, not good)
            self.results.add(row)
            if self.watched:
                self.watched.measured(row, units)
        chunk.measured = step

    def _interrupted(self) -> bool:
        """Whether it is to stop, or to rest for what is asked for; the time to tell how far it is."""
        if time.monotonic() - self._told > TOLD:
            self._tell()
        return self.stop.is_set() or (self.watched is not None and self.watched.asks)

    def _tell(self) -> None:
        self._told = time.monotonic()
        done, of = self.done, self.steps * self.members
        spent = time.monotonic() - self._began
        left = spent * (of - done) / (done - self._before) if done > self._before else float("nan")
        self.programs.left = left if left == left else 0.0
        self.tell(Told(done, of, left))


def _measured(
    units: NDArray[np.floating],
    dataset: Dataset,
    config: Config,
    names: Sequence[str],
    inferred: Inferred | None,
    classified: Classified | None = None,
    completed: Completed | None = None,
) -> tuple[dict[str, float], bool]:
    """The metrics of samples as they are measured, and whether they show a mode collapse; of images that is not said."""
    truth, shares = dataset.truth, dataset.classes.shares if config.classes and dataset.classes else ()
    metrics = measure(units, truth, names, asked(config, shares), asked_of(config), inferred, classified, completed)
    if isinstance(truth, Images) or not np.isfinite(units).all():
        return metrics, False
    exact = units.astype(np.float64, copy=False)
    with np.errstate(over="ignore", invalid="ignore"):
        found = line.findings(exact, truth) if isinstance(truth, Line) else plane.findings(exact, truth)
    return metrics, any(finding.kind in COLLAPSES for finding in found)
