"""Raster: a picture in real pixels, for terminals that show them: kitty's graphics protocol, with placeholders among the text.

The pixels are sent once under a number. Cells that hold the placeholder, in the colour that is this number and with marks for the row and
the column, each show their part of it, so that whatever is drawn over them hides it as it hides text
(https://sw.kovidgoyal.net/kitty/graphics-protocol/, "Unicode placeholders").
"""

import base64
import dataclasses
import zlib
from collections.abc import Mapping

import numpy as np

from tui_gan.contract.snapshot import Bytes

# Pixels across half the height of a cell, which is as wide as it is high.
FINE = 4
PLACEHOLDER = 0x10EEEE
# As much of a picture as one escape sequence may hold.
CHUNK = 4096
# What these terminals call themselves, also over SSH.
TERMINALS = ("xterm-kitty", "xterm-ghostty")
# The code points of the marks that stand for 0, 1, 2, ..., in ranges.
CODES = """
0305 030D-030E 0310 0312 033D-033F 0346 034A-034C 0350-0352 0357 035B 0363-036F 0483-0487 0592-0595 0597-0599 059C-05A1 05A8-05A9
05AB-05AC 05AF 05C4 0610-0617 0657-065B 065D-065E 06D6-06DC 06DF-06E2 06E4 06E7-06E8 06EB-06EC 0730 0732-0733 0735-0736 073A 073D
073F-0741 0743 0745 0747 0749-074A 07EB-07F1 07F3 0816-0819 081B-0823 0825-0827 0829-082D 0951 0953-0954 0F82-0F83 0F86-0F87 135D-135F
17DD 193A 1A17 1A75-1A7C 1B6B 1B6D-1B73 1CD0-1CD2 1CDA-1CDB 1CE0 1DC0-1DC1 1DC3-1DC9 1DCB-1DCC 1DD1-1DE6 1DFE 20D0-20D1 20D4-20D7
20DB-20DC 20E1 20E7 20E9 20F0 2CEF-2CF1 2DE0-2DFF A66F A67C-A67D A6F0-A6F1 A8E0-A8F1
"""
MARKS = [chr(code) for part in CODES.split() for code in range(int(part[:4], 16), int(part[-4:], 16) + 1)]


@dataclasses.dataclass(frozen=True, eq=False)
class Raster:
    """A picture and the cells that show it.

    Attributes:
        pixels: (H, W, 3) red, green and blue.
        x, y: the upper left cell; `columns` and `rows`, how many there are.
    """

    pixels: Bytes
    x: int
    y: int
    columns: int
    rows: int

    def moved(self, x: int, y: int) -> "Raster":
        """The same picture farther right and down."""
        return dataclasses.replace(self, x=self.x + x, y=self.y + y)

    def same(self, other: "Raster | None") -> bool:
        """Whether the terminal would be sent the same."""
        return other is not None and self.size == other.size and np.array_equal(self.pixels, other.pixels)

    @property
    def size(self) -> tuple[int, ...]:
        """Cells and pixels."""
        return (self.columns, self.rows, *self.pixels.shape)


def can_show(environment: Mapping[str, str]) -> bool:
    """Whether the terminal at hand shows rasters, as far as it says; between it and the program no other may stand, such as screen."""
    return environment.get("TERM", "") in TERMINALS and "TMUX" not in environment and "STY" not in environment


def fits(columns: int, rows: int) -> bool:
    """Whether there are marks enough for so many cells."""
    return 0 < columns <= len(MARKS) and 0 < rows <= len(MARKS)


def letters(row: int, columns: int) -> str:
    """The cells of one row of a raster."""
    return "".join(f"{chr(PLACEHOLDER)}{MARKS[row]}{MARKS[column]}" for column in range(columns))


def sent(raster: Raster, number: int) -> list[str]:
    """The sequences that give the terminal a picture, in place of the one that it has under this number; it answers nothing."""
    height, width, _ = raster.pixels.shape
    content = base64.standard_b64encode(zlib.compress(raster.pixels.tobytes(), 6)).decode()
    chunks = [content[start : start + CHUNK] for start in range(0, len(content), CHUNK)]
    first = f"a=T,U=1,f=24,o=z,s={width},v={height},c={raster.columns},r={raster.rows},i={number},"
    return [f"\x1b_G{'' if place else first}q=2,m={int(place < len(chunks) - 1)};{chunk}\x1b\\" for place, chunk in enumerate(chunks)]


def forgotten(number: int) -> str:
    """What takes a picture away from the terminal."""
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"
