"""Which choices go together: what the mathematics does not allow is refused before anything is built, what is doubtful is told."""

from collections.abc import Iterator

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError, choose
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.datasets.dataset import Dataset, Images, Line
from tui_gan.gan.latents import LATENTS
from tui_gan.gan.metrics import METRICS, check_defined
from tui_gan.gan.objectives import OBJECTIVES, smoothed
from tui_gan.gan.optimizers import OPTIMIZERS, SCHEDULES
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.gan.updates import COORDINATION, UPDATES


def check_names(config: Config) -> None:
    """Look up every name of a configuration that is in a table.

    Raises:
        UsageError: it is not there, with the nearest.
    """
    choose(OBJECTIVES, config.objective, "objective")
    choose(LATENTS, config.latent, "latent distribution")
    choose(OPTIMIZERS, config.optimizer.kind, "optimizer")
    choose(SCHEDULES, config.schedule.kind, "schedule")
    choose(UPDATES, config.updates, "order of updates")
    choose(COORDINATION, config.coordination, "coordination")
    for name in config.regularizers:
        choose(REGULARIZERS, name, "regularizer")
    for name in (*config.metrics, config.metric, *filter(None, (config.stop.metric,))):
        choose(METRICS, name, "metric")


def check(config: Config, dataset: Dataset) -> None:
    """Check that the choices of a configuration go together, and with its data.

    Raises:
        UsageError: two of them do not; the text says which and why.
    """
    check_names(config)
    smoothed(OBJECTIVES[config.objective], config.label_smoothing)
    for problem in (*_of_networks(config), *_of_data(config, dataset)):
        raise UsageError(problem)
    for name in config.metrics:
        check_defined(name, dataset.truth)


def doubts(config: Config, knobs: Knobs) -> Iterator[str]:
    """What is not refused, and does something else than its name says: one sentence each."""
    terms = {name: REGULARIZERS[name] for name, weight in config.regularizers.items() if weight}
    bounded = config.discriminator.spectral or any(term.bounds for term in terms.values())
    if OBJECTIVES[config.objective].unbounded and not bounded:
        penalties = ", ".join(name for name, term in REGULARIZERS.items() if term.bounds)
        yield (
            f"nothing bounds the {config.objective} critic: its loss can fall without limit; set a weight of {penalties}, or begin with "
            "spectral normalisation (sn)"
        )
    together = [name for name, term in terms.items() if term.alone or term.extra]
    if knobs.minibatch_discrimination and together:
        yield f"{' and '.join(together)} is taken of the whole batch, since minibatch discrimination lets D compare its samples"


def _of_networks(config: Config) -> Iterator[str]:
    alone = [name for name, weight in config.regularizers.items() if weight and REGULARIZERS[name].alone]
    if alone and config.discriminator.norm == "batch":
        yield (
            f"{alone[0]} needs a discriminator that judges each sample by itself, and batch normalisation mixes those of a batch: "
            "leave one of them out, or take vbn (virtual batch normalisation)"
        )
    if config.packing > 1 and config.discriminator.kind == "aylien":
        yield "packing is not for the network aylien, which judges single numbers; choose another discriminator"
    if config.packing > config.fixed_latents:
        yield f"packing {config.packing} samples needs as many fixed_latents, of which {config.fixed_latents} are followed"
    if config.packing > 1 and config.pretraining:
        yield "pretraining teaches the density of single numbers, and packing judges several at once: set one of them to its default"
    if config.optimizer.kind == "sgd" and config.optimizer.momentum_end and not config.optimizer.momentum_steps:
        yield "optimizer.momentum_end needs optimizer.momentum_steps, the steps over which the momentum moves"


def _of_data(config: Config, dataset: Dataset) -> Iterator[str]:
    if config.pretraining and not (isinstance(dataset.truth, Line) and dataset.truth.density):
        yield "pretraining teaches the discriminator a density that is known, and that of this data is not: set pretraining to 0"
    for name in (config.metric, config.stop.metric):
        if name and name not in config.metrics:
            yield f"{name} is not among the metrics that are measured live ({', '.join(config.metrics)})"
    if METRICS[config.metric].better is None:
        yield f"{config.metric} only describes; the best checkpoint is kept by a metric of which less or more is better"
    if config.stop.metric and METRICS[config.stop.metric].better is None:
        yield f"{config.stop.metric} only describes; early stopping needs a metric of which less or more is better"
    if config.contrast and not isinstance(dataset.truth, Images):
        yield "contrast normalises images, and this data is none: set contrast to 0"
    outputs = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}.get(config.generator.output)
    if outputs and (not isinstance(dataset.truth, Images) or config.contrast):
        yield f"a generator that ends in {config.generator.output} cannot reach this data; set generator.output to linear"
    if isinstance(dataset.truth, Images) and not config.contrast and config.generator.output == "sigmoid" and config.standardize:
        yield "images in -1 .. 1 (standardize = true) need a generator that ends in tanh or linear, not sigmoid"
