"""Diagnosis of generated samples: how near the data they are by several metrics with their floors, and what is wrong."""

from collections.abc import Iterable, Mapping

import numpy as np

from tui_gan.contract.diagnosis import Agreement, Diagnosis, Finding, Floor, Moments
from tui_gan.contract.snapshot import Floats
from tui_gan.gan.datasets.dataset import Images, Line, Plane, Truth
from tui_gan.gan.diagnosis import line, plane
from tui_gan.gan.metrics import METRICS, measure

# The metrics that a diagnosis rests on; those of the modes where there are any.
JUDGED: dict[type, tuple[str, ...]] = {Line: ("w1", "ks", "js", "sd_ratio"), Plane: ("js", "sliced_w1")}
OF_MODES = ("modes", "hq", "reverse_kl")
# How far beyond what a perfect generator gets a metric may be for the distributions to be called close: a best threshold is right on 51.5 %
# with KS .03, the loss of a best D is 2 JS below 2 ln 2.
CLOSE = {"ks": 0.03, "js": 0.01, "hq": -0.05, "reverse_kl": 0.02}
# The same of sliced W1 in standard deviations of the data; and of the mass that may lie wrong in one way.
CLOSE_SLICED, WRONG = 0.05, 0.1
# W1 rests on the largest values alone where the tails are heavy; it is told, and the tails are compared by their shares.
ASIDE = ("w1",)
# Findings that do not go with distributions that are close.
GRAVE = ("apart", "collapse", "missing")
SHARES = ("bridge", "uneven", "off", "missed")
SPREAD_OF = 10_000


def judged(truth: Line | Plane) -> tuple[str, ...]:
    """The metrics that a diagnosis of this data rests on."""
    return JUDGED[type(truth)] + (OF_MODES if isinstance(truth, Plane) and truth.modes is not None else ())


def diagnosis(samples: Floats, truth: Line | Plane, floors: Mapping[str, Floor]) -> Diagnosis:
    """Diagnose generated samples in units of the data, (N,) or (N, 2).

    Args:
        floors: of the metrics `judged` at N samples; {} while they are not known, and then nothing is said of how near the data it is.
    """
    # Samples of a generator that runs away may be so large that their squares are no numbers.
    with np.errstate(over="ignore", invalid="ignore"):
        metrics = measure(samples, truth, judged(truth))
        findings: tuple[Finding, ...] = ()
        if np.isfinite(samples).all():
            findings = line.findings(samples, truth) if isinstance(truth, Line) else plane.findings(samples, truth)
        if isinstance(truth, Line):
            real, fake, spread = Moments(truth.mean, truth.sd), Moments(float(samples.mean()), float(samples.std())), truth.sd
        else:
            real, fake, spread = None, None, float(truth.points(SPREAD_OF).std(0).mean())
    return Diagnosis(len(samples), truth.rows, real, fake, metrics, floors, agreement(metrics, floors, findings, spread), findings)


def names_collapses(truth: Truth) -> bool:
    """Whether a collapse can be named on such data; of images it is not said."""
    return not isinstance(truth, Images)


def collapsed(samples: Floats, truth: Truth) -> bool:
    """Whether the findings name a mode collapse: samples at few points, or a part of the data left out."""
    if isinstance(truth, Images) or not np.isfinite(samples).all():
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        return line.collapsed(samples, truth) if isinstance(truth, Line) else plane.collapsed(samples, truth)


def agreement(metrics: Mapping[str, float], floors: Mapping[str, Floor], findings: Iterable[Finding], spread: float) -> Agreement:
    """How near generated samples are to the data, whose standard deviation is `spread`.

    indistinguishable: no metric is beyond what a perfect generator gets at this sample size, and nothing else is wrong that D could see.
    close: none is farther beyond than CLOSE, and nothing grave is wrong. different: some is. unknown: a metric is no number, or the
    floors are not known.
    """
    compared = {name: (metrics[name], floor) for name, floor in floors.items() if name in metrics and name not in ASIDE}
    if not compared or any(np.isnan(value) for value, _ in compared.values()):
        return "unknown"
    findings = tuple(findings)
    if not findings and all(_within(name, value, floor.limit) for name, (value, floor) in compared.items()):
        return "indistinguishable"
    allowed = CLOSE | {"sliced_w1": CLOSE_SLICED * spread}
    near = all(_near(name, value, floor, allowed[name]) for name, (value, floor) in compared.items())
    return "close" if near and not any(_grave(finding) for finding in findings) else "different"


def _near(name: str, value: float, floor: Floor, more: float) -> bool:
    return _within(name, value, floor.limit) or _within(name, value, floor.typical + more)


def _grave(finding: Finding) -> bool:
    return finding.kind in GRAVE or (finding.kind in SHARES and abs(finding.share - finding.expected) > WRONG)


def _within(name: str, value: float, limit: float) -> bool:
    return value >= limit if METRICS[name].better == "more" else value <= limit
