"""What D says class by class: the mean of D(x) over real and over generated samples of each."""

import math
from collections.abc import Sequence

from tui_gan.contract.snapshot import OfClass
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.players.norms import filled

# Beside the names: a blank, and for real and for generated samples a number and a bar.
BAR = 4
NUMBERS = 2 * (BAR + 5)
# What a table needs at the least, which is also its heading's.
WIDTH = NUMBERS + 8


def wanted(classes: Sequence[OfClass]) -> int:
    """Columns in which every name is whole."""
    return max(WIDTH, NUMBERS + 1 + max(len(each.name) for each in classes))


def by_class(classes: Sequence[OfClass], width: int, height: int, look: Look) -> Canvas:
    """A row for each class, as many as there is room for, each mean of D(x) as a number and as a bar from 0 to 1."""
    canvas = Canvas(width, height)
    if height < 2:
        return canvas
    canvas.write(0, 0, "D(x) by class", Ink.DISCRIMINATOR)
    listed = classes if len(classes) < height else classes[: height - 2]
    names = width - NUMBERS
    for row, each in enumerate(listed, 1):
        name = each.name if len(each.name) < names else f"{each.name[: names - 4]}..."
        canvas.write(0, row, name.rjust(names - 1), Ink.DIM)
        for x, value, ink in ((names, each.real, Ink.REAL), (names + BAR + 5, each.fake, Ink.FAKE)):
            text = "   -" if math.isnan(value) else f"{value:.2f}"
            canvas.write(x, row, text, ink)
            canvas.write(x + 5, row, _bar(value, look), ink)
    if len(listed) < len(classes):
        canvas.write(0, height - 1, f"and {len(classes) - len(listed)} more"[:width], Ink.DIM)
    return canvas


def _bar(value: float, look: Look) -> str:
    return "" if math.isnan(value) else filled(value, BAR, look)
