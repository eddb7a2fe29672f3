"""Screens and sizes: a size is laid out once, and one that is past never."""

import random
from collections.abc import Callable

import pytest
from textual.events import Key, Resize
from textual.geometry import Size
from textual.screen import Screen

from tui_gan.contract.snapshot import Status
from tui_gan.ui.app import TuiGan
from tui_gan.ui.painter import Painter
from tui_gan.ui.question import Question

SEED = 5
# How often the screen may be laid out, in these tests, before it is taken for a loop.
LOOP = 60


def before_each_layout(monkeypatch: pytest.MonkeyPatch) -> list[Size | None]:
    """The sizes that screens are laid out for; a loop ends the screen, where it would hold up everything, this test too."""
    sizes: list[Size | None] = []
    refresh_layout = Screen._refresh_layout

    def counted(screen: Screen[object], size: Size | None = None, scroll: bool = False) -> None:
        sizes.append(size)
        if len(sizes) > LOOP:
            screen.app._handle_exception(AssertionError("it is laid out without end"))
        refresh_layout(screen, size, scroll)

    monkeypatch.setattr(Screen, "_refresh_layout", counted)
    return sizes


def told(screen: Screen[object], size: Size) -> None:
    screen.post_message(Resize(size, size))


OPEN: dict[str, Callable[[TuiGan], object]] = {
    "board": lambda app: None,
    "help": lambda app: app.action_help(),
    "palette": lambda app: app.action_command_palette(),
    "question": lambda app: app.push_screen(Question("begin anew?")),
    "painter": lambda app: app.action_draw(),
}


@pytest.mark.parametrize("name", OPEN)
def test_two_sizes_on_their_way_are_no_endless_loop(seen, run_of, watch, monkeypatch, screen_text, name: str) -> None:
    app = TuiGan(run_of(seen(Status.PAUSED)))

    async def body(pilot) -> None:
        OPEN[name](app)
        await pilot.pause()
        await pilot.pause()
        if name == "painter":
            assert isinstance(app.screen, Painter)
        sizes = before_each_layout(monkeypatch)
        past, newest = Size(100, 30), Size(70, 20)
        told(app, newest)
        for size in (past, newest, past):
            for screen in app.screen_stack:
                told(screen, size)
                # Whatever else is on its way keeps Textual from taking the two for one.
                screen.call_later(lambda: None)
        for _ in range(10):
            await pilot.pause(0.05)
        assert app.failure is None
        assert past not in sizes
        assert all(screen.size == newest for screen in app.screen_stack)
        assert len(screen_text(app).split("\n")) == newest.height

    watch(app, body)
    assert app.failure is None


@pytest.mark.parametrize(("name", "keys"), [(name, keys) for name in OPEN for keys in (["escape"] * 4, ["escape", "q", "question_mark"])])
def test_keys_at_once_close_an_overlay_once(seen, run_of, watch, until, name: str, keys: list[str]) -> None:
    run = run_of(seen(Status.PAUSED))
    app = TuiGan(run)

    async def body(pilot) -> None:
        OPEN[name](app)
        await until(pilot, lambda: len(app.screen_stack) == 1 + (name != "board"))
        for key in keys:
            app.post_message(Key(key, "q" if key == "q" else None))
        await until(pilot, lambda: app.failure is not None or type(app.screen).__name__ in ("Board", "Help"))
        await pilot.pause(0.05)

    watch(app, body)
    assert app.failure is None


def test_help_opens_once(seen, run_of, watch, until) -> None:
    app = TuiGan(run_of(seen(Status.PAUSED)))

    async def body(pilot) -> None:
        app.action_help()
        app.action_help()
        await pilot.pause()
        assert len(app.screen_stack) == 2

    watch(app, body)


def test_a_size_is_laid_out_once(seen, run_of, watch, until, monkeypatch, screen_text) -> None:
    app = TuiGan(run_of(seen(Status.PAUSED)))

    async def body(pilot) -> None:
        sizes = before_each_layout(monkeypatch)
        for size in (Size(100, 30), Size(60, 20), Size(1, 1), Size(250, 80)):
            sizes.clear()
            told(app, size)
            await until(pilot, lambda: app.screen.size == size)  # noqa: B023
            for _ in range(3):
                await pilot.pause(0.05)
            # Textual looks once or twice whether something follows from the new places; for the size it lays out once.
            assert [each for each in sizes if each is not None] == [size]
            assert len(sizes) <= 3
        assert "step 2,000" in screen_text(app)

    watch(app, body)


def test_after_a_storm_the_newest_size_is_drawn_and_a_key_is_heard(seen, run_of, watch, until, monkeypatch, screen_text) -> None:
    app = TuiGan(run_of(seen(Status.RUNNING)))
    chance = random.Random(SEED)

    async def body(pilot) -> None:
        for number in range(120):
            size = Size(chance.randint(1, 250), chance.randint(1, 80)) if number < 119 else Size(90, 25)
            told(app, size)
            if number % 3 == 0:
                await pilot.pause(0)
        await pilot.press("question_mark")
        await until(pilot, lambda: type(app.screen).__name__ == "Help" and app.screen.size == Size(90, 25))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.size == Size(90, 25) and "RUNNING" in screen_text(app))
        assert all(len(line) == 90 for line in screen_text(app).split("\n"))

    watch(app, body)
    assert app.failure is None
