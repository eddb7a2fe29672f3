import itertools

import pytest
from rich.color import Color, ColorSystem

from tui_gan.ui.draw.palette import PALETTES, Ink, styles

CURVES = ("real", "fake", "discriminator", "generator")


@pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda palette: palette.name)
@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD])
def test_the_four_colours_differ_in_every_terminal(palette, system) -> None:
    shown = {name: Color.parse(getattr(palette, name)).downgrade(system) for name in (*CURVES, "ground")}
    for one, other in itertools.combinations(shown, 2):
        assert (shown[one].number, shown[one].triplet) != (shown[other].number, shown[other].triplet), (one, other)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda palette: palette.name)
def test_every_ink_has_a_style(palette) -> None:
    assert len(styles(palette)) == len(Ink)
