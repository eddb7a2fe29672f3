"""The board: the one screen, with its panels, their places, and the one that is maximised."""

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.layout import Layout
from textual.screen import Screen

from tui_gan.contract.snapshot import ImageGrid, Line1D, Plane2D, Snapshot, Status
from tui_gan.ui.bars import Advice, Footer, Header
from tui_gan.ui.layout import ABSENT, Kind, PlacedLayout, Places, places
from tui_gan.ui.panels import PANELS
from tui_gan.ui.panels.panel import Frame, Panel, Part
from tui_gan.ui.views import VIEWS

KINDS: dict[type, Kind] = {Line1D: "line", Plane2D: "plane", ImageGrid: "images"}


class Board(Screen[None]):
    """All panels, placed by `layout.places`."""

    AUTO_FOCUS = ""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.frame = frame
        self.view = "overview"
        self.maximised: str | None = None
        self._placed = PlacedLayout(self.places)

    @property
    def layout(self) -> Layout:
        """Where the parts go."""
        return self._placed

    def compose(self) -> ComposeResult:
        """Every part, in the order of focus."""
        yield Header("header")
        for name, panel in PANELS.items():
            yield panel(name)
        yield Advice("advice")
        yield Footer("footer")

    def places(self, size: Size) -> Places:
        """Where each part goes now."""
        advised, failed, kind = _arrangement(self.frame.snapshot)
        return places(size.width, size.height, self.maximised, advised, failed, kind, self.view)

    @property
    def absent(self) -> tuple[str, ...]:
        """The panels that this kind of run does not have."""
        return ABSENT[_kind(self.frame.snapshot)]

    @property
    def panel(self) -> str:
        """The panel that the keys are for: the focused one, else that of the view."""
        focused = self.focused
        return str(focused.id) if isinstance(focused, Panel) else VIEWS[self.view].panel

    @property
    def watches(self) -> tuple[str, ...]:
        """The parts of a snapshot that the panels on the screen draw."""
        wanted = {part for name in self.places(self.size) if name in PANELS for part in PANELS[name].watches}
        return tuple(sorted(wanted))

    def show(self, frame: Frame, quick: bool = False) -> None:
        """Draw a frame; a quick one leaves the pictures for the next full one."""
        before, self.frame = self.frame, frame
        if not self.is_current:
            return
        if _arrangement(before.snapshot) != _arrangement(frame.snapshot):
            self._leave_absent()
            self._place_again()
        for part in self.query_children(Part):
            if part.quick or not quick:
                part.show(frame)

    def _place_again(self) -> None:
        # A screen keeps its arrangement until a child asks for another.
        self.children[0].refresh(layout=True)

    def _leave_absent(self) -> None:
        if VIEWS[self.view].panel in self.absent:
            self.turn_to("overview")
        if self.maximised in self.absent:
            self.maximised = None
        if self.focused is not None and self.focused.id in self.absent:
            self.set_focus(None)

    def turn_to(self, view: str) -> None:
        """Show a view, with its keys."""
        self.view, self.maximised = view, None
        panel = VIEWS[view].panel
        self._place_again()
        if panel:
            self.call_after_refresh(self._focus, panel)
        else:
            self.set_focus(None)
        self.call_after_refresh(lambda: self.show(self.frame))

    def _focus(self, panel: str) -> None:
        self.query_one(f"#{panel}", Panel).focus()

    def maximise(self, name: str | None) -> None:
        """Give all the room to one panel, or to all again; a panel that this kind of run does not have gets none."""
        if name in self.absent:
            return
        self.maximised = None if name == self.maximised else name
        if self.maximised is not None:
            self.query_one(f"#{self.maximised}", Panel).focus()
        self._place_again()
        self.call_after_refresh(lambda: self.show(self.frame))

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Catch up with what happened behind the help or the palette."""
        self._place_again()
        self.show(self.frame)


def _kind(snapshot: Snapshot) -> Kind:
    return KINDS.get(type(snapshot.picture), "line")


def _arrangement(snapshot: Snapshot) -> tuple[bool, bool, Kind]:
    """What the places depend on, besides the size: whether there is advice, a failure, and the kind of picture."""
    return snapshot.advice is not None, snapshot.status is Status.FAILED, _kind(snapshot)
