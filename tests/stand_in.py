"""Data sets that stand in for files, and how large the networks of a preset are."""

import functools

import pytest
import torch
from torch import Tensor

from tui_gan.contract.config import Config
from tui_gan.gan.datasets import DATASETS, Dataset, Images, Stacks, fixed, of_images, of_stacks
from tui_gan.gan.networks import parameters
from tui_gan.presets import PRESETS
from tui_gan.session.sources import STACKED, shape_of


def stand_in(config: Config, count: int = 60) -> Dataset:
    """A data set of the kind and shape that the configuration learns from, small where it would be read from files."""
    count = max(count, config.labels)
    if config.dataset in DATASETS:
        known = DATASETS[config.dataset](config.standardize)
        return fixed(known, config.training, config.seed) if config.training else known
    train = torch.randint(0, 256, (count, *shape_of(config)), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    if config.dataset in STACKED:
        digits = train[:, :1]
        return of_stacks(Stacks(digits, digits[:20]), first_ten, config.standardize, config.contrast, config.training, config.seed)
    features = (lambda images: images.flatten(1)) if shape_of(config) == (1, 28, 28) else None
    labels = torch.arange(count) % 10
    truth = Images(train, train[:20], labels, labels[:20], features, names=tuple("0123456789"))
    return of_images(truth, config.standardize, config.contrast, config.training)


def first_ten(images: Tensor) -> Tensor:
    """Logits of ten classes."""
    return images.flatten(1)[:, :10]


# Presets of one family play alike: one of three, and the others among the longer checks.
ALIKE = {name: pytest.param(name, marks=pytest.mark.slow if place % 3 else ()) for place, name in enumerate(PRESETS)}


@functools.cache
def weights_of(name: str) -> int:
    """How many weights the players of a preset have, without minibatch discrimination."""
    config = PRESETS[name].config
    counts = parameters(config, shape_of(config))
    return counts["generator"] + counts["discriminator"]
