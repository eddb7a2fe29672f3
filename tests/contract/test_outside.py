"""What lies outside of a window: each sample once, by its side."""

import numpy as np
import pytest

from tui_gan.contract.outside import Outside, outside, percent

SQUARE = np.array([0.0, 0.0]), np.array([1.0, 2.0])


def test_each_sample_counts_once_at_the_end_that_it_is_farther_beyond() -> None:
    line = np.array([0.0, 1.0, 0.5, -0.1, 1.1, 7.0, np.nan, -np.inf])[:, None]
    assert outside(line, np.array([0.0]), np.array([1.0])) == Outside(1 / 8, 2 / 8, unknown=2 / 8)
    # Two units above the window are one of its heights, and half a unit to the left half of its width.
    plane = np.array([[0.5, 1.0], [-0.5, 4.0], [-0.5, -0.5], [3.0, 1.0], [0.5, -9.0], [0.5, np.nan], [np.inf, 0.5], [0.5, 2.0]])
    assert outside(plane, *SQUARE) == Outside(left=1 / 8, right=1 / 8, below=1 / 8, above=1 / 8, unknown=2 / 8)
    assert outside(np.empty((0, 2)), *SQUARE) == Outside()


def test_shares_and_what_is_inside_make_a_whole() -> None:
    points = np.random.default_rng(0).standard_t(1, (5000, 2))
    found = outside(points, *SQUARE)
    inside = ((points >= SQUARE[0]) & (points <= SQUARE[1])).all(axis=1).mean()
    assert found.left + found.right + found.below + found.above + found.unknown + inside == pytest.approx(1)
    assert found.total + inside == pytest.approx(1)
    assert min(found.left, found.right, found.below, found.above) > 0.05


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0%"),
        (1e-6, "<0.1%"),
        (0.0005, "0.1%"),
        (0.004, "0.4%"),
        (0.0994, "9.9%"),
        (0.1, "10%"),
        (0.314, "31%"),
        (0.99, "99%"),
        (0.995, "99.5%"),
        (0.9999, ">99.9%"),
        (1.0, "100%"),
    ],
)
def test_a_share_is_never_rounded_to_none_or_all(share: float, text: str) -> None:
    assert percent(share) == text
