"""A sweep in time: all members trained from one measurement to the next, measured, and saved so that it goes on exactly."""

import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Protocol

from tui_gan.contract.snapshot import Bytes
from tui_gan.gan.trainer import Trainer
from tui_gan.sweep import saved
from tui_gan.sweep.chunks import Alone, Chunk, Together, train_at_once
from tui_gan.sweep.course import Row
from tui_gan.sweep.measuring import measured
from tui_gan.sweep.plan import Data, Group, Spec, numbered
from tui_gan.sweep.portraits import Beside
from tui_gan.sweep.programs import Programs
from tui_gan.sweep.results import Results, Standing

# Seconds between two saves, and between two looks at how far it is.
SAVED, TOLD = 60.0, 0.5


class Told(NamedTuple):
    """How far a sweep is.

    Attributes:
        done: steps of all members together, of `of`.
        left: seconds, as far as can be said; NaN before.
    """

    done: int
    of: int
    left: float


class Member(NamedTuple):
    """One of a sweep, to be gone on with alone; `measured` says whether its newest metrics are of its step."""

    trainer: Trainer
    spec: Spec
    measured: bool


class Resting(Protocol):
    """A sweep between two steps."""

    def save(self) -> None:
        """Write the results and all that goes on."""

    def idle(self) -> None:
        """Do what must be done now and then while it rests."""

    def member(self, place: int) -> Member:
        """A member in the state in which it is.

        Raises:
            TuiGanError: it cannot be had yet.
        """


class Onlooker(Protocol):
    """Who looks at a sweep and steers it.

    Attributes:
        portray: what makes the portraits that he looks at; None where he looks at none.
    """

    portray: Beside | None

    @property
    def asks(self) -> bool:
        """Whether training is to rest for something that has been asked for."""

    def rest(self, sweep: Resting) -> None:
        """Do what has been asked for, and come back when training is to go on."""

    def linger(self, sweep: Resting) -> None:
        """Do what is asked for of a sweep that has come to its end, until it is left."""

    def restored(self, measured: Iterable[tuple[int, Sequence[Spec]]], standing: Sequence[Standing]) -> None:
        """Take in the newest measurements of a sweep that goes on: members with the step of theirs."""

    def measured(self, row: Row, portrait: Bytes | None) -> None:
        """Take in a member as it was measured, and what it generates, if portraits are made."""


class Sweep:
    """The members of a sweep in training.

    Args:
        groups: whose members are moved together.
        metrics: that are measured, every `every` steps and at the end.
        tell: takes how far it is.
        stop: set by whoever wants it to stop.
        watched: who looks at it and steers it, if anybody does.
        only: the numbers of the chunks that this process trains; None for all.
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
        only: Collection[int] | None = None,
        cores: int | None = None,
        save_every: float = SAVED,
        watched: Onlooker | None = None,
    ) -> None:
        self.folder, self.data, self.results, self.programs = folder, data, results, programs
        self.steps, self.every, self.tell, self.stop, self.watched = steps, every, tell, stop, watched
        self.cores, self.save_every = cores or os.cpu_count() or 1, save_every
        self._began, self._before = time.monotonic(), 0
        self._reported_at = self._began
        mine = [(number, each) for number, each in enumerate(numbered(groups)) if only is None or number in only]
        self.numbers = [number for number, _ in mine]
        self.chunks = [chunk_of(group, specs, data, programs) for _, (group, specs) in mine]

    def restore(self) -> None:
        """Take up each chunk where it was saved.

        Raises:
            UnreadableError: what was saved is not of this sweep.
        """
        for number, chunk in zip(self.numbers, self.chunks, strict=True):
            saved.load(saved.state(self.folder, number), chunk)
        self._before = self.done
        if self.watched:
            self.watched.restored([(chunk.measured, chunk.specs) for chunk in self.chunks], self.results.standing)

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

    def idle(self) -> None:
        """Nothing is to be done while it rests."""

    def member(self, place: int) -> Member:
        """A member in the state in which it is."""
        return member_of(self.chunks, place)

    def _at_once(self, chunk: Chunk) -> bool:
        """Whether it leaves the interpreter free while it trains."""
        return isinstance(chunk, Together) and self.programs.compiled(chunk.group.form, len(chunk.specs))

    def _measure(self, chunk: Chunk) -> None:
        finite, step = dict(zip((spec.place for spec in chunk.specs), chunk.finite(), strict=True)), chunk.steps_done
        for each in measured(chunk, self.data, self.results.metrics, self.watched.portray if self.watched else None):
            row = Row(each.spec.place, step, each.metrics, each.collapsed, not finite[each.spec.place])
            self.results.add(row)
            if self.watched:
                self.watched.measured(row, each.portrait)
        chunk.measured = step

    def _interrupted(self) -> bool:
        """Whether it is to stop, or to rest for what is asked for; the time to tell how far it is."""
        if time.monotonic() - self._reported_at > TOLD:
            self._tell()
        return self.stop.is_set() or (self.watched is not None and self.watched.asks)

    def _tell(self) -> None:
        self._reported_at = time.monotonic()
        done, of = self.done, self.steps * self.members
        spent = time.monotonic() - self._began
        left = spent * (of - done) / (done - self._before) if done > self._before else float("nan")
        self.programs.left = left if left == left else 0.0
        self.tell(Told(done, of, left))


def chunk_of(group: Group, specs: list[Spec], data: Data, programs: Programs) -> Chunk:
    """Members before their first step."""
    return Alone(specs[0], data) if group.alone else Together(group, specs, data, programs)


def member_of(chunks: Iterable[Chunk], place: int) -> Member:
    """The member of this place among chunks, one of which has it."""
    chunk, number = next((chunk, number) for chunk in chunks for number, spec in enumerate(chunk.specs) if spec.place == place)
    return Member(chunk.trainer(number), chunk.specs[number], chunk.measured == chunk.steps_done)
