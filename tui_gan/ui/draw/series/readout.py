"""Readout: what stands at the cursor, in words, and the list of runs to lay over this one."""

import dataclasses
from collections.abc import Sequence

from tui_gan.ui.draw import scale
from tui_gan.ui.draw.canvas import Canvas, framed
from tui_gan.ui.draw.palette import SOFT, Ink, Look
from tui_gan.ui.draw.series.charts import OTHERS, Window, reading
from tui_gan.ui.draw.series.groups import Group
from tui_gan.ui.draw.texts.words import Target

Parts = list[tuple[str, Ink]]
SAMPLES = ("╌╌", "┈┈", "╍╍")


@dataclasses.dataclass(frozen=True)
class Menu:
    """The list of runs while it is open: the row it stands on, and the runs that are ticked."""

    at: int
    ticked: tuple[str, ...]


def readout(groups: Sequence[Group], window: Window, columns: int, width: int, rows: int, look: Look) -> Canvas:
    """The cursor's step, what was changed there, and the values of what is shown in charts of so many columns; as many as fit, whole."""
    canvas = Canvas(width, rows)
    if window.cursor is None:
        text = f"{look.pick('← →', 'left, right')} or a click: read values off at a step"
        if len(text) <= width:
            canvas.write(0, 0, text, Ink.DIM)
        return canvas
    items: list[Parts] = [[(f"step {window.cursor:,.0f}", Ink.KEY)]]
    items += [[(look.pick("◆ ", "* ") + text, Ink.MARK)] for text in changes(window, columns)]
    items += [parts for group in groups for parts in _values(group, window)]
    x = row = 0
    for parts in items:
        length = sum(len(text) for text, _ in parts)
        if x + length > width and x:
            x, row = 0, row + 1
        if row < rows and length <= width:
            for text, ink in parts:
                x = canvas.write(x, row, text, ink)
            x += 2
    return canvas


def changes(window: Window, columns: int) -> list[str]:
    """What was changed in the column of the cursor."""
    if window.cursor is None:
        return []
    here = window.column(window.cursor, columns)
    return [mark.text for mark in window.marks if here == window.column(mark.step, columns) >= 0]


def _values(group: Group, window: Window) -> list[Parts]:
    """The value of each line, and behind it those of other runs."""
    readings = []
    for line in group.lines:
        value = reading(line.series, window)
        if value is not None:
            name = line.gauge.letter if len(group.lines) > 1 else line.gauge.name
            parts = [(f"{name} ", Ink.DIM), (scale.short(value), line.gauge.ink)]
            others = [None if other is None else reading(other, window) for other in line.others]
            parts += [(f" ({scale.short(each)})", SOFT.get(line.gauge.ink, Ink.DIM)) for each in others if each is not None]
            readings.append(parts)
    return readings


def samples(names: Sequence[str], look: Look) -> list[tuple[str, Ink]]:
    """The legend of the runs that are laid over this one."""
    return [(f"{look.pick(SAMPLES[number % 3], OTHERS[number % 3] * 2)} {name}", Ink.FAKE_SOFT) for number, name in enumerate(names)]


def menu(runs: Sequence[str], chosen: Menu, width: int, height: int, look: Look) -> tuple[Canvas, list[Target]]:
    """A framed list with a tick before each run that is laid over this one; the list scrolls where it is long."""
    wide = min(width - 2, max(len(name) for name in runs) + 7)
    high = min(height - 2, len(runs))
    if wide < 8 or high < 1:
        return Canvas(0, 0), []
    inside = Canvas(wide, high)
    first = min(max(0, chosen.at - high + 1), len(runs) - high)
    targets = []
    for row, name in enumerate(runs[first : first + high]):
        here = first + row == chosen.at
        tick = look.pick("✔", "x") if name in chosen.ticked else " "
        line = f" {look.pick('▸', '>') if here else ' '} {tick} {name}"
        inside.write(0, row, line if len(line) <= wide else line[: wide - 3] + "...", Ink.KEY if here else Ink.TEXT)
        targets.append(Target(row + 1, 1, wide + 1, f"tick({first + row})"))
    return framed(inside, "overlay", True, look), targets


def menu_line(width: int) -> Canvas:
    """The keys of the list."""
    canvas, x = Canvas(width, 1), 0
    for key, label in (("up down", "choose"), ("space", "ticks"), ("Enter", "closes")):
        if x + len(key) + 1 + len(label) <= width:
            x = canvas.write(canvas.write(x, 0, f"{key} ", Ink.KEY), 0, label, Ink.DIM) + 2
    return canvas
