"""Panels: one file each, and the table of them in the order of focus."""

from tui_gan.ui.panels.curves import Curves
from tui_gan.ui.panels.discriminator import Discriminator
from tui_gan.ui.panels.distribution import Distribution
from tui_gan.ui.panels.events import Events
from tui_gan.ui.panels.explain import Explain
from tui_gan.ui.panels.gallery import Gallery
from tui_gan.ui.panels.knobs import Knobs
from tui_gan.ui.panels.layers import Layers
from tui_gan.ui.panels.losses import Losses
from tui_gan.ui.panels.machine import Machine
from tui_gan.ui.panels.panel import Panel
from tui_gan.ui.panels.predictions import Predictions
from tui_gan.ui.panels.quality import Quality
from tui_gan.ui.panels.samples import Samples
from tui_gan.ui.panels.settings import Settings

PANELS: dict[str, type[Panel]] = {
    "layers": Layers,
    "discriminator": Discriminator,
    "gallery": Gallery,
    "curves": Curves,
    "settings": Settings,
    "machine": Machine,
    "explain": Explain,
    "distribution": Distribution,
    "losses": Losses,
    "samples": Samples,
    "predictions": Predictions,
    "quality": Quality,
    "knobs": Knobs,
    "events": Events,
}
