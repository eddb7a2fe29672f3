"""Help: an overlay with every key and what it does, made from the table of keys."""

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_gan.ui.fitted import Overlay


class Help(Overlay, ModalScreen[None]):
    """Every key; Escape, and the keys for help and for quitting, close it.

    Args:
        groups: headings, and under each the keys with what they do.
        closed_by: Textual's names of the keys that close it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "close", show=False)]

    def __init__(self, groups: Mapping[str, Sequence[tuple[str, str]]], closed_by: Collection[str]) -> None:
        super().__init__()
        self._groups, self._closed_by = groups, closed_by

    def compose(self) -> ComposeResult:
        """The text, which scrolls where the screen is small."""
        with VerticalScroll(id="help") as frame:
            frame.border_title = "keys"
            frame.border_subtitle = "Escape closes"
            yield Static(help_text(self._groups), id="help-text")

    def on_key(self, event: events.Key) -> None:
        """Close it with the keys that the user's file may have moved."""
        if event.key in self._closed_by:
            event.stop()
            # A second press may have come while the first was closing it.
            if self.is_current:
                self.dismiss()


def help_text(groups: Mapping[str, Sequence[tuple[str, str]]]) -> Table:
    """A heading for each group, and one row for each key."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True, style="bold")
    table.add_column()
    for number, (title, rows) in enumerate(groups.items()):
        table.add_row("", Text(("\n" if number else "") + title, style="underline"))
        for symbols, meaning in rows:
            table.add_row(symbols, Text(meaning))
    return table
