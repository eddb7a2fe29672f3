"""What a terminal makes of sixels, read from DEC's manual: pixels over cells, which go where a letter is written."""

import re
from typing import Any

import numpy as np
import pyte

SEQUENCE = re.compile(rb'\x1bP0;1;0q"1;1;(\d+);(\d+)(.*?)\x1b\\', re.DOTALL)
PART = re.compile(r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|([$-])")


def decoded(sequence: bytes) -> Any:
    """(H, W, 3) colours in percent, -1 where nothing is drawn."""
    match = SEQUENCE.fullmatch(sequence)
    assert match, sequence[:80]
    width, height = int(match[1]), int(match[2])
    shown = np.full((height, width, 3), -1)
    colours: dict[int, tuple[int, ...]] = {}
    colour, x, y, at = 0, 0, 0, 0
    text = match[3].decode("ascii")
    for part in PART.finditer(text):
        assert part.start() == at, text[at : at + 20]
        at = part.end()
        if part[1]:
            colours[int(part[1])] = tuple(map(int, part.group(2, 3, 4)))
        elif part[5]:
            colour = int(part[5])
        elif part[9]:
            x, y = 0, y + 6 * (part[9] == "-")
        else:
            bits, count = ord(part[7] or part[8]) - 63, int(part[6] or 1)
            for bit in range(6):
                if bits >> bit & 1:
                    assert y + bit < height
                    assert x + count <= width
                    shown[y + bit, x : x + count] = colours[colour]
            x += count
    assert at == len(text)
    return shown


class Overlaid(pyte.Screen):
    """A screen with pixels over its cells.

    Attributes:
        pixels: (H, W, 3) as `decoded`.
    """

    def __init__(self, columns: int, rows: int, cell: tuple[int, int]) -> None:
        self.cell = cell
        self.pixels = np.full((rows * cell[1], columns * cell[0], 3), -1)
        super().__init__(columns, rows)
        self._stream = pyte.ByteStream(self)

    def feed(self, content: bytes) -> None:
        """Take in what a program has written."""
        at = 0
        for match in SEQUENCE.finditer(content):
            self._stream.feed(content[at : match.start()])
            at = match.end()
            x, y = self.cursor.x * self.cell[0], self.cursor.y * self.cell[1]
            found = decoded(match[0])
            place = self.pixels[y : y + len(found), x : x + found.shape[1]]
            # Nothing runs over an edge, where a terminal would scroll.
            assert place.shape == found.shape
            place[found >= 0] = found[found >= 0]
        self._stream.feed(content[at:])

    def draw(self, data: str) -> None:
        """Write letters, which take away what is over their cells."""
        for letter in data:
            super().draw(letter)
            x, y = self.cursor.x - 1, self.cursor.y
            self.pixels[y * self.cell[1] : (y + 1) * self.cell[1], max(0, x) * self.cell[0] : (x + 1) * self.cell[0]] = -1

    def erase_in_display(self, how: int = 0, *words: Any, **others: Any) -> None:
        """Clear all, pixels too."""
        super().erase_in_display(how, *words, **others)
        self.pixels[:] = -1
