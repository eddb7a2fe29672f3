"""Settings: every knob and setting, with exact values; what cannot change live waits for a new run."""

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar

from textual import events
from textual.binding import BindingType

from tui_gan.contract.commands import ChangeSetting, SetKnob, TurnKnob
from tui_gan.contract.outer import word
from tui_gan.contract.snapshot import Status
from tui_gan.contract.values import read_value, typed
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink
from tui_gan.ui.draw.texts.filter import filter_line, matches
from tui_gan.ui.draw.texts.settings import Foot, settings
from tui_gan.ui.draw.texts.words import Target
from tui_gan.ui.filtering import pasted
from tui_gan.ui.filtering import typed as typed_on
from tui_gan.ui.keys import bindings
from tui_gan.ui.panels.panel import Frame, Notes, Panel, hint
from tui_gan.ui.question import Question
from tui_gan.ui.rows import Row, rows
from tui_gan.ui.turning import turned

PAGE = 10
SWITCHES = {"on": True, "off": False}


@dataclasses.dataclass(frozen=True)
class State:
    """What the user has chosen here.

    Attributes:
        chosen: the name of a knob or setting; that of none stands for the first row.
        typing: the value that is being typed; None when keys are keys.
        words: of the filter; `filtering` while they are being typed.
        asked: settings that wait for a new run, with their values as they would be typed.
    """

    chosen: str = ""
    typing: str | None = None
    words: str = ""
    filtering: bool = False
    asked: tuple[tuple[str, str], ...] = ()


class Settings(Panel):
    """A row for each knob and setting; arrows choose and turn, Enter types, and a filter leaves those that one looks for."""

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
        matching, symbols = self._rows(frame), {key.name: key.symbol for key in frame.keys}
        keys = (symbols["undo"], symbols["redo"], symbols["restart"])
        foot = Foot(state.typing, snapshot.undo, snapshot.redo, self._by_hand(snapshot.preset), keys)
        canvas, targets, self._first = settings(matching, self._place(matching), self._first, foot, width, height, frame.look)
        awaited = not snapshot.settings
        if not matching:
            canvas = hint("loading the settings ..." if awaited else f"nothing matches: {state.words}", width, height)
        if state.filtering:
            found = f"{len(matching)} found{' so far' if awaited else ''}"
            canvas.paste(0, height - 1, filter_line(state.words, found, width, frame.look))
        self.targets = [Target(target.row + 1, target.start + 1, target.end + 1, target.action) for target in targets]
        return canvas

    def notes(self, frame: Frame) -> Notes:
        """Which of how many rows is chosen, and the filter that leaves them."""
        matching, words = self._rows(frame), self.state.words
        kept = ((f"filter: {words}, Escape clears   ", Ink.DIM),) if words and not self.state.filtering else ()
        if frame.snapshot.status is Status.LOADING or not matching:
            return kept
        if not frame.snapshot.settings:
            return (*kept, ("loading the settings ...", Ink.DIM))
        return (*kept, (f"{self._place(matching) + 1} of {len(matching)}", Ink.DIM))

    def action_find(self) -> None:
        """Take what is typed from now on for the filter."""
        self._become(filtering=True)

    def action_choose(self, by: int) -> None:
        """Choose the row above or below."""
        if matching := self._matching:
            self._become(chosen=matching[(self._place(matching) + by) % len(matching)].key)

    def action_choose_page(self, by: int) -> None:
        """Choose a row farther above or below; the first and the last are the ends."""
        if matching := self._matching:
            self._become(chosen=matching[max(0, min(len(matching) - 1, self._place(matching) + by * PAGE))].key)

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
        if number < len(matching := self._matching):
            self.choose(matching[number].key)

    def choose(self, key: str) -> None:
        """Choose a knob or setting by its name, whatever the filter was."""
        words = self.state.words if any(row.key == key for row in self._matching) else ""
        self._become(chosen=key, typing=None, words=words, filtering=False)

    def action_turn_row(self, number: int, by: int) -> None:
        """Choose a row and turn it."""
        self.action_choose_row(number)
        self.action_turn_chosen(by)

    def action_turn_chosen(self, by: int) -> None:
        """Turn the chosen row by one notch."""
        if (row := self._row()) is None:
            return
        if row.setting is None:
            self.send(TurnKnob(row.key, by))
            return
        before = read_value(row.asked) if row.asked else row.setting.value
        # A choice that was refused is gone on from, or the one after it could not be reached.
        if self._on_its_way[0] == row.key and (self.hurried or row.setting.choices):
            before = self._on_its_way[1]
        if (value := turned(row.setting, before, by)) is None:
            # A list is mended rather than typed anew.
            self._become(typing=row.asked or row.full)
        elif value != before:
            self._put(row, typed(value), value)
        else:
            self.notify(f"{row.key}: the arrows end at {typed(value)}; Enter types an exact value")

    def action_type(self) -> None:
        """Begin to type a value."""
        if self._matching:
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
        """Keep every key for the filter or the value while it is typed; Escape clears a filter."""
        text = self.state.typing
        if self.state.filtering:
            self._filter(*typed_on(self.state.words, event))
        elif text is None and event.key == "escape" and self.state.words:
            self._filter("", False)
        elif text is not None:
            self._type(text, event)
        else:
            return
        event.stop()
        event.prevent_default()

    def _type(self, text: str, event: events.Key) -> None:
        """A key is a letter of the value, leaves it, or puts it in force."""
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

    def _filter(self, words: str, filtering: bool) -> None:
        """Filter, and choose the row whose name fits best, unless the chosen one's fits as well."""
        self._become(words=words, filtering=filtering)
        if words and (matching := self._matching):
            best = max(matching, key=lambda row: (row.fits(words), row.key == self.state.chosen))
            self._become(chosen=best.key)

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is typed text."""
        if self.state.filtering:
            event.stop()
            self._filter(pasted(self.state.words, event.text), True)
        elif self.state.typing is not None:
            event.stop()
            self._become(typing=self.state.typing + "".join(filter(str.isprintable, event.text)))

    def on_blur(self) -> None:
        """Whoever leaves the panel has done with typing."""
        self._become(typing=None, filtering=False)

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

    def _put(self, row: Row, text: str, value: Any) -> None:
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

    def _place(self, matching: Sequence[Row]) -> int:
        """Where the chosen row stands among those that are shown."""
        return next((place for place, row in enumerate(matching) if row.key == self.state.chosen), 0)

    @property
    def _pairs(self) -> tuple[str, ...]:
        return tuple(f"{key}={value}" for key, value in self.state.asked)

    def _by_hand(self, preset: str) -> str:
        """The command that would start the new run."""
        if not self.state.asked:
            return ""
        return " ".join(["tui-gan", "run", word(preset), *(f"--set {word(pair)}" for pair in self._pairs)])

    def _rows(self, frame: Frame) -> list[Row]:
        all_rows = rows(frame.snapshot, dict(self.state.asked), frame.keys)
        return [row for row in all_rows if matches(self.state.words, row.said)]

    @property
    def _matching(self) -> list[Row]:
        return [] if self._frame is None else self._rows(self._frame)

    def _row(self) -> Row | None:
        return matching[self._place(matching)] if (matching := self._matching) else None

    def _become(self, **changes: object) -> None:
        self.state = dataclasses.replace(self.state, **changes)  # type: ignore[arg-type]
        self.redraw()
