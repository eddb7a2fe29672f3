"""Samples: drawn from a checkpoint, or read from a file, in units of the data."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tui_gan.contract.errors import UsageError
from tui_gan.data.imageset import COLOURS, described
from tui_gan.data.samples import read_image_samples
from tui_gan.data.tables import read_finite
from tui_gan.gan.datasets import Dataset
from tui_gan.gan.datasets.dataset import in_units
from tui_gan.gan.networks.inference import encoded
from tui_gan.session import checkpoint
from tui_gan.session.checkpoint import About
from tui_gan.session.observe import as_measured, generate

# Samples that are encoded at once.
PORTION = 1_000


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


def encoded_file(checkpoint_path: Path, path: Path) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """The codes E(x) of the samples in a file, by the averaged encoder of a checkpoint.

    Returns:
        float64 (N, Z), and what was read, in sentences.

    Raises:
        UsageError: they cannot be read, or have another shape than the data of the run.
    """
    network, about = checkpoint.generator(checkpoint_path)
    samples, notes = _read(path, about.shape)
    x = torch.from_numpy(((samples - np.array(about.location)) / np.array(about.scale)).astype(np.float32))
    return torch.cat([encoded(network, part) for part in torch.split(x, PORTION)]).double().numpy(), notes


def _read(path: Path, shape: tuple[int, ...]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Samples of a shape from a file, (N, *shape), and what was read, in sentences."""
    if len(shape) == 1:
        table = read_finite(path, shape[0])
        return table.values, table.notes
    if path.suffix.lower() != ".npy":
        raise UsageError(f"samples of images are read from .npy, not {path.suffix}")
    channels, height, width = shape
    images = read_image_samples(path, (channels, height, width))
    return images, (described(len(images), {(width, height)}, None, COLOURS[channels]),)


def of_file(path: Path, dataset: Dataset) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Read samples in the form that the metrics of a data set take.

    Returns:
        The samples, and what was read, in sentences.

    Raises:
        UsageError: they cannot be read, or have another shape than the data.
    """
    samples, notes = _read(path, dataset.shape)
    return as_measured(samples, dataset.truth) if len(dataset.shape) == 1 else samples, notes
