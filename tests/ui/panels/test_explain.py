from tests.ui.conftest import STAGES
from tui_gan.contract.snapshot import Status
from tui_gan.ui.app import TuiGan
from tui_gan.ui.panels.explain import Explain


def test_the_text_scrolls_to_its_end(seen, run_of, watch, until, screen_text) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        await pilot.press("8")
        await until(pilot, lambda: "WHAT YOU SEE" in screen_text(app))
        assert "more below" in screen_text(app)
        await pilot.press("down", "down", "down")
        await until(pilot, lambda: "WHAT YOU SEE" not in screen_text(app))
        await pilot.press("up", "up", "up", "up")
        await until(pilot, lambda: "WHAT YOU SEE" in screen_text(app))
        await pilot.press(*["pagedown"] * 8)
        await until(pilot, lambda: "correlated (data):" in screen_text(app) and "more below" not in screen_text(app))
        await pilot.press(*["pageup"] * 8)
        await until(pilot, lambda: "WHAT YOU SEE" in screen_text(app))

    watch(app, body, (200, 60))


def test_slow_motion_stands_below_every_view_while_there_is_one(seen, run_of, watch, until, screen_text) -> None:
    run = run_of(seen(stages=STAGES))
    app = TuiGan(run)

    async def body(pilot) -> None:
        for key, word in (("1", "distribution"), ("8", "WHAT YOU SEE"), ("6", "knobs")):
            await pilot.press(key)
            await until(pilot, lambda word=word: word in screen_text(app) and "G turns them into samples." in screen_text(app))
            assert "n next" in screen_text(app)
        run.latest = seen()
        await until(pilot, lambda: "slow motion ─" not in screen_text(app))

    watch(app, body, (80, 24))


def test_what_was_said_without_the_settings_is_said_anew_at_once(seen, run_of, watch, until, screen_text) -> None:
    run = run_of(seen(Status.RUNNING, settings=()))
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.press("8")
        await until(pilot, lambda: "WHAT YOU SEE" in screen_text(app))
        panel = app.screen.query_one(Explain)
        assert panel.pause(app.screen.frame) == 0.0
        run.latest = seen(Status.RUNNING)
        await until(pilot, lambda: panel.pause(app.screen.frame) == Explain.slow_seconds)

    watch(app, body, (80, 24))
