"""Panels: one file each, and the table of them in screen order."""

from tui_gan.ui.panels.distribution import Distribution
from tui_gan.ui.panels.events import Events
from tui_gan.ui.panels.knobs import Knobs
from tui_gan.ui.panels.losses import Losses
from tui_gan.ui.panels.panel import Panel
from tui_gan.ui.panels.predictions import Predictions
from tui_gan.ui.panels.quality import Quality
from tui_gan.ui.panels.samples import Samples

PANELS: dict[str, type[Panel]] = {
    "distribution": Distribution,
    "losses": Losses,
    "samples": Samples,
    "predictions": Predictions,
    "quality": Quality,
    "knobs": Knobs,
    "events": Events,
}
