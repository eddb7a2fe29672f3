"""Question: a small window that asks for yes or no."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_gan.ui.fitted import Overlay

WIDEST = 76


class Question(Overlay, ModalScreen[bool]):
    """A question; y and Enter say yes, n, q and Escape no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, "answer(True)", "yes", show=False) for key in ("y", "Y", "enter")),
        *(Binding(key, "answer(False)", "no", show=False) for key in ("n", "N", "q", "escape")),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """The text in a frame, and the keys in its lower edge."""
        question = Static(self._text, id="question", markup=False)
        question.border_subtitle = "y yes   n no"
        yield question

    def on_resize(self, event: events.Resize) -> None:
        """Wrap the text where the screen is narrow."""
        self.query_one("#question").styles.max_width = min(WIDEST, self.app.size.width)

    def action_answer(self, yes: bool) -> None:
        """Close, with the answer."""
        self.dismiss(yes)
