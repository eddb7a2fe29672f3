"""Floors: what a perfect generator gets of a metric with as many samples, which is not 0."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from tui_gan.contract.diagnosis import Floor
from tui_gan.contract.snapshot import Floats
from tui_gan.gan.datasets.dataset import Dataset, Images, Line, Plane, Truth
from tui_gan.gan.datasets.line import of_column
from tui_gan.gan.datasets.plane import of_columns
from tui_gan.gan.metrics import METRICS, measure, stacked
from tui_gan.gan.metrics.classes import Asked
from tui_gan.gan.metrics.pixels import drawn, of_bytes

# Independent draws; of images one, since its metrics take seconds and differ little between draws.
DRAWS: dict[type, int] = {Line: 20, Plane: 20, Images: 1}
# The most rows of the user's data that a draw is measured against.
MOST = 100_000
# Metrics of images that compare with the test images, and so are measured of training images.
OF_TRAINING = ("classifier_frechet",)
# Several metrics are compared, and some of them are skewed.
SDS = 4.0
SEED = 1


def floors(dataset: Dataset, names: Sequence[str], count: int) -> dict[str, Floor]:
    """The floors of those of the named metrics that have one, for `count` samples; the same at every call."""
    return summary(list(draws(dataset, names, count)))


def draws(dataset: Dataset, names: Sequence[str], count: int) -> Iterator[dict[str, float]]:
    """The metrics of samples of the data themselves, one independent draw after the other.

    Where the distribution is known, `count` fresh samples of it are measured. Of the user's numbers half of them, at most
    `count`, are measured against the others, chosen anew each time: nobody has more of their distribution. Of images, test images are
    measured in place of generated ones, and training images where a metric compares with test images; none where there are too few.
    Of stacked images `count` are made of test images for the metrics of their triples.
    """
    truth = dataset.truth
    wanted = [name for name in names if METRICS[name].floor]
    for number in range(DRAWS[type(truth)]):
        if isinstance(truth, Images):
            yield _of_images(truth, wanted, count)
            continue
        samples, against = _halves(truth, count, number) if truth.rows else (_fresh(dataset, count, number), truth)
        enough = [name for name in wanted if len(samples) >= METRICS[name].least and not METRICS[name].of]
        yield measure(samples, against, enough)


def summary(measured: Sequence[dict[str, float]]) -> dict[str, Floor]:
    """Each metric's mean over the draws, and the mean and SDS standard deviations to the bad side."""
    by_name = {}
    for name in measured[0] if measured else ():
        values = np.array([each[name] for each in measured])
        if np.isfinite(values).all():
            worse = -1.0 if METRICS[name].better == "more" else 1.0
            by_name[name] = Floor(float(values.mean()), float(values.mean() + worse * SDS * values.std(ddof=1 if len(values) > 1 else 0)))
    return by_name


def _fresh(dataset: Dataset, count: int, number: int) -> Floats:
    samples = dataset.in_units(dataset.sample(count, torch.Generator().manual_seed(SEED + number), "cpu"))
    return samples[:, 0] if isinstance(dataset.truth, Line) else samples


def _halves(truth: Line | Plane, count: int, number: int) -> tuple[Floats, Truth]:
    """Up to half of the rows, and the others as a truth."""
    rows = truth.quantiles(truth.rows) if isinstance(truth, Line) else truth.points(truth.rows)
    order = np.random.default_rng(SEED + number).permutation(len(rows))[: count + MOST]
    cut = min(count, len(order) // 2)
    rest = rows[order[cut:]]
    return rows[order[:cut]], (of_column(rest, False) if isinstance(truth, Line) else of_columns(rest, False)).truth


def _of_images(truth: Images, wanted: Sequence[str], count: int) -> dict[str, float]:
    metrics = stacked.perfect(truth, count) if {*wanted} & {*stacked.NAMES} else {}
    for source, labels, by_training in ((truth.test, truth.test_labels, False), (truth.train, truth.train_labels, True)):
        samples: Any = of_bytes(drawn(source, count)).numpy()
        asked = None if labels is None else drawn(labels, count).numpy()
        names = [name for name in wanted if (name in OF_TRAINING) is by_training and len(samples) >= METRICS[name].least]
        names = [name for name in names if name not in stacked.NAMES]
        names = [name for name in names if asked is not None or not METRICS[name].of]
        known = {} if asked is None else {"class": Asked(samples, asked)}
        metrics |= measure(samples, truth, names, known) if names else {}
    return {name: metrics[name] for name in wanted if name in metrics}
