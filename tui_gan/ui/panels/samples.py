"""Samples: where the generator sends each latent, and the points it makes."""

from typing import ClassVar

from tui_gan.contract.snapshot import Line1D
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink
from tui_gan.ui.draw.pictures.samples import samples
from tui_gan.ui.panels.panel import Frame, Notes, Panel, hint


class Samples(Panel):
    """The map z -> x of a run on a line; other runs have no such panel."""

    title: ClassVar[str] = "samples"
    watches: ClassVar[tuple[str, ...]] = ("picture",)
    slow_seconds: ClassVar[float] = 0.4

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The picture is a new object when it shows something new."""
        return (frame.snapshot.picture,)

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the map and the points."""
        picture = frame.snapshot.picture
        if not isinstance(picture, Line1D):
            return hint("no samples yet" if width > 14 else "", width, height)
        return samples(picture, width, height, frame.look)

    def notes(self, frame: Frame) -> Notes:
        """How many latents are followed."""
        picture = frame.snapshot.picture
        return ((f"{picture.latents.size:,} fixed latents", Ink.FAKE),) if isinstance(picture, Line1D) else ()
