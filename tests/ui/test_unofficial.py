"""What the bytes of a terminal are to Textual: its own tables and messages, of whatever comes."""

import asyncio
import random
from collections.abc import Sequence

import pytest
from textual import events
from textual.app import ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput
from textual.widgets import Static

from tui_gan.ui.answers import Answer
from tui_gan.ui.incoming import Incoming
from tui_gan.ui.unofficial import Front, Reading, written

SEED = 3


def messages(data: bytes, then_silence: bool = True) -> list[Message]:
    one, reading = Incoming(), Reading()
    tokens = [*one.feed(data), *(one.silence() if then_silence else [])]
    return [message for token in tokens for message in reading.messages(token)]


def keys(text: str, then_silence: bool = True) -> list[str]:
    """The keys of some characters that come at once."""
    return [message.key for message in messages(text.encode(), then_silence) if isinstance(message, events.Key)]


# Letters, digits, signs, what Textual takes for words of Alt (f, b) or for signs of a keyboard with Option (1, -, =).
@pytest.mark.parametrize("character", [*"akKzZ159", *"fb1-=", *"/?.,+ ", "\r", "\t", "ä", "\x03", "\x10"])
def test_escape_and_a_key_at_once_are_both(character: str) -> None:
    alone = keys(character)
    assert len(alone) == 1
    # At once: without waiting whether more comes.
    assert keys("\x1b" + character, then_silence=False) == ["escape", *alone]


def test_the_character_is_the_key_s_own() -> None:
    assert [(event.key, event.character) for event in messages(b"\x1bK")] == [("escape", "\x1b"), ("K", "K")]  # type: ignore[attr-defined]


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
        ("\x1b]", ["escape", "right_square_bracket"]),
        ("\x1bP", ["escape", "P"]),
        ("\x1b[A", ["up"]),
        ("\x1bOA", ["up"]),
        ("\x1b[[A\x1bOP\x1b[11~", ["f1", "f1", "f1"]),
        ("\x1b[3$", ["shift+delete"]),
        ("\x1b\x1b[A", ["escape", "up"]),
        ("\x1bk\x1b[A", ["escape", "k", "up"]),
        ("\x1b[5~\x1b[6~", ["pageup", "pagedown"]),
        ("\x1b[1;3C", ["alt+right"]),
        ("\x1b\x7f", ["ctrl+w"]),
        # A terminal tells of a key with Alt.
        ("\x1b[107;3u", ["alt+k"]),
        ("\x1b[27u", ["escape"]),
        ("\x1b[107;;107u", ["k"]),
    ],
)
def test_sequences(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


def test_pasted_text_stays_text() -> None:
    pasted, key = messages(b"\x1b[200~/k b\x1b[201~k")
    assert (getattr(pasted, "text", None), getattr(key, "key", None)) == ("/k b", "k")


def test_a_mouse_is_told_of_where_it_is_and_what_it_does() -> None:
    down, up, wheel, move = messages(b"\x1b[<0;10;5M\x1b[<0;10;5m\x1b[<64;1;1M\x1b[<35;7;8M")
    kinds = (events.MouseDown, events.MouseUp, events.MouseScrollUp, events.MouseMove)
    assert [type(event) for event in (down, up, wheel, move)] == [*kinds]
    assert isinstance(down, events.MouseDown)
    assert (down.x, down.y) == (9, 4)


@pytest.mark.parametrize("answer", ["\x1b[?2026;1$y", "\x1b[?2026;2$y"])
def test_a_terminal_that_can_show_whole_frames_says_so(answer: str) -> None:
    assert [type(message) for message in messages(answer.encode())] == [TerminalSupportsSynchronizedOutput]
    assert messages(answer.replace(";1$", ";0$").replace(";2$", ";4$").encode()) == []


@pytest.mark.parametrize("answer", ["\x1b[?62;4;22c", "\x1b[6;20;10t", "\x1b[?1;0;256S"])
def test_what_a_terminal_answers_is_told_and_no_key(answer: str) -> None:
    assert [(type(message), getattr(message, "text", "")) for message in messages(answer.encode())] == [(Answer, answer)]


@pytest.mark.parametrize(
    "wrong",
    [
        "\x1b[1114112u",
        "\x1b[55296u",
        "\x1b[97;1;55296u",
        "\x1b[97;1;99999999999999999999u",
        "\x1b[<0;99999999999999999999;1M",
        "\x1b[<0;0;0M",
        "\x1b[<0;-5;1M",
        "\x1b[48;0;0;0;0t",
        "\x1b[?2048;1$y",
        "\x1b[q",
        "\x1bOz",
    ],
)
def test_what_no_terminal_says_means_nothing(wrong: str) -> None:
    assert messages(wrong.encode()) == []


@pytest.mark.parametrize("number", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_no_sequence_breaks_the_reading(number: int) -> None:
    chance = random.Random(SEED)
    for _ in range(number):
        numbers = (str(chance.choice((0, 1, 2, 27, 64, 97, 200, 2**15, 2**20 + 2**16, 2**64))) for _ in range(chance.randrange(5)))
        text = (
            chance.choice(("\x1b[", "\x1bO", "\x1b[<", "\x1b[?", "\x1b[>"))
            + chance.choice(";:").join(numbers)
            + chance.choice("uABHMmRtyc~$")
        )
        for message in messages(text.encode()):
            assert isinstance(message, events.Event | TerminalSupportsSynchronizedOutput | Answer)
            assert not isinstance(message, events.Resize)
            if isinstance(message, events.Key):
                (message.key + (message.character or "")).encode()


class Words(Static):
    """A widget of one line."""


class Three(Front):
    """Three words in a line, and one below."""

    CSS = "Screen { layout: grid; grid-size: 3; grid-rows: 1; } Words { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[list[Region]] = []

    def compose(self) -> ComposeResult:
        for number in range(4):
            yield Words("word", id=f"word{number}")

    def displayed(self, cells: Sequence[Region]) -> None:
        self.cells.append(list(cells))


def test_what_a_frame_has_written_to_is_known_by_the_cell() -> None:
    async def go() -> None:
        app = Three()
        async with app.run_test(size=(30, 5)) as pilot:
            await pilot.pause()
            assert [Region(0, 0, 30, 5)] in app.cells
            app.cells.clear()
            # A part of a line is written from the beginning of its piece on.
            app.query_one("#word1").refresh(Region(4, 0, 2, 1))
            await pilot.pause(0.1)
            assert app.cells == [[Region(10, 0, 6, 1)]]
            app.cells.clear()
            app.query_one("#word3").refresh()
            await pilot.pause(0.1)
            assert app.cells == [[Region(0, 1, 10, 1)]]

    asyncio.run(go())
    assert written(None) == []
