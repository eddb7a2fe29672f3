import pytest
from textual.events import Key

from tui_gan.ui.filtering import LONGEST, pasted, typed


@pytest.mark.parametrize(
    ("words", "key", "character", "expected"),
    [
        ("r", "1", "1", ("r1", True)),
        ("r1", "space", " ", ("r1 ", True)),
        ("", "slash", "/", ("/", True)),
        ("r1", "backspace", "\x7f", ("r", True)),
        ("", "backspace", "\x7f", ("", True)),
        ("r1 x", "ctrl+u", "\x15", ("", True)),
        ("r1", "left", None, ("r1", True)),
        ("r1 ", "enter", "\r", ("r1", False)),
        ("r1", "escape", "\x1b", ("", False)),
        ("x" * LONGEST, "y", "y", ("x" * LONGEST, True)),
    ],
)
def test_one_key(words: str, key: str, character: str | None, expected: tuple[str, bool]) -> None:
    assert typed(words, Key(key, character)) == expected


def test_pasted_text_is_cut_and_has_no_control_characters() -> None:
    assert pasted("a", "b\nc\x1b") == "abc"
    assert pasted("", "y" * 1000) == "y" * LONGEST
