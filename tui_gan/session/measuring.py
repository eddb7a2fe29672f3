"""Metrics of a run as it stands."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tui_gan.contract.config import Config
from tui_gan.gan.completion import evidence
from tui_gan.gan.datasets import Dataset, Images, Plane, Truth
from tui_gan.gan.datasets.dataset import Scaling, in_units
from tui_gan.gan.labels import predicted, predicted_alone
from tui_gan.gan.latents import categories, draw_in_turn, in_turn, paired
from tui_gan.gan.masks import completes
from tui_gan.gan.metrics import METRICS, completion, measure, stacked
from tui_gan.gan.metrics.classes import Asked
from tui_gan.gan.metrics.inference import Inferred
from tui_gan.gan.metrics.labels import Classified
from tui_gan.gan.metrics.pixels import drawn, of_bytes
from tui_gan.gan.networks.inference import Inferring, encoded, hidden
from tui_gan.gan.networks.staged import First
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe import as_measured, evaluation_seed, generate, generated

# Real samples whose codes and reconstructions are measured, and images that are encoded at once.
INFERRED, PORTION = 2_500, 1_000


class Evaluation(NamedTuple):
    """The metrics of a configuration, and of stacked images how many samples are of each triple, (1000,), where a metric counts them."""

    metrics: dict[str, float]
    triples: stacked.Counts | None = None


def measured(trainer: Trainer) -> dict[str, float]:
    """The metrics alone of an evaluation."""
    return evaluated(trainer).metrics


def evaluated(trainer: Trainer) -> Evaluation:
    """The averaged generator, measured by the configuration; the latents depend on the seed of the run and the step alone."""
    config, dataset, generator, step = trainer.config, trainer.dataset, trainer.averaged(), trainer.steps_done
    samples = generate(generator, config, evaluation_seed(config, step), config.evaluated, trainer.shares)
    units = as_measured(in_units(samples, dataset.location, dataset.scale), dataset.truth)
    counts = None
    if isinstance(dataset.truth, Images) and {*config.metrics} & {*stacked.NAMES} and np.isfinite(units).all():
        counts = stacked.counts(units, dataset.truth)
    # What the map has counted is not counted again.
    metrics = {} if counts is None else stacked.figures(counts)
    names = [name for name in config.metrics if name not in metrics]
    known = known_of(units, generator, config, dataset, step, trainer.shares, dataset.scaling) | known_by(trainer)
    metrics |= measure(units, dataset.truth, names, known)
    return Evaluation({name: metrics[name] for name in config.metrics}, counts)


def known_of(
    units: NDArray[np.floating],
    generator: nn.Module,
    config: Config,
    dataset: Dataset,
    step: int,
    shares: Sequence[float],
    scaling: Scaling,
) -> dict[str, Any]:
    """What metrics may know beside the samples of an evaluation, as many as are evaluated, by the names of `Metric.of`.

    Args:
        dataset: that the samples are measured against; `scaling` is that of the data which the generator has learned.
    """
    known: dict[str, Any] = {}
    numbers = in_turn(shares, len(units)).numpy() if categories(config) else None
    if numbers is not None:
        known["class" if config.classes else "code"] = Asked(units, numbers)
        if config.stages > 1:
            known["stages"] = Asked(first_stage_of(generator, dataset.truth, config, step, shares, scaling), numbers)
    if config.inference != "none":
        known["encoder"] = inferred_by(generator, dataset, scaling)
    if completes(config):
        known["mask"] = completed_by(generator, config, dataset.truth, scaling)
    return known


def known_by(trainer: Trainer) -> dict[str, Any]:
    """What metrics may know of the discriminator of a run, by the names of `Metric.of`."""
    return {"classifier": classified_by(trainer)} if trainer.config.labels else {}


def inferred_by(generator: nn.Module, dataset: Dataset, scaling: Scaling) -> Inferred:
    """What a generator with an inference network makes of real samples: test images, or fresh or other samples by a fixed seed."""
    assert isinstance(generator, Inferring)
    truth, device, (location, scale) = dataset.truth, next(generator.parameters()).device, scaling
    if isinstance(truth, Images):
        real = of_bytes(drawn(truth.test, INFERRED)).numpy()
    elif dataset.rows is not None and not truth.rows:
        # It is trained on few draws of a distribution that has others without end.
        fresh = truth.points(INFERRED) if isinstance(truth, Plane) else truth.quantiles(INFERRED)[:, None]
        real = np.random.default_rng(1).permutation(fresh)
    else:
        real = dataset.in_units(dataset.sample(INFERRED, torch.Generator().manual_seed(1), "cpu"))

    def by(of: Callable[[nn.Module, torch.Tensor], torch.Tensor], samples: NDArray[Any]) -> NDArray[np.float64]:
        x = torch.from_numpy(((samples - location) / scale).astype(np.float32))
        found = torch.cat([of(generator, part.to(device)) for part in torch.split(x, PORTION)])
        array: NDArray[np.float64] = found.cpu().double().numpy()
        return array

    encode, features = functools.partial(by, encoded), functools.partial(by, hidden)
    codes = torch.from_numpy(encode(real)).float()
    return Inferred(real, in_units(generated(generator, codes), *scaling), encode, features)


def completed_by(generator: nn.Module, config: Config, truth: Truth, scaling: Scaling) -> completion.Completed:
    """What a generator that completes makes of test images with a part hidden, the same ones and by the same noise at every call."""
    (location, scale), stream = scaling, torch.Generator().manual_seed(0)
    assert isinstance(truth, Images)

    def made(hidden: completion.Hidden, times: int) -> NDArray[np.float32]:
        x = (hidden.real - float(location.flat[0])) / float(scale.flat[0])
        known, completions = evidence(x, hidden.mask.flatten(1)), []
        for number in range(times):
            latents = paired(draw_in_turn(config, len(x), stream), known, config.latent_dim)
            completions.append(in_units(generated(generator, latents, number), *scaling).astype(np.float32))
        return np.clip(np.stack(completions), 0.0, 1.0)

    fewer, more = (completion.scattered(truth, share) for share in (completion.FEWER, completion.MORE))
    return completion.Completed(
        made(completion.parts(truth), completion.TIMES), made(fewer, completion.FEW_TIMES), made(more, completion.FEW_TIMES)
    )


def classified_by(trainer: Trainer) -> Classified | None:
    """What a discriminator that learns from labels takes test images for; None where there are none."""
    config, dataset = trainer.config, trainer.dataset
    if not isinstance(dataset.truth, Images):
        return None
    return Classified(predicted(trainer.discriminator, dataset), lambda: predicted_alone(config, dataset))


def first_stage_of(
    generator: nn.Module, truth: Truth, config: Config, step: int, shares: Sequence[float], scaling: Scaling
) -> NDArray[np.floating]:
    """The first stage's images of the latents of an evaluation, in the size and the form of the second's."""
    made = generate(First(generator), config, evaluation_seed(config, step), config.evaluated, shares)
    return as_measured(in_units(made, *scaling), truth)


def meets(config: Config, metrics: dict[str, float]) -> bool:
    """Whether the metric of early stopping is as good as its threshold, or better."""
    value, threshold = metrics[config.stop.metric], config.stop.threshold
    return value >= threshold if METRICS[config.stop.metric].better == "more" else value <= threshold
