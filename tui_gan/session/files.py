"""What a session keeps on disk while it trains: its log, previews and checkpoints, the newest and the best."""

import contextlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UnreadableError
from tui_gan.gan.metrics import METRICS
from tui_gan.session import checkpoint
from tui_gan.session.checkpoint import About
from tui_gan.session.journal import Journal
from tui_gan.session.place import Place
from tui_gan.session.previews import Previews
from tui_gan.session.rundir import RunDirectory
from tui_gan.session.runlog import RunLog


class Files:
    """The open files of one run.

    Attributes:
        log, journal: what the run writes as it goes.
        damaged: how many lines of the log could not be read when it was opened.
    """

    def __init__(self, run: RunDirectory, config: Config, step: int | None) -> None:
        """Open them; `step` is where a resumed run goes on, None for a new run."""
        self.run, self.config = run, config
        self.log = RunLog(run.log, step)
        self.journal = Journal(run.path)
        self.damaged = self.log.damaged
        self._place = Place(run, self.log, config.data)
        self.previews = Previews(run.previews, config.preview_every, step or 0)
        for partial in (*run.checkpoints.glob("*.partial"), *run.previews.glob("*.partial")):
            # What a crash left half written.
            partial.unlink(missing_ok=True)
        self._metrics = {number: _metric(path) for number, path in checkpoint.stored(run.checkpoints).items()}

    @property
    def newest(self) -> int | None:
        """The step of the newest checkpoint that is there."""
        return max((step for step in self._metrics if self.checkpoint(step).exists()), default=None)

    def checkpoint(self, step: int) -> Path:
        """The file of a step's checkpoint."""
        return checkpoint.step_path(self.run.checkpoints, step)

    def made_again(self) -> str:
        """Make again what has been moved or deleted of the directory; returns what had become of it, or "" where all is there.

        Raises:
            OSError: it cannot be made again.
        """
        said = self._place.made_again()
        if said:
            self._metrics = {step: value for step, value in self._metrics.items() if self.checkpoint(step).exists()}
        return said

    def save(self, state: dict[str, torch.Tensor], about: About) -> Path:
        """Write a checkpoint, then remove those that are neither among the newest nor the best.

        Raises:
            OSError: it could not be written, and the older ones are all there; or the log could not, and the checkpoint is.
        """
        unlogged: OSError | None = None
        try:
            self.log.sync()
        except OSError as error:
            unlogged = error
        path = self.checkpoint(about.step)
        checkpoint.write(path, state, about)
        self._metrics[about.step] = _of(about)
        for step in self._superseded(about.step):
            self.checkpoint(step).unlink(missing_ok=True)
            del self._metrics[step]
        if unlogged:
            raise unlogged
        return path

    def close(self) -> None:
        """Close them and let others have the log."""
        self._place.close()
        self.log.close()

    def cut(self, step: int) -> None:
        """Forget what was logged and previewed after `step`, which will be trained again."""
        # What cannot be removed now is removed when the run is resumed.
        with contextlib.suppress(OSError):
            self.log.cut(step)
            self.previews.cut(step)

    def _comparable(self, step: int) -> float | None:
        """The value of a checkpoint by the metric and on the data that are in force."""
        measured = self._metrics[step]
        same = measured and (measured.metric, measured.data) == (self.config.metric, self.config.data_sha256)
        return measured.value if measured and same else None

    def _superseded(self, now: int) -> list[int]:
        # Checkpoints after the newest state are of a course that was given up.
        steps = [step for step in sorted(self._metrics) if step <= now]
        finite = {step: value for step in steps if (value := self._comparable(step)) is not None and np.isfinite(value)}
        choose = max if METRICS[self.config.metric].better == "more" else min
        best = choose(finite, key=finite.__getitem__, default=None)
        return [step for step in self._metrics if step not in steps[-self.config.keep :] and step != best]


class Measured(NamedTuple):
    """The value of a metric on the data with a checksum."""

    metric: str
    data: str
    value: float | None


def _of(about: About) -> Measured:
    return Measured(about.config.metric, about.config.data_sha256, about.metric)


def _metric(path: Path) -> Measured | None:
    try:
        return _of(checkpoint.read_about(path))
    except UnreadableError:
        return None
