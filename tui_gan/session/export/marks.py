"""Words above a plot at the steps where something was changed, in as few rows as keep them apart."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tui_gan.session.course import Change

# The width of a letter in widths of the axes, and the rows there are.
LETTER, ROWS = 0.0098, 4


class Word(NamedTuple):
    """A text at a place, 0 .. 1 along the axis; it begins there, or ends there where it would not fit."""

    place: float
    row: int
    text: str
    ends: bool


def words(changes: Sequence[Change], first: float, last: float) -> Iterator[Word]:
    """The texts of changes on an axis from `first` to `last`; those for which every row is taken are left out."""
    taken = [0.0] * ROWS
    for change in changes:
        place, width = (change.step - first) / (last - first), LETTER * (len(change.text) + 1)
        ends = place + width > 1.0
        begin = place - width if ends else place
        row = next((number for number, end in enumerate(taken) if end <= begin), None)
        if row is not None:
            taken[row] = begin + width
            yield Word(place, row, change.text, ends)
