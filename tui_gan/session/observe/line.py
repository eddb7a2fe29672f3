"""The picture of a one-dimensional run."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.contract.outside import Outside, outside
from tui_gan.contract.snapshot import Floats, Line1D, frozen
from tui_gan.gan.datasets import Line
from tui_gan.gan.judging import judge
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe.classes import of, real_of, verdict_of
from tui_gan.session.observe.window import widened
from tui_gan.session.previews import part

BINS = 80
AXIS_POINTS = 128
MAP_POINTS = 200
COMPANY = 128
# The axis of AYLIEN's gan-intro, in units of the data, and the distance of its 10,000 points.
SOURCE_AXIS = (-8.0, 8.0)
SOURCE_STEP = (SOURCE_AXIS[1] - SOURCE_AXIS[0]) / 9_999
REAL_POINTS = 100_000
# Quantiles of the data that a preview keeps.
KEPT_POINTS = 1_000


@dataclasses.dataclass(frozen=True, eq=False)
class Ground:
    """What a picture over a window has in common with every other over it.

    Attributes:
        edges: (BINS + 1,) of the histograms.
        real: (BINS,) density of the real samples; `real_outside` are the shares of those that lie outside.
        axis: (AXIS_POINTS,) where the discriminator is asked, in units of the data.
    """

    edges: Floats
    real: Floats
    real_outside: Outside
    axis: Floats


class LineObserver:
    """Histograms of real and generated samples over the same bins, D(x) over the axis, and the map from z to x.

    Attributes:
        ground: that of the window of the run.
    """

    def __init__(self, trainer: Trainer, truth: Line, window: tuple[tuple[float, ...], tuple[float, ...]] | None = None) -> None:
        dataset = trainer.dataset
        self._location, self._scale = dataset.location, dataset.scale
        self._quantiles = truth.quantiles(REAL_POINTS)
        self._kept = truth.quantiles(KEPT_POINTS)
        self.ground = self._over(edges(truth) if window is None else frozen(np.linspace(window[0][0], window[1][0], BINS + 1)))
        self.window = (float(self.ground.edges[0]),), (float(self.ground.edges[-1]),)
        self._wider = self.ground
        self._company, self._of_company = trainer.real(COMPANY, torch.Generator().manual_seed(0))
        self._of_each: dict[int, Floats] = {}
        first = trainer.fixed_latents[:, 0].numpy()
        self._mapped = ranked(first)
        self._latents = frozen(first[self._mapped])

    def fake(self, trainer: Trainer, of_class: int | None = None) -> Floats:
        """Generated samples of the fixed latents, (fixed_latents,), in units of the data."""
        return trainer.dataset.in_units(trainer.sample(of(trainer, trainer.fixed_latents, of_class)))[:, 0]

    def verdicts(self, trainer: Trainer, knobs: Knobs, axis: Floats, of_class: int | None = None) -> Floats:
        """D(x) over an axis.

        With minibatch discrimination each x is judged together with a fixed batch of real samples, and by the network aylien with its
        neighbours on the axis, as in the source.
        """
        among = self._company
        if knobs.minibatch_discrimination and trainer.config.discriminator.kind == "aylien":
            among = self._asked(neighbours(axis, knobs.batch_size))[:, :, None]
        asked = verdict_of(trainer, of_class, len(axis))
        return frozen(judge(trainer, self._asked(axis)[:, None], knobs, among, self._of_company, asked)[:, 0].cpu().numpy())

    def _asked(self, values: Floats) -> Tensor:
        """Numbers in training units, of the same shape."""
        # Of a sample that has run away as far as 32 bits reach, D is asked at infinity, and answers with no number.
        with np.errstate(over="ignore"):
            return torch.from_numpy(((values - self._location) / self._scale).astype(np.float32))

    def picture(self, trainer: Trainer, knobs: Knobs, wide: bool = False, of_class: int | None = None) -> Line1D:
        """The run as it stands, as one frozen picture, over the window of the run or over one that holds every sample."""
        fake = self.fake(trainer, of_class)
        ground = self._holding(fake) if wide else self.ground
        verdicts = self.verdicts(trainer, knobs, ground.axis, of_class)
        picture = self._picture(ground, fake, ground.axis, verdicts, self._latents, self._mapped, wide)
        if of_class is None:
            return picture
        if of_class not in self._of_each:
            self._of_each[of_class] = trainer.dataset.in_units(real_of(trainer, of_class, REAL_POINTS))
        real = self._of_each[of_class]
        beyond = outside(real, ground.edges[:1], ground.edges[-1:])
        return dataclasses.replace(picture, real=density(real[:, 0], ground.edges), real_outside=beyond)

    def preview(self, trainer: Trainer, knobs: Knobs) -> dict[str, NDArray[np.generic]]:
        """What is kept of a step.

        `fake` (generated samples of the fixed latents), `axis` and `discriminator` (D over the axis), in units of the data; `latents` are
        the first coordinates of the fixed latents, and `real` quantiles of the data.
        """
        axis, latents = self.ground.axis, trainer.fixed_latents[:, 0].numpy()
        verdicts = self.verdicts(trainer, knobs, axis)
        return {"fake": self.fake(trainer), "latents": latents, "real": self._kept, "axis": axis, "discriminator": verdicts}

    def kept(self, arrays: Mapping[str, NDArray[Any]], wide: bool = False) -> Line1D:
        """The picture of a preview, from its arrays; D(x) is known in the window of the run alone, and the map where latents were kept."""
        fake, axis = part(arrays, "fake").reshape(-1), self.ground.axis
        real: Floats = part(arrays, "real").reshape(-1) if "real" in arrays else self._kept
        ground = self._holding(np.append(fake, real)) if wide else self.ground
        verdicts = frozen(np.clip(part(arrays, "discriminator").reshape(axis.shape), 0.0, 1.0))
        # The fixed latents may have changed since.
        latents = part(arrays, "latents").reshape(fake.shape) if "latents" in arrays else fake[:0]
        mapped = ranked(latents)
        picture = self._picture(ground, fake, axis, verdicts, frozen(latents[mapped]), mapped, wide)
        if np.array_equal(real.astype(np.float32), self._kept.astype(np.float32)):
            return picture
        # Other data have been drawn since.
        beyond = outside(real[:, None], ground.edges[:1], ground.edges[-1:])
        return dataclasses.replace(picture, real=density(real, ground.edges), real_outside=beyond)

    def _picture(
        self, ground: Ground, fake: Floats, axis: Floats, verdicts: Floats, latents: Floats, mapped: NDArray[np.int64], wide: bool
    ) -> Line1D:
        return Line1D(
            edges=ground.edges,
            real=ground.real,
            fake=density(fake, ground.edges),
            axis=axis,
            discriminator=verdicts,
            latents=latents,
            mapped=frozen(fake[mapped]),
            real_outside=ground.real_outside,
            fake_outside=outside(fake[:, None], ground.edges[:1], ground.edges[-1:]),
            wide=wide,
        )

    def _holding(self, fake: Floats) -> Ground:
        """The ground of a window that holds all real and these generated samples; the last one is kept."""
        low, high = widened(self.ground.edges[:1], self.ground.edges[-1:], self._quantiles[:, None], fake[:, None])
        if (low[0], high[0]) != (self._wider.edges[0], self._wider.edges[-1]):
            self._wider = self._over(frozen(np.linspace(low[0], high[0], BINS + 1)))
        return self._wider

    def _over(self, bins: Floats) -> Ground:
        axis = frozen(np.linspace(bins[0], bins[-1], AXIS_POINTS))
        return Ground(bins, density(self._quantiles, bins), outside(self._quantiles[:, None], bins[:1], bins[-1:]), axis)


def edges(truth: Line) -> Floats:
    """Histogram edges, (BINS + 1,): the middle 99.8 % of the data with a quarter of its width on either side."""
    quantiles = truth.quantiles(REAL_POINTS)
    low, high = quantiles[REAL_POINTS // 1000], quantiles[-1 - REAL_POINTS // 1000]
    margin = (high - low) / 4 or truth.sd
    return frozen(np.linspace(low - margin, high + margin, BINS + 1))


def ranked(latents: NDArray[np.floating]) -> NDArray[np.int64]:
    """The places of at most MAP_POINTS of these latents (N,), ascending and evenly over their ranks."""
    ranks = np.linspace(0, len(latents) - 1, min(MAP_POINTS, len(latents))).astype(int)
    places: NDArray[np.int64] = np.argsort(latents, kind="stable")[ranks]
    return places


def density(samples: Floats, bins: Floats) -> Floats:
    """Histogram of samples (N,) as a density, (len(bins) - 1,); samples outside the bins count in the total, and of none it is 0."""
    # Equal bins by number and range are counted without a search, and what is not finite falls outside.
    counts, _ = np.histogram(samples, len(bins) - 1, (bins[0], bins[-1]))
    return frozen(counts / (max(1, len(samples)) * np.diff(bins)))


def neighbours(axis: Floats, batch: int) -> Floats:
    """The other points of the batch in which AYLIEN's gan-intro judges the point of its axis next to each x: (N,) to (N, batch - 1).

    Its axis is linspace(-8, 8, 10,000), taken in batches of consecutive points; here it goes on beyond its ends.
    """
    nearest = np.rint((axis - SOURCE_AXIS[0]) / SOURCE_STEP).astype(np.int64)[:, None]
    places = nearest // batch * batch + np.arange(batch)
    others = places[places != nearest].reshape(len(axis), batch - 1)
    around: Floats = SOURCE_AXIS[0] + others * SOURCE_STEP
    return around
