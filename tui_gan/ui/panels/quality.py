"""Quality: how far the generated distribution is from the real one."""

import math
from collections.abc import Callable
from typing import ClassVar

from tui_gan.contract.snapshot import Series, Snapshot
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink
from tui_gan.ui.draw.quality import Gauge, quality
from tui_gan.ui.panels.panel import Frame, Notes, Panel, hint

GAUGES = {
    "w1": Gauge("W1 distance", logarithmic=True, ink=Ink.FAKE),
    "ks": Gauge("KS distance", logarithmic=True, ink=Ink.FAKE),
    "js": Gauge("JS divergence", logarithmic=True, ink=Ink.FAKE),
    "sd_ratio": Gauge("sd ratio", wanted=1.0, ink=Ink.FAKE),
    "modes": Gauge("modes found", include=(0.0,), ink=Ink.FAKE),
    "hq": Gauge("near a mode", wanted=1.0, include=(0.0,), ink=Ink.FAKE),
    "reverse_kl": Gauge("reverse KL", logarithmic=True, ink=Ink.FAKE),
    "mmd": Gauge("MMD", logarithmic=True, ink=Ink.FAKE),
    "sliced_w1": Gauge("sliced W1", logarithmic=True, ink=Ink.FAKE),
    "parzen": Gauge("Parzen log p", ink=Ink.FAKE),
    "precision": Gauge("precision", wanted=1.0, include=(0.0,), ink=Ink.FAKE),
    "recall": Gauge("recall", wanted=1.0, include=(0.0,), ink=Ink.FAKE),
    "density": Gauge("density", wanted=1.0, include=(0.0,), ink=Ink.FAKE),
    "coverage": Gauge("coverage", wanted=1.0, include=(0.0,), ink=Ink.FAKE),
    "classifier_frechet": Gauge("Frechet distance", logarithmic=True, ink=Ink.FAKE),
    "nearest_train": Gauge("nearest train", ink=Ink.FAKE),
    "l2_coefficient": Gauge("L2 coefficient", logarithmic=True, ink=Ink.DISCRIMINATOR),
    "k": Gauge("k steps", include=(0.0,), ink=Ink.DISCRIMINATOR),
    "pretraining_loss": Gauge("pre-training", logarithmic=True, ink=Ink.MARK),
}
LOSSES = ("generator_loss", "discriminator_loss")
NEAR = 0.05


class Quality(Panel):
    """The metrics over steps, and what the training adapts."""

    title: ClassVar[str] = "quality"
    slow_seconds: ClassVar[float] = 0.5

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """Lengths and newest values."""
        return tuple((name, part.steps.size, part.steps[-1:].tolist()) for name, _, part in shown(frame.snapshot))

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the charts."""
        found = shown(frame.snapshot)
        if not any(part.steps.size for _, _, part in found):
            return hint("not measured yet: press e" if width > 26 else "", width, height)
        return quality([(gauge, part) for _, gauge, part in found], width, height, frame.look)

    def notes(self, frame: Frame) -> Notes:
        """The most telling metric in words."""
        return ((text, Ink.DIM),) if (text := verdict(frame.snapshot)) else ()


def shown(snapshot: Snapshot) -> list[tuple[str, Gauge, Series]]:
    """Every series but the losses: the known ones in the order of the table, others after them under their own names."""
    others = {name: Gauge(name.replace("_", " ")) for name in snapshot.series if name not in GAUGES and name not in LOSSES}
    return [(name, gauge, snapshot.series[name]) for name, gauge in (GAUGES | others).items() if name in snapshot.series]


def spread(ratio: float) -> str:
    """Whether the generated points spread as the real ones do, by the ratio of their standard deviations."""
    if abs(ratio - 1.0) <= NEAR:
        return "spread as wide as real"
    return "spread too narrow" if ratio < 1.0 else "spread too wide" if ratio > 1.0 else ""


# The first of these that was measured is put into words.
WORDS: dict[str, Callable[[float], str]] = {
    "modes": lambda modes: f"{modes:.0f} {'mode' if round(modes) == 1 else 'modes'} found",
    "hq": lambda share: f"{share:.0%} of samples near a mode",
    "sd_ratio": spread,
    "coverage": lambda share: f"{share:.0%} of real covered",
    "recall": lambda share: f"{share:.0%} of real recalled",
    "precision": lambda share: f"{share:.0%} of samples realistic",
}


def verdict(snapshot: Snapshot) -> str:
    """The most telling of the newest metrics, in a few words."""
    for name, say in WORDS.items():
        series = snapshot.series.get(name)
        if series is not None and series.values.size and math.isfinite(series.values[-1]):
            return say(float(series.values[-1]))
    return ""
