"""D class by class."""

import math

import pytest

from tui_gan.contract.snapshot import OfClass
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.players.by_class import WIDTH, by_class, wanted

CLASSES = tuple(OfClass(name, 0.25 + 0.05 * place, 0.75 - 0.05 * place) for place, name in enumerate("abcdefghij"))


@pytest.mark.parametrize("height", [0, 1, 2, 5, 11, 20])
def test_as_many_classes_as_there_is_room_for(height: int) -> None:
    lines = by_class(CLASSES, WIDTH, height, Look()).text().split("\n") if height else []
    assert len(lines) == height
    shown = [line for line in lines if line.strip()[:1] in list("abcdefghij") and "0." in line]
    assert len(shown) == (10 if height >= 11 else max(0, height - 2))
    if 2 <= height < 11:
        assert lines[-1].strip() == f"and {10 - len(shown)} more"


def test_means_are_numbers_and_bars_and_what_is_not_known_is_told() -> None:
    classes = (OfClass("trousers", 0.5, math.nan), OfClass("b", 0.0, 1.0))
    text = by_class(classes, wanted(classes), 4, Look(ascii_only=True)).text().split("\n")
    assert text[0].startswith("D(x) by class")
    assert "trousers 0.50 ##" in text[1]
    assert "   -" in text[1]
    assert "0.00" in text[2]
    assert "1.00 ####" in text[2]
    assert all(len(line) <= wanted(classes) for line in text)


@pytest.mark.parametrize(("width", "name"), [(60, "ankle boots of suede"), (WIDTH + 6, "ankle boot..."), (WIDTH, "ankl...")])
def test_a_name_is_whole_where_there_is_room(width: int, name: str) -> None:
    assert (
        by_class((OfClass("ankle boots of suede", 0.5, 0.25),), width, 3, Look()).text().split("\n")[1].strip().startswith(f"{name} 0.50")
    )
