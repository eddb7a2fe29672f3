"""Theme: the palettes as Textual themes, and the filters that keep a screen to plain ASCII, and free of colours."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from tui_gan.ui.draw.palette import Palette

LETTERS = dict(zip("─━│┃…•·→▸◂█▔▁▊▎🔎←↑↓", "--||.*.>><#-_||><^v", strict=True))

# Differences of brightness, of 1: above the one a ground stands out from that of its panel, below the other letters are faint on theirs.
STANDS_OUT, FAINT = 0.15, 0.4

# By their names: DEC's from before there were colours, and those that say so.
MONOCHROME = re.compile(r"vt(52|[12]\d\d|320|420|5[12]0)\b.*|.*-m(ono)?")


def without_colours(environment: Mapping[str, str]) -> bool:
    """Whether no colour is to be shown: NO_COLOR is set to something, or the terminal has none."""
    return bool(environment.get("NO_COLOR") or (not environment.get("COLORTERM") and MONOCHROME.fullmatch(environment.get("TERM", ""))))


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


class Colourless(LineFilter):
    """Leaves out every colour; what stood out by its ground is reversed, and what was faint is dim."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Leave them out."""
        ground = background.rich_color
        return [Segment(text, style and _without_colour(style, ground), control) for text, style, control in segments]


@lru_cache(maxsize=4096)
def _without_colour(style: Style, ground: RichColor) -> Style:
    letters, under = (style.bgcolor, style.color) if style.reverse else (style.color, style.bgcolor)
    contrast = abs(_brightness(letters) - _brightness(under or ground)) if letters else 1.0
    stands_out = under is not None and abs(_brightness(under) - _brightness(ground)) > STANDS_OUT
    return style.without_color + Style(reverse=stands_out, dim=True if contrast < FAINT and not stands_out else None)


def _brightness(colour: RichColor) -> float:
    return Color.from_rich_color(colour).brightness


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
