"""The lock of a run directory: one process trains there, and a small file says which, where it is met, and how it ended."""

import contextlib
import fcntl
import os
import socket
import time
from pathlib import Path
from typing import Annotated

import msgspec
import psutil
from msgspec import Meta

from tui_gan.contract.errors import UsageError
from tui_gan.contract.outer import check_ordinary, printable, word

NAME = "lock.json"
# Another host is asked by its file alone, which a run there touches every BEATS seconds; after FRESH it has crashed.
BEATS, FRESH = 5.0, 30.0
LARGEST = 65_536
# Seconds between which a process may say that it began.
SAME_START = 1.0
BOOT = Path("/proc/sys/kernel/random/boot_id")


class Holder(msgspec.Struct, frozen=True):
    """Who trains in a directory, or has trained there last.

    Attributes:
        started: when the process began, in seconds since the epoch.
        uptime: the same in seconds since the machine began, which no change of its clock moves.
        boot: which beginning of the machine that was; "" where it is not known, as in files of earlier versions.
        socket: where visitors find it; "" where they do not.
        terminal: the name of the terminal that it was started on; "" once it has none.
        ended: finished, stopped or failed, at `step`; "" while it trains, and for ever where it has crashed.
    """

    host: str
    pid: Annotated[int, Meta(ge=1, lt=2**31)]
    started: float
    socket: str = ""
    terminal: str = ""
    ended: str = ""
    step: int = 0
    uptime: float = 0.0
    boot: str = ""

    @property
    def named(self) -> str:
        """Which process it is, in words."""
        here = "" if self.host == socket.gethostname() else f" on {printable(self.host)}"
        return f"process {self.pid}{here}"


class Lock:
    """The lock on a run directory, held by this process until it is released or the process ends, however it ends.

    Args:
        cure: what whoever finds it held here can do; "" is that of a run.

    Raises:
        UsageError: another process holds it; its name is said.
        OSError: the file cannot be made.
    """

    def __init__(self, run: Path, address: str = "", terminal: str = "", cure: str = "") -> None:
        self._run, self._cure = run, cure
        me = psutil.Process()
        self.holder = Holder(socket.gethostname(), me.pid, me.create_time(), address, terminal, uptime=_uptime(me), boot=_boot())
        self._file = self._taken()
        self._write()

    def change(self, **what: str | int) -> None:
        """Say something else of this process."""
        self.holder = msgspec.structs.replace(self.holder, **what)
        # What cannot be said here does not matter to the run.
        with contextlib.suppress(OSError):
            self._write()

    def beat(self) -> None:
        """Show other hosts that the run lives; make the file again where the directory has been made again and nobody has taken it."""
        with contextlib.suppress(OSError, UsageError):
            os.utime(self._file)
            path = self._run / NAME
            if self._run.is_dir() and not (path.exists() and os.path.samestat(path.stat(), os.fstat(self._file))):
                file = self._taken()
                os.close(self._file)
                self._file = file
                self._write()

    def release(self) -> None:
        """Let others have the directory."""
        os.close(self._file)

    def _taken(self) -> int:
        path = self._run / NAME
        with contextlib.suppress(FileNotFoundError):
            check_ordinary(path)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            held = False
            # Some network file systems know no locks; there what the file says has to do.
            with contextlib.suppress(OSError):
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    held = True
            before = read(self._run)
            if held or (before and (before.host, before.pid) != (self.holder.host, self.holder.pid) and is_alive(before, self._run)):
                raise UsageError(in_use(self._run, before, self._cure))
        except UsageError:
            os.close(file)
            raise
        return file

    def _write(self) -> None:
        content = msgspec.json.encode(self.holder) + b"\n"
        # Never empty in between: whoever reads meanwhile reads the old or the new.
        os.pwrite(self._file, content.ljust(os.fstat(self._file).st_size), 0)
        os.ftruncate(self._file, len(content))


def in_use(run: Path, holder: Holder | None, cure: str = "") -> str:
    """That a directory is another's, and how to reach who has it, or what else is to be done."""
    whose = holder.named if holder else "another process"
    elsewhere = bool(holder and holder.host != socket.gethostname())
    cure = cure or (
        "wait for it, or stop it there"
        if elsewhere
        else f"`tui-gan attach {word(run)}` opens its screen, `tui-gan stop {word(run)}` ends it"
    )
    return f"{run} is in use by {whose}; {cure}"


def read(run: Path) -> Holder | None:
    """Who trains in a directory, or has trained there last; None where it is not known."""
    try:
        check_ordinary(run / NAME)
        with (run / NAME).open("rb") as file:
            return msgspec.json.decode(file.read(LARGEST), type=Holder)
    except (OSError, UsageError, ValueError, RecursionError):
        # msgspec's own errors are ValueErrors; it lets those of Unicode, of long numbers and of deep nesting through.
        return None


def is_alive(holder: Holder, run: Path) -> bool:
    """Whether that process trains there still."""
    if holder.ended:
        return False
    if holder.host != socket.gethostname():
        try:
            return time.time() - (run / NAME).stat().st_mtime < FRESH
        except OSError:
            return False
    try:
        process = psutil.Process(holder.pid)
        # Where the clock is set, Linux moves the time since the epoch at which a process began; others do not.
        since_boot = holder.boot == _boot() != "" and abs(_uptime(process) - holder.uptime) < SAME_START
        return since_boot or abs(process.create_time() - holder.started) < SAME_START
    except psutil.Error:
        return False


def _uptime(process: psutil.Process) -> float:
    """How long the machine had been on when a process began, in seconds."""
    return process.create_time() - psutil.boot_time()


def _boot() -> str:
    """A name for the time since the machine began, as Linux gives it; "" elsewhere."""
    with contextlib.suppress(OSError):
        return BOOT.read_text().strip()
    return ""
