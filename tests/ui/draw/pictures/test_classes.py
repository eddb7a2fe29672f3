"""Images in rows by class: each image stands in the row of its class, whose name stands before it."""

import dataclasses
import itertools

import numpy as np
import pytest

from tui_gan.contract.snapshot import ImageGrid
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.pictures.classes import arrangement
from tui_gan.ui.draw.pictures.picture import drawn

NAMES = tuple("abcdefghij")


def picture(count: int, names: tuple[str, ...] = NAMES, side: int = 8) -> ImageGrid:
    """Of each class in turn, each image of one grey that tells its class."""
    classes = tuple(place % len(names) for place in range(count))
    levels = np.array(classes, np.uint8)[:, None, None, None] * 20 + 20
    shown = np.broadcast_to(levels, (count, side, side, 1)).copy()
    return ImageGrid(shown[: 2 * len(names)], shown, classes=classes, of_real=classes[: 2 * len(names)], names=names)


@pytest.mark.parametrize(("rows", "columns", "blocks"), [(10, 6, 1), (23, 6, 1), (5, 8, 2), (4, 9, 3), (3, 4, 2), (1, 2, 1)])
def test_each_image_goes_to_a_row_of_its_class(rows: int, columns: int, blocks: int) -> None:
    made = picture(60)
    found = arrangement(NAMES, rows, columns, blocks, True)
    ordered, places = found.arranged(made.fake, made.classes, columns)
    assert len(places) == len(set(places)) == len(ordered)
    assert {number for number in found.visible} == {int(image[0, 0, 0]) // 20 - 1 for image in ordered}
    for image, (row, column) in zip(ordered, places, strict=True):
        number = int(image[0, 0, 0]) // 20 - 1
        block, first, each = found.place_of(number)
        assert first <= row < first + each
        assert row < rows
        assert column // (columns // found.blocks) == block
    if rows * blocks >= 10:
        assert len(found.visible) == 10


@pytest.mark.parametrize(("width", "height"), [(120, 46), (100, 30), (80, 20), (60, 12), (40, 8), (26, 6), (20, 40), (5, 7), (1, 1)])
def test_what_is_drawn_fits_and_names_its_rows(width: int, height: int) -> None:
    canvas = drawn(picture(64), width, height, Look())
    assert (canvas.width, canvas.height) == (width, height)
    lines = canvas.text().split("\n")
    if width >= 80 and height >= 12:
        named = {line[:2].strip() for line in lines} | {word for line in lines for word in line.split() if word in NAMES}
        assert set(NAMES) <= named


@pytest.mark.parametrize("side", [8, 28])
def test_every_class_has_a_row_or_it_is_said_how_many_have(side: int) -> None:
    names = tuple(f"code {number}" for number in range(10))
    made = picture(64, names, side)
    hidden = []
    for width, height in itertools.product(range(40, 150, 10), range(8, 70, 4)):
        text = drawn(made, width, height, Look()).text()
        seen = sum(name in text for name in names)
        if seen < len(names):
            hidden.append((width, height))
            assert f"{seen} of 10" in text, (width, height)
        else:
            assert " of " not in text
    assert {(140, 60), (120, 60), (80, 36), (60, 40)}.isdisjoint(hidden)


def test_real_images_without_a_code_stand_beside_in_their_own_order() -> None:
    made = dataclasses.replace(picture(64), of_real=())
    lines = drawn(made, 100, 30, Look()).text().split("\n")
    first = lines[0].index("real")
    assert any(line[first:].strip() for line in lines[1:])


def test_long_names_are_cut_and_a_single_class_has_all_the_room() -> None:
    names = ("an extraordinarily long name", "short")
    text = drawn(picture(20, names), 80, 24, Look()).text()
    assert "an extraordi " in text
    assert "short" in text
    alone = drawn(picture(20, ("only",)), 60, 20, Look()).text()
    assert "only" in alone
