"""Metrics of stacked images, of hand-made images and against closed forms."""

import math

import numpy as np
import pytest
import torch

from tui_gan.contract.errors import UsageError
from tui_gan.gan.datasets import Dataset, Images, Stacks, of_stacks
from tui_gan.gan.metrics import applicable, measure, stacked
from tui_gan.gan.metrics.floors import floors

LEVELS = torch.arange(10) * 25


def logits(images: torch.Tensor) -> torch.Tensor:
    """The digit of a grey image is its level over 25."""
    return -(images.flatten(1).mean(1, keepdim=True) * 255 - LEVELS).abs()


def grey(digits: torch.Tensor) -> torch.Tensor:
    """An image of each digit, uint8 (N, 1, 2, 2)."""
    return LEVELS[digits][:, None, None, None].expand(-1, 1, 2, 2).to(torch.uint8)


def of_digits(digits: np.ndarray) -> np.ndarray:
    """Stacked images of digits (N, 3), float32 (N, 3, 2, 2)."""
    return np.repeat(digits * np.float32(25 / 255), 4).reshape(-1, 3, 2, 2).astype(np.float32)


@pytest.fixture
def dataset() -> Dataset:
    return of_stacks(Stacks(grey(torch.arange(10)), grey(torch.arange(10))), logits, True)


def test_each_channel_is_named_by_itself_and_red_counts_hundreds(dataset: Dataset) -> None:
    counts = stacked.counts(of_digits(np.array([[0, 0, 0], [9, 8, 7], [9, 8, 7], [1, 2, 3]])), dataset.truth)
    assert counts.shape == (1000,)
    assert {place: counts[place] for place in np.flatnonzero(counts)} == {0: 1, 987: 2, 123: 1}


def test_modes_and_kl_of_known_shares(dataset: Dataset) -> None:
    every = np.stack(np.unravel_index(np.arange(1000), (10, 10, 10)), 1)
    assert measure(of_digits(every), dataset.truth, stacked.NAMES) == {"stacked_modes": 1000.0, "stacked_kl": pytest.approx(0, abs=1e-12)}
    one = measure(of_digits(np.zeros((50, 3))), dataset.truth, stacked.NAMES)
    assert one == {"stacked_modes": 1.0, "stacked_kl": pytest.approx(math.log(1000))}
    half = measure(of_digits(every[:500]), dataset.truth, stacked.NAMES)
    assert half == {"stacked_modes": 500.0, "stacked_kl": pytest.approx(math.log(2))}
    # Three quarters of the samples of one triple, a quarter of another.
    uneven = measure(of_digits(np.array([[1, 1, 1]] * 3 + [[2, 2, 2]])), dataset.truth, ["stacked_kl"])["stacked_kl"]
    assert uneven == pytest.approx(math.log(1000) + 0.75 * math.log(0.75) + 0.25 * math.log(0.25))


def test_only_the_first_26000_samples_count(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacked, "SAMPLES", 3)
    digits = np.array([[0, 0, 0], [0, 0, 1], [0, 0, 2], [5, 5, 5]])
    assert measure(of_digits(digits), dataset.truth, ["stacked_modes"])["stacked_modes"] == 3


@pytest.mark.parametrize("count", [2_000, 26_000])
def test_the_floor_is_what_theory_expects_of_perfect_samples(count: int, dataset: Dataset) -> None:
    """For equal shares 2 n KL is about chi-squared with 999 degrees of freedom; of few samples the next term counts too."""
    found = floors(dataset, stacked.NAMES, count)
    expected = 999 / (2 * count) + (1000**2 - 1) / (12 * count**2)
    assert found["stacked_kl"].typical == pytest.approx(expected, rel=0.15 if count < 10_000 else 4 * math.sqrt(2 / 999))
    modes = 1000 * (1 - (1 - 1 / 1000) ** count)
    assert found["stacked_modes"].typical == pytest.approx(modes, abs=4 * math.sqrt(1000 * math.exp(-count / 1000)) + 1e-9)


def test_the_floor_is_that_of_stacks_of_the_test_images() -> None:
    """Test images of two digits make eight triples, whatever the training images are."""
    dataset = of_stacks(Stacks(grey(torch.arange(10)), grey(torch.tensor([3, 7]))), logits, True)
    found = floors(dataset, stacked.NAMES, 1_000)
    assert found["stacked_modes"].typical == 8
    assert found["stacked_kl"].typical == pytest.approx(math.log(1000 / 8), abs=0.02)


def test_other_images_and_memorising_are_refused_in_one_line(dataset: Dataset) -> None:
    plain = Images(dataset.truth.train, dataset.truth.test)
    with pytest.raises(UsageError, match="stacked_modes is not defined for this data: its images are no stacks of three digits"):
        measure(of_digits(np.zeros((2, 3))), plain, ["stacked_modes"])
    assert not {*stacked.NAMES} & {*applicable(plain)}
    assert {"stacked_modes", "stacked_kl", "precision", "recall"} <= {*applicable(dataset.truth)}
    with pytest.raises(UsageError, match="nearest_train is not defined for this data: its training images are drawn afresh"):
        measure(of_digits(np.zeros((2, 3))), dataset.truth, ["nearest_train"])
    assert not {"classifier_frechet", "feature_recall", "class_accuracy", "tstr"} & {*applicable(dataset.truth, of={"class"})}
