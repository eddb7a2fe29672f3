"""What a panel says, letter by letter, and in which colours."""

from collections.abc import Callable

import pytest

from tui_gan.contract.snapshot import Snapshot
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.panels import PANELS
from tui_gan.ui.panels.panel import Frame

# Inks of words and lines that stand in every panel.
WORDS = {Ink.TEXT, Ink.DIM, Ink.FAINT, Ink.BOLD, Ink.FRAME, Ink.TITLE}


def _said(name: str, snapshot: Snapshot, text: str, colours: str) -> tuple[str, str]:
    """The text of a panel in its frame, drawn as large as `text`, and the names of its colours."""
    lines = text.strip("\n").split("\n")
    panel, frame = PANELS[name](name), Frame(snapshot, Look())
    panel.show(frame)
    drawn = panel.picture(frame, len(lines[0]), len(lines))
    inks = {Ink(number) for number in drawn.inks.flat} - WORDS
    return f"\n{drawn.text()}\n", " ".join(sorted(ink.name.lower() for ink in inks))


@pytest.fixture
def said() -> Callable[[str, Snapshot, str, str], tuple[str, str]]:
    return _said
