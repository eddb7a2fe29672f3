"""Portraits are shares of samples in bins, on one scale for all members and the data."""

import numpy as np
import pytest
import torch

from tui_gan.gan.datasets import DATASETS, Images
from tui_gan.sweep.portraits import BINS, FULL, REACH, SIDE, portrayer


def test_on_the_line_it_is_the_histogram_of_the_window_of_the_data() -> None:
    truth = DATASETS["gaussian"](True).truth
    kind, portrait, real = portrayer(truth)
    assert (kind, real.shape, real.dtype) == ("line", (1, BINS), np.uint8)
    # Half of the whole height, so that one that is too narrow can be seen to be.
    assert real.max() == round(255 / FULL)
    assert real[0].argmax() in (BINS // 2 - 1, BINS // 2)
    width = 2 * REACH * 0.5 / BINS
    everything, other = portrait(np.stack([np.full(1000, 4.0 + width / 2), np.where(np.arange(1000) < 10, np.nan, 4.0 - width / 2)]))
    assert everything[0].argmax() == BINS // 2
    assert (np.count_nonzero(everything), everything.max()) == (1, 255)
    # Another member has bins of its own, and shares of all of its samples.
    assert other[0].argmax() == BINS // 2 - 1
    assert np.count_nonzero(other) == 1


def test_what_lies_beyond_the_window_is_in_its_outermost_bins() -> None:
    _, portrait, _ = portrayer(DATASETS["gaussian"](True).truth)
    (far,) = portrait(np.array([[-1e300, -50.0, 50.0, 1e300, np.inf, np.nan]]))
    assert np.flatnonzero(far[0]).tolist() == [0, BINS - 1]


def test_in_the_plane_the_upper_row_comes_first() -> None:
    kind, portrait, real = portrayer(DATASETS["ring"](True).truth)
    assert (kind, real.shape) == ("plane", (SIDE, SIDE))
    above, below = portrait(np.stack([np.tile([[0.0, 1.0]], (100, 1)), np.tile([[0.0, -1.0]], (100, 1))]))
    row, column = np.unravel_index(above.argmax(), above.shape)
    assert row <= 1
    assert column in (SIDE // 2 - 1, SIDE // 2)
    assert below.argmax() // SIDE >= SIDE - 2
    assert not portrait(np.array([[[1e300, 0.0], [np.nan, 0.0], [-50.0, 3.0]]])).any()


@pytest.mark.parametrize("side", [8, 28, 33])
def test_of_images_it_is_the_first_in_grey_and_small(side: int) -> None:
    images = torch.zeros(3, 3, side, side, dtype=torch.uint8)
    images[0, 1] = 255
    kind, portrait, real = portrayer(Images(images, images))
    small = min(side, SIDE)
    assert (kind, real.shape) == ("images", (small, small))
    assert (real == 85).all()
    half = np.zeros((2, 2, 1, side, side), dtype=np.float32)
    half[0, 0, :, : side // 2] = 1.0
    half[1, 0, :, :, : side // 2] = 1.0
    upper, left = portrait(half)
    assert (upper[0].min(), upper[-1].max()) == (255, 0)
    assert (left[:, 0].min(), left[:, -1].max()) == (255, 0)
