"""What a run learns from: the data set that a configuration names or the user's own data, made into samplers."""

import dataclasses
import importlib.resources
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load
from torch import Tensor

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError, choose
from tui_gan.data import images, tables
from tui_gan.data.levels import given
from tui_gan.gan.datasets import DATASETS, Dataset, Images, Stacks, fixed, of_column, of_columns, of_images, of_labels, of_stacks
from tui_gan.gan.metrics.classifier import Classifier, of_weights
from tui_gan.session import rundir

# Shapes of the known sets of images, for what is asked before their files are read.
SHAPES = {"mnist": (1, 28, 28), "fashion-mnist": (1, 28, 28), "cifar10": (3, 32, 32), "digits": (1, 8, 8), "stacked-mnist": (3, 28, 28)}
# Sets whose images are stacks of three of another set's, whose digits a classifier tells apart.
STACKED = {"stacked-mnist": "mnist"}
DIGIT = (1, 28, 28)


def dataset_of(config: Config, folder: Path) -> tuple[Dataset, tuple[str, ...]]:
    """The data set of a configuration; `folder` is where its `data` is looked for.

    Returns:
        The data set, and what was found and done, in sentences.

    Raises:
        UsageError, UnreadableError: it is not there, or cannot be learned from.
    """
    path = rundir.data_path(config, folder) if config.data else None
    levels = given(config.black, config.white)
    if levels and (path is None or config.dataset in DATASETS):
        raise UsageError(f"black {config.black:g} and white {config.white:g} are for files of your own images, given as data")
    if config.dataset in DATASETS:
        if path is None:
            known = DATASETS[config.dataset](config.standardize)
            return (fixed(known, config.training, config.seed) if config.training else known), ()
        columns = columns_of(config)
        table = tables.read_part(path, columns, config)
        made = of_column(table.values[:, 0], config.standardize) if columns == 1 else of_columns(table.values, config.standardize)
        if table.labels is not None and made.rows is not None:
            made = dataclasses.replace(made, classes=of_labels(torch.from_numpy(table.labels), table.names, made.rows))
        return made, table.notes
    if path is None and config.dataset == "images":
        raise UsageError("this preset learns from your own images: give --data a folder, an IDX, CIFAR-10, NPY or NPZ file")
    if path is None:
        choose({**DATASETS, **images.IMAGE_SETS, **STACKED}, config.dataset, "data set")
        if config.dataset in STACKED:
            return _stacked(config)
        image_set = images.named(config.dataset)
    else:
        image_set = images.read_images(path, config.size or None, config.channels or None, levels)
    return of_images(
        _truth(image_set, digits=path is None and config.dataset == "mnist"),
        config.standardize,
        config.contrast,
        config.training,
        config.training_skip,
    ), image_set.notes


def _stacked(config: Config) -> tuple[Dataset, tuple[str, ...]]:
    if config.training_skip:
        raise UsageError(f"{config.dataset} is stacked of all training images of {STACKED[config.dataset]}: set training_skip to 0")
    image_set = images.named(STACKED[config.dataset])
    made = of_stacks(
        Stacks(_shared(image_set.train), _shared(image_set.test)),
        _digit_classifier().forward,
        config.standardize,
        config.contrast,
        config.training,
        config.seed,
    )
    return made, image_set.notes


def columns_of(config: Config) -> int:
    """How many columns of numbers the data of a configuration has; 0 stands for images."""
    return DATASETS[config.dataset](config.standardize).shape[0] if config.dataset in DATASETS else 0


def shape_of(config: Config) -> tuple[int, ...]:
    """The shape of a sample as far as the configuration alone tells."""
    if columns := columns_of(config):
        return (columns,)
    return SHAPES.get(config.dataset, (config.channels or 3, config.size or 32, config.size or 32))


def _truth(image_set: images.ImageSet, digits: bool) -> Images:
    """What is known of a set; `digits` are known to be MNIST's, which a classifier tells apart."""
    train, test = _shared(image_set.train), _shared(image_set.test)
    names, train_labels, test_labels = _labels(image_set)
    known = _digit_classifier() if tuple(train.shape[1:]) == DIGIT else None
    features = known.features if known else None
    return Images(train, test, train_labels, test_labels, features, names=names, classify=known.forward if known and digits else None)


def _labels(image_set: images.ImageSet) -> tuple[tuple[str, ...], Tensor | None, Tensor | None]:
    """The names of the classes, and of training and test images the numbers of theirs, 0 .. K - 1; -1 of a class without training images.

    Labels may be any numbers, which then are the names of their classes in ascending order.
    """
    if image_set.train_labels is None:
        return (), None, None
    numbers = np.arange(len(image_set.names)) if image_set.names else np.unique(image_set.train_labels)

    def placed(labels: NDArray[np.int64]) -> Tensor:
        places = np.searchsorted(numbers, labels).clip(max=len(numbers) - 1)
        return torch.from_numpy(np.where(numbers[places] == labels, places, -1))

    names = image_set.names or tuple(str(number) for number in numbers)
    return names, placed(image_set.train_labels), None if image_set.test_labels is None else placed(image_set.test_labels)


def _shared(array: NDArray[Any]) -> Tensor:
    """A tensor over the memory of an array."""
    with warnings.catch_warnings():
        # A memory map is read-only, of which torch warns; nothing here writes to it.
        warnings.simplefilter("ignore", UserWarning)
        return torch.from_numpy(array)


def _digit_classifier() -> Classifier:
    packed = (importlib.resources.files("tui_gan.data") / "mnist_classifier.safetensors").read_bytes()
    return of_weights(load(packed))
