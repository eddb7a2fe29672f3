"""Theme: the palettes as Textual themes, and the filter that keeps a screen to plain ASCII."""

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from tui_gan.ui.draw.palette import Palette

LETTERS = dict(zip("─━│┃…•·→▸◂█▔▁▊▎🔎←↑↓", "--||.*.>><#-_||><^v", strict=True))


def theme(palette: Palette) -> Theme:
    """A Textual theme for what Textual draws itself: help and palette."""
    return Theme(
        name=palette.name,
        dark=palette.dark,
        primary=palette.real,
        secondary=palette.fake,
        accent=palette.accent,
        warning=palette.warning,
        error=palette.error,
        success=palette.good,
        foreground=palette.text,
        background=palette.ground,
        surface=palette.ground,
        panel=palette.faint,
    )


class AsciiFilter(LineFilter):
    """Replaces every character beyond ASCII by one or two that are not, cell by cell."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Replace them."""
        return [
            segment if segment.text.isascii() else Segment("".join(map(_plain, segment.text)), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(maxsize=1024)
def _plain(letter: str) -> str:
    if letter.isascii():
        return letter
    width = cell_len(letter)
    simple = LETTERS.get(letter) or unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    if not simple:
        name = unicodedata.name(letter, "")
        simple = "+" if name.startswith("BOX") else " " if "BLOCK" in name else "?"
    return simple[:width].ljust(width)
