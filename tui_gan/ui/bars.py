"""Bars: the header, the line of advice, and the footer."""

from typing import ClassVar

from tui_gan.ui.draw import words
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.keys import footer_items
from tui_gan.ui.panels.panel import Frame, Part


class Header(Part):
    """Preset, state, step, speed, device and time."""

    quick: ClassVar[bool] = True

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """What the line says."""
        snapshot = frame.snapshot
        speed = (snapshot.step, snapshot.steps, snapshot.steps_per_second, snapshot.seconds)
        return (snapshot.preset, *speed, snapshot.device, snapshot.phase, frame.leaving)

    def picture(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the line."""
        return words.header(frame.snapshot, frame.leaving, width, frame.look)


class Advice(Part):
    """One line on what to do about a failure or an automatic pause; else the newest event, where its panel is not shown."""

    quick: ClassVar[bool] = True

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The advice."""
        return (frame.snapshot.advice, frame.snapshot.events[-1:])

    def picture(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the line."""
        if frame.snapshot.advice is None:
            return words.news(frame.snapshot, width, frame.look)
        return words.advice(frame.snapshot.advice, width, frame.look)


class Footer(Part):
    """The keys that work now; a click on one presses it."""

    quick: ClassVar[bool] = True

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The panel that they are for."""
        return (self._panel(),)

    def picture(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the line and remember where it can be clicked."""
        canvas, self.targets = words.footer(footer_items(self._panel()), width)
        return canvas

    def _panel(self) -> str:
        return str(getattr(self.screen, "panel", ""))
