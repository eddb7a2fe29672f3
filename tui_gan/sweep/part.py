"""One of several processes that train a sweep: a file says what it is to do, and it says in another how far it is."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import msgspec

from tui_gan.contract.errors import TuiGanError, first_line
from tui_gan.session.atomic import replacing
from tui_gan.sweep.saved import WORKERS
from tui_gan.sweep.sweep import Told

# Seconds between two looks at what is to be done, and between two words on how far it is.
LOOK = 1.0


class Order(msgspec.Struct, frozen=True):
    """What a process is to train.

    Attributes:
        folder: of the sweep.
        part: its number; `token` names this one of the processes that train it one after another.
        chunks: by their numbers.
        cores: that it may take; 0 for all that the system lets it have.
        save_every: seconds between two saves.
    """

    folder: str
    part: int
    token: str
    chunks: tuple[int, ...]
    engine: str
    cores: int
    save_every: float


class Lease(msgspec.Struct, frozen=True):
    """Who may train a part: the process with this token; and whether it is to save and end."""

    token: str
    stop: bool = False


class Status(msgspec.Struct, frozen=True):
    """How a process stands.

    Attributes:
        token: of its order.
        state: "stopped" is saved, before its end; "failed" has a `why`.
        done: steps of its members together.
        notes: what has been told of its programs.
    """

    token: str
    state: Literal["training", "ended", "stopped", "failed"]
    host: str
    process: int
    done: int = 0
    why: str = ""
    notes: tuple[str, ...] = ()


def file_of(folder: Path, part: int, kind: str) -> Path:
    """The file of a part: its "lease" or "status" as JSON, or its "course"."""
    return folder / WORKERS / f"{kind}-{part}.{'csv' if kind == 'course' else 'json'}"


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


class Worker:
    """This process.

    Attributes:
        stop: set when it is to save and end: the lease says so, or the system, which ends a job whose time is over by a signal.
        done: steps of its members together, for the next word.
    """

    def __init__(self, order: Order) -> None:
        self.order, self.folder = order, Path(order.folder)
        self.stop = threading.Event()
        self.done = 0
        self._notes: list[str] = []
        self._over = threading.Event()
        self._lost = 0

    def note(self, text: str) -> None:
        """Pass on what is told of programs."""
        self._notes.append(text)

    def tell(self, told: Told) -> None:
        """Take how far it is."""
        self.done = told.done

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
        status = Status(self.order.token, state, socket.gethostname(), os.getpid(), self.done, why, tuple(self._notes))
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
