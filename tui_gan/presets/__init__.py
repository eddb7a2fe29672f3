"""Presets: experiments as data, each with its source."""

from tui_gan.presets.completion import COMPLETION
from tui_gan.presets.conditional import CONDITIONAL
from tui_gan.presets.inference import INFERENCE
from tui_gan.presets.information import INFORMATION
from tui_gan.presets.labels import LABELS
from tui_gan.presets.ours import OURS
from tui_gan.presets.preset import Preset
from tui_gan.presets.r3gan import R3GAN
from tui_gan.presets.sources import SOURCES
from tui_gan.presets.stacked import STACKED
from tui_gan.presets.words import WORDS

PRESETS: dict[str, Preset] = {
    preset.config.preset: preset
    for preset in (*OURS, *CONDITIONAL, *WORDS, *INFORMATION, *INFERENCE, *COMPLETION, *LABELS, *STACKED, *R3GAN, *SOURCES)
}

__all__ = ["PRESETS", "Preset"]
