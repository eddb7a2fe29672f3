"""Toasts: what has just happened, for a few seconds over a corner of the screen, where the panel of events is not shown."""

from collections.abc import Sequence
from typing import ClassVar

from textual.geometry import Region

from tui_gan.contract.snapshot import Event
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.texts.toasts import room, toasts
from tui_gan.ui.panels.panel import Frame, Part

SECONDS = 4.0
MOST = 3


class Toasts(Part):
    """A small frame with at most MOST pieces of news, the newest last, each gone after SECONDS."""

    quick: ClassVar[bool] = True

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self._toasted: tuple[Event, ...] = ()

    def tell(self, events: Sequence[Event]) -> None:
        """Show these too; they leave together."""
        # A copy of each, so that one leaves alone, also where another says the same.
        copies = [Event(event.step, event.text, event.kind) for event in events[-MOST:]]
        self._become((*self._toasted, *copies)[-MOST:])
        self.set_timer(SECONDS, lambda: self._become(tuple(event for event in self._toasted if all(event is not each for each in copies))))

    def place(self, body: Region) -> Region | None:
        """Where it goes in the room between header and footer; None while there is no news, or no room."""
        width, height = room(self._toasted, body.width - 2) if self._toasted else (0, 0)
        if not height or height > body.height - 2:
            return None
        return Region(body.right - width - 1, body.bottom - height - 1, width, height)

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The news."""
        return (self._toasted,)

    def picture(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw them."""
        return toasts(self._toasted, width, height, frame.look)

    def _become(self, events: tuple[Event, ...]) -> None:
        self._toasted = events
        self.refresh(layout=True)
        self.redraw()
