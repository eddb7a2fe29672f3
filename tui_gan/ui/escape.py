"""Escape: the key and the one pressed soon after it are two keys, not one with Alt, which means nothing here."""

from collections.abc import Iterable

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver

ESCAPE = "\x1b"
# With these a terminal begins to tell of keys such as the arrows; they are keys of their own only if nothing follows in time.
BEGINNINGS = ("[", "O")
# Alt and backspace together delete a word where text is typed.
WORD_BACK = "\x7f"


class Parser(XTermParser):
    """Textual's parser of what a terminal sends, which takes the Escape before another key for Alt, or drops it."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        """The keys of a sequence of characters; `alt`: an Escape came before it, and nothing after it in time."""
        pair = len(sequence) == 2 and sequence[0] == ESCAPE and sequence[1] not in (*BEGINNINGS, ESCAPE, WORD_BACK)
        if pair or alt:
            yield events.Key("escape", ESCAPE)
        yield from super()._sequence_to_key_events(sequence[1] if pair else sequence)


def told_apart() -> None:
    """Have every terminal read so from now on."""
    vars(linux_driver)["XTermParser"] = Parser
