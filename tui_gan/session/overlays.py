"""The other runs beside this one, and their series, read from their logs."""

import contextlib
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from tui_gan.contract.errors import UsageError, nearest
from tui_gan.contract.snapshot import Series, frozen
from tui_gan.session import rundir
from tui_gan.session.course import Course, course, drawable
from tui_gan.session.history import CAPACITY

MOST = 50

# When a file was changed last, in ns, and its bytes.
Stamp = tuple[int, int]


class Overlaid:
    """The series of the runs that were asked for, read anew where a log has grown.

    Whatever is wrong with another run never concerns this one: it is told once, and what was read of it last stays.

    Args:
        directory: the run directory beside which they lie.

    Attributes:
        runs: their names.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = _resolved(directory)
        self.runs: tuple[str, ...] = ()
        self._read: dict[str, tuple[Stamp | None, dict[str, Series]]] = {}
        self._untold: list[str] = []
        self._reported: set[str] = set()

    def show(self, runs: tuple[str, ...]) -> None:
        """Show these runs.

        Raises:
            UsageError: there is no such run beside this one, or its log cannot be read.
        """
        known = dict(_logs(self.directory))
        for name in runs:
            if name not in known:
                raise UsageError(f"no run {name!r} beside this one{nearest(name, known)}")
        try:
            loaded = {name: (_stamp(known[name]), self._series(name)) for name in runs}
        except OSError as error:
            raise UsageError(f"cannot read {error.filename or name}: {error.strerror or error}") from None
        self.runs, self._read = tuple(loaded), loaded

    def stamps(self) -> tuple[Stamp | None, ...]:
        """What the logs were when they were last written; None of one that is gone."""
        return tuple(_stamp(self._log(name)) for name in self.runs)

    def series(self) -> dict[str, Mapping[str, Series]]:
        """The series of each run by their names; of a log that can no longer be read, those that were read last."""
        for name, (stamp, before) in list(self._read.items()):
            newer = _stamp(self._log(name))
            if newer is None:
                self._tell(f"the log of {name} is gone; its curves stay as they were read last")
            elif newer != stamp:
                try:
                    curves = self._series(name)
                except OSError as error:
                    self._tell(f"cannot read the log of {name} ({error.strerror or error}); its curves stay as they were read last")
                    curves = before
                self._read[name] = (newer, curves)
        return {name: curves for name, (_, curves) in self._read.items()}

    def untold(self) -> list[str]:
        """What has been found wrong with other runs since this was asked last."""
        untold, self._untold = self._untold, []
        return untold

    def _series(self, name: str) -> dict[str, Series]:
        logged = course(self._log(name))
        if logged.left_out:
            self._tell(f"{name}: {logged.left_out}", f"{name}: damaged lines")
        return series(logged)

    def _tell(self, text: str, what: str = "") -> None:
        if (what or text) not in self._reported:
            self._reported.add(what or text)
            self._untold.append(text)

    def _log(self, name: str) -> Path:
        return self.directory.parent / name / "log.jsonl"


def others(directory: Path) -> tuple[str, ...]:
    """The names of at most MOST other runs beside a run directory, that with the newest log first."""
    stamps = {name: _stamp(log) for name, log in _logs(directory)}
    return tuple(sorted(stamps, key=lambda name: stamps[name] or (0, 0), reverse=True)[:MOST])


def series(logged: Course) -> dict[str, Series]:
    """The losses and metrics of a course over steps, each decimated to at most CAPACITY points, the newest among them."""
    return {name: _decimated(points) for name, points in logged.named.items()}


def _decimated(points: dict[int, float]) -> Series:
    stride = math.ceil(len(points) / CAPACITY)
    steps = sorted(points)[::-stride][::-1]
    return Series(frozen(steps), frozen([drawable(points[step]) for step in steps]))


def _logs(directory: Path) -> Iterator[tuple[str, Path]]:
    """The other run directories beside `directory` whose log may be read: their names and logs."""
    # What is looked through may be removed, or closed to this user, at any moment.
    with contextlib.suppress(OSError):
        directory = _resolved(directory)
        for run in rundir.listed(directory.parent):
            with contextlib.suppress(OSError):
                if run.path != directory and run.log.is_file() and os.access(run.log, os.R_OK):
                    yield run.path.name, run.log


def _resolved(directory: Path) -> Path:
    """The place of a run directory for good; as it is where the working directory has been deleted."""
    with contextlib.suppress(OSError, RuntimeError):
        directory = directory.resolve()
    return directory


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
