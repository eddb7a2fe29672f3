import pytest

from tui_gan.contract.snapshot import Event
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.texts.toasts import room, toasts

NEWS = (Event(7, "k steps: 3 (was 2)", "change"), Event(7, "a [bold]long[/bold] text that takes more than one line", "warning"))
UNICODE = """
╭────────────────────────╮
│ ◆ k steps: 3 (was 2)   │
│ ▲ a [bold]long[/bold]  │
│   text that takes more │
│   than one line        │
╰────────────────────────╯
"""
ASCII = """
+------------------------+
| * k steps: 3 (was 2)   |
| ! a [bold]long[/bold]  |
|   text that takes more |
|   than one line        |
+------------------------+
"""


def test_news_in_their_frame(look: Look) -> None:
    assert room(NEWS, 28) == (26, 6)
    assert toasts(NEWS, 26, 6, look).text() == look.pick(UNICODE, ASCII).strip("\n")


@pytest.mark.parametrize("text", ["", "x" * 300, "word " * 100, "tab\there", "ä日本"])
def test_any_text_in_any_room(look: Look, text: str) -> None:
    for width in [0, 1, 19, 20, 33, 200]:
        news = (Event(1, text, "error"),)
        found = room(news, width)
        assert found[0] <= width, width
        assert found == (0, 0) if width < 20 else found[1] in (3, 4, 5), width
        drawn = toasts(news, *found, look)
        assert (drawn.width, drawn.height) == found, width
        assert drawn.text().isascii() or not look.ascii_only or not text.isascii(), width


@pytest.mark.parametrize("width", range(1, 14))
def test_long_news_in_the_frame_of_short_ones(look: Look, width: int) -> None:
    long = Event(1, "the step is compiled at the lowest priority, which takes a minute or more", "note")
    assert room([Event(1, "hi", "note")], 80) == (8, 3)
    assert toasts([long], width, 3, look).glyphs.shape == (3, width)
