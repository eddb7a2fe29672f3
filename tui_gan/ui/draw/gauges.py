"""Gauges: how each series of a run is shown, in one table for losses, quality and curves."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from tui_gan.contract.titles import TITLES, Title, title_of
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


PRETRAINING = "pretraining_loss"
# A ceiling is what a perfect generator gets of a share.
LOGARITHMIC: dict[str, Any] = {"logarithmic": True}
SHARE: dict[str, Any] = {"include": (0.0,), "bound": "ceiling"}
# What it takes to draw each series beside its title.
DRAWN: dict[str, dict[str, Any]] = {
    "generator_loss": {"ink": Ink.GENERATOR, "letter": "G"},
    "discriminator_loss": {"ink": Ink.DISCRIMINATOR, "letter": "D", "marker": "o"},
    **{name: LOGARITHMIC for name in ("w1", "ks", "js", "reverse_kl", "mmd", "sliced_w1", "classifier_frechet", "fid", "stacked_kl")},
    "modes": {"include": (0.0, 1.0)},
    "stacked_modes": SHARE,
    "first_stage_frechet": LOGARITHMIC,
    **{
        name: SHARE
        for name in (
            "class_accuracy",
            "first_stage_accuracy",
            "code_accuracy",
            "tstr",
            "own_mode",
            "encoder_1nn",
            "encoder_features_1nn",
            "class_kept",
        )
    },
    "test_errors": {"include": (0.0,), "ink": Ink.DISCRIMINATOR},
    "labels_alone": {"include": (0.0,)},
    **{name: {"include": (0.0,)} for name in ("completion_spread", "spread_growth")},
    **{name: LOGARITHMIC for name in ("completion_error", "completion_to_mean", "completion_to_knn", "averaged_to_knn")},
    "information_bound": {"include": (0.0,), "ink": Ink.DISCRIMINATOR},
    **{name: SHARE for name in ("hq", "precision", "recall", "density", "coverage")},
    **{f"feature_{name}": SHARE for name in ("precision", "recall", "density", "coverage")},
    "l2_coefficient": {"logarithmic": True, "ink": Ink.DISCRIMINATOR},
    "augment_probability": {"include": (0.0,), "ink": Ink.DISCRIMINATOR},
    "overfitting": {"include": (0.0,), "ink": Ink.DISCRIMINATOR},
    "k": {"include": (0.0,), "ink": Ink.DISCRIMINATOR},
    PRETRAINING: {"logarithmic": True, "ink": Ink.MARK, "letter": "P"},
}


def _gauge(title: Title, drawn: Mapping[str, Any]) -> Gauge:
    return Gauge(title.name, wanted=title.wanted, unit=title.unit, **{"ink": Ink.FAKE, **drawn})


GAUGES = {name: _gauge(title, DRAWN.get(name, {})) for name, title in TITLES.items()}


def gauge_of(name: str) -> Gauge:
    """How a series is shown; one that the table does not know, under its own name."""
    return GAUGES.get(name) or Gauge(title_of(name).name)
