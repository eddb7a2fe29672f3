"""Distribution: what the generator makes, beside what it should make, and what D thinks of it."""

from typing import ClassVar

from tui_gan.contract.snapshot import ImageGrid, Picture, Plane2D, Status
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.pictures.picture import drawn
from tui_gan.ui.draw.pictures.plane import outside
from tui_gan.ui.panels.panel import Frame, Notes, Panel, hint

# A painted cell of a plane takes about 10 bytes, one of images 28.
CELLS_A_SECOND: dict[type, float] = {Plane2D: 3000.0, ImageGrid: 1500.0}
LONGEST = 5.0


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
        return "images" if isinstance(picture, ImageGrid) else "plane" if isinstance(picture, Plane2D) else self.title

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the picture, or say what is awaited."""
        picture = frame.snapshot.picture
        if picture is None:
            return hint(*waiting(frame, width), height)
        return drawn(picture, width, height, frame.look)

    def notes(self, frame: Frame) -> Notes:
        """The legend of the picture, once there is one."""
        return () if frame.snapshot.picture is None else legend(frame.snapshot.picture, frame.look)


def legend(picture: Picture | None, look: Look) -> Notes:
    """What the signs and colours of a picture mean."""
    pick = look.pick
    if isinstance(picture, ImageGrid):
        height, width, channels = picture.fake.shape[1:]
        size = f"{width} {pick('×', 'x')} {height} {'grey' if channels == 1 else 'colour'}"
        return ((f"{len(picture.fake)} fixed latents", Ink.FAKE), (f"  {size}", Ink.DIM))
    if isinstance(picture, Plane2D):
        beyond = outside(picture)
        return (
            (pick("⠶ real", "x real"), Ink.REAL),
            (pick(" ⠶ generated", " o generated"), Ink.FAKE),
            (pick(" ⠶ both", " & both"), Ink.TEXT),
            (pick(" ▒▒ D(x)", " .: D(x)"), Ink.DISCRIMINATOR),
            *(((f"  {beyond:,} outside", Ink.DIM),) if beyond else ()),
        )
    return (
        (pick("██ real", "## real"), Ink.REAL),
        (pick("  ⠒⠒ generated", "  oo generated"), Ink.FAKE),
        (pick("  ╌╌ D(x)", "  -- D(x)"), Ink.DISCRIMINATOR),
    )


def waiting(frame: Frame, width: int) -> tuple[str, int]:
    """What is awaited, and how the run will begin, as far as so many columns hold it, and these."""
    if frame.snapshot.status is not Status.LOADING:
        texts = ["no picture yet"]
    else:
        space = next((key.shown for key in frame.keys if key.name == "pause"), "")
        begins = f"begins paused; {space}: begin at once" if frame.begins_paused else f"{space}: begin paused"
        texts = [f"loading PyTorch ...  {begins}", "loading PyTorch ..."]
    return next((text for text in texts if len(text) <= width), ""), width
