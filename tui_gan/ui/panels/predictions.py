"""Predictions: how well the discriminator tells real from generated samples."""

from typing import ClassVar

from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.players.predictions import predictions
from tui_gan.ui.panels.panel import Frame, Notes, Panel, hint


class Predictions(Panel):
    """Histograms of D(x) over real and over generated samples."""

    title: ClassVar[str] = "predictions"
    watches: ClassVar[tuple[str, ...]] = ("predictions",)
    slow_seconds: ClassVar[float] = 0.4

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The predictions are a new object when they show something new."""
        return (frame.snapshot.predictions,)

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw both histograms."""
        answers = frame.snapshot.predictions
        if answers is None:
            return hint("no predictions yet" if width > 18 else "", width, height)
        return predictions(answers, width, height, frame.look)

    def notes(self, frame: Frame) -> Notes:
        """The legend."""
        return () if frame.snapshot.predictions is None else legend(frame.look)


def legend(look: Look) -> Notes:
    """What the signs and colours of the histograms mean."""
    return (
        (look.pick("██ real", "## real"), Ink.REAL),
        (look.pick("  ⠒⠒ generated", "  oo generated"), Ink.FAKE),
        (look.pick("  ▒▒ both", "  %% both"), Ink.FAKE),
    )
