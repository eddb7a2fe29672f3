"""The numbers of each finding, and on which side of its threshold it is told; samples are laid out, not drawn."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.spatial import cKDTree

from tui_gan.contract.diagnosis import Finding, Floor
from tui_gan.contract.snapshot import Floats
from tui_gan.gan.datasets import DATASETS, of_column, of_columns
from tui_gan.gan.datasets.dataset import Line, Plane
from tui_gan.gan.diagnosis import agreement, diagnosis, judged, line, plane

N = 40_000
LEVELS = (np.arange(N) + 0.5) / N
Z = stats.norm.ppf(LEVELS)
# Of the 2,000 quantiles of the clusters, the 1,000th is their row 4,998: it bounds the gap between them, and two rows lie beyond.
EDGE = 100 - stats.norm.ppf(4_997.5 / 5_000)


def gaussian() -> Line:
    truth = DATASETS["gaussian"](True).truth
    assert isinstance(truth, Line)
    return truth


def two_clusters() -> Line:
    """Ten thousand rows, half of them about -100 and half about 100."""
    spread = stats.norm.ppf((np.arange(5_000) + 0.5) / 5_000)
    truth = of_column(np.concatenate((-100 + spread, 100 + spread)), True).truth
    assert isinstance(truth, Line)
    return truth


def clustered(below: float, between: float = 0.0, width: float = 1.0, count: int = 10_000) -> Floats:
    """Samples of which these shares lie about -100 and in between, the others about 100."""
    lower, inner = round(below * count), round(between * count)
    upper = count - lower - inner
    laid = [middle + width * stats.norm.ppf((np.arange(many) + 0.5) / many) for middle, many in ((-100, lower), (100, upper))]
    return np.concatenate((*laid, np.linspace(-50, 50, inner)))


def told(found: tuple[Finding, ...], kind: str) -> Finding | None:
    return next((each for each in found if each.kind == kind), None)


def test_quantiles_of_the_data_themselves_have_no_fault() -> None:
    assert line.findings(4 + 0.5 * Z, gaussian()) == ()
    assert line.findings(clustered(0.5), two_clusters()) == ()


@pytest.mark.parametrize(("ratio", "kind"), [(0.895, "narrow"), (0.905, None), (1.095, None), (1.105, "wide")])
def test_a_width_is_told_from_a_tenth_on(ratio: float, kind: str | None) -> None:
    found = line.findings(4 + ratio * 0.5 * Z, gaussian())
    assert {each.kind for each in found} & {"narrow", "wide"} == ({kind} if kind else set())
    if kind:
        finding = told(found, kind)
        assert finding is not None
        assert finding.share == pytest.approx(ratio, abs=1e-3)
        assert finding.count == 0
        assert math.isnan(finding.low)
    modes = [each for each in line.findings(clustered(0.5, width=ratio), two_clusters()) if each.kind in ("narrow", "wide")]
    assert [(each.kind, each.count) for each in modes] == ([(kind, 2)] if kind else [])
    assert all(each.share == pytest.approx(ratio, abs=5e-3) for each in modes)


@pytest.mark.parametrize(("sds", "is_told"), [(0.16, True), (0.14, False), (-0.16, True), (-0.14, False)])
def test_a_shift_is_told_in_standard_deviations_and_in_units_of_the_data(sds: float, is_told: bool) -> None:
    finding = told(line.findings(4 + 0.5 * (Z + sds), gaussian()), "shifted")
    assert (finding is not None) is is_told
    if finding:
        assert finding.share == pytest.approx(sds, abs=1e-3)
        assert finding.low == pytest.approx(sds / 2, abs=1e-3)
        assert finding.count == 0
    between = told(line.findings(clustered(0.5) + sds, two_clusters()), "shifted")
    assert (between is not None) is is_told
    if between:
        assert (between.share, between.low, between.count) == (pytest.approx(sds, abs=1e-2), pytest.approx(sds, abs=1e-2), 2)


@pytest.mark.parametrize("count", [100, 400, 10_000])
def test_few_samples_must_lie_farther_off(count: int) -> None:
    """A width and a middle vary by about 1 / sqrt(N), and four times that must be passed."""
    z = stats.norm.ppf((np.arange(count) + 0.5) / count)
    noise = max(4 / math.sqrt(count), 0.15)
    for sds in (0.9 * noise, 1.1 * noise):
        assert (told(line.findings(4 + 0.5 * (z + sds), gaussian()), "shifted") is not None) is (sds > noise)
    broad = max(4 / math.sqrt(count), 0.1)
    for more in (0.8 * broad, 1.2 * broad):
        assert (told(line.findings(4 + 0.5 * z * (1 + more), gaussian()), "wide") is not None) is (more > broad)
        if more < 1:
            assert (told(line.findings(4 + 0.5 * z * (1 - more), gaussian()), "narrow") is not None) is (more > broad)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(("beyond", "kind"), [(0.016, "short_tail"), (0.014, None), (0.006, None), (0.004, "long_tail")])
def test_a_tail_is_told_from_half_as_much_again_or_half_as_much_on(side: int, beyond: float, kind: str | None) -> None:
    """The outermost hundredth of the samples begins where so much of the data lies beyond."""
    z = Z.copy()
    outer = LEVELS > 0.985
    reach = stats.norm.isf(beyond)
    # Levels .985 .. .9895 lead up to the place, and the others lie behind it.
    z[outer] = np.where(LEVELS[outer] < 0.9895, np.minimum(z[outer], reach), np.maximum(z[outer], reach) if kind != "short_tail" else reach)
    found = [each for each in line.findings(4 + 0.5 * side * z, gaussian()) if "tail" in each.kind]
    assert [each.kind for each in found] == ([kind] if kind else [])
    for finding in found:
        assert finding.share == pytest.approx(beyond, abs=5e-4)
        assert finding.expected == 0.01
        edge = 4 + 0.5 * side * reach
        assert (finding.low, finding.high) == (
            (pytest.approx(edge, abs=0.02), math.inf) if side > 0 else (-math.inf, pytest.approx(edge, abs=0.02))
        )


def test_tails_of_few_samples_are_not_judged() -> None:
    for count, is_judged in ((3_900, False), (4_100, True)):
        z = stats.norm.ppf((np.arange(count) + 0.5) / count).clip(-9, 1.9)
        assert (told(line.findings(4 + 0.5 * z, gaussian()), "short_tail") is not None) is is_judged


@pytest.mark.parametrize(
    ("below", "kind"), [(0.09, "missing"), (0.11, "uneven"), (0.44, "uneven"), (0.46, None), (0.54, None), (0.56, "uneven")]
)
def test_a_part_is_missing_under_a_fifth_of_its_share_and_uneven_from_five_in_a_hundred_on(below: float, kind: str | None) -> None:
    found = [each for each in line.findings(clustered(below), two_clusters()) if each.kind in ("missing", "uneven")]
    lower, upper = (-math.inf, pytest.approx(-EDGE)), (pytest.approx(EDGE), math.inf)
    if kind is None:
        assert not found
    elif kind == "missing":
        (finding,) = found
        assert (finding.kind, finding.share, finding.expected) == ("missing", 0.5, pytest.approx(below, abs=1e-3))
        assert (finding.low, finding.high) == lower
    else:
        assert {each.kind for each in found} == {"uneven"}
        by_place = sorted(found, key=lambda each: each.low)
        assert [each.share for each in by_place] == pytest.approx([below, 1 - below], abs=1e-3)
        assert [each.expected for each in by_place] == pytest.approx([0.5, 0.5])
        assert [(each.low, each.high) for each in by_place] == [lower, upper]


@pytest.mark.parametrize(("between", "is_told"), [(0.0065, True), (0.0035, False)])
def test_a_bridge_is_told_from_half_a_percent_on(between: float, is_told: bool) -> None:
    finding = told(line.findings(clustered(0.5 - between / 2, between), two_clusters()), "bridge")
    assert (finding is not None) is is_told
    if finding:
        # Two rows of either cluster lie within the quantiles that bound the gap, and as many samples.
        assert finding.share == pytest.approx(between, abs=1e-3)
        assert finding.expected == pytest.approx(4e-4)
        assert (finding.low, finding.high) == (pytest.approx(-EDGE), pytest.approx(EDGE))


def test_half_a_percent_itself_is_told() -> None:
    """Of 2,000 rows the quantiles are the rows themselves, so that nothing of the data lies within the gap."""
    spread = stats.norm.ppf((np.arange(1_000) + 0.5) / 1_000)
    truth = of_column(np.concatenate((-100 + spread, 100 + spread)), True).truth
    assert isinstance(truth, Line)
    for inner, is_told in ((50, True), (49, False)):
        finding = told(line.findings(clustered(0.4, inner / 10_000, 0.5), truth), "bridge")
        assert (finding is not None) is is_told
        assert finding is None or (finding.share, finding.expected) == (inner / 10_000, 0)


def test_a_gap_is_a_twentieth_of_the_width_with_data_on_either_side() -> None:
    """Of data evenly on 0 .. 1 and as evenly behind a hole, a sample in the hole is a bridge where the hole is wide and not at the edge."""
    for hole, below, is_gap in (
        (0.06, 0.5, True),
        (0.04, 0.5, False),
        (0.06, 0.03, True),
        (0.06, 0.01, False),
        (0.06, 0.97, True),
        (0.06, 0.99, False),
    ):
        levels = (np.arange(10_000) + 0.5) / 10_000
        values = levels + np.where(levels > below, hole, 0)
        truth = of_column(values, True).truth
        assert isinstance(truth, Line)
        samples = values.copy()
        samples[::25] = below + hole / 2
        assert (told(line.findings(samples, truth), "bridge") is not None) is is_gap


def test_data_of_few_values_are_told_with_the_most_frequent() -> None:
    spread = np.linspace(0, 1, 10_000)
    for often, is_told in ((105, True), (95, False)):
        values = spread.copy()
        values[5_000 : 5_000 + often] = 0.3
        truth = of_column(values, True).truth
        assert isinstance(truth, Line)
        found = [*line.discrete(truth)]
        assert len(found) == is_told
        for finding in found:
            assert (finding.kind, finding.share, finding.low, finding.count) == ("discrete", often / 10_000, 0.3, 10_000 - often + 1)
    for repeated, is_told in ((10, True), (9, False)):
        truth = of_column(np.repeat(np.linspace(0, 1, 250), repeated), True).truth
        assert isinstance(truth, Line)
        found = [*line.discrete(truth)]
        assert [(each.share, each.count) for each in found] == ([(pytest.approx(1 / 250), 250)] if is_told else [])
    assert [*line.discrete(gaussian())] == []


def test_what_lies_apart_is_told_by_its_range_and_points_are_counted() -> None:
    (apart,) = line.findings(-15 + Z, gaussian())
    assert apart.kind == "apart"
    assert apart.share == pytest.approx(1, abs=1e-6)
    assert (apart.low, apart.high) == (pytest.approx(-15 + Z[0]), pytest.approx(-15 + Z[-1]))
    apart, collapse = line.findings(np.repeat([20.0, 21.0, 30.0], 1_000), gaussian())
    assert (apart.kind, apart.low, apart.high) == ("apart", 20, 30)
    assert (collapse.kind, collapse.share, collapse.count) == ("collapse", 0.9, 3)
    for shift in (3.2, 3.4):
        # |2 Phi(shift / 2) - 1| is the KS of two Gaussians of the same width.
        ks = 2 * stats.norm.cdf(shift / 2) - 1
        found = told(line.findings(4 + 0.5 * (Z + shift), gaussian()), "apart")
        assert found is None
        assert ks < 0.95
    found = told(line.findings(4 + 0.5 * (Z + 4), gaussian()), "apart")
    assert found is not None
    assert found.share == pytest.approx(2 * stats.norm.cdf(2) - 1, abs=1e-3)


@pytest.mark.parametrize(("places", "is_told"), [(1, True), (4, True), (12, False)])
def test_a_collapse_counts_the_points_that_hold_nine_tenths(places: int, is_told: bool) -> None:
    """The middle of a Gaussian fills some 66 of the bins, a twentieth of a standard deviation each, and a tenth of them are 6."""
    at = 4 + 0.5 * np.linspace(-1.5, 1.5, places) if places > 1 else np.array([4.0])
    finding = told(line.findings(np.repeat(at, 840), gaussian()), "collapse")
    assert (finding is not None) is is_told
    if finding:
        assert finding.share == 0.9
        assert finding.count == math.ceil(0.9 * places)


def test_what_has_no_other_name_is_misplaced_where_the_distributions_differ_most() -> None:
    """A fifth of the samples stands at the upper end of its own stretch: neither the middle, nor the widths, nor the tails move."""
    levels = np.where((LEVELS > 0.2) & (LEVELS < 0.4), 0.4, LEVELS)
    (finding,) = line.findings(4 + 0.5 * stats.norm.ppf(levels), gaussian())
    assert (finding.kind, finding.low) == ("misplaced", -math.inf)
    assert (finding.share, finding.expected) == (pytest.approx(0.2, abs=1e-3), pytest.approx(0.4, abs=1e-3))
    assert finding.high == pytest.approx(4 + 0.5 * stats.norm.ppf(0.4), abs=1e-3)
    # KS times sqrt(N) is 2.2, and 1.8: beyond what one draw in a thousand reaches, and within.
    for ks, is_told in ((0.011, True), (0.009, False)):
        levels = np.where((0.4 - ks < LEVELS) & (LEVELS < 0.4), 0.4, LEVELS)
        assert bool(line.findings(4 + 0.5 * stats.norm.ppf(levels), gaussian())) is is_told


def test_the_gravest_stands_first() -> None:
    """By about the mass that lies wrong: half the logarithm of a ratio of widths, two fifths of a shift in standard deviations."""
    truth = gaussian()
    assert [each.kind for each in line.findings(4 + 0.5 * (0.85 * Z + 0.3), truth)][:2] == ["shifted", "narrow"]
    assert [each.kind for each in line.findings(4 + 0.5 * (0.7 * Z + 0.3), truth)][:2] == ["narrow", "shifted"]
    bridged = line.findings(clustered(0.3, 0.3), two_clusters())
    assert [each.kind for each in bridged] == ["bridge", "uneven", "uneven"]
    bridged = line.findings(clustered(0.05, 0.03), two_clusters())
    assert [each.kind for each in bridged] == ["missing", "bridge"]
    collapsed = line.findings(np.concatenate((np.full(9_500, 4.0), np.linspace(2.5, 5.5, 500))), truth)
    assert collapsed[0].kind == "collapse"


def ring() -> Plane:
    truth = DATASETS["ring"](True).truth
    assert isinstance(truth, Plane)
    assert truth.modes is not None
    return truth


def on_modes(truth: Plane, shares: list[float], off: float = 0.0, count: int = 4_000) -> Floats:
    """So many samples of a Gaussian about each mode, within three of its standard deviations; the share `off` far from all."""
    assert truth.modes is not None
    stream = np.random.default_rng(3)
    parts = []
    for mode, share in zip(truth.modes, shares, strict=True):
        about = stream.standard_normal((3 * count, 2))
        about = about[np.hypot(*about.T) < 2.9][: round(share * (1 - off) * count)]
        parts.append(mode + truth.mode_sd * about)
    angle = np.linspace(0, 2 * np.pi, round(off * count), endpoint=False)
    return np.concatenate((*parts, 0.5 * np.stack((np.cos(angle), np.sin(angle)), 1)))


@pytest.mark.parametrize(("share", "kind"), [(0.024, "missing"), (0.026, "uneven"), (0.17, None), (0.18, "uneven")])
@pytest.mark.parametrize("off", [0.0, 0.2])
def test_a_mode_is_missing_or_uneven_among_the_samples_that_are_of_some_mode(share: float, kind: str | None, off: float) -> None:
    truth = ring()
    shares = [share, *[(1 - share) / 7] * 7]
    found = [each for each in plane.findings(on_modes(truth, shares, off), truth) if each.kind in ("missing", "uneven")]
    assert [each.kind for each in found] == ([kind] if kind else [])
    for finding in found:
        if kind == "missing":
            assert (finding.share, finding.count) == (0.125, 1)
            assert finding.expected == pytest.approx(share * (1 - off), abs=1e-3)
        else:
            assert (finding.share, finding.expected) == (pytest.approx(share, abs=1e-3), 0.125)


def test_several_modes_that_are_missing_are_counted_together() -> None:
    truth = ring()
    found = told(plane.findings(on_modes(truth, [0.0, 0.01, *[0.99 / 6] * 6]), truth), "missing")
    assert found is not None
    assert (found.share, found.count, found.expected) == (0.25, 2, pytest.approx(0.01, abs=1e-3))


@pytest.mark.parametrize(("off", "is_told"), [(0.035, True), (0.028, False)])
def test_samples_between_modes_are_told_beyond_those_of_a_perfect_generator(off: float, is_told: bool) -> None:
    truth = ring()
    finding = told(plane.findings(on_modes(truth, [1 / 8] * 8, off), truth), "bridge")
    assert (finding is not None) is is_told
    if finding:
        # Of a Gaussian in the plane exp(-9 / 2) lies beyond three standard deviations.
        assert (finding.share, finding.expected) == (pytest.approx(off, abs=1e-3), pytest.approx(stats.rayleigh.sf(3)))


def test_points_off_the_data_and_data_that_are_missed_are_those_of_a_tree_of_neighbours() -> None:
    rows = DATASETS["moons"](True).truth.points(4_000)  # type: ignore[union-attr]
    truth = of_columns(rows, True).truth
    assert isinstance(truth, Plane)
    stream = np.random.default_rng(1)
    samples = rows[1_000:2_500] + 0.1 * stream.standard_normal((1_500, 2))
    samples[:, 1] = np.maximum(samples[:, 1], 0.0)
    real, others, fake = truth.points(1_600)[:800], truth.points(1_600)[800:], samples[:800]
    reach = cKDTree(real).query(real, 6)[0][:, 5]

    def shares(points: Floats) -> tuple[float, float]:
        within = [cKDTree(points).query_ball_point(place, far) for place, far in zip(real, reach, strict=True)]
        return 1 - len(set().union(*within)) / len(points), sum(not each for each in within) / len(real)

    found = plane.findings(samples, truth)
    for kind, mine, usual in zip(("off", "missed"), shares(fake), shares(others), strict=True):
        finding = told(found, kind)
        assert finding is not None
        assert (finding.share, finding.expected) == (pytest.approx(mine), pytest.approx(usual))


def test_points_that_are_near_no_data_are_apart() -> None:
    truth = ring()
    (apart,) = plane.findings(on_modes(truth, [1 / 8] * 8) + 10, truth)
    assert (apart.kind, apart.share) == ("apart", 1)
    for near, is_apart in ((0.05, True), (0.15, False)):
        samples = on_modes(truth, [1 / 8] * 8)[np.random.default_rng(0).permutation(4_000)]
        samples[round(near * 800) : 800] += 10
        finding = told(plane.findings(samples, truth), "apart")
        assert (finding is not None) is is_apart
        assert finding is None or finding.share == pytest.approx(1 - near, abs=0.02)


CORRELATED_AXES = np.array([[1.0, 1.0], [1.0, -1.0]]) / math.sqrt(2)


@pytest.mark.parametrize(
    ("made", "kind", "share"),
    [
        ((0.85, 1.0, 0.0), "narrow", 0.85),
        ((1.0, 0.85, 0.0), "narrow", 0.85),
        ((1.15, 1.0, 0.0), "wide", 1.15),
        ((1.0, 1.15, 0.0), "wide", 1.15),
        ((1.2, 0.8, 0.0), "narrow", 0.8),
        ((1.0, 1.0, 0.2), "shifted", 0.2),
        ((1.0, 1.0, 0.1), None, 0.0),
        ((0.93, 1.07, 0.0), None, 0.0),
    ],
)
def test_place_and_width_are_those_along_the_principal_axes(made: tuple[float, float, float], kind: str | None, share: float) -> None:
    truth = DATASETS["correlated"](True).truth
    assert isinstance(truth, Plane)
    points = truth.points(10_000)
    along = (points - points.mean(0)) @ CORRELATED_AXES.T
    long, short, shift = made
    along = along * (long, short) + np.array([shift * along[:, 0].std(), 0])
    found = [each for each in plane.findings(points.mean(0) + along @ CORRELATED_AXES, truth) if each.kind in ("narrow", "wide", "shifted")]
    assert [each.kind for each in found] == ([kind] if kind else [])
    assert all(each.share == pytest.approx(share, abs=2e-3) for each in found)


def test_a_shift_in_the_plane_is_that_of_both_axes() -> None:
    truth = DATASETS["correlated"](True).truth
    assert isinstance(truth, Plane)
    points = truth.points(10_000)
    along = (points - points.mean(0)) @ CORRELATED_AXES.T
    moved = points.mean(0) + (along + (0.3, 0.4) * along.std(0)) @ CORRELATED_AXES
    finding = told(plane.findings(moved, truth), "shifted")
    assert finding is not None
    assert finding.share == pytest.approx(0.5, abs=5e-3)


def test_points_of_few_values_are_told_with_how_many_there_are() -> None:
    stream = np.random.default_rng(0)
    smooth = stream.standard_normal((1_000, 2))
    for axis in (0, 1):
        for values, is_told in ((100, True), (102, False)):
            rows = smooth.copy()
            rows[:, axis] = np.arange(1_000) % values
            truth = of_columns(rows, True).truth
            assert isinstance(truth, Plane)
            found = [*plane.discrete(truth)]
            assert [(each.kind, each.count) for each in found] == ([("discrete", values)] if is_told else [])
            assert all(math.isnan(each.share) for each in found)
    pairs = of_columns(np.repeat(smooth[:90], 11, axis=0), True).truth
    assert isinstance(pairs, Plane)
    assert [each.count for each in plane.discrete(pairs)] == [90]
    few = of_columns(np.ones((99, 2)), False).truth
    assert isinstance(few, Plane)
    assert [*plane.discrete(few)] == []


def test_points_that_hold_nine_tenths_are_counted() -> None:
    truth = DATASETS["correlated"](True).truth
    assert isinstance(truth, Plane)
    points = truth.points(2_000)
    for places in (1, 7):
        found = told(plane.findings(np.repeat(points[:places], 700 // places, axis=0), truth), "collapse")
        assert found is not None
        assert (found.share, found.count) == (0.9, math.ceil(0.9 * places))
        assert found.expected > 10 * found.count
    assert told(plane.findings(points, truth), "collapse") is None


def test_samples_on_a_curve_are_counted_by_the_cells_that_they_and_the_data_fill() -> None:
    truth = DATASETS["correlated"](True).truth
    assert isinstance(truth, Plane)
    points = truth.points(2_000)
    along = np.linspace(*np.quantile(points[:, 0], [0.2, 0.8]), 2_000)
    found = told(plane.findings(np.stack([along, np.full(2_000, points[:, 1].mean())], 1), truth), "collapse")
    assert found is not None
    assert 6 < found.count < 40 < found.expected / 5


def test_the_gravest_of_points_stands_first() -> None:
    truth = ring()
    missing = plane.findings(on_modes(truth, [0.0, 0.0, *[1 / 6] * 6], 0.1), truth)
    assert [each.kind for each in missing] == ["missing", "bridge"]
    bridge = plane.findings(on_modes(truth, [0.0, *[1 / 7] * 7], 0.4), truth)
    assert [each.kind for each in bridge] == ["bridge", "missing"]
    collapse = plane.findings(np.tile([[0.7, 0.1]], (1_000, 1)), truth)
    assert [each.kind for each in collapse][:2] == ["collapse", "apart"]


def test_what_is_wrong_with_width_and_place_of_points_is_weighed() -> None:
    truth = DATASETS["correlated"](True).truth
    assert isinstance(truth, Plane)
    points = truth.points(10_000)
    middle = points.mean(0)
    along = (points - middle) @ CORRELATED_AXES.T
    # Half the logarithm of the ratio of widths, and two fifths of the shift: .35 against .12, .08 against .2.
    for ratio, shift, expected in ((0.5, 0.3, ["narrow", "shifted"]), (0.85, 0.5, ["shifted", "narrow"]), (2.0, 0.3, ["wide", "shifted"])):
        made = middle + (along * (1, ratio) + (shift * along[:, 0].std(), 0)) @ CORRELATED_AXES
        kinds = [each.kind for each in plane.findings(made, truth)]
        assert [kind for kind in kinds if kind in ("narrow", "wide", "shifted")] == expected


def test_that_data_are_discrete_is_told_last() -> None:
    rows = np.random.default_rng(0).standard_normal((2_000, 2))
    rows[:, 1] = np.arange(2_000) % 20
    truth = of_columns(rows, True).truth
    assert isinstance(truth, Plane)
    kinds = [each.kind for each in plane.findings(rows + np.array([1.0, 0.0]), truth)]
    assert "shifted" in kinds
    assert kinds[-1] == "discrete"


FLOORS = {
    "ks": Floor(0.01, 0.02),
    "js": Floor(0.001, 0.002),
    "sliced_w1": Floor(0.1, 0.12),
    "hq": Floor(0.98, 0.97),
    "reverse_kl": Floor(0.01, 0.02),
}
PERFECT = {name: floor.typical for name, floor in FLOORS.items()}


@pytest.mark.parametrize(
    ("name", "limit", "far"),
    [
        ("ks", 0.02, 0.01 + 0.03),
        ("js", 0.002, 0.001 + 0.01),
        ("sliced_w1", 0.12, 0.1 + 0.05 * 4),
        ("hq", 0.97, 0.98 - 0.05),
        ("reverse_kl", 0.02, 0.01 + 0.02),
    ],
)
def test_each_metric_alone_can_tell_and_how_far_beyond_is_close(name: str, limit: float, far: float) -> None:
    worse = -1e-6 if name == "hq" else 1e-6

    def found(value: float, *findings: Finding) -> str:
        return agreement(PERFECT | {name: value}, FLOORS, findings, 4.0)

    assert [found(limit - worse), found(limit + worse), found(far - worse), found(far + worse)] == [
        "indistinguishable",
        "close",
        "close",
        "different",
    ]
    assert found(math.nan) == "unknown"


def test_a_floor_that_lies_beyond_what_is_close_still_counts() -> None:
    wide = {"ks": Floor(0.01, 0.2)}
    assert agreement({"ks": 0.15}, wide, (), 1.0) == "indistinguishable"
    assert agreement({"ks": 0.15}, wide, (Finding("narrow", 0.8),), 1.0) == "close"
    assert agreement({"ks": 0.21}, wide, (), 1.0) == "different"


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (Finding("narrow", 0.5), "close"),
        (Finding("shifted", 3.0), "close"),
        (Finding("missing", 0.01, 0.0), "different"),
        (Finding("collapse", 0.9), "different"),
        (Finding("apart", 1.0), "different"),
        *(
            (Finding(kind, 0.3, 0.3 - wrong), "different" if wrong > 0.1 else "close")
            for kind in ("bridge", "uneven", "off", "missed")
            for wrong in (0.09, 0.11)
        ),
        (Finding("uneven", 0.2, 0.31), "different"),
    ],
)
def test_what_is_wrong_is_grave_by_its_kind_or_its_mass(finding: Finding, expected: str) -> None:
    assert agreement(PERFECT, FLOORS, (finding,), 1.0) == expected
    assert agreement(PERFECT, FLOORS, (Finding("narrow", 0.5), finding), 1.0) == expected


def test_nothing_is_said_without_floors_and_w1_alone_says_nothing() -> None:
    assert agreement(PERFECT, {}, (), 1.0) == "unknown"
    assert agreement({"w1": 9.0}, {"w1": Floor(0.0, 0.1)}, (), 1.0) == "unknown"
    assert agreement({"w1": 9.0, "ks": 0.0}, {"w1": Floor(0.0, 0.1), **FLOORS}, (), 1.0) == "indistinguishable"


def test_a_diagnosis_rests_on_the_metrics_of_its_kind_of_data_and_tells_rows_and_moments() -> None:
    ring_truth, moons = ring(), DATASETS["moons"](True).truth
    assert isinstance(moons, Plane)
    assert judged(gaussian()) == ("w1", "ks", "js", "sd_ratio")
    assert judged(moons) == ("js", "sliced_w1")
    assert judged(ring_truth) == ("js", "sliced_w1", "modes", "hq", "reverse_kl")
    points = moons.points(500)
    found = diagnosis(points, of_columns(points, True).truth, {})  # type: ignore[arg-type]
    assert (found.samples, found.rows, found.real, found.fake) == (500, 500, None, None)
    assert found.metrics.keys() == {"js", "sliced_w1"}
    numbers = diagnosis(2 + Z, gaussian(), {})
    assert (numbers.samples, numbers.rows) == (N, 0)
    assert numbers.real is not None
    assert numbers.fake is not None
    assert (numbers.real.mean, numbers.real.sd) == (4, 0.5)
    assert (numbers.fake.mean, numbers.fake.sd) == (pytest.approx(2), pytest.approx(1, abs=1e-3))
    # Sliced W1 is close within a twentieth of the standard deviation of the data, the mean of both columns.
    wide = of_columns(points * (1, 9), True).truth
    assert isinstance(wide, Plane)
    spread = (points * (1, 9)).std(0).mean()
    moved = points * (1, 9) + (0, 0.2 * spread)
    distance = diagnosis(moved, wide, {}).metrics["sliced_w1"]
    for typical, expected in ((distance - 0.049 * spread, "close"), (distance - 0.051 * spread, "different")):
        assert diagnosis(moved, wide, {"sliced_w1": Floor(typical, typical)}).agreement == expected
