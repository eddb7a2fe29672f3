"""The picture of a two-dimensional run."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.contract.outside import Outside, outside
from tui_gan.contract.snapshot import Floats, Plane2D, frozen
from tui_gan.gan.datasets import Plane
from tui_gan.gan.judging import judge
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe.classes import of, real_of, verdict_of
from tui_gan.session.observe.window import widened
from tui_gan.session.previews import part

POINTS = 1_000
CELLS = 48
COMPANY = 128
MARGIN = 0.25
LOOKED_AT = 10_000


@dataclasses.dataclass(frozen=True, eq=False)
class Ground:
    """What a picture over a window has in common with every other over it.

    Attributes:
        low, high: (2,) its corners.
        axis: (2, CELLS) the middles of its cells, x and y.
        cells: (CELLS * CELLS, 2) the same in training units, where the discriminator is asked.
        real_outside: the shares of the real points that lie outside.
    """

    low: Floats
    high: Floats
    axis: Floats
    cells: Tensor
    real_outside: Outside


class PlaneObserver:
    """Real and generated points in a window, over D(x) as a heat map."""

    def __init__(self, trainer: Trainer, truth: Plane, window: tuple[tuple[float, ...], tuple[float, ...]] | None = None) -> None:
        dataset = trainer.dataset
        self._location, self._scale = dataset.location, dataset.scale
        self._points = truth.points(LOOKED_AT)
        low, high = np.quantile(self._points, 0.001, axis=0), np.quantile(self._points, 0.999, axis=0)
        margin = MARGIN * np.where(high > low, high - low, 1.0)
        self.ground = self._over(*(np.array(corner) for corner in window or (low - margin, high + margin)))
        self.window = tuple(self.ground.low.tolist()), tuple(self.ground.high.tolist())
        self._wider = self.ground
        self._of_each: dict[int, Floats] = {}
        self.real = frozen(self._points[:POINTS])
        self._company, self._of_company = trainer.real(COMPANY, torch.Generator().manual_seed(0))

    def picture(self, trainer: Trainer, knobs: Knobs, wide: bool = False, of_class: int | None = None) -> Plane2D:
        """The run as it stands, as one frozen picture, over the window of the run or over one that holds every point."""
        fake = self._fake(trainer, POINTS, of_class)
        ground = self._holding(fake) if wide else self.ground
        picture = self._picture(ground, fake, self._verdicts(trainer, knobs, ground, of_class), wide)
        if of_class is None:
            return picture
        if of_class not in self._of_each:
            self._of_each[of_class] = trainer.dataset.in_units(real_of(trainer, of_class, POINTS))
        real = self._of_each[of_class]
        return dataclasses.replace(picture, real=frozen(real), real_outside=outside(real, ground.low, ground.high))

    def preview(self, trainer: Trainer, knobs: Knobs) -> dict[str, NDArray[np.generic]]:
        """What is kept of a step, in units of the data.

        `fake` (n, 2) of the fixed latents, `real` (m, 2), `axis` (2, CELLS) and `discriminator` (CELLS, CELLS), y by x.
        """
        fake = self._fake(trainer, len(trainer.fixed_latents))
        return {"fake": fake, "real": self.real, "axis": self.ground.axis, "discriminator": self._verdicts(trainer, knobs, self.ground)}

    def kept(self, arrays: Mapping[str, NDArray[Any]], wide: bool = False) -> Plane2D:
        """The picture of a preview, from its arrays; D(x) is known in the window of the run alone."""
        fake = part(arrays, "fake").reshape(-1, 2)[:POINTS]
        verdicts = np.clip(part(arrays, "discriminator").reshape(CELLS, CELLS), 0.0, 1.0)
        real = part(arrays, "real").reshape(-1, 2) if "real" in arrays else self.real
        ground = self._holding(np.concatenate((fake, real))) if wide else self.ground
        picture = self._picture(ground, fake, self._spread(verdicts, ground) if wide else verdicts, wide)
        if np.array_equal(real.astype(np.float32), self.real.astype(np.float32)):
            return picture
        # Other data have been drawn since.
        return dataclasses.replace(picture, real=frozen(real), real_outside=outside(real, ground.low, ground.high))

    def _picture(self, ground: Ground, fake: Floats, verdicts: Floats, wide: bool) -> Plane2D:
        return Plane2D(
            low=ground.low,
            high=ground.high,
            real=self.real,
            fake=frozen(fake),
            discriminator=frozen(verdicts),
            real_outside=ground.real_outside,
            fake_outside=outside(fake, ground.low, ground.high),
            wide=wide,
        )

    def _holding(self, fake: Floats) -> Ground:
        """The ground of a window that holds all real and these generated points; the last one is kept."""
        low, high = widened(self.ground.low, self.ground.high, self._points, fake)
        if not (np.array_equal(low, self._wider.low) and np.array_equal(high, self._wider.high)):
            self._wider = self._over(low, high)
        return self._wider

    def _over(self, low: Floats, high: Floats) -> Ground:
        steps = (np.arange(CELLS) + 0.5) / CELLS
        axis = np.stack([low[i] + (high[i] - low[i]) * steps for i in range(2)])
        cells = np.stack(np.meshgrid(axis[0], axis[1]), axis=-1).reshape(-1, 2)
        # Of a point that has run away as far as 32 bits reach, D is asked at infinity, and answers with no number.
        with np.errstate(over="ignore"):
            asked = torch.from_numpy(((cells - self._location) / self._scale).astype(np.float32))
        return Ground(frozen(low), frozen(high), frozen(axis), asked, outside(self._points, low, high))

    def _spread(self, verdicts: Floats, ground: Ground) -> Floats:
        """D(x), (CELLS, CELLS) over the window of the run, over another: in each of its cells that of the nearest middle, NaN outside."""
        low, high = self.ground.low[:, None], self.ground.high[:, None]
        places = np.floor((ground.axis - low) / (high - low) * CELLS)
        inside = (places >= 0) & (places < CELLS)
        column, row = np.clip(places, 0, CELLS - 1).astype(np.int64)
        known: Floats = np.where(inside[1][:, None] & inside[0][None, :], verdicts[np.ix_(row, column)], np.nan)
        return known

    def _fake(self, trainer: Trainer, count: int, of_class: int | None = None) -> Floats:
        return trainer.dataset.in_units(trainer.sample(of(trainer, trainer.fixed_latents[:count], of_class)))

    def _verdicts(self, trainer: Trainer, knobs: Knobs, ground: Ground, of_class: int | None = None) -> Floats:
        asked = verdict_of(trainer, of_class, len(ground.cells))
        judged = judge(trainer, ground.cells, knobs, self._company, self._of_company, asked)
        verdicts: Floats = judged[:, 0].cpu().double().numpy()
        return verdicts.reshape(CELLS, CELLS)
