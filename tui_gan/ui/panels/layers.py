"""Layers: all that there is to see of a run in one picture, each layer on its own key, from as near as one likes."""

import dataclasses
from typing import ClassVar

from textual import events
from textual.binding import BindingType

from tui_gan.contract.snapshot import Line1D, Picture, Plane2D
from tui_gan.ui.draw import scale
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink
from tui_gan.ui.draw.pictures.lens import WHOLE, Lens
from tui_gan.ui.draw.pictures.plane import plane, window
from tui_gan.ui.draw.pictures.push import push, room
from tui_gan.ui.keys import bindings
from tui_gan.ui.panels.distribution import CELLS_A_SECOND, LONGEST, offer, waiting
from tui_gan.ui.panels.panel import Frame, Notes, Panel, hint

PAN = 1 / 8


@dataclasses.dataclass(frozen=True)
class Layer:
    """A layer in the legend: its sign in Unicode and in ASCII, what it is called, and its ink."""

    sign: str
    plain: str
    label: str
    ink: Ink


LINE = {
    "real": Layer("█", "#", "real", Ink.REAL),
    "fake": Layer("⠒", "o", "generated", Ink.FAKE),
    "heat": Layer("╌", "-", "D(x)", Ink.DISCRIMINATOR),
    "optimal": Layer("╌", "=", "D*", Ink.OPTIMAL),
    "map": Layer("╱", ".", "z to x", Ink.GENERATOR),
}
PLANE = {
    "real": Layer("⠶", "x", "real", Ink.REAL),
    "fake": Layer("⠶", "o", "generated", Ink.FAKE),
    "heat": Layer("▒", ":", "D(x)", Ink.DISCRIMINATOR),
    "map": Layer("⠒", "~", "map", Ink.DIM),
    "arrows": Layer("→", ">", "arrows", Ink.GENERATOR),
}
LAYERS: dict[type, dict[str, Layer]] = {Line1D: LINE, Plane2D: PLANE}


@dataclasses.dataclass(frozen=True)
class Choice:
    """What the user has chosen to see."""

    hidden: frozenset[str] = frozenset()
    lens: Lens = WHOLE


class Layers(Panel):
    """Layers over a line or in a plane, with zoom and pan."""

    title: ClassVar[str] = "layers"
    watches: ClassVar[tuple[str, ...]] = ("picture", "field")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("layers")]

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.choice = Choice()
        self._held: tuple[float, float] | None = None

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The picture is a new object when it shows something new."""
        return (frame.snapshot.picture, self.choice)

    def pause(self, frame: Frame) -> float:
        """Cells with colours of their own are many bytes, so that the larger picture is the slower one."""
        rate = CELLS_A_SECOND.get(type(frame.snapshot.picture))
        return 0.0 if rate is None else min(LONGEST, self.size.area / rate)

    def heading(self, frame: Frame) -> str:
        """The title, and whether the picture holds all samples."""
        picture = frame.snapshot.picture
        return f"{self.title}, all samples" if isinstance(picture, Line1D | Plane2D) and picture.wide else self.title

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the layers that are on."""
        picture, visible = frame.snapshot.picture, self._visible_layers(frame.snapshot.picture)
        if isinstance(picture, Plane2D):
            return plane(picture, width, height, frame.look, visible, self.choice.lens)
        if isinstance(picture, Line1D):
            return push(picture, width, height, frame.look, visible, self.choice.lens)
        if picture is None:
            return hint(*waiting(frame, width), height)
        return hint("images have no layers", width, height) if width > 22 else hint("", width, height)

    def notes(self, frame: Frame) -> Notes:
        """Every layer with its key, in brackets those that are off; then how near the picture is, and how to see what it leaves out."""
        picture, pick = frame.snapshot.picture, frame.look.pick
        visible = self._visible_layers(picture)
        keys = {key.action: key.symbol for key in frame.keys if key.panel == "layers"}
        notes: list[tuple[str, Ink]] = []
        for name, layer in LAYERS.get(type(picture), {}).items():
            on = name in visible and not (name == "optimal" and isinstance(picture, Line1D) and picture.optimal is None)
            notes.append(("  " * bool(notes) + keys[f"layer('{name}')"] + " ", Ink.KEY if on else Ink.DIM))
            notes.append((f"{pick(layer.sign, layer.plain)} {layer.label}" if on else f"({layer.label})", layer.ink if on else Ink.DIM))
        if isinstance(picture, Plane2D) and {"real", "fake"} <= set(visible):
            notes.append((pick("  ⠶ both", "  & both"), Ink.TEXT))
        if notes and self.choice.lens.times != 1:
            notes.append((f"  {scale.short(self.choice.lens.times)}{pick('×', 'x')}", Ink.DIM))
        return (*notes, *(offer(picture, frame) if picture is not None else ()))

    def action_layer(self, name: str) -> None:
        """Show a layer, or hide it."""
        if name in self._layers():
            self._choose(hidden=self.choice.hidden ^ {name})

    def action_zoom(self, notches: int) -> None:
        """Come nearer, or go farther away."""
        self._look_through(self.choice.lens.zoomed(notches))

    def action_whole(self) -> None:
        """Show the whole window again."""
        self._look_through(WHOLE)

    def action_pan(self, x: int, y: int) -> None:
        """Move the window."""
        self._look_through(self.choice.lens.panned(x * PAN, y * PAN))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Come nearer to what is under the pointer."""
        self._wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go away from it."""
        self._wheel(event, -1)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the picture."""
        self._held = self._share(event)
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Draw the picture along."""
        here = self._share(event)
        if self._held is not None and here is not None:
            self._look_through(self.choice.lens.panned(self._held[0] - here[0], self._held[1] - here[1]))
            self._held = here

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let it go."""
        self._held = None
        self.release_mouse()

    def _wheel(self, event: events.MouseEvent, notches: int) -> None:
        event.stop()
        at = self._share(event)
        if at is not None:
            self._look_through(self.choice.lens.zoomed(notches, at))

    def _share(self, event: events.MouseEvent) -> tuple[float, float] | None:
        """Where the pointer is, in shares of what is seen; None where there is no picture."""
        picture, width, height = self._picture(), self.size.width - 2, self.size.height - 2
        if isinstance(picture, Plane2D):
            seen = window(picture, width, height, self.choice.lens)
            return seen.share(event.x - 1, event.y - 1) if seen else None
        if isinstance(picture, Line1D):
            parts = room(picture, width, height, self._visible_layers(picture))
            return parts.share(event.x - 1, event.y - 1) if parts else None
        return None

    def _picture(self) -> Picture | None:
        return self._frame.snapshot.picture if self._frame else None

    def _layers(self) -> dict[str, Layer]:
        return LAYERS.get(type(self._picture()), {})

    def _visible_layers(self, picture: Picture | None) -> list[str]:
        return [name for name in LAYERS.get(type(picture), {}) if name not in self.choice.hidden]

    def _look_through(self, lens: Lens) -> None:
        self._choose(lens=lens)

    def _choose(self, **changes: object) -> None:
        self.choice = dataclasses.replace(self.choice, **changes)  # type: ignore[arg-type]
        self.redraw()
