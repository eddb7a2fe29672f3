"""What is wrong with generated numbers, by where their mass lies and that of the data does not, and the other way round."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.diagnosis import Finding
from tui_gan.contract.snapshot import Floats
from tui_gan.gan.datasets.dataset import Line, of_truth
from tui_gan.gan.metrics.line import ks

LEVELS = 2_000
# A gap is this much as wide as the middle 98 % of the data, with this share of them on either side.
GAP, BESIDE = 0.05, 0.02
# Of a share of samples or of data: the least that is told, and as how many samples or rows it must be seen.
TOLD, SEEN = 0.005, 10
# Of KS, from which on hardly anything is in common.
APART = 0.95
# Of the width of the middle 80 % to that of the data: under the first and over the second it is told, under the third it is a collapse.
NARROW, WIDE, COLLAPSED = 0.9, 1.1, 0.1
# Of a shift in standard deviations, and of a difference of the shares of a part of the data.
SHIFTED, UNEVEN, MISSING = 0.15, 0.05, 0.2
# Of KS times the root of the number of samples: of independent draws one in a thousand is beyond (Kolmogorov's distribution).
DIFFERENT = 1.95
# The level of a tail, and the factors from which on it is too short or too long.
TAIL, SHORT, LONG = 0.01, 1.5, 0.5
# Samples or rows in a tail from which on such a factor is beyond the noise; and of a median or a width, times the root of their number.
TAILED, NOISE = 40, 4.0
# The mass of a value that is counted, and the share of distinct values under which the data are discrete.
ATOM, DISTINCT = 0.01, 0.1
# Of the middle 80 % of a Gaussian, its width in standard deviations.
MIDDLE = 2.563
# Bins a standard deviation, and the share of samples in so few of them that they are points.
FINE, MOST = 20.0, 0.9


class Part(NamedTuple):
    """A stretch of the line between two gaps of the data, (low, high], and the data and the samples in it, in ascending order."""

    low: float
    high: float
    real: Floats
    fake: Floats


def findings(samples: Floats, truth: Line) -> tuple[Finding, ...]:
    """What is wrong with N finite samples, (N,), the gravest first; nothing that the sample sizes do not allow to tell.

    - apart: KS is nearly 1; `share` is KS, low and high are the range of the samples.
    - collapse: `share`, nine tenths, of the samples lie in `count` bins, and as much of the data in `expected`.
    - missing: `share` of the data lie between low and high, and `expected` of the samples.
    - bridge: `share` of the samples lie between low and high, where `expected` of the data do.
    - uneven: `share` of the samples and `expected` of the data lie between low and high.
    - discrete: the user's data take `count` values; the most frequent, `low`, is `share` of them, so that a generator without steps has
      KS of at least half of that.
    - shifted: by `share` standard deviations, of the `count` modes where gaps part the data; low is the shift of the median in their units.
    - narrow, wide: the middle 80 % of the samples are `share` times as wide as those of the data; between gaps where it has some.
    - short_tail, long_tail: above low (or below high) lie `share` of the data, and `expected` of the samples.
    - misplaced: where nothing else is found, but KS is beyond the noise: at high, where the distribution functions differ most, `share` of
      the samples lie below, and `expected` of the data.
    """
    ordered, real = np.sort(samples), _levels(truth)
    all_findings = [*discrete(truth)]
    if (distance := float(ks(samples, truth))) >= APART:
        all_findings.append(Finding("apart", distance, low=float(ordered[0]), high=float(ordered[-1])))
        points = [*_collapse(ordered, truth)]
        return (*all_findings, *points)
    gaps = _gaps(truth)
    parts = list(_parts(ordered, real, gaps))
    count = min(len(samples), truth.rows or len(samples))
    least = SEEN / count
    all_findings += [*_collapse(ordered, truth), *_bridges(ordered, truth, gaps, least), *_shares(parts, len(ordered), len(real), least)]
    kinds = {finding.kind for finding in all_findings}
    if not kinds & {"collapse", "missing"}:
        widths = [*_widths([part for part in parts if len(part.fake) >= SEEN], NOISE / math.sqrt(count))]
        all_findings += widths or ([] if kinds & {"discrete", "uneven"} or count * TAIL < TAILED else _tails(ordered, truth))
    if not all_findings and distance * math.sqrt(count) > DIFFERENT:
        all_findings.append(_misplaced(ordered, truth))
    return tuple(sorted(all_findings, key=_gravity, reverse=True))


def collapsed(samples: Floats, truth: Line) -> bool:
    """Whether `findings` names a collapse or something missing, without the rest of them."""
    ordered = np.sort(samples)
    if any(_collapse(ordered, truth)):
        return True
    gaps, real = _gaps(truth), _levels(truth)
    if not gaps or ks(samples, truth) >= APART:
        return False
    least = SEEN / min(len(samples), truth.rows or len(samples))
    shares = _shares(list(_parts(ordered, real, gaps)), len(ordered), len(real), least)
    return any(finding.kind == "missing" for finding in shares)


@of_truth
def _levels(truth: Line) -> Floats:
    """Quantiles of the data, as many as there are rows, LEVELS at most."""
    return truth.quantiles(min(truth.rows, LEVELS) if truth.rows else LEVELS)


def _misplaced(ordered: Floats, truth: Line) -> Finding:
    reached, expected = (np.arange(len(ordered)) + 1) / len(ordered), truth.cdf(ordered)
    at = int(np.abs(reached - expected).argmax())
    return Finding("misplaced", float(reached[at]), float(expected[at]), -math.inf, float(ordered[at]))


def discrete(truth: Line) -> Iterator[Finding]:
    """Whether the user's numbers take few values, or some value often."""
    if not truth.rows:
        return
    values, counts = np.unique(truth.quantiles(truth.rows), return_counts=True)
    most = counts.argmax()
    heavy = counts[most] / truth.rows
    often = heavy >= max(ATOM, SEEN / truth.rows)
    if often or (len(values) <= DISTINCT * truth.rows and truth.rows >= 10 * SEEN):
        yield Finding("discrete", float(heavy), low=float(values[most]), count=len(values))


def _gravity(finding: Finding) -> float:
    """About the mass that lies wrong."""
    if finding.kind in ("collapse", "apart"):
        return 2.0
    if finding.kind in ("narrow", "wide"):
        return min(1.0, abs(math.log(max(finding.share, 1e-9))) / 2)
    if finding.kind == "shifted":
        return min(1.0, 0.4 * abs(finding.share))
    if finding.kind == "discrete":
        return finding.share / 2
    return abs(finding.share - finding.expected)


@of_truth
def _gaps(truth: Line) -> list[tuple[float, float]]:
    """Wide stretches without data between quantiles of the data that have data on either side; none of discrete data."""
    if any(discrete(truth)):
        return []
    real = _levels(truth)
    first, last = int(BESIDE * len(real)), int((1 - BESIDE) * len(real))
    width = real[int(0.99 * len(real))] - real[int(0.01 * len(real))]
    steps = np.diff(real)
    return [(float(real[at]), float(real[at + 1])) for at in np.flatnonzero(steps > GAP * width).tolist() if first <= at + 1 <= last]


def _parts(ordered: Floats, real: Floats, gaps: list[tuple[float, float]]) -> Iterator[Part]:
    """The stretches between the gaps; samples within a gap belong to none."""
    lows, highs = [-math.inf, *(high for _, high in gaps)], [*(low for low, _ in gaps), math.inf]
    for low, high in zip(lows, highs, strict=True):
        # The edges of a gap are data themselves.
        yield Part(low, high, *(each[np.searchsorted(each, low) : np.searchsorted(each, high, side="right")] for each in (real, ordered)))


def _bridges(ordered: Floats, truth: Line, gaps: list[tuple[float, float]], least: float) -> Iterator[Finding]:
    for low, high in gaps:
        inside = (np.searchsorted(ordered, high) - np.searchsorted(ordered, low, side="right")) / len(ordered)
        real = truth.cdf(np.array([low, np.nextafter(high, low)]))
        expected = float(real[1] - real[0])
        if inside - expected >= max(TOLD, least):
            yield Finding("bridge", float(inside), expected, low, high)


def _shares(parts: list[Part], samples: int, quantiles: int, least: float) -> list[Finding]:
    """Parts of the data that G leaves out, or, where there is none, makes too much or too little of."""
    if len(parts) == 1:
        return []
    missing, uneven = [], []
    for part in parts:
        share, expected = len(part.fake) / samples, len(part.real) / quantiles
        if share < MISSING * expected and expected > least:
            missing.append(Finding("missing", expected, share, part.low, part.high))
        elif abs(share - expected) > max(UNEVEN, least):
            uneven.append(Finding("uneven", share, expected, part.low, part.high))
    return missing or uneven


def _widths(parts: list[Part], noise: float) -> Iterator[Finding]:
    """The width and the place of the middle of each part, weighted by the data in it, as far as they are beyond the noise."""
    if not parts:
        return
    weights = np.array([len(part.real) for part in parts], dtype=np.float64)
    real, fake = (
        np.array([np.quantile(each, [0.1, 0.5, 0.9]) for each in both]) for both in zip(*(part[2:] for part in parts), strict=True)
    )
    width = real[:, 2] - real[:, 0]
    if not (width > 0).all():
        return
    ratio = float(np.average((fake[:, 2] - fake[:, 0]) / width, weights=weights))
    shift = float(np.average((fake[:, 1] - real[:, 1]) / width * MIDDLE, weights=weights))
    modes = len(parts) if len(parts) > 1 else 0
    if not min(NARROW, 1 - noise) <= ratio <= max(WIDE, 1 + noise):
        yield Finding("narrow" if ratio < 1 else "wide", ratio, count=modes)
    if abs(shift) > max(SHIFTED, noise):
        yield Finding("shifted", shift, low=float(np.average(fake[:, 1] - real[:, 1], weights=weights)), count=modes)


def _tails(ordered: Floats, truth: Line) -> Iterator[Finding]:
    """Where the outermost samples lie, and how much of the data is beyond."""
    low, high = (float(each) for each in np.quantile(ordered, [TAIL, 1 - TAIL]))
    above = 1.0 - float(truth.cdf(np.array([high]))[0])
    below = float(truth.cdf(np.array([np.nextafter(low, -np.inf)]))[0])
    for beyond, start, end in ((above, high, math.inf), (below, -math.inf, low)):
        if not LONG * TAIL <= beyond <= SHORT * TAIL:
            yield Finding("short_tail" if beyond > TAIL else "long_tail", beyond, TAIL, start, end)


def _collapse(ordered: Floats, truth: Line) -> Iterator[Finding]:
    """Nearly all samples at points: in a tenth of the bins that the data fill, or at one of several values that the data take."""
    width, filled, few = _points(truth)
    if width > 0 and (points := _fewest(ordered, width)) <= few:
        yield Finding("collapse", MOST, float(filled), count=points)


@of_truth
def _points(truth: Line) -> tuple[float, int, float]:
    """The width of a bin, a FINE-th of that of the data, how many these fill, and how few are a collapse; of data without a width 0."""
    real = _levels(truth)
    width = float(np.quantile(real, 0.9) - np.quantile(real, 0.1)) / MIDDLE / FINE
    filled = _fewest(real, width) if width > 0 else 0
    return width, filled, max(COLLAPSED * filled, 1.0 if filled > 2 and any(discrete(truth)) else 0.0)


def _fewest(ordered: Floats, width: float) -> int:
    """The fewest bins that hold MOST of the values; values astride two bins count once."""
    fewest = len(ordered)
    for offset in (0.0, 0.5):
        bins = np.floor((ordered - ordered[0]) / width + offset)
        counts = np.diff(np.flatnonzero(bins[1:] > bins[:-1]) + 1, prepend=0, append=len(bins))
        fewest = min(fewest, fewest_of(counts, MOST))
    return fewest


def fewest_of(counts: NDArray[np.int64], share: float) -> int:
    """How few of the places that hold so many each hold this share of all."""
    return int(np.searchsorted(np.cumsum(np.sort(counts)[::-1]), share * counts.sum())) + 1
