"""Distribution: what the generator makes, over what it should make, and what D thinks of it."""

from typing import ClassVar

from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.distribution import distribution
from tui_gan.ui.draw.palette import Ink
from tui_gan.ui.panels.panel import Notes, Panel, View, hint


class Distribution(Panel):
    """The histograms and D(x)."""

    title: ClassVar[str] = "distribution"

    def facts(self, view: View) -> tuple[object, ...]:
        """The picture is a new object when it shows something new."""
        return (view.snapshot.picture,)

    def inside(self, view: View, width: int, height: int) -> Canvas:
        """Draw the picture, or say what is awaited."""
        picture = view.snapshot.picture
        return hint(*_waiting(view, width), height) if picture is None else distribution(picture, width, height, view.look)

    def notes(self, view: View) -> Notes:
        """The legend."""
        pick = view.look.pick
        return (
            (pick("██ real", "## real"), Ink.REAL),
            (pick("  ⠒⠒ generated", "  oo generated"), Ink.FAKE),
            (pick("  ╌╌ D(x)", "  -- D(x)"), Ink.DISCRIMINATOR),
        )


def _waiting(view: View, width: int) -> tuple[str, int]:
    text = "loading PyTorch ..." if view.snapshot.status.value == "LOADING" else "no picture yet"
    return text if len(text) <= width else "", width
