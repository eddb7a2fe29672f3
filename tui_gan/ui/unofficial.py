"""Unofficial: every use of what Textual does not offer in public, each with why; read in Textual 8.2.8.

No other file imports or touches a private name of Textual (tests/ui/test_private_names.py): when Textual changes, this file does.
"""

import traceback
from collections.abc import Callable, Sequence

from rich.console import RenderableType
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver
from textual.geometry import Region
from textual.keys import Keys, _character_to_key
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput
from textual.screen import Screen
from textual.widget import Widget

from tui_gan.ui.answers import Answer, is_answer
from tui_gan.ui.incoming import Pasted, Token

FOCUS = {"\x1b[I": events.AppFocus, "\x1b[O": events.AppBlur}
# A terminal that can show a frame whole says so when it is asked.
WHOLE_FRAMES = ("\x1b[?2026;1$y", "\x1b[?2026;2$y", "\x1b[?2026;3$y")
MOUSE = "\x1b[<"
FARTHEST = 10_000


def key_of(character: str) -> str:
    """Textual's name of the key that types a character; the table behind the public names of keys has no public way in."""
    return _character_to_key(character)


def hand_key(place: Widget | Screen[object], event: events.Key) -> None:
    """Give a key to a widget or screen at once; the public way posts it, and the keys typed next would overtake it."""
    place._forward_event(events.Key(event.key, event.character))


class Reading:
    """What came in, as Textual's messages; its tables of keys have no public way in, and its parser of bytes believes whatever comes."""

    def __init__(self) -> None:
        self._parser = XTermParser()

    def messages(self, token: Token) -> list[Message]:
        """The messages of a token; none where it means nothing."""
        if isinstance(token, Pasted):
            return [events.Paste(token.text)]
        if token.text in FOCUS:
            return [FOCUS[token.text]()]
        if token.text in WHOLE_FRAMES:
            return [TerminalSupportsSynchronizedOutput()]
        if is_answer(token.text):
            return [Answer(token.text)]
        if token.text.startswith(MOUSE):
            return self._mouse(token.text)
        try:
            keys = [key for key in self._parser._sequence_to_key_events(token.text) if key.key != Keys.Ignore]
        except (ValueError, OverflowError):
            # A number that is no character's.
            return []
        return [key for key in keys if (key.character or " ").encode("utf-8", "ignore")]

    def _mouse(self, text: str) -> list[Message]:
        message = self._parser.parse_mouse_code(text)
        return [message] if isinstance(message, events.MouseEvent) and max(message.x, message.y) < FARTHEST else []


def written(update: object) -> list[Region]:
    """The cells that a frame writes to, of which Textual offers no list: a piece of a line is written from its beginning on."""
    if isinstance(update, LayoutUpdate):
        return [update.region]
    if not isinstance(update, ChopsUpdate):
        return []
    begun = ((y, max((x for x in update.chops[y] if x <= x1), default=x1), x2) for y, x1, x2 in update.spans)
    return [Region(start, y, end - start, 1) for y, start, end in begun]


class Front(App[None]):
    """Textual's app, which keeps what failed for whoever started it, and knows what goes to the terminal.

    Attributes:
        failure: the exception that ended the screen, if one did; `failure_text` is its traceback.
        bytes_written: what has gone to the terminal so far.
    """

    def __init__(self, driver: type[Driver] | None = None) -> None:
        self.failure: BaseException | None = None
        self.failure_text = ""
        self.bytes_written = 0
        self._left_out = False
        super().__init__(driver_class=driver)

    @property
    def driver(self) -> Driver | None:
        """What drives the terminal; None before the app runs."""
        return self._driver

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has not taken what it was given a while ago."""
        return False

    def when_taken(self, call: Callable[[], object]) -> None:
        """Have something called when the terminal has taken all that was written before."""
        self.call_later(call)

    def leave_out(self) -> bool:
        """Whether nothing is to be written now, since the terminal is behind; all is drawn anew as soon as it is not."""
        if self.is_behind and not self._left_out:
            self._left_out = True
            self.when_taken(self._catch_up)
        return self.is_behind

    def _catch_up(self) -> None:
        self._left_out = False
        self.draw_missed()

    def displayed(self, written: Sequence[Region]) -> None:
        """Called when a frame has been handed on to the terminal, with the cells that it has written to."""

    def parting(self) -> str:
        """What is sent to the terminal before the screen is left."""
        return ""

    def draw_anew(self) -> None:
        """Draw all of the screen: the terminal has kept nothing of it."""
        self.draw_missed()

    def draw_missed(self) -> None:
        """Draw all of the screen, since what was left out of it is not known."""
        for screen in self.screen_stack:
            screen.refresh(layout=True)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Hand a frame on, where Textual waits for a terminal that does not read, and hears no key meanwhile."""
        if not self.leave_out():
            super()._display(screen, renderable)
            self.displayed(written(renderable))

    def fail(self, error: Exception) -> None:
        """End the screen because of an exception."""
        self._handle_exception(error)

    def _handle_exception(self, error: Exception) -> None:
        """Keep an unhandled exception and leave without a word on the terminal, where Textual prints it with all variables."""
        if self.failure is None:
            self.failure = error
            self.failure_text = "".join(traceback.format_exception(error))
        self._return_code = 1
        self._exception_event.set()
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        """Print nothing: the traceback belongs in the log."""
        self._exit_renderables.clear()
