"""Discriminator: what D says of real and of generated samples, how often it is right, and the layers of both players."""

from typing import ClassVar

from textual import events
from textual.binding import BindingType

from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.players.discriminator import discriminator
from tui_gan.ui.draw.players.norms import worry
from tui_gan.ui.keys import bindings
from tui_gan.ui.panels.panel import Frame, Notes, Panel, hint
from tui_gan.ui.panels.predictions import legend


class Discriminator(Panel):
    """Histograms of D(x) and of the logits, the accuracy in words, and a table of layers."""

    title: ClassVar[str] = "discriminator"
    watches: ClassVar[tuple[str, ...]] = ("predictions", "layers")
    slow_seconds: ClassVar[float] = 0.5
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("discriminator")]
    first = 0

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The predictions are a new object when they show something new, the layers are compared by their numbers."""
        return (frame.snapshot.predictions, frame.snapshot.layers, self.first)

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw all that there is room for."""
        answers = frame.snapshot.predictions
        if answers is None:
            return hint("no predictions yet" if width > 18 else "", width, height)
        return discriminator(answers, frame.snapshot.layers, width, height, frame.look, self.first)

    def notes(self, frame: Frame) -> Notes:
        """The legend, and before it what is wrong with the gradients."""
        if frame.snapshot.predictions is None:
            return ()
        wrong = worry(frame.snapshot.layers)
        return (*(((f"{wrong[0]}  ", wrong[1]),) if wrong else ()), *legend(frame.look))

    def action_scroll(self, by: int) -> None:
        """Show the layers above, or below."""
        before = self._text
        self.first = max(0, self.first + by)
        self.redraw()
        if by > 0 and self._text == before:
            self.first -= by

    @property
    def _text(self) -> str:
        return self._canvas.text() if self._canvas else ""

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls too."""
        event.stop()
        self.action_scroll(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls too."""
        event.stop()
        self.action_scroll(-1)
