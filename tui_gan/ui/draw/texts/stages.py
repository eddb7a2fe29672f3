"""Stages: the sub-steps of a step in slow motion, the earlier ones in a line each, the newest in full."""

import textwrap
from collections.abc import Sequence

from tui_gan.contract.snapshot import Stage
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look

Line = list[tuple[str, Ink]]


def stages(reached: Sequence[Stage], width: int, height: int, look: Look) -> Canvas:
    """Draw as many of the newest as fit, the newest last."""
    canvas = Canvas(width, height)
    if not reached or width < 1 or height < 1:
        return canvas
    newest = _newest(reached[-1], width, height, look)
    room = height - len(newest)
    earlier = [_one_line(stage, max(len(each.name) for each in reached), width, look) for stage in reached[:-1][-room:]] if room else []
    for y, line in enumerate([*earlier, *newest]):
        x = 0
        for text, ink in line:
            x = canvas.write(x, y, text, ink)
    return canvas


def _newest(stage: Stage, width: int, height: int, look: Look) -> list[Line]:
    """Name and sentence, wrapped, and then the numbers; what does not fit is left out from the sentence first."""
    mark = look.pick("▶ ", "> ")
    wrapped = textwrap.wrap(f"{stage.name}. {stage.text}", max(8, width - 2))
    head: list[Line] = [[("  " if place else mark, Ink.KEY), (line, Ink.TEXT)] for place, line in enumerate(wrapped)]
    name = wrapped[0][: len(stage.name) + 1] if wrapped else ""
    if head and name == f"{stage.name}.":
        head[0] = [(mark, Ink.KEY), (name, Ink.BOLD), (wrapped[0][len(name) :], Ink.TEXT)]
    numbers = _numbers(stage, width - 2, look)
    figures: list[Line] = [[("  ", Ink.TEXT), *numbers]] if numbers and height > 1 else []
    return [*head[: max(1, height - len(figures))], *figures]


def _one_line(stage: Stage, names: int, width: int, look: Look) -> Line:
    """Name, and as many of the numbers as fit."""
    name = stage.name.ljust(names) if names + 2 <= width else stage.name[: max(0, width - 2)]
    return [(look.pick("· ", ". ") + name, Ink.DIM), ("  ", Ink.TEXT), *_numbers(stage, width - len(name) - 4, look)]


def _numbers(stage: Stage, width: int, look: Look) -> Line:
    """Whole pairs of a name and a value, as many as fit."""
    pieces: Line = []
    used = 0
    for name, value in stage.numbers:
        need = len(name) + len(value) + 1 + (3 if pieces else 0)
        if used + need > width:
            break
        pieces += [(look.pick(" · ", " | "), Ink.FAINT)] if pieces else []
        pieces += [(f"{name} ", Ink.DIM), (value, Ink.BOLD)]
        used += need
    return pieces
