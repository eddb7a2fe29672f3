"""Help: an overlay with every key and what it does, made from the table of keys."""

from typing import ClassVar

from rich.table import Table
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_gan.ui.keys import help_lines


class Help(ModalScreen[None]):
    """Every key; Escape, ? or q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, "app.pop_screen", "close", show=False) for key in ("escape", "question_mark", "q")
    ]

    def __init__(self, panel: str = "") -> None:
        super().__init__()
        self._panel = panel

    def compose(self) -> ComposeResult:
        """The text, which scrolls where the screen is small."""
        with VerticalScroll(id="help") as frame:
            frame.border_title = "keys"
            frame.border_subtitle = "Escape closes"
            yield Static(help_text(self._panel), id="help-text")


def help_text(panel: str = "") -> Table:
    """One row for each key."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True, style="bold")
    table.add_column()
    for shown, meaning in help_lines(panel):
        table.add_row(shown, meaning)
    return table
