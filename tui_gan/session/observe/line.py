"""The picture of a one-dimensional run."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Floats, Line1D, frozen
from tui_gan.gan.datasets import Line
from tui_gan.gan.trainer import Trainer

BINS = 80
AXIS_POINTS = 128
MAP_POINTS = 200
COMPANY = 128
# The axis of AYLIEN's gan-intro, in units of the data, and the distance of its 10,000 points.
SOURCE_AXIS = (-8.0, 8.0)
SOURCE_STEP = (SOURCE_AXIS[1] - SOURCE_AXIS[0]) / 9_999
REAL_POINTS = 100_000


class LineObserver:
    """Histograms of real and generated samples over the same bins, D(x) over the axis, and the map from z to x.

    Attributes:
        axis: (AXIS_POINTS,) where the discriminator is asked, in units of the data.
    """

    def __init__(self, trainer: Trainer, truth: Line, window: tuple[tuple[float, ...], tuple[float, ...]] | None = None) -> None:
        dataset = trainer.dataset
        self.edges = edges(truth) if window is None else frozen(np.linspace(window[0][0], window[1][0], BINS + 1))
        self.window = (float(self.edges[0]),), (float(self.edges[-1]),)
        self.real = density(truth.quantiles(REAL_POINTS), self.edges)
        self.axis = frozen(np.linspace(self.edges[0], self.edges[-1], AXIS_POINTS))
        self._axis_in_training_units = _column((self.axis - dataset.location) / dataset.scale)
        self._company = dataset.sample(COMPANY, torch.Generator().manual_seed(0), "cpu")
        first = trainer.fixed_latents[:, 0].numpy()
        ranks = np.linspace(0, len(first) - 1, min(MAP_POINTS, len(first))).astype(int)
        self._mapped = np.argsort(first, kind="stable")[ranks]
        self._latents = frozen(first[self._mapped])

    def fake(self, trainer: Trainer) -> Floats:
        """Generated samples of the fixed latents, (fixed_latents,), in units of the data."""
        return trainer.dataset.in_units(trainer.sample(trainer.fixed_latents))[:, 0]

    def verdicts(self, trainer: Trainer, knobs: Knobs) -> Floats:
        """D(x) over the axis.

        With minibatch discrimination each x is judged in the company of a fixed batch of real samples, and by the network aylien in
        that of its neighbours on the axis, as in the source.
        """
        among = self._company
        if knobs.minibatch_discrimination and trainer.config.discriminator.kind == "aylien":
            dataset = trainer.dataset
            around = neighbours(self.axis, knobs.batch_size)
            among = torch.from_numpy(((around - dataset.location) / dataset.scale).astype(np.float32))[:, :, None]
        return frozen(trainer.judge(self._axis_in_training_units, knobs, among)[:, 0].cpu().numpy())

    def picture(self, trainer: Trainer, knobs: Knobs) -> Line1D:
        """The run as it stands, as one frozen picture."""
        return self._picture(self.fake(trainer), self.verdicts(trainer, knobs))

    def preview(self, trainer: Trainer, knobs: Knobs) -> dict[str, NDArray[np.generic]]:
        """`fake` (generated samples of the fixed latents), `axis` and `discriminator` (D over the axis), in units of the data."""
        return {"fake": self.fake(trainer), "axis": self.axis, "discriminator": self.verdicts(trainer, knobs)}

    def kept(self, arrays: Mapping[str, NDArray[Any]]) -> Line1D:
        """The picture of a preview, from its arrays."""
        return self._picture(arrays["fake"], frozen(arrays["discriminator"].reshape(self.axis.shape)))

    def _picture(self, fake: Floats, verdicts: Floats) -> Line1D:
        return Line1D(
            edges=self.edges,
            real=self.real,
            fake=density(fake, self.edges),
            axis=self.axis,
            discriminator=verdicts,
            latents=self._latents,
            mapped=frozen(fake[self._mapped]),
        )


def edges(truth: Line) -> Floats:
    """Histogram edges, (BINS + 1,): the middle 99.8 % of the data with a quarter of its width on either side."""
    quantiles = truth.quantiles(REAL_POINTS)
    low, high = quantiles[REAL_POINTS // 1000], quantiles[-1 - REAL_POINTS // 1000]
    margin = (high - low) / 4 or truth.sd
    return frozen(np.linspace(low - margin, high + margin, BINS + 1))


def density(samples: Floats, bins: Floats) -> Floats:
    """Histogram of samples (N,) as a density, (len(bins) - 1,); samples outside the bins count in the total."""
    # Equal bins by number and range are counted without a search, and what is not finite falls outside.
    counts, _ = np.histogram(samples, len(bins) - 1, (bins[0], bins[-1]))
    return frozen(counts / (len(samples) * np.diff(bins)))


def neighbours(axis: Floats, batch: int) -> Floats:
    """The other points of the batch in which AYLIEN's gan-intro judges the point of its axis next to each x: (N,) to (N, batch - 1).

    Its axis is linspace(-8, 8, 10,000), taken in batches of consecutive points; here it goes on beyond its ends.
    """
    nearest = np.rint((axis - SOURCE_AXIS[0]) / SOURCE_STEP).astype(np.int64)[:, None]
    places = nearest // batch * batch + np.arange(batch)
    others = places[places != nearest].reshape(len(axis), batch - 1)
    around: Floats = SOURCE_AXIS[0] + others * SOURCE_STEP
    return around


def _column(values: Floats) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))[:, None]
