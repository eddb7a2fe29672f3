"""Events: what happened, and, after a failure, why."""

from typing import ClassVar

from tui_gan.ui.draw import words
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.panels.panel import Panel, View, hint


class Events(Panel):
    """The newest events, newest last."""

    title: ClassVar[str] = "events"
    quick: ClassVar[bool] = True

    def facts(self, view: View) -> tuple[object, ...]:
        """The events, the traceback and the advice."""
        return (view.snapshot.events, view.snapshot.failure, view.snapshot.advice)

    def inside(self, view: View, width: int, height: int) -> Canvas:
        """Draw the list."""
        if not view.snapshot.events and view.snapshot.failure is None:
            return hint("nothing yet" if width > 12 else "", width, height)
        return words.events(view.snapshot, width, height, view.look)
