"""Gauges: how each series of a run is shown, in one table for losses, quality and curves."""

import dataclasses

from tui_gan.ui.draw.palette import Ink


@dataclasses.dataclass(frozen=True)
class Gauge:
    """How a series is shown.

    Attributes:
        logarithmic: whether its axis is.
        wanted: the value that is aimed at, if there is one.
        include: values that a linear axis always covers.
        unit: of its values; "" for numbers without one.
        letter: what stands for it where several share a chart.
        marker: what draws it in ASCII.
        floor: what a perfect generator gets at this sample size; None where that is not known.
        bound: what the floor is called.
    """

    name: str
    logarithmic: bool = False
    wanted: float | None = None
    include: tuple[float, ...] = ()
    ink: Ink = Ink.TEXT
    unit: str = ""
    letter: str = ""
    marker: str = "*"
    floor: float | None = None
    bound: str = "floor"


LOSSES = ("generator_loss", "discriminator_loss")
PRETRAINING = "pretraining_loss"
GAUGES = {
    "generator_loss": Gauge("generator loss", ink=Ink.GENERATOR, letter="G"),
    "discriminator_loss": Gauge("discriminator loss", ink=Ink.DISCRIMINATOR, letter="D", marker="o"),
    "w1": Gauge("W1 distance", logarithmic=True, ink=Ink.FAKE, unit="data units"),
    "ks": Gauge("KS distance", logarithmic=True, ink=Ink.FAKE),
    "js": Gauge("JS divergence", logarithmic=True, ink=Ink.FAKE, unit="nats"),
    "mean": Gauge("mean", ink=Ink.FAKE, unit="data units"),
    "sd": Gauge("sd", ink=Ink.FAKE, unit="data units"),
    "sd_ratio": Gauge("sd ratio", wanted=1.0, ink=Ink.FAKE),
    "modes": Gauge("modes found", include=(0.0, 1.0), ink=Ink.FAKE),
    "hq": Gauge("near a mode", wanted=1.0, include=(0.0,), ink=Ink.FAKE, unit="of samples", bound="ceiling"),
    "reverse_kl": Gauge("reverse KL", logarithmic=True, ink=Ink.FAKE, unit="nats"),
    "mmd": Gauge("MMD", logarithmic=True, ink=Ink.FAKE),
    "sliced_w1": Gauge("sliced W1", logarithmic=True, ink=Ink.FAKE, unit="data units"),
    "parzen": Gauge("Parzen log p", ink=Ink.FAKE, unit="nats"),
    "parzen_se": Gauge("Parzen std. error", ink=Ink.FAKE, unit="nats"),
    "precision": Gauge("precision", wanted=1.0, include=(0.0,), ink=Ink.FAKE, unit="of samples", bound="ceiling"),
    "recall": Gauge("recall", wanted=1.0, include=(0.0,), ink=Ink.FAKE, unit="of real", bound="ceiling"),
    "density": Gauge("density", wanted=1.0, include=(0.0,), ink=Ink.FAKE, bound="ceiling"),
    "coverage": Gauge("coverage", wanted=1.0, include=(0.0,), ink=Ink.FAKE, unit="of real", bound="ceiling"),
    "feature_precision": Gauge("feature precision", wanted=1.0, include=(0.0,), ink=Ink.FAKE, unit="of samples", bound="ceiling"),
    "feature_recall": Gauge("feature recall", wanted=1.0, include=(0.0,), ink=Ink.FAKE, unit="of real", bound="ceiling"),
    "feature_density": Gauge("feature density", wanted=1.0, include=(0.0,), ink=Ink.FAKE, bound="ceiling"),
    "feature_coverage": Gauge("feature coverage", wanted=1.0, include=(0.0,), ink=Ink.FAKE, unit="of real", bound="ceiling"),
    "classifier_frechet": Gauge("Frechet distance", logarithmic=True, ink=Ink.FAKE),
    "nearest_train": Gauge("nearest train", ink=Ink.FAKE, unit="of test"),
    "kid": Gauge("KID", ink=Ink.FAKE),
    "fid": Gauge("FID", logarithmic=True, ink=Ink.FAKE),
    "l2_coefficient": Gauge("L2 coefficient", logarithmic=True, ink=Ink.DISCRIMINATOR),
    "k": Gauge("k steps", include=(0.0,), ink=Ink.DISCRIMINATOR, unit="updates of D"),
    PRETRAINING: Gauge("pre-training", logarithmic=True, ink=Ink.MARK, letter="P"),
}


def gauge_of(name: str) -> Gauge:
    """How a series is shown; one that the table does not know, under its own name."""
    return GAUGES.get(name) or Gauge(name.replace("_", " "))
