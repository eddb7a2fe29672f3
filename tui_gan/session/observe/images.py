"""The picture of an image run."""

import numpy as np
import torch
from numpy.typing import NDArray

from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Bytes, Floats, ImageGrid
from tui_gan.gan.trainer import Trainer

SHOWN, KEPT = 64, 16


class ImagesObserver:
    """Generated images of the fixed latents, and real ones beside them."""

    def __init__(self, trainer: Trainer) -> None:
        dataset = trainer.dataset
        self.real = as_bytes(dataset.in_units(dataset.sample(SHOWN, torch.Generator().manual_seed(0), "cpu")))

    def picture(self, trainer: Trainer, knobs: Knobs) -> ImageGrid:
        """The run as it stands, as one frozen picture."""
        return ImageGrid(self.real, self._fake(trainer, SHOWN))

    def preview(self, trainer: Trainer, knobs: Knobs) -> dict[str, NDArray[np.generic]]:
        """`fake` (n, H, W, C) uint8, images of the first KEPT fixed latents."""
        return {"fake": self._fake(trainer, KEPT)}

    def _fake(self, trainer: Trainer, count: int) -> Bytes:
        return as_bytes(trainer.dataset.in_units(trainer.sample(trainer.fixed_latents[:count])))


def as_bytes(images: Floats) -> Bytes:
    """Images (N, C, H, W) in 0 .. 1 as read-only uint8 (N, H, W, C); what lies outside is cut, what is no number is black."""
    levels = np.rint(np.clip(np.nan_to_num(images, nan=0.0), 0.0, 1.0) * 255).astype(np.uint8)
    shown = np.ascontiguousarray(levels.transpose(0, 2, 3, 1))
    shown.setflags(write=False)
    return shown
