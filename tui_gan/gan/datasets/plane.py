"""Distributions in the plane."""

import dataclasses
import functools
import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from tui_gan.contract.snapshot import Floats
from tui_gan.gan.datasets.dataset import Classes, Dataset, Plane, beside, gathered

# (count, stream) -> float64 (count, 2) points in units of the data.
Points = Callable[[int, torch.Generator], Tensor]

RING_SD, GRID_SD = 0.01, 0.05
MOONS_SD, SPIRAL_SD = 0.05, 0.02
REFERENCE_SEED = 0


def ring(standardize: bool) -> Dataset:
    """Eight Gaussians of sd .01 at the angles 2 pi i / 8 of a circle of radius 1 (Srivastava et al. 2017, arXiv:1705.07761)."""
    angles = 2 * np.pi * np.arange(8) / 8
    return mixture(np.stack((np.cos(angles), np.sin(angles)), axis=1), RING_SD, standardize)


def grid(standardize: bool) -> Dataset:
    """Twenty-five Gaussians of sd .05 at {-4, -2, 0, 2, 4}^2 (Srivastava et al. 2017, arXiv:1705.07761)."""
    ticks = np.arange(-4.0, 5.0, 2.0)
    return mixture(np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2), GRID_SD, standardize)


def mixture(modes: Floats, sd: float, standardize: bool) -> Dataset:
    """Equally likely isotropic Gaussians of standard deviation `sd` at `modes`, (K, 2)."""
    centres = torch.from_numpy(modes)

    def labelled(count: int, stream: torch.Generator) -> tuple[Tensor, Tensor]:
        chosen = torch.randint(len(centres), (count,), generator=stream)
        return beside(chosen, centres)[chosen] + sd * torch.randn(count, 2, generator=stream, dtype=torch.float64), chosen

    spread = np.sqrt(modes.var(axis=0) + sd**2)
    made = _of_points(lambda count, stream: labelled(count, stream)[0], modes.mean(axis=0), spread, standardize, modes, sd)
    shift, wide = torch.from_numpy(made.location), torch.from_numpy(made.scale)

    def sample(count: int, stream: torch.Generator, device: str) -> tuple[Tensor, Tensor]:
        points, chosen = labelled(count, stream)
        return ((points - beside(points, shift)) / beside(points, wide)).float().to(device), chosen

    names = tuple(f"mode {place}" for place in range(len(modes)))
    return dataclasses.replace(made, classes=Classes(names, (1 / len(modes),) * len(modes), sample, lambda rows: rows))


def moons(standardize: bool) -> Dataset:
    """Two interleaved half circles of radius 1 with noise of sd .05, as scikit-learn's make_moons draws them."""

    def points(count: int, stream: torch.Generator) -> Tensor:
        angle = math.pi * torch.rand(count, generator=stream, dtype=torch.float64)
        lower = torch.randint(2, (count,), generator=stream).bool()
        x = torch.where(lower, 1 - angle.cos(), angle.cos())
        y = torch.where(lower, 0.5 - angle.sin(), angle.sin())
        return torch.stack((x, y), 1) + MOONS_SD * torch.randn(count, 2, generator=stream, dtype=torch.float64)

    # E y^2 over both halves is 1/2 (1/2) + 1/2 (1/4 - 2/pi + 1/2), and E x^2 is 1/2 (1/2) + 1/2 (3/2).
    mean_square = np.array([1.0, 0.625 - 1 / np.pi])
    mean = np.array([0.5, 0.25])
    return _of_points(points, mean, np.sqrt(mean_square - mean**2 + MOONS_SD**2), standardize)


def spiral(standardize: bool) -> Dataset:
    """One arm of an Archimedean spiral of 1 1/2 turns, radius from 1/4 to 1, evenly along its radius, with noise of sd .02."""

    def points(count: int, stream: torch.Generator) -> Tensor:
        radius = 0.25 + 0.75 * torch.rand(count, generator=stream, dtype=torch.float64)
        angle = 4 * math.pi * (radius - 0.25)
        arm = torch.stack((radius * angle.cos(), radius * angle.sin()), 1)
        return arm + SPIRAL_SD * torch.randn(count, 2, generator=stream, dtype=torch.float64)

    # A fine sum over the arm in place of its integrals.
    radius = 0.25 + 0.75 * (np.arange(100_000) + 0.5) / 100_000
    arm = np.stack((radius * np.cos(4 * np.pi * (radius - 0.25)), radius * np.sin(4 * np.pi * (radius - 0.25))), 1)
    return _of_points(points, arm.mean(axis=0), np.sqrt(arm.var(axis=0) + SPIRAL_SD**2), standardize)


def correlated(standardize: bool) -> Dataset:
    """N([1, 1], [[1, .8], [.8, 1]]), the data of the toy GAN in the bayesianbiologist post on NIPS 2016."""
    root = torch.linalg.cholesky(torch.tensor([[1.0, 0.8], [0.8, 1.0]], dtype=torch.float64))

    def points(count: int, stream: torch.Generator) -> Tensor:
        normals = torch.randn(count, 2, generator=stream, dtype=torch.float64)
        drawn: Tensor = 1.0 + normals @ beside(normals, root).T
        return drawn

    return _of_points(points, np.ones(2), np.ones(2), standardize)


def ganlab_line(standardize: bool) -> Dataset:
    """(.8 - .75 U, .6 + .3 U) with noise of sd .01, U even between 0 and 1: the line of GAN Lab (Kahng et al. 2018)."""
    start, direction = torch.tensor([[0.8, 0.6]], dtype=torch.float64), torch.tensor([[-0.75, 0.3]], dtype=torch.float64)

    def points(count: int, stream: torch.Generator) -> Tensor:
        share = torch.rand(count, 1, generator=stream, dtype=torch.float64)
        along = beside(share, start) + beside(share, direction) * share
        return along + 0.01 * torch.randn(count, 2, generator=stream, dtype=torch.float64)

    return _of_points(points, np.array([0.425, 0.75]), np.sqrt(np.array([0.75, 0.3]) ** 2 / 12 + 0.01**2), standardize)


def ganlab_gaussians(standardize: bool) -> Dataset:
    """Two Gaussians at (.3, .7) and (.7, .4), of sd (.1, .1) and (.05, .2), equally likely, of GAN Lab (Kahng et al. 2018)."""
    centres, widths = np.array([[0.3, 0.7], [0.7, 0.4]]), np.array([[0.1, 0.1], [0.05, 0.2]])
    at, sd = torch.from_numpy(centres), torch.from_numpy(widths)

    def points(count: int, stream: torch.Generator) -> Tensor:
        chosen = torch.randint(2, (count,), generator=stream)
        centre, width = beside(chosen, at)[chosen], beside(chosen, sd)[chosen]
        return centre + width * torch.randn(count, 2, generator=stream, dtype=torch.float64)

    spread = np.sqrt(centres.var(axis=0) + np.square(widths).mean(axis=0))
    return _of_points(points, centres.mean(axis=0), spread, standardize)


def ganlab_ring(standardize: bool) -> Dataset:
    """(.5 + .3 cos a, .45 + .25 sin a), a even over the circle, with noise of sd .025: the ring of GAN Lab (Kahng et al. 2018)."""
    centre, radii = np.array([0.5, 0.45]), np.array([0.3, 0.25])
    middle, reach = torch.from_numpy(centre), torch.from_numpy(radii)

    def points(count: int, stream: torch.Generator) -> Tensor:
        angle = 2 * math.pi * torch.rand(count, generator=stream, dtype=torch.float64)
        around = beside(angle, middle) + beside(angle, reach) * torch.stack((angle.cos(), angle.sin()), 1)
        return around + 0.025 * torch.randn(count, 2, generator=stream, dtype=torch.float64)

    return _of_points(points, centre, np.sqrt(np.square(radii) / 2 + 0.025**2), standardize)


def ganlab_disjoint(standardize: bool) -> Dataset:
    """Three Gaussians of sd .025 at (.35, .75), (.75, .6) and (.45, .35), of GAN Lab (Kahng et al. 2018)."""
    return mixture(np.array([[0.35, 0.75], [0.75, 0.6], [0.45, 0.35]]), 0.025, standardize)


def of_columns(values: Floats, standardize: bool) -> Dataset:
    """The empirical distribution of `values`, (N, 2): draws with replacement."""
    location, scale = (values.mean(axis=0), values.std(axis=0)) if standardize else (np.zeros(2), np.ones(2))
    training = torch.from_numpy(((values - location) / scale).astype(np.float32))
    order = np.random.default_rng(REFERENCE_SEED).permutation(len(values))

    def reference(count: int) -> Floats:
        return values[order[:count]]

    sample, rows = gathered(training)
    return Dataset((2,), sample, location, scale, Plane(reference, rows=len(values)), len(training), rows)


def _of_points(points: Points, mean: Floats, sd: Floats, standardize: bool, modes: Floats | None = None, mode_sd: float = 0.0) -> Dataset:
    location, scale = (mean, sd) if standardize else (np.zeros(2), np.ones(2))
    shift, width = torch.from_numpy(location), torch.from_numpy(scale)

    def sample(count: int, stream: torch.Generator, device: str) -> Tensor:
        drawn = points(count, stream)
        return ((drawn - beside(drawn, shift)) / beside(drawn, width)).float().to(device)

    # Every evaluation asks for the same points.
    @functools.lru_cache(maxsize=8)
    def reference(count: int) -> Floats:
        drawn: Floats = points(count, torch.Generator().manual_seed(REFERENCE_SEED)).numpy()
        drawn.setflags(write=False)
        return drawn

    return Dataset((2,), sample, location, scale, Plane(reference, modes, mode_sd))
