"""Latents: the distributions of the generator's input, each a function of numbers that are drawn even between 0 and 1."""

import functools
import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

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


def between(name: str, start: Tensor, end: Tensor, count: int) -> Tensor:
    """`count` latents on the way from `start` to `end`, both (Z,), which are the first and the last: (count, Z).

    Of the SPHERICAL ones along the great circle, sin((1 - t) w) / sin(w) start + sin(t w) / sin(w) end with w the angle between them
    (White 2016, arXiv:1609.04468, section 2.1), unless they lie on one line with 0; of others straight.
    """
    t = torch.linspace(0, 1, count)[:, None]
    angle = torch.acos(torch.cosine_similarity(start, end, dim=0).clamp(-1, 1))
    if name in SPHERICAL and angle.sin() > ON_ONE_LINE:
        return (((1 - t) * angle).sin() * start + (t * angle).sin() * end) / angle.sin()
    return torch.lerp(start, end, t)


def draw(latent: Latent, count: int, dim: int, stream: torch.Generator, *, stratified: bool = False, scale: float = 1.0) -> Tensor:
    """Draw latents, (count, dim).

    Args:
        stratified: one draw in each of `count` equal slices of every coordinate, in random order; the mean over a batch then
            varies far less, while each latent alone keeps its distribution.
        scale: what they are multiplied by; sqrt(3) makes uniform latents as wide as normal ones.
    """
    return scaled(latent, latent.drawn(count, dim, stream, stratified), scale)


def scaled(latent: Latent, drawn: Tensor, scale: float) -> Tensor:
    """Latents (N, Z) of what has been drawn, times `scale`."""
    latents = latent.of(drawn)
    return latents if scale == 1 else latents * scale
