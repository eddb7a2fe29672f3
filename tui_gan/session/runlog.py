"""The log of a run: one JSON object a line, appended, never restarted."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tui_gan.contract.errors import UsageError
from tui_gan.contract.outer import check_ordinary
from tui_gan.session.atomic import copy
from tui_gan.session.entries import lines

# Bytes of lines that wait to be written; of more the older half is given up.
MOST_WAITING = 16 * 2**20


class RunLog:
    """`log.jsonl`, open for one process alone.

    Attributes:
        damaged: how many whole lines could not be read when it was opened or shortened last.
    """

    def __init__(self, path: Path, step: int | None = None) -> None:
        """Open or make the log; lines of steps after `step`, which will be trained again, and a torn last line are removed.

        Raises:
            UsageError: another process writes it.
            OSError: it cannot be opened.
        """
        self._path = path
        self.damaged = 0
        self._unwritten = bytearray()
        with contextlib.suppress(FileNotFoundError):
            check_ordinary(path)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        # Some network file systems know no locks; there the run goes on without this guard.
        with contextlib.suppress(OSError):
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(self._file)
                raise UsageError(f"{path.parent} is in use by another process; wait for it, or stop it") from None
        if step is not None:
            self.cut(step)

    def write(self, kind: str, step: int, seconds: float, **fields: Any) -> None:
        """Append one line; what cannot be written now waits, and goes before the next line."""
        # msgspec writes NaN and infinity, which JSON does not have, as null.
        line = msgspec.json.encode({"kind": kind, "step": step, "seconds": round(seconds, 3), **fields})
        self._unwritten += line + b"\n"
        with contextlib.suppress(OSError):
            self.flush()
        if len(self._unwritten) > MOST_WAITING:
            # It begins with the rest of a line whose beginning may be in the file, and which ends there.
            end = self._unwritten.find(b"\n", MOST_WAITING // 2)
            self._unwritten[:end] = b""

    def flush(self) -> None:
        """Hand everything to the operating system.

        Raises:
            OSError: something still waits.
        """
        with self._named():
            while self._unwritten:
                del self._unwritten[: os.write(self._file, self._unwritten)]

    def sync(self) -> None:
        """Wait until everything is on the disk."""
        self.flush()
        with self._named():
            os.fsync(self._file)

    def close(self) -> None:
        """Close the file and let others have it."""
        os.close(self._file)

    def cut(self, step: int) -> None:
        """Shorten the file to its whole lines up to `step`."""
        with contextlib.suppress(OSError):
            self.flush()
        self._unwritten.clear()
        # Steps ascend but for damage: where most lines before are of steps to keep, and most behind of later ones, it is cut.
        end = most = balance = self.damaged = 0
        with open(self._file, "rb", closefd=False) as file:
            file.seek(0)
            for line in lines(file):
                if (at := line.step) is None:
                    # In the middle it stays, since whole ones follow it; at the end it goes.
                    self.damaged += 1
                    continue
                balance += 1 if at <= step else -1
                if at <= step and balance >= most:
                    end, most = line.end, balance
        os.ftruncate(self._file, end)

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        """Under which an error names the file, as one of the system does not where only its number is known."""
        try:
            yield
        except OSError as error:
            error.filename = str(self._path)
            raise

    @property
    def gone(self) -> str:
        """What has become of the file under its path: "deleted", "moved", or "" while it is there."""
        now = os.fstat(self._file)
        # Whatever keeps the path from being looked up, the file is not found under it.
        with contextlib.suppress(OSError):
            if os.path.samestat(os.stat(self._path), now):
                return ""
        return "moved" if now.st_nlink else "deleted"

    def make_again(self) -> None:
        """Put all that the log holds under its path again, or go on in the file that somebody has put there.

        Raises:
            OSError: it could not be written, or another process writes there.
        """
        if not self._path.exists():
            copy(self._file, self._path)
        try:
            new = RunLog(self._path)
        except UsageError:
            raise OSError(errno.EBUSY, "another process writes it now", str(self._path)) from None
        os.close(self._file)
        self._file = new._file
