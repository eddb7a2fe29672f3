"""The board under Textual's pilot: sizes, panels, help, palette, mouse, themes."""

import numpy as np
import pytest

from tui_gan.contract.commands import Save, TogglePause, TurnKnob
from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.snapshot import Series, Status, frozen
from tui_gan.ui.app import TuiGan
from tui_gan.ui.help import Help
from tui_gan.ui.panels import PANELS
from tui_gan.ui.search import Palette

SIZES = [(10, 3), (40, 12), (80, 24), (120, 36), (200, 60)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("status", "ascii_only"), [(Status.LOADING, False), (Status.RUNNING, True), (Status.FAILED, True)])
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
        for key in ("question_mark", "escape", "ctrl+p", "escape", "4", "escape"):
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
            "space pause",
        ):
            assert words in text

    watch(app, body, (80, 24))


def test_help_opens_and_closes(seen, run_of, watch, screen_text) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        for key in ("escape", "question_mark", "q"):
            await pilot.press("question_mark")
            await pilot.pause()
            assert isinstance(app.screen, Help)
            assert "discriminator updates per generator update" in screen_text(app)
            await pilot.press(key)
            await pilot.pause()
            assert not isinstance(app.screen, Help)
        assert "distribution" in screen_text(app)

    watch(app, body)


def test_help_scrolls_where_the_screen_is_small(seen, run_of, watch, until, screen_text) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        await pilot.press("question_mark")
        await pilot.pause()
        assert "mouse" not in screen_text(app)
        await pilot.press("end")
        await until(pilot, lambda: "mouse" in screen_text(app))

    watch(app, body, (40, 12))


def test_the_palette_finds_an_action_and_does_it(seen, run_of, watch, until, screen_text) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette) and "checkpoint" in screen_text(app))
        await pilot.press(*"checkpoint now")
        await until(pilot, lambda: "step" not in screen_text(app).lower().replace("checkpoint", ""))
        await pilot.press("enter")
        await until(pilot, lambda: run.sent == [Save()])

    watch(app, body)


@pytest.mark.parametrize("name", PANELS)
def test_each_panel_can_be_maximised_and_restored(seen, run_of, name: str, watch, until, screen_text) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        panel = app.screen.query_one(f"#{name}")
        before = panel.region
        await pilot.press(str(list(PANELS).index(name) + 1))
        await until(pilot, lambda: panel.region.size == (80, 22))
        await pilot.press("escape")
        await until(pilot, lambda: panel.region == before or name not in screen_text(app))

    watch(app, body, (80, 24))


@pytest.mark.parametrize("kind", ["plane", "images"])
def test_a_panel_that_a_run_does_not_have_stays_away(other, run_of, kind: str, watch, until, screen_text) -> None:
    app = TuiGan(run_of(other(kind)))

    async def body(pilot) -> None:
        before = screen_text(app)
        assert "predictions" in before
        assert "samples" not in before
        await pilot.press(str(list(PANELS).index("samples") + 1))
        await pilot.pause()
        assert screen_text(app) == before
        await pilot.press("ctrl+p", *"panel")
        await until(pilot, lambda: "zoom the panel predictions" in screen_text(app))
        assert "zoom the panel samples" not in screen_text(app)

    watch(app, body)


def test_the_panels_follow_the_kind_of_run_once_it_is_known(seen, other, run_of, watch, until, screen_text) -> None:
    run = run_of(seen(Status.LOADING, picture=None, predictions=None, series={}, events=()))
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.press(str(list(PANELS).index("samples") + 1))
        await until(pilot, lambda: app.screen.query_one("#samples").region.width == 120)
        run.latest = other("plane", status=Status.PAUSED)
        await until(pilot, lambda: "predictions" in screen_text(app) and "plane" in screen_text(app))
        assert app.screen.focused is None
        assert "latents" not in screen_text(app)

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
    assert run.sent == [TurnKnob("minibatch_discrimination", 1), TurnKnob("generator_lr", -1), TurnKnob(list(KNOBS)[-1], 1)]


def test_a_click_turns_a_knob_and_presses_a_key_of_the_footer(seen, run_of, watch) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.click("#knobs", offset=(15, 1))
        await pilot.click("#knobs", offset=(25, 6))
        await pilot.click("#footer", offset=(3, 0))

    watch(app, body)
    assert run.sent == [TurnKnob("k_steps", -1), TurnKnob("batch_size", 1), TogglePause()]


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
