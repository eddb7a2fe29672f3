"""Unofficial: every use of what Textual does not offer in public, each with why; read in Textual 8.2.8.

No other file imports or touches a private name of Textual (tests/test_imports.py): when Textual changes, this file does.
"""

import traceback
from collections.abc import Iterable
from typing import Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver
from textual.drivers import linux_driver
from textual.keys import _character_to_key
from textual.screen import Screen
from textual.widget import Widget

ESCAPE = "\x1b"
# With these a terminal begins to tell of keys such as the arrows; they are keys of their own only if nothing follows in time.
BEGINNINGS = ("[", "O")
# Alt and backspace together delete a word where text is typed.
WORD_BACK = "\x7f"


def key_of(character: str) -> str:
    """Textual's name of the key that types a character; the table behind the public names of keys has no public way in."""
    return _character_to_key(character)


def hand_key(place: Widget | Screen[object], event: events.Key) -> None:
    """Give a key to a widget or screen at once; the public way posts it, and the keys typed next would overtake it."""
    place._forward_event(events.Key(event.key, event.character))


class Parser(XTermParser):
    """Textual's parser of what a terminal sends, which takes the Escape before another key for Alt; Alt means nothing here."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        """The keys of a sequence of characters; `alt`: an Escape came before it, and nothing after it in time."""
        pair = len(sequence) == 2 and sequence[0] == ESCAPE and sequence[1] not in (*BEGINNINGS, ESCAPE, WORD_BACK)
        if pair or alt:
            yield events.Key("escape", ESCAPE)
        yield from super()._sequence_to_key_events(sequence[1] if pair else sequence)


class Front(App[None]):
    """Textual's app, which keeps what failed for whoever started it, and knows what goes to the terminal.

    Attributes:
        failure: the exception that ended the screen, if one did; `failure_text` is its traceback.
        bytes_written: what has gone to the terminal so far.
    """

    def __init__(self) -> None:
        self.failure: BaseException | None = None
        self.failure_text = ""
        self.bytes_written = 0
        super().__init__()
        # Textual's driver looks for its parser in its module alone.
        vars(linux_driver)["XTermParser"] = Parser
        self.driver_class = _counting(self.driver_class, self)

    def write(self, text: str) -> None:
        """Send to the terminal what no widget draws, such as a picture in pixels; the driver is the app's own."""
        if self._driver is not None:
            self._driver.write(text)

    def parting(self) -> str:
        """What is sent to the terminal before the screen is left."""
        return ""

    def fail(self, error: Exception) -> None:
        """End the screen because of an exception."""
        self._handle_exception(error)

    def panic(self, *renderables: Any) -> None:
        """Textual's way out when its input thread fails."""
        self.fail(RuntimeError("the terminal's input failed"))

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


def _counting(driver: type[Driver], front: Front) -> type[Driver]:
    """A driver that counts the bytes of a slow line, and writes what is to be sent before it leaves the screen."""

    class Counting(driver):  # type: ignore[misc, valid-type]
        def write(self, data: str) -> None:
            front.bytes_written += len(data) if data.isascii() else len(data.encode())
            super().write(data)

        def stop_application_mode(self) -> None:
            super().write(front.parting())
            super().stop_application_mode()

    return Counting
