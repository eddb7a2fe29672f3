"""Predictions: how well the discriminator tells real from generated samples."""

from typing import ClassVar

from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.players.by_class import WIDTH, by_class, wanted
from tui_gan.ui.draw.players.predictions import predictions
from tui_gan.ui.panels.panel import Frame, Notes, Panel, hint

# From this width on the classes of a conditional GAN stand beside the histograms.
WITH_CLASSES = 2 * WIDTH


class Predictions(Panel):
    """Histograms of D(x) over real and over generated samples; of a conditional D also its mean class by class."""

    title: ClassVar[str] = "predictions"
    watches: ClassVar[tuple[str, ...]] = ("predictions",)
    slow_seconds: ClassVar[float] = 0.4

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The predictions are a new object when they show something new."""
        return (frame.snapshot.predictions,)

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw both histograms, and the classes where there are any."""
        answers = frame.snapshot.predictions
        if answers is None:
            return hint("no predictions yet" if width > 18 else "", width, height)
        if not answers.of_classes or width < WITH_CLASSES:
            return predictions(answers, width, height, frame.look)
        table = max(WIDTH, min(wanted(answers.of_classes), width // 2 - 1))
        canvas, left = Canvas(width, height), width - table - 1
        canvas.paste(0, 0, predictions(answers, left, height, frame.look))
        canvas.paste(left + 1, 0, by_class(answers.of_classes, table, height, frame.look))
        return canvas

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
