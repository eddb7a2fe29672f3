"""Metrics of a discriminator that learned from few labels: how it classifies images that it was not trained on."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_gan.gan.datasets.dataset import Images


class Classified(NamedTuple):
    """The classes that test images are taken for, whole numbers (M,).

    Attributes:
        predicted: by the discriminator.
        alone: by the same network trained on the labelled images alone.
    """

    predicted: NDArray[np.int64]
    alone: Callable[[], NDArray[np.int16]]


def errors(classified: Classified, truth: Images) -> float:
    """The share of test images that the discriminator takes for another class than theirs, from 0 to 1.

    Salimans et al. 2016, arXiv:1606.03498, table 1, count these of 10,000: 221 with 50 labels of MNIST, 93 with 100.
    """
    return _errors(classified.predicted, truth)


def alone(classified: Classified, truth: Images) -> float:
    """The same of the discriminator's network trained on the labelled images alone, without a game and without the other images.

    What the game is worth is the distance of the two; the value is the same at each evaluation of a run.
    """
    return _errors(classified.alone(), truth)


def _errors(predicted: NDArray[np.integer], truth: Images) -> float:
    assert truth.test_labels is not None
    return float((predicted != truth.test_labels.numpy()).mean())
