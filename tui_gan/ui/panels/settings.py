"""Settings: to be drawn."""

from typing import ClassVar

from textual.binding import BindingType

from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.keys import bindings
from tui_gan.ui.panels.panel import Frame, Panel, hint


class Settings(Panel):
    """The panel of a view."""

    title: ClassVar[str] = "settings"
    watches: ClassVar[tuple[str, ...]] = ("settings",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("settings")]

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw it."""
        return hint("", width, height)
