"""Images: uint8 on the device, decoded batch by batch."""

import dataclasses
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from tui_gan.contract.training import trained
from tui_gan.gan.datasets.dataset import Dataset, Images, gathered, of_labels

# Images from which the constants of a decoding are computed.
LOOKED_AT = 10_000
# Below the contrast of one level in one pixel, and above what rounding leaves of an image of one colour.
NO_CONTRAST = 1e-3


def of_images(truth: Images, standardize: bool, contrast: float = 0.0, training: int = 0, skip: int = 0) -> Dataset:
    """Train on images.

    Args:
        training: train on the first so many of `truth.train` alone; 0 takes all.
        skip: of those after the first `skip`, as `trained` has it.
        standardize: train in -1 .. 1, for a generator that ends in tanh; otherwise in 0 .. 1.
        contrast: train on images of which each has mean 0 and norm `contrast` (global contrast normalisation, as pylearn2 does it
            for the CIFAR-10 of Goodfellow et al. 2014); on output, which it cannot be undone for image by image, 1/2 and the mean
            contrast of the data stand in.

    Raises:
        UsageError: none are left to train on.
    """
    shape = tuple(truth.train.shape[1:])
    part = trained(len(truth.train), training, skip)
    pool = truth.train[part]
    labels = None if truth.train_labels is None else truth.train_labels[part]
    if len(pool) < len(truth.train):
        # Those behind the pool, or else those before it.
        behind = truth.train[part.stop :]
        truth = dataclasses.replace(truth, trained=pool, held_out=behind if len(behind) else truth.train[: part.start])
    units = decoding(pool, standardize, contrast)
    sample, chosen = gathered(pool, units.decode)
    classes = None if labels is None else of_labels(labels, truth.names, chosen)
    return Dataset(shape, sample, np.array([units.location]), np.array([units.scale]), truth, len(pool), chosen, classes)


class Units(NamedTuple):
    """How bytes become training units, uint8 (N, C, H, W) to float32, and these 0 (black) .. 1 (white): x * scale + location."""

    decode: Callable[[Tensor], Tensor]
    location: float
    scale: float


def decoding(pool: Tensor, standardize: bool, contrast: float) -> Units:
    """The units that images like those of `pool` are trained in; the settings are those of `of_images`."""
    if contrast:
        return Units(lambda rows: normalised(rows.float() / 255, contrast), 0.5, _mean_norm(pool) / contrast)
    if standardize:
        return Units(lambda rows: rows.float().div_(127.5).sub_(1.0), 0.5, 0.5)
    return Units(lambda rows: rows.float().div_(255.0), 0.0, 1.0)


def normalised(images: Tensor, norm: float) -> Tensor:
    """Each image minus its mean, brought to the Euclidean norm `norm`; (N, C, H, W) to the same. An image of one colour becomes 0."""
    centred = images - images.mean((1, 2, 3), keepdim=True)
    lengths = centred.square().sum((1, 2, 3), keepdim=True).sqrt()
    return norm * centred / torch.where(lengths < NO_CONTRAST, torch.ones_like(lengths), lengths)


def _mean_norm(images: Tensor) -> float:
    some = images[:LOOKED_AT].float() / 255
    centred = some - some.mean((1, 2, 3), keepdim=True)
    return math.sqrt(float(centred.square().sum((1, 2, 3)).mean()))
