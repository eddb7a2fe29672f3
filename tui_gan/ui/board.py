"""The board: the one screen, with its panels, their places, and the one that is maximised."""

from collections.abc import Callable, Mapping

from textual import events
from textual.app import ComposeResult
from textual.geometry import Region, Size
from textual.layout import Layout
from textual.screen import Screen

from tui_gan.contract.news import fresh
from tui_gan.contract.snapshot import ImageGrid, Line1D, Plane2D, Status
from tui_gan.ui.bars import Advice, Footer, Header, Stages
from tui_gan.ui.fitted import Fitted
from tui_gan.ui.laid import Place
from tui_gan.ui.layout import ABSENT, Kind, PlacedLayout, Places, places
from tui_gan.ui.memory import Memory
from tui_gan.ui.panels import PANELS
from tui_gan.ui.panels.panel import Frame, Panel, Part, press
from tui_gan.ui.quiet import Quiet, learned
from tui_gan.ui.toasts import Toasts
from tui_gan.ui.views import VIEWS

BELOW = ("stages", "advice", "footer")
KINDS: dict[type, Kind] = {Line1D: "line", Plane2D: "plane", ImageGrid: "images"}


class Board(Fitted, Screen[None]):
    """All panels, placed by `layout.places`.

    Args:
        watch: told which parts of a snapshot the panels on the screen draw, whenever others may have come there.
        memory: how the screen was left the last time.

    Attributes:
        wide: whether pictures are to be made over a window that holds every sample.
        quiet: which panels have little to say.
    """

    AUTO_FOCUS = ""

    def __init__(self, frame: Frame, watch: Callable[[tuple[str, ...]], None], memory: Memory) -> None:
        super().__init__()
        self.frame = frame
        self.toasts = Toasts("toasts")
        self._view, self._maximised = memory.view, memory.maximised
        self.picture = frame.snapshot.picture
        self.wide = False
        self.quiet = Quiet()
        self._watch = watch
        self._layout_by_places = PlacedLayout(self.places)
        self._placed_for = self._arrangement

    @property
    def layout(self) -> Layout:
        """Where the parts go."""
        return self._layout_by_places

    def compose(self) -> ComposeResult:
        """Every part, in the order of focus; the one that comes and goes is the first, since Textual paints anew what follows it."""
        yield self.toasts
        yield Header("header")
        for name, panel in PANELS.items():
            yield panel(name)
        yield Stages("stages")
        yield Advice("advice")
        yield Footer("footer")

    def places(self, size: Size) -> Places:
        """Where each part goes now."""
        advised, failed, kind, slow, quiet = self._arrangement
        regions = places(size.width, size.height, self.maximised, advised, failed, kind, self.view, slow, quiet)
        bottom = min((regions[name].y for name in BELOW if name in regions), default=size.height)
        toasts = self.toasts.place(Region(0, 1, size.width, max(0, bottom - 1)))
        return regions if toasts is None else regions | {"toasts": toasts}

    @property
    def _arrangement(self) -> tuple[bool, bool, Kind, bool, Quiet]:
        """What the places depend on, besides the size: advice, a failure, the kind of picture, slow motion, and what is quiet."""
        snapshot = self.frame.snapshot
        return snapshot.advice is not None, snapshot.status is Status.FAILED, self.kind, bool(snapshot.stages), self.quiet

    @property
    def view(self) -> str:
        """The view that was chosen last, or the overview where this kind of run does not have it."""
        return "overview" if VIEWS[self._view].panel in self.absent else self._view

    @property
    def maximised(self) -> str | None:
        """The panel that has all the room, if any."""
        return None if self._maximised in self.absent else self._maximised

    @property
    def memory(self) -> Memory:
        """What was chosen last, whether this kind of run has it or not."""
        return Memory(self._view, self._maximised)

    @property
    def placed(self) -> Places:
        """Where each part of the screen is as it stands."""
        return self.places(self.size)

    @property
    def absent(self) -> tuple[str, ...]:
        """The panels that this kind of run does not have."""
        return ABSENT[self.kind]

    @property
    def kind(self) -> Kind:
        """What the picture of the run shows."""
        return KINDS.get(type(self.picture), "line")

    @property
    def panel(self) -> str:
        """The panel that the keys are for: the one with the focus, else that of the view."""
        return self._focused_panel or VIEWS[self.view].panel

    @property
    def labels(self) -> Mapping[str, str]:
        """What keys of that panel do now, in the words of the footer, by their names."""
        return next((panel.labels for panel in self.query(Panel) if panel.id == self.panel), {})

    @property
    def _focused_panel(self) -> str:
        around = [] if self.focused is None else [self.focused, *self.focused.ancestors]
        return next((str(each.id) for each in around if isinstance(each, Panel)), "")

    def show(self, frame: Frame, quick: bool = False) -> None:
        """Draw a frame; a quick one leaves the pictures for the next full one."""
        before, self.frame = self.frame.snapshot, frame
        news = fresh(before.events, frame.snapshot.events)
        if news and before.status is not Status.LOADING and "events" not in self.placed:
            self.toasts.tell(news)
        if not self.is_current:
            return
        # A run whose picture nobody watches need not show one.
        self.picture = frame.snapshot.picture or self.picture
        self.quiet = learned(self.quiet, frame.snapshot, self.placed["events"].width if "events" in self.placed else self.size.width)
        if self.children and self._placed_for != self._arrangement:
            self._place_again()
        for part in self.query_children(Part):
            if part.quick or part.hurried or not quick:
                part.show(frame)

    def turn_to(self, view: str) -> None:
        """Show a view, with its keys."""
        self._view, self._maximised = view, None
        self.set_focus(None)
        self._place_again()

    def maximise(self, name: str | None) -> None:
        """Give all the room to one panel, or to all again; a panel that this kind of run does not have gets none."""
        if name in self.absent:
            return
        self._maximised = None if name == self.maximised else name
        if self._maximised is not None:
            self.set_focus(None)
        self._place_again()

    def restore(self) -> None:
        """Give the room to all panels again, and the keys to that of the view."""
        self._maximised = None
        self.set_focus(None)
        self._place_again()

    def _place_again(self) -> None:
        # A screen keeps its arrangement until a child asks for another.
        self.children[0].refresh(layout=True)
        self._placed_again()

    def _placed_again(self) -> None:
        placed, self._placed_for = self.placed, self._arrangement
        if self._focused_panel not in placed:
            wanted = self.maximised or VIEWS[self.view].panel
            self.set_focus(self.query_one(f"#{wanted}", Panel) if wanted in placed else None, scroll_visible=False)
        self._tell_watched(placed)
        self.call_after_refresh(lambda: self.show(self.frame))

    def widen(self) -> None:
        """Have pictures hold every sample, or have them in the window of the data again."""
        self.wide = not self.wide
        self._tell_watched(self.placed)

    def _tell_watched(self, placed: Places) -> None:
        parts = {part for name in placed if name in PANELS for part in PANELS[name].watches}
        self._watch(tuple(sorted(parts | ({"wide"} if self.wide and "picture" in parts else set()))))

    async def on_key(self, event: events.Key) -> None:
        """Do what a key means where no panel has the keys."""
        await press(self, event)

    def on_mount(self) -> None:
        """Begin."""
        self._place_again()

    def on_resize(self, event: events.Resize) -> None:
        """Other panels may have come to the screen, once it has been laid out for its new size."""
        if event.size == self.outer_size:
            self._placed_again()

    @property
    def stands(self) -> bool:
        """Whether all that is to be seen has been drawn, and handed on to the terminal."""
        seen = [part for part in self.query_children(Part) if part.is_on_screen]
        return bool(seen) and all(part.stands for part in seen)

    @property
    def pictures(self) -> dict[int, Place]:
        """The pictures in pixels that are to be seen, each under its number; at the lowest edge a terminal would scroll for one."""
        toasts = self.placed.get("toasts", Region())
        laid = {part.number: part.laid for part in self.query_children(Part) if part.is_on_screen}
        return {number: place.under(toasts) for number, place in laid.items() if place and place.region.bottom < self.size.height}

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Catch up with what happened behind the help or the palette."""
        self._place_again()

    def on_descendant_focus(self) -> None:
        """Show the keys of the panel that has the focus now."""
        self.query_one(Footer).redraw()
