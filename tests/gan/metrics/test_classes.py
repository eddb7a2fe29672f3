"""Metrics of conditional generators, against what scikit-learn and arithmetic say."""

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier

from tui_gan.contract.errors import UsageError
from tui_gan.gan.datasets import DATASETS, Images, Plane
from tui_gan.gan.metrics import applicable, classes, measure
from tui_gan.gan.metrics.classes import Asked
from tui_gan.gan.metrics.frechet import frechet

SHAPE = (1, 3, 3)


def blobs(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Images of three classes that overlap a little, uint8 (count, *SHAPE), with their labels."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count)
    images = np.clip(60 + 40 * labels[:, None, None, None] + 25 * random.standard_normal((count, *SHAPE)), 0, 255)
    return torch.from_numpy(images.astype(np.uint8)), torch.from_numpy(labels)


def features(images: torch.Tensor) -> torch.Tensor:
    return images.flatten(1)[:, :4] * 3


@pytest.fixture
def truth() -> Images:
    (train, train_labels), (test, test_labels) = blobs(400, 0), blobs(150, 1)
    return Images(train, test, train_labels, test_labels, features, names=("a", "b", "c"))


@pytest.fixture
def asked() -> Asked:
    images, labels = blobs(300, 2)
    return Asked(images.numpy().astype(np.float32) / 255, labels.numpy())


def test_accuracy_is_that_of_the_nearest_training_image(truth: Images, asked: Asked) -> None:
    judge = KNeighborsClassifier(1).fit(truth.train.flatten(1).numpy() / 255, truth.train_labels.numpy())
    expected = judge.score(asked.samples.reshape(300, -1), asked.classes)
    assert 0.8 < expected < 1
    assert classes.accuracy(asked, truth) == pytest.approx(expected, abs=1e-12)
    assert classes.accuracy(Asked(asked.samples, (asked.classes + 1) % 3), truth) < 0.2


def test_accuracy_is_that_of_a_classifier_where_there_is_one(truth: Images, asked: Asked) -> None:
    def logits(images: torch.Tensor) -> torch.Tensor:
        level = images.flatten(1).mean(1, keepdim=True) * 255
        return -(level - torch.tensor([60.0, 100.0, 140.0])).abs()

    known = Images(truth.train, truth.test, truth.train_labels, truth.test_labels, names=truth.names, classify=logits)
    nearest = np.abs(asked.samples.mean((1, 2, 3))[:, None] * 255 - np.array([60.0, 100.0, 140.0])).argmin(1)
    assert classes.accuracy(asked, known) == pytest.approx((nearest == asked.classes).mean())


def test_in_the_plane_a_sample_is_of_its_nearest_mode() -> None:
    truth = DATASETS["ring"](True).truth
    assert isinstance(truth, Plane)
    assert truth.modes is not None
    asked = np.arange(800) % 8
    samples = truth.modes[asked] + 0.05 * np.random.default_rng(0).standard_normal((800, 2))
    assert measure(samples, truth, ["class_accuracy"], {"class": Asked(samples, asked)}) == {"class_accuracy": 1.0}
    asked[:200] = (asked[:200] + 3) % 8
    assert classes.nearest_mode(Asked(samples, asked), truth) == 0.75


def test_intra_class_frechet_is_the_mean_over_classes(truth: Images, asked: Asked) -> None:
    found = []
    for number in range(3):
        mine = torch.from_numpy(asked.samples[asked.classes == number])
        real = truth.test[truth.test_labels == number].float() / 255
        found.append(frechet(features(mine), features(real)))
    assert classes.class_frechet(asked, truth) == pytest.approx(np.mean(found))
    swapped = classes.class_frechet(Asked(asked.samples, (asked.classes + 1) % 3), truth)
    assert swapped > 3 * classes.class_frechet(asked, truth)
    assert np.isnan(classes.class_frechet(Asked(asked.samples, np.zeros(300, np.int64)), truth))


def test_trained_on_generated_and_tested_on_real(truth: Images, asked: Asked) -> None:
    levels = np.rint(asked.samples * 255) / 255
    judge = KNeighborsClassifier(1).fit(levels.reshape(300, -1), asked.classes)
    expected = judge.score(truth.test.flatten(1).numpy() / 255, truth.test_labels.numpy())
    assert classes.tstr(asked, truth) == pytest.approx(expected, abs=1e-12)


def test_without_classes_they_are_not_defined(truth: Images, asked: Asked) -> None:
    names = {"class_accuracy", "class_frechet", "tstr"}
    assert names & set(applicable(truth)) == set()
    assert names <= set(applicable(truth, of={"class"}))
    with pytest.raises(UsageError, match="class_accuracy is for conditional generators"):
        measure(asked.samples, truth, ["class_accuracy"])
    unlabelled = Images(truth.train, truth.test)
    assert names & set(applicable(unlabelled, of={"class"})) == set()
    with pytest.raises(UsageError, match="the classes of its test images are not known"):
        measure(asked.samples, Images(truth.train, truth.test, truth.train_labels, names=truth.names), ["tstr"], {"class": asked})
