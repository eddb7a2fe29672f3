"""From the trainer to numbers: the picture of a snapshot, and evaluations. Nothing here touches the training stream."""

import numpy as np
import torch
from torch import Tensor, nn

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Floats, Line1D, frozen
from tui_gan.gan.datasets import Dataset
from tui_gan.gan.latents import LATENTS, draw
from tui_gan.gan.trainer import Trainer

BINS = 80
AXIS_POINTS = 128
MAP_POINTS = 200
COMPANY = 128
EVALUATED = 10_000
REAL_POINTS = 100_000
PORTION = 65_536


class Observer:
    """What a one-dimensional run shows, with all that stays fixed computed once.

    Attributes:
        axis: (AXIS_POINTS,) where the discriminator is asked, in units of the data.
    """

    def __init__(self, trainer: Trainer) -> None:
        dataset = trainer.dataset
        self.edges = edges(dataset)
        self.real = density(dataset.quantiles(REAL_POINTS), self.edges)
        self.axis = frozen(np.linspace(self.edges[0], self.edges[-1], AXIS_POINTS))
        self._axis_in_training_units = _column((self.axis - dataset.location) / dataset.scale)
        self._company = dataset.sample(COMPANY, torch.Generator().manual_seed(0))
        first = trainer.fixed_latents[:, 0].numpy()
        ranks = np.linspace(0, len(first) - 1, MAP_POINTS).astype(int)
        self._mapped = np.argsort(first, kind="stable")[ranks]
        self._latents = frozen(first[self._mapped])

    def fake(self, trainer: Trainer) -> Floats:
        """Generated samples of the fixed latents, (FIXED_LATENTS,), in units of the data."""
        dataset = trainer.dataset
        return in_units(trainer.sample(trainer.fixed_latents), dataset.location, dataset.scale)

    def verdicts(self, trainer: Trainer, knobs: Knobs) -> Floats:
        """D(x) over the axis; with minibatch discrimination each x is judged in the company of a fixed batch of real samples."""
        return frozen(trainer.judge(self._axis_in_training_units, knobs, self._company)[:, 0].cpu().numpy())

    def picture(self, trainer: Trainer, knobs: Knobs) -> Line1D:
        """The run as it stands, as one frozen picture."""
        fake = self.fake(trainer)
        return Line1D(
            edges=self.edges,
            real=self.real,
            fake=density(fake, self.edges),
            axis=self.axis,
            discriminator=self.verdicts(trainer, knobs),
            latents=self._latents,
            mapped=frozen(fake[self._mapped]),
        )


def losses(trainer: Trainer) -> tuple[float, float]:
    """Mean losses of the generator and the discriminator over the interval; waits for the device."""
    generator_loss, discriminator_loss = trainer.mean_losses().tolist()
    return generator_loss, discriminator_loss


def edges(dataset: Dataset) -> Floats:
    """Histogram edges, (BINS + 1,): the middle 99.8 % of the data with a quarter of its width on either side."""
    quantiles = dataset.quantiles(REAL_POINTS)
    low, high = quantiles[REAL_POINTS // 1000], quantiles[-1 - REAL_POINTS // 1000]
    margin = (high - low) / 4 or dataset.sd
    return frozen(np.linspace(low - margin, high + margin, BINS + 1))


def density(samples: Floats, bins: Floats) -> Floats:
    """Histogram of samples (N,) as a density, (len(bins) - 1,); samples outside the bins count in the total."""
    # Equal bins by number and range are counted without a search, and what is not finite falls outside.
    counts, _ = np.histogram(samples, len(bins) - 1, (bins[0], bins[-1]))
    return frozen(counts / (len(samples) * np.diff(bins)))


def evaluation_seed(config: Config, step: int) -> int:
    """The seed of the evaluation at a step; it depends on the seed of the run and the step alone."""
    return int(np.random.SeedSequence([config.seed, step]).generate_state(1, np.uint64)[0] >> 1)


def generate(generator: nn.Module, config: Config, seed: int, count: int) -> Tensor:
    """Generate `count` samples in training units, (count, X), from latents of a stream of their own."""
    latents = draw(LATENTS[config.latent], count, config.latent_dim, torch.Generator().manual_seed(seed))
    device = next(generator.parameters()).device
    with torch.no_grad():
        # In portions, so that hidden units of millions of samples never stand in memory at once.
        return torch.cat([generator(portion.to(device)) for portion in torch.split(latents, PORTION)])


def in_units(fake: Tensor, location: float, scale: float) -> Floats:
    """Turn samples in training units, (N, 1), into units of the data, float64 (N,)."""
    samples: Floats = fake.double().cpu().numpy()[:, 0]
    return samples * scale + location


def _column(values: Floats) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))[:, None]
