"""What a session keeps on disk while it trains: its log, previews and checkpoints, the newest and the best."""

import contextlib
from pathlib import Path

import numpy as np
import torch

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UnreadableError
from tui_gan.gan.metrics import METRICS
from tui_gan.session import checkpoint
from tui_gan.session.checkpoint import About
from tui_gan.session.previews import Previews
from tui_gan.session.rundir import RunDirectory
from tui_gan.session.runlog import RunLog


class Files:
    """The open files of one run."""

    def __init__(self, run: RunDirectory, config: Config, step: int | None) -> None:
        """Open them; `step` is where a resumed run goes on, None for a new run."""
        self.run, self.config = run, config
        self.log = RunLog(run.log, step)
        self.previews = Previews(run.previews, config.preview_every, step or 0)
        for partial in (*run.checkpoints.glob("*.partial"), *run.previews.glob("*.partial")):
            # What a crash left half written.
            partial.unlink(missing_ok=True)
        self._metrics = {number: _metric(path) for number, path in checkpoint.stored(run.checkpoints).items()}

    @property
    def newest(self) -> int | None:
        """The step of the newest checkpoint."""
        return max(self._metrics, default=None)

    def checkpoint(self, step: int) -> Path:
        """The file of a step's checkpoint."""
        return checkpoint.step_path(self.run.checkpoints, step)

    def save(self, state: dict[str, torch.Tensor], about: About) -> Path:
        """Write a checkpoint, then remove those that are neither among the newest nor the best.

        Raises:
            OSError: it could not be written; the older ones are all there.
        """
        self.log.sync()
        path = self.checkpoint(about.step)
        checkpoint.write(path, state, about)
        self._metrics[about.step] = about.metric
        for step in self._superseded(about.step):
            self.checkpoint(step).unlink(missing_ok=True)
            del self._metrics[step]
        return path

    def cut(self, step: int) -> None:
        """Forget what was logged and previewed after `step`, which will be trained again."""
        # What cannot be removed now is removed when the run is resumed.
        with contextlib.suppress(OSError):
            self.log.cut(step)
            self.previews.cut(step)

    def _superseded(self, now: int) -> list[int]:
        # Checkpoints after the newest state are of a course that was given up.
        steps = [step for step in sorted(self._metrics) if step <= now]
        measured = {step: self._metrics[step] for step in steps}
        finite = {step: metric for step, metric in measured.items() if metric is not None and np.isfinite(metric)}
        choose = max if METRICS[self.config.metric].better == "more" else min
        best = choose(finite, key=finite.__getitem__, default=None)
        return [step for step in self._metrics if step not in steps[-self.config.keep :] and step != best]


def _metric(path: Path) -> float | None:
    try:
        return checkpoint.read_about(path).metric
    except UnreadableError:
        return None
