"""Events: what happened, and, after a failure, why."""

from typing import ClassVar

from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.texts import words
from tui_gan.ui.panels.panel import Frame, Panel, hint


class Events(Panel):
    """The newest events, newest last."""

    title: ClassVar[str] = "events"
    quick: ClassVar[bool] = True

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The events, the traceback and the advice."""
        return (frame.snapshot.events, frame.snapshot.failure, frame.snapshot.advice)

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the list."""
        if not frame.snapshot.events and frame.snapshot.failure is None:
            return hint("nothing yet" if width > 12 else "", width, height)
        return words.events(frame.snapshot, width, height, frame.look)
