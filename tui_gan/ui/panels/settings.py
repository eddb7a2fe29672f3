"""Settings: every knob and setting, with exact values; what cannot change live waits for a new run."""

import dataclasses
import shlex
from typing import ClassVar

from textual import events
from textual.binding import BindingType

from tui_gan.contract.commands import ChangeSetting, SetKnob, TurnKnob
from tui_gan.contract.snapshot import Status
from tui_gan.contract.values import read_value, typed
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink
from tui_gan.ui.draw.texts.settings import Foot, settings
from tui_gan.ui.draw.texts.words import Target
from tui_gan.ui.keys import bindings
from tui_gan.ui.panels.panel import Frame, Notes, Panel
from tui_gan.ui.question import Question
from tui_gan.ui.rows import Row, rows
from tui_gan.ui.turning import turned

PAGE = 10
SWITCHES = {"on": True, "off": False}


@dataclasses.dataclass(frozen=True)
class State:
    """What the user has chosen here.

    Attributes:
        chosen: the number of a row.
        typing: the text that is being typed; None when keys are keys.
        asked: settings that wait for a new run, with their values as they would be typed.
    """

    chosen: int = 0
    typing: str | None = None
    asked: tuple[tuple[str, str], ...] = ()


class Settings(Panel):
    """A row for each knob and setting; arrows choose and turn, Enter types."""

    title: ClassVar[str] = "knobs and settings"
    quick: ClassVar[bool] = True
    watches: ClassVar[tuple[str, ...]] = ("settings",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("settings")]
    state = State()
    _first = 0
    # The setting that was changed last and its value, until the run has answered.
    _on_its_way: tuple[str, object] = ("", None)

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The values, what could be undone, and what the user has chosen."""
        snapshot = frame.snapshot
        return (snapshot.knobs, snapshot.devices, snapshot.settings, snapshot.undo, snapshot.redo, self.state)

    def show(self, frame: Frame) -> None:
        """See whether the run has answered."""
        if any((setting.key, setting.value) == self._on_its_way for setting in frame.snapshot.settings):
            self._on_its_way = ("", None)
        super().show(frame)

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the rows and what there is to say of the chosen one; remember where they can be clicked."""
        snapshot, state = frame.snapshot, self.state
        found, shown = self._rows(frame), {key.name: key.shown for key in frame.keys}
        keys = (shown["undo"], shown["redo"], shown["restart"])
        foot = Foot(state.typing, snapshot.undo, snapshot.redo, self._by_hand(snapshot.preset), keys)
        canvas, targets, self._first = settings(found, min(state.chosen, len(found) - 1), self._first, foot, width, height, frame.look)
        self.targets = [Target(target.row + 1, target.start + 1, target.end + 1, target.action) for target in targets]
        return canvas

    def notes(self, frame: Frame) -> Notes:
        """Which of how many rows is chosen."""
        if frame.snapshot.status is Status.LOADING:
            return ()
        found = len(self._rows(frame))
        return ((f"{min(self.state.chosen, found - 1) + 1} of {found}", Ink.DIM),)

    def action_choose(self, way: int) -> None:
        """Choose the row above or below."""
        if self._frame is not None:
            self._become(chosen=(self._chosen + way) % len(self._rows(self._frame)))

    def action_choose_page(self, way: int) -> None:
        """Choose a row farther above or below; the first and the last are the ends."""
        if self._frame is not None:
            last = len(self._rows(self._frame)) - 1
            self._become(chosen=max(0, min(last, self._chosen + way * PAGE)))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel chooses too."""
        event.stop()
        self.action_choose(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel chooses too."""
        event.stop()
        self.action_choose(-1)

    def action_choose_row(self, number: int) -> None:
        """Choose a row."""
        self._become(chosen=number, typing=None)

    def action_turn_row(self, number: int, way: int) -> None:
        """Choose a row and turn it."""
        self.action_choose_row(number)
        self.action_turn_chosen(way)

    def action_turn_chosen(self, way: int) -> None:
        """Turn the chosen row by one notch."""
        if (row := self._row()) is None:
            return
        if row.setting is None:
            self.send(TurnKnob(row.key, way))
            return
        before = read_value(row.asked) if row.asked else row.setting.value
        if self.hurried and self._on_its_way[0] == row.key:
            before = self._on_its_way[1]
        if (value := turned(row.setting, before, way)) is None:
            self.action_type()
        elif value != before:
            self._put(row, typed(value), value)

    def action_type(self) -> None:
        """Begin to type a value."""
        self._become(typing="")

    def action_restart(self) -> None:
        """Ask whether this run is to be left for a new one."""
        if not self.state.asked or self._frame is None:
            self.notify("no setting waits for a new run: choose one below, and type its value")
            return
        words = ", ".join(self._pairs)
        self.app.push_screen(Question(f"Save this run, and start a new one with {words}?"), self._answered)

    def _answered(self, yes: bool | None) -> None:
        if yes:
            self.app.leave_for(self._pairs)  # type: ignore[attr-defined]

    async def on_key(self, event: events.Key) -> None:
        """While a value is typed, every key is a letter of it, leaves, or puts it in force."""
        text = self.state.typing
        if text is None:
            return
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self._become(typing=None)
        elif event.key == "enter":
            self._entered(text.strip())
        elif event.key in ("backspace", "ctrl+h"):
            self._become(typing=text[:-1])
        elif event.key == "ctrl+u":
            self._become(typing="")
        elif event.character and event.character.isprintable():
            self._become(typing=text + event.character)

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is typed text."""
        if self.state.typing is not None:
            event.stop()
            self._become(typing=self.state.typing + "".join(filter(str.isprintable, event.text)))

    def on_blur(self) -> None:
        """Whoever leaves the panel has done with typing."""
        self._become(typing=None)

    def _entered(self, text: str) -> None:
        row = self._row()
        self._become(typing=None)
        if row is None or not text:
            return
        value = read_value(text)
        if isinstance(value, str) and row.full in ("true", "false"):
            value = SWITCHES.get(value, value)
            text = typed(value)
        self._put(row, text, value)

    def _put(self, row: Row, text: str, value: object) -> None:
        """Ask the run for a value, or keep it for a new one."""
        if row.setting is None:
            self.send(SetKnob(row.key, value))
        elif row.setting.live:
            self._on_its_way = (row.key, value)
            self.send(ChangeSetting(row.key, value))
        elif row.full in (choices := row.setting.choices) and text not in choices:
            # A new run would end with the same words before it begins.
            self.notify(f"{row.key} is one of {', '.join(choices)}", severity="warning")
        else:
            others = tuple(pair for pair in self.state.asked if pair[0] != row.key)
            self._become(asked=others if typed(value) == row.full else (*others, (row.key, text)))

    @property
    def _chosen(self) -> int:
        return self.state.chosen if self._frame is None else min(self.state.chosen, len(self._rows(self._frame)) - 1)

    @property
    def _pairs(self) -> tuple[str, ...]:
        return tuple(f"{key}={value}" for key, value in self.state.asked)

    def _by_hand(self, preset: str) -> str:
        """The command that would start the new run."""
        if not self.state.asked:
            return ""
        return " ".join(["tui-gan", "run", preset, *(f"--set {shlex.quote(pair)}" for pair in self._pairs)])

    def _rows(self, frame: Frame) -> list[Row]:
        return rows(frame.snapshot, dict(self.state.asked), frame.keys)

    def _row(self) -> Row | None:
        return None if self._frame is None else self._rows(self._frame)[self._chosen]

    def _become(self, **changes: object) -> None:
        self.state = dataclasses.replace(self.state, **changes)  # type: ignore[arg-type]
        self.redraw()
