"""The heat map of a sweep."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tui_gan.contract.axes import Axis, combinations
from tui_gan.contract.errors import UsageError
from tui_gan.sweep import picture
from tui_gan.sweep.results import Cell

AXES = [Axis("k_steps", (1, 2)), Axis("generator_lr", (1e-3, 1e-2, 1e-1)), Axis("steps", (5,))]


def cells(axes: list[Axis]) -> list[Cell]:
    return [Cell(values, 10, place % 10, 0, 0.1, 0.2 + place, 0.3) for place, values in enumerate(combinations(axes))]


@pytest.mark.parametrize("axes", [AXES, AXES[1:], [*AXES, Axis("minibatch_discrimination", (False, True))]], ids=["two", "one", "three"])
def test_it_is_a_picture_with_as_many_rows_as_the_other_axes_have_values(axes: list[Axis], tmp_path: Path) -> None:
    picture.write(tmp_path / "heatmap.png", cells(axes), axes, "w1")
    with Image.open(tmp_path / "heatmap.png") as image:
        rows = 2 if len(axes) == 4 else 1
        assert image.size == (int(2.4 * picture.SIZE * picture.DOTS), int(picture.SIZE * rows * picture.DOTS))
        assert len(np.unique(np.asarray(image.convert("L")))) > 50


def test_what_is_not_known_to_collapse_has_one_panel_and_an_infinite_value_is_written(tmp_path: Path) -> None:
    known = [each._replace(collapsed=None, median=float("inf") if place else 1.0) for place, each in enumerate(cells(AXES))]
    picture.write(tmp_path / "heatmap.png", known, AXES, "w1")
    with Image.open(tmp_path / "heatmap.png") as image:
        assert image.size == (int(1.2 * picture.SIZE * picture.DOTS), int(picture.SIZE * picture.DOTS))


def test_values_stand_where_their_axes_say() -> None:
    found = picture._grid(cells(AXES), AXES[1], AXES[0], lambda cell: cell.median)
    assert found == [[0.2, 1.2, 2.2], [3.2, 4.2, 5.2]]
    assert picture._grid(cells(AXES)[3:], AXES[1], None, lambda cell: cell.collapsed) == [[3, 4, 5]]


def test_what_cannot_be_drawn_says_why(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two values or more"):
        picture.write(tmp_path / "heatmap.png", cells(AXES[2:]), AXES[2:], "w1")
    many = [*AXES, Axis("seeds", tuple(range(13))), Axis("more", tuple(range(13)))]
    with pytest.raises(UsageError, match="at most 12 rows"):
        picture.write(
            tmp_path / "heatmap.png", cells([*many, Axis("most", tuple(range(13)))]), [*many, Axis("most", tuple(range(13)))], "w1"
        )
