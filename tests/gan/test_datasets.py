"""Data sets: samplers of one and the same distribution that their truth describes."""

import gc
import weakref
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tui_gan.contract.errors import UsageError
from tui_gan.gan.datasets import DATASETS, Dataset, Images, Line, Plane, fixed, of_column, of_columns, of_images
from tui_gan.gan.datasets.dataset import of_truth
from tui_gan.gan.datasets.images import normalised
from tui_gan.gan.datasets.line import gaussian

COUNT = 20_000
USERS = np.concatenate([np.linspace(-3, -2, 700), np.geomspace(1, 50, 300)])
PAIRS = np.stack((USERS, np.cos(USERS) * 7 + 3), 1)
MAKERS: dict[str, Callable[[bool], Dataset]] = {
    **DATASETS,
    "of_column": lambda standardize: of_column(USERS, standardize),
    "of_columns": lambda standardize: of_columns(PAIRS, standardize),
}
LINES = {name: make for name, make in MAKERS.items() if isinstance(make(True).truth, Line)}
PLANES = {name: make for name, make in MAKERS.items() if isinstance(make(True).truth, Plane)}

Make = Callable[[bool], Dataset]
every_maker = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
every_line = pytest.mark.parametrize("make", LINES.values(), ids=LINES)
every_plane = pytest.mark.parametrize("make", PLANES.values(), ids=PLANES)
either_way = pytest.mark.parametrize("standardize", [False, True])


def drawn(dataset: Dataset, count: int = COUNT, seed: int = 0) -> np.ndarray:
    """Samples in units of the data, (count, *X)."""
    samples = dataset.sample(count, torch.Generator().manual_seed(seed), "cpu")
    assert samples.dtype == torch.float32
    assert samples.shape == (count, *dataset.shape)
    return dataset.in_units(samples)


def truth_of(dataset: Dataset, count: int = COUNT) -> np.ndarray:
    """(count, X) of what the truth says."""
    truth = dataset.truth
    assert isinstance(truth, Line | Plane)
    return truth.quantiles(count)[:, None] if isinstance(truth, Line) else truth.points(count)


@every_maker
@either_way
def test_samples_and_the_truth_are_of_one_distribution(make: Make, standardize: bool) -> None:
    dataset = make(standardize)
    seen, known = drawn(dataset), truth_of(dataset)
    assert known.dtype == np.float64
    for direction in np.random.default_rng(0).normal(size=(6, dataset.shape[0])):
        one, other = seen @ direction, known @ direction
        assert stats.wasserstein_distance(one, other) < 0.04 * other.std()


@every_maker
def test_standardised_samples_have_mean_0_and_sd_1(make: Make) -> None:
    samples = make(True).sample(COUNT, torch.Generator().manual_seed(0), "cpu")
    torch.testing.assert_close(samples.mean(0), torch.zeros(samples.shape[1]), rtol=0, atol=0.03)
    torch.testing.assert_close(samples.std(0), torch.ones(samples.shape[1]), rtol=0.03, atol=0)


@every_maker
def test_both_ways_draw_the_same_samples_in_units_of_the_data(make: Make) -> None:
    np.testing.assert_allclose(drawn(make(True), 200), drawn(make(False), 200), rtol=1e-4, atol=1e-4)
    assert np.array_equal(truth_of(make(False), 300), truth_of(make(True), 300))


@every_maker
def test_location_and_scale_are_float64_and_fit_a_sample(make: Make) -> None:
    for standardize in (False, True):
        dataset = make(standardize)
        assert dataset.location.dtype == dataset.scale.dtype == np.float64
        assert np.broadcast_shapes(dataset.location.shape, dataset.scale.shape, dataset.shape) == dataset.shape
        assert (dataset.scale > 0).all()
    assert (make(False).scale == 1).all()
    assert (make(False).location == 0).all()


@every_maker
@either_way
def test_draws_come_from_the_stream_given_alone(make: Make, standardize: bool) -> None:
    default = torch.random.get_rng_state()
    assert np.array_equal(drawn(make(standardize), 50, seed=3), drawn(make(standardize), 50, seed=3))
    assert not np.array_equal(drawn(make(standardize), 50, seed=3), drawn(make(standardize), 50, seed=4))
    truth_of(make(standardize), 10)
    assert torch.equal(default, torch.random.get_rng_state())


@every_line
@either_way
def test_moments_of_a_line_are_those_declared(make: Make, standardize: bool) -> None:
    dataset = make(standardize)
    truth = dataset.truth
    assert isinstance(truth, Line)
    for values in (drawn(dataset)[:, 0], truth.quantiles(COUNT)):
        assert values.mean() == pytest.approx(truth.mean, abs=0.04 * truth.sd)
        assert values.std() == pytest.approx(truth.sd, rel=0.04)
    assert (np.diff(truth.quantiles(777)) >= 0).all()


@every_line
def test_the_cdf_undoes_the_quantiles(make: Make) -> None:
    truth = make(True).truth
    assert isinstance(truth, Line)
    levels = (np.arange(500) + 0.5) / 500
    np.testing.assert_allclose(truth.cdf(truth.quantiles(500)), levels, atol=1.5 / 1000)
    assert truth.cdf(np.array([-1e9, 1e9])).tolist() == [0, 1]


@every_line
def test_a_density_is_the_derivative_of_the_cdf(make: Make) -> None:
    truth = make(True).truth
    assert isinstance(truth, Line)
    if truth.density:
        x = np.linspace(truth.mean - 4 * truth.sd, truth.mean + 4 * truth.sd, 101)
        slope = (truth.cdf(x + 1e-5) - truth.cdf(x - 1e-5)) / 2e-5
        np.testing.assert_allclose(truth.density(x), slope, rtol=1e-5, atol=1e-8)


def test_the_gaussian_is_scipys() -> None:
    levels = (np.arange(2001) + 0.5) / 2001
    for dataset, mean, sd in ((gaussian(True), 4, 0.5), (gaussian(False, -2, 3), -2, 3)):
        truth = dataset.truth
        assert isinstance(truth, Line)
        assert truth.density
        np.testing.assert_allclose(truth.quantiles(2001), stats.norm.ppf(levels, mean, sd), rtol=1e-11, atol=1e-11)
        np.testing.assert_allclose(truth.density(levels), stats.norm.pdf(levels, mean, sd))
    assert stats.kstest(drawn(gaussian(True))[:, 0], stats.norm(4, 0.5).cdf).pvalue > 0.001


@every_plane
def test_points_are_the_same_at_every_call_and_their_moments_those_of_standardising(make: Make) -> None:
    dataset = make(True)
    truth = dataset.truth
    assert isinstance(truth, Plane)
    assert np.array_equal(truth.points(500), make(False).truth.points(500))  # type: ignore[union-attr]
    points = truth.points(200_000)
    np.testing.assert_allclose(points.mean(0), dataset.location, atol=0.01 * dataset.scale.max())
    np.testing.assert_allclose(points.std(0), dataset.scale, rtol=0.01)
    assert (truth.modes is None) == (truth.mode_sd == 0)


RING = [(np.cos(2 * np.pi * i / 8), np.sin(2 * np.pi * i / 8)) for i in range(8)]
DISJOINT = [(0.35, 0.75), (0.75, 0.6), (0.45, 0.35)]
GRID = [(x, y) for y in (-4, -2, 0, 2, 4) for x in (-4, -2, 0, 2, 4)]


@pytest.mark.parametrize(("name", "modes", "sd"), [("ring", RING, 0.01), ("grid", GRID, 0.05), ("ganlab_disjoint", DISJOINT, 0.025)])
def test_mixtures_have_the_modes_and_the_spread_of_their_source(name: str, modes: list[tuple[float, float]], sd: float) -> None:
    truth = DATASETS[name](True).truth
    assert isinstance(truth, Plane)
    assert truth.modes is not None
    assert truth.mode_sd == sd
    np.testing.assert_allclose(sorted(truth.modes.tolist()), sorted(modes), atol=1e-12)
    points = truth.points(40_000)
    nearest = np.linalg.norm(points[:, None] - truth.modes, axis=2).argmin(1)
    assert stats.chisquare(np.bincount(nearest, minlength=len(modes))).pvalue > 1e-4
    np.testing.assert_allclose((points - truth.modes[nearest]).std(0), sd, rtol=0.02)


def test_the_line_of_gan_lab_goes_from_one_end_to_the_other() -> None:
    x, y = drawn(DATASETS["ganlab_line"](False), 20_000).T
    # Along the line the noise is small beside U; across it, at the angle of (-.75, .3), it is all that there is.
    length = np.hypot(0.75, 0.3)
    along, across = ((0.8 - x) * 0.75 + (y - 0.6) * 0.3) / length, ((0.8 - x) * 0.3 - (y - 0.6) * 0.75) / length
    assert stats.kstest(across, stats.norm(0, 0.01).cdf).pvalue > 1e-3
    assert stats.wasserstein_distance(along, np.linspace(0, length, 20_001)) < 0.01


def test_the_two_gaussians_of_gan_lab_are_as_wide_as_in_its_code() -> None:
    x, y = drawn(DATASETS["ganlab_gaussians"](False), 20_000).T
    for values, means, sds in ((x, (0.3, 0.7), (0.1, 0.05)), (y, (0.7, 0.4), (0.1, 0.2))):
        # The marginal of a mixture is the mixture of its marginals.
        one, other = (stats.norm(*each) for each in zip(means, sds, strict=True))
        assert stats.kstest(values, lambda at, one=one, other=other: (one.cdf(at) + other.cdf(at)) / 2).pvalue > 1e-3
    assert np.cov(x, y)[0, 1] == pytest.approx(0.4 * -0.3 / 4, abs=2e-3)


def test_the_ring_of_gan_lab_is_an_ellipse() -> None:
    x, y = drawn(DATASETS["ganlab_ring"](False), 20_000).T
    radius, angle = np.hypot((x - 0.5) / 0.3, (y - 0.45) / 0.25), np.arctan2((y - 0.45) / 0.25, (x - 0.5) / 0.3)
    assert radius.mean() == pytest.approx(1, abs=0.02)
    assert 0.025 / 0.3 < radius.std() < 0.025 / 0.25
    assert stats.kstest(angle, stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3


def test_the_correlated_pair_has_the_covariance_of_its_source() -> None:
    points = drawn(DATASETS["correlated"](False), 100_000)
    np.testing.assert_allclose(np.cov(points.T), [[1, 0.8], [0.8, 1]], atol=0.02)
    np.testing.assert_allclose(points.mean(0), [1, 1], atol=0.02)


def test_the_moons_are_two_half_circles() -> None:
    truth = DATASETS["moons"](True).truth
    assert isinstance(truth, Plane)
    x, y = truth.points(20_000).T
    upper = np.hypot(x, y) - 1
    lower = np.hypot(x - 1, y - 0.5) - 1
    off = np.where(np.abs(upper) < np.abs(lower), upper, lower)
    assert np.abs(off).max() < 0.3
    assert 0.4 < (np.abs(upper) < np.abs(lower)).mean() < 0.6


@given(values=st.lists(st.integers(-9, 9), min_size=2, max_size=30), count=st.integers(1, 60))
def test_quantiles_of_a_column_invert_its_stepwise_distribution(values: list[int], count: int) -> None:
    ordered = sorted(values)

    def inverse(level: Fraction) -> int:
        return next(x for n, x in enumerate(ordered, start=1) if Fraction(n, len(ordered)) >= level)

    truth = of_column(np.array(values, dtype=float), False).truth
    assert isinstance(truth, Line)
    assert truth.quantiles(count).tolist() == [inverse(Fraction(2 * i + 1, 2 * count)) for i in range(count)]
    points = np.arange(-10.0, 11.0, 0.5)
    assert truth.cdf(points).tolist() == [sum(value <= x for value in values) / len(values) for x in points]


def test_quantiles_of_a_column_are_numpys_inverted_cdf() -> None:
    levels = (np.arange(333) + 0.5) / 333
    assert np.array_equal(truth_of(of_column(USERS, True), 333)[:, 0], np.quantile(USERS, levels, method="inverted_cdf"))


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@either_way
def test_what_is_drawn_of_the_users_data_is_in_it(scale: float, standardize: bool) -> None:
    values = PAIRS * scale
    for seen, pool in (
        (drawn(of_column(values[:, 0], standardize), 500), values[:, :1]),
        (drawn(of_columns(values, standardize), 500), values),
    ):
        nearest = pool[np.abs(pool[None] - seen[:, None]).sum(2).argmin(1)]
        np.testing.assert_allclose(seen, nearest, rtol=1e-5, atol=1e-5 * scale)
        assert len(np.unique(nearest[:, 0])) > 300


def test_points_of_the_users_columns_are_rows_without_repetition() -> None:
    truth = of_columns(PAIRS, True).truth
    assert isinstance(truth, Plane)
    rows = {tuple(row) for row in truth.points(10_000).tolist()}
    assert rows == {tuple(row) for row in PAIRS.tolist()}
    assert len(truth.points(10_000)) == len(PAIRS)
    assert len({tuple(row) for row in truth.points(300).tolist()}) == 300


def pictures(count: int = 60, channels: int = 3, side: int = 5) -> Images:
    stream = torch.Generator().manual_seed(1)
    train = torch.randint(0, 256, (count, channels, side, side), generator=stream, dtype=torch.uint8)
    return Images(train, train[:7])


def rows_of(images: torch.Tensor) -> set[bytes]:
    return {np.ascontiguousarray(each).tobytes() for each in images.numpy()}


@pytest.mark.parametrize("channels", [1, 3])
@either_way
def test_images_are_gathered_bytes_in_the_range_of_their_output(channels: int, standardize: bool) -> None:
    truth = pictures(channels=channels)
    dataset = of_images(truth, standardize)
    assert dataset.shape == (channels, 5, 5)
    batch = dataset.sample(500, torch.Generator().manual_seed(0), "cpu")
    assert batch.dtype == torch.float32
    assert (batch.min().item(), batch.max().item()) == ((-1.0, 1.0) if standardize else (0.0, 1.0))
    bytes_again = torch.from_numpy(np.rint(dataset.in_units(batch) * 255).astype(np.uint8))
    assert rows_of(bytes_again) == rows_of(truth.train)
    np.testing.assert_allclose(dataset.in_units(batch) * 255, bytes_again.numpy(), atol=1e-4)


def test_training_takes_the_first_so_many_images_alone() -> None:
    truth = pictures()
    batch = of_images(truth, False, training=4).sample(300, torch.Generator().manual_seed(0), "cpu")
    assert rows_of((batch * 255).round().to(torch.uint8)) == rows_of(truth.train[:4])


def test_the_first_images_may_be_skipped_and_those_that_are_not_trained_on_are_held_out() -> None:
    truth = pictures()
    assert of_images(truth, False).truth.held_out is None  # type: ignore[union-attr]
    for training, skip, pool, held_out in [
        (4, 0, truth.train[:4], truth.train[4:]),
        (4, 3, truth.train[3:7], truth.train[7:]),
        (0, 50, truth.train[50:], truth.train[:50]),
        (55, 50, truth.train[5:], truth.train[:5]),
        (90, 50, truth.train, None),
    ]:
        dataset = of_images(truth, False, training=training, skip=skip)
        batch = dataset.sample(900, torch.Generator().manual_seed(0), "cpu")
        assert rows_of((batch * 255).round().to(torch.uint8)) == rows_of(pool)
        assert dataset.count == len(pool)
        found = dataset.truth.held_out  # type: ignore[union-attr]
        assert found is held_out or torch.equal(found, held_out)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="leaves none of 60 samples"):
        of_images(truth, False, skip=60)


@pytest.mark.parametrize("standardize", [False, True])
def test_every_row_of_a_finite_data_set_can_be_asked_for(standardize: bool) -> None:
    values = np.arange(24.0).reshape(12, 2) ** 1.5
    for dataset in (of_column(values[:, 0], standardize), of_columns(values, standardize), of_images(pictures(12), standardize)):
        assert dataset.rows
        chosen = torch.tensor([11, 0, 5, 5])
        found = dataset.rows(chosen, "cpu")
        assert dataset.count == 12
        expected = values[chosen][:, : dataset.shape[0]] if len(dataset.shape) == 1 else pictures(12).train[chosen].numpy() / 255
        np.testing.assert_allclose(dataset.in_units(found), expected, rtol=1e-5, atol=1e-5)
    assert DATASETS["ring"](standardize).rows is None


def test_fixed_draws_are_draws_of_the_distribution_that_stays_known() -> None:
    known = DATASETS["ring"](False)
    dataset = fixed(known, 500, 3)
    assert dataset.truth is known.truth
    assert dataset.rows
    pool = dataset.rows(torch.arange(500), "cpu")
    assert len(pool.unique(dim=0)) == 500
    radii = pool.norm(dim=1)
    assert (radii - 1).abs().max() < 0.06
    batch = dataset.sample(4_000, torch.Generator().manual_seed(0), "cpu")
    assert {tuple(row) for row in batch.tolist()} == {tuple(row) for row in pool.tolist()}
    again, others = fixed(known, 500, 3), fixed(known, 500, 4)
    assert again.rows
    assert others.rows
    assert torch.equal(again.rows(torch.arange(500), "cpu"), pool)
    assert not torch.equal(others.rows(torch.arange(500), "cpu"), pool)
    with pytest.raises(UsageError, match="at most 10,000,000 draws"):
        fixed(known, 10_000_001, 0)


def test_contrast_normalisation_gives_each_image_mean_0_and_its_norm() -> None:
    truth = pictures()
    dataset = of_images(truth, True, contrast=55.0)
    batch = dataset.sample(40, torch.Generator().manual_seed(0), "cpu").flatten(1)
    torch.testing.assert_close(batch.mean(1), torch.zeros(40), rtol=0, atol=1e-5)
    torch.testing.assert_close(batch.norm(dim=1), torch.full((40,), 55.0))
    shown = dataset.in_units(dataset.sample(40, torch.Generator().manual_seed(0), "cpu"))
    assert shown.mean() == pytest.approx(0.5)
    contrast = (truth.train.double() / 255 - (truth.train.double() / 255).mean((1, 2, 3), keepdim=True)).flatten(1).norm(dim=1)
    assert np.linalg.norm((shown - 0.5).reshape(40, -1), axis=1).mean() == pytest.approx(contrast.mean().item(), rel=0.01)


def test_an_image_of_one_colour_has_no_contrast_to_normalise() -> None:
    assert normalised(torch.full((2, 1, 4, 4), 0.7), 55.0).abs().max() < 1e-4


@pytest.mark.parametrize("skip", [0, 9])
def test_the_mean_sample_of_a_finite_data_set_is_exact(skip: int) -> None:
    dataset = of_images(pictures(), False, skip=skip)
    expected = pictures().train[skip:].double().mean(0) / 255
    torch.testing.assert_close(dataset.mean.double(), expected, rtol=0, atol=1e-7)


def test_the_mean_sample_of_a_distribution_is_near_its_mean_and_always_the_same() -> None:
    dataset = DATASETS["gaussian"](False)
    assert dataset.mean.item() == pytest.approx(4, abs=0.01)
    assert torch.equal(dataset.mean, DATASETS["gaussian"](False).mean)


def test_what_is_kept_of_a_truth_goes_with_it() -> None:
    calls: list[int] = []

    @of_truth
    def counted(truth: Line, count: int) -> int:
        calls.append(count)
        return count

    one, other = (DATASETS["gaussian"](True).truth for _ in range(2))
    assert isinstance(one, Line)
    assert isinstance(other, Line)
    assert [counted(one, 3), counted(one, 3), counted(one, 4), counted(other, 3)] == [3, 3, 4, 3]
    assert calls == [3, 4, 3]
    gone = weakref.ref(other)
    del other
    gc.collect()
    assert gone() is None
