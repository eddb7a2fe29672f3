"""Toasts: a small frame with the news of the last seconds."""

import textwrap
from collections.abc import Sequence

from tui_gan.contract.snapshot import Event, EventKind
from tui_gan.ui.draw.canvas import FRAMES, Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.texts.words import EVENT_MARKS

WIDEST = 60
LINES = 3
EDGE: dict[EventKind, Ink] = {**dict.fromkeys(("info", "change", "note"), Ink.FOCUS), "warning": Ink.WARNING, "error": Ink.ERROR}


def room(events: Sequence[Event], width: int) -> tuple[int, int]:
    """The width, at most `width`, and the height that the news take with their frame; 0 where they cannot be read."""
    if width < 20:
        return 0, 0
    lines = [line for event in events for line in _lines(event, min(WIDEST, width))]
    return max(map(len, lines)) + 6, len(lines) + 2


def toasts(events: Sequence[Event], width: int, height: int, look: Look) -> Canvas:
    """Draw them in a frame of the colour of the gravest."""
    canvas = Canvas(width, height)
    if width < 7 or height < 3:
        return canvas
    left, dash, right, side, low_left, low_right = FRAMES[look.ascii_only]
    ink = EDGE[max((event.kind for event in events), key=list(EDGE).index, default="info")]
    canvas.write(0, 0, left + dash * (width - 2) + right, ink)
    canvas.write(0, height - 1, low_left + dash * (width - 2) + low_right, ink)
    canvas.glyphs[1:-1, [0, -1]] = ord(side)
    canvas.inks[1:-1, [0, -1]] = ink
    y = 1
    for event in events:
        unicode, plain, mark = EVENT_MARKS[event.kind]
        canvas.write(2, y, look.pick(unicode, plain), mark)
        for line in _lines(event, width):
            canvas.write(4, y, line, mark if event.kind in ("warning", "error") else Ink.TEXT)
            y += 1
    return canvas


def _lines(event: Event, width: int) -> list[str]:
    # A frame that was as wide as shorter news has room for the three dots at least, or they are cut off.
    return textwrap.wrap(event.text, max(3, width - 6), max_lines=LINES, placeholder=" ...") or [""]
