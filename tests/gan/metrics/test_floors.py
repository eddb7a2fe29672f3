"""What a perfect generator gets: from fresh draws where the distribution is known, from halves of the user's data where it is not."""

import math

import numpy as np
import pytest

from tests.gan.metrics.conftest import Case
from tui_gan.gan.datasets import DATASETS, Dataset, of_column, of_columns
from tui_gan.gan.metrics import METRICS
from tui_gan.gan.metrics.floors import draws, floors


def test_of_a_gaussian_the_floor_of_ks_is_that_of_independent_draws() -> None:
    """The mean of sqrt(N) KS is sqrt(pi / 2) ln 2 = 0.8687 (Kolmogorov's distribution), its standard deviation 0.2603."""
    found = floors(DATASETS["gaussian"](True), ["w1", "ks", "js", "mean"], 4_096)
    assert found["ks"].typical == pytest.approx(math.sqrt(math.pi / 2) * math.log(2) / 64, rel=0.15)
    assert found["ks"].limit == pytest.approx((0.8687 + 4 * 0.2603) / 64, rel=0.25)
    # Both directions of a bin's count are noise: about (bins - 1) / (8 N) of about 50 bins that are filled.
    assert 0.001 < found["js"].typical < 0.004
    assert "mean" not in found


def test_floors_fall_with_the_number_of_samples_and_are_the_same_again() -> None:
    data = DATASETS["gaussian"](True)
    few, many = floors(data, ["ks"], 500), floors(data, ["ks"], 8_000)
    assert few["ks"].typical == pytest.approx(4 * many["ks"].typical, rel=0.3)
    assert floors(data, ["ks"], 500) == few


def test_of_a_hundred_rows_js_in_the_plane_has_a_high_floor() -> None:
    points = np.random.default_rng(0).standard_normal((100, 2))
    found = floors(of_columns(points, True), ["js", "sliced_w1"], 10_000)
    assert 0.5 < found["js"].typical <= math.log(2)
    many = np.random.default_rng(0).standard_normal((20_000, 2))
    assert floors(of_columns(many, True), ["js"], 10_000)["js"].typical < 0.1


def test_halves_are_disjoint_and_two_rows_are_enough() -> None:
    data = of_column(np.arange(1000.0), True)
    for each in draws(data, ["ks"], 10_000):
        assert 0 < each["ks"] < 0.2
    assert floors(of_column(np.array([1.0, 2.0]), True), ["ks", "w1"], 100)["ks"].typical == 1.0


def test_a_perfect_generator_reaches_a_ceiling(plane: Case) -> None:
    ring = floors(DATASETS["ring"](True), ["hq", "reverse_kl"], 2_500)
    assert ring["hq"].typical == pytest.approx(1 - math.exp(-4.5), abs=0.003)
    assert ring["hq"].limit < ring["hq"].typical
    assert ring["reverse_kl"].typical == pytest.approx(7 / (2 * 2_500), rel=0.5)


def test_of_images_test_images_stand_in(images: Case) -> None:
    names = ["precision", "recall", "coverage", "feature_coverage", "classifier_frechet", "nearest_train"]
    found = floors(Dataset((1, 10, 10), None, np.zeros(1), np.ones(1), images.truth), names, 2_000)  # type: ignore[arg-type]
    assert set(found) == set(names) - {"nearest_train"}
    assert 0.5 < found["precision"].typical <= 1
    assert all(METRICS[name].floor for name in found)
