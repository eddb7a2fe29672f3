"""Latents: the distributions of the generator's input, each a function of numbers that are drawn even between 0 and 1.

A generator may take more than the latent of Z coordinates: behind it the class of a conditional one, or the categorical code of InfoGAN,
which is 1 in its own place of K, and behind that the continuous codes in -1 .. 1; or, where images are completed, the mask and what it
leaves of the image (gan/completion.py). W is how many numbers it takes in all.
"""

import functools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from tui_gan.contract.config import Config
from tui_gan.gan.completion import beside
from tui_gan.gan.masks import completes

# Under float32 the inverse is infinite at 0 and 1; this keeps normal latents within 4.9 standard deviations.
TAIL = 5e-7
# Half the width of AYLIEN's grid, and how far a point is moved from it.
GRID_REACH, GRID_JITTER = 8.0, 0.01
# The sine of an angle below which two directions are taken for one.
ON_ONE_LINE = 1e-3


def unit(drawn: Tensor) -> Tensor:
    """U(0, 1); also the levels at which the other distributions are inverted.

    Stratified, which is two numbers for each, every coordinate has one level in each of N equal slices, in random order:
    (slice + U) / N (a Latin hypercube, McKay et al. 1979).
    """
    return drawn[0] if len(drawn) == 1 else (drawn[0] + drawn[1].argsort(0)) / drawn.shape[1]


def normal(drawn: Tensor) -> Tensor:
    """N(0, 1) in each coordinate, by the inverse of its distribution function."""
    latents: Tensor = torch.special.ndtri(unit(drawn).clamp(TAIL, 1 - TAIL))
    return latents


def uniform(drawn: Tensor) -> Tensor:
    """U(-1, 1) in each coordinate: 2 U(0, 1) - 1."""
    return 2 * unit(drawn) - 1


def truncated_normal(drawn: Tensor) -> Tensor:
    """N(1/2, 1/4^2) cut off at two standard deviations, so within 0 .. 1, in each coordinate (the normal noise of GAN Lab, 2018)."""
    cut = math.erfc(math.sqrt(2)) / 2
    normals: Tensor = torch.special.ndtri(cut + (1 - 2 * cut) * unit(drawn))
    return (0.5 + 0.25 * normals).clamp(0, 1)


def sphere(drawn: Tensor) -> Tensor:
    """sqrt(Z) n / |n| with n normal: evenly on the sphere where normal latents of many coordinates lie (White 2016, arXiv:1609.04468).

    Stratified, n is; the projection keeps the balance of the batch, but not one draw in each slice.
    """
    normals = normal(drawn)
    # A normal of exactly 0 has no direction, which float32 draws in one dimension once in 17 million times.
    normals = normals.masked_fill(normals == 0, TAIL)
    length: Tensor = torch.linalg.vector_norm(normals, dim=1, keepdim=True)
    return normals * (math.sqrt(drawn.shape[2]) / length)


def grid(drawn: Tensor) -> Tensor:
    """linspace(-8, 8, N) + .01 U(0, 1), the same in each coordinate (AYLIEN's gan-intro, 2016).

    The order has no trend, so that the first few are no corner of the range and neighbours in a batch no neighbours on the line.
    """
    count, device = drawn.shape[1], drawn.device
    return (torch.linspace(-GRID_REACH, GRID_REACH, count, device=device)[:, None] + GRID_JITTER * drawn[0])[_order(count, device)]


def plain_grid(drawn: Tensor) -> Tensor:
    """linspace(-8, 8, N), the same in each coordinate, of which AYLIEN's gan-intro draws its pictures."""
    _, count, dim = drawn.shape
    return torch.linspace(-GRID_REACH, GRID_REACH, count)[_order(count, drawn.device), None].repeat(1, dim)


@functools.lru_cache(maxsize=8)
def _order(count: int, device: torch.device) -> Tensor:
    """An order of `count` places, the same at every draw, so that it takes nothing from the stream."""
    return torch.randperm(count, generator=torch.Generator().manual_seed(0)).to(device)


def for_each_coordinate(count: int, dim: int, stream: torch.Generator, stratified: bool) -> Tensor:
    """Of every latent and coordinate one number, or two where they are stratified."""
    return torch.rand(2 if stratified else 1, count, dim, generator=stream)


def for_each_latent(count: int, dim: int, stream: torch.Generator, stratified: bool) -> Tensor:
    """Of every latent one number for all coordinates, whose range is covered as it is, so that `stratified` is unread."""
    drawn = torch.rand(1, count, 1, generator=stream)
    return drawn if dim == 1 else drawn.repeat(1, 1, dim)


def nothing(count: int, dim: int, stream: torch.Generator, stratified: bool) -> Tensor:
    """No number at all."""
    return torch.empty(0, count, dim)


class Latent(NamedTuple):
    """A distribution of latents.

    Attributes:
        of: what has been drawn, float32 (R, N, Z) -> latents (N, Z), as a function.
        drawn: (N, Z, stream, stratified) -> R numbers for each coordinate of each latent, U(0, 1), from the stream alone, on the CPU.
    """

    of: Callable[[Tensor], Tensor]
    drawn: Callable[[int, int, torch.Generator, bool], Tensor] = for_each_coordinate


LATENTS: dict[str, Latent] = {
    "normal": Latent(normal),
    "uniform": Latent(uniform),
    "unit": Latent(unit),
    "truncated_normal": Latent(truncated_normal),
    "sphere": Latent(sphere),
    "grid": Latent(grid, for_each_latent),
}

LOOKED_AT: dict[str, Latent] = {**LATENTS, "grid": Latent(plain_grid, nothing)}
"""The latents of pictures and metrics, by the name of the distribution that is trained on."""

# Where latents lie near a sphere, so that the straight way between two of them leads through where there are hardly any.
SPHERICAL = {"normal", "sphere"}


def between(name: str, start: Tensor, end: Tensor, count: int, dim: int | None = None) -> Tensor:
    """`count` latents on the way from `start` to `end`, both (W,), which are the first and the last: (count, W).

    Of the SPHERICAL ones along the great circle, sin((1 - t) w) / sin(w) start + sin(t w) / sin(w) end with w the angle between them
    (White 2016, arXiv:1609.04468, section 2.1), unless they lie on one line with 0; of others straight.

    Args:
        dim: Z, where classes follow, which always go straight; without it there are none.
    """
    t = torch.linspace(0, 1, count)[:, None]
    latents = torch.lerp(start, end, t)
    one, other = start[:dim], end[:dim]
    angle = torch.acos(torch.cosine_similarity(one, other, dim=0).clamp(-1, 1))
    if name in SPHERICAL and angle.sin() > ON_ONE_LINE:
        latents[:, :dim] = (((1 - t) * angle).sin() * one + (t * angle).sin() * other) / angle.sin()
    return latents


def draw(latent: Latent, count: int, dim: int, stream: torch.Generator, *, stratified: bool = False, scale: float = 1.0) -> Tensor:
    """Draw from a distribution, (count, dim).

    Args:
        stratified: one draw in each of `count` equal slices of every coordinate, in random order; the mean over a batch then
            varies far less, while each latent alone keeps its distribution.
        scale: what they are multiplied by; sqrt(3) makes uniform latents as wide as normal ones.
    """
    latents = latent.of(latent.drawn(count, dim, stream, stratified))
    return latents if scale == 1 else latents * scale


def categories(config: Config) -> int:
    """K, the classes of a conditional generator or the values of the categorical code of InfoGAN."""
    return config.classes or config.information.categorical


def asked_of(config: Config) -> frozenset[str]:
    """What metrics may know beside samples: of what "class" or "code" each was asked to be, the images of the first of two "stages", what
    an "encoder" or a "classifier" says, and what is completed of images behind a "mask".
    """
    there = {
        "class": config.classes,
        "code": config.information.categorical,
        "stages": config.stages > 1,
        "encoder": config.inference != "none",
        "classifier": config.labels,
        "mask": completes(config),
    }
    return frozenset(name for name, is_there in there.items() if is_there)


def codes(config: Config) -> int:
    """How many numbers the codes of InfoGAN are; 0 where there are none."""
    return config.information.categorical + config.information.continuous


def width(config: Config) -> int:
    """W, how many numbers the generator takes."""
    behind = 2 * config.latent_dim if completes(config) else categories(config) + config.information.continuous
    return config.latent_dim + behind


def numbers(config: Config, count: int, stream: torch.Generator, shares: Sequence[float] = ()) -> Tensor:
    """What a batch of latents is made of, (R, count, Z); behind it the number of the class or code, and even numbers for continuous codes.

    Args:
        shares: of the classes, which add up to 1; without them each is as likely as any other.
    """
    drawn = LATENTS[config.latent].drawn(count, config.latent_dim, stream, config.stratified)
    if count_of := categories(config):
        bounds = torch.tensor(shares or [1 / count_of] * count_of, dtype=torch.float64).cumsum(0)[:-1].float()
        even = torch.rand(count, 1, generator=stream)
        chosen = (even >= bounds.to(even.device)).sum(1, keepdim=True).float()
        drawn = _beside(drawn, chosen)
    if continuous := config.information.continuous:
        drawn = _beside(drawn, torch.rand(count, continuous, generator=stream))
    return drawn


def paired(latents: Tensor, classes: Tensor, dim: int) -> Tensor:
    """Latents (N, W) or their numbers (R, N, Z + 1) with other classes: (N, K), or their numbers (N, 1)."""
    return _beside(latents[..., :dim], classes)


def _beside(latents: Tensor, others: Tensor) -> Tensor:
    return torch.cat((latents, others.expand(*latents.shape[:-1], -1)), -1)


def made(config: Config, numbers: Tensor) -> Tensor:
    """Latents (N, W) of their `numbers`."""
    latents = LATENTS[config.latent].of(numbers[..., : config.latent_dim])
    if config.latent_scale != 1:
        latents = latents * config.latent_scale
    if count := categories(config):
        latents = torch.cat((latents, one_hot(numbers[0, :, config.latent_dim], count)), 1)
    if continuous := config.information.continuous:
        latents = torch.cat((latents, 2 * numbers[0, :, -continuous:] - 1), 1)
    if completes(config):
        latents = torch.cat((latents, numbers[0, :, config.latent_dim :]), 1)
    return latents


def one_hot(classes: Tensor, count: int) -> Tensor:
    """Numbers of classes, (N,) -> float32 (N, count)."""
    return (classes[:, None] == torch.arange(count, device=classes.device)).float()


def draw_in_turn(config: Config, count: int, stream: torch.Generator, shares: Sequence[float] = (), *, stratified: bool = False) -> Tensor:
    """Draw the latents of pictures and metrics, (count, W), their classes `in_turn`, so that shares hold in each number of them.

    Args:
        shares: of the classes; without them each is as frequent as any other.
        stratified: as for `draw`.
    """
    latents = draw(LOOKED_AT[config.latent], count, config.latent_dim, stream, stratified=stratified, scale=config.latent_scale)
    return with_codes(config, latents, stream, shares)


def with_codes(config: Config, latents: Tensor, stream: torch.Generator, shares: Sequence[float] = ()) -> Tensor:
    """Latents (N, W) of (N, Z): with the classes or codes in turn, and continuous codes drawn; of an image nothing is observed."""
    if completes(config):
        return _beside(latents, latents.new_zeros(1, 2 * config.latent_dim))
    if count := categories(config):
        latents = _beside(latents, one_hot(in_turn(shares or [1 / count] * count, len(latents)), count))
    if continuous := config.information.continuous:
        latents = _beside(latents, 2 * torch.rand(len(latents), continuous, generator=stream) - 1)
    return latents


def with_classes(config: Config, latents: Tensor, classes: Tensor) -> Tensor:
    """Latents (N, W) given these classes or values of the categorical code, (N,)."""
    count, dim = categories(config), config.latent_dim
    return torch.cat((latents[:, :dim], one_hot(classes.to(latents.device), count), latents[:, dim + count :]), 1)


def classes_in(config: Config, latents: Tensor) -> Tensor | None:
    """The classes or values of the categorical code of latents (N, W), one-hot (N, K); None where there are none."""
    count = categories(config)
    return latents[:, config.latent_dim : config.latent_dim + count] if count else None


def given_beside(config: Config, latents: Tensor) -> Tensor | None:
    """What a discriminator is given beside the samples of latents (N, W): their classes, or with an inference network the latents.

    Where images are completed it is what is told of their pixels, and which of them were hidden.
    """
    if completes(config):
        return beside(config, latents, hidden=True)
    return latents if config.inference != "none" else classes_in(config, latents) if config.classes else None


def in_turn(shares: Sequence[float], count: int) -> Tensor:
    """Classes in an order of which each beginning has them nearly by their shares, int64 (count,); those of one share in their order.

    Sample j of a class of share s stands where (j + 1/2) / s does among those of all, so that of any beginning of n samples it has
    s n of them but for 1/2 + s K / 2.
    """
    wanted = np.asarray(shares)
    each = np.ceil(wanted * count).astype(np.int64) + 1
    each[wanted == 0] = 0
    classes = np.repeat(np.arange(len(wanted)), each)
    number = np.arange(len(classes)) - np.repeat(np.cumsum(each) - each, each)
    order = np.argsort((number + 0.5) / wanted[classes], kind="stable")[:count]
    return torch.from_numpy(classes[order])
