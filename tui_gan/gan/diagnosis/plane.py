"""What is wrong with generated points, by the modes of the data where they are known, and by near neighbours where they are not."""

import math
from collections.abc import Iterable, Iterator

import numpy as np

from tui_gan.contract.diagnosis import Finding
from tui_gan.contract.snapshot import Floats
from tui_gan.gan.datasets.dataset import Plane, of_truth
from tui_gan.gan.diagnosis.line import DISTINCT, MISSING, NARROW, NOISE, SEEN, SHIFTED, UNEVEN, WIDE, fewest_of
from tui_gan.gan.metrics.plane import NEAR_SDS, near_modes

# Points of either kind between which distances are taken, the neighbours whose distance is a point's reach, and real points for moments.
COMPARED, NEIGHBOURS, MOMENTS = 800, 5, 10_000
# Of the shares of samples off the data and of data that no sample reaches: how much more than among the data themselves is told.
TOLD = 0.05
# Of samples not within three standard deviations of a mode: how much more than the 1.1 % of a perfect generator is told.
BETWEEN = 0.02
# Cells along each side of the data; the share of those that the data fill that is a collapse, also where the data are points themselves.
CELLS, COLLAPSED, COLLAPSED_POINTS, MOST = 40, 0.1, 0.35, 0.9
# Nine tenths of the samples that are near no data are apart from them.
APART = 0.9


def findings(samples: Floats, truth: Plane) -> tuple[Finding, ...]:
    """What is wrong with N finite samples, (N, 2), the gravest first.

    - apart: `share` of the samples lie where the data have none, and these are nearly all.
    - collapse: `share`, nine tenths, of the samples lie in `count` cells of a grid over the data, and as much of the data in `expected`.
    - missing: `count` modes get under a fifth of their share; `share` of the data lie there.
    - bridge: `share` of the samples are not within three standard deviations of a mode; `expected` of a perfect generator's.
    - uneven: a mode gets `share` of the samples, the farthest from its `expected`.
    - off: `share` of the samples lie where the data have none: at no real point within the distance of its fifth neighbour; among the data
      themselves `expected`.
    - missed: `share` of the data have no sample within the distance of their fifth neighbour; among the data themselves `expected`.
    - shifted: by `share` standard deviations.
    - narrow, wide: `share` is the smaller (the larger) ratio of standard deviations along the principal axes of the data.
    - discrete: the user's data, or one of its columns, take `count` values.
    """
    all_findings = [*discrete(truth)]
    near = [*_neighbours(samples, truth)]
    apart = _names(near, "apart")
    collapse = [*_collapse(samples, truth, apart)]
    if apart:
        all_findings += [*near, *collapse]
    elif truth.modes is not None:
        all_findings += [*collapse, *_modes(samples, truth)]
    else:
        all_findings += [*collapse, *near, *([] if collapse else _spread(samples, truth.points(MOMENTS)))]
    return tuple(sorted(all_findings, key=_gravity, reverse=True))


def collapsed(samples: Floats, truth: Plane) -> bool:
    """Whether `findings` names a collapse or something missing, without the rest of them."""
    if any(_collapse(samples, truth, apart=False)):
        return True
    if truth.modes is None:
        return any(_collapse(samples, truth, apart=True)) and _names(_neighbours(samples, truth), "apart")
    return _names(_modes(samples, truth), "missing") and not _names(_neighbours(samples, truth), "apart")


def _names(findings: Iterable[Finding], kind: str) -> bool:
    return any(finding.kind == kind for finding in findings)


def discrete(truth: Plane) -> Iterator[Finding]:
    """Whether a column of the user's points takes few values."""
    if truth.rows < 10 * SEEN:
        return
    rows = truth.points(truth.rows)
    # There are no fewer points than values in a column.
    distinct = min(len(np.unique(rows[:, axis])) for axis in (0, 1))
    if distinct <= DISTINCT * len(rows):
        yield Finding("discrete", math.nan, count=distinct)


def _gravity(finding: Finding) -> float:
    """About the mass that lies wrong."""
    if finding.kind in ("apart", "collapse"):
        return 2.0 + (finding.kind == "collapse")
    if finding.kind in ("narrow", "wide"):
        return min(1.0, abs(math.log(max(finding.share, 1e-9))) / 2)
    if finding.kind == "shifted":
        return min(1.0, 0.4 * abs(finding.share))
    return 0.0 if finding.kind == "discrete" else abs(finding.share - (0.0 if finding.kind == "missing" else finding.expected))


def _modes(samples: Floats, truth: Plane) -> Iterator[Finding]:
    assert truth.modes is not None
    shares = near_modes(samples, truth) / len(samples)
    even, reached = 1 / len(truth.modes), float(shares.sum())
    # A bridge takes from every mode; what is missing is told of those samples that are of some mode.
    relative = shares / reached if reached else shares
    missing = relative < MISSING * even
    if missing.any():
        yield Finding("missing", float(missing.mean()), float(shares[missing].sum()), count=int(missing.sum()))
    perfect = 1 - math.exp(-(NEAR_SDS**2) / 2)
    if perfect - reached > BETWEEN:
        yield Finding("bridge", 1 - reached, 1 - perfect)
    farthest = int(np.abs(relative - even).argmax())
    if not missing.any() and abs(relative[farthest] - even) > max(UNEVEN, 0.3 * even):
        yield Finding("uneven", float(relative[farthest]), even)


def _neighbours(samples: Floats, truth: Plane) -> Iterator[Finding]:
    """Samples off the data, and data that are missed, against the same of the data themselves."""
    count = min(len(truth.points(2 * COMPARED)) // 2, len(samples))
    if count <= NEIGHBOURS:
        return
    real, reach, usual_off, usual_missed = _among(truth, count)
    off, missed = _shares(_distances(samples[:count], real) <= reach)
    threshold = max(TOLD, NOISE * math.sqrt(0.05 / count))
    if off > APART:
        yield Finding("apart", off)
        return
    if off - usual_off > threshold:
        yield Finding("off", off, usual_off)
    if missed - usual_missed > threshold:
        yield Finding("missed", missed, usual_missed)


@of_truth
def _among(truth: Plane, count: int) -> tuple[Floats, Floats, float, float]:
    """So many real points, the distance of each to its fifth neighbour, and the shares of as many others that are off them and missed."""
    points = truth.points(2 * COMPARED)
    real, others = points[:count], points[len(points) // 2 :][:count]
    among = _distances(real, real)
    np.fill_diagonal(among, math.inf)
    reach = np.partition(among, NEIGHBOURS - 1, axis=1)[:, NEIGHBOURS - 1]
    return real, reach, *_shares(_distances(others, real) <= reach)


def _shares(within: np.ndarray) -> tuple[float, float]:
    """Of (n, m), whether each of n lies within the reach of each of m: the shares of the n within none, and of the m without any."""
    return float(1 - within.any(1).mean()), float(1 - within.any(0).mean())


def _distances(a: Floats, b: Floats) -> Floats:
    distances: Floats = np.sqrt(np.square(a[:, None, 0] - b[:, 0]) + np.square(a[:, None, 1] - b[:, 1]))
    return distances


def _spread(samples: Floats, real: Floats) -> Iterator[Finding]:
    """Place and width along the principal axes of the data."""
    noise = NOISE / math.sqrt(min(len(samples), len(real)))
    middle = real.mean(0)
    # A column of one value has no width, and nothing can be said of it.
    _, axes = np.linalg.eigh(np.cov(real.T))
    ours, theirs = (samples - middle) @ axes, (real - middle) @ axes
    sds = theirs.std(0)
    if not (sds > 0).all():
        return
    ratios, shift = ours.std(0) / sds, float(np.hypot(*(ours.mean(0) / sds)))
    if ratios.min() < min(NARROW, 1 - noise):
        yield Finding("narrow", float(ratios.min()))
    elif ratios.max() > max(WIDE, 1 + noise):
        yield Finding("wide", float(ratios.max()))
    if shift > max(SHIFTED, noise):
        yield Finding("shifted", shift)


def _collapse(samples: Floats, truth: Plane, apart: bool) -> Iterator[Finding]:
    """Nearly all samples in a small share of the cells that the data fill, or in one."""
    low, side, filled = _filled(truth)
    share = COLLAPSED_POINTS if apart or truth.modes is not None else COLLAPSED
    points = _fewest(samples, low, side)
    if points <= max(1.0, share * filled) and filled > 2:
        yield Finding("collapse", MOST, float(filled), count=points)


@of_truth
def _filled(truth: Plane) -> tuple[Floats, Floats, int]:
    """The corner of the cells and their sides, and the fewest that hold MOST of the data."""
    real = truth.points(MOMENTS)
    low, width = real.min(0), np.ptp(real, axis=0)
    side = np.where(width > 0, width, 1.0) / CELLS
    return low, side, _fewest(real, low, side)


def _fewest(points: Floats, low: Floats, side: Floats) -> int:
    """The fewest cells that hold MOST of the points."""
    # As complex numbers they sort faster than as rows, and alike.
    cells = np.ascontiguousarray(np.floor((points - low) / side)).view(np.complex128)
    _, counts = np.unique(cells, return_counts=True)
    return fewest_of(counts, MOST)
