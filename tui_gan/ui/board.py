"""The board: the one screen, with its panels, their places, and the one that is maximised."""

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.layout import Layout
from textual.screen import Screen

from tui_gan.contract.snapshot import Status
from tui_gan.ui.bars import Advice, Footer, Header
from tui_gan.ui.layout import PlacedLayout, Places, places
from tui_gan.ui.panels import PANELS
from tui_gan.ui.panels.panel import Panel, Part, View


class Board(Screen[None]):
    """All panels, placed by `layout.places`."""

    AUTO_FOCUS = ""

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view = view
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
        snapshot = self.view.snapshot
        advised = snapshot.advice is not None
        return places(size.width, size.height, self.maximised, advised, snapshot.status is Status.FAILED)

    def show(self, view: View, quick: bool = False) -> None:
        """Draw a view; a quick one leaves the pictures for the next full one."""
        before, self.view = self.view, view
        if not self.is_current:
            return
        if (before.snapshot.advice is None, before.snapshot.status) != (view.snapshot.advice is None, view.snapshot.status):
            self._place_again()
        for part in self.query_children(Part):
            if part.quick or not quick:
                part.show(view)

    def _place_again(self) -> None:
        # A screen keeps its arrangement until a child asks for another.
        self.children[0].refresh(layout=True)

    def maximise(self, name: str | None) -> None:
        """Give all the room to one panel, or to all again."""
        self.maximised = None if name == self.maximised else name
        if self.maximised is not None:
            self.query_one(f"#{self.maximised}", Panel).focus()
        self._place_again()
        self.call_after_refresh(self.show, self.view)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Catch up with what happened behind the help or the palette."""
        self._place_again()
        self.show(self.view)
