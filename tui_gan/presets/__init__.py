"""Presets: experiments as data, each with its source."""

from tui_gan.presets.completion import COMPLETION
from tui_gan.presets.conditional import CONDITIONAL
from tui_gan.presets.inference import INFERENCE
from tui_gan.presets.information import INFORMATION
from tui_gan.presets.labels import LABELS
from tui_gan.presets.ours import OURS
from tui_gan.presets.preset import Preset
from tui_gan.presets.sources import SOURCES
from tui_gan.presets.stacked import STACKED

PRESETS: dict[str, Preset] = {
    preset.config.preset: preset for preset in (*OURS, *CONDITIONAL, *INFORMATION, *INFERENCE, *LABELS, *COMPLETION, *STACKED, *SOURCES)
}

__all__ = ["PRESETS", "Preset"]
