"""Metrics of a run as it stands."""

from tui_gan.contract.config import Config
from tui_gan.gan.datasets.dataset import in_units
from tui_gan.gan.metrics import METRICS, measure
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe import as_measured, evaluation_seed, generate


def measured(trainer: Trainer) -> dict[str, float]:
    """The metrics of the configuration, of the averaged generator; the latents depend on the seed of the run and the step alone."""
    config, dataset = trainer.config, trainer.dataset
    samples = generate(trainer.averaged(), config, evaluation_seed(config, trainer.steps_done), config.evaluated)
    return measure(as_measured(in_units(samples, dataset.location, dataset.scale), dataset.truth), dataset.truth, config.metrics)


def meets(config: Config, metrics: dict[str, float]) -> bool:
    """Whether the metric of early stopping is as good as its threshold, or better."""
    value, threshold = metrics[config.stop.metric], config.stop.threshold
    return value >= threshold if METRICS[config.stop.metric].better == "more" else value <= threshold
