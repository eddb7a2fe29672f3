"""What the toy1d preset learns, over a few seeds; benchmarks/toy1d_quality.py prints the whole table."""

import pytest

from benchmarks.toy1d_quality import train


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_toy1d_learns_the_gaussian_in_2000_steps(seed: int) -> None:
    found = train(seed, steps=2000, turned={}, data=None)
    assert found["w1"] <= 0.03
    assert 0.95 <= found["sd_ratio"] <= 1.05


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 32))
def test_toy1d_learns_the_gaussian_from_every_seed(seed: int) -> None:
    found = train(seed, steps=2000, turned={}, data=None)
    assert found["w1"] <= 0.03
    assert 0.95 <= found["sd_ratio"] <= 1.05
