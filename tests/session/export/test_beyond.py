"""What a plot does not show of samples is told in it, in every frame of a film."""

import dataclasses

import numpy as np
import pytest

from tui_gan.contract.outside import Outside
from tui_gan.contract.snapshot import Line1D, Plane2D, frozen
from tui_gan.session.export.distribution import around, plot, sides
from tui_gan.session.export.pictures import painted

EDGES = frozen(np.linspace(0, 4, 5))
LINE = Line1D(EDGES, frozen([0, 0.5, 0.5, 0]), frozen([0, 0, 0.25, 0]), EDGES, frozen(np.full(5, 0.5)), frozen([0.0]), frozen([2.5]))
SQUARE = frozen([0.0, 0.0]), frozen([1.0, 1.0])
PLANE = Plane2D(*SQUARE, frozen([[0.5, 0.5]]), frozen([[9.0, 0.5]]), frozen(np.full((2, 2), 0.5)))


def test_the_sides_of_a_line() -> None:
    assert sides(LINE, 1.0) == ("", "", "")
    away = dataclasses.replace(LINE, fake_outside=Outside(0.25, 0.5, unknown=0.01), real_outside=Outside(right=0.0001))
    left, right, middle = sides(away, 0.2)
    assert left == "25% of generated samples < 0"
    assert right == "50% of generated samples > 4\n<0.1% of real samples > 4"
    assert middle == "q up to 0.25\np up to 0.5\n1.0% of generated samples not finite"


def test_the_sides_of_a_plane() -> None:
    assert around(PLANE) == ""
    away = dataclasses.replace(PLANE, fake_outside=Outside(right=0.5, above=0.25, unknown=0.25), real_outside=Outside(left=0.02))
    assert around(away) == "generated points outside: 50% right, 25% above, 25% not finite\nreal points outside: 2.0% left"


@pytest.mark.parametrize("seen", [LINE, PLANE])
def test_a_plot_says_it_and_each_frame_its_own(seen: Line1D | Plane2D) -> None:
    away = dataclasses.replace(seen, fake_outside=Outside(right=0.5))
    with painted(plot(away, "toy, step 3")) as (figure, moving):
        assert moving is not None

        def words() -> str:
            return " ".join(text.get_text() for axes in figure.axes for text in axes.texts)

        assert "50%" in words()
        moving.show(seen, "toy, step 4")
        assert "%" not in words()
        moving.show(dataclasses.replace(seen, fake_outside=Outside(left=0.125)), "toy, step 5")
        assert "12%" in words()
