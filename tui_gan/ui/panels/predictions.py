"""Predictions: how well the discriminator tells real from generated samples."""

from typing import ClassVar

from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink
from tui_gan.ui.draw.predictions import predictions
from tui_gan.ui.panels.panel import Notes, Panel, View, hint


class Predictions(Panel):
    """Histograms of D(x) over real and over generated samples."""

    title: ClassVar[str] = "predictions"
    slow_seconds: ClassVar[float] = 0.4

    def facts(self, view: View) -> tuple[object, ...]:
        """The predictions are a new object when they show something new."""
        return (view.snapshot.predictions,)

    def inside(self, view: View, width: int, height: int) -> Canvas:
        """Draw both histograms."""
        answers = view.snapshot.predictions
        if answers is None:
            return hint("no predictions yet" if width > 18 else "", width, height)
        return predictions(answers, width, height, view.look)

    def notes(self, view: View) -> Notes:
        """The legend."""
        pick = view.look.pick
        if view.snapshot.predictions is None:
            return ()
        return ((pick("██ real", "## real"), Ink.REAL), (pick("  ⠒⠒ generated", "  oo generated"), Ink.FAKE))
