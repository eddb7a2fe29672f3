from tui_gan.contract.commands import Save
from tui_gan.ui.app import TuiGan
from tui_gan.ui.search import Palette


def test_the_palette_finds_an_action_and_does_it(seen, run_of, watch, until, screen_text) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette) and "checkpoint" in screen_text(app))
        await pilot.press(*"checkpoint now")
        await until(pilot, lambda: "step" not in screen_text(app).lower().replace("checkpoint", ""))
        await pilot.press("enter")
        await until(pilot, lambda: run.commands == [Save()])

    watch(app, body)
