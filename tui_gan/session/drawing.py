"""Data that a user draws over the picture while the run trains."""

import io
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import msgspec
import numpy as np

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.contract.snapshot import Floats
from tui_gan.data.files import fingerprint
from tui_gan.gan.datasets import Images, Line, Truth
from tui_gan.gan.metrics import METRICS, applicable
from tui_gan.session.checkpoint import write_atomically
from tui_gan.session.observe import Window
from tui_gan.session.run import Run
from tui_gan.session.sources import dataset_of
from tui_gan.session.steering import change
from tui_gan.session.undo import InForce

SAMPLES = 10_000
MOST_CELLS = 1_000_000


def draw(run: Run, weights: tuple[tuple[float, ...], ...]) -> None:
    """Have a run learn from what was drawn; the samples are written into its directory, and nothing of a drawing that is refused stays.

    The new data are standardized as any other, by their own mean and spread, which trains better than the units of before: 2,000 steps
    of toy1d after 2,000 on N(4, .5) come to W1 .0008 against .078 on a narrow bar, .25 against .94 on two far apart.

    Raises:
        UsageError: there is nothing to draw over, the weights are none, or the settings do not go with such data.
        OSError: the samples could not be written.
    """
    if isinstance(run.trainer.dataset.truth, Images):
        raise UsageError("drawing is for data on the line or in the plane, and these are images")
    if run.config.classes:
        raise UsageError("what is drawn has no classes, and this game is given the class of each sample")
    if run.phase:
        raise UsageError("not during pre-training, in which D learns the density of the present data")
    cells = _checked(weights, isinstance(run.trainer.dataset.truth, Line))
    folder = run.files.run.path
    path = next(path for path in _names(folder, run.step) if not path.exists())
    content = io.BytesIO()
    np.save(content, samples(cells, run.observer.window, np.random.default_rng([run.config.seed, run.step])))
    write_atomically(path, content.getvalue())
    try:
        config = msgspec.structs.replace(run.config, data=path.name, data_sha256=fingerprint(path), pretraining=0)
        dataset, _ = dataset_of(config, folder)
        change(run, InForce(run.knobs, measurable(config, dataset.truth), dataset))
    except UsageError:
        path.unlink(missing_ok=True)
        raise


def samples(weights: Floats, window: Window, stream: np.random.Generator) -> Floats:
    """Draw SAMPLES points, (SAMPLES, columns of numbers), evenly within the cells of the window.

    The cells are chosen by one draw in each of SAMPLES equal slices of 0 .. 1, so that each has its share to within two samples. They
    come in a random order, so that the first ones, of which `training` makes a training set, are drawn from all cells too.

    Args:
        weights: (rows, columns), row 0 the lowest; of a line one row.
    """
    reached = weights.cumsum() / weights.cumsum()[-1]
    levels = (np.arange(SAMPLES) + stream.random(SAMPLES)) / SAMPLES
    row, column = np.divmod(np.searchsorted(reached, levels, side="right"), weights.shape[1])
    low, high = (np.array(corner) for corner in window)
    places = np.stack((column, row), axis=1)[:, : len(low)] + stream.random((SAMPLES, len(low)))
    drawn: Floats = low + (high - low) * places / np.array(weights.shape[::-1])[: len(low)]
    return stream.permutation(drawn)


def measurable(config: Config, truth: Truth) -> Config:
    """The configuration with those of its metrics that are defined for the data, or with all that are where it had none of these."""
    defined = applicable(truth, by_default=True)
    names = [name for name in config.metrics if name in applicable(truth)]
    if not any(METRICS[name].better for name in names):
        names = defined
    metric = config.metric if config.metric in names else next(name for name in names if METRICS[name].better)
    stop = config.stop if config.stop.metric in names else msgspec.structs.replace(config.stop, metric="")
    return msgspec.structs.replace(config, metrics=tuple(names), metric=metric, stop=stop)


def _checked(weights: tuple[tuple[float, ...], ...], line: bool) -> Floats:
    try:
        cells = np.array(weights, dtype=np.float64)
    except (ValueError, TypeError):
        raise UsageError("the drawing has rows of different lengths, or something that is no number") from None
    if cells.ndim != 2 or not 0 < cells.size <= MOST_CELLS:
        raise UsageError(f"a drawing is 1 to {MOST_CELLS:,} cells in rows and columns, and this has shape {cells.shape}")
    if line and len(cells) != 1:
        raise UsageError(f"a drawing on the line has one row of cells, not {len(cells)}")
    if not np.isfinite(cells).all() or (cells < 0).any():
        raise UsageError("every cell of a drawing has a finite weight of 0 or more")
    if not cells.any():
        raise UsageError("the drawing is empty: no cell has any weight")
    # So that no sum of them overflows.
    scaled: Floats = cells / cells.max()
    return scaled


def _names(folder: Path, step: int) -> Iterator[Path]:
    """Where the samples of a step may lie: what an older checkpoint learns from is never written over."""
    yield folder / f"drawn-{step}.npy"
    yield from (folder / f"drawn-{step}-{number}.npy" for number in count(2))
