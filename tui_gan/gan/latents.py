"""Latents: the distributions of the generator's input."""

import functools
import math
from collections.abc import Callable

import torch
from torch import Tensor

Latent = Callable[[int, int, torch.Generator, bool], Tensor]

# Under float32 the inverse is infinite at 0 and 1; this keeps normal latents within 4.9 standard deviations.
TAIL = 5e-7
# Half the width of AYLIEN's grid, and how far a point is moved from it.
GRID_REACH, GRID_JITTER = 8.0, 0.01
# The sine of an angle below which two directions are taken for one.
ON_ONE_LINE = 1e-3


def unit(count: int, dim: int, stream: torch.Generator, stratified: bool) -> Tensor:
    """U(0, 1); also the levels at which the other distributions are inverted.

    Stratified, each coordinate has one draw in each of `count` equal slices, in random order: (slice + U) / count (a Latin
    hypercube, McKay et al. 1979).
    """
    levels = torch.rand(count, dim, generator=stream)
    if stratified:
        slices = torch.rand(count, dim, generator=stream).argsort(0)
        levels.add_(slices).div_(count)
    return levels


def normal(count: int, dim: int, stream: torch.Generator, stratified: bool) -> Tensor:
    """N(0, 1) in each coordinate, by the inverse of its distribution function."""
    levels = unit(count, dim, stream, stratified)
    latents: Tensor = torch.special.ndtri(levels.clamp_(TAIL, 1 - TAIL))
    return latents


def uniform(count: int, dim: int, stream: torch.Generator, stratified: bool) -> Tensor:
    """U(-1, 1) in each coordinate: 2 U(0, 1) - 1."""
    return 2 * unit(count, dim, stream, stratified) - 1


def sphere(count: int, dim: int, stream: torch.Generator, stratified: bool) -> Tensor:
    """sqrt(dim) n / |n| with n normal: evenly on the sphere where normal latents of many coordinates lie (White 2016, arXiv:1609.04468).

    Stratified, n is; the projection keeps the balance of the batch, but not one draw in each slice.
    """
    normals = normal(count, dim, stream, stratified)
    # A normal of exactly 0 has no direction, which float32 draws in one dimension once in 17 million times.
    normals.masked_fill_(normals == 0, TAIL)
    length: Tensor = torch.linalg.vector_norm(normals, dim=1, keepdim=True)
    return normals * (math.sqrt(dim) / length)


def grid(count: int, dim: int, stream: torch.Generator, stratified: bool) -> Tensor:
    """linspace(-8, 8, count) + .01 U(0, 1), the same in each coordinate (AYLIEN's gan-intro, 2016).

    It covers its range as it is, so that `stratified` is unread. The order has no trend, so that the first few are no corner of the range
    and neighbours in a batch no neighbours on the line.
    """
    points = torch.linspace(-GRID_REACH, GRID_REACH, count) + GRID_JITTER * torch.rand(count, generator=stream)
    return points[_order(count), None].repeat(1, dim)


def plain_grid(count: int, dim: int, stream: torch.Generator, stratified: bool) -> Tensor:
    """linspace(-8, 8, count), the same in each coordinate, of which AYLIEN's gan-intro draws its pictures; no stream is read."""
    return torch.linspace(-GRID_REACH, GRID_REACH, count)[_order(count), None].repeat(1, dim)


@functools.lru_cache(maxsize=8)
def _order(count: int) -> Tensor:
    """An order of `count` places, the same at every draw, so that it takes nothing from the stream."""
    return torch.randperm(count, generator=torch.Generator().manual_seed(0))


LATENTS: dict[str, Latent] = {"normal": normal, "uniform": uniform, "unit": unit, "sphere": sphere, "grid": grid}
"""(count, dim, stream, stratified) -> (count, dim) float32 on the CPU, from the stream alone."""

LOOKED_AT: dict[str, Latent] = {**LATENTS, "grid": plain_grid}
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
    latents = latent(count, dim, stream, stratified)
    return latents if scale == 1 else latents * scale
