"""Distribution: what the generator makes, beside what it should make, and what D thinks of it."""

from typing import ClassVar

from tui_gan.contract.outside import percent
from tui_gan.contract.snapshot import ImageGrid, Picture, Plane2D, Status
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.pictures.picture import drawn
from tui_gan.ui.panels.panel import Frame, Notes, Panel, hint

# A painted cell of a plane takes about 10 bytes, one of images 28.
CELLS_A_SECOND: dict[type, float] = {Plane2D: 3000.0, ImageGrid: 1500.0}
LONGEST = 5.0
# The share of samples outside from which on the key that shows them is named.
WORTH = 0.005


class Distribution(Panel):
    """Histograms and D(x) on a line, points over D(x) in a plane, or images."""

    title: ClassVar[str] = "distribution"
    watches: ClassVar[tuple[str, ...]] = ("picture",)

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The picture is a new object when it shows something new."""
        return (frame.snapshot.picture,)

    def pause(self, frame: Frame) -> float:
        """Cells with colours of their own are many bytes, so that the larger picture is the slower one."""
        rate = CELLS_A_SECOND.get(type(frame.snapshot.picture))
        return 0.0 if rate is None else min(LONGEST, self.size.area / rate)

    def heading(self, frame: Frame) -> str:
        """What kind of picture it is."""
        picture = frame.snapshot.picture
        if isinstance(picture, ImageGrid):
            return "images"
        title = "plane" if isinstance(picture, Plane2D) else self.title
        return f"{title}, all samples" if picture is not None and picture.wide else title

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the picture, or say what is awaited."""
        picture = frame.snapshot.picture
        if picture is None:
            return hint(*waiting(frame, width), height)
        return drawn(picture, width, height, frame.look)

    def notes(self, frame: Frame) -> Notes:
        """The legend of the picture, once there is one, and how to see what it leaves out."""
        picture = frame.snapshot.picture
        return () if picture is None else (*legend(picture, frame.look, frame.snapshot.rules.completes), *offer(picture, frame))


def legend(picture: Picture | None, look: Look, completes: bool = False) -> Notes:
    """What the signs and colours of a picture mean.

    Args:
        completes: whether generated images are completions.
    """
    pick = look.pick
    if isinstance(picture, ImageGrid):
        height, width, channels = picture.fake.shape[1:]
        size = f"{width} {pick('×', 'x')} {height} {'grey' if channels == 1 else 'colour'}"
        # The first ones stay where there is no room for all.
        lost = [(f"{percent(picture.cut)} of pixels cut to 0 .. 1  ", Ink.WARNING)] if picture.cut else []
        lost += [(f"{percent(picture.unknown)} of pixels not finite  ", Ink.ERROR)] if picture.unknown else []
        # Along a code the heading says what a row goes through, of which the screen shows as much as has room.
        if completes:
            return (*lost, (f"{len(picture.fake)} completions", Ink.FAKE), (" of held-out images", Ink.FAKE), (f"  {size}", Ink.DIM))
        latents = () if picture.along else ((f"{len(picture.fake)} fixed latents  ", Ink.FAKE),)
        return (*lost, *latents, (size, Ink.DIM))
    if isinstance(picture, Plane2D):
        return (
            (pick("⠶ real", "x real"), Ink.REAL),
            (pick(" ⠶ generated", " o generated"), Ink.FAKE),
            (pick(" ⠶ both", " & both"), Ink.TEXT),
            (pick(" ▒▒ D(x)", " .: D(x)"), Ink.DISCRIMINATOR),
        )
    return (
        (pick("██ real", "## real"), Ink.REAL),
        (pick("  ⠒⠒ generated", "  oo generated"), Ink.FAKE),
        (pick("  ╌╌ D(x)", "  -- D(x)"), Ink.DISCRIMINATOR),
    )


def offer(picture: Picture, frame: Frame) -> Notes:
    """The key that shows all samples, where some are not to be seen, and the one that leads back."""
    if isinstance(picture, ImageGrid) or not (picture.wide or max(picture.real_outside.total, picture.fake_outside.total) >= WORTH):
        return ()
    key = next(key.symbol for key in frame.keys if key.name == "wide")
    return (f"  {key}", Ink.KEY), (" back" if picture.wide else " all samples", Ink.DIM)


def waiting(frame: Frame, width: int) -> tuple[str, int]:
    """What is awaited, and how the run will begin, as far as so many columns hold it, and these."""
    if frame.snapshot.status is not Status.LOADING:
        texts = ["no picture yet"]
    else:
        space = next((key.symbol for key in frame.keys if key.name == "pause"), "")
        begins = f"begins paused; {space}: begin at once" if frame.begins_paused else f"{space}: begin paused"
        texts = [f"loading ...  {begins}", "loading ..."]
    return next((text for text in texts if len(text) <= width), ""), width
