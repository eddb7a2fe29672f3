"""Which choices go together: what the mathematics does not allow is refused before anything is built, what is doubtful is told."""

import math
from collections.abc import Iterator

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError, choose
from tui_gan.contract.knobs import Knobs
from tui_gan.gan import augment, masks
from tui_gan.gan.datasets.dataset import Dataset, Images, Line
from tui_gan.gan.labels import why_not as why_not_labelled
from tui_gan.gan.latents import LATENTS, asked_of, codes
from tui_gan.gan.masks import completes
from tui_gan.gan.metrics import METRICS, check_defined
from tui_gan.gan.objectives import OBJECTIVES, smoothed
from tui_gan.gan.optimizers import OPTIMIZERS, SCHEDULES
from tui_gan.gan.orders import COORDINATION, ORDERS
from tui_gan.gan.regularizers import REGULARIZERS

# Of how many points the range is taken, and the share that an output need not reach.
SAMPLED, BEYOND = 2_000, 0.01


# Whose generator's loss is the part of D's that it can change, with the sign turned.
SATURATING = ("minimax", "clamped")
# Classes that an error names one by one.
LISTED = 12


def check_names(config: Config) -> None:
    """Look up every name of a configuration that is in a table.

    Raises:
        UsageError: it is not there, with the nearest.
    """
    choose(OBJECTIVES, config.objective, "objective")
    choose(LATENTS, config.latent, "latent distribution")
    choose(OPTIMIZERS, config.optimizer.kind, "optimizer")
    choose(SCHEDULES, config.schedule.kind, "schedule")
    choose(ORDERS, config.updates, "order of updates")
    choose(COORDINATION, config.coordination, "coordination")
    augment.chosen(config.augment)
    augment.chosen(config.information.augment)
    masks.chosen(config)
    for name in config.regularizers:
        choose(REGULARIZERS, name, "regularizer")
    for name in config.metrics:
        if config.metrics.count(name) > 1:
            raise UsageError(f"metrics names {name} twice")
    for name in (*config.metrics, config.metric, *filter(None, (config.stop.metric,))):
        choose(METRICS, name, "metric")


def check(config: Config, dataset: Dataset) -> None:
    """Check that the choices of a configuration go together, and with its data.

    Raises:
        UsageError: two of them do not; the text says which and why.
    """
    check_names(config)
    smoothed(OBJECTIVES[config.objective], config.label_smoothing)
    for problem in (*_of_networks(config), *_of_data(config, dataset), *_of_inputs(config, dataset)):
        raise UsageError(problem)
    for name in config.metrics:
        check_defined(name, dataset.truth, asked_of(config))


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
    if config.updates == "extragradient" and config.optimizer.kind.startswith("optimistic"):
        yield (
            f"extragradient and {config.optimizer.kind} both anticipate the opponent's update: 2 g' - g, of two minibatches' gradients, "
            "has about five times the variance of one gradient; leave one of them out"
        )
    if config.unary and config.inference == "none":
        yield "unary adds a judge of samples alone to one of pairs, and without an inference network there are none: it does nothing here"
    if config.cycle_consistency and config.inference == "none":
        yield "cycle_consistency compares x with G(E(x)), and without an inference network there is no E: it does nothing here"
    usual = Config(preset="")
    idle = [name for name in config.__struct_fields__ if name.startswith("augment_") and getattr(config, name) != getattr(usual, name)]
    if idle and not config.augment:
        yield f"nothing here reads {', '.join(idle)}: augment names no augmentation"
    groups = {
        "information": (codes(config) > 0, "there are no codes"),
        "completion": (completes(config), "no image is completed"),
        "conditioning": (config.conditioning.dim > 0, "the class is given as it is"),
    }
    for name, (read, why) in groups.items():
        group = getattr(config, name)
        changed = [f"{name}.{field}" for field in group.__struct_fields__ if getattr(group, field) != getattr(type(group)(), field)]
        if changed and not read:
            yield f"nothing here reads {', '.join(changed)}: {why}"
    together = [name for name, term in terms.items() if term.alone or term.extra]
    if knobs.minibatch_discrimination and together:
        yield f"{' and '.join(together)}: with minibatch discrimination, D's gradient also depends on the other samples of the batch"


def _of_networks(config: Config) -> Iterator[str]:
    alone = [name for name, weight in config.regularizers.items() if weight and REGULARIZERS[name].alone]
    if alone and config.discriminator.norm == "batch":
        yield (
            f"{alone[0]} needs a discriminator that judges each sample independently, and batch normalisation couples those of a batch: "
            "leave one of them out, or use vbn (virtual batch normalisation)"
        )
    if config.packing > 1 and config.discriminator.kind == "aylien":
        yield "the network aylien judges single numbers and has no packing; choose another discriminator"
    if config.packing > config.fixed_latents:
        yield f"packing {config.packing} needs at least as many fixed_latents; there are {config.fixed_latents}"
    if config.packing > 1 and config.pretraining:
        yield "pretraining fits D to the density of single numbers, and packing judges several jointly: set one of them to its default"
    if config.discriminator.norm_by_slot:
        yield "norm_by_slot is for the generator: the discriminator judges a whole pack at once; leave it out of the discriminator"
    if config.discriminator.column_norm and config.discriminator.spectral:
        yield "column_norm and spectral normalisation both bound the weights of the discriminator; leave one of them out"
    if config.augment_target and OBJECTIVES[config.objective].boundary is None:
        yield f"augment_target needs an objective by whose logits D calls a sample real, and {config.objective} has none: set it to 0"
    if OPTIMIZERS[config.optimizer.kind].momentum and config.optimizer.momentum_end and not config.optimizer.momentum_steps:
        yield "optimizer.momentum_end needs optimizer.momentum_steps, the steps over which the momentum moves"


def _of_inference(config: Config) -> Iterator[str]:
    if config.classes or codes(config):
        yield "an inference network reads latents, and neither classes nor the codes of InfoGAN: set inference to none, or these to 0"
    if config.discriminator.kind != "mlp" or config.discriminator.condition != "concat":
        yield "with an inference network D judges pairs: choose a fully connected discriminator, and set discriminator.condition to concat"
    if config.contrast:
        yield "an inference network reads images as they are, and contrast makes each another: set contrast to 0, or inference to none"
    if config.latent == "grid":
        yield "the latents of the grid are no distribution that an encoder could match: choose another latent distribution"
    between = [name for name, weight in config.regularizers.items() if weight and REGULARIZERS[name].bounds]
    if between:
        yield f"{between[0]} takes points between real and generated samples, and between pairs with latents it is not defined: set it to 0"
    if not OBJECTIVES[config.objective].needs_real and config.objective in SATURATING:
        yield f"{config.objective} gives the encoder nothing to lower: choose zero_sum or non_saturating"
    extra = [name for name, weight in config.regularizers.items() if weight and REGULARIZERS[name].extra]
    if config.unary and extra:
        yield f"{extra[0]} is of one network of D, and unary adds another: take r1, or set unary to false"
    if config.pretraining:
        yield "pretraining teaches D densities of single samples, and with an inference network it judges pairs: set pretraining to 0"


def _of_inputs(config: Config, dataset: Dataset) -> Iterator[str]:
    for key, names in {"augment": config.augment, "information.augment": config.information.augment}.items():
        if augment.chosen(names) and not isinstance(dataset.truth, Images):
            yield f"{key} is for images alone: leave it empty"
    if config.labels and (config.classes or codes(config) or config.inference != "none"):
        yield "labels, classes, the codes of InfoGAN and an inference network each make another game: keep one of them"
    if config.inference != "none":
        yield from _of_inference(config)
    if config.classes:
        yield from _of_classes(config, dataset)
    if codes(config):
        yield from _of_codes(config)
    if completes(config):
        yield from _of_completion(config, dataset)
    yield from _of_labels(config, dataset)
    if config.stages > 1:
        yield from _of_stages(config, dataset)
    if config.conditioning.dim:
        yield from _of_conditioning(config)


def _of_classes(config: Config, dataset: Dataset) -> Iterator[str]:
    known = len(dataset.classes.names) if dataset.classes else 0
    if not known:
        yield (
            "a conditional GAN needs the class of each sample, and this data has none: set classes to 0, or give labels; pictures have "
            "those of their folders, where there are two or more and none lies outside"
        )
    elif known != config.classes:
        names = dataset.classes.names if dataset.classes else ()
        listed = f" ({', '.join(names)})" if known <= LISTED else ""
        yield f"classes is {config.classes}, and the data has {known}{listed}: set classes to {known}"
    if config.latent == "grid":
        yield "the latents of the grid are the same in each batch, and so would be the class of each: choose another latent distribution"
    if config.pretraining:
        yield "pretraining fits D to the density of all data, which a conditional D does not know: set pretraining or classes to 0"


def _of_codes(config: Config) -> Iterator[str]:
    if config.classes:
        yield "classes and the codes of InfoGAN both stand behind the latent: set classes, or information.categorical and .continuous, to 0"
    if config.latent == "grid":
        yield "the latents of the grid are the same in each batch, and so would be the codes: choose another latent distribution"
    if config.packing > 1:
        yield "the codes of InfoGAN are read off single samples, and packing judges several jointly: set packing to 1"
    if config.pretraining:
        yield "pretraining teaches D nothing of the codes of InfoGAN: set pretraining to 0"


def _of_completion(config: Config, dataset: Dataset) -> Iterator[str]:
    values = math.prod(dataset.shape)
    judge, others = config.discriminator, config.classes or codes(config) or config.inference != "none" or config.labels
    refused = {
        "completion is for images: leave completion.masks empty": not isinstance(dataset.truth, Images),
        f"z takes the place of what is hidden, and an image has {values} values: set latent_dim to {values}": config.latent_dim != values,
        "completion, classes, the codes of InfoGAN, an inference network and labels each make another game: keep one of them": others,
        f"completion asks D of each pixel by the log loss, and {config.objective} has another: set objective to non_saturating": (
            config.objective != "non_saturating"
        ),
        "label smoothing is of real samples, and with completion D judges pixels: set label_smoothing to 0": config.label_smoothing,
        "completion judges single images, and packing several jointly: set packing to 1": config.packing > 1,
        "with completion D is told of pixels beside the image: choose a fully connected D, and set discriminator.condition to concat": (
            judge.kind != "mlp" or judge.condition != "concat"
        ),
        "with completion D has a logit for each pixel, for which no regularizer is defined: set their weights to 0": (
            any(config.regularizers.values())
        ),
        "with completion D sees no image that is wholly real or generated, to match features of: set feature_matching to 0": (
            config.feature_matching
        ),
        "with completion D says which pixels were observed, and augment would change them: leave it empty": config.augment,
        "the latents of the grid are the same in each batch: choose another latent distribution": config.latent == "grid",
        "completion keeps observed pixels as they are, and contrast makes each another: set contrast to 0": config.contrast,
    }
    yield from (problem for problem, holds in refused.items() if holds)


def _of_labels(config: Config, dataset: Dataset) -> Iterator[str]:
    if not config.adversarial and not config.feature_matching:
        yield "adversarial 0 leaves the objective out of G's loss, and feature matching has to take its place: set a weight of it"
    if not config.labels:
        if config.discriminator.outputs > 2:
            yield f"discriminator.outputs {config.discriminator.outputs} are for classes learned from labels: set labels, or outputs to 1"
        return
    if config.packing > 1:
        yield "labels are of single images, and packing judges several jointly: set packing to 1"
    if config.pretraining:
        yield "pretraining teaches D a density, and no classes: set pretraining or labels to 0"
    if config.contrast:
        yield "labels need images as they are, and contrast makes each another: set contrast or labels to 0"
    if problem := why_not_labelled(config, dataset):
        yield problem


def _of_stages(config: Config, dataset: Dataset) -> Iterator[str]:
    if not isinstance(dataset.truth, Images) or any(side % 2 for side in dataset.shape[1:]):
        yield "the first of two stages makes images of half the side, and here no image has an even one: set stages to 1"
    if not config.classes:
        yield "the second of two stages is given the class again: set classes, or stages to 1"
    if config.packing > 1 or augment.chosen(config.augment):
        yield "packing and augment are for images of one size, and two stages have two: leave them out, or set stages to 1"
    if config.discriminator.norm == "virtual_batch" or config.generator.output_bias == "data":
        yield "vbn (virtual batch normalisation) and output_bias data are fitted to images of one size, and two stages have two"
    pairs = [name for name, weight in config.regularizers.items() if weight and (REGULARIZERS[name].extra or REGULARIZERS[name].bounds)]
    if pairs:
        yield f"{pairs[0]} is of one discriminator, and two stages have two: take r1 and r2, or set stages to 1"
    if config.generator.kind == "mirza" or config.discriminator.kind == "mirza":
        yield "the network mirza has one stage: choose another network, such as 128x3, or set stages to 1"


def _of_conditioning(config: Config) -> Iterator[str]:
    if not config.classes:
        yield "conditioning augmentation is of the class, and there is none: set classes, or conditioning.dim to 0"
    if config.latent != "normal" or config.latent_scale != 1 or config.conditioning.dim > config.latent_dim:
        yield (
            f"the first {config.conditioning.dim} numbers of the latent are the noise of conditioning augmentation: set latent to normal, "
            "latent_scale to 1 and latent_dim to as many or more"
        )
    if config.generator.kind == "mirza":
        yield "the network mirza is given the class as it is: set conditioning.dim to 0"


def _of_data(config: Config, dataset: Dataset) -> Iterator[str]:
    if config.sampling == "epochs" and not dataset.rows:
        yield "epochs need a finite data set, and this one is drawn afresh for each batch: set sampling to replacement"
    if config.pretraining and not (isinstance(dataset.truth, Line) and dataset.truth.density):
        yield "pretraining fits D to the density of the data, which is not known here: set pretraining to 0"
    for name in (config.metric, config.stop.metric):
        if name and name not in config.metrics:
            yield f"{name} is not among the metrics that are measured live ({', '.join(config.metrics)})"
    if METRICS[config.metric].better is None:
        yield f"{config.metric} is only descriptive; the best checkpoint needs a metric of which less or more is better"
    if config.stop.metric and METRICS[config.stop.metric].better is None:
        yield f"{config.stop.metric} is only descriptive; early stopping needs a metric of which less or more is better"
    if config.contrast and not isinstance(dataset.truth, Images):
        yield "contrast is for images alone: set it to 0"
    outputs = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}.get(config.generator.output)
    if outputs and not _reached(*outputs, config, dataset):
        yield f"{config.generator.output} output cannot reach the range of this data; set generator.output to linear"
    if isinstance(dataset.truth, Images) and not config.contrast and config.generator.output == "sigmoid" and config.standardize:
        yield "images in -1 .. 1 (standardize = true) need tanh or linear as generator.output, not sigmoid"


def _reached(low: float, high: float, config: Config, dataset: Dataset) -> bool:
    """Whether the data lie between two numbers in training units, but for at most BEYOND of them."""
    truth = dataset.truth
    if isinstance(truth, Images):
        return not config.contrast
    known = truth.quantiles(SAMPLED)[:, None] if isinstance(truth, Line) else truth.points(SAMPLED)
    x = (known - dataset.location) / dataset.scale
    return bool(((x < low) | (x > high)).any(axis=1).mean() <= BEYOND)
