"""What holds for every metric of the table that is of samples alone; test_classes.py and test_inference.py have the others."""

import dataclasses
import math
import sys
import types
from typing import Any

import numpy as np
import pytest

from tui_gan.contract.errors import UsageError
from tui_gan.gan.datasets.dataset import Images, Line, Plane
from tui_gan.gan.metrics import METRICS, applicable, fidelity, measure, measure_many, stacked

# Those that ask for more than samples, or for another truth, have tests of their own.
PLAIN = {name: metric for name, metric in METRICS.items() if not metric.of and name not in stacked.NAMES}
every_metric = pytest.mark.parametrize(
    ("name", "kind"), [pytest.param(name, kind, id=f"{name}-{kind.__name__}") for name, metric in PLAIN.items() for kind in metric.ways]
)


@pytest.fixture(autouse=True)
def _no_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A torch-fidelity that compares mean images."""

    def calculate_metrics(input1: Any, input2: Any, **options: Any) -> dict[str, float]:
        means = [np.mean([image.numpy() for image in images], axis=0) for images in (input1, input2)]
        apart = float(np.square(means[0] - means[1]).mean())
        return {"frechet_inception_distance": apart, "kernel_inception_distance_mean": apart}

    library = types.ModuleType("torch_fidelity")
    library.calculate_metrics = calculate_metrics  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch_fidelity", library)


@every_metric
def test_a_metric_is_a_finite_float_that_does_not_depend_on_the_order_or_touch_the_samples(name: str, kind: type, cases: Any) -> None:
    case = cases[kind]
    samples = case.good.copy()
    samples.setflags(write=False)
    value = measure(samples, case.truth, [name])[name]
    assert type(value) is float
    assert math.isfinite(value)
    assert measure(samples[::-1], case.truth, [name])[name] == pytest.approx(value, rel=1e-5, abs=1e-9)


@every_metric
def test_samples_of_the_truth_are_better_than_those_of_a_bad_generator(name: str, kind: type, cases: Any) -> None:
    case = cases[kind]
    good, bad = (measure(samples, case.truth, [name])[name] for samples in (case.good, case.bad))
    better = METRICS[name].better
    if better is None:
        assert good != bad
    else:
        assert good < bad if better == "less" else good > bad


@every_metric
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_diverged_generator_is_nan_without_a_warning(name: str, kind: type, wrong: float, cases: Any) -> None:
    case = cases[kind]
    samples = case.good[:10].copy()
    samples.reshape(-1)[3] = wrong
    assert math.isnan(measure(samples, case.truth, [name])[name])


@every_metric
def test_the_fewest_samples_are_enough_and_fewer_are_refused(name: str, kind: type, cases: Any) -> None:
    case, least = cases[kind], METRICS[name].least
    assert not math.isnan(measure(case.good[:least], case.truth, [name])[name])
    with pytest.raises(UsageError, match=rf"{name} needs at least {least} samples; here are {least - 1}"):
        measure(case.good[: least - 1], case.truth, [name])


@every_metric
def test_all_samples_being_the_same_is_no_error(name: str, kind: type, cases: Any) -> None:
    case = cases[kind]
    assert not math.isnan(measure(np.repeat(case.good[:1], 20, axis=0), case.truth, [name])[name])


@every_metric
def test_a_metric_says_what_it_computes(name: str, kind: type) -> None:
    assert METRICS[name].ways[kind].__doc__


def test_metrics_are_measured_in_the_order_asked(cases: Any) -> None:
    for case in cases.values():
        names = applicable(case.truth)[::-1]
        assert list(measure(case.good[:20], case.truth, names)) == names
    assert measure(cases[Line].good, cases[Line].truth, []) == {}


def test_what_metrics_share_is_computed_once(monkeypatch: pytest.MonkeyPatch, plane: Any) -> None:
    calls = []

    def shared(samples: Any, truth: Any) -> dict[str, float]:
        calls.append(len(samples))
        return {"modes": 1.0, "hq": 0.5}

    for name in ("modes", "hq"):
        monkeypatch.setitem(METRICS, name, METRICS[name]._replace(ways={Plane: shared}))
    assert measure(plane.good, plane.truth, ["hq", "modes"]) == {"hq": 0.5, "modes": 1.0}
    assert calls == [len(plane.good)]


@pytest.mark.parametrize("kind", [Line, Plane])
def test_many_runs_at_once_have_the_numbers_of_each_by_itself(kind: type, cases: Any) -> None:
    case = cases[kind]
    names = [name for name in applicable(case.truth) if name != "mmd"][::-1]
    # Ties, a single point, samples beyond all data and one that is no number among them.
    of_each = [case.good, case.bad, case.good.round(1), np.repeat(case.good[:1], 800, axis=0), 1e9 * case.good, case.good[::-1]]
    diverged = case.bad.copy()
    diverged.reshape(-1)[5] = np.nan
    samples = np.stack([*of_each, diverged])
    found = measure_many(samples, case.truth, names)
    assert [list(row) for row in found] == [names] * len(samples)
    for row, one in zip(found, samples, strict=True):
        assert all(type(value) is float for value in row.values())
        np.testing.assert_equal(row, measure(one, case.truth, names))


def test_many_runs_without_a_finite_one_are_no_numbers(plane: Any) -> None:
    samples = np.full((2, 30, 2), np.inf)
    np.testing.assert_equal(
        measure_many(samples, plane.truth, ["modes", "hq", "mmd"]), [dict.fromkeys(["modes", "hq", "mmd"], math.nan)] * 2
    )


def test_metrics_of_one_run_alone_take_their_turns_among_many(images: Any) -> None:
    names = ["recall", "classifier_frechet"]
    samples = np.stack([images.good, images.bad])
    assert measure_many(samples, images.truth, names) == [measure(one, images.truth, names) for one in samples]
    with pytest.raises(UsageError, match="w1 is not defined for this data"):
        measure_many(samples, images.truth, ["w1"])


def test_those_that_wait_to_be_asked_are_left_out_by_default(images: Any) -> None:
    left_out = set(applicable(images.truth)) - set(applicable(images.truth, by_default=True))
    assert left_out == {name for name, metric in METRICS.items() if metric.ways.get(Images) in vars(fidelity).values()}
    assert left_out


@pytest.mark.parametrize(
    ("name", "kind", "change", "reason"),
    [
        ("hq", Plane, {"modes": None}, "no mixture whose modes are known"),
        ("classifier_frechet", Images, {"features": None}, "grey images of 28x28"),
    ],
)
def test_what_the_truth_lacks_is_said(name: str, kind: type, change: dict[str, None], reason: str, cases: Any) -> None:
    truth = dataclasses.replace(cases[kind].truth, **change)
    assert name not in applicable(truth)
    with pytest.raises(UsageError, match=f"{name} is not defined for this data: .*{reason}"):
        measure(cases[kind].good, truth, [name])


def test_a_metric_of_another_kind_of_data_is_refused_with_those_that_are_there(line: Any) -> None:
    with pytest.raises(UsageError, match=r"parzen is not defined for this data \(defined: w1, ks, js,"):
        measure(line.good, line.truth, ["parzen"])


def test_an_unknown_metric_is_refused_with_the_nearest(line: Any) -> None:
    with pytest.raises(UsageError, match="did you mean 'sd_ratio'"):
        measure(line.good, line.truth, ["sd_ration"])
