"""Panel: a widget whose lines come from a pure drawing of a snapshot, redrawn only where it changed."""

import dataclasses
import math
import time
import zlib
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tui_gan.contract.commands import Command
from tui_gan.contract.snapshot import Snapshot, Status
from tui_gan.ui.draw.canvas import Canvas, changed_rows, framed, strip
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.raster import PLACEHOLDER
from tui_gan.ui.draw.texts.words import Target
from tui_gan.ui.keys import KEYS, Key
from tui_gan.ui.laid import Place
from tui_gan.ui.unofficial import hand_key

Notes = tuple[tuple[str, Ink], ...]
# Seconds for which the answer to a command is looked out for.
HURRY = 1.0
# The first so many facts are drawn anew at once.
SAME = 7
# What a run that trains shows may be so many seconds old before it says so: a large network is not looked at oftener.
RECENT = 5.0


@dataclasses.dataclass(frozen=True)
class Frame:
    """What every part of the screen is given to draw.

    Attributes:
        look: colours, and whether plain ASCII alone may be used.
        leaving: the user has asked to quit and the run is being saved.
        bytes_per_second: what goes to the terminal.
        drawing: the share of one processor that the screen takes.
        keys: those in force.
        begins_paused: whether a run that is loading will be paused when it begins.
    """

    snapshot: Snapshot
    look: Look
    leaving: bool = False
    bytes_per_second: float = 0.0
    drawing: float = 0.0
    keys: tuple[Key, ...] = KEYS
    begins_paused: bool = False


class Part(Widget):
    """A part of the screen that keeps its lines and sends only those that changed.

    Attributes:
        stands: whether what was drawn has been part of a frame.
        number: under which its raster is shown, another than that of any other part.
    """

    slow_seconds: ClassVar[float] = 0.0
    quick: ClassVar[bool] = False

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._frame: Frame | None = None
        self._drawn_for: tuple[object, ...] | None = None
        self._drawn_at = 0.0
        self._hurried_until = -math.inf
        self._canvas: Canvas | None = None
        self._strips: list[Strip] = []
        self.stands = False
        self.targets: list[Target] = []
        self.double_click = ""
        self.number = zlib.crc32(id.encode()) & 0xFFFFFF

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """Everything that the drawing depends on; while it stays equal nothing is drawn."""
        return (frame.snapshot,)

    def dated(self, frame: Frame) -> str:
        """Of which step it is, where that has to be said."""
        return ""

    def picture(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw; a part with nothing to say stays blank."""
        return Canvas(width, height)

    def pause(self, frame: Frame) -> float:
        """Seconds that pass at least between two drawings while the run trains."""
        return self.slow_seconds

    def show(self, frame: Frame) -> None:
        """Draw a frame, unless that would show nothing new, or too soon after the last time."""
        self._frame = frame
        width, height = self.size
        if not (width and height and self.is_on_screen):
            return
        snapshot = frame.snapshot
        appearance = (frame.look, snapshot.status, snapshot.device, frame.begins_paused)
        facts = (width, height, self.has_focus, *appearance, self.dated(frame), *self.facts(frame))
        if facts == self._drawn_for:
            return
        before = self._drawn_for
        same_frame = before is not None and before[:SAME] == facts[:SAME]
        now = time.monotonic()
        calm = same_frame and snapshot.status is Status.RUNNING and not self.hurried
        if calm and now - self._drawn_at < self.pause(frame):
            return
        self._drawn_for, self._drawn_at = facts, now
        self._replace(self.picture(frame, width, height), frame.look, before is None or before[3] != frame.look)

    def redraw(self) -> None:
        """Draw the last frame again at once, after a key or a change of size or focus."""
        self._drawn_at = -math.inf
        if self._frame is not None:
            self.show(self._frame)

    def _replace(self, canvas: Canvas, look: Look, anew: bool) -> None:
        rows = changed_rows(canvas, None if anew else self._canvas)
        known = None if self._canvas is None else self._canvas.raster
        if canvas.raster is not None and not canvas.raster.same(known):
            self.app.show_raster(canvas.raster, self.number, bool(rows))  # type: ignore[attr-defined]
        if self._canvas is None or len(self._strips) != canvas.height or anew:
            self._strips = [strip(canvas, y, look, self.number) for y in range(canvas.height)]
            self._canvas = canvas
            self.refresh()
            return
        for y, _, _ in rows:
            self._strips[y] = strip(canvas, y, look, self.number)
        self._canvas = canvas
        if rows:
            self.refresh(*(Region(first, y, last - first, 1) for y, first, last in rows))

    @property
    def laid(self) -> Place | None:
        """Its picture in pixels at its place on the screen; None where there is none, or what was drawn is of another size."""
        canvas = self._canvas
        if canvas is None or canvas.raster is None or (canvas.width, canvas.height) != self.region.size:
            return None
        raster = canvas.raster
        cells = canvas.glyphs[raster.y : raster.y + raster.rows, raster.x : raster.x + raster.columns]
        return Place(raster.moved(*self.region.offset), cells != PLACEHOLDER)

    def render_line(self, y: int) -> Strip:
        """The line that was drawn last."""
        self.stands = self.stands or bool(self._strips)
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.rich_style)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.redraw()

    @property
    def hurried(self) -> bool:
        """Whether it has sent a command a moment ago, so that what comes is drawn at once."""
        return time.monotonic() < self._hurried_until

    def send(self, command: Command) -> None:
        """Send a command to the run, whose answer is to be seen soon."""
        self._hurried_until = time.monotonic() + HURRY
        self.app.send(command)  # type: ignore[attr-defined]

    async def act(self, action: str) -> None:
        """Do an action: this part's own, where it has one of that name, else the app's."""
        handled_here = hasattr(self, f"action_{action.partition('(')[0]}")
        await self.app.run_action(action, self if handled_here else None)

    async def on_click(self, event: events.Click) -> None:
        """Do what the place that was clicked stands for; elsewhere, a double click has its own meaning."""
        for target in self.targets:
            if event.y == target.row and target.start <= event.x < target.end:
                event.stop()
                await self.act(target.action)
                return
        if event.chain == 2 and self.double_click:
            await self.app.run_action(self.double_click)


class Panel(Part, can_focus=True):
    """A framed part with a title, which can be focused and maximised."""

    title: ClassVar[str] = ""
    # The parts of a snapshot that it draws and that cost something to make; names in WATCHED.
    watches: ClassVar[tuple[str, ...]] = ()

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.double_click = f"maximise('{id}')"

    @property
    def labels(self) -> Mapping[str, str]:
        """What keys do now in the words of the footer, by their names, where that is not what they do else; "" for nothing."""
        return {}

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw what the frame holds."""
        return Canvas(width, height)

    def heading(self, frame: Frame) -> str:
        """The title, where it depends on the run."""
        return self.title

    def headings(self, frame: Frame) -> Sequence[str]:
        """The title in several forms, the longest first, of which the first that has room is written."""
        return (self.heading(frame),)

    def notes(self, frame: Frame) -> Notes:
        """A legend or newest numbers for the frame's upper edge."""
        return ()

    def picture(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the content in its frame, and say in the heading of which step it is, if that is not the run's."""
        inside = self.inside(frame, max(0, width - 2), max(0, height - 2))
        headings, dated = self.headings(frame), self.dated(frame)
        forms = (*(f"{each} {dated}".strip() for each in headings), dated, *headings, self.title)
        heading = next((text for text in forms if text and len(text) + 4 <= inside.width), "")
        return framed(inside, heading, self.has_focus, frame.look, self.notes(frame))

    def dated(self, frame: Frame) -> str:
        """Such as "at step 1,200" where what is drawn is older than it need be; "" where it is of now."""
        return dated(frame.snapshot, self.watches)

    def allow_focus(self) -> bool:
        """Only a panel that has a place on the screen can be focused."""
        return super().allow_focus() and self.id in getattr(self.screen, "placed", ())

    async def on_key(self, event: events.Key) -> None:
        """Do what a key means here."""
        await press(self, event)

    def on_focus(self) -> None:
        """Show the focus."""
        self.redraw()

    def on_blur(self) -> None:
        """Show that the focus went."""
        self.redraw()


async def press(place: Widget, event: events.Key) -> None:
    """Do what a key that came to `place` means there, or hand it to whatever has the keys by now.

    Textual lets the app do it when the key has come back from its place; by then the app may have handed out the next keys, and
    what was typed quickly after the key that opens a text would turn knobs.
    """
    event.stop()
    event.prevent_default()
    front: Widget | Screen[object] = place.app.focused or place.app.screen
    if front is not place:
        hand_key(front, event)
    elif (bound := place.screen.active_bindings.get(event.key)) is not None:
        await place.app.run_action(bound.binding.action, bound.node)


def dated(snapshot: Snapshot, parts: Sequence[str]) -> str:
    """Such as "at step 1,200", the step of the oldest of some parts; "" where all are of now, or as new as a run that trains allows."""
    made = [snapshot.made_at[name] for name in parts if name in snapshot.made_at]
    oldest = max(made, key=lambda step: abs(snapshot.step - step), default=snapshot.step)
    allowed = RECENT * (snapshot.steps_per_second or math.inf) if snapshot.status is Status.RUNNING else 0.0
    return f"at step {oldest:,}" if abs(snapshot.step - oldest) > allowed else ""


def hint(text: str, width: int, height: int) -> Canvas:
    """A few words in the middle of an empty panel."""
    canvas = Canvas(width, height)
    canvas.write(max(0, (width - len(text)) // 2), height // 2, text[:width], Ink.DIM)
    return canvas
