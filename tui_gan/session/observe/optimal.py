"""The optimal discriminator D* on the line, against the generator as it is trained."""

import numpy as np
import torch

from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Floats, Line1D, frozen
from tui_gan.gan.datasets import Line
from tui_gan.gan.datasets.line import quantiles_of
from tui_gan.gan.rules import rules
from tui_gan.gan.sampling import sampling
from tui_gan.gan.trainer import Trainer

SMOOTH = (0.25, 0.5, 0.25)
# Samples at a time whose noise is spread over the bins.
PORTION = 512


def optimal(picture: Line1D, truth: Line, trainer: Trainer, knobs: Knobs) -> Floats | None:
    """D* without regularizers in each bin of a picture, (n,); NaN where there is neither kind of sample.

    None where there is none of a single sample, where D is given a class or a latent beside it, and in pre-training, whose D is fitted
    to something else.

    D* is a function of the densities p of the data and q of the generator, not of its average, as D is shown them: of a known
    distribution of which a fixed number of draws is trained on p is theirs, and with instance noise of standard deviation s both are
    convolved with N(0, s^2). Without noise both are histograms smoothed over three bins, since in one alone, far out, there are too few
    generated samples for a ratio.
    """
    game = rules(trainer.config, knobs, trainer.steps_done)
    if game.optimum is None or trainer.pretrained < trainer.config.pretraining:
        return None
    dataset = trainer.dataset
    fake = dataset.in_units(_generated(trainer))[:, 0]
    fake = fake[np.isfinite(fake)]
    draws = None if truth.rows or dataset.rows is None else dataset.ascending
    if game.noise:
        sd, count = game.noise * float(dataset.scale.flat[0]), max(1, len(fake))
        real = truth.quantiles(count) if draws is None else quantiles_of(draws, count)
        p, q = (_spread(samples, picture.edges, sd) for samples in (real, fake))
    else:
        counts, _ = np.histogram(fake, len(picture.edges) - 1, (picture.edges[0], picture.edges[-1]))
        q = counts / (max(1, len(fake)) * np.diff(picture.edges))
        real = picture.real if draws is None else np.diff(np.searchsorted(draws, picture.edges)) / (len(draws) * np.diff(picture.edges))
        p, q = (np.convolve(part, SMOOTH, "same") for part in (real, q))
    return frozen(game.optimum.value(p, q, game.label_smoothing))


def _generated(trainer: Trainer) -> torch.Tensor:
    """Samples of the fixed latents by the generator as it is trained; nothing that is trained changes."""
    generator = trainer.generator
    try:
        with torch.no_grad(), sampling(generator):
            return generator(trainer.fixed_latents.to(trainer.device))  # type: ignore[no-any-return]
    finally:
        generator.train()


def _spread(samples: Floats, edges: Floats, sd: float) -> Floats:
    """The density of samples with N(0, sd^2) noise at the middles of the bins."""
    middles = (edges[1:] + edges[:-1]) / 2
    total = np.zeros(len(middles))
    for start in range(0, len(samples), PORTION):
        apart = (middles[:, None] - samples[start : start + PORTION]) / sd
        total += np.exp(-0.5 * np.square(apart)).sum(1)
    density: Floats = total / (max(1, len(samples)) * sd * np.sqrt(2 * np.pi))
    return density
