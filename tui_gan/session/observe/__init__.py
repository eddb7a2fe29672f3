"""From the trainer to numbers: pictures, previews and evaluations. Nothing here touches the training stream."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Floats, Picture
from tui_gan.gan.datasets import Line, Plane, Truth
from tui_gan.gan.latents import draw_in_turn, with_classes
from tui_gan.gan.sampling import at_once, sampling
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe.field import with_field
from tui_gan.session.observe.images import ImagesObserver
from tui_gan.session.observe.layers import layers
from tui_gan.session.observe.line import LineObserver
from tui_gan.session.observe.plane import PlaneObserver
from tui_gan.session.observe.predictions import predictions

# The low and the high corner of a picture.
Window = tuple[tuple[float, ...], tuple[float, ...]]


class Observer(Protocol):
    """What is shown of a run and kept of it, with all that stays fixed computed once."""

    @property
    def window(self) -> Window:
        """The low and the high corner of the picture, in units of the data; of images both are empty."""

    def picture(self, trainer: Trainer, knobs: Knobs, wide: bool = False, of_class: int | None = None) -> Picture:
        """The run as it stands, as one frozen picture.

        Args:
            wide: whether the window is widened to hold every finite sample, real and generated; images have none.
            of_class: the number of the class that a conditional generator is asked for, and D of, or of the code of InfoGAN, which D is
                not told and no real sample has, so that none are shown; None for all.
        """

    def preview(self, trainer: Trainer, knobs: Knobs) -> dict[str, NDArray[np.generic]]:
        """The arrays by name that are kept of this step."""

    def kept(self, arrays: Mapping[str, NDArray[Any]], wide: bool = False) -> Picture:
        """The picture of a step that was kept, from the arrays of its preview.

        Args:
            wide: as for `picture`; D(x) is known in the window of the run alone.

        Raises:
            KeyError, ValueError, IndexError: they are not what `preview` gives.
        """


def observer(trainer: Trainer, window: Window | None = None) -> Observer:
    """The observer for the kind of data that a trainer learns from; without a window it takes that of the data."""
    truth = trainer.dataset.truth
    if isinstance(truth, Line):
        return LineObserver(trainer, truth, window)
    return PlaneObserver(trainer, truth, window) if isinstance(truth, Plane) else ImagesObserver(trainer)


def evaluation_seed(config: Config, step: int) -> int:
    """The seed of the evaluation at a step; it depends on the seed of the run and the step alone."""
    return int(np.random.SeedSequence([config.seed, step]).generate_state(1, np.uint64)[0] >> 1)


def generate(
    generator: nn.Module, config: Config, seed: int, count: int, shares: Sequence[float] = (), of_class: int | None = None
) -> Tensor:
    """Generate `count` samples in training units, (count, *X), on the CPU, from latents of a stream of their own.

    Those of the latent `grid` are the points of its grid, whatever the seed. A conditional generator makes its classes in turn.

    Args:
        shares: of the classes; without them each is as frequent as any other.
        of_class: the number of the only one that is asked for.
    """
    latents = draw_in_turn(config, count, torch.Generator().manual_seed(seed), shares)
    if of_class is not None:
        latents = with_classes(config, latents, torch.full((count,), of_class))
    return generated(generator, latents, seed)


def generated(generator: nn.Module, latents: Tensor, seed: int = 0) -> Tensor:
    """Samples of latents (N, W), in training units, (N, *X), on the CPU, with dropout of a stream of its own."""
    device = next(generator.parameters()).device
    with torch.no_grad():
        # In portions, so that hidden units of millions of samples never stand in memory at once.
        portion = at_once(generator, latents)
        with sampling(generator, seed):
            return torch.cat([generator(part.to(device)).cpu() for part in torch.split(latents, portion)])


def as_measured(samples: Floats, truth: Truth) -> NDArray[np.floating]:
    """Samples in units of the data, (N, *X), in the form that metrics take: (N,) on the line, images as float32 within 0 .. 1."""
    if isinstance(truth, Line):
        return samples[:, 0]
    return samples if isinstance(truth, Plane) else np.clip(samples, 0.0, 1.0).astype(np.float32)


__all__ = [
    "Observer",
    "Window",
    "as_measured",
    "evaluation_seed",
    "generate",
    "generated",
    "layers",
    "observer",
    "predictions",
    "with_field",
]
