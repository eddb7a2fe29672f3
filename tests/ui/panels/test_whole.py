"""Nothing that a panel writes is cut at its edge, in any room that a comfortable screen gives it."""

import dataclasses
import itertools
from typing import Any

import pytest

from tui_gan.contract.snapshot import Status
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.layout import ABSENT, Kind, places
from tui_gan.ui.panels import PANELS
from tui_gan.ui.panels.panel import Frame
from tui_gan.ui.views import VIEWS

SIZES = ((80, 24), (120, 36), (160, 48))
FAILED: dict[str, Any] = {"status": Status.FAILED, "failure": "Traceback:\nRuntimeError: out of memory", "advice": "lower the batch"}


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What canvases have cut so far, but for the dashes of headings."""
    found: list[str] = []
    put, paste = Canvas.put, Canvas.paste

    def watched_put(self: Canvas, x: int, y: int, text: str, ink: Ink = Ink.TEXT) -> int:
        kept = text[max(0, -x) : max(0, self.width - x)] if 0 <= y < self.height else ""
        if kept.rstrip(" ─-") != text.rstrip(" ─-"):
            found.append(text)
        return put(self, x, y, text, ink)

    def watched_paste(self: Canvas, x: int, y: int, other: Canvas) -> None:
        if x + other.width > self.width or y + other.height > self.height:
            found.append(other.text())
        paste(self, x, y, other)

    monkeypatch.setattr(Canvas, "put", watched_put)
    monkeypatch.setattr(Canvas, "paste", watched_paste)
    return found


@pytest.mark.parametrize("failed", [False, True])
@pytest.mark.parametrize("kind", ABSENT)
def test_no_panel_cuts_what_it_writes(seen, other, cut: list[str], kind: Kind, failed: bool) -> None:
    snapshot = dataclasses.replace(seen() if kind == "line" else other(kind), **(FAILED if failed else {}))
    frame, rooms = Frame(snapshot, Look()), set()
    for size, view in itertools.product(SIZES, ["overview"] if failed else VIEWS):
        found = places(*size, kind=kind, view=view, failed=failed)
        rooms |= {(name, tuple(region.size)) for name, region in found.items() if name in PANELS}
    for name, room in sorted(rooms):
        panel = PANELS[name](name)
        panel.show(frame)
        panel.picture(frame, *room)
        assert cut == [], (name, room)


def test_what_is_cut_is_seen(cut: list[str]) -> None:
    canvas = Canvas(4, 1)
    for x, y, text in ((0, 0, "whole"), (-1, 0, "left"), (0, 1, "low"), (4, 0, "out")):
        canvas.write(x, y, text)
    canvas.paste(2, 0, Canvas(3, 1))
    assert cut == ["whole", "left", "low", "out", "   "]
    canvas.write(0, 0, "a ------")
    assert len(cut) == 5
