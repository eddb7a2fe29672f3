"""The log of a run: one JSON object a line, appended, never restarted."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tui_gan.contract.errors import UsageError


class RunLog:
    """`log.jsonl`, open for one process alone.

    Each line holds `kind` (scalars, command, metrics or event), `step`, and `seconds` of training time without pauses.
    """

    def __init__(self, path: Path, step: int | None = None) -> None:
        """Open or make the log; lines of steps after `step`, which will be trained again, and a torn last line are removed.

        Raises:
            UsageError: another process writes it.
        """
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        self._unwritten = b""
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
        """Append one line.

        Raises:
            OSError: it could not be written; the rest of it goes before the next line.
        """
        # msgspec writes NaN and infinity, which JSON does not have, as null.
        line = msgspec.json.encode({"kind": kind, "step": step, "seconds": round(seconds, 3), **fields})
        self._unwritten += line + b"\n"
        self.flush()

    def flush(self) -> None:
        """Hand everything to the operating system."""
        while self._unwritten:
            self._unwritten = self._unwritten[os.write(self._file, self._unwritten) :]

    def sync(self) -> None:
        """Wait until everything is on the disk."""
        self.flush()
        os.fsync(self._file)

    def close(self) -> None:
        """Close the file and let others have it."""
        os.close(self._file)

    def cut(self, step: int) -> None:
        """Shorten the file to its whole lines up to `step`."""
        self._unwritten = b""
        # A damaged line in the middle stays, since whole ones follow it; at the end it goes.
        end = position = 0
        for line in self._path.read_bytes().splitlines(keepends=True):
            entry = _entry(line)
            position += len(line)
            if entry is not None and entry["step"] > step:
                break
            end = position if entry is not None else end
        os.ftruncate(self._file, end)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The entries of a log, a torn last line left out."""
    if path.is_file():
        for line in path.read_bytes().splitlines(keepends=True):
            if entry := _entry(line):
                yield entry


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry: Any = msgspec.json.decode(line) if line.endswith(b"\n") else None
    except msgspec.DecodeError:
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("step"), int) else None
