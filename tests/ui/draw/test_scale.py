import numpy as np
import pytest

from tui_gan.ui.draw import scale


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (1.0, 7.0, ["2", "4", "6"]),
        (0.0, 1.0, ["0.0", "0.5", "1.0"]),
        (1e-6, 7e-6, ["2u", "4u", "6u"]),
        (1e6, 7e6, ["2M", "4M", "6M"]),
        (-2e4, 2e4, ["-20k", "0", "20k"]),
        (1.0, 1.0, []),
        (0.0, float("nan"), []),
        (float("-inf"), 1.0, []),
    ],
)
def test_ticks_are_round_and_their_labels_short(low: float, high: float, labels: list[str]) -> None:
    assert scale.tick_labels(scale.ticks(low, high, 3)) == labels


def test_a_tick_is_not_left_alone() -> None:
    assert scale.ticks(50, 5_000, 2) == [5_000]
    assert scale.ticks_apart(50, 5_000, 2) == [2_000, 4_000]
    assert scale.ticks_apart(-0.35, 0.3, 1) == pytest.approx([-0.2, 0, 0.2])
    assert scale.ticks_apart(0, 10, 2) == scale.ticks(0, 10, 2) == [0, 5, 10]


def test_close_ticks_far_from_zero_stay_apart() -> None:
    labels = scale.tick_labels(scale.ticks(1e6, 1e6 + 3, 3))
    assert len(set(labels)) == len(labels) == 4


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.0123, "0.0123"), (1030, "1030"), (12_345, "12.3k"), (1e7, "10M"), (1e-7, "1e-7"), (1.5e-8, "1.5e-8"), (np.nan, "nan")],
)
def test_short(value: float, text: str) -> None:
    assert scale.short(value) == text


@pytest.mark.parametrize(("value", "text"), [(100, "100"), (0.5, "0.5"), (123_456, "123k"), (99.6, "100"), (2.345, "2.3")])
def test_short_in_two_digits_keeps_those_before_the_point(value: float, text: str) -> None:
    assert scale.short(value, 2) == text


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (950, "950"), (1500, "1.5k"), (12_000, "12k"), (1_250_000, "1.25M")])
def test_count(value: float, text: str) -> None:
    assert scale.count(value) == text


@pytest.mark.parametrize("columns", [5, 64, 130])
def test_column_density_keeps_the_mass(columns: int) -> None:
    edges = np.linspace(0.0, 2.0, 65)
    density = np.random.default_rng(0).random(64)
    kept = scale.column_density(edges, density, columns)
    assert kept.sum() * 2.0 / columns == pytest.approx(density.sum() * 2.0 / 64)
    assert np.isfinite(scale.column_density(edges, np.full(64, np.nan), columns)).all()


def test_decimation_keeps_every_peak() -> None:
    steps, values = np.arange(10_000.0), np.zeros(10_000)
    values[[3_333, 7_777]] = 5.0, -5.0
    at, kept = scale.decimate(steps, values, 50)
    assert at.size == kept.size <= 100
    assert (kept.max(), kept.min()) == (5.0, -5.0)
    assert (np.diff(at) >= 0).all()


def test_decimation_keeps_gaps_and_short_series() -> None:
    steps, values = np.arange(1000.0), np.zeros(1000)
    values[400:600] = np.nan
    _, kept = scale.decimate(steps, values, 10)
    assert np.isnan(kept).sum() == 4
    same, few = scale.decimate(steps[:5], np.array([1.0, np.inf, 2.0, np.nan, 3.0]), 10)
    assert same.size == 5
    assert np.isnan(few[[1, 3]]).all()


@pytest.mark.parametrize(
    ("values", "include"), [([], ()), ([np.array([np.nan])], ()), ([np.array([3.0])], ()), ([np.array([0.0, 0.0])], ()), ([], (1.0, 2.0))]
)
def test_limits_are_always_a_range(values, include) -> None:
    low, high = scale.limits(values, include)
    assert low < high
    assert all(low <= value <= high for value in include)
