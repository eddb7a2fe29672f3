import dataclasses

import pytest

from tui_gan.contract.commands import Browse, Pause, Save
from tui_gan.contract.rules import EXTRAS, Rules
from tui_gan.contract.snapshot import Status
from tui_gan.ui.app import TuiGan
from tui_gan.ui.keys import KEYS
from tui_gan.ui.panels.curves import Curves
from tui_gan.ui.panels.gallery import Gallery
from tui_gan.ui.panels.settings import Settings
from tui_gan.ui.search import OUT, VIEW_OF, Palette, offered
from tui_gan.ui.views import VIEWS


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


def best_hit(text: str) -> str:
    """The first action below the line in which words are typed."""
    lines = text.split("\n")
    typed = next((place for place, line in enumerate(lines) if "🔎" in line), len(lines))
    return next((line.strip() for line in lines[typed + 1 :] if line.strip()), "")


@pytest.mark.slow
def test_the_palette_finds_what_another_view_does_and_goes_there(seen, run_of, watch, until, screen_text) -> None:
    run = run_of(seen(Status.RUNNING))
    app = TuiGan(run)

    async def body(pilot) -> None:
        for view, words, named, done in (
            ("5", "interpolate", "walk: ", lambda: Browse(walk=(0, 1)) in run.commands),
            ("4", "series as", "filter: filter the series", lambda: app.screen.query_one(Curves).typing),
            ("7", "settings as", "filter: filter knobs", lambda: app.screen.query_one(Settings).state.filtering),
        ):
            await pilot.press("escape", "escape", view, "ctrl+p")
            await until(pilot, lambda: isinstance(app.screen, Palette))
            await pilot.press(*words)
            await until(pilot, lambda named=named: best_hit(screen_text(app)).startswith(named))
            await pilot.press("enter")
            await until(pilot, done)
        assert app.screen.query_one(Gallery).wish == Browse(walk=(0, 1))
        assert app.memory.view == "knobs"

    watch(app, body)
    assert app.failure is None


@pytest.mark.parametrize(("kind", "extras"), [("line", ()), ("plane", ("encoder",)), ("images", EXTRAS)])
def test_every_action_of_every_view_that_the_run_has_is_offered_from_everywhere(
    seen, other, run_of, watch, kind: str, extras: tuple[str, ...]
) -> None:
    snapshot = seen() if kind == "line" else other(kind)
    app = TuiGan(run_of(dataclasses.replace(snapshot, rules=Rules(extras=extras))))

    async def body(pilot) -> None:
        board = app.screen
        has = board.frame.snapshot.rules.extras
        wanted = {key.name for key in KEYS if key.panel in VIEW_OF and key.panel not in board.absent and key.works(key.panel, kind, has)}
        wanted |= {key.name for key in KEYS if not key.panel and key.name not in OUT}
        wanted -= {name for name, view in VIEWS.items() if view.panel in board.absent}
        for digit in "1345678":
            await pilot.press(digit)
            found = [key.name for key, _ in offered(board)]
            assert set(found) == wanted
            assert len(found) == len(wanted)

    watch(app, body)


def test_an_action_waits_for_the_answer_and_is_dropped_by_who_has_gone_on(seen, run_of, watch, until) -> None:
    run = run_of(seen())
    ask, run.request_snapshot = run.request_snapshot, lambda: None
    app = TuiGan(run)

    async def body(pilot) -> None:
        app.act_in("samples", "walk")
        app.act_in("samples", "walk")
        await pilot.press("5")
        app.send(Pause())
        run.request_snapshot = ask
        ask()
        await pilot.pause(0.2)

    watch(app, body)
    assert run.commands == [Pause()]
    assert app.memory.view == "curves"
