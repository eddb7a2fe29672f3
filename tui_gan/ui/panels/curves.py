"""Curves: every series of the run over steps, to be filtered, zoomed into, read off and compared with other runs."""

import dataclasses
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from textual import events
from textual.binding import BindingType

from tui_gan.contract.commands import Overlay
from tui_gan.contract.snapshot import MARKED, Floats
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink
from tui_gan.ui.draw.series.charts import Plot, Window, arrangement, charts
from tui_gan.ui.draw.series.curves import Mark
from tui_gan.ui.draw.series.groups import Group, Reach, groups, reach, steps
from tui_gan.ui.draw.series.reading import Reading
from tui_gan.ui.draw.series.readout import Menu, menu, menu_line, readout, samples
from tui_gan.ui.draw.texts.filter import filter_line
from tui_gan.ui.draw.texts.words import Target
from tui_gan.ui.filtering import pasted, typed
from tui_gan.ui.keys import bindings
from tui_gan.ui.panels.panel import Frame, Notes, Panel, hint

# Rows from which on there is a line below the charts, and a second one.
LOW, HIGH = 6, 40
SCALES = {None: "", True: "log y", False: "linear y"}
ALONE = "no other runs beside this one"


class Curves(Panel):
    """Charts of every series, and below them what stands at the cursor, or the filter that is typed."""

    title: ClassVar[str] = "curves"
    watches: ClassVar[tuple[str, ...]] = ("runs",)
    slow_seconds: ClassVar[float] = 0.5
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("curves")]
    reading = Reading()
    menu: Menu | None = None
    typing = False
    said = ""
    _plots: Sequence[Plot] = ()
    _lowest = 0
    _counted = ""

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """How it is looked at, lengths and ends of the series, and the marks."""
        snapshot = frame.snapshot
        runs = {"": snapshot.series, **snapshot.overlays}
        ends = tuple(
            (run, name, part.steps.size, part.steps[-1:].tolist(), part.stale)
            for run, series in runs.items()
            for name, part in series.items()
        )
        state = (self.reading, self.menu, self.typing, self.said)
        return (*state, ends, _marks(frame), snapshot.runs if self.menu else (), snapshot.phase != "", snapshot.rules)

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the charts that fit, and the line or two below them."""
        matching = groups(frame.snapshot, self.reading.words)
        below = min(height, 1 + (height >= HIGH)) if height >= LOW or self.typing else 0
        high = height - below
        self.targets, self._plots, self._counted = [], (), ""
        canvas, line = Canvas(width, height), Canvas(width, 1)
        if any(line.drawn for group in matching for line in group.lines):
            visible, shape = self._fitting(matching, width, high)
            window = self._window(frame, matching)
            drawn, self._plots = charts(visible, shape, window, width, high, frame.look)
            line = readout(visible, window, self._columns, width, below, frame.look)
        else:
            drawn = hint(self._nothing(width), width, high)
        if self.typing:
            line = filter_line(self.reading.words, f"{sum(len(group.lines) for group in matching)} series", width, frame.look)
        elif self.menu:
            line = menu_line(width)
        elif self.said:
            line = hint(self.said, width, 1)
        canvas.paste(0, 0, drawn)
        canvas.paste(0, high, line)
        if self.menu and frame.snapshot.runs:
            self._unfold(canvas, frame, self.menu, high)
        return canvas

    def notes(self, frame: Frame) -> Notes:
        """Which runs are laid over this one, and what is not as usual."""
        state = self.reading
        unusual = (
            f"filter: {state.words}" if state.words and not self.typing else "",
            f"smoothed over {state.smoothing} points" if state.smoothing else "",
            SCALES[state.logarithmic],
            self._counted,
        )
        notes = [*samples(tuple(frame.snapshot.overlays), frame.look), *((text, Ink.DIM) for text in unusual if text)]
        return tuple((("  " if number else "") + text, ink) for number, (text, ink) in enumerate(notes))

    def action_filter(self) -> None:
        """Take what is typed from now on for the filter."""
        self.typing = True
        self._look(dataclasses.replace(self.reading, first=0))

    def action_rescale(self) -> None:
        """Draw values the next way."""
        self._look(self.reading.rescaled())

    def action_smooth(self) -> None:
        """Smooth over more points, and back."""
        self._look(self.reading.smoother())

    def action_zoom(self, by: int) -> None:
        """Show fewer steps, or more."""
        self._look(self.reading.zoomed(by, self._reach))

    def action_whole(self) -> None:
        """Show all steps."""
        self._look(self.reading.whole())

    def action_cursor(self, by: int) -> None:
        """Move the cursor to the next point."""
        self._look(self.reading.moved(by, self._stops, self._reach, self._columns))

    def action_page(self, by: int) -> None:
        """Show the charts above or below."""
        self._look(dataclasses.replace(self.reading, first=min(self._lowest, max(0, self.reading.first + by))))

    def action_overlay(self) -> None:
        """Lay the other run over this one or take it away; where there are several, list them."""
        laid, runs = self._laid, self._runs
        if len(runs) > 1:
            self.menu = Menu(0, tuple(name for name in laid if name in runs))
        elif runs:
            self.send(Overlay(() if laid else runs))
        self._look(self.reading, "" if runs else ALONE)

    def action_tick(self, number: int) -> None:
        """Lay a run of the list over this one, or take it away."""
        if self.menu is not None and number < len(self._runs):
            name, ticked = self._runs[number], self.menu.ticked
            self.menu = Menu(number, tuple(each for each in ticked if each != name) if name in ticked else (*ticked, name))
            self.send(Overlay(self.menu.ticked))
            self.redraw()

    async def on_key(self, event: events.Key) -> None:
        """Keep every key for the filter while it is typed, and for the list of runs while it is open; Escape clears a filter."""
        if self.typing:
            words, self.typing = typed(self.reading.words, event)
            self._filter(words)
        elif self.menu is not None:
            self._choose(event.key, self.menu)
        elif event.key == "escape" and self.reading.words:
            self._filter("")
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is typed text."""
        if self.typing:
            event.stop()
            self._filter(pasted(self.reading.words, event.text))

    async def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is."""
        if self.menu is None and (step := self._step_at(event)) is not None:
            self._look(self.reading.nearest(step, self._stops, self._reach))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Come nearer to the step under the mouse."""
        self._wheel(1, event)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go farther from it."""
        self._wheel(-1, event)

    def _wheel(self, by: int, event: events.MouseEvent) -> None:
        event.stop()
        event.prevent_default()
        if (step := self._step_at(event)) is not None:
            self._look(self.reading.zoomed(by, self._reach, step))

    def _filter(self, words: str) -> None:
        self._look(dataclasses.replace(self.reading, words=words, first=0))

    def _choose(self, key: str, open: Menu) -> None:
        if key in ("enter", "escape", "O"):
            self.menu = None
        elif key in ("up", "down"):
            self.menu = Menu((open.at + (1 if key == "down" else -1)) % max(1, len(self._runs)), open.ticked)
        elif key == "space":
            self.action_tick(open.at)
        self.redraw()

    def _look(self, reading: Reading, said: str = "") -> None:
        """Look at the curves in another way."""
        self.reading, self.said = reading, said
        self.redraw()

    @property
    def _matching(self) -> tuple[Group, ...]:
        return groups(self._frame.snapshot, self.reading.words) if self._frame else ()

    @property
    def _reach(self) -> Reach:
        return reach(self._matching, self._frame.snapshot.step if self._frame and not self._frame.snapshot.phase else 0.0)

    @property
    def _runs(self) -> tuple[str, ...]:
        return self._frame.snapshot.runs if self._frame else ()

    @property
    def _laid(self) -> tuple[str, ...]:
        return tuple(self._frame.snapshot.overlays) if self._frame else ()

    @property
    def _stops(self) -> Floats:
        """Where the cursor can stand: at the points of this run, and at what was changed."""
        marks = [mark.step for mark in _marks(self._frame)] if self._frame else []
        points = steps(self._matching)
        return np.union1d(points, [step for step in marks if points.size and points[0] <= step <= points[-1]])

    @property
    def _columns(self) -> int:
        return max(1, self._plots[0].columns) if self._plots else 1

    def _step_at(self, event: events.MouseEvent) -> float | None:
        """The step under the mouse, where it is over the curves of a chart."""
        x, y = event.x - 1, event.y - 1
        for plot in self._plots:
            column = x - plot.x - plot.left
            if plot.y <= y < plot.y + plot.height and 0 <= column < plot.columns:
                low, high = self.reading.window(self._reach)
                return low + (column + 0.5) / plot.columns * (high - low)
        return None

    def _window(self, frame: Frame, matching: Sequence[Group]) -> Window:
        state = self.reading
        return Window(*state.window(self._reach), state.cursor, _marks(frame), state.smoothing, state.logarithmic)

    def _fitting(self, matching: Sequence[Group], width: int, height: int) -> tuple[Sequence[Group], tuple[int, int]]:
        """The charts that are shown, in so many columns and rows."""
        across, down = arrangement(len(matching), width, height)
        self._lowest = max(0, -(-len(matching) // across) - down)
        first = min(self.reading.first, self._lowest) * across
        visible = matching[first : first + across * down]
        if len(visible) < len(matching):
            numbers = f"charts {first + 1}-{first + len(visible)}" if len(visible) > 1 else f"chart {first + 1}"
            self._counted = f"{numbers} of {len(matching)}"
        return visible, (across, down)

    def _nothing(self, width: int) -> str:
        text = f"no series matches: {self.reading.words}" if self.reading.words else "no curves yet"
        return text if len(text) <= width else ""

    def _unfold(self, canvas: Canvas, frame: Frame, open: Menu, height: int) -> None:
        """Draw the list of runs in the middle."""
        listed, targets = menu(frame.snapshot.runs, open, canvas.width, height, frame.look)
        x, y = (canvas.width - listed.width) // 2, (height - listed.height) // 2
        canvas.paste(x, y, listed)
        self.targets = [Target(each.row + y + 1, each.start + x + 1, each.end + x + 1, each.action) for each in targets]


def _marks(frame: Frame) -> tuple[Mark, ...]:
    return tuple(Mark(event.step, event.text) for event in frame.snapshot.events if event.kind in MARKED)
