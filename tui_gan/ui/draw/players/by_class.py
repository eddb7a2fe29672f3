"""What D says class by class: the mean of D(x) over real and over generated samples of each."""

import math
from collections.abc import Sequence

from tui_gan.contract.snapshot import OfClass
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.players.norms import filled

# The columns of the table, of which the names of classes take the first.
WIDTH, NAMES = 26, 8
BAR = 4


def by_class(classes: Sequence[OfClass], height: int, look: Look) -> Canvas:
    """A row for each class, as many as there is room for, each mean of D(x) as a number and as a bar from 0 to 1."""
    canvas = Canvas(WIDTH, height)
    if height < 2:
        return canvas
    canvas.write(0, 0, "D(x) by class", Ink.DISCRIMINATOR)
    listed = classes if len(classes) < height else classes[: height - 2]
    for row, each in enumerate(listed, 1):
        canvas.write(0, row, each.name[: NAMES - 1].rjust(NAMES - 1), Ink.DIM)
        for x, value, ink in ((NAMES, each.real, Ink.REAL), (NAMES + BAR + 5, each.fake, Ink.FAKE)):
            text = "   -" if math.isnan(value) else f"{value:.2f}"
            canvas.write(x, row, text, ink)
            canvas.write(x + 5, row, _bar(value, look), ink)
    if len(listed) < len(classes):
        canvas.write(0, height - 1, f"and {len(classes) - len(listed)} more"[:WIDTH], Ink.DIM)
    return canvas


def _bar(value: float, look: Look) -> str:
    return "" if math.isnan(value) else filled(value, BAR, look)
