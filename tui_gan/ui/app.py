"""The app: pulls snapshots from a run and sends commands to it."""

import asyncio
import contextlib
import dataclasses
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.command import Provider
from textual.filter import LineFilter, Monochrome, NoColor
from textual.geometry import Region
from textual.notifications import SeverityLevel
from textual.screen import Screen

from tui_gan.contract.commands import LONGEST_NOTE, OF_THE_VIEW, Command, Export, Note, RunHandle, Step, Stop, TurnKnob, Watch
from tui_gan.contract.news import advised
from tui_gan.contract.snapshot import Event, EventKind, Line1D, Plane2D, Snapshot, Status
from tui_gan.ui.answers import Answers
from tui_gan.ui.bars import Footer
from tui_gan.ui.board import Board
from tui_gan.ui.draw.palette import DARK, LIGHT, PALETTES, Depth, Look
from tui_gan.ui.draw.texts.figures import figures
from tui_gan.ui.field import Field
from tui_gan.ui.help import Help
from tui_gan.ui.keys import COMMANDS, KEYS, MORE_STEPS, Key, bindings, help_groups, in_letters
from tui_gan.ui.laid import Place
from tui_gan.ui.line import Line
from tui_gan.ui.memory import FIRST_TIME, Memory
from tui_gan.ui.painter import painter
from tui_gan.ui.panels.panel import Frame
from tui_gan.ui.panels.settings import Settings
from tui_gan.ui.pictured import Pictured, closed
from tui_gan.ui.pixels import Route
from tui_gan.ui.puller import Puller
from tui_gan.ui.question import Question
from tui_gan.ui.search import Actions, Palette
from tui_gan.ui.theme import AsciiFilter, Colourless, theme, without_colours
from tui_gan.ui.views import VIEWS

# What `export` writes in each view, by its names in the contract; elsewhere it writes the generator.
EXPORTED = {"overview": "distribution", "layers": "distribution", "discriminator": "curves", "samples": "samples", "curves": "curves"}
OVERVIEW = ("distribution", "losses", "samples", "predictions", "quality", "knobs", "events")
# By Rich's names of what the terminal can.
DEPTHS: dict[str, Depth] = {"standard": 4, "windows": 4, "256": 8}
# Seconds after which the run begins although the terminal has not taken the first frame.
BEGINS_WITHIN = 2.0
LONGEST_NUMBER = 12
BEGINS_NONE = "a screen in a browser begins no run; `tui-gan attach` opens one that does"
ONLY_WATCHES = "this screen only watches; `tui-gan attach` opens one that steers"
KINDS: dict[SeverityLevel, EventKind] = {"information": "info", "warning": "warning", "error": "error"}


class TuiGan(Pictured):
    """The screen on a run.

    Args:
        routes: finds the way by which pictures in pixels get to the terminal, by what it has answered.
        keys: those in force.
        memory: how the screen was left the last time.
        paused: whether the run has been told to begin paused.
        begin: called once the terminal has taken the first frame with words, which whatever starts the run would delay.
        visitor: the name of this screen among the visitors of the run.
        watches: whether it may ask the run for nothing.
        begins: whether it may be left for a new run.

    Attributes:
        detached: whether it has been left while the run trains on.
        restart: what a new run is asked for with when this one has been saved, each as `KEY=VALUE`; empty for none.
    """

    CSS_PATH = Path(__file__).with_name("app.tcss")
    TITLE = "tui-gan"
    ENABLE_COMMAND_PALETTE = False
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {Actions}
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]

    def __init__(
        self,
        handle: RunHandle,
        *,
        ascii_only: bool = False,
        light: bool = False,
        routes: Callable[[Answers], Route] = closed,
        keys: tuple[Key, ...] = KEYS,
        memory: Memory = FIRST_TIME,
        paused: bool = False,
        begin: Callable[[], None] | None = None,
        visitor: str = "",
        watches: bool = False,
        begins: bool = True,
    ) -> None:
        self.detached = self._leaves_soon = False
        self._loop_of_screen: asyncio.AbstractEventLoop | None = None
        self._visitor, self._watches, self._begins = visitor, watches, begins
        self.restart: tuple[str, ...] = ()
        super().__init__(Line, routes)
        self.no_color = without_colours(os.environ)
        self._plain = [*([AsciiFilter()] if ascii_only else []), *([Colourless()] if self.no_color else [])]
        self.animation_level = "none"
        self._handle = handle
        self._keys = in_letters(keys) if ascii_only else keys
        self._light_by_default = light
        light = light if memory.light is None else memory.light
        depth = DEPTHS.get(self.console.color_system or "", 24)
        self.look = self.pictured(Look(LIGHT if light else DARK, ascii_only, depth, self.no_color))
        self._begin = begin
        self._puller = Puller(handle, self._show, lambda: self.bytes_written)
        self._leaving = False
        self._begins_paused = paused
        self._watched: tuple[str, ...] = ()
        self._board = Board(Frame(handle.latest, self.look, keys=self._keys, begins_paused=paused), self._watch, memory)
        for palette in PALETTES.values():
            self.register_theme(theme(palette))
        self.theme = self.look.palette.name

    def get_default_screen(self) -> Screen[Any]:
        """The board."""
        return self._board

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own but for the greys that it shows where no colour is wanted, and those that leave plain ASCII and no colour."""
        return [*(each for each in super().get_line_filters() if not isinstance(each, Monochrome | NoColor)), *self._plain]

    def on_mount(self) -> None:
        """Draw what is there and start to pull."""
        self.set_keymap({key.name: key.key for key in self._keys if key not in KEYS})
        self._show(self._handle.latest)
        self._loop_of_screen = asyncio.get_running_loop()
        if self._leaves_soon:
            self.exit()
        # A terminal that does not read is not waited for.
        self.set_timer(BEGINS_WITHIN, self._begin_run)
        self._pulling = asyncio.create_task(self._pull())

    def displayed(self, written: Sequence[Region]) -> None:
        """Begin the run when the terminal has taken the first frame with words."""
        super().displayed(written)
        if self._begin is not None and (self.screen is not self._board or self._board.stands):
            self.when_taken(self._begin_run)

    def _begin_run(self) -> None:
        begin, self._begin = self._begin, None
        if begin is not None:
            begin()

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has not taken what it was given a while ago."""
        return isinstance(self.driver, Line) and self.driver.behind

    def when_taken(self, call: Callable[[], object]) -> None:
        """Have something called when the terminal has taken all that was written before."""
        if isinstance(self.driver, Line):
            self.driver.when_taken(call)
        else:
            super().when_taken(call)

    async def _pull(self) -> None:
        """Ask for snapshots and draw them until the run has stopped."""
        try:
            await self._puller.follow(self._board.frame.snapshot)
            self.exit()
        except Exception as error:
            self.fail(error)

    def _show(self, snapshot: Snapshot, quick: bool = False) -> None:
        if snapshot.advice:
            names = {key.name: key.symbol for key in self._keys}
            advice = advised(snapshot.advice, names | {"more_steps": advised(MORE_STEPS, names)})
            snapshot = dataclasses.replace(snapshot, advice=advice)
        rate, share = self._puller.taken(snapshot)
        self._board.show(Frame(snapshot, self.look, self._leaving, rate, share, self._keys, self._begins_paused), quick)

    def _watch(self, parts: tuple[str, ...]) -> None:
        """Tell the run what is looked at now."""
        if parts != self._watched:
            self._watched = parts
            self.send(Watch(parts))

    def pictures(self) -> dict[int, Place]:
        """Those of the board, where nothing is over it."""
        return self._board.pictures if self.screen is self._board else {}

    def draw_again(self) -> None:
        """Draw the last snapshot again."""
        self._show(self._board.frame.snapshot)

    def action_suspend(self) -> None:
        """Stop the process until the shell continues it, where there is such a shell."""
        if isinstance(self.driver, Line):
            self.driver.suspend()

    def wait(self) -> None:
        """Wait, when the screen has been left, until the terminal has taken all, however long it does not read."""
        if isinstance(self.driver, Line):
            self.driver.wait()

    def let_go(self) -> None:
        """Give the terminal back at once; for the end of the process."""
        if isinstance(self.driver, Line):
            self.driver.let_go()

    def send(self, command: Command) -> None:
        """Send a command to the run; its answer is shown at once."""
        if self._watches and not isinstance(command, OF_THE_VIEW):
            self.notify(ONLY_WATCHES, severity="warning")
        else:
            self._puller.send(command)

    def action_obey(self, name: str) -> None:
        """Send a command of the table of keys; in place of a pause, show at the end what goes on."""
        status = self._board.frame.snapshot.status
        if name == "pause" and status is Status.FINISHED:
            self._board.turn_to("knobs")
            self._board.query_one(Settings).choose("steps")
            return
        self.send(COMMANDS[name])
        if name == "pause" and status is Status.LOADING:
            self._begins_paused = not self._begins_paused
            self._show(self._board.frame.snapshot)

    def action_train(self) -> None:
        """Ask for a number of steps, to train them and pause."""

        def wrong(line: str) -> str:
            fits = line.isdecimal() and len(line) <= LONGEST_NUMBER and int(line) > 0
            return "" if fits else "a whole number of steps, such as 500"

        self._ask_for("Train so many steps, then pause:", wrong, LONGEST_NUMBER, lambda line: Step(int(line)))

    def action_note(self) -> None:
        """Ask for a text, and note it at this step."""
        self._ask_for("Note at this step:", lambda line: "" if line else "a text, such as: modes merge here", LONGEST_NOTE, Note)

    def _ask_for(self, asked: str, wrong: Callable[[str], str], longest: int, make: Callable[[str], Command]) -> None:
        if self._watches:
            self.notify(ONLY_WATCHES, severity="warning")
        else:
            self.push_screen(Field(asked, wrong, longest), lambda line: self.send(make(line)) if line else None)

    def action_turn(self, name: str, direction: int) -> None:
        """Turn a knob."""
        self.send(TurnKnob(name, direction))

    def action_leave(self) -> None:
        """Ask the run to save and stop, and leave when it has; the second time, leave at once."""
        others = [*self._board.frame.snapshot.visitors]
        if self._visitor in others:
            others.remove(self._visitor)
        if self._watches:
            self.action_detach()
        elif self._leaving or isinstance(self.screen, Question):
            self.exit()
        elif others:
            who = f"{', '.join(others[:3])}{' and others' if others[3:] else ''} {'are' if others[1:] else 'is'} here too."
            key = next(key.symbol for key in self._keys if key.name == "detach")
            self.push_screen(Question(f"{who} Save and end the run? {key} leaves without ending it."), self._leave_if)
        else:
            self._leave_if(True)

    def _leave_if(self, yes: bool | None) -> None:
        if yes:
            self._leaving = True
            self.send(Stop())
            self._show(self._board.frame.snapshot, quick=True)
        else:
            self.restart = ()

    def action_detach(self) -> None:
        """Leave the screen, and let the run train on."""
        self.detached = True
        self.exit()

    def leave_soon(self) -> None:
        """Leave the screen as soon as it runs; from any thread, and also from a signal."""
        self._leaves_soon = True
        with contextlib.suppress(RuntimeError):  # It may have been left already.
            if (loop := self._loop_of_screen) is not None:
                loop.call_soon_threadsafe(self.exit)

    def leave_for(self, pairs: tuple[str, ...]) -> None:
        """Save the run, leave, and ask whoever started the app for a new run with these settings."""
        if self._watches or not self._begins:
            self.notify(ONLY_WATCHES if self._watches else BEGINS_NONE, severity="warning")
        elif not self._leaving:
            self.restart = pairs
            self.action_leave()

    async def action_quit(self) -> None:
        """What Textual does for ctrl+q."""
        self.action_leave()

    def action_help(self) -> None:
        """Show every key."""
        if not isinstance(self.screen, Help):
            closed_by = [key.key for key in self._keys if key.name in ("help", "quit")]
            self.push_screen(
                Help(help_groups(self._board.panel, self._board.kind, self._keys, self._board.frame.snapshot.rules.extras), closed_by)
            )

    def action_command_palette(self) -> None:
        """Show the command palette."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def action_theme(self) -> None:
        """Switch between dark and light."""
        self.look = dataclasses.replace(self.look, palette=LIGHT if self.look.palette is DARK else DARK)
        self.theme = self.look.palette.name
        self._show(self._board.frame.snapshot)

    def action_copy(self) -> None:
        """Copy the figures of the view, by way of the terminal."""
        self.copy_to_clipboard(figures(self._board.frame.snapshot))
        self.notify("copied to the clipboard: step, speed, newest values, knobs")

    def notify(self, message: str, *, severity: SeverityLevel = "information", **how: Any) -> None:
        """Say something for a few seconds; what Textual lets choose besides the severity stays as it is here."""
        self._board.toasts.tell([Event(self._board.frame.snapshot.step, message, KINDS[severity])])

    @property
    def memory(self) -> Memory:
        """How the screen is left."""
        light = self.look.palette is LIGHT
        return dataclasses.replace(self._board.memory, light=None if light == self._light_by_default else light)

    def action_view(self, name: str) -> None:
        """Turn to a view; one that this kind of run does not have says so."""
        if VIEWS[name].panel in self._board.absent:
            self.notify(f"this run has no {name}")
            return
        self._board.turn_to(name)

    def action_maximise(self, name: str | None = None) -> None:
        """Give all the room to a panel, the focused one if none is named; and take it back."""
        self._board.maximise(name or self._board.maximised or self._board.panel or OVERVIEW[0])

    def action_maximise_next(self) -> None:
        """Give all the room to the next panel of the overview, also to those that find no room there."""
        names = [name for name in OVERVIEW if name not in self._board.absent]
        here = self._board.maximised
        self._board.maximise(names[(names.index(here) + 1) % len(names)] if here in names else names[0])

    def action_wide(self) -> None:
        """Widen the picture to hold every sample, and back."""
        if self._board.kind == "images":
            self.notify("images have no window that could be widened")
        else:
            self._board.widen()

    def action_draw(self) -> None:
        """Let the user draw what the run is to learn, where that can be drawn."""
        picture = self._board.picture
        if self._board.wide or (isinstance(picture, Line1D | Plane2D) and picture.wide):
            # What is drawn is meant for the window of the run.
            if self._board.wide:
                self._board.widen()
            key = next(key.symbol for key in self._keys if key.name == "draw")
            self.notify(f"back in the window of the data, in which you can draw: press {key} again")
            return
        offered = painter(self._board.picture, self._board.frame)
        if isinstance(offered, str):
            self.notify(offered)
        else:
            self.push_screen(offered)

    def action_export(self) -> None:
        """Write what the view shows into the run directory."""
        view = self._board.view
        self.send(Export("safetensors") if view not in EXPORTED else Export("png", EXPORTED[view]))

    def act_in(self, view: str, action: str) -> None:
        """Turn to a view, and do an action of its panel once the run has told what is looked at there."""
        self._board.turn_to(view)
        self._puller.send_and(Watch(self._watched), partial(self.call_later, self._act_if_there, view, action))

    async def _act_if_there(self, view: str, action: str) -> None:
        if self.screen is self._board and self._board.view == view:
            await self._board.query_one(Footer).act(action)

    def action_restore(self) -> None:
        """Show all panels again, and leave the focused one."""
        self._board.restore()
