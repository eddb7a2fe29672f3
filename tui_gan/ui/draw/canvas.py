"""Canvas: a grid of characters and inks that turns into strips of text, row by row."""

import itertools
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_gan.ui.draw.palette import ON_COLOUR, Ink, Look, styles
from tui_gan.ui.draw.raster import PLACEHOLDER, Raster, letters

SPACE = ord(" ")
Glyphs = NDArray[np.uint32]
Inks = NDArray[np.uint8]
Colours = NDArray[np.uint8]
Paints = NDArray[np.int64]
# A painted cell: this bit, then 24 bits for the letter's colour, then 24 for its ground.
PAINTED, GROUND = 1 << 48, 0xFFFFFF
PLAIN = np.array([ink not in ON_COLOUR for ink in Ink])
FRAMES = {False: tuple("╭─╮│╰╯"), True: tuple("+-+|++")}


class Canvas:
    """A drawing of `width` by `height` cells, each one character wide.

    Attributes:
        glyphs: (height, width) code points.
        inks: (height, width) numbers of `Ink`.
        paints: (height, width) colours of cells that have some of their own in place of those of their ink, 0 elsewhere;
            None where no cell has.
        raster: a picture in pixels over some of the cells, or None.
    """

    __slots__ = ("glyphs", "height", "inks", "paints", "raster", "width")

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = max(0, width), max(0, height)
        self.glyphs: Glyphs = np.full((self.height, self.width), SPACE, dtype="<u4")
        self.inks: Inks = np.zeros((self.height, self.width), dtype=np.uint8)
        self.paints: Paints | None = None
        self.raster: Raster | None = None

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
        if self.paints is not None:
            self.paints[y, x : x + len(text)] = 0
        return end

    def paste(self, x: int, y: int, other: "Canvas") -> None:
        """Lay another canvas over this one, cut at the borders; `x` and `y` are not negative."""
        height, width = min(other.height, self.height - y), min(other.width, self.width - x)
        if height > 0 and width > 0:
            self.glyphs[y : y + height, x : x + width] = other.glyphs[:height, :width]
            self.inks[y : y + height, x : x + width] = other.inks[:height, :width]
            if self.paints is not None or other.paints is not None:
                self._painted()[y : y + height, x : x + width] = 0 if other.paints is None else other.paints[:height, :width]
        if other.raster is not None:
            self.raster = other.raster.moved(x, y)

    def lay(self, glyphs: Glyphs, ink: Ink, x: int = 0, y: int = 0) -> None:
        """Lay the cells of `glyphs` that are not zero over this canvas in one ink."""
        height, width = glyphs.shape
        mask = glyphs != 0
        self.glyphs[y : y + height, x : x + width][mask] = glyphs[mask]
        self.inks[y : y + height, x : x + width][mask] = ink

    def paint(self, letters: Colours, grounds: Colours, x: int = 0, y: int = 0) -> None:
        """Give cells inside the borders colours of their own, (rows, columns, 3) each; text that is written later stays unpainted."""
        height, width, _ = letters.shape
        self._painted()[y : y + height, x : x + width] = PAINTED | _packed(letters) << 24 | _packed(grounds)

    def show(self, pixels: Colours, y: int, columns: int, rows: int) -> None:
        """Lay a picture in pixels over whole rows from `y` on; text that is written later hides it."""
        self.raster = Raster(pixels, 0, y, columns, rows)
        self.glyphs[y : y + rows, :columns] = PLACEHOLDER

    def _painted(self) -> Paints:
        if self.paints is None:
            self.paints = np.zeros((self.height, self.width), dtype=np.int64)
        return self.paints

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
    label = f" {title} " if len(title) + 4 <= inside.width else ""
    start = canvas.write(2, 0, label, Ink.KEY if focused else Ink.TITLE)
    while notes and start + sum(len(text) for text, _ in notes) + 4 > canvas.width:
        # A key goes with its words.
        notes = notes[: -2 if len(notes) > 1 and notes[-2][1] is Ink.KEY else -1]
    x = canvas.width - 4 - sum(len(text) for text, _ in notes)
    for number, (text, note_ink) in enumerate(notes):
        padded = (" " if number == 0 else "") + text + (" " if number == len(notes) - 1 else "")
        x = canvas.write(x, 0, padded, note_ink)
    return canvas


def changed_rows(new: Canvas, old: Canvas | None) -> list[tuple[int, int, int]]:
    """The rows of `new` that differ from `old`, each with its first and its last but one changed column."""
    if old is None or (old.width, old.height, _cells(old)) != (new.width, new.height, _cells(new)):
        return [(y, 0, new.width) for y in range(new.height)]
    differs = (new.glyphs != old.glyphs) | (new.inks != old.inks)
    if new.paints is not None or old.paints is not None:
        differs |= (0 if new.paints is None else new.paints) != (0 if old.paints is None else old.paints)
    rows = np.flatnonzero(differs.any(axis=1))
    first = differs[rows].argmax(axis=1)
    last = new.width - differs[rows, ::-1].argmax(axis=1)
    return list(zip(rows.tolist(), first.tolist(), last.tolist(), strict=True))


def _cells(canvas: Canvas) -> tuple[int, ...]:
    """Those that show a raster, each of which has marks of its place in it."""
    return () if canvas.raster is None else (canvas.raster.x, canvas.raster.y, canvas.raster.columns, canvas.raster.rows)


def strip(canvas: Canvas, row: int, look: Look, number: int = 0) -> Strip:
    """One row as a Textual strip; `number` is that of the canvas's raster."""
    glyphs, table = canvas.glyphs[row], styles(look.palette)
    if canvas.raster is not None and (glyphs == PLACEHOLDER).any():
        if look.pixels == "kitty":
            return _with_raster(canvas, row, look, number)
        # What is drawn over the cells is not theirs.
        glyphs = np.where(glyphs == PLACEHOLDER, np.uint32(SPACE), glyphs)
    text = _letters(glyphs)
    codes: Inks | Paints = _carried(glyphs, canvas.inks[row])
    if canvas.paints is not None and canvas.paints[row].any():
        codes = np.where(canvas.paints[row] > 0, _carried_paints(glyphs, canvas.paints[row]), codes)
    cuts = (np.flatnonzero(codes[1:] != codes[:-1]) + 1).tolist()
    starts = [0, *cuts]
    used = codes[starts].tolist() if text else []
    return Strip(
        [
            Segment(text[start:end], table[code] if code < PAINTED else _own_style(code))
            for start, end, code in zip(starts, [*cuts, len(text)], used, strict=False)
        ],
        len(text),
    )


def _with_raster(canvas: Canvas, row: int, look: Look, number: int) -> Strip:
    """A row that a raster crosses: what stands around it and over it as it is, and each of its own cells marked with its place."""
    assert canvas.raster is not None
    raster, text = canvas.raster, _letters(canvas.glyphs[row])
    marked = letters(row - raster.y, raster.columns)
    style = Style.from_color(_colour(number & GROUND), Color.parse(look.palette.ground))
    mine, codes = canvas.glyphs[row] == PLACEHOLDER, canvas.inks[row]
    cuts = [0, *(np.flatnonzero((codes[1:] != codes[:-1]) | (mine[1:] != mine[:-1])) + 1).tolist(), len(text)]
    return Strip(
        [
            Segment(marked[3 * (start - raster.x) : 3 * (end - raster.x)], style)
            if mine[start]
            else Segment(text[start:end], styles(look.palette)[codes[start]])
            for start, end in itertools.pairwise(cuts)
        ],
        len(text),
    )


@lru_cache(maxsize=8192)
def _own_style(paint: int) -> Style:
    """The style of a painted cell."""
    return Style.from_color(_colour(paint >> 24 & GROUND), _colour(paint & GROUND))


@lru_cache(maxsize=4096)
def _colour(packed: int) -> Color:
    return Color.from_rgb(packed >> 16, packed >> 8 & 0xFF, packed & 0xFF)


def _packed(colours: Colours) -> Paints:
    red, green, blue = (colours[..., channel].astype(np.int64) for channel in range(3))
    packed: Paints = red << 16 | green << 8 | blue
    return packed


def _carried(glyphs: Glyphs, inks: Inks) -> Inks:
    """Let a space on plain ground take the ink before it: it looks the same, and each change of ink costs 20 bytes."""
    blank = (glyphs == SPACE) & PLAIN[inks]
    before = inks[np.maximum.accumulate(np.where(blank, 0, np.arange(inks.size)))] if inks.size else inks
    return np.where(blank & PLAIN[before], before, inks)


def _carried_paints(glyphs: Glyphs, paints: Paints) -> Paints:
    """Let a painted space take the colours before it where the ground is the same: each change of colours costs 40 bytes."""
    same = (glyphs[1:] == SPACE) & (paints[1:] > 0) & (paints[:-1] > 0) & ((paints[1:] ^ paints[:-1]) & GROUND == 0)
    follows = np.concatenate([[False], same])
    return paints[np.maximum.accumulate(np.where(follows, 0, np.arange(paints.size)))]


def _letters(glyphs: Glyphs) -> str:
    return glyphs.tobytes().decode("utf-32-le")
