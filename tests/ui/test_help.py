from tui_gan.ui.app import TuiGan
from tui_gan.ui.help import Help


def test_help_opens_and_closes(seen, run_of, watch, screen_text) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        for key in ("escape", "question_mark", "q"):
            await pilot.press("question_mark")
            await pilot.pause()
            assert isinstance(app.screen, Help)
            assert "discriminator updates per step" in screen_text(app)
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
