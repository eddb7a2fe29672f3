"""What the filters make of what is drawn."""

import pytest
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tui_gan.ui.draw.palette import ON_COLOUR, PALETTES, Ink, Palette, styles
from tui_gan.ui.theme import Colourless

CALM = (Ink.FAINT, Ink.FRAME)


def colourless(style: Style | None, ground: str) -> Style | None:
    (segment,) = Colourless().apply([Segment("x", style)], Color.parse(ground))
    assert segment.text == "x"
    return segment.style


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())
@pytest.mark.parametrize("ink", Ink)
def test_an_ink_without_its_colours_stands_out_where_it_did(ink: Ink, palette: Palette) -> None:
    coloured = styles(palette)[ink]
    shown = colourless(coloured, palette.ground)
    assert shown is not None
    assert (shown.color, shown.bgcolor) == (None, None)
    assert bool(shown.bold) == bool(coloured.bold)
    # On a light screen what is filled is too pale to stand out.
    assert bool(shown.reverse) == (ink in ON_COLOUR) or coloured.bgcolor == RichColor.parse(palette.area)
    assert not (ink in CALM and not shown.dim)
    assert not (ink in (Ink.TEXT, Ink.BOLD, Ink.KEY, Ink.ERROR) and shown.dim)


def test_a_cursor_stays_one_and_what_has_no_style_has_none() -> None:
    assert colourless(None, "#000000") is None
    assert colourless(Style.null(), "#000000") == Style.null()
    white, black = RichColor.parse("#ffffff"), RichColor.parse("#000000")
    assert colourless(Style(color=white, bgcolor=black, reverse=True), "#000000").reverse  # type: ignore[union-attr]
    assert not colourless(Style(color=black, bgcolor=white, reverse=True), "#000000").reverse  # type: ignore[union-attr]
