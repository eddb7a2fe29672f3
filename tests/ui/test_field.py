"""Fields in which a line is typed: steps to train, and notes."""

import pytest

from tui_gan.contract.commands import Note, Step
from tui_gan.ui.app import TuiGan


@pytest.mark.parametrize(
    ("keys", "sent"),
    [
        (("t", "5", "0", "0", "enter"), [Step(500)]),
        (("t", "5", "backspace", "7", "enter"), [Step(7)]),
        (("t", "5", "escape"), []),
        (("o", "q", " ", "?", "enter"), [Note("q ?")]),
        # What is wrong stays open with what would be right.
        (("t", "x", "enter", "ctrl+u", "3", "enter"), [Step(3)]),
        (("t", "0", "enter", "1", "enter"), [Step(1)]),
        (("o", "enter", "a", "enter"), [Note("a")]),
    ],
    ids=str,
)
@pytest.mark.parametrize("size", [(44, 24)], ids=str)
def test_what_is_typed_is_sent_when_it_is_right(keys, sent, size, seen, run_of, watch) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.press(*keys)
        await pilot.pause()

    watch(app, body, size)
    assert run.commands == sent


def test_what_is_wrong_is_said(seen, run_of, watch, screen_text, until) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        await pilot.press("t", "x")
        await until(pilot, lambda: "enter applies   esc cancels" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: "a whole number of steps, such as 500" in screen_text(app))
        await pilot.press("backspace", "4")
        await until(pilot, lambda: "> 4_" in screen_text(app) and "whole number" not in screen_text(app))

    watch(app, body)


def test_who_only_watches_is_told_so(seen, run_of, watch, screen_text, until) -> None:
    run = run_of(seen())
    app = TuiGan(run, watches=True)

    async def body(pilot) -> None:
        await pilot.press("t")
        await until(pilot, lambda: "this screen only watches" in screen_text(app))

    watch(app, body)
    assert run.commands == []
