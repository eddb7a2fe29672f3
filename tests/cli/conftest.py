"""What tests of the command line share: an empty place, runs that are there already, and small networks."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.data.making import lay, mnist_files, noise, picture, records
from tests.program import Program
from tui_gan.data import places

# Networks so small that a step takes a millisecond.
SMALL = ("--set", "generator=8", "--set", "discriminator=8", "--set", "evaluated=200")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test of the command line stands in an empty directory, with an empty cache and no known sets of images."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path.parent / f"{tmp_path.name}-cache"))
    monkeypatch.setattr(places.platformdirs, "user_cache_path", lambda name: tmp_path.parent / f"{tmp_path.name}-cache" / name)
    monkeypatch.delenv(places.VARIABLE, raising=False)
    # The library of the hub, where it is installed, would ask the network.
    monkeypatch.setitem(sys.modules, "datasets", None)
    return tmp_path


@pytest.fixture(scope="session")
def _first_runs() -> dict[str, Path]:
    return {}


@pytest.fixture
def made(_first_runs: dict[str, Path], program: Program, here: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A run of 30 steps, `runs/mine`, copied here from the first one made of its preset."""

    def made(preset: str, *words: object) -> Path:
        if preset not in _first_runs:
            kept = tmp_path_factory.mktemp("first") / "mine"
            done = program("run", preset, "--headless", "--steps", 30, "--checkpoint-every", 10, "--out", kept, *words)
            assert done.status == 0, done.err
            _first_runs[preset] = kept
        return Path(shutil.copytree(_first_runs[preset], here / "runs" / "mine"))

    return made


@pytest.fixture
def a_run(made: Callable[..., Path]) -> Path:
    """A run on the line."""
    return made("toy1d")


@pytest.fixture
def a_plane_run(made: Callable[..., Path]) -> Path:
    """A run in the plane."""
    return made("ring2d", *SMALL)


@pytest.fixture
def an_image_run(made: Callable[..., Path]) -> Path:
    """A run of images of 1x8x8."""
    return made("digits", *SMALL)


@pytest.fixture
def pictures(here: Path) -> Path:
    """A folder of 12 small pictures."""
    return lay(here / "pictures", {f"{number}.png": picture(noise(12, 10, 3, seed=number)) for number in range(12)})


@pytest.fixture
def two_columns(here: Path) -> Path:
    """A table of 200 rows of two numbers."""
    np.savetxt(here / "two.csv", np.random.default_rng(0).normal([1, -2], [3, 0.1], (200, 2)), delimiter=",")
    return here / "two.csv"


@pytest.fixture
def sets(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Small sets of images under the names of the known ones."""
    folder = tmp_path_factory.mktemp("sets")
    for name in ("mnist", "fashion-mnist"):
        lay(folder / name, mnist_files(300, 60))
    batches = {f"data_batch_{number}.bin": records(60, seed=number).tobytes() for number in range(1, 6)}
    lay(folder / "cifar10", {**batches, "test_batch.bin": records(60).tobytes()})
    monkeypatch.setenv(places.VARIABLE, str(folder))
    return folder
