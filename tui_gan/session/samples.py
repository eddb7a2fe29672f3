"""Samples: drawn from a checkpoint, or read from a file, in units of the data."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.errors import UsageError
from tui_gan.data.imageset import COLOURS, described
from tui_gan.data.samples import read_image_samples
from tui_gan.data.tables import read_finite
from tui_gan.gan.datasets import Dataset
from tui_gan.gan.datasets.dataset import in_units
from tui_gan.session import checkpoint
from tui_gan.session.checkpoint import About
from tui_gan.session.observe import as_measured, generate


def of_checkpoint(path: Path, seed: int, count: int, of_class: int | None = None) -> tuple[NDArray[Any], About]:
    """Draw samples from the averaged generator of a checkpoint.

    Args:
        of_class: the number of the class that a conditional one is asked for; None for all of them in turn.

    Returns:
        (count,) on the line and (count, 2) in the plane, float64 in units of the data; images as float32 (count, C, H, W) in 0 .. 1.
    """
    network, about = checkpoint.generator(path)
    made = generate(network, about.config, seed, count, about.shares, of_class)
    samples = in_units(made, np.array(about.location), np.array(about.scale))
    if about.shape == (1,):
        return samples[:, 0], about
    return samples if len(about.shape) == 1 else np.clip(samples, 0.0, 1.0).astype(np.float32), about


def of_file(path: Path, dataset: Dataset) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Read samples in the form that the metrics of a data set take.

    Returns:
        The samples, and what was read, in sentences.

    Raises:
        UsageError: they cannot be read, or have another shape than the data.
    """
    if len(dataset.shape) == 1:
        table = read_finite(path, dataset.shape[0])
        return as_measured(table.values, dataset.truth), table.notes
    if path.suffix.lower() != ".npy":
        raise UsageError(f"samples of images are read from .npy, not {path.suffix}")
    images = read_image_samples(path, dataset.shape)
    channels, height, width = dataset.shape
    return images, (described(len(images), {(width, height)}, None, COLOURS[channels]),)
