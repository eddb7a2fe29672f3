"""Metrics of inference networks: what an encoder that knows the truth is told, and how codes classify."""

import math

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier

from tests.gan.test_inference import trainer_of
from tui_gan.contract.config import Config
from tui_gan.gan.datasets import Images
from tui_gan.gan.metrics import inference
from tui_gan.gan.metrics.inference import Inferred
from tui_gan.gan.networks.inference import encoded
from tui_gan.session.measuring import inferred_by


def test_an_encoder_that_inverts_the_generator_has_no_error(config: Config) -> None:
    trainer = trainer_of(config, inference="deterministic")
    generator = trainer.averaged()
    dataset = trainer.dataset
    found = inferred_by(generator, dataset, dataset.scaling)
    x = torch.from_numpy(((found.real - dataset.location) / dataset.scale).astype(np.float32))
    np.testing.assert_allclose(found.again, dataset.in_units(generator(encoded(generator, x))), rtol=1e-5, atol=1e-6)
    assert inference.error(found, dataset.truth) == pytest.approx(np.linalg.norm(found.real - found.again, axis=1).mean())
    exact = Inferred(found.real, found.real.copy(), found.encode, found.features)
    assert inference.error(exact, dataset.truth) == 0
    assert inference.ratio(exact, dataset.truth) == 0
    # Of fresh samples 98.9 % lie within three standard deviations of their mode.
    assert inference.own_mode(exact, dataset.truth) == pytest.approx(1 - math.exp(-4.5), abs=0.008)
    turned = Inferred(found.real, -found.real, found.encode, found.features)
    assert inference.own_mode(turned, dataset.truth) == 0
    assert inference.ratio(
        Inferred(found.real, np.roll(found.real, 3, axis=0), found.encode, found.features), dataset.truth
    ) == pytest.approx(1, abs=0.05)


def test_codes_classify_by_the_nearest_training_image() -> None:
    labels = torch.arange(60) % 3
    images = (labels * 80 + torch.arange(60) % 7)[:, None, None, None].expand(60, 1, 2, 2).to(torch.uint8)
    truth = Images(images[:40], images[40:], labels[:40], labels[40:], names=("a", "b", "c"))
    nothing = np.zeros((1, 1, 2, 2))
    inferred = Inferred(nothing, nothing, lambda x: x[:, 0, 0, :1].astype(np.float64), lambda x: np.zeros((len(x), 1)))
    assert inference.accuracy(inferred, truth) == 1.0
    assert inference.accuracy_by_features(inferred, truth) < 0.5


@pytest.mark.parametrize("portion", [7, 1_000])
def test_the_nearest_code_is_found_among_all_portions(portion: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "PORTION", portion)
    stream = np.random.default_rng(3)
    train, test = (torch.from_numpy(stream.integers(0, 256, (count, 1, 3, 3), dtype=np.uint8)) for count in (90, 50))
    labels = [torch.from_numpy(stream.integers(0, 4, count)) for count in (90, 50)]
    truth = Images(train, test, *labels, names=("a", "b", "c", "d"))
    turned = stream.standard_normal((9, 5))

    def encode(x: np.ndarray) -> np.ndarray:
        return x.reshape(len(x), -1).astype(np.float64) @ turned

    found = inference.accuracy(Inferred(np.zeros(1), np.zeros(1), encode, encode), truth)
    by_sklearn = KNeighborsClassifier(1).fit(encode(train.numpy() / 255), labels[0]).score(encode(test.numpy() / 255), labels[1])
    assert found == pytest.approx(by_sklearn)
