"""Objectives: all that is said of each beside its losses, which gan/objectives.py computes and a test holds against this.

D(x) is what is drawn of D, C(x) its raw output; p is the density of the data, q that of the generated samples, s the label smoothing.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.sources import ARJOVSKY, ARJOVSKY_BOTTOU, AYLIEN, GOODFELLOW, GULRAJANI, JOLICOEUR, KAHNG, LIM_YE, MAO

Floats = NDArray[np.float64]
LN2 = math.log(2.0)
# GAN Lab's weight of the real samples in D's loss.
REAL_WEIGHT = 0.95


class Level(NamedTuple):
    """What a loss is where p = q and D is the best there is: its value, and how it is written."""

    value: float
    name: str


class Balance(NamedTuple):
    """Both losses where p = q and D is the best there is; G's is None where it may be any number."""

    discriminator: Level
    generator: Level | None


class Optimum(NamedTuple):
    """The best D against a fixed G, without regularizers.

    Attributes:
        value: (p, q, s) -> D*, float64 of the same shape; NaN where p and q are both 0.
        formula: of D*, without and with label smoothing.
    """

    value: Callable[[Floats, Floats, float], Floats]
    formula: str
    smoothed: str = ""


class Traits(NamedTuple):
    """What an objective is.

    Attributes:
        term: its name in words.
        text: what both players optimise.
        source: author, year, arXiv number.
        reading: what D(x) is, and what its values mean.
        optimum: None where the losses leave D* open, or know no D of a single sample.
        why_not: why there is none; "" where there is.
        gradient: the mean D(x) of generated samples -> what G can learn from a D that tells the two apart, and the source.
        balance: s -> both losses where p = q; s is 0 where the objective knows no label smoothing. None where they are not known.
        unit: of the losses; "" for none.
        probability: whether D is trained so that D(x) estimates the probability that x is real.
    """

    term: str
    text: str
    source: str
    reading: str
    optimum: Optimum | None
    why_not: str
    gradient: Callable[[float], tuple[str, str]]
    balance: Callable[[float], Balance] | None = None
    unit: str = ""
    probability: bool = False


def _share(p: Floats, q: Floats, smoothing: float) -> Floats:
    """(1 - s) p / (p + q)."""
    best: Floats = np.divide((1 - smoothing) * p, p + q, out=np.full(np.shape(p), np.nan), where=p + q > 0)
    return best


def _weighted_share(p: Floats, q: Floats, smoothing: float) -> Floats:
    """w p / (w p + q), w the weight of the real samples."""
    return _share(REAL_WEIGHT * p, q, 0.0)


def _side(p: Floats, q: Floats, smoothing: float) -> Floats:
    """sigmoid(sign(p - q)), since hinge wants C = 1 where p > q and -1 where p < q."""
    return np.where(p + q > 0, 1 / (1 + np.exp(-np.sign(p - q))), np.nan)


def _fixed(discriminator: Level, generator: Level | None) -> Callable[[float], Balance]:
    return lambda smoothing: Balance(discriminator, generator)


def _level(value: float, name: str, smoothing: float) -> Level:
    return Level(value, f"{value:.3f}" if smoothing else name)


def _logistic(generator: Callable[[float], float], name: str) -> Callable[[float], Balance]:
    """The balance of the logistic losses, from G's loss as a function of the constant D = (1 - s) / 2."""

    def balance(smoothing: float) -> Balance:
        best = (1 - smoothing) / 2
        loss = -(1 - smoothing) * math.log(best) - (1 + smoothing) * math.log(1 - best)
        return Balance(_level(loss, "2 ln 2", smoothing), _level(generator(best), name, smoothing))

    return balance


def _weighted(smoothing: float) -> Balance:
    best = REAL_WEIGHT / (1 + REAL_WEIGHT)
    of_d, of_g = -REAL_WEIGHT * math.log(best) - math.log(1 - best), -math.log(best)
    return Balance(Level(of_d, f"{of_d:.3f}"), Level(of_g, f"{of_g:.3f}"))


def _least_squares(smoothing: float) -> Balance:
    best = (1 - smoothing) / 2
    return Balance(_level(best**2, "1/4", smoothing), _level(0.5 * (1 - best) ** 2, "1/8", smoothing))


PROBABILITY = "D(x) is the discriminator's estimated probability that x is real."
SHARE = Optimum(_share, "p(x) / (p(x) + q(x))", "(1 - s) p(x) / (p(x) + q(x))")
WEIGHTED_SHARE = Optimum(_weighted_share, f"{REAL_WEIGHT:g} p(x) / ({REAL_WEIGHT:g} p(x) + q(x))")


def _saturating(mean: float) -> tuple[str, str]:
    text = (
        f"G minimises log(1 - D(G(z))), whose gradient with respect to the logit is -D(G(z)) (mean {-mean:.2g}): the more confident D is, "
        "the less G learns. This is the vanishing gradient."
    )
    return text, GOODFELLOW


def _non_saturating(mean: float) -> tuple[str, str]:
    text = (
        f"G minimises -log D(G(z)); its gradient with respect to the logit is D(G(z)) - 1 (mean {mean - 1:.2f}), so it does not vanish; "
        "where the distributions hardly overlap it is noisy."
    )
    return text, ARJOVSKY_BOTTOU


def _clamped(mean: float) -> tuple[str, str]:
    text = (
        f"D(G(z)) is {mean:.3g} on average. Where it is below 0.00001 the logarithm is clamped and the gradient is exactly 0, so G learns "
        "nothing from such samples."
    )
    return text, AYLIEN


TRAITS: dict[str, Traits] = {
    "non_saturating": Traits(
        "non-saturating objective",
        "D maximises log D(x) + log(1 - D(G(z))); G maximises log D(G(z)) instead of minimising log(1 - D(G(z))), which saturates when D "
        "is confident.",
        GOODFELLOW,
        PROBABILITY,
        SHARE,
        "",
        _non_saturating,
        _logistic(lambda best: -math.log(best), "ln 2"),
        "nats",
        probability=True,
    ),
    "halved": Traits(
        "halved objective",
        "The non-saturating objective with half of D's loss, as in the code of the 2014 paper: plain gradient descent then moves D half as "
        "far.",
        GOODFELLOW,
        PROBABILITY,
        SHARE,
        "",
        _non_saturating,
        _fixed(Level(LN2, "ln 2"), Level(LN2, "ln 2")),
        "nats",
        probability=True,
    ),
    "minimax": Traits(
        "minimax objective",
        "D maximises log D(x) + log(1 - D(G(z))) and G minimises it. Against the optimal D this minimises the Jensen-Shannon divergence; "
        "in practice G's gradient vanishes where D is confident.",
        GOODFELLOW,
        PROBABILITY,
        SHARE,
        "",
        _saturating,
        _logistic(lambda best: math.log(1 - best), "-ln 2"),
        "nats",
        probability=True,
    ),
    "zero_sum": Traits(
        "zero-sum objective",
        "G's loss is minus D's whole loss. Its gradient with respect to G is that of minimax, since the term of the real samples does not "
        "depend on G.",
        GOODFELLOW,
        PROBABILITY,
        SHARE,
        "",
        _saturating,
        _fixed(Level(2 * LN2, "2 ln 2"), Level(-2 * LN2, "-2 ln 2")),
        "nats",
        probability=True,
    ),
    "weighted": Traits(
        "weighted objective",
        f"The non-saturating objective with the real samples weighted by {REAL_WEIGHT:g} in D's loss, as in GAN Lab, which lowers D*(x) a "
        "little wherever both kinds of samples lie.",
        KAHNG,
        f"D(x) is the discriminator's estimated probability that x is real, for a population with {REAL_WEIGHT:g} real samples to each "
        "generated one.",
        WEIGHTED_SHARE,
        "",
        _non_saturating,
        _weighted,
        "nats",
        probability=True,
    ),
    "clamped": Traits(
        "clamped objective",
        "The non-saturating objective with probabilities clamped at 0.00001 before the logarithm, so that the gradient is 0 where D is "
        "more confident than that.",
        AYLIEN,
        PROBABILITY,
        SHARE,
        "",
        _clamped,
        _fixed(Level(2 * LN2, "2 ln 2"), Level(LN2, "ln 2")),
        "nats",
        probability=True,
    ),
    "least_squares": Traits(
        "least-squares objective",
        "D regresses its output to 1 on real and 0 on generated samples; G regresses D's output on its samples to 1. Samples far from the "
        "decision threshold still give a gradient.",
        MAO,
        "D(x) is the raw output of D, cut to 0 .. 1: it is trained towards 1 on real and 0 on generated samples, and is no sigmoid.",
        SHARE,
        "",
        lambda mean: (
            "G minimises the squared distance of D's output from 1, so the samples that D rejects most confidently have the largest "
            "gradient.",
            MAO,
        ),
        _least_squares,
    ),
    "hinge": Traits(
        "hinge objective",
        "D's output should be above 1 on real and below -1 on generated samples; samples beyond these margins give D no gradient. G "
        "maximises D's output.",
        LIM_YE,
        "D(x) is the sigmoid of D's output. It is no probability: hinge trains D to the margins +1 and -1, where D(x) is 0.73 and 0.27.",
        Optimum(_side, "0.73 where p(x) > q(x), 0.27 where p(x) < q(x)"),
        "",
        lambda mean: (
            "D gets no gradient from samples beyond its margins, and G's gradient with respect to D's output is always -1, so G still "
            "learns.",
            LIM_YE,
        ),
        _fixed(Level(2.0, "2"), None),
    ),
    "wasserstein": Traits(
        "Wasserstein objective",
        "D is a critic: it maximises its mean output on real minus that on generated samples. Were its gradient norm at most 1 everywhere, "
        "the best difference would be W1; a gradient penalty or spectral normalisation only approximates that.",
        ARJOVSKY,
        "D(x) is sigmoid(C(x) - m), with the critic's output C and m half way between its means on real and on generated samples. It is "
        "no probability: only differences of C mean something.",
        None,
        "the optimal critic is no function of p(x) and q(x) alone",
        lambda mean: (
            "The critic's gradient does not vanish as long as its norm is held near 1; without a gradient penalty or spectral "
            "normalisation nothing holds it.",
            GULRAJANI,
        ),
        _fixed(Level(0.0, "0"), None),
    ),
    "relativistic": Traits(
        "relativistic objective",
        "D compares pairs: it maximises log sigmoid(C(x) - C(G(z))), and G maximises log sigmoid(C(G(z)) - C(x)). Only differences of "
        "outputs count.",
        JOLICOEUR,
        "D(x) is sigmoid(C(x) - m), with D's output C and m half way between its means on real and on generated samples: only differences "
        "of C count.",
        None,
        "only differences of D's outputs count: log(p(x) / q(x)) plus any constant is optimal",
        lambda mean: (
            "G's gradient is largest for the pairs that D ranks most confidently, so it does not vanish; where the distributions hardly "
            "overlap it is noisy.",
            JOLICOEUR,
        ),
        _fixed(Level(LN2, "ln 2"), Level(LN2, "ln 2")),
        "nats",
    ),
}
"""By their names in gan/objectives.py."""

UNKNOWN = Traits(
    "objective",
    "",
    "",
    "D(x) is D's output as the objective reads it, in 0 .. 1.",
    None,
    "it is not known for this objective",
    lambda mean: ("A D that separates the two with confidence gives G a gradient that is small or noisy.", ARJOVSKY_BOTTOU),
)
