"""Fitted: screens that are laid out for the terminal as it is now, once for each size; and overlays, which close once."""

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import Screen


class Fitted:
    """Mixed into every screen, before Textual's own class.

    A screen is told of its size once more by its own layout. Of two sizes, each of these late words would lay it out anew for what
    has passed, and cause the next one: without end, and without a pause in which a key is heard.
    """

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is past, and what it has been laid out for."""
        assert isinstance(self, Screen)
        if event.size != self.app.size or event.size == self.outer_size:
            event.prevent_default()


class Overlay(Fitted):
    """Mixed into every screen that is opened over the board."""

    def dismiss(self, result: object = None) -> AwaitComplete:
        """Close it, unless that has happened: a key pressed right after the one that closes it is still given to it."""
        assert isinstance(self, Screen)
        return super().dismiss(result) if self.is_active else AwaitComplete()  # type: ignore[misc]
