"""Previews: at most 256 evenly over the run, more of its beginning, the same after a resume."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tui_gan.session import previews
from tui_gan.session.previews import CAPACITY, Previews, early, stride_at

NOTHING = np.zeros(1)


def kept(folder: Path) -> list[int]:
    return [step for step, _ in previews.stored(folder)]


def fill(store: Previews, steps: range) -> None:
    for step in steps:
        if store.due(step):
            store.add(step, {"fake": NOTHING})


@given(step=st.integers(0, 10**9), every=st.integers(1, 10**4))
def test_the_stride_is_the_least_that_keeps_within_bounds(step: int, every: int) -> None:
    stride = stride_at(step, every)
    assert step // stride + 1 <= CAPACITY
    assert stride == every or step // (stride // 2) + 1 > CAPACITY
    assert (stride // every).bit_count() == 1


@pytest.mark.parametrize("last", [0, 100, CAPACITY - 1, CAPACITY, 3 * CAPACITY])
def test_a_store_is_bounded_and_evenly_thinned(tmp_path: Path, last: int) -> None:
    fill(Previews(tmp_path, every=1), range(last + 1))
    stride = stride_at(last, 1)
    assert kept(tmp_path) == [step for step in range(last + 1) if step % stride == 0 or early(step)]
    assert sum(step % stride == 0 for step in kept(tmp_path)) <= CAPACITY


@pytest.mark.parametrize("every", [1, 100, 10_000])
@pytest.mark.parametrize("last", [1, 40, 59, 60, 63, 64, 65, 66, 100, 127, 128, 1_500, 12_000, 100_000])
def test_sixty_previews_are_kept_of_any_run_that_has_as_many_steps(every: int, last: int) -> None:
    stride = stride_at(last, every)
    found = [step for step in range(last + 1) if step % stride == 0 or early(step)]
    assert len(found) >= min(last + 1, 60)
    assert len(found) <= CAPACITY + 65 + 16 * max(0, last.bit_length() - 6)
    # No two neighbours are farther apart than an eighth of the steps before them, or than the stride.
    assert all(later - earlier <= max(1, earlier / 8) for earlier, later in itertools.pairwise(found))


@given(step=st.integers(0, 10**12))
def test_early_ones_grow_with_the_logarithm_of_the_steps(step: int) -> None:
    assert early(step) == (step <= 64 or step % (1 << (step.bit_length() - 5)) == 0)


@pytest.mark.parametrize("stop", [0, 10, CAPACITY - 1, CAPACITY, CAPACITY + 5])
def test_a_resumed_run_keeps_the_same_ones(tmp_path: Path, stop: int) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    last = 2 * CAPACITY + 9
    fill(Previews(whole, every=1), range(last + 1))
    fill(Previews(parts, every=1), range(stop + 1))
    fill(Previews(parts, 1, stop), range(stop + 1, last + 1))
    assert kept(parts) == kept(whole)


def test_previews_of_steps_that_will_be_trained_again_are_removed(tmp_path: Path) -> None:
    fill(Previews(tmp_path, every=5), range(101))
    Previews(tmp_path, 5, step=42)
    assert kept(tmp_path) == list(range(43))


def test_a_store_of_an_older_run_stays_as_it_is(tmp_path: Path) -> None:
    for step in range(0, 1_501, 100):
        Previews(tmp_path, every=100, step=step).add(step, {"fake": NOTHING})
    Previews(tmp_path, 100, step=1_500)
    assert kept(tmp_path) == list(range(0, 1_501, 100))


def test_a_preview_is_read_back(tmp_path: Path) -> None:
    store = Previews(tmp_path, every=5)
    images = np.arange(24, dtype=np.uint8).reshape(2, 2, 2, 3)[:, ::-1]
    store.add(5, {"fake": np.linspace(0, 1, 7)[::2], "axis": np.arange(3.0), "images": images})
    found = previews.read(next(path for _, path in previews.stored(tmp_path)))
    assert set(found) == {"fake", "axis", "images"}
    np.testing.assert_allclose(found["fake"], np.linspace(0, 1, 7)[::2], rtol=1e-6)
    assert found["axis"].tolist() == [0, 1, 2]
    assert {name: array.dtype.name for name, array in found.items()} == {"fake": "float64", "axis": "float64", "images": "uint8"}
    assert np.array_equal(found["images"], images)


@pytest.mark.parametrize("far", [np.array([1.7e9, 1.7e9 + 1.0, 1.7e9 + 5.0]), np.array([-1e200, 3e200]), np.full(3, 1.7e9 + 1.0)])
def test_numbers_far_from_0_beside_their_spread_are_kept_as_they_are(tmp_path: Path, far: NDArray[np.float64]) -> None:
    Previews(tmp_path, every=5).add(5, {"fake": far})
    assert np.array_equal(previews.read(tmp_path / "step-00000005.safetensors")["fake"], far)


def test_a_run_keeps_previews_from_its_first_step_to_its_last(train: Callable[..., Any]) -> None:
    ended = train()
    assert kept(ended.directory.previews) == list(range(41))
    arrays = previews.read(ended.directory.previews / "step-00000040.safetensors")
    assert arrays["fake"].shape == (4096,)
    assert arrays["axis"].shape == arrays["discriminator"].shape
    assert ((arrays["discriminator"] > 0) & (arrays["discriminator"] < 1)).all()
