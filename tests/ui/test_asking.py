"""A terminal that is asked without a screen: what it answers, how long that is waited for, and that it is left as it was."""

import os
import termios
import threading
from collections.abc import Iterator

import pytest

from tui_gan.ui import asking
from tui_gan.ui.answers import QUESTIONS, Answers


@pytest.fixture
def master(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The terminal's side of a line that the program is on."""
    master, slave = os.openpty()
    monkeypatch.setattr(asking, "IN", slave)
    monkeypatch.setattr(asking, "OUT", slave)
    yield master
    os.close(master)
    os.close(slave)


def answering(master: int, *answers: bytes) -> threading.Thread:
    """A terminal that answers once it has been asked, in pieces."""

    def answer() -> None:
        asked = b""
        while len(asked) < len(QUESTIONS):
            asked += os.read(master, 4096)
        for each in answers:
            os.write(master, each)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((b"\x1b[6;20;10t", b"\x1b[?1;0;16S\x1b[?62", b";4;22c"), Answers(True, 16, (10, 20))),
        ((b"\x1b[?62;22c",), Answers()),
        ((b"typed ahead\x1b[?64;4c",), Answers(sixel=True)),
    ],
)
def test_its_answers_are_heard_to_the_last_and_it_is_as_it_was(answers: tuple[bytes, ...], expected: Answers, master: int) -> None:
    before = termios.tcgetattr(asking.IN)
    terminal = answering(master, *answers)
    assert asking.ask() == expected
    terminal.join()
    assert termios.tcgetattr(asking.IN) == before


def test_one_that_does_not_answer_is_not_waited_for(master: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ANSWERS_WITHIN", 0.05)
    before = termios.tcgetattr(asking.IN)
    assert asking.ask() == Answers()
    assert termios.tcgetattr(asking.IN) == before


def test_what_is_no_terminal_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    monkeypatch.setattr(asking, "IN", read)
    monkeypatch.setattr(asking, "OUT", write)
    assert asking.ask() == Answers()
    os.set_blocking(read, False)
    with pytest.raises(BlockingIOError):
        os.read(read, 1)
    os.close(read)
    os.close(write)
