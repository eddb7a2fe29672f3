"""One of several processes that train a sweep: a file says what it is to do, and it says in another how far it is."""

import os
import signal
import socket
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from tui_gan.contract.errors import TuiGanError, first_line
from tui_gan.contract.snapshot import Bytes
from tui_gan.session.atomic import replacing
from tui_gan.sweep.course import Row
from tui_gan.sweep.plan import Spec
from tui_gan.sweep.portraits import Beside
from tui_gan.sweep.results import Results, Standing
from tui_gan.sweep.saved import WORKERS
from tui_gan.sweep.sweep import Resting, Told

# Seconds between two looks at what is to be done, and between two words on how far it is; and between two looks while it rests.
LOOK, GLANCE = 1.0, 0.05
# Seconds after which a process that rests goes on when whoever had it rest says so no more, since he may have been killed.
RESTS = 30.0
# The ends of the names of files that are no JSON.
ENDS = {"course": "csv", "portraits": "npz"}


class Order(msgspec.Struct, frozen=True):
    """What a process is to train.

    Attributes:
        folder: of the sweep.
        part: its number; `token` names this one of the processes that train it one after another.
        chunks: by their numbers.
        cores: that it may take; 0 for all that the system lets it have.
        save_every: seconds between two saves.
        watched: whether what it measures is wanted at once, with portraits.
    """

    folder: str
    part: int
    token: str
    chunks: tuple[int, ...]
    engine: str
    cores: int
    save_every: float
    watched: bool = False


class Lease(msgspec.Struct, frozen=True):
    """Who may train a part, and what he is to do.

    Attributes:
        token: of the process that may.
        stop: whether it is to save and end; `rest` whether it is to rest, which is said again before RESTS seconds are over.
        beat: another number each time.
        saves: how often it has been asked to save.
    """

    token: str
    stop: bool = False
    rest: bool = False
    beat: int = 0
    saves: int = 0


class Status(msgspec.Struct, frozen=True):
    """How a process stands.

    Attributes:
        token: of its order.
        state: "stopped" is saved, before its end; "failed" has a `why`.
        done: steps of its members together.
        notes: what has been told of its programs.
        saves: of those asked for, how many have been made.
    """

    token: str
    state: Literal["training", "ended", "stopped", "failed"]
    host: str
    process: int
    done: int = 0
    why: str = ""
    notes: tuple[str, ...] = ()
    saves: int = 0


def file_of(folder: Path, part: int, kind: str) -> Path:
    """The file of a part: its "lease" or "status" as JSON, its "course", or its "portraits"."""
    return folder / WORKERS / f"{kind}-{part}.{ENDS.get(kind, 'json')}"


def revoke(folder: Path) -> None:
    """Take their chunks from all processes that an earlier command has begun, and wait until those that still train have seen it."""
    tokens = set()
    for path in (folder / WORKERS).glob("lease-*.json"):
        with suppress(OSError, msgspec.MsgspecError):
            tokens.add(msgspec.json.decode(path.read_bytes(), type=Lease).token)
        write(path, Lease(""))
    for path in (folder / WORKERS).glob("status-*.json"):
        with suppress(OSError, msgspec.MsgspecError):
            status = msgspec.json.decode(path.read_bytes(), type=Status)
            if status.state == "training" and status.token in tokens:
                time.sleep(3 * LOOK)
                return


def write(path: Path, content: Lease | Status) -> None:
    """Put a lease or a status into its file, at once."""
    with replacing(path) as partial:
        partial.write_bytes(msgspec.json.encode(content))


def portraits_of(folder: Path, part: int) -> dict[int, Bytes]:
    """What the members of a part generate, by their places; nothing where it has not been written."""
    try:
        with file_of(folder, part, "portraits").open("rb") as raw, np.load(raw) as file:
            return dict(zip(file["members"].tolist(), file["portraits"], strict=True))
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        return {}


class Worker:
    """This process; the onlooker of its sweep.

    Attributes:
        stop: set when it is to save and end: the lease says so, or the system, which ends a job whose time is over by a signal.
        done: steps of its members together, for the next word.
        results: of which rows are written as soon as they are measured where somebody looks; `portray` makes portraits for him.
    """

    def __init__(self, order: Order) -> None:
        self.order, self.folder = order, Path(order.folder)
        self.stop = threading.Event()
        self.done = 0
        self.results: Results | None = None
        self.portray: Beside | None = None
        self._notes: list[str] = []
        self._over = threading.Event()
        self._lost = 0
        self._lease, self._changed = Lease(order.token), time.monotonic()
        self._saves: int | None = None
        self._portraits: dict[int, Bytes] = {}
        self._new = False

    def note(self, text: str) -> None:
        """Pass on what is told of programs."""
        self._notes.append(text)

    def tell(self, progress: Told) -> None:
        """Take how far it is."""
        self.done = progress.done

    @property
    def asks(self) -> bool:
        """Whether training is to rest for something that has been asked for."""
        return self._resting or self._unsaved

    def rest(self, sweep: Resting) -> None:
        """Show what was measured, do what has been asked for, and come back when training is to go on."""
        self._show()
        while self.asks and not self.stop.is_set():
            if self._unsaved:
                asked = self._lease.saves
                sweep.save()
                self._saves = asked
            else:
                time.sleep(GLANCE)

    def linger(self, sweep: Resting) -> None:
        """What has come to its end is left to whoever began it."""

    def restored(self, measured: Iterable[tuple[int, Sequence[Spec]]], standing: Sequence[Standing]) -> None:
        """Whoever began it knows the measurements."""

    def measured(self, row: Row, portrait: Bytes | None) -> None:
        """Take in what a member generates."""
        if portrait is not None:
            self._portraits[row.member] = portrait
            self._new = True

    @property
    def _resting(self) -> bool:
        return self._lease.rest and time.monotonic() - self._changed < RESTS

    @property
    def _unsaved(self) -> bool:
        return self._saves is not None and self._lease.saves > self._saves

    def _show(self) -> None:
        if not self._new or self.results is None:
            return
        self._new = False
        self.results.write()
        with replacing(file_of(self.folder, self.order.part, "portraits")) as partial, partial.open("wb") as file:
            np.savez(file, members=np.array([*self._portraits]), portraits=np.stack([*self._portraits.values()]))

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Follow the lease and the signals, and say how far it is, until the end."""
        for each in (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(each, lambda number, frame: self.stop.set())
        self._follow()
        self.say("training")
        thread = threading.Thread(target=self._look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def say(self, state: Literal["training", "ended", "stopped", "failed"], why: str = "") -> None:
        """Write how it stands."""
        status = Status(self.order.token, state, socket.gethostname(), os.getpid(), self.done, why, tuple(self._notes), self._saves or 0)
        write(file_of(self.folder, self.order.part, "status"), status)

    def _look(self) -> None:
        said = time.monotonic()
        while not self._over.wait(LOOK):
            self._follow()
            if time.monotonic() - said >= LOOK:
                said = time.monotonic()
                # Whoever waits sees an older word until the disk has room again.
                with suppress(OSError):
                    self.say("training")

    def _follow(self) -> None:
        path = file_of(self.folder, self.order.part, "lease")
        try:
            lease = msgspec.json.decode(path.read_bytes(), type=Lease)
        except FileNotFoundError:
            # Seen twice, it is not the moment at which the file is replaced.
            self._lost += 1
            lease = Lease("" if self._lost > 1 else self.order.token)
        except (OSError, msgspec.MsgspecError):
            return
        else:
            self._lost = 0
        if lease.token != self.order.token:
            # Another process has its chunks, and what this one would save is no longer wanted.
            os._exit(0)
        if lease != self._lease:
            self._lease, self._changed = lease, time.monotonic()
        if self._saves is None:
            self._saves = lease.saves
        if lease.stop:
            self.stop.set()


def status_of(folder: Path, part: int, token: str) -> Status | None:
    """How the process with this token stands; None before it has said."""
    with suppress(OSError, msgspec.MsgspecError):
        status = msgspec.json.decode(file_of(folder, part, "status").read_bytes(), type=Status)
        return status if status.token == token else None
    return None


def work(order: Order, train: Callable[[Worker], bool]) -> None:
    """Train a part in this process.

    Args:
        train: trains until the end or until the worker is to stop, saves, and returns whether it is the end.
    """
    worker = Worker(order)
    try:
        with worker.at_work():
            ended = not worker.stop.is_set() and train(worker)
    except Exception as error:
        worker.say("failed", first_line(error) if isinstance(error, TuiGanError) else f"{type(error).__name__}: {first_line(error)}")
        raise
    worker.say("ended" if ended else "stopped")
