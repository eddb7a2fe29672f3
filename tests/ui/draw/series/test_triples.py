"""The map of triples, as text."""

import numpy as np
import pytest

from tui_gan.contract.snapshot import Triples, frozen
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.series.triples import DOTTED, SHADED, rows, triples

PLAIN = Look(ascii_only=True)


def some() -> Triples:
    """One of 000, nine of 001, none of the others, save 999 of each of R = 9."""
    counts = np.zeros((10, 10, 10))
    counts[0, 0, :2] = 1, 9
    counts[9] = 999
    return Triples(frozen(counts), 3_000)


@pytest.mark.parametrize(
    ("width", "room", "look", "expected"),
    [
        (54, 23, PLAIN, 23),
        (54, 22, PLAIN, 0),
        (53, 23, PLAIN, 0),
        (54, 22, Look(), 8),
        (29, 8, Look(), 8),
        (28, 30, Look(), 0),
        (60, 7, Look(), 0),
    ],
)
def test_the_form_is_the_larger_one_that_fits(width: int, room: int, look: Look, expected: int) -> None:
    assert rows(width, room, look) == expected


def test_a_dot_is_a_triple_in_the_block_of_its_red_digit() -> None:
    lines = triples(some(), *DOTTED, Look()).text().splitlines()
    assert lines[0].strip() == "102 of 1,000 triples"
    # Two dots beside each other at the upper left, and a full block of 10 x 10 at the lower right.
    assert lines[1].strip() == "⠉"
    assert [line[24:29] for line in lines[4:7]] == ["⣿⣿⣿⣿⣿", "⣿⣿⣿⣿⣿", "⠛⠛⠛⠛⠛"]
    assert [line[:24].strip() for line in lines[4:7]] == [""] * 3
    assert lines[7].strip() == "block R, down G, across B"


def test_a_shade_is_the_count_over_that_of_equal_shares() -> None:
    counts = np.ones((10, 10, 10))
    counts[1, 2, 3:8] = 0, 0.4, 1.4, 2.9, 3.1
    lines = triples(Triples(frozen(counts), 3_000), *SHADED, PLAIN, since=True).text().splitlines()
    assert lines[0].strip() == "999 of 1,000 triples at 3k"
    # Row 2 of the second block, behind the first and a space.
    assert lines[3][11:21] == "+++.-+*#++"
    assert lines[1][:21] == "+" * 10 + " " + "+" * 10
    assert lines[11].strip() == ""
    assert lines[22].startswith("times 1/1,000: . 0  - < 0.5  + < 1.5  * < 3  # above")
