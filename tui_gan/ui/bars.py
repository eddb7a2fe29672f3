"""Bars: the header, the line of advice, and the footer."""

from typing import ClassVar

from tui_gan.ui.draw import words
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.keys import footer_items
from tui_gan.ui.panels.panel import Part, View


class Header(Part):
    """Preset, state, step, speed, device and time."""

    quick: ClassVar[bool] = True

    def facts(self, view: View) -> tuple[object, ...]:
        """What the line says."""
        snapshot = view.snapshot
        speed = (snapshot.step, snapshot.steps, snapshot.steps_per_second, snapshot.seconds)
        return (snapshot.preset, *speed, snapshot.device, snapshot.phase, view.leaving)

    def picture(self, view: View, width: int, height: int) -> Canvas:
        """Draw the line."""
        return words.header(view.snapshot, view.leaving, width, view.look)


class Advice(Part):
    """One line on what to do about a failure or an automatic pause; else the newest event, where its panel is not shown."""

    quick: ClassVar[bool] = True

    def facts(self, view: View) -> tuple[object, ...]:
        """The advice."""
        return (view.snapshot.advice, view.snapshot.events[-1:])

    def picture(self, view: View, width: int, height: int) -> Canvas:
        """Draw the line."""
        if view.snapshot.advice is None:
            return words.news(view.snapshot, width, view.look)
        return words.advice(view.snapshot.advice, width, view.look)


class Footer(Part):
    """The keys; a click on one presses it."""

    quick: ClassVar[bool] = True

    def facts(self, view: View) -> tuple[object, ...]:
        """The keys never change."""
        return ()

    def picture(self, view: View, width: int, height: int) -> Canvas:
        """Draw the line and remember where it can be clicked."""
        canvas, self.targets = words.footer(footer_items(), width)
        return canvas
