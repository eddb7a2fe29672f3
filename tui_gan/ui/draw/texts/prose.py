"""Prose: headings and paragraphs, wrapped, in columns, of which a part is shown."""

import functools
import textwrap
import unicodedata
from collections.abc import Sequence

from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.explain.text import Paragraph, Section

# The longest line that reads well, and the narrowest column beside another.
LONGEST, COLUMN, GAP = 92, 62, 3
# Words that have the colour of their role.
ROLES = {
    "real": Ink.REAL,
    "generated": Ink.FAKE,
    "fake": Ink.FAKE,
    "D": Ink.DISCRIMINATOR,
    "D's": Ink.DISCRIMINATOR,
    "D(x)": Ink.DISCRIMINATOR,
    "D(G(z))": Ink.DISCRIMINATOR,
    "G": Ink.GENERATOR,
    "G's": Ink.GENERATOR,
}
PUNCTUATION = ".,:;?!()"

Line = tuple[tuple[str, Ink], ...]


def lines(sections: Sequence[Section], width: int, look: Look) -> list[Line]:
    """The text as lines of that width at most, each in pieces of one ink; a blank line between paragraphs."""
    all_lines: list[Line] = []
    for section in sections:
        all_lines += [((section.title.upper(), Ink.KEY),), ((look.pick("─", "-") * width, Ink.FAINT),)]
        for paragraph in section.paragraphs:
            all_lines += [*_paragraph(paragraph, width, look.ascii_only), ()]
    return all_lines[:-1]


@functools.lru_cache(maxsize=1024)
def _paragraph(paragraph: Paragraph, width: int, ascii_only: bool) -> tuple[Line, ...]:
    """The lines of a paragraph: its term stands out, its source comes last and recedes."""
    parts = (paragraph.term and f"{paragraph.term}:", paragraph.text, paragraph.source and f"[{paragraph.source}]")
    inks = [ink for part, ink in zip(parts, (Ink.BOLD, Ink.TEXT, Ink.DIM), strict=True) for _ in part.split()]
    words = [simple(word) if ascii_only else word for part in parts for word in part.split()]
    wrapped = textwrap.wrap(" ".join(words), max(1, width), break_on_hyphens=False)
    coloured = iter(inks)
    return tuple(_joined([_coloured(word, next(coloured, Ink.TEXT)) for word in line.split()]) for line in wrapped)


def _coloured(word: str, ink: Ink) -> Line:
    """A word in its parts: what has a role in its colour, without the punctuation around it."""
    role = word if word in ROLES else word.strip(PUNCTUATION)
    if ink is not Ink.TEXT or role not in ROLES:
        return ((word, ink),)
    before, _, after = word.partition(role)
    return tuple((part, each) for part, each in ((before, ink), (role, ROLES[role]), (after, ink)) if part)


def _joined(words: Sequence[Line]) -> Line:
    """Words with blanks between them, and neighbours of one ink in one piece."""
    pieces: list[tuple[str, Ink]] = []
    for number, parts in enumerate(words):
        for place, (part, ink) in enumerate(parts):
            text = f" {part}" if number and not place else part
            if pieces and pieces[-1][1] is ink:
                pieces[-1] = (pieces[-1][0] + text, ink)
            else:
                pieces.append((text, ink))
    return tuple(pieces)


def simple(text: str) -> str:
    """The text in ASCII, with letters in place of those that are like them."""
    text = text.replace("ø", "o").replace("ı", "i")
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def columns(width: int) -> tuple[int, int]:
    """How many columns a page of this width has, and how wide each is."""
    number = max(1, (width + GAP) // (COLUMN + GAP))
    return number, min(LONGEST, (width - GAP * (number - 1)) // number)


def page(text: Sequence[Line], first: int, width: int, height: int, look: Look) -> Canvas:
    """Draw what fits from line `first` on, column by column."""
    canvas = Canvas(width, height)
    number, wide = columns(width)
    for place, line in enumerate(text[first : first + number * height]):
        column, row = divmod(place, max(1, height))
        x = column * (wide + GAP)
        for piece, ink in line:
            x = canvas.write(x, row, piece, ink)
    return canvas
