"""How many samples and how much of the data each metric and each floor reads: what lies behind is not read, and the last one is."""

import contextlib
import dataclasses
import math
import sys
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from tests.gan.metrics.conftest import Case
from tui_gan.gan import diagnosis
from tui_gan.gan.datasets import DATASETS, of_column, of_columns
from tui_gan.gan.datasets.dataset import Dataset, Images, Line, Plane
from tui_gan.gan.metrics import METRICS, applicable, classifier, frechet, line, manifold, measure, nearest, parzen, pixels, plane
from tui_gan.gan.metrics.floors import draws, floors, summary

Measure = Callable[[Any], float]


def tiny(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((count, 1, 1, 2), dtype=np.float32)


def tiny_truth(count: int) -> Images:
    train = torch.from_numpy((tiny(count, 0) * 255).astype(np.uint8))
    test = torch.from_numpy((tiny(20, 9) * 255).astype(np.uint8))
    return Images(train, test, features=lambda images: images.flatten(1))


def points(count: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((count, 2))


def plane_truth(count: int) -> Plane:
    truth = of_columns(points(count), False).truth
    assert isinstance(truth, Plane)
    return truth


def of_first(count: int, kind: str) -> tuple[Any, Measure]:
    """Samples of which the first `count` are to be read, and the metric."""
    ways: dict[str, tuple[Callable[[], Any], Measure]] = {
        "parzen": (lambda: tiny(count + 3, 2), lambda x: parzen.parzen(x, tiny_truth(60))["parzen"]),
        "manifold": (lambda: tiny(count + 3, 2), lambda x: manifold.manifold(x, tiny_truth(count))["density"]),
        "nearest": (lambda: tiny(count + 3, 2), lambda x: nearest.nearest_train(x, tiny_truth(60))),
        "frechet": (lambda: tiny(count + 3, 2), lambda x: frechet.classifier_frechet(x, tiny_truth(60))),
        "mmd": (lambda: points(count + 3), lambda x: plane.mmd(x, plane_truth(400))),
        "sliced_w1": (lambda: points(count + 3)[::-1], lambda x: plane.sliced_w1(x, plane_truth(count + 3))),
        "hq": (
            lambda: points(count + 3),
            lambda x: plane.by_modes(x, dataclasses.replace(plane_truth(9), modes=np.zeros((1, 2)), mode_sd=9.0))["hq"],
        ),
    }
    make, metric = ways[kind]
    return make(), metric


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("parzen", 10_000),
        ("manifold", 2_000),
        ("nearest", 1_000),
        ("frechet", 10_000),
        ("mmd", 2_000),
        ("sliced_w1", 10_000),
        ("hq", 2_500),
    ],
)
def test_a_metric_reads_the_first_samples_and_no_more(kind: str, count: int) -> None:
    samples, metric = of_first(count, kind)
    whole = metric(samples)
    behind, last = samples.copy(), samples.copy()
    behind[count:] = 50
    last[count - 1] = 50
    assert metric(behind) == whole
    assert metric(last) != whole


def test_as_many_points_of_the_data_are_compared() -> None:
    """MMD reads the first 2,000 points of the data, its scale the first 500 of them; sliced W1 as many as there are samples."""
    asked: list[int] = []
    data = points(3_000)
    truth = Plane(lambda count: asked.append(count) or data[:count], rows=3_000)
    plane.mmd(points(30), truth)
    plane.sliced_w1(points(30), truth)
    plane.js(points(30), truth)
    assert asked == [2_000, 30, 100_000]
    # Where all but the first 500 points are one, the scale is still that of the first.
    stretched = data[:600].copy()
    stretched[500:] = 0
    x, y = points(40), stretched
    gaps = np.hypot(*(y[:500, None] - y[:500]).transpose(2, 0, 1))
    scale = np.median(gaps[np.triu_indices(500, 1)])

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        squares = ((a[:, None] - b) ** 2).sum(2)
        return np.mean([np.exp(-squares / (2 * (c * scale) ** 2)) for c in (0.25, 0.5, 1, 2, 4)], axis=0)

    xx, yy = kernel(x, x), kernel(y, y)
    expected = (xx.sum() - 40) / (40 * 39) + (yy.sum() - 600) / (600 * 599) - 2 * kernel(x, y).mean()
    assert plane.mmd(x, Plane(lambda count: y[:count])) == pytest.approx(expected, rel=1e-6)


def test_one_training_image_is_compared_for_each_sample_and_drawn_by_the_fixed_seed() -> None:
    truth = tiny_truth(300)
    for count in (50, 80):
        few = dataclasses.replace(truth, train=pixels.drawn(truth.train, count))
        for metric in (manifold.manifold, manifold.by_features):
            assert metric(tiny(count, 3), truth) == metric(tiny(count, 3), few)
    black, white = torch.zeros(9, 1, 1, 2, dtype=torch.uint8), torch.full((9, 1, 1, 2), 255, dtype=torch.uint8)
    assert manifold.without_neighbours(Images(black[:6], white)) is None
    assert manifold.without_neighbours(Images(black[:5], white)) is not None
    for reason in (manifold.without_features, frechet.without_features):
        assert reason(Images(black, white)) == "the classifier knows grey images of 28x28 alone"
    assert frechet.without_features(Images(black, white[:2], features=lambda x: x)) is None
    assert frechet.without_features(Images(black, white[:1], features=lambda x: x)) is not None


def test_the_window_is_chosen_on_the_first_thousand_that_are_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[torch.Tensor] = []
    likelihoods = parzen.log_likelihoods
    monkeypatch.setattr(parzen, "log_likelihoods", lambda images, *others: asked.append(images) or likelihoods(images, *others))
    truth, many = tiny_truth(9_000), torch.from_numpy((tiny(1_200, 5) * 255).astype(np.uint8))
    parzen.parzen(tiny(30, 1), dataclasses.replace(truth, held_out=many))
    # Without such images they are the first thousand behind five sixths of the training images.
    parzen.parzen(tiny(30, 1), truth)
    assert torch.equal(asked[0], many[:1_000])
    assert torch.equal(asked[2], truth.train[7_500:8_500])
    assert all(torch.equal(each, truth.test) for each in asked[1::2])


def test_metrics_that_compare_with_test_images_have_the_floor_of_training_images(images: Case) -> None:
    truth = images.truth
    assert isinstance(truth, Images)
    data = Dataset((1, 10, 10), None, np.zeros(1), np.ones(1), truth)  # type: ignore[arg-type]
    count = 40
    (found,) = draws(data, ["precision", "classifier_frechet"], count)
    test, train = (pixels.of_bytes(pixels.drawn(source, count)).numpy() for source in (truth.test, truth.train))
    assert list(found) == ["precision", "classifier_frechet"]
    assert found["precision"] == measure(test, truth, ["precision"])["precision"]
    assert found["classifier_frechet"] == measure(train, truth, ["classifier_frechet"])["classifier_frechet"]
    (few,) = draws(data, ["precision", "classifier_frechet"], 5)
    assert list(few) == ["classifier_frechet"]


@pytest.mark.parametrize("rows", [9, 300])
def test_of_rows_a_half_or_as_many_as_samples_are_measured_against_the_others(rows: int) -> None:
    values = np.random.default_rng(2).standard_normal(rows)
    data, count = of_column(values, True), 40
    cut = min(count, rows // 2)
    for number, found in enumerate(draws(data, ["w1"], count)):
        order = np.random.default_rng(1 + number).permutation(rows)
        ordered = np.sort(values)
        against = of_column(ordered[order[cut:]], False).truth
        assert isinstance(against, Line)
        assert found["w1"] == pytest.approx(line.w1(ordered[order[:cut]], against))
    assert number == 19
    both = np.random.default_rng(2).standard_normal((rows, 2))
    flat = of_columns(both, True)
    assert isinstance(flat.truth, Plane)
    order = np.random.default_rng(1).permutation(rows)
    laid = flat.truth.points(rows)
    (first, *_) = draws(flat, ["sliced_w1"], count)
    assert first["sliced_w1"] == pytest.approx(plane.sliced_w1(laid[order[:cut]], of_columns(laid[order[cut:]], False).truth))  # type: ignore[arg-type]


def test_a_known_distribution_is_drawn_afresh_twenty_times() -> None:
    for name, metric in (("gaussian", "w1"), ("ring", "hq")):
        data = DATASETS[name](True)
        found = list(draws(data, [metric, "mean" if name == "gaussian" else "modes"], 50))
        assert len(found) == 20
        for number, each in enumerate(found):
            samples = data.in_units(data.sample(50, torch.Generator().manual_seed(1 + number), "cpu"))
            assert each == measure(samples[:, 0] if name == "gaussian" else samples, data.truth, [metric])
    # Too few samples for a metric leave it out.
    assert "mmd" not in next(iter(draws(DATASETS["ring"](True), ["mmd", "js"], 1)))


def test_a_floor_is_the_mean_and_four_standard_deviations_to_the_bad_side() -> None:
    measured = [{"w1": 1.0, "hq": 0.9, "ks": 0.1}, {"w1": 2.0, "hq": 0.8, "ks": math.nan}, {"w1": 6.0, "hq": 0.7, "ks": 0.2}]
    found = summary(measured)
    assert found.keys() == {"w1", "hq"}
    assert found["w1"].typical == 3
    assert found["w1"].limit == pytest.approx(3 + 4 * math.sqrt(7))
    assert (found["hq"].typical, found["hq"].limit) == (pytest.approx(0.8), pytest.approx(0.8 - 0.4))
    (one,) = summary([{"w1": 2.0}]).values()
    assert (one.typical, one.limit) == (2, 2)
    assert summary([]) == {}
    assert METRICS["hq"].better == "more"
    assert floors(of_column(np.array([1.0, 2.0]), True), ["mean"], 10) == {}


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.least == 2 and not metric.asked and not metric.of])
def test_the_fewest_samples_are_those_that_the_formula_takes(name: str, cases: dict[type, Case]) -> None:
    """Of as many it is a number, of one alone a division by zero, or the covariance of one sample."""
    metric = METRICS[name]
    for kind, way in metric.ways.items():
        case = cases[kind]

        def value(count: int, case: Case = case, way: Callable[[Any, Any], Any] = way) -> float:
            found = way(case.good[:count], case.truth)
            return float(found[name] if isinstance(found, dict) else found)

        assert math.isfinite(value(metric.least))
        # One too few is an error, a warning, which is an error here, or no number.
        with warnings.catch_warnings(), contextlib.suppress(ZeroDivisionError, RuntimeError, ValueError, UserWarning):
            warnings.simplefilter("error")
            assert not math.isfinite(value(metric.least - 1))


def test_a_fifth_neighbour_takes_six_images(images: Case) -> None:
    """Among five it is infinitely far, so that samples from anywhere would cover all."""
    far = images.good[:6] + 100
    for metric in (manifold.manifold, manifold.by_features):
        for count, covered in ((5, 1.0), (6, 0.0)):
            found = metric(far[:count], images.truth)
            assert next(value for name, value in found.items() if name.endswith("coverage")) == covered
    assert manifold.LEAST == 6


def test_what_a_diagnosis_rests_on_has_floors() -> None:
    for truth_kind, names in diagnosis.JUDGED.items():
        for name in names:
            assert truth_kind in METRICS[name].ways
            # The ratio of standard deviations is described, and not compared.
            assert METRICS[name].floor is (name != "sd_ratio")
    assert {name for name in (*diagnosis.CLOSE, *diagnosis.ASIDE) if not METRICS[name].floor} == set()
    described = {name for name, metric in METRICS.items() if metric.better is None}
    assert not any(METRICS[name].floor for name in described)


def test_what_rests_on_features_is_left_out_where_there_are_none(images: Case) -> None:
    bare = dataclasses.replace(images.truth, features=None)  # type: ignore[arg-type]
    left_out = set(applicable(images.truth)) - set(applicable(bare))
    assert left_out == {name for name in applicable(images.truth) if name.startswith(("feature_", "classifier_"))}
    assert len(left_out) == 5


def test_fid_and_kid_are_of_ten_thousand_images(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    library = types.ModuleType("torch_fidelity")
    found = {"frechet_inception_distance": 1.0, "kernel_inception_distance_mean": 2.0}
    library.calculate_metrics = lambda **how: asked.append(how) or found  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch_fidelity", library)
    measure(tiny(10_003, 2), tiny_truth(10_004), ["fid"])
    assert [len(asked[0][name]) for name in ("input1", "input2")] == [10_000, 10_000]
    assert asked[0]["kid_subset_size"] == 1_000


def test_the_classifier_is_torchs_layers_with_its_weights() -> None:
    stream = torch.Generator().manual_seed(0)
    weights = {name: torch.randn(shape, generator=stream) / math.prod(shape[1:]) ** 0.5 for name, shape in classifier.SHAPES.items()}
    layers = torch.nn.Sequential(
        torch.nn.Conv2d(1, 16, 5),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(16, 32, 5),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(512, 64),
        torch.nn.ReLU(),
        torch.nn.Linear(64, 10),
    )
    for name, number in {"conv1": 0, "conv2": 3, "fc1": 7, "fc2": 9}.items():
        layers[number].load_state_dict({part: weights[f"{name}.{part}"] for part in ("weight", "bias")})
    made, digits = classifier.of_weights(weights), torch.rand(6, 1, 28, 28, generator=stream)
    torch.testing.assert_close(made.features(digits), layers[:9](digits).detach())
    torch.testing.assert_close(made.forward(digits), layers(digits).detach())
