"""Latent space beside data space: what is drawn where, and in which colours."""

import dataclasses

import numpy as np
import pytest

from tui_gan.contract.snapshot import Plane2D, frozen
from tui_gan.ui.draw.gallery.inference import LETTERS, spaces
from tui_gan.ui.draw.palette import Look

LOW, HIGH = frozen([-1.5, -1.5]), frozen([1.5, 1.5])


def ring(count: int = 24) -> np.ndarray:
    # Off the borders of the sectors.
    angles = 2 * np.pi * (np.arange(count) + 0.5) / count
    return np.stack((np.cos(angles), np.sin(angles)), 1)


def picture() -> Plane2D:
    points, cells = frozen(ring()), frozen(np.full((4, 4), 0.5))
    return Plane2D(low=LOW, high=HIGH, real=points, fake=points, discriminator=cells)


@pytest.mark.parametrize(("width", "height"), [(100, 30), (60, 20), (39, 12), (24, 3), (1, 1), (0, 0)])
def test_it_fits_its_room(width: int, height: int) -> None:
    canvas = spaces(picture(), ring(), ring(), ring(), width, height, Look())
    assert (canvas.width, canvas.height) == (width, height)
    text = canvas.text()
    assert ("latent space, E(x)" in text) is (width >= 40 and height >= 4)
    assert ("data space" in text) is (width >= 20 and height >= 4)


def test_a_point_has_the_letter_of_its_direction_in_both_spaces() -> None:
    canvas = spaces(picture(), ring()[:, ::-1], ring(), ring(), 120, 30, dataclasses.replace(Look(), ascii_only=True))
    lines = canvas.text().split("\n")[1:]
    left, right = ("".join(line[:59] for line in lines), "".join(line[60:] for line in lines))
    for letter in LETTERS:
        assert letter in left
        assert letter in right
    # East in the data is north in the latents, whose coordinates are exchanged.
    first = next(number for number, line in enumerate(lines) if "a" in line[:59])
    assert first < len(lines) // 3


def test_points_have_colours_of_their_own() -> None:
    canvas = spaces(picture(), ring(), ring(), 0.5 * ring(), 120, 30, Look())
    assert canvas.paints is not None
    assert len(set(canvas.paints[canvas.paints > 0].tolist())) == 12


def test_codes_that_are_no_numbers_are_left_out() -> None:
    codes = ring()
    codes[0] = np.nan
    canvas = spaces(picture(), np.full_like(codes, np.inf), ring(), codes, 80, 20, Look())
    assert "latent space" in canvas.text()
