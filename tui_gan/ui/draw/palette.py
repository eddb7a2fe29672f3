"""Palette: the one place for colours; real, generated, D and G have one each, after Okabe and Ito (2008)."""

import dataclasses
import enum
import functools
from typing import Literal

from rich.color import Color
from rich.style import Style

# Bits of a colour that a terminal can show: all, 256 colours, or 16.
Depth = Literal[24, 8, 4]
# The ways in which a terminal shows pictures in pixels: among its cells, or over them.
Pixels = Literal["kitty", "sixel"]


class Ink(enum.IntEnum):
    """What a cell of a canvas is painted with, whatever the theme."""

    TEXT = 0
    DIM = 1
    FAINT = 2
    BOLD = 3
    FRAME = 4
    FOCUS = 5
    TITLE = 6
    KEY = 7
    REAL = 8
    FAKE = 9
    DISCRIMINATOR = 10
    GENERATOR = 11
    AREA = 12
    FAKE_ON_AREA = 13
    DISCRIMINATOR_ON_AREA = 14
    MARK = 15
    GOOD = 16
    WARNING = 17
    ERROR = 18
    SELECTED = 19
    BADGE_CALM = 20
    BADGE_GOOD = 21
    BADGE_WARNING = 22
    BADGE_ERROR = 23
    OPTIMAL = 24
    OPTIMAL_ON_AREA = 25
    FAKE_SOFT = 26
    DISCRIMINATOR_SOFT = 27
    GENERATOR_SOFT = 28


ON_COLOUR = (
    Ink.FAKE_ON_AREA,
    Ink.DISCRIMINATOR_ON_AREA,
    Ink.OPTIMAL_ON_AREA,
    Ink.SELECTED,
    Ink.BADGE_CALM,
    Ink.BADGE_GOOD,
    Ink.BADGE_WARNING,
    Ink.BADGE_ERROR,
)


# What lies behind a curve, or is compared with it, has the curve's own colour, paler.
SOFT: dict[Ink, Ink] = {Ink.FAKE: Ink.FAKE_SOFT, Ink.DISCRIMINATOR: Ink.DISCRIMINATOR_SOFT, Ink.GENERATOR: Ink.GENERATOR_SOFT}
SOFTNESS = 0.5


@dataclasses.dataclass(frozen=True)
class Palette:
    """The colours of one theme, as `#rrggbb`."""

    name: str
    dark: bool
    ground: str
    text: str
    dim: str
    faint: str
    accent: str
    real: str
    area: str
    fake: str
    discriminator: str
    generator: str
    good: str
    warning: str
    error: str


DARK = Palette(
    name="tui-gan-dark",
    dark=True,
    ground="#0f141a",
    text="#d9e0e8",
    dim="#8b98a8",
    faint="#3d4956",
    accent="#f0e0b0",
    real="#56b4e9",
    area="#186898",
    fake="#ffae19",
    discriminator="#18e080",
    generator="#e080c8",
    good="#18e080",
    warning="#f0e442",
    error="#ff7a5c",
)
LIGHT = Palette(
    name="tui-gan-light",
    dark=False,
    ground="#fbfaf7",
    text="#22272e",
    dim="#616b76",
    faint="#bcc4cc",
    accent="#1c2024",
    real="#0072b2",
    area="#a8e0f0",
    fake="#b54a00",
    discriminator="#008850",
    generator="#a8397c",
    good="#008850",
    warning="#8a6d00",
    error="#b3261e",
)
PALETTES = {palette.name: palette for palette in (DARK, LIGHT)}


@dataclasses.dataclass(frozen=True)
class Look:
    """How things are drawn: in which colours, with plain ASCII alone or not, and what the terminal makes of the colours.

    Attributes:
        depth: how many colours it has.
        colourless: whether no colour is to be shown.
        pixels: how it shows pictures in pixels; None where it does not.
    """

    palette: Palette = DARK
    ascii_only: bool = False
    depth: Depth = 24
    colourless: bool = False
    pixels: Pixels | None = None

    def pick(self, unicode: str, plain: str) -> str:
        """The text for this terminal."""
        return plain if self.ascii_only else unicode

    @property
    def lettered(self) -> bool:
        """Whether letters say what colours of cells say elsewhere."""
        return self.ascii_only or self.colourless


def triplet(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of `#rrggbb`."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _soft(colour: str, ground: str) -> str:
    mixed = (round(of + SOFTNESS * (under - of)) for of, under in zip(triplet(colour), triplet(ground), strict=True))
    return "#" + bytes(mixed).hex()


@functools.lru_cache(maxsize=8)
def styles(palette: Palette) -> tuple[Style, ...]:
    """The Rich style of every `Ink`, by its number."""
    p = palette
    pairs: dict[Ink, tuple[str, str, bool]] = {
        Ink.TEXT: (p.text, p.ground, False),
        Ink.DIM: (p.dim, p.ground, False),
        Ink.FAINT: (p.faint, p.ground, False),
        Ink.BOLD: (p.text, p.ground, True),
        Ink.FRAME: (p.faint, p.ground, False),
        Ink.FOCUS: (p.accent, p.ground, False),
        Ink.TITLE: (p.text, p.ground, True),
        Ink.KEY: (p.accent, p.ground, True),
        Ink.REAL: (p.real, p.ground, False),
        Ink.FAKE: (p.fake, p.ground, False),
        Ink.DISCRIMINATOR: (p.discriminator, p.ground, False),
        Ink.GENERATOR: (p.generator, p.ground, False),
        Ink.AREA: (p.area, p.ground, False),
        Ink.FAKE_ON_AREA: (p.fake, p.area, False),
        Ink.DISCRIMINATOR_ON_AREA: (p.discriminator, p.area, False),
        Ink.MARK: (p.accent, p.ground, False),
        Ink.GOOD: (p.good, p.ground, False),
        Ink.WARNING: (p.warning, p.ground, True),
        Ink.ERROR: (p.error, p.ground, True),
        Ink.SELECTED: (p.ground, p.accent, True),
        Ink.BADGE_CALM: (p.ground, p.dim, True),
        Ink.BADGE_GOOD: (p.ground, p.good, True),
        Ink.BADGE_WARNING: (p.ground, p.warning, True),
        Ink.BADGE_ERROR: (p.ground, p.error, True),
        Ink.OPTIMAL: (p.accent, p.ground, False),
        Ink.OPTIMAL_ON_AREA: (p.accent, p.area, False),
        Ink.FAKE_SOFT: (_soft(p.fake, p.ground), p.ground, False),
        Ink.DISCRIMINATOR_SOFT: (_soft(p.discriminator, p.ground), p.ground, False),
        Ink.GENERATOR_SOFT: (_soft(p.generator, p.ground), p.ground, False),
    }
    return tuple(Style(color=Color.parse(pairs[ink][0]), bgcolor=Color.parse(pairs[ink][1]), bold=pairs[ink][2] or None) for ink in Ink)


def colour(palette: Palette, ink: Ink) -> tuple[int, int, int]:
    """Red, green and blue of the letters in an ink."""
    letters = styles(palette)[ink].color
    return triplet(palette.text) if letters is None else letters.get_truecolor()
