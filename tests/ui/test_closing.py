"""What closes something that lies over the board closes it once, however fast its key is pressed again."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.events import Key
from textual.screen import Screen

from tui_gan.ui.app import TuiGan
from tui_gan.ui.help import Help
from tui_gan.ui.painter import Painter
from tui_gan.ui.question import Question
from tui_gan.ui.search import Palette


def ask(app: TuiGan) -> None:
    app.push_screen(Question("Go on?"))


Opens = str | Callable[[TuiGan], None]
CLOSED: list[tuple[type[Screen[Any]], Opens, str]] = [
    *((Help, "question_mark", key) for key in ("escape", "question_mark", "q")),
    *((Question, ask, key) for key in ("escape", "y", "n")),
    (Painter, "w", "escape"),
    (Palette, "ctrl+p", "escape"),
]


@pytest.mark.parametrize(("screen", "opens", "key"), CLOSED)
def test_a_key_that_comes_twice_closes_once(seen, run_of, watch, until, screen: type[Screen[Any]], opens: Opens, key: str) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot: Any) -> None:
        if callable(opens):
            opens(app)
        else:
            await pilot.press(opens)
        await until(pilot, lambda: isinstance(app.screen, screen))
        for _ in range(2):
            app.post_message(Key(key, key if len(key) == 1 else None))
        await until(pilot, lambda: len(app.screen_stack) == 1 or app.failure is not None)
        await pilot.pause()

    watch(app, body)
    assert app.failure is None
