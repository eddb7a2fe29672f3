"""Preset: an experiment as data."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs


@dataclasses.dataclass(frozen=True)
class Preset:
    """An experiment that can be run by name.

    Attributes:
        summary: one sentence.
        source: where its settings come from.
        quirks: what is unusual about it and kept on purpose, in one sentence; "" where there is nothing.
        columns: how many columns of numbers `--data` takes; 0 takes images.
        with_data: settings that are laid over it when the user gives data.
        with_minibatch: settings that are laid over it when minibatch discrimination is on from the start.
    """

    summary: str
    source: str
    config: Config
    knobs: Knobs
    quirks: str = ""
    columns: int = 0
    with_data: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    with_minibatch: Mapping[str, Any] = dataclasses.field(default_factory=dict)
