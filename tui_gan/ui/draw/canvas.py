"""Canvas: a grid of characters and inks that turns into strips of text, row by row."""

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_gan.ui.draw.palette import ON_COLOUR, Ink, Look, styles

SPACE = ord(" ")
Glyphs = NDArray[np.uint32]
Inks = NDArray[np.uint8]
PLAIN = np.array([ink not in ON_COLOUR for ink in Ink])
FRAMES = {False: tuple("╭─╮│╰╯"), True: tuple("+-+|++")}


class Canvas:
    """A drawing of `width` by `height` cells, each one character wide.

    Attributes:
        glyphs: (height, width) code points.
        inks: (height, width) numbers of `Ink`.
    """

    __slots__ = ("glyphs", "height", "inks", "width")

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = max(0, width), max(0, height)
        self.glyphs: Glyphs = np.full((self.height, self.width), SPACE, dtype="<u4")
        self.inks: Inks = np.zeros((self.height, self.width), dtype=np.uint8)

    def write(self, x: int, y: int, text: str, ink: Ink = Ink.TEXT) -> int:
        """Write one line of text, cut at the borders; returns the column after it."""
        return self.put(x, y, plain(text), ink)

    def put(self, x: int, y: int, text: str, ink: Ink = Ink.TEXT) -> int:
        """Write text that is known to be `plain`."""
        end = x + len(text)
        if not 0 <= y < self.height or x >= self.width or end <= 0:
            return end
        text = text[max(0, -x) : self.width - x]
        x = max(0, x)
        self.glyphs[y, x : x + len(text)] = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
        self.inks[y, x : x + len(text)] = ink
        return end

    def paste(self, x: int, y: int, other: "Canvas") -> None:
        """Lay another canvas over this one, cut at the borders; `x` and `y` are not negative."""
        height, width = min(other.height, self.height - y), min(other.width, self.width - x)
        if height > 0 and width > 0:
            self.glyphs[y : y + height, x : x + width] = other.glyphs[:height, :width]
            self.inks[y : y + height, x : x + width] = other.inks[:height, :width]

    def lay(self, glyphs: Glyphs, ink: Ink, x: int = 0, y: int = 0) -> None:
        """Lay the cells of `glyphs` that are not zero over this canvas in one ink."""
        height, width = glyphs.shape
        shown = glyphs != 0
        self.glyphs[y : y + height, x : x + width][shown] = glyphs[shown]
        self.inks[y : y + height, x : x + width][shown] = ink

    def text(self) -> str:
        """The characters alone, one line a row."""
        return "\n".join(_letters(row) for row in self.glyphs)


def plain(text: str) -> str:
    """Text in which every character takes one cell and none is a control character."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(letter if letter.isprintable() and cell_len(letter) == 1 else "?" for letter in text)


def framed(inside: Canvas, title: str, focused: bool, look: Look, notes: tuple[tuple[str, Ink], ...] = ()) -> Canvas:
    """A canvas in a frame, with its title and, as far as they fit, coloured notes in the upper edge."""
    canvas = Canvas(inside.width + 2, inside.height + 2)
    ink = Ink.FOCUS if focused else Ink.FRAME
    left, dash, right, side, low_left, low_right = FRAMES[look.ascii_only]
    canvas.write(0, 0, left + dash * inside.width + right, ink)
    canvas.write(0, canvas.height - 1, low_left + dash * inside.width + low_right, ink)
    canvas.glyphs[1:-1, [0, -1]] = ord(side)
    canvas.inks[1:-1, [0, -1]] = ink
    canvas.paste(1, 1, inside)
    shown = f" {title} " if len(title) + 4 <= inside.width else ""
    start = canvas.write(2, 0, shown, Ink.KEY if focused else Ink.TITLE)
    while notes and start + sum(len(text) for text, _ in notes) + 4 > canvas.width:
        notes = notes[:-1]
    x = canvas.width - 4 - sum(len(text) for text, _ in notes)
    for number, (text, note_ink) in enumerate(notes):
        padded = (" " if number == 0 else "") + text + (" " if number == len(notes) - 1 else "")
        x = canvas.write(x, 0, padded, note_ink)
    return canvas


def changed_rows(new: Canvas, old: Canvas | None) -> list[tuple[int, int, int]]:
    """The rows of `new` that differ from `old`, each with its first and its last but one changed column."""
    if old is None or (old.width, old.height) != (new.width, new.height):
        return [(y, 0, new.width) for y in range(new.height)]
    differs = (new.glyphs != old.glyphs) | (new.inks != old.inks)
    rows = np.flatnonzero(differs.any(axis=1))
    first = differs[rows].argmax(axis=1)
    last = new.width - differs[rows, ::-1].argmax(axis=1)
    return list(zip(rows.tolist(), first.tolist(), last.tolist(), strict=True))


def strip(canvas: Canvas, row: int, look: Look) -> Strip:
    """One row as a Textual strip."""
    return _strip(canvas.glyphs[row], canvas.inks[row], styles(look.palette))


def _strip(glyphs: Glyphs, inks: Inks, table: tuple[Style, ...]) -> Strip:
    text = _letters(glyphs)
    inks = _carried(glyphs, inks)
    cuts = (np.flatnonzero(inks[1:] != inks[:-1]) + 1).tolist()
    starts = [0, *cuts]
    used = inks[starts].tolist() if text else []
    segments = [Segment(text[start:end], table[ink]) for start, end, ink in zip(starts, [*cuts, len(text)], used, strict=False)]
    return Strip(segments, len(text))


def _carried(glyphs: Glyphs, inks: Inks) -> Inks:
    """Let a space on plain ground take the ink before it: it looks the same, and each change of ink costs 20 bytes."""
    blank = (glyphs == SPACE) & PLAIN[inks]
    before = inks[np.maximum.accumulate(np.where(blank, 0, np.arange(inks.size)))] if inks.size else inks
    return np.where(blank & PLAIN[before], before, inks)


def _letters(glyphs: Glyphs) -> str:
    return glyphs.tobytes().decode("utf-32-le")
