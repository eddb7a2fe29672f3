"""What a terminal answers of itself: believed where it can be meant, and nothing else is."""

import pytest

from tui_gan.ui.answers import Answers, is_answer, learned


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("\x1b[?62;4;22c", Answers(sixel=True)),
        ("\x1b[?62;22c", Answers()),
        ("\x1b[?1;2c", Answers()),
        # Its kind, not what it can.
        ("\x1b[?4c", Answers()),
        ("\x1b[?64;14;41c", Answers()),
        ("\x1b[?c", Answers()),
        ("\x1b[6;20;10t", Answers(cell=(10, 20))),
        ("\x1b[6;0;10t", Answers()),
        ("\x1b[6;20;0t", Answers()),
        ("\x1b[6;20;65t", Answers()),
        (f"\x1b[6;{'9' * 50};10t", Answers()),
        ("\x1b[?1;0;16S", Answers(colours=16)),
        ("\x1b[?1;0;1024S", Answers(colours=256)),
        ("\x1b[?1;0;0S", Answers()),
    ],
)
def test_what_is_learned(answer: str, expected: Answers) -> None:
    assert is_answer(answer)
    assert learned(Answers(), answer) == expected


def test_what_was_learned_before_stays() -> None:
    known = Answers()
    for answer in ("\x1b[6;20;10t", "\x1b[?1;0;16S", "\x1b[?62;4c", "\x1b[6;99;99t"):
        known = learned(known, answer)
    assert known == Answers(True, 16, (10, 20))


@pytest.mark.parametrize("other", ["c", "\x1b[>0;10;1c", "\x1b[4;600;800t", "\x1b[?1;3;0S", "\x1b[6;20;10;1t", "\x1b[c"])
def test_what_is_no_answer(other: str) -> None:
    assert not is_answer(other)
    assert learned(Answers(True, 16, (10, 20)), other) == Answers(True, 16, (10, 20))
