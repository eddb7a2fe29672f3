"""Truths of every kind whose samples are known, and MNIST where it lies at hand."""

import gzip
import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from scipy import stats

from tui_gan.contract.snapshot import Floats
from tui_gan.gan.datasets.dataset import Images, Line, Plane, Truth

SIDE = 10


class Case(NamedTuple):
    """A truth, independent samples of it, and those of a bad generator."""

    truth: Truth
    good: Any
    bad: Any


def bumps(seed: int, count: int) -> np.ndarray:
    """Smooth bumps at random places, float32 (count, 1, SIDE, SIDE) in [0, 1]."""
    stream = np.random.default_rng(seed)
    centres, height = stream.uniform(2, SIDE - 3, (2, count, 1, 1)), stream.uniform(0.6, 1, (count, 1, 1))
    down, across = np.mgrid[:SIDE, :SIDE]
    squares = (down - centres[0]) ** 2 + (across - centres[1]) ** 2
    return (height * np.exp(-squares / 4))[:, None].astype(np.float32)


def as_bytes(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy((images * 255).round().astype(np.uint8))


def _line() -> Case:
    data = stats.norm(4, 0.5)
    truth = Line(lambda count: data.ppf((np.arange(count) + 0.5) / count), data.cdf, 4.0, 0.5)
    good = data.rvs(800, random_state=1)
    return Case(truth, good, 0.3 * good + 4)


def _plane() -> Case:
    angles = np.arange(8) * np.pi / 4
    modes, sd = np.stack([np.cos(angles), np.sin(angles)], 1), 0.02

    def points(count: int, seed: int = 0) -> Floats:
        stream = np.random.default_rng(seed)
        return modes[stream.integers(8, size=count)] + sd * stream.normal(size=(count, 2))

    stream = np.random.default_rng(2)
    return Case(Plane(points, modes, sd), points(800, 1), modes[0] + 4 * sd * stream.normal(size=(800, 2)))


def _images() -> Case:
    mixing = torch.randn(SIDE * SIDE, 6, generator=torch.Generator().manual_seed(0))
    truth = Images(as_bytes(bumps(0, 600)), as_bytes(bumps(1, 150)), features=lambda images: (images.flatten(1) @ mixing).relu())
    return Case(truth, bumps(2, 200), np.random.default_rng(3).random((200, 1, SIDE, SIDE), dtype=np.float32))


@pytest.fixture(scope="session")
def cases() -> dict[type, Case]:
    return {Line: _line(), Plane: _plane(), Images: _images()}


@pytest.fixture
def line(cases: dict[type, Case]) -> Case:
    return cases[Line]


@pytest.fixture
def plane(cases: dict[type, Case]) -> Case:
    return cases[Plane]


@pytest.fixture
def images(cases: dict[type, Case]) -> Case:
    return cases[Images]


@pytest.fixture(scope="session")
def mnist() -> dict[str, torch.Tensor]:
    """The images, uint8, and labels, int64, of the parts "train" and "t10k"."""
    folder = Path(os.environ.get("TUI_GAN_DATA", Path(__file__).parents[4] / "shared" / "data")) / "mnist"
    if not (folder / "train-images-idx3-ubyte.gz").is_file():
        pytest.skip("MNIST is not at hand")

    def read(name: str, offset: int) -> np.ndarray:
        return np.frombuffer(gzip.decompress((folder / f"{name}-ubyte.gz").read_bytes()), np.uint8, offset=offset)

    found = {}
    for part in ("train", "t10k"):
        found[part] = torch.from_numpy(read(f"{part}-images-idx3", 16).reshape(-1, 1, 28, 28).copy())
        found[f"{part}-labels"] = torch.from_numpy(read(f"{part}-labels-idx1", 8).astype(np.int64))
    return found
