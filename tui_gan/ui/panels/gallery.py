"""Gallery: to be drawn."""

from typing import ClassVar

from textual.binding import BindingType

from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.keys import bindings
from tui_gan.ui.panels.panel import Frame, Panel, hint


class Gallery(Panel):
    """The panel of a view."""

    title: ClassVar[str] = "gallery"
    watches: ClassVar[tuple[str, ...]] = ("picture", "gallery")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("gallery")]

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw it."""
        return hint("", width, height)
