"""The board under Textual's pilot: sizes, views, panels, mouse, themes."""

import dataclasses

import numpy as np
import pytest

from tui_gan.contract.commands import TogglePause, TurnKnob
from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.snapshot import Series, Status, frozen
from tui_gan.ui.app import TuiGan
from tui_gan.ui.panels import PANELS
from tui_gan.ui.search import Palette, offered

SIZES = [(10, 3), (40, 12), (80, 24), (120, 36), (200, 60)]


@pytest.mark.parametrize(
    ("status", "ascii_only", "size"),
    [
        *((Status.RUNNING, True, size) for size in SIZES[::2]),
        *(pytest.param(Status.RUNNING, True, size, marks=pytest.mark.slow) for size in SIZES[1::2]),
        *((status, status is Status.FAILED, size) for status in (Status.LOADING, Status.FAILED) for size in SIZES[:1]),
        *(
            pytest.param(status, status is Status.FAILED, size, marks=pytest.mark.slow)
            for status in (Status.LOADING, Status.FAILED)
            for size in SIZES[2::2]
        ),
    ],
)
def test_every_size_shows_its_state(seen, run_of, size, status: Status, ascii_only: bool, watch, screen_text) -> None:
    changes = {
        Status.LOADING: {"picture": None, "series": {}, "events": (), "step": 0},
        Status.FAILED: {"failure": "E: boom", "advice": "try b"},
    }
    run = run_of(seen(status, **changes.get(status, {})))
    app = TuiGan(run, ascii_only=ascii_only)

    async def body(pilot) -> None:
        text = screen_text(app)
        assert status.value in text or size[0] == 10
        assert "try b" in text or status is not Status.FAILED or size[0] == 10
        assert text.isascii() or not ascii_only
        app.notify("a · ✔ note")
        for key in ("question_mark", "escape", "ctrl+p", "escape", *"23456781", "escape") if status is Status.RUNNING else "258":
            await pilot.press(key)
            await pilot.pause()
            assert screen_text(app).isascii() or not ascii_only

    watch(app, body, size)


def test_80_by_24_shows_distribution_losses_and_state_in_whole_words(seen, run_of, watch, screen_text) -> None:
    app = TuiGan(run_of(seen(Status.PAUSED)))

    async def body(pilot) -> None:
        text = screen_text(app)
        for words in (
            "PAUSED",
            "step 2,000 / 100,000",
            "1030 steps/s",
            "distribution",
            "real",
            "generated",
            "D(x)",
            "losses",
            "2 ln 2",
            "space go on",
        ):
            assert words in text

    watch(app, body, (80, 24))


def test_each_panel_can_be_maximised_and_restored(seen, run_of, watch, until) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        before = set(app.screen.placed)
        for name in PANELS:
            await app.run_action(f"maximise('{name}')")
            await until(pilot, lambda name=name: app.screen.query_one(f"#{name}").size == (80, 22))
            assert app.screen.panel == name
            await pilot.press("escape")
            assert set(app.screen.placed) == before, name

    watch(app, body, (80, 24))


def test_a_view_comes_back_with_its_keys_after_another_panel_was_zoomed(seen, run_of, watch) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        await pilot.press("5", "tab")
        assert app.screen.panel != "curves"
        zoomed = []
        for _ in range(len(PANELS)):
            await pilot.press("Z")
            zoomed.append(app.screen.maximised)
        assert {"distribution", "predictions", "events"} < set(zoomed)
        await pilot.press("escape")
        assert (app.screen.maximised, app.screen.panel) == (None, "curves")
        await pilot.press("z")
        assert app.screen.maximised == "curves"
        await pilot.press("1")
        assert (app.screen.maximised, app.focused) == (None, None)

    watch(app, body)


def test_the_footer_names_the_keys_of_the_panel_with_the_focus_also_while_paused(seen, run_of, watch, until, screen_text) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        await pilot.press("2")
        await until(pilot, lambda: "R real" in screen_text(app).split("\n")[-1])
        await pilot.press("tab", "tab")
        await until(pilot, lambda: "↑ ↓ choose" in screen_text(app).split("\n")[-1])
        await pilot.press("1")
        await until(pilot, lambda: "choose" not in screen_text(app).split("\n")[-1])

    watch(app, body)


@pytest.mark.parametrize(("kind", "digit"), [("images", "2")])
def test_a_view_that_a_run_does_not_have_is_refused_and_not_offered(
    other, run_of, kind: str, digit: str, watch, until, screen_text
) -> None:
    app = TuiGan(run_of(other(kind)))

    async def body(pilot) -> None:
        await pilot.press(digit)
        await until(pilot, lambda: "no layers" in screen_text(app))
        assert app.screen.view == "overview"
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette))
        names = {key.name for key, _ in offered(app.screen_stack[0])}
        assert "layers" not in names
        assert {"discriminator", "curves", "explain"} < names

    watch(app, body)


def test_a_view_is_left_when_the_run_turns_out_to_have_none(seen, other, run_of, watch, until, screen_text) -> None:
    run = run_of(seen(Status.LOADING, picture=None, predictions=None, series={}, events=()))
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.press("2")
        await until(pilot, lambda: app.screen.query_one("#layers").size == (120, 34) or app.screen.panel == "layers")
        run.latest = other("images", status=Status.PAUSED)
        await until(pilot, lambda: app.screen.view == "overview" and "images" in screen_text(app))
        assert app.focused is None

    watch(app, body)


def test_the_kind_of_a_run_is_remembered_while_nobody_watches_its_picture(other, run_of, watch, until) -> None:
    run = run_of(other("images", status=Status.RUNNING))
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.press("5")
        run.latest = dataclasses.replace(run.latest, picture=None)
        requests = run.requests
        await until(pilot, lambda: run.requests > requests + 1)
        assert "layers" in app.screen.absent

    watch(app, body)


def test_tab_and_z_and_a_double_click_maximise(seen, run_of, watch, until) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        await pilot.press("tab", "tab", "shift+tab", "z")
        await until(pilot, lambda: app.screen.query_one("#distribution").region.width == 120)
        await pilot.press("z")
        await until(pilot, lambda: app.screen.query_one("#distribution").region.width < 120)
        await pilot.double_click("#samples")
        await until(pilot, lambda: app.screen.query_one("#samples").region.width == 120)

    watch(app, body)


def test_arrows_turn_the_chosen_knob(seen, run_of, watch) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        app.screen.query_one("#knobs").focus()
        await pilot.press("down", "right", "down", "left", "up", "up", "up", "right")

    watch(app, body)
    assert run.commands == [TurnKnob("generator_steps", 1), TurnKnob("minibatch_discrimination", -1), TurnKnob(list(KNOBS)[-1], 1)]


def test_a_click_turns_a_knob_and_presses_a_key_of_the_footer(seen, run_of, watch, where) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.click(offset=where(app, "│ k steps ", "◂"))
        await pilot.click(offset=where(app, "│ batch ", "▸"))
        await pilot.click(offset=where(app, " space go on", "go on"))

    watch(app, body)
    assert run.commands == [TurnKnob("k_steps", -1), TurnKnob("batch_size", 1), TogglePause()]


def test_a_resize_storm_breaks_nothing(seen, run_of, watch, until, screen_text) -> None:
    run = run_of(seen(Status.RUNNING))
    app = TuiGan(run)
    random = np.random.default_rng(0)

    async def body(pilot) -> None:
        for _ in range(20):
            await pilot.resize_terminal(*(int(edge) for edge in random.integers((1, 1), (220, 70))))
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: app.screen.query_one("#events").region.right == 120)
        assert len(screen_text(app).split("\n")) == 36

    watch(app, body)
    assert app.failure is None


@pytest.mark.parametrize("scale", [1e-6, 1e6])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_strange_numbers_break_nothing(seen, run_of, scale: float, bad: float, watch, screen_text) -> None:
    strange = {
        name: Series(frozen([1.0, 2.0, 3.0]), frozen([0.5, bad, 0.7]))
        for name in ("generator_loss", "discriminator_loss", "w1", "sd_ratio")
    }
    app = TuiGan(run_of(seen(Status.RUNNING, scale=scale, series=strange, steps_per_second=bad)))

    async def body(pilot) -> None:
        await pilot.pause(0.1)
        assert "losses" in screen_text(app)

    watch(app, body)
    assert app.failure is None


def test_the_theme_switches(seen, run_of, watch) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        await pilot.press("T")
        assert app.theme == "tui-gan-light"
        await pilot.press("T")
        assert app.theme == "tui-gan-dark"

    watch(app, body)
