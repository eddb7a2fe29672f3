"""Images in the colours of each kind of terminal: the very codes that are sent."""

import numpy as np
import pytest
from rich.color import Color, ColorSystem

from tui_gan.contract.snapshot import ImageGrid
from tui_gan.ui.app import TuiGan
from tui_gan.ui.draw.canvas import strip
from tui_gan.ui.draw.palette import DARK, LIGHT, Depth, Look, Palette
from tui_gan.ui.draw.pictures import colours
from tui_gan.ui.draw.pictures.images import images

SYSTEMS: dict[Depth, ColorSystem] = {24: ColorSystem.TRUECOLOR, 8: ColorSystem.EIGHT_BIT, 4: ColorSystem.STANDARD}


def ramp(*pixels: tuple[int, ...]) -> ImageGrid:
    """One image whose pixels stand in pairs above each other, a pair a column."""
    image = np.array(pixels, dtype=np.uint8).reshape(1, -1, 2, len(pixels[0])).swapaxes(1, 2)
    return ImageGrid(image[:0], image)


def sent(picture: ImageGrid, look: Look) -> list[str]:
    """Each run of cells as it goes to the terminal: letter, letters and their codes."""
    row = strip(images(picture, picture.fake.shape[2], 1, look), 0, look)
    return [f"{text} {codes(style, SYSTEMS[look.depth])}" for text, style, _ in row]


def codes(style, system: ColorSystem) -> str:
    parts = [*style.color.downgrade(system).get_ansi_codes(), *style.bgcolor.downgrade(system).get_ansi_codes(False)]
    return ";".join(parts)


GREY = ramp((0,), (255,), (90,), (90,), (255,), (160,), (85,), (0,))
RED = ramp((250, 10, 10), (0, 0, 0), (40, 20, 10), (40, 20, 10), (90, 170, 60), (120, 160, 220))


@pytest.mark.parametrize(
    ("look", "codes"),
    [
        (Look(), ["▄ 38;2;255;255;255;48;2;0;0;0", "  38;2;90;90;90;48;2;90;90;90", "▀ 38;2;255;255;255;48;2;156;156;156"]),
        (Look(depth=8), ["▄ 38;5;231;48;5;16", "  38;5;240;48;5;240", "▀ 38;5;231;48;5;247"]),
        (Look(depth=4), ["▄ 97;40", "█ 90;40", "▀ 97;47"]),
    ],
    ids=["24", "8", "4"],
)
def test_greys_in_every_terminal(look: Look, codes: list[str]) -> None:
    assert sent(GREY, look)[:3] == codes


@pytest.mark.parametrize(
    ("look", "codes"),
    [
        (Look(), ["▀ 38;2;255;17;17;48;2;0;0;0", "  38;2;34;17;17;48;2;34;17;17", "▄ 38;2;119;153;221;48;2;85;170;68"]),
        (Look(depth=8), ["▀ 38;5;196;48;5;16", "  38;5;233;48;5;233", "▄ 38;5;104;48;5;71"]),
        (Look(depth=4), ["▀  31;40", "▀ 90;47"]),
    ],
    ids=["24", "8", "4"],
)
def test_colours_in_every_terminal(look: Look, codes: list[str]) -> None:
    assert sent(RED, look) == codes


@pytest.mark.parametrize("depth", [8, 4])
def test_every_colour_of_the_table_is_one_that_the_terminal_has(depth: Depth) -> None:
    known = colours.SIXTEEN if depth == 4 else colours._of_256()
    numbers = [Color.from_rgb(*each).downgrade(SYSTEMS[depth]).number for each in known]
    assert len(set(numbers)) == len(known) == (16 if depth == 4 else 210 + 26)


def test_sixteen_colours_need_no_bright_ground_beside_a_plain_one() -> None:
    every = [(one, other) for one in colours.SIXTEEN for other in colours.SIXTEEN]
    picture = ramp(*(pixel for pair in every for pixel in pair))
    bright = set(colours.SIXTEEN[8:])
    for text, style, _ in strip(images(picture, len(every), 1, Look(depth=4)), 0, Look(depth=4)):
        if tuple(style.bgcolor.triplet) in bright:
            assert text.strip("▀▄") == ""
            assert tuple(style.color.triplet) in bright


def test_a_light_screen_has_its_ground_between_images() -> None:
    look = Look(LIGHT, depth=4)
    drawn = images(ramp((0,), (0,)), 3, 1, look)
    assert next(style.bgcolor.downgrade(ColorSystem.STANDARD).number for _, style, _ in strip(drawn, 0, look)) == 0


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"COLORTERM": "truecolor"}, (24, False)),
        ({"COLORTERM": "", "TERM": "xterm-256color"}, (8, False)),
        ({"COLORTERM": "", "TERM": "xterm"}, (4, False)),
        ({"COLORTERM": "", "TERM": "linux"}, (4, False)),
        ({"COLORTERM": "", "TERM": "xterm-256color", "NO_COLOR": "1"}, (8, True)),
        ({"COLORTERM": "", "TERM": "xterm-256color", "NO_COLOR": ""}, (8, False)),
        ({"COLORTERM": "", "TERM": "vt100"}, (4, True)),
        ({"COLORTERM": "", "TERM": "vt220-w"}, (4, True)),
        ({"COLORTERM": "", "TERM": "linux-m"}, (4, True)),
        ({"COLORTERM": "truecolor", "TERM": "vt100"}, (24, False)),
        ({"COLORTERM": "", "TERM": "vt340"}, (4, False)),
    ],
)
def test_the_screen_knows_what_the_terminal_can(
    seen, run_of, monkeypatch, environment: dict[str, str], expected: tuple[Depth, bool]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    look = TuiGan(run_of(seen())).look
    assert (look.depth, look.colourless) == expected


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_without_colours_an_image_is_letters(palette: Palette) -> None:
    drawn = images(RED, 3, 1, Look(palette, colourless=True))
    assert drawn.paints is None
    assert drawn.text() == images(RED, 3, 1, Look(palette, ascii_only=True)).text() != ""
