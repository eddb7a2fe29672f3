"""The other runs beside this one, and their series, read from their logs."""

import contextlib
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from tui_gan.contract.errors import UsageError, nearest
from tui_gan.contract.snapshot import Series, frozen
from tui_gan.session import rundir, runlog
from tui_gan.session.history import CAPACITY

MOST = 50
# What a line of the log has beside the quantities that it gives.
NO_SERIES = {"kind", "step", "seconds", "pretrained"}

# When a file was changed last, in ns, and its bytes.
Stamp = tuple[int, int]


class Overlaid:
    """The series of the runs that were asked for, read anew where a log has grown.

    Args:
        own: the run directory beside which they lie.

    Attributes:
        runs: their names.
    """

    def __init__(self, own: Path) -> None:
        self.own = own.resolve()
        self.runs: tuple[str, ...] = ()
        self._read: dict[str, tuple[Stamp | None, dict[str, Series]]] = {}

    def show(self, runs: tuple[str, ...]) -> None:
        """Show these runs.

        Raises:
            UsageError: there is no such run beside this one, or its log cannot be read.
        """
        known = dict(_logs(self.own))
        for name in runs:
            if name not in known:
                raise UsageError(f"no run {name!r} beside this one{nearest(name, known)}")
        try:
            found = {name: (_stamp(known[name]), series(known[name])) for name in runs}
        except OSError as error:
            raise UsageError(f"cannot read {error.filename}: {error.strerror or error}") from None
        self.runs, self._read = tuple(found), found

    def stamps(self) -> tuple[Stamp | None, ...]:
        """What the logs were when they were last written; None of one that is gone."""
        return tuple(_stamp(self._log(name)) for name in self.runs)

    def series(self) -> dict[str, Mapping[str, Series]]:
        """The series of each run by their names; of a log that can no longer be read, those that were read last."""
        for name, (stamp, _) in list(self._read.items()):
            if (newer := _stamp(self._log(name))) not in (stamp, None):
                with contextlib.suppress(OSError):
                    self._read[name] = (newer, series(self._log(name)))
        return {name: found for name, (_, found) in self._read.items()}

    def _log(self, name: str) -> Path:
        return self.own.parent / name / "log.jsonl"


def others(own: Path) -> tuple[str, ...]:
    """The names of at most MOST other runs beside the run directory `own`, that with the newest log first."""
    stamps = {name: _stamp(log) for name, log in _logs(own)}
    return tuple(sorted(stamps, key=lambda name: stamps[name] or (0, 0), reverse=True)[:MOST])


def series(log: Path) -> dict[str, Series]:
    """The losses and metrics in a log, over steps, each decimated to at most CAPACITY points, the newest among them.

    Raises:
        OSError: it cannot be read.
    """
    found: dict[str, dict[int, float]] = {}
    for entry in runlog.read(log):
        if entry.get("kind") in ("scalars", "metrics"):
            for name, value in entry.items():
                if name not in NO_SERIES and isinstance(value, int | float | None):
                    # Where one quantity was logged twice at a step, the later line counts; null stands for what is no number.
                    found.setdefault(name, {})[entry["step"]] = math.nan if value is None else float(value)
    return {name: _decimated(points) for name, points in found.items()}


def _decimated(points: dict[int, float]) -> Series:
    stride = math.ceil(len(points) / CAPACITY)
    steps = sorted(points)[::-stride][::-1]
    return Series(frozen(steps), frozen([points[step] for step in steps]))


def _logs(own: Path) -> Iterator[tuple[str, Path]]:
    """The other run directories beside `own` whose log may be read: their names and logs."""
    own = own.resolve()
    for run in rundir.listed(own.parent):
        if run.path != own and run.log.is_file() and os.access(run.log, os.R_OK):
            yield run.path.name, run.log


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
