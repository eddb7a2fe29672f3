"""Explain: what you are looking at, in words, with the numbers of this run."""

from typing import ClassVar

from textual import events
from textual.binding import BindingType

from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink
from tui_gan.ui.draw.texts import prose
from tui_gan.ui.explain import explained
from tui_gan.ui.keys import bindings
from tui_gan.ui.panels.panel import Frame, Notes, Panel

MORE = "more below"
WHEEL = 3


class Explain(Panel):
    """A text that scrolls; its numbers change slowly enough to be read."""

    title: ClassVar[str] = "explain"
    watches: ClassVar[tuple[str, ...]] = ("picture", "predictions", "settings", "floors", "diagnosis")
    slow_seconds: ClassVar[float] = 2.0
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("explain")]
    first = 0
    _has_settings = False
    _page_rows = 0
    _end = 0

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """What the text speaks of, and from where on it is shown."""
        snapshot = frame.snapshot
        newest = tuple((name, *series.values[-1:].tolist()) for name, series in snapshot.series.items())
        state = (snapshot.preset, snapshot.phase, snapshot.advice, len(snapshot.stages), snapshot.knobs, snapshot.settings)
        return (snapshot.picture, snapshot.predictions, snapshot.diagnosis, *snapshot.floors.values(), newest, *state, self.first)

    def pause(self, frame: Frame) -> float:
        """What was said before the run had told its settings is said anew at once."""
        return self.slow_seconds if self._has_settings else 0.0

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the part of the text that is chosen, and whether there is more."""
        canvas, self._has_settings = Canvas(width, height), bool(frame.snapshot.settings)
        indent = 1 if width >= 40 else 0
        wide = width - 2 * indent
        if wide < 1 or height < 1:
            return canvas
        number, column = prose.columns(wide)
        text = prose.lines(explained(frame.snapshot, frame.keys), column, frame.look)
        rows = height - 1 if len(text) > number * height else height
        self._page_rows, self._end = number * rows, max(0, len(text) - number * rows)
        self.first = min(self.first, self._end)
        canvas.paste(indent, 0, prose.page(text, self.first, wide, rows, frame.look))
        if rows < height and self.first < self._end and len(MORE) + 2 <= wide:
            canvas.write(indent, height - 1, frame.look.pick("▼ ", "v ") + MORE, Ink.DIM)
        return canvas

    def notes(self, frame: Frame) -> Notes:
        """Nothing: the title says it."""
        return ()

    def action_read(self, by: int) -> None:
        """Scroll by lines."""
        self._read_from(self.first + by)

    def action_read_page(self, by: int) -> None:
        """Scroll by a page, of which one line stays."""
        self._read_from(self.first + by * max(1, self._page_rows - 1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll with the wheel."""
        event.stop()
        self._read_from(self.first + WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll with the wheel."""
        event.stop()
        self._read_from(self.first - WHEEL)

    def _read_from(self, first: int) -> None:
        self.first = max(0, min(self._end, first))
        self.redraw()
