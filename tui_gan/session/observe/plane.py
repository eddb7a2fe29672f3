"""The picture of a two-dimensional run."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Floats, Plane2D, frozen
from tui_gan.gan.datasets import Plane
from tui_gan.gan.trainer import Trainer

POINTS = 1_000
CELLS = 48
COMPANY = 128
MARGIN = 0.25
LOOKED_AT = 10_000


class PlaneObserver:
    """Real and generated points in a fixed window, over D(x) as a heat map."""

    def __init__(self, trainer: Trainer, truth: Plane, window: tuple[tuple[float, ...], tuple[float, ...]] | None = None) -> None:
        dataset = trainer.dataset
        points = truth.points(LOOKED_AT)
        low, high = np.quantile(points, 0.001, axis=0), np.quantile(points, 0.999, axis=0)
        margin = MARGIN * np.where(high > low, high - low, 1.0)
        self.low, self.high = (frozen(corner) for corner in window or (low - margin, high + margin))
        self.window = tuple(self.low.tolist()), tuple(self.high.tolist())
        self.real = frozen(points[:POINTS])
        steps = (np.arange(CELLS) + 0.5) / CELLS
        self.axis = frozen(np.stack([self.low[i] + (self.high[i] - self.low[i]) * steps for i in range(2)]))
        cells = np.stack(np.meshgrid(self.axis[0], self.axis[1]), axis=-1).reshape(-1, 2)
        self._cells = torch.from_numpy(((cells - dataset.location) / dataset.scale).astype(np.float32))
        self._company = dataset.sample(COMPANY, torch.Generator().manual_seed(0), "cpu")

    def picture(self, trainer: Trainer, knobs: Knobs) -> Plane2D:
        """The run as it stands, as one frozen picture."""
        fake, verdicts = self._fake(trainer, POINTS), self._verdicts(trainer, knobs)
        return Plane2D(self.low, self.high, self.real, frozen(fake), frozen(verdicts))

    def preview(self, trainer: Trainer, knobs: Knobs) -> dict[str, NDArray[np.generic]]:
        """`fake` (n, 2) of the fixed latents, `axis` (2, CELLS) and `discriminator` (CELLS, CELLS), y by x, in units of the data."""
        fake = self._fake(trainer, len(trainer.fixed_latents))
        return {"fake": fake, "axis": self.axis, "discriminator": self._verdicts(trainer, knobs)}

    def kept(self, arrays: Mapping[str, NDArray[Any]]) -> Plane2D:
        """The picture of a preview, from its arrays."""
        fake, verdicts = arrays["fake"].reshape(-1, 2)[:POINTS], arrays["discriminator"].reshape(CELLS, CELLS)
        return Plane2D(self.low, self.high, self.real, frozen(fake), frozen(verdicts))

    def _fake(self, trainer: Trainer, count: int) -> Floats:
        return trainer.dataset.in_units(trainer.sample(trainer.fixed_latents[:count]))

    def _verdicts(self, trainer: Trainer, knobs: Knobs) -> Floats:
        verdicts: Floats = trainer.judge(self._cells, knobs, self._company)[:, 0].cpu().double().numpy()
        return verdicts.reshape(CELLS, CELLS)
