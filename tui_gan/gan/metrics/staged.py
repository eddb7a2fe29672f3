"""Metrics of the first of two stages, whose images are enlarged, bilinear, to the size of the second's: what the second one adds."""

from tui_gan.gan.datasets.dataset import Images
from tui_gan.gan.metrics import classes
from tui_gan.gan.metrics.classes import Asked
from tui_gan.gan.metrics.frechet import classifier_frechet


def accuracy(first: Asked, truth: Images) -> float:
    """`class_accuracy` of them, from 0 to 1; a classifier of large images knows enlarged ones less well."""
    return classes.accuracy(first, truth)


def frechet(first: Asked, truth: Images) -> float:
    """`classifier_frechet` of them: the second stage is sharper where its own is lower (Zhang et al. 2016, arXiv:1612.03242)."""
    return classifier_frechet(first.samples, truth)
