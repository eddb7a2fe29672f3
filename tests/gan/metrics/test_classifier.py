"""The small classifier: its shapes, its refusals, and how well the shipped weights know digits."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn import functional

import tui_gan
from tui_gan.contract.errors import UsageError
from tui_gan.gan.datasets.dataset import Images
from tui_gan.gan.metrics import measure
from tui_gan.gan.metrics.classifier import SHAPES, Classifier, of_weights

WEIGHTS = Path(tui_gan.__file__).parent / "data" / "mnist_classifier.safetensors"


@pytest.fixture(scope="module")
def shipped() -> Classifier:
    return of_weights(load_file(WEIGHTS))


def test_the_shipped_weights_are_small_and_fit(shipped: Classifier) -> None:
    assert WEIGHTS.stat().st_size <= 120_000
    assert sum(weight.numel() for weight in shipped.weights.values()) == 46_730
    images = torch.rand(5, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    features, logits = shipped.features(images), shipped.forward(images)
    assert (features.dtype, features.shape, logits.shape) == (torch.float32, (5, 64), (5, 10))
    assert features.min() >= 0
    torch.testing.assert_close(functional.linear(features, shipped.weights["fc2.weight"], shipped.weights["fc2.bias"]), logits)


def test_weights_of_another_network_are_refused() -> None:
    weights = {name: torch.zeros(shape) for name, shape in SHAPES.items()}
    for wrong in ({"fc1.bias": torch.zeros(63)}, {"fc3.bias": torch.zeros(2)}):
        with pytest.raises(UsageError, match=re.escape(next(iter(wrong)))):
            of_weights(weights | wrong)
    del weights["conv1.bias"]
    with pytest.raises(UsageError, match=r"conv1\.bias"):
        of_weights(weights)


@pytest.mark.slow
def test_the_shipped_weights_know_the_test_images(shipped: Classifier, mnist: dict[str, torch.Tensor]) -> None:
    with torch.no_grad():
        guesses = [shipped.forward(images.float() / 255).argmax(1) for images in torch.tensor_split(mnist["t10k"], 20)]
    assert (torch.cat(guesses) == mnist["t10k-labels"]).double().mean() >= 0.99


@pytest.mark.slow
def test_training_digits_are_near_the_test_digits_and_noisy_ones_are_not(shipped: Classifier, mnist: dict[str, torch.Tensor]) -> None:
    truth = Images(mnist["train"], mnist["t10k"], features=shipped.features)
    digits = mnist["train"][:5000].numpy().astype(np.float32) / 255
    noisy = np.clip(digits + np.random.default_rng(0).normal(0, 0.3, digits.shape), 0, 1).astype(np.float32)
    near, far = (measure(samples, truth, ["classifier_frechet"])["classifier_frechet"] for samples in (digits, noisy))
    assert near < 2
    assert far > 3 * near
