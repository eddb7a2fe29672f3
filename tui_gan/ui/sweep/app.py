"""The screen of a sweep: pulls how it stands, draws the map, and sends what is asked for."""

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from textual import events
from textual.binding import Binding, BindingType
from textual.filter import LineFilter, Monochrome, NoColor
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tui_gan.contract.sweep import Stage, SweepHandle, SweepState
from tui_gan.ui.draw.canvas import Canvas, changed_rows, strip
from tui_gan.ui.draw.palette import DARK, LIGHT, PALETTES, Depth, Look
from tui_gan.ui.fitted import Fitted
from tui_gan.ui.help import Help
from tui_gan.ui.line import Line
from tui_gan.ui.sweep import view as views
from tui_gan.ui.sweep.keys import KEYS, help_groups
from tui_gan.ui.sweep.sheet import Sheet, sheet
from tui_gan.ui.sweep.view import View
from tui_gan.ui.theme import AsciiFilter, Colourless, theme, without_colours
from tui_gan.ui.unofficial import Front

# Seconds between two looks at the sweep, and for which something is said.
PULL, SAID = 0.5, 4.0
DEPTHS: dict[str, Depth] = {"standard": 4, "windows": 4, "256": 8}
# Why no member can be opened.
CLOSED = {
    Stage.LOADING: "the members are being made; one can be opened once they train",
    Stage.FAILED: "the sweep has failed; `tui-gan sweep --resume` goes on with it",
}


class Map(Fitted, Screen[None]):
    """The one screen."""

    def compose(self) -> Any:
        """All of it is drawn by one widget."""
        yield Drawing()


class Drawing(Widget):
    """Keeps its lines, and sends only those that changed."""

    DEFAULT_CSS = "Drawing { width: 100%; height: 100%; background: $background; }"

    def __init__(self) -> None:
        super().__init__()
        self._canvas: Canvas | None = None
        self._look: Look | None = None

    def show(self, canvas: Canvas, look: Look) -> None:
        """Draw a canvas that has the size of the screen."""
        before = self._canvas if look == self._look else None
        self._canvas, self._look = canvas, look
        regions = [Region(start, y, end - start, 1) for y, start, end in changed_rows(canvas, before)]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """One row."""
        if self._canvas is None or self._look is None or y >= self._canvas.height:
            return Strip.blank(self.size.width)
        return strip(self._canvas, y, self._look)

    def on_resize(self) -> None:
        """Draw anew in the new size."""
        assert isinstance(self.app, Heatmap)
        self.app.draw()


class Heatmap(Front):
    """The screen on a sweep.

    Args:
        view: what is shown first; None begins with the axes that have the most values.

    Attributes:
        view: what is shown.
        opened: the directory of the run as which a member has been opened, for which the screen has been left; "" for none.
    """

    TITLE = "tui-gan sweep"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    CSS_PATH = Path(__file__).parent.with_name("app.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.key, key.action, key.label, show=False, priority=key.priority, id=key.name) for key in KEYS
    ]

    def __init__(self, handle: SweepHandle, *, view: View | None = None, ascii_only: bool = False, light: bool = False) -> None:
        super().__init__(Line)
        self.no_color = without_colours(os.environ)
        self._plain = [*([AsciiFilter()] if ascii_only else []), *([Colourless()] if self.no_color else [])]
        self.animation_level = "none"
        depth = DEPTHS.get(self.console.color_system or "", 24)
        self.look = Look(LIGHT if light else DARK, ascii_only, depth, self.no_color)
        for palette in PALETTES.values():
            self.register_theme(theme(palette))
        self.theme = self.look.palette.name
        self._handle = handle
        self.view = view or views.first(handle.latest.population)
        self.opened = ""
        # The openings that had been answered when one was asked for; None while none is.
        self._opening: int | None = None
        self._leaving = False
        self._said = ""
        self._sheet: Sheet | None = None
        self._drawn: SweepState | None = None
        self._drawing: Drawing | None = None

    def get_default_screen(self) -> Screen[Any]:
        """The map."""
        return Map()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """As those of the screen on a run."""
        return [*(each for each in super().get_line_filters() if not isinstance(each, Monochrome | NoColor)), *self._plain]

    def on_mount(self) -> None:
        """Begin to look."""
        self.set_interval(PULL, self.pull)

    def pull(self) -> None:
        """Draw how the sweep stands; leave when it has been saved, or when a member has become a run."""
        state = self._handle.latest
        if self._opening is not None and state.openings > self._opening:
            self._opening = None
            self._said = ""
            if state.opened:
                self.opened = state.opened
                self.exit()
                return
        if state.over and (self._leaving or state.stage is not Stage.FAILED):
            self.exit()
        elif state is not self._drawn:
            self.draw()

    def draw(self) -> None:
        """Draw it."""
        size = self.size
        self._drawing = self._drawing or next(iter(self.screen_stack[0].query(Drawing)), None)
        if self._drawing is None or not size.width:
            return
        note = "saving; q once more leaves at once" if self._leaving else self._said
        self._drawn = self._handle.latest
        self._sheet = sheet(self._drawn, self.view, size.width, size.height, self.look, note)
        self._drawing.show(self._sheet.canvas, self.look)

    def say(self, text: str) -> None:
        """Say something for a few seconds."""
        self._said = text
        self.set_timer(SAID, lambda: self._unsay(text))
        self.draw()

    def _unsay(self, text: str) -> None:
        if self._said == text:
            self._said = ""
            self.draw()

    def notify(self, message: str, **how: Any) -> None:
        """Say something."""
        self.say(message)

    def action_move(self, right: int, up: int) -> None:
        """Move the cursor, over the cells or over the members of one."""
        population = self._handle.latest.population
        if self.view.member is None:
            self._look_at(views.moved(self.view, population, right, up))
        elif self._sheet and self._sheet.members:
            member = self.view.member + right - up * self._sheet.members[1].across
            self._look_at(dataclasses.replace(self.view, member=min(max(member, 0), population.seeds - 1)))

    def action_enter(self) -> None:
        """Look at the members of the cell; there, make a run of the chosen one."""
        if self.view.member is None:
            self._look_at(dataclasses.replace(self.view, member=0))
        elif self._handle.latest.stage in CLOSED:
            self.say(CLOSED[self._handle.latest.stage])
        elif self._opening is None:
            self._opening = self._handle.latest.openings
            self.say("the sweep pauses, and the member becomes a run of its own")
            self._handle.open(self._handle.latest.population.cell(self.view.places).start + self.view.member)

    def action_map(self) -> None:
        """Back to the map."""
        self._look_at(dataclasses.replace(self.view, member=None))

    def action_shown(self) -> None:
        """Show something else of the members."""
        self._look_at(views.next_statistic(self.view, self._handle.latest.population))

    def action_metric(self, by: int) -> None:
        """Another metric."""
        self._look_at(views.next_metric(self.view, self._handle.latest.population, by))

    def action_turn(self, drawn: Literal["across", "down"]) -> None:
        """Draw another axis."""
        self._look_at(views.turned(self.view, self._handle.latest.population, drawn))

    def action_other(self) -> None:
        """Another of the axes that are not drawn."""
        self._look_at(views.next_other(self.view, self._handle.latest.population))

    def action_value(self, by: int) -> None:
        """Another value of the axis that is not drawn."""
        self._look_at(views.other_value(self.view, self._handle.latest.population, by))

    def action_pause(self) -> None:
        """Pause or go on."""
        self._handle.toggle_pause()

    def action_save(self) -> None:
        """Save now."""
        self._handle.save()

    def action_leave(self) -> None:
        """Save and leave; the second time, leave at once."""
        if self._leaving or self._handle.latest.over:
            self.exit()
        self._leaving = True
        self._handle.stop()
        self.draw()

    async def action_quit(self) -> None:
        """What Textual does for ctrl+q."""
        self.action_leave()

    def action_help(self) -> None:
        """Show every key."""
        if not isinstance(self.screen, Help):
            self.push_screen(Help(help_groups(self.look.ascii_only), ("question_mark", "q")))

    def action_theme(self) -> None:
        """Switch between dark and light."""
        self.look = dataclasses.replace(self.look, palette=LIGHT if self.look.palette is DARK else DARK)
        self.theme = self.look.palette.name
        self.draw()

    def action_suspend(self) -> None:
        """Stop the process until the shell continues it, where there is such a shell."""
        if isinstance(self.driver, Line):
            self.driver.suspend()

    def let_go(self) -> None:
        """Give the terminal back at once; for the end of the process."""
        if isinstance(self.driver, Line):
            self.driver.let_go()

    def wait(self) -> None:
        """Wait, when the screen has been left, until the terminal has taken all."""
        if isinstance(self.driver, Line):
            self.driver.wait()

    async def on_click(self, event: events.Click) -> None:
        """Move the cursor to what is clicked, or press a key of the footer."""
        if self._sheet is None or isinstance(self.screen, Help):
            return
        x, y = event.screen_x, event.screen_y
        for target in self._sheet.targets:
            if target.row == y and target.start <= x < target.end:
                await self.run_action(target.action)
                return
        if self._sheet.cells is not None:
            top, place = self._sheet.cells
            if (cell := place.at(x, y - top)) is not None:
                self._look_at(dataclasses.replace(self.view, places=views.at(self.view, *cell)))
        elif self._sheet.members is not None:
            top, layout = self._sheet.members
            member = layout.at(x - 1, y - top) - 1
            if y >= top and 0 <= member < self._handle.latest.population.seeds:
                self._look_at(dataclasses.replace(self.view, member=member))

    def _look_at(self, view: View) -> None:
        self.view = view
        self.draw()
