"""What is said of generated samples: never an equilibrium that a best D can still tell apart, and what is wrong by its name."""

import typing
from collections.abc import Callable

import numpy as np
import pytest
import torch

from tui_gan.contract.diagnosis import Agreement, Diagnosis
from tui_gan.contract.snapshot import Floats
from tui_gan.gan.datasets import DATASETS, Dataset, of_column, of_columns
from tui_gan.gan.diagnosis import collapsed, diagnosis, judged
from tui_gan.gan.metrics.floors import floors
from tui_gan.ui.explain.findings import WORDS

N = 4_096
Draw = Callable[[np.random.Generator, int], Floats]


def two(stream: np.random.Generator, count: int) -> Floats:
    return np.where(stream.random(count) < 0.5, -100, 100) + stream.standard_normal(count)


def lognormal(stream: np.random.Generator, count: int) -> Floats:
    return np.exp(1.5 * stream.standard_normal(count))


LINES: dict[str, Draw] = {
    "gaussian": lambda stream, count: 4 + 0.5 * stream.standard_normal(count),
    "two": two,
    "lognormal": lognormal,
    "uniform": lambda stream, count: stream.random(count),
    "cauchy": lambda stream, count: stream.standard_cauchy(count),
    "bimodal": lambda stream, count: np.where(stream.random(count) < 0.3, 0.0, 6.0) + stream.standard_normal(count),
}


def of(name: str, rows: int = 10_000) -> Dataset:
    return DATASETS[name](True) if name in DATASETS else of_column(LINES[name](np.random.default_rng(0), rows), True)


def diagnosed(data: Dataset, samples: Floats) -> Diagnosis:
    assert not isinstance(data.truth, type(None))
    return diagnosis(samples, data.truth, floors(data, judged(data.truth), len(samples)))  # type: ignore[arg-type]


def kinds(found: Diagnosis) -> list[str]:
    return [finding.kind for finding in found.findings]


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_perfect_generator_of_numbers_is_called_indistinguishable(name: str, seed: int) -> None:
    found = diagnosed(of(name), LINES[name](np.random.default_rng(seed), N))
    assert (found.agreement, kinds(found)) == ("indistinguishable", [])


@pytest.mark.parametrize("name", ["ring", "grid", "moons", "spiral", "correlated"])
def test_a_perfect_generator_of_points_is_called_indistinguishable(name: str) -> None:
    data = of(name)
    found = diagnosed(data, data.in_units(data.sample(2_500, torch.Generator().manual_seed(77), "cpu")))
    assert (found.agreement, kinds(found)) == ("indistinguishable", [])


@pytest.mark.parametrize("name", [*LINES, "ring", "grid", "moons", "correlated", "columns", "counts"])
def test_a_collapse_is_one_whether_or_not_the_other_findings_are_asked_for(name: str) -> None:
    stream = np.random.default_rng(8)
    if name == "columns":
        data = of_columns(stream.standard_normal((500, 2)) ** 3, True)
    else:
        data = of_column(stream.integers(0, 5, 2_000).astype(float), True) if name == "counts" else of(name)
    good = data.in_units(data.sample(1_200, torch.Generator().manual_seed(3), "cpu"))
    centre, one = good.mean(0), good[:1]
    cases = [good, np.repeat(one, 1_200, axis=0), np.tile(good[:3], (400, 1)), np.tile(good[:40], (30, 1)), 1e200 * good, 1e9 + good]
    cases += [centre + width * (good - centre) for width in (1e-3, 0.05, 0.3, 0.8, 3.0)]
    # A part of the data is left out, by a coordinate or by where they are from their middle.
    cases += [good[good[:, axis] > np.quantile(good[:, axis], level)] for axis in range(good.shape[1]) for level in (0.2, 0.5, 0.8)]
    verdicts = set()
    for case in cases:
        samples = case[:, 0] if case.shape[1] == 1 else case
        named = bool({finding.kind for finding in diagnosis(samples, data.truth, {}).findings} & {"collapse", "missing"})
        assert collapsed(samples, data.truth) is named
        verdicts.add(named)
    assert verdicts == {True, False}


def test_no_collapse_is_named_of_what_has_no_numbers() -> None:
    assert not collapsed(np.full(100, np.nan), of("gaussian").truth)


def test_the_moments_are_those_of_the_data_and_not_of_a_window() -> None:
    values = LINES["lognormal"](np.random.default_rng(0), 10_000)
    found = diagnosed(of_column(values, True), values[:N])
    assert found.real is not None
    assert (found.real.mean, found.real.sd) == pytest.approx((values.mean(), values.std()))
    assert found.fake is not None
    assert (found.fake.mean, found.fake.sd) == pytest.approx((values[:N].mean(), values[:N].std()))


def test_four_percent_between_two_modes_are_a_bridge() -> None:
    stream = np.random.default_rng(5)
    samples = two(stream, N)
    samples[:164] = stream.uniform(-95, 95, 164)
    found = diagnosed(of("two"), samples)
    assert found.agreement != "indistinguishable"
    bridge = found.of_kind("bridge")
    assert bridge is not None
    assert bridge.share == pytest.approx(0.04, abs=0.002)
    assert -98 < bridge.low < -95
    assert 95 < bridge.high < 98


@pytest.mark.parametrize(
    ("name", "made", "kind"),
    [
        ("two", lambda s: 100 + s.standard_normal(N), "missing"),
        ("two", lambda s: np.where(s.random(N) < 0.3, -100, 100) + s.standard_normal(N), "uneven"),
        ("two", lambda s: np.where(s.random(N) < 0.5, -100, 100) + 0.5 * s.standard_normal(N), "narrow"),
        ("lognormal", lambda s: np.minimum(lognormal(s, N), 18 + s.random(N)), "short_tail"),
        ("gaussian", lambda s: 4 + 0.4 * s.standard_normal(N), "narrow"),
        ("gaussian", lambda s: 4 + 0.65 * s.standard_normal(N), "wide"),
        ("gaussian", lambda s: 4.2 + 0.5 * s.standard_normal(N), "shifted"),
        ("gaussian", lambda s: -15 + s.standard_normal(N), "apart"),
        ("gaussian", lambda s: 4 + 0.001 * s.standard_normal(N), "collapse"),
        ("gaussian", lambda s: s.choice([3.5, 4.0, 4.5], N) + 0.001 * s.standard_normal(N), "collapse"),
        ("gaussian", lambda s: s.uniform(3.13, 4.87, N), "short_tail"),
        ("uniform", lambda s: 0.5 + 0.29 * s.standard_normal(N), "long_tail"),
    ],
)
def test_what_is_wrong_with_numbers_is_named(name: str, made: Callable[[np.random.Generator], Floats], kind: str) -> None:
    found = diagnosed(of(name), made(np.random.default_rng(7)))
    assert found.agreement == "different"
    assert kinds(found)[0] == kind


def test_disjoint_distributions_are_not_called_too_wide() -> None:
    assert "wide" not in kinds(diagnosed(of("gaussian"), -15 + np.random.default_rng(0).standard_normal(N)))


def test_integers_are_called_discrete_and_never_an_equilibrium() -> None:
    stream = np.random.default_rng(0)
    data = of_column(stream.poisson(4, 10_000).astype(float), True)
    for samples in (4 + 2 * stream.standard_normal(N), stream.poisson(4, N).astype(float)):
        found = diagnosed(data, samples)
        assert found.agreement != "indistinguishable"
        discrete = found.of_kind("discrete")
        assert discrete is not None
        assert discrete.share == pytest.approx(0.195, abs=0.01)
        assert discrete.count < 20
    smooth = 4 + 2 * stream.standard_normal(N)
    assert diagnosed(data, smooth).metrics["ks"] >= 0.195 / 2 - 0.01
    assert not kinds(diagnosed(of("gaussian"), LINES["gaussian"](stream, N)))


def points(name: str, count: int = 2_500) -> Floats:
    data = of(name)
    return data.in_units(data.sample(count, torch.Generator().manual_seed(5), "cpu"))


def test_what_is_wrong_with_modes_is_named() -> None:
    stream, ring, perfect = np.random.default_rng(0), of("ring"), points("ring")
    assert kinds(diagnosed(ring, perfect[perfect[:, 0] < 0.9])) == ["missing"]
    between = perfect.copy()
    between[:250] = stream.uniform(-1, 1, (250, 2))
    assert kinds(diagnosed(ring, between)) == ["bridge"]
    three = np.array([[0.7, 0.1], [0.0, 0.3], [1.0, 0.0]])[stream.integers(0, 3, 2_500)] + 0.001 * stream.standard_normal((2_500, 2))
    assert kinds(diagnosed(ring, three))[0] == "collapse"
    assert "collapse" not in kinds(diagnosed(ring, 0.3 * stream.standard_normal((2_500, 2))))


@pytest.mark.parametrize("rows", [1_000, 10_000])
def test_what_is_wrong_with_the_users_points_is_named_without_modes(rows: int) -> None:
    stream, data, perfect = np.random.default_rng(0), of_columns(points("moons", rows), True), points("moons", 2_500)[::-1]
    assert diagnosed(data, perfect).agreement == "indistinguishable"
    assert kinds(diagnosed(data, perfect[perfect[:, 1] > 0.25]))[0] == "missed"
    assert kinds(diagnosed(data, perfect + 0.15 * stream.standard_normal((2_500, 2))))[0] == "off"
    assert kinds(diagnosed(data, perfect + 20)) == ["apart"]
    point = data.truth.points(1) + 0.001 * stream.standard_normal((2_500, 2))  # type: ignore[union-attr]
    assert kinds(diagnosed(data, point))[0] == "collapse"
    for samples in (perfect[perfect[:, 1] > 0.25], perfect + 0.15 * stream.standard_normal((2_500, 2))):
        assert diagnosed(data, samples).agreement == "different"


def test_without_floors_or_with_what_is_no_number_nothing_is_claimed() -> None:
    data, samples = of("gaussian"), LINES["gaussian"](np.random.default_rng(0), N)
    assert diagnosis(samples, data.truth, {}).agreement == "unknown"  # type: ignore[arg-type]
    samples[3] = np.nan
    found = diagnosed(data, samples)
    assert (found.agreement, found.findings) == ("unknown", ())


STREAM = np.random.default_rng(0)
NUMBERS = [np.ones(50), np.array([1.0, 2.0]), np.array([0.0] * 30 + [1e-3]), STREAM.standard_normal(5), STREAM.standard_cauchy(1_000)]
POINTS = [
    np.array([[1.0, 2.0], [2.0, 3.0]]),
    np.ones((4, 2)),
    np.c_[np.ones(50), STREAM.standard_normal(50)],
    STREAM.standard_normal((7, 2)),
]
SIZES = [0.0, 1.0, 1e38, 1e300]


def check_whole(found: Diagnosis) -> None:
    """There are metrics, kinds that have a sentence, and no equality beside a fault."""
    assert found.samples == 200
    assert found.metrics
    assert {finding.kind for finding in found.findings} <= WORDS.keys()
    assert found.agreement in typing.get_args(Agreement)
    assert not (found.findings and found.agreement == "indistinguishable")


@pytest.mark.parametrize("values", NUMBERS)
@pytest.mark.parametrize("size", SIZES)
def test_odd_numbers_break_nothing(values: Floats, size: float) -> None:
    check_whole(diagnosed(of_column(values, False), size * np.random.default_rng(0).standard_normal(200)))


@pytest.mark.parametrize("values", POINTS)
@pytest.mark.parametrize("size", SIZES)
def test_odd_points_break_nothing(values: Floats, size: float) -> None:
    check_whole(diagnosed(of_columns(values, False), size * np.random.default_rng(0).standard_normal((200, 2))))
