"""What the generator makes of the plane of its latents, and where the discriminator drives its samples."""

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Floats, Line1D, Picture, Plane2D, frozen
from tui_gan.gan import judging
from tui_gan.gan.datasets import Line
from tui_gan.gan.latents import GRID_REACH, categories, truncated_normal
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe.optimal import optimal

SIDE, LENGTH = 24, 64
ARROWS = 64


def with_field(picture: Picture, trainer: Trainer, knobs: Knobs) -> Picture:
    """The picture with what is drawn into it only where somebody watches "field"."""
    if isinstance(picture, Plane2D):
        # Of each class, and of each value of a categorical code, a generator has a surface of its own.
        surface = None if categories(trainer.config) else manifold(trainer)
        return dataclasses.replace(picture, manifold=surface, arrows=arrows(trainer, knobs))
    if isinstance(picture, Line1D) and isinstance(truth := trainer.dataset.truth, Line):
        return dataclasses.replace(picture, optimal=optimal(picture, truth, trainer, knobs))
    return picture


def manifold(trainer: Trainer) -> Floats:
    """Generated points of `span`, (rows, columns, 2), in units of the data; continuous codes are held at 0, the middle of their range."""
    config = trainer.config
    grid = span(config.latent, config.latent_dim) * config.latent_scale
    latents = torch.nn.functional.pad(grid.flatten(0, 1), (0, config.information.continuous))
    points = trainer.dataset.in_units(trainer.sample_alike(latents))
    return frozen(points.reshape(*grid.shape[:2], 2))


def arrows(trainer: Trainer, knobs: Knobs) -> Floats:
    """Generated points of fixed latents and how a small gradient step of the generator would move each if all were free to move.

    (a, 2, 2) with a at most ARROWS, in units of the data and scaled so that the longest is 1. In training units a step moves the
    free samples by -dL/dx (`judging.generator_slopes`), and in units of the data by scale times as much. The weights of a
    generator are shared by all samples, so that its real steps turn them somewhat. Where L is flat, or no number, all are 0.
    """
    config, size = trainer.config, knobs.batch_size * trainer.config.packing
    count = min(ARROWS, len(trainer.fixed_latents))
    # Whole batches, as an update judges them; where the fixed latents do not fill them, others of a stream of their own do.
    latents = trainer.fixed_latents[: count + -count % size]
    stream = torch.Generator().manual_seed(config.seed + 1)
    latents = torch.cat((latents, trainer.latents(-len(latents) % size, stream)))
    x = trainer.sample(latents)
    batches = zip(torch.split(x, size), torch.split(latents.to(x.device), size), strict=True)
    slopes = torch.cat([judging.generator_slopes(trainer, batch, knobs, of) for batch, of in batches])[:count]
    falling = -slopes.cpu().double().numpy() * trainer.dataset.scale
    longest = float(np.linalg.norm(falling, axis=1).max())
    falling = falling / longest if 0 < longest < math.inf else np.zeros_like(falling)
    return frozen(np.stack((trainer.dataset.in_units(x[:count]), falling), axis=1))


def span(latent: str, dim: int) -> Tensor:
    """Latents that spread over what a distribution covers, (rows, columns, dim): rows by the second coordinate, columns by the first.

    The other coordinates are 0, but on a sphere the third makes up the length. A distribution that has one degree of freedom, and
    not two, gives one row.
    """
    if latent == "sphere" and dim == 2:
        angles = torch.linspace(-math.pi, math.pi, LENGTH)
        return math.sqrt(2) * torch.stack((angles.cos(), angles.sin()), 1)[None]
    if dim == 1 or latent == "grid":
        row = SPANS[latent](LENGTH)
        return (row.sign() if latent == "sphere" else row)[None, :, None].repeat(1, 1, dim)
    axis = SPANS[latent](SIDE)
    points = torch.zeros(SIDE, SIDE, dim)
    points[..., 0], points[..., 1] = axis, axis[:, None]
    if latent == "sphere":
        points[..., 2] = (dim - points.square().sum(2)).clamp(min=0).sqrt()
        points *= math.sqrt(dim) / points.norm(dim=2, keepdim=True)
    return points


def _quantiles(count: int) -> Tensor:
    """Of N(0, 1), at (i + 1/2) / count."""
    levels = (torch.arange(count) + 0.5) / count
    quantiles: Tensor = torch.special.ndtri(levels)
    return quantiles


SPANS: dict[str, Callable[[int], Tensor]] = {
    "normal": _quantiles,
    "uniform": lambda count: torch.linspace(-1, 1, count),
    "unit": lambda count: torch.linspace(0, 1, count),
    "truncated_normal": lambda count: truncated_normal(((torch.arange(count) + 0.5) / count)[None]),
    "sphere": _quantiles,
    "grid": lambda count: torch.linspace(-GRID_REACH, GRID_REACH, count),
}
"""count -> (count,) ascending values of one coordinate of each distribution in LATENTS, before it is scaled."""
