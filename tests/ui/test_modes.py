"""How large a terminal is taken to be, and that whatever is switched on can be switched off."""

import os
import re

import pytest

from tui_gan.ui import modes
from tui_gan.ui.modes import LARGEST, LEAVE, entering, measured


@pytest.mark.parametrize(
    ("told", "environment", "expected"),
    [
        ((120, 36), {}, (120, 36)),
        ((120, 36), {"COLUMNS": "80", "LINES": "24"}, (120, 36)),
        ((0, 0), {}, (80, 24)),
        ((0, 0), {"COLUMNS": "100", "LINES": "30"}, (100, 30)),
        ((0, 0), {"COLUMNS": "0", "LINES": "-3"}, (80, 24)),
        ((0, 0), {"COLUMNS": "wide", "LINES": "9" * 5_000}, (80, 24)),
        ((100, 0), {}, (100, 24)),
        ((0, 30), {"COLUMNS": "100"}, (100, 30)),
        ((1, 1), {}, (1, 1)),
        ((65535, 65535), {}, LARGEST),
        ((0, 0), {"COLUMNS": "99999", "LINES": "1"}, (LARGEST[0], 1)),
        (None, {}, (80, 24)),
    ],
    ids=str,
)
def test_a_size_is_the_terminal_s_or_that_of_the_environment_or_the_usual_one(
    told: tuple[int, int] | None, environment: dict[str, str], expected: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def size(_: int) -> os.terminal_size:
        if told is None:
            raise OSError
        return os.terminal_size(told)

    monkeypatch.setattr(modes.os, "get_terminal_size", size)
    assert measured(environment) == expected


def test_what_is_switched_on_is_switched_off() -> None:
    on = set(re.findall(r"\x1b\[\?(\d+)[hl]", entering({})))
    assert on == set(re.findall(r"\x1b\[\?(\d+)[hl]", LEAVE)) - {"2026"}
    assert LEAVE.index("\x1b[<u") < LEAVE.index("\x1b[?1049l")


def test_a_terminal_that_would_show_the_question_is_not_asked() -> None:
    assert "$p" in entering({"TERM_PROGRAM": "iTerm.app"})
    assert "$p" not in entering({"TERM_PROGRAM": "Apple_Terminal"})
