"""Fitted: a screen that is laid out for the terminal as it is now, once for each size."""

from textual import events
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
