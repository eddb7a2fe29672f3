"""The keys of the screen of a sweep."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.ui.sweep.conftest import Handle
from tui_gan.contract.sweep import Stage, SweepState
from tui_gan.ui.help import Help
from tui_gan.ui.sweep.app import Heatmap

Body = Callable[[Any], Awaitable[None]]


@pytest.fixture
def handle(state: SweepState) -> Handle:
    return Handle(state)


def watch(app: Heatmap, body: Body, size: tuple[int, int] = (110, 34)) -> None:
    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await body(pilot)

    asyncio.run(run())


def shown(app: Heatmap) -> str:
    app.draw()
    assert app._sheet is not None
    return app._sheet.canvas.text()


def test_arrows_move_and_letters_change_what_is_shown(handle: Handle) -> None:
    app = Heatmap(handle)

    async def body(pilot: Any) -> None:
        await pilot.press("right", "up", "v")
        assert app.view.places == (1, 1, 0, 0)
        assert "[21.2]" in shown(app)
        await pilot.press("m")
        assert "median of sd" in shown(app)
        await pilot.press("right_square_bracket")
        assert "[minibatch_discrimination on]" in shown(app)
        await pilot.press("x")
        assert (app.view.across, app.view.down) == (2, 0)

    watch(app, body)
    assert handle.asked == []


def test_a_chosen_member_is_opened_as_a_run_and_the_screen_is_left_for_it(handle: Handle) -> None:
    app = Heatmap(handle)

    async def body(pilot: Any) -> None:
        await pilot.press("up", "enter", "right", "right", "enter")
        assert "the member becomes a run" in shown(app)
        handle.latest = dataclasses.replace(handle.latest, openings=1, opened="runs/one")
        app.pull()

    watch(app, body)
    assert handle.asked == [30 + 2]
    assert app.opened == "runs/one"


@pytest.mark.parametrize("stage", [Stage.TRAINING, Stage.FINISHED])
def test_one_that_cannot_be_opened_is_told_and_another_can_be_asked_for(handle: Handle, stage: Stage) -> None:
    handle.latest = dataclasses.replace(handle.latest, stage=stage)
    app = Heatmap(handle)

    async def body(pilot: Any) -> None:
        await pilot.press("enter", "enter")
        handle.latest = dataclasses.replace(handle.latest, openings=1, note="no room for a run")
        app.pull()
        assert "no room for a run" in shown(app)
        await pilot.press("right", "enter")

    watch(app, body)
    assert handle.asked == [0, 1]
    assert app.opened == ""


def test_a_sweep_that_has_finished_stays_until_it_is_left(handle: Handle) -> None:
    handle.latest = dataclasses.replace(handle.latest, stage=Stage.FINISHED)
    app = Heatmap(handle)

    async def body(pilot: Any) -> None:
        app.pull()
        assert app.is_running
        await pilot.press("q")
        app.pull()
        await pilot.pause()

    watch(app, body)
    assert handle.asked == ["stop"]
    assert not app.is_running


def test_none_is_opened_before_there_are_members(handle: Handle) -> None:
    handle.latest = dataclasses.replace(handle.latest, stage=Stage.LOADING)
    app = Heatmap(handle)

    async def body(pilot: Any) -> None:
        await pilot.press("enter", "enter")
        assert "one can be opened once they train" in shown(app)

    watch(app, body)
    assert handle.asked == []


def test_it_pauses_saves_and_leaves_when_it_is_saved(handle: Handle) -> None:
    app = Heatmap(handle)

    async def body(pilot: Any) -> None:
        await pilot.press("space", "c", "question_mark")
        assert isinstance(app.screen, Help)
        await pilot.press("escape", "q")
        app.pull()

    watch(app, body)
    assert handle.asked == ["pause", "save", "stop"]
    assert app.failure is None


def test_a_sweep_that_a_signal_has_stopped_leaves_the_screen(handle: Handle) -> None:
    app = Heatmap(handle)

    async def body(pilot: Any) -> None:
        handle.stop()
        app.pull()
        await pilot.pause()

    watch(app, body)
    assert app.opened == ""
    assert not app.is_running


def test_a_click_moves_the_cursor_and_presses_keys(handle: Handle) -> None:
    app = Heatmap(handle)

    async def body(pilot: Any) -> None:
        app.draw()
        assert app._sheet is not None
        assert app._sheet.cells is not None
        top, place = app._sheet.cells
        await pilot.click(offset=(place.x + 2 * place.width + 1, top + place.y))
        assert app.view.places == (1, 2, 0, 0)
        target = next(each for each in app._sheet.targets if each.action == "enter")
        await pilot.click(offset=(target.start, target.row))
        assert app.view.member == 0

    watch(app, body)


def test_it_follows_the_size(handle: Handle) -> None:
    app = Heatmap(handle)

    async def body(pilot: Any) -> None:
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        assert app._sheet is not None
        assert (app._sheet.canvas.width, app._sheet.canvas.height) == (60, 20)

    watch(app, body)
