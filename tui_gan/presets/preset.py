"""Preset: an experiment as data."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.toml import resolve

# Settings that the course of a run does not depend on, the seed, over which an outcome goes, and the steps, which it names.
IMMATERIAL = (
    "seed",
    "steps",
    "threads",
    "metrics",
    "metric",
    "evaluated",
    "stop",
    "evaluate_every",
    "log_every",
    "preview_every",
    "keep",
    "engine",
    "linger",
)
MATERIAL_KNOBS = ("k_steps", "generator_steps", "generator_lr", "discriminator_lr", "regularization", "batch_size")


@dataclasses.dataclass(frozen=True)
class Preset:
    """An experiment that can be run by name.

    Attributes:
        summary: one sentence.
        source: where its settings come from.
        quirks: what is unusual about its source and kept on purpose, in one sentence; "" where there is nothing.
        deviations: where it differs from its source, in one sentence; "" where nothing is known of.
        outcome: what runs of many seeds came to, where many fail, in one sentence; "" where they do not.
        outcome_with_minibatch: the same with minibatch discrimination on from the start.
        columns: how many columns of numbers `--data` takes; 0 takes images.
        with_data: settings that are laid over it when the user gives data.
        with_minibatch: settings that are laid over it when minibatch discrimination is on from the start.
    """

    summary: str
    source: str
    config: Config
    knobs: Knobs
    quirks: str = ""
    deviations: str = ""
    outcome: str = ""
    outcome_with_minibatch: str = ""
    columns: int = 0
    with_data: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    with_minibatch: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def notice(self, config: Config, knobs: Knobs) -> str:
        """What is to be known before a run with these settings: the outcome over seeds where they are those of the preset, or else ""."""
        mine, live = resolve(self.config, self.knobs, self.with_minibatch if knobs.minibatch_discrimination else {})
        same = replace(config, **{name: getattr(mine, name) for name in IMMATERIAL}) == mine
        if not same or any(getattr(knobs, name) != getattr(live, name) for name in MATERIAL_KNOBS):
            return ""
        return self.outcome_with_minibatch if knobs.minibatch_discrimination else self.outcome
