"""Metrics of images against scikit-learn and scipy, and at values that are known."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy import linalg
from sklearn.neighbors import KernelDensity, NearestNeighbors

from tui_gan.contract.errors import UsageError
from tui_gan.gan.datasets.dataset import Images
from tui_gan.gan.datasets.images import of_images
from tui_gan.gan.metrics import parzen as windows
from tui_gan.gan.metrics import pixels
from tui_gan.gan.metrics.frechet import classifier_frechet, frechet
from tui_gan.gan.metrics.manifold import manifold
from tui_gan.gan.metrics.nearest import nearest_train


def flat(images: torch.Tensor) -> np.ndarray:
    return images.flatten(1).double().numpy() / 255


def test_log_likelihoods_are_scikit_learns(images: Any) -> None:
    centres, test = images.good.reshape(len(images.good), -1), images.truth.test
    found = windows.log_likelihoods(test, torch.from_numpy(centres), windows.SIGMAS)
    for column, sigma in zip(found.T, windows.SIGMAS, strict=True):
        expected = KernelDensity(bandwidth=sigma).fit(centres.astype(np.float64)).score_samples(flat(test))
        np.testing.assert_allclose(column, expected, atol=1e-3)


def test_parzen_is_the_protocol_of_goodfellow_written_out(images: Any) -> None:
    centres = images.good.reshape(len(images.good), -1).astype(np.float64)
    likelihoods = {sigma: KernelDensity(bandwidth=sigma).fit(centres) for sigma in np.logspace(-1, 0, 10)}
    # Five sixths of 600 training images.
    best = max(likelihoods.values(), key=lambda each: each.score(flat(images.truth.train[500:600])))
    expected = best.score_samples(flat(images.truth.test))
    found = windows.parzen(images.good, images.truth)
    assert found["parzen"] == pytest.approx(expected.mean(), abs=1e-3)
    assert found["parzen_se"] == pytest.approx(expected.std() / math.sqrt(len(expected)), rel=1e-4)


def test_the_window_is_chosen_on_images_that_are_not_trained_on(images: Any) -> None:
    held_out = dataclasses.replace(images.truth, held_out=images.truth.test[:40])
    centres = images.good.reshape(len(images.good), -1).astype(np.float64)
    # Images as wide apart as the window that fits them best.
    far = dataclasses.replace(images.truth, held_out=255 - images.truth.test[:40])
    for truth in (held_out, far):
        likelihoods = {sigma: KernelDensity(bandwidth=sigma).fit(centres) for sigma in np.logspace(-1, 0, 10)}
        best = max(likelihoods.values(), key=lambda each: each.score(flat(truth.held_out)))
        found = windows.parzen(images.good, truth)
        assert found["parzen"] == pytest.approx(best.score_samples(flat(truth.test)).mean(), abs=1e-3)
    assert windows.parzen(images.good, held_out) != windows.parzen(images.good, far)


def test_parzen_of_one_black_image_is_the_gaussian_density() -> None:
    black = Images(torch.zeros(6, 1, 3, 3, dtype=torch.uint8), torch.full((2, 1, 3, 3), 255, dtype=torch.uint8))
    # The validation image is the sample itself, so that the narrowest window is taken.
    found = windows.parzen(np.zeros((4, 1, 3, 3), np.float32), black)
    assert found["parzen"] == pytest.approx(-9 / (2 * 0.01) - 9 * math.log(0.1 * math.sqrt(2 * math.pi)))
    assert found["parzen_se"] == 0


def test_blocks_change_nothing(images: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for metric in (windows.parzen, manifold, nearest_train, classifier_frechet):
        whole = metric(images.good, images.truth)
        with monkeypatch.context() as patched:
            for module in ("parzen", "pixels", "nearest", "frechet"):
                patched.setattr(f"tui_gan.gan.metrics.{module}.BLOCK", 37)
            assert metric(images.good, images.truth) == pytest.approx(whole, rel=1e-5)


@pytest.mark.parametrize("kind", ["good", "bad", "blurred"])
def test_manifold_is_that_of_scikit_learns_neighbours(kind: str, images: Any) -> None:
    samples = (images.good + images.good[::-1]) / 2 if kind == "blurred" else getattr(images, kind)
    fake = samples.reshape(len(samples), -1).astype(np.float64)
    real = flat(pixels.drawn(images.truth.train, 200))
    radii = {}
    for name, rows, k in (("real", real, 3), ("fake", fake, 3), ("wide", real, 5)):
        radii[name] = NearestNeighbors(n_neighbors=k).fit(rows).kneighbors()[0][:, -1]
    apart = np.sqrt(((fake[:, None] - real) ** 2).sum(2))
    expected = {
        "precision": (apart <= radii["real"]).any(1).mean(),
        "recall": (apart <= radii["fake"][:, None]).any(0).mean(),
        "density": (apart <= radii["wide"]).sum() / (5 * 200),
        "coverage": (apart.min(0) <= radii["wide"]).mean(),
    }
    assert manifold(samples, images.truth) == pytest.approx(expected)


def test_real_images_are_on_their_own_manifold(images: Any) -> None:
    found = manifold(pixels.of_bytes(images.truth.train).numpy(), images.truth)
    assert (found["precision"], found["recall"], found["coverage"]) == (1, 1, 1)


def test_drawn_images_are_of_all_the_data_whatever_its_order() -> None:
    train = torch.arange(6000)[:, None]
    for classes in (train // 600, train % 10):
        shares = torch.bincount(pixels.drawn(classes, 2000).flatten(), minlength=10)
        assert shares.min() > 150
    assert len(pixels.drawn(train, 2000).unique()) == 2000
    assert torch.equal(pixels.drawn(train, 6000), train)


def test_one_image_again_and_again_is_precise_and_covers_little(images: Any) -> None:
    found = manifold(np.repeat(pixels.of_bytes(images.truth.train[:1]).numpy(), 200, axis=0), images.truth)
    assert found["precision"] == 1
    assert found["coverage"] < 0.1
    assert found["recall"] < 0.1


def test_frechet_is_that_of_scipys_matrix_root() -> None:
    stream = np.random.default_rng(0)
    a, b = stream.normal(size=(300, 7)) @ stream.normal(size=(7, 7)), stream.gamma(2, size=(200, 7))
    one, two = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    expected = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(one + two - 2 * linalg.sqrtm(one @ two).real)
    assert frechet(torch.from_numpy(a), torch.from_numpy(b)) == pytest.approx(expected, rel=1e-9)


def test_frechet_of_a_shift_is_its_square_and_of_itself_0() -> None:
    a = torch.randn(100, 5, generator=torch.Generator().manual_seed(0))
    assert frechet(a, a) == pytest.approx(0, abs=1e-9)
    assert frechet(a, a.double() + 2) == pytest.approx(5 * 4)
    # A feature that never fires leaves a covariance without an inverse.
    a[:, 2] = 0
    assert frechet(a, 3 * a.double()) == pytest.approx(float((2 * a.double().mean(0)).square().sum() + 4 * torch.cov(a.T.double()).trace()))


def test_classifier_frechet_compares_the_features_of_samples_and_test_images(images: Any) -> None:
    truth = images.truth
    expected = frechet(truth.features(torch.from_numpy(images.good)), truth.features(truth.test.float() / 255))
    assert classifier_frechet(images.good, truth) == pytest.approx(expected, rel=1e-5)


def test_nearest_train_is_the_ratio_of_scikit_learns_distances(images: Any) -> None:
    train = NearestNeighbors(n_neighbors=1).fit(flat(images.truth.train))
    for samples in (images.good, images.bad):
        fake = train.kneighbors(samples.reshape(len(samples), -1).astype(np.float64))[0].mean()
        assert nearest_train(samples, images.truth) == pytest.approx(fake / train.kneighbors(flat(images.truth.test))[0].mean(), rel=1e-6)


def test_nearest_train_is_0_of_what_was_memorised_and_about_1_of_what_is_new(images: Any) -> None:
    assert nearest_train(pixels.of_bytes(images.truth.train[40:90]).numpy(), images.truth) == 0
    assert nearest_train(images.good, images.truth) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize(("training", "skip"), [(50, 0), (50, 100), (0, 560)])
def test_nearest_train_looks_through_what_is_trained_on_alone(images: Any, training: int, skip: int) -> None:
    first, last = skip, skip + training if training else 600
    truth = of_images(images.truth, True, training=training, skip=skip).truth
    train = NearestNeighbors(n_neighbors=1).fit(flat(images.truth.train[first:last]))
    unseen = train.kneighbors(flat(images.truth.test))[0].mean()
    left_out = images.truth.train[200:300]
    assert nearest_train(pixels.of_bytes(left_out).numpy(), truth) == pytest.approx(train.kneighbors(flat(left_out))[0].mean() / unseen)
    assert nearest_train(pixels.of_bytes(images.truth.train[first:last]).numpy(), truth) == 0


def test_nearest_train_is_nan_where_nothing_is_unseen(images: Any) -> None:
    assert math.isnan(nearest_train(images.good, Images(images.truth.train, images.truth.train[:9])))


def test_colour_images_are_measured(images: Any) -> None:
    stream = torch.Generator().manual_seed(0)
    train, test = (torch.randint(256, (count, 3, 4, 5), dtype=torch.uint8, generator=stream) for count in (40, 10))
    samples = np.random.default_rng(0).random((12, 3, 4, 5), dtype=np.float32)
    for metric in (windows.parzen, manifold):
        assert all(map(math.isfinite, metric(samples, Images(train, test)).values()))
    assert nearest_train(samples, Images(train, test)) == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize(
    ("metric", "train", "test", "told"),
    [
        (windows.parzen, 6, 0, "at least 1 test images"),
        (windows.parzen, 0, 3, "at least 1 validation images"),
        (manifold, 5, 3, "at least 6 training images; the data has 5"),
        (nearest_train, 6, 0, "at least 1 test images"),
    ],
)
def test_too_few_real_images_are_refused(metric: Any, train: int, test: int, told: str, images: Any) -> None:
    with pytest.raises(UsageError, match=told):
        metric(images.good, Images(images.truth.train[:train], images.truth.test[:test]))


@pytest.mark.slow
def test_parzen_of_real_digits_is_what_it_was_measured_to_be(mnist: dict[str, torch.Tensor]) -> None:
    truth = Images(mnist["train"], mnist["t10k"])
    chosen = torch.from_numpy(np.random.default_rng(0).choice(60_000, 10_000, replace=False))
    samples = pixels.of_bytes(mnist["train"][chosen])
    found = windows.parzen(samples.numpy(), truth)
    assert found["parzen"] == pytest.approx(243, abs=2)
    assert found["parzen_se"] == pytest.approx(2.1, abs=0.1)
    means = windows.log_likelihoods(mnist["train"][50_000:51_000], samples.flatten(1), windows.SIGMAS).mean(0)
    assert windows.SIGMAS[int(means.argmax())] == pytest.approx(0.1668, abs=1e-4)
