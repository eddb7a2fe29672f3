"""Answers: what a terminal says of itself when it is asked: whether it draws sixels, in how many colours, and how large its cells are."""

import dataclasses
import re

from textual.message import Message

# Its cells, its colours, then its kind, which every terminal answers, and after the others.
CELL = "\x1b[16t"
QUESTIONS = f"{CELL}\x1b[?1;1;0S\x1b[c"
KIND, CELL_IS, COLOURS_ARE = (re.compile(text) for text in (r"\x1b\[\?([\d;]*)c", r"\x1b\[6;(\d+);(\d+)t", r"\x1b\[\?1;0;(\d+)S"))
# Among what a terminal can, by DEC's numbers.
SIXEL = "4"
MOST_COLOURS, LARGEST_CELL = 256, 64


@dataclasses.dataclass(frozen=True)
class Answers:
    """What a terminal has said so far.

    Attributes:
        sixel: whether it draws sixels.
        colours: how many of them at once, at most MOST_COLOURS.
        cell: width and height of a cell in pixels; 0 where it has not said.
    """

    sixel: bool = False
    colours: int = MOST_COLOURS
    cell: tuple[int, int] = (0, 0)


class Answer(Message):
    """An answer has come."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


def is_answer(text: str) -> bool:
    """Whether a sequence answers one of the questions."""
    return any(each.fullmatch(text) for each in (KIND, CELL_IS, COLOURS_ARE))


def learned(known: Answers, text: str) -> Answers:
    """What is known after another answer; one that cannot be meant changes nothing."""
    if kind := KIND.fullmatch(text):
        return dataclasses.replace(known, sixel=SIXEL in kind[1].split(";")[1:])
    if (cell := CELL_IS.fullmatch(text)) and 0 < int(cell[2]) <= LARGEST_CELL and 0 < int(cell[1]) <= LARGEST_CELL:
        return dataclasses.replace(known, cell=(int(cell[2]), int(cell[1])))
    if (colours := COLOURS_ARE.fullmatch(text)) and int(colours[1]) > 1:
        return dataclasses.replace(known, colours=min(int(colours[1]), MOST_COLOURS))
    return known
