"""What a panel says, letter by letter, and in which colours."""

from collections.abc import Callable

import pytest

from tui_gan.contract.snapshot import Snapshot
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.panels import PANELS
from tui_gan.ui.panels.panel import Frame

# Inks of words and lines that stand in every panel.
WORDS = {Ink.TEXT, Ink.DIM, Ink.FAINT, Ink.BOLD, Ink.FRAME, Ink.TITLE}


def _says(name: str, snapshot: Snapshot, text: str, colours: str) -> None:
    """Hold a panel in its frame, drawn as large as a text, against that text, and its colours against their names."""
    wanted = text.strip("\n").split("\n")
    panel, frame = PANELS[name](name), Frame(snapshot, Look())
    panel.show(frame)
    drawn = panel.picture(frame, len(wanted[0]), len(wanted))
    assert drawn.text().split("\n") == wanted
    assert {Ink(number) for number in drawn.inks.flat} - WORDS == {Ink[colour.upper()] for colour in colours.split()}


@pytest.fixture
def says() -> Callable[[str, Snapshot, str, str], None]:
    return _says
