"""Data sets: samplers of known distributions, and of what was read from files."""

from collections.abc import Callable

from tui_gan.gan.datasets.dataset import Dataset, Images, Line, Plane, Stacks, Truth, fixed, of_labels
from tui_gan.gan.datasets.images import of_images
from tui_gan.gan.datasets.line import gaussian, of_column
from tui_gan.gan.datasets.plane import (
    correlated,
    ganlab_disjoint,
    ganlab_gaussians,
    ganlab_line,
    ganlab_ring,
    grid,
    moons,
    of_columns,
    ring,
    spiral,
)
from tui_gan.gan.datasets.stacked import of_stacks

DATASETS: dict[str, Callable[[bool], Dataset]] = {
    "gaussian": gaussian,
    "ring": ring,
    "grid": grid,
    "moons": moons,
    "spiral": spiral,
    "correlated": correlated,
    "ganlab_line": ganlab_line,
    "ganlab_gaussians": ganlab_gaussians,
    "ganlab_ring": ganlab_ring,
    "ganlab_disjoint": ganlab_disjoint,
}

__all__ = [
    "DATASETS",
    "Dataset",
    "Images",
    "Line",
    "Plane",
    "Stacks",
    "Truth",
    "fixed",
    "of_column",
    "of_columns",
    "of_images",
    "of_labels",
    "of_stacks",
]
