"""The picture of an image run."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Bytes, Floats, ImageGrid, frozen
from tui_gan.gan.chance import batch
from tui_gan.gan.latents import classes_in
from tui_gan.gan.networks.staged import Staged, rows_of, split
from tui_gan.gan.sampling import sampling
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe.classes import along, of, real_of
from tui_gan.session.previews import part

SHOWN = 64
# Of a conditional generator so many of each class, and no more than that in all.
OF_EACH, MOST = 12, 128
# Bytes of a preview at most, as long as that holds one image: 64 images of 28x28 or of 3x32x32, and 50 MB for the 256 of a run.
KEPT_BYTES = 200_000
HALF_A_LEVEL = 0.5 / 255


class ImagesObserver:
    """Generated images of the fixed latents, and real ones beside them."""

    window: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())

    def __init__(self, trainer: Trainer) -> None:
        dataset, self.names = trainer.dataset, trainer.names
        self._of_each: dict[int, Bytes] = {}
        # Of the data also where D is shown completions, or codes that change as E does.
        x, y = batch(trainer.game, image_count(trainer), torch.Generator().manual_seed(0), "cpu")
        self.real = as_bytes(dataset.in_units(x))
        asked = classes_in(trainer.config, trainer.fixed_latents[: image_count(trainer)])
        self.asked = () if asked is None else tuple(asked.argmax(1).tolist())
        self.of_real = tuple(y[:, 0].int().tolist()) if trainer.config.classes and y is not None else ()

    def picture(self, trainer: Trainer, knobs: Knobs, wide: bool = False, of_class: int | None = None) -> ImageGrid:
        """The run as it stands, as one frozen picture."""
        made = trainer.dataset.in_units(trainer.sample(of(trainer, trainer.fixed_latents[: image_count(trainer)], of_class)))
        known = np.isfinite(made)
        # What rounds to 0 or 1 is not cut.
        beyond = known & (np.abs(made - 0.5) > 0.5 + HALF_A_LEVEL)
        cut, unknown = float(beyond.mean()), 1 - float(known.mean())
        if of_class is None:
            return ImageGrid(self.real, as_bytes(made), cut, unknown, self.asked[: len(made)], self.of_real, self.names)
        if of_class not in self._of_each:
            self._of_each[of_class] = as_bytes(trainer.dataset.in_units(real_of(trainer, of_class, SHOWN)))
        return ImageGrid(self._of_each[of_class], as_bytes(made), cut, unknown)

    def stages(self, trainer: Trainer, of_class: int | None = None) -> tuple[Bytes, Floats]:
        """The first stage's image of each generated one in a picture, each pixel as four, (n, H, W, C), and how far the second departs.

        Distances are root mean squares of the differences of pixels in 0 .. 1 between it and the second stage's image halved, (n,).
        """
        generator, latents = trainer.averaged(), of(trainer, trainer.fixed_latents[: image_count(trainer)], of_class)
        assert isinstance(generator, Staged)
        with torch.no_grad(), sampling(generator):
            small, whole = generator.both(latents.to(trainer.device))
        apart = (small - split(rows_of(whole), trainer.dataset.shape)[1]).square().flatten(1).mean(1).sqrt().cpu().double().numpy()
        first = as_bytes(trainer.dataset.in_units(small)).repeat(2, axis=1).repeat(2, axis=2)
        first.setflags(write=False)
        return first, frozen(apart * trainer.dataset.scale[0])

    def along(self, trainer: Trainer, code: int) -> ImageGrid:
        """Rows along which one continuous code moves, one for each value of the categorical code or else for each of some latents."""
        latents = along(trainer, code, OF_EACH)
        made = as_bytes(trainer.dataset.in_units(trainer.sample_alike(latents)))
        rows = len(latents) // OF_EACH
        names = self.names or tuple(f"latent {row}" for row in range(rows))
        classes = tuple(row for row in range(rows) for _ in range(OF_EACH))
        return ImageGrid(self.real[:0], made, classes=classes, names=names, along=True)

    def preview(self, trainer: Trainer, knobs: Knobs) -> dict[str, NDArray[np.generic]]:
        """`fake` (n, H, W, C) uint8, images of the first fixed latents, as many as are shown if KEPT_BYTES hold them."""
        return {"fake": generated(trainer, max(1, min(image_count(trainer), KEPT_BYTES // math.prod(trainer.dataset.shape))))}

    def kept(self, arrays: Mapping[str, NDArray[Any]], wide: bool = False) -> ImageGrid:
        """The picture of a preview, from its arrays."""
        fake = part(arrays, "fake", np.uint8).reshape(-1, *self.real.shape[1:])
        fake.setflags(write=False)
        return ImageGrid(self.real, fake, classes=self.asked[: len(fake)], of_real=self.of_real, names=self.names)


def image_count(trainer: Trainer) -> int:
    """How many images there are of a picture."""
    return min(len(trainer.fixed_latents), max(SHOWN, min(MOST, OF_EACH * len(trainer.names))))


def generated(trainer: Trainer, count: int) -> Bytes:
    """Generated images of the first `count` fixed latents, (n, H, W, C)."""
    return as_bytes(trainer.dataset.in_units(trainer.sample(trainer.fixed_latents[:count])))


def as_bytes(images: Floats) -> Bytes:
    """Images (N, C, H, W) in 0 .. 1 as read-only uint8 (N, H, W, C); what lies outside is cut, what is no number is black."""
    levels = np.rint(np.clip(np.nan_to_num(images, nan=0.0), 0.0, 1.0) * 255).astype(np.uint8)
    pixels = np.ascontiguousarray(levels.transpose(0, 2, 3, 1))
    pixels.setflags(write=False)
    return pixels
