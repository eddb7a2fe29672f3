"""Presets: experiments as data, each with its source."""

import dataclasses

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs


@dataclasses.dataclass(frozen=True)
class Preset:
    """An experiment that can be run by name.

    Attributes:
        summary: one sentence.
        source: where its settings come from.
        columns: how many columns of numbers `--data` takes.
    """

    summary: str
    source: str
    config: Config
    knobs: Knobs
    columns: int = 1


TOY1D = Preset(
    summary="A generator learns a distribution on the line, by default N(4, 0.5), or the numbers of --data.",
    source="ours, after the toy of the AYLIEN post 'An introduction to Generative Adversarial Networks' (2016), made robust",
    config=Config(preset="toy1d", threads=1),
    knobs=Knobs(),
)

PRESETS: dict[str, Preset] = {preset.config.preset: preset for preset in (TOY1D,)}
