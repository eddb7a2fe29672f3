"""Painter: a screen on which the user draws what the run is to learn, while it trains on behind."""

import dataclasses
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen

from tui_gan.contract.commands import DrawData
from tui_gan.contract.snapshot import ImageGrid, Picture
from tui_gan.ui.draw import scale
from tui_gan.ui.draw.canvas import Canvas, framed
from tui_gan.ui.draw.palette import Ink
from tui_gan.ui.draw.pictures import painting as paintings
from tui_gan.ui.draw.pictures.easel import easel, place, sheet
from tui_gan.ui.draw.pictures.painting import Painting, Place
from tui_gan.ui.draw.texts import words
from tui_gan.ui.fitted import Overlay
from tui_gan.ui.keys import bindings, painter_items
from tui_gan.ui.panels.panel import Frame, Notes, Part

TITLE = "draw the distribution to learn"
SENT = "training on your drawing from the next step on; {} undoes this"
NOTHING = "nothing is drawn yet"
ROOMY = 10


@dataclasses.dataclass(frozen=True)
class Held:
    """A stroke of the mouse: where it has come to, and what it leaves."""

    place: Place
    weight: float


class Easel(Part):
    """The painting in its frame, and below it every key of this screen."""

    def __init__(self, painting: Painting, frame: Frame) -> None:
        super().__init__("easel")
        self._frame = frame
        self.painting = painting
        self.refused = False
        self._held: Held | None = None

    def change(self, painting: Painting) -> None:
        """Show another painting."""
        self.painting, self.refused = painting, False
        self.redraw()

    def refuse(self) -> None:
        """Say that nothing is drawn."""
        self.refused = True
        self.redraw()

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """A painting is a new object when something was drawn."""
        return (self.painting, self.refused)

    def picture(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the painting, its numbers, and the keys."""
        rows = self._key_rows(height)
        canvas = Canvas(width, height)
        inside = easel(self.painting, max(0, width - 2), max(0, height - rows - 2), frame.look)
        canvas.paste(0, 0, framed(inside, "" if self.refused else TITLE, True, frame.look, self._notes()))
        self.targets = []
        for number, items in enumerate(painter_items(self.painting.is_line, frame.look.ascii_only)[:rows]):
            line, targets = words.footer(items, width)
            canvas.paste(0, height - rows + number, line)
            self.targets += [dataclasses.replace(each, row=height - rows + number, action=f"screen.{each.action}") for each in targets]
        return canvas

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Put the brush down: a bar gets that height, a cell is filled or, if it was full, emptied."""
        if (hit := self._place(event)) is None:
            return
        put = paintings.put(self.painting, hit[0])
        weight = hit[1] if put.is_line else float(put.under < 1.0)
        self._held = Held(hit[0], weight)
        self.capture_mouse()
        self.change(paintings.stroke(put, hit[0], weight, weight))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Draw on."""
        if self._held is None or (hit := self._place(event)) is None:
            return
        weight = hit[1] if self.painting.is_line else self._held.weight
        if (hit[0], weight) != (self._held.place, self._held.weight):
            self.change(paintings.stroke(self.painting, hit[0], self._held.weight, weight))
            self._held = Held(hit[0], weight)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Take the brush up."""
        self._held = None
        self.release_mouse()

    def _place(self, event: events.MouseEvent) -> tuple[Place, float] | None:
        width, height = self.size.width - 2, self.size.height - 2 - self._key_rows(self.size.height)
        assert self._frame is not None
        on = sheet(self.painting, width, height, self._frame.look)
        return place(self.painting, on, int(event.x) - 1, int(event.y) - 1) if on else None

    def _key_rows(self, height: int) -> int:
        return 2 if height >= ROOMY else 1 if height >= 4 else 0

    def _notes(self) -> Notes:
        if self.refused:
            return ((NOTHING, Ink.WARNING),)
        painting, (x, y) = self.painting, self.painting.at
        where = [f"x {scale.short(x)}"] + [f"y {scale.short(y)}"] * (not painting.is_line)
        level = f"{'height' if painting.is_line else 'weight'} {painting.under:.2f}"
        return (("  ".join(where), Ink.TEXT), (f"  {level}", Ink.REAL), (f"  brush {painting.brush}", Ink.KEY))


class Painter(Overlay, ModalScreen[None]):
    """Sends what was drawn to the run, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("painter")]

    def __init__(self, painting: Painting, frame: Frame) -> None:
        super().__init__()
        self._easel = Easel(painting, frame)
        self._undo = next(key.symbol for key in frame.keys if key.name == "undo")

    def compose(self) -> ComposeResult:
        """The easel has all the room."""
        yield self._easel

    def action_move(self, columns: int, rows: int) -> None:
        """Move the brush; in a line, up and down raise and lower."""
        self._easel.change(paintings.moved(self._easel.painting, columns, rows))

    def action_fill(self) -> None:
        """Fill what is under the brush, or empty it."""
        self._easel.change(paintings.filled(self._easel.painting))

    def action_brush(self, larger: int) -> None:
        """Take another brush."""
        self._easel.change(paintings.brushed(self._easel.painting, larger))

    def action_begin(self, name: str) -> None:
        """Begin anew from a shape."""
        self._easel.change(paintings.start(self._easel.painting, name))

    def action_learn(self) -> None:
        """Send what is drawn, if anything is."""
        if self._easel.painting.is_empty:
            self._easel.refuse()
            return
        self._easel.send(DrawData(tuple(map(tuple, self._easel.painting.weights.tolist()))))
        self.app.notify(SENT.format(self._undo))
        self.dismiss()

    def action_leave(self) -> None:
        """Send nothing."""
        self.dismiss()


def painter(picture: Picture | None, frame: Frame) -> Painter | str:
    """The screen to draw over a picture, or why there is none."""
    if isinstance(picture, ImageGrid):
        return "drawing is for data on the line or in the plane, and these are images"
    painting = None if picture is None else paintings.begun(picture)
    return "there is no picture to draw over yet" if painting is None else Painter(painting, frame)
