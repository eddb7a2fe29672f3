"""Escape and a key soon after it, as the bytes of a terminal."""

import pytest

from tui_gan.ui.unofficial import Parser


def keys(text: str, later: bool = True) -> list[str]:
    """The keys of some bytes that come at once; `later`: and then nothing for long enough."""
    parser = Parser()
    found = list(parser.feed(text))
    if later:
        parser._timeout_time = None if parser._timeout_time is None else 0.0
        found += parser.tick()
    return [event.key for event in found if hasattr(event, "key")]


# Letters, digits, signs, what Textual takes for words of Alt (f, b) or for signs of a keyboard with Option (1, -, =).
@pytest.mark.parametrize("character", [*"akKzZ159", *"fb1-=", *"/?.,+ ", "\r", "\t", "ä", "\x03", "\x10"])
def test_escape_and_a_key_at_once_are_both(character: str) -> None:
    alone = keys(character)
    assert len(alone) == 1
    # At once: without waiting whether more comes.
    assert keys("\x1b" + character, later=False) == ["escape", *alone]


def test_the_character_is_the_key_s_own() -> None:
    assert [(event.key, event.character) for event in Parser().feed("\x1bK")] == [("escape", "\x1b"), ("K", "K")]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b", ["escape"]),
        ("\x1b\x1b", ["escape", "escape"]),
        ("\x1b\x1bk", ["escape", "escape", "k"]),
        ("\x1bk\x1b", ["escape", "k", "escape"]),
        ("\x1bkj", ["escape", "k", "j"]),
        ("\x1bO", ["escape", "O"]),
        ("\x1b[", ["escape", "left_square_bracket"]),
        ("\x1b[A", ["up"]),
        ("\x1bOA", ["up"]),
        ("\x1b\x1b[A", ["escape", "up"]),
        ("\x1bk\x1b[A", ["escape", "k", "up"]),
        ("\x1b[5~\x1b[6~", ["pageup", "pagedown"]),
        ("\x1b[1;3C", ["alt+right"]),
        ("\x1b\x7f", ["ctrl+w"]),
    ],
)
def test_sequences(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


def test_a_key_with_alt_that_a_terminal_tells_of_is_no_escape() -> None:
    assert keys("\x1b[107;3u") == ["alt+k"]
    assert keys("\x1b[27u") == ["escape"]


def test_pasted_text_stays_text() -> None:
    found = list(Parser().feed("\x1b[200~/k b\x1b[201~k"))
    assert [getattr(event, "text", None) or getattr(event, "key", None) for event in found] == ["/k b", "k"]
