"""A sweep dealt to several processes: they are begun, listened to by their files, and their chunks taken up again where they die."""

import contextlib
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from tui_gan.contract.errors import TuiGanError, UsageError
from tui_gan.sweep import saved
from tui_gan.sweep.cluster import Backend
from tui_gan.sweep.course import Tail
from tui_gan.sweep.part import RESTS, Lease, Order, Status, file_of, portraits_of, status_of, write
from tui_gan.sweep.plan import Data, Group, numbered, numbers
from tui_gan.sweep.programs import Programs
from tui_gan.sweep.results import Results
from tui_gan.sweep.sweep import SAVED, Member, Told, chunk_of, member_of
from tui_gan.sweep.watched import Watched

# How often in a row a part is begun again that has saved nothing new.
TRIES = 3
# How many times as long a member takes that is trained by itself.
ALONE = 30
# Seconds between two words to processes that rest, and within which one that is asked to save is expected to.
BEAT, SAVES_WITHIN = RESTS / 6, 60.0


class Part:
    """Chunks that one process trains.

    Attributes:
        token, job: of the process that does now; `status` is how it stands, None before it has said.
        reached: steps of its members together that were saved when it was begun; `tries` how often since it has been begun in vain.
        gone: when the end of the job was seen; `over` whether it is begun no more.
        drawn: when the portraits were written that have been read.
    """

    def __init__(self, number: int, chunks: Sequence[int], reached: int, tail: Tail) -> None:
        self.number, self.chunks, self.tail = number, tuple(chunks), tail
        self.token = ""
        self.job: Any = None
        self.status: Status | None = None
        self.reached, self.tries = reached, -1
        self.gone: float | None = None
        self.over = False
        self.drawn = 0


class Parts:
    """The members of a sweep in training by several processes.

    Args:
        groups: whose members are moved together.
        results: takes what they measure, as soon as they write it.
        steps: that each member is trained.
        workers: how many processes, at most as many as there are chunks to train.
        work: what a process calls.
        note: takes lines on processes and programs.
        tell, stop, save_every, watched: as for one process.
    """

    def __init__(
        self,
        folder: Path,
        groups: Sequence[Group],
        results: Results,
        steps: int,
        backend: Backend,
        workers: int,
        engine: str,
        work: Callable[[Order], None],
        note: Callable[[str], object],
        tell: Callable[[Told], None],
        stop: threading.Event,
        save_every: float = SAVED,
        watched: Watched | None = None,
    ) -> None:
        # A job may have another working directory.
        self.folder, self.results, self.steps, self.backend = folder.absolute(), results, steps, backend
        self.engine, self.work, self.note, self.tell, self.stop, self.save_every = engine, work, note, tell, stop, save_every
        self.watched, self._groups = watched, [group for group, _ in numbered(groups)]
        self.chunks = [specs for _, specs in numbered(groups)]
        self.members = sum(map(len, self.chunks))
        left = [number for number in range(len(self.chunks)) if self._measured(number) < steps]
        hands = dealt(groups, left, workers)
        tails = [Tail(file_of(self.folder, place, "course"), results.metrics) for place in range(len(hands))]
        self.parts = [Part(place, hand, self._steps(hand), tail) for place, (hand, tail) in enumerate(zip(hands, tails, strict=True))]
        self.cores = backend.cores(max(1, len(hands)))
        self._ended = steps * sum(len(specs) for number, specs in enumerate(self.chunks) if number not in set(left))
        self._at: dict[int, int] = {}
        self._noted: set[str] = set()
        self._failed, self._asked, self._died = "", False, False
        self._rests, self._saves, self._beat, self._said = False, 0, 0, 0.0

    @property
    def done(self) -> int:
        """Steps of all members together, as far as is known."""
        return self._ended + sum(max(part.reached, part.status.done if part.status else 0) for part in self.parts)

    def train(self) -> bool:
        """Train to the end, or until it is to stop; returns whether it has come to the end.

        Raises:
            TuiGanError: a part fails, or dies again and again; what was saved is there.
        """
        (self.folder / saved.WORKERS).mkdir(mode=0o700, exist_ok=True)
        if self.watched:
            self.watched.restored([(self._measured(number), specs) for number, specs in enumerate(self.chunks)], self.results.standing)
        try:
            for part in self.parts:
                self._begin(part)
            self._follow()
        finally:
            self._ask_to_stop()
        self.results.begin(saved.gather(self.folder, self.results.metrics, self.chunks))
        self.results.write()
        if self._failed:
            raise TuiGanError(self._failed)
        if not self._died:
            shutil.rmtree(self.folder / saved.WORKERS, ignore_errors=True)
        ended = all(self._measured(number) >= self.steps for number in range(len(self.chunks)))
        if ended and self.watched:
            self.watched.linger(self)
        return ended

    def save(self) -> None:
        """Have every process save that has begun, and wait until it has, ended, or seems to be gone."""
        self._save(self.parts)

    def idle(self) -> None:
        """Listen, and say now and then that the processes are still to rest."""
        for part in self.parts:
            self._listen(part)
        if self._rests and time.monotonic() - self._said >= BEAT:
            self._tell_all()

    def member(self, place: int) -> Member:
        """A member in the state in which its process saves it.

        Raises:
            UsageError: its process has not begun.
            UnreadableError: what was saved is not of this sweep.
        """
        number = next(number for number, specs in enumerate(self.chunks) if any(spec.place == place for spec in specs))
        self._save([part for part in self.parts if number in part.chunks])
        if not saved.state(self.folder, number).exists():
            raise UsageError("its process has saved nothing yet; a member can be opened once it trains")
        with contextlib.closing(Programs("graph", self.note)) as programs:
            chunk = chunk_of(self._groups[number], self.chunks[number], Data(), programs)
            saved.load(saved.state(self.folder, number), chunk)
            return member_of([chunk], place)

    def _save(self, parts: Iterable[Part]) -> None:
        asked = [part for part in parts if not part.over and part.status and part.status.state == "training"]
        if not asked:
            return
        self._saves += 1
        self._tell_all()
        end = time.monotonic() + SAVES_WITHIN
        while time.monotonic() < end and not self.stop.is_set():
            self.idle()
            if all(part.status and (part.status.saves >= self._saves or part.status.state != "training") for part in asked):
                return
            time.sleep(self.backend.listen)

    def _rest(self, watched: Watched) -> None:
        """Have the processes rest while something is asked for."""
        self._rests = True
        self._tell_all()
        watched.rest(self)
        self._rests = False
        if not self.stop.is_set():
            self._tell_all()

    def _tell_all(self) -> None:
        """Say anew to each process what it is to do."""
        self._beat, self._said = self._beat + 1, time.monotonic()
        for part in self.parts:
            if not part.over and part.token:
                with contextlib.suppress(OSError):
                    self._lease(part)

    def _lease(self, part: Part) -> None:
        lease = Lease(part.token, stop=self._asked, rest=self._rests, beat=self._beat, saves=self._saves)
        write(file_of(self.folder, part.number, "lease"), lease)

    def _begin(self, part: Part) -> None:
        """Begin a part, or begin it again, unless it has been in vain too often."""
        stopped = part.status.done if part.status and part.status.state == "stopped" else 0
        reached = max(self._steps(part.chunks), stopped)
        part.tries = 0 if reached > part.reached else part.tries + 1
        if part.tries > TRIES:
            part.over = True
            self._failed = self._failed or f"{self._called(part)} has died {part.tries} times and saved nothing new; {self._log(part)}"
            return
        part.reached, part.status, part.gone, part.token = reached, None, None, uuid.uuid4().hex
        self._lease(part)
        watched = self.watched is not None
        order = Order(str(self.folder), part.number, part.token, part.chunks, self.engine, self.cores, self.save_every, watched)
        part.job = self.backend.submit(self.work, order)

    def _follow(self) -> None:
        """Listen until no part is left."""
        began, before, asked = time.monotonic(), self.done, 0.0
        while not all(part.over for part in self.parts):
            for part in self.parts:
                self._listen(part)
            done, of, spent = self.done, self.steps * self.members, time.monotonic() - began
            if any(part.status for part in self.parts):
                self.tell(Told(done, of, spent * (of - done) / (done - before) if done > before else float("nan")))
            if self.watched and self.watched.asks:
                self._rest(self.watched)
            if self.stop.is_set() or self._failed:
                self._ask_to_stop()
            if time.monotonic() - asked >= self.backend.every:
                gone = self.backend.gone([part.job for part in self.parts if not part.over])
                asked = time.monotonic()
                for part in self.parts:
                    if not part.over and part.job.job_id in gone:
                        self._look_after(part)
            if self._asked:
                time.sleep(self.backend.listen)
            else:
                self.stop.wait(self.backend.listen)

    def _listen(self, part: Part) -> None:
        """Take in what a part has said and measured."""
        part.status = status_of(self.folder, part.number, part.token) or part.status
        for text in part.status.notes if part.status else ():
            if text not in self._noted:
                self._noted.add(text)
                self.note(text)
        for row in part.tail.rows():
            # What is measured a second time after a death is known.
            if row.step > self._at.get(row.member, -1):
                self._at[row.member] = row.step
                self.results.update(row)
                if self.watched:
                    self.watched.update(row)
        self._look_at(part)

    def _look_at(self, part: Part) -> None:
        """Take in what the members of a part generate, where that has been written anew."""
        if not self.watched:
            return
        with contextlib.suppress(OSError):
            written = file_of(self.folder, part.number, "portraits").stat().st_mtime_ns
            if written != part.drawn:
                part.drawn = written
                for member, portrait in portraits_of(self.folder, part.number).items():
                    self.watched.portrayed(member, portrait)

    def _look_after(self, part: Part) -> None:
        """Find out how a part stands whose job has come to an end, and begin it again where it has not come to its own."""
        part.gone = part.gone or time.monotonic()
        # A folder that is listed is read anew, also over a network.
        os.listdir(self.folder / saved.WORKERS)
        self._listen(part)
        state = part.status.state if part.status else ""
        if state == "ended":
            part.over = True
        elif state == "failed" and part.status:
            part.over = True
            self._failed = self._failed or f"{self._called(part)} failed: {part.status.why}; {self._log(part)}"
        elif self._asked:
            part.over = True
        elif state == "stopped" or time.monotonic() - part.gone >= self.backend.grace:
            self._died = self._died or state != "stopped"
            ended = "has no time left" if state == "stopped" else "died"
            kept = any(saved.state(self.folder, number).exists() for number in part.chunks)
            again = "its chunks are taken up again from their last save" if kept else "it had saved nothing, and begins anew"
            text = f"{self._called(part)} {ended}; {again}"
            self._begin(part)
            if not part.over:
                self.note(text)

    def _ask_to_stop(self) -> None:
        """Have all processes save and end, and those that have not begun not begin."""
        if self._asked:
            return
        self._asked = True
        self._tell_all()
        for part in self.parts:
            if not part.over and part.status is None and part.job is not None:
                self.backend.cancel(part.job)

    def _measured(self, number: int) -> int:
        return saved.measured(saved.state(self.folder, number))

    def _steps(self, chunks: Iterable[int]) -> int:
        """Steps of the members of chunks together at their last measurement that was saved."""
        return sum(max(0, self._measured(number)) * len(self.chunks[number]) for number in chunks)

    def _called(self, part: Part) -> str:
        where = f" ({part.status.process} on {part.status.host})" if part.status else ""
        return f"process {part.number + 1} of {len(self.parts)}{where}"

    def _log(self, part: Part) -> str:
        return f"its log: {part.job.paths.stderr}"


def dealt(groups: Sequence[Group], left: Iterable[int], workers: int) -> list[list[int]]:
    """Deal the chunks that are left, by their numbers, so that each process takes about as long; none has nothing to do."""
    chunks = numbered(groups)

    def seconds(number: int) -> int:
        group, specs = chunks[number]
        updates = specs[0].knobs.generator_steps + specs[0].knobs.k_steps
        return len(specs) * numbers(specs[0], group.widest) * updates * (ALONE if group.alone else 1)

    loads, hands = [0] * workers, [list[int]() for _ in range(workers)]
    for number in sorted(left, key=lambda number: (-seconds(number), number)):
        place = loads.index(min(loads))
        loads[place] += seconds(number)
        hands[place].append(number)
    return [sorted(hand) for hand in hands if hand]
