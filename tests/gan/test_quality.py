"""What the presets learn, over a few seeds; benchmarks/bars.py prints the whole tables."""

import pytest

from benchmarks.bars import PROMISES
from benchmarks.quality import trained


def check(preset: str, seed: int) -> None:
    promise = PROMISES[preset]
    (found,) = trained(seed, preset, more=promise.more, **promise.how)
    assert [bar for bar in promise.bars if not bar.met(found.metrics[bar.metric])] == [], found.metrics


@pytest.mark.slow
def test_toy1d_learns_the_gaussian_in_2000_steps() -> None:
    check("toy1d", 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 32))
def test_toy1d_learns_the_gaussian_from_every_seed(seed: int) -> None:
    check("toy1d", seed)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["ring2d", "grid2d", "digits"])
def test_every_mode_and_every_digit_is_found(preset: str) -> None:
    check(preset, 20)
