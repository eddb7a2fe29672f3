"""Metrics of a run as it stands."""

from collections.abc import Sequence

from tui_gan.contract.config import Config
from tui_gan.gan.datasets.dataset import in_units
from tui_gan.gan.latents import asked_of, categories, in_turn
from tui_gan.gan.metrics import METRICS, measure
from tui_gan.gan.metrics.classes import Numbers
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe import as_measured, evaluation_seed, generate


def measured(trainer: Trainer) -> dict[str, float]:
    """The metrics of the configuration, of the averaged generator; the latents depend on the seed of the run and the step alone."""
    config, dataset = trainer.config, trainer.dataset
    samples = generate(trainer.averaged(), config, evaluation_seed(config, trainer.steps_done), config.evaluated, trainer.shares)
    units = as_measured(in_units(samples, dataset.location, dataset.scale), dataset.truth)
    return measure(units, dataset.truth, config.metrics, asked(config, trainer.shares), asked_of(config))


def asked(config: Config, shares: Sequence[float], count: int = 0) -> Numbers | None:
    """The classes or codes that `generate` asks for, int64 (count,), or as many as are evaluated; None where there are none."""
    return in_turn(shares, count or config.evaluated).numpy() if categories(config) else None


def meets(config: Config, metrics: dict[str, float]) -> bool:
    """Whether the metric of early stopping is as good as its threshold, or better."""
    value, threshold = metrics[config.stop.metric], config.stop.threshold
    return value >= threshold if METRICS[config.stop.metric].better == "more" else value <= threshold
