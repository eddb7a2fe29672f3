"""The key that shows all samples: what the run is asked for, where it means something, and what is drawn over."""

import dataclasses

import pytest

from tui_gan.contract.commands import Watch
from tui_gan.ui.app import TuiGan
from tui_gan.ui.painter import Easel


def asked(run) -> tuple[str, ...]:
    """The parts that the screen has asked for last."""
    return [command for command in run.sent if isinstance(command, Watch)][-1].parts


@pytest.mark.parametrize("kind", ["line", "plane"])
def test_a_key_asks_for_all_samples_and_takes_it_back(kind: str, seen, other, run_of, watch) -> None:
    run = run_of(seen() if kind == "line" else other(kind))
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.pause()
        assert "wide" not in asked(run)
        await pilot.press("a")
        assert {"picture", "wide"} <= {*asked(run)}
        await pilot.press("2")
        await pilot.pause()
        assert {"field", "picture", "wide"} <= {*asked(run)}
        # A view without a picture asks for none.
        await pilot.press("3")
        await pilot.pause()
        assert not {"picture", "wide"} & {*asked(run)}
        await pilot.press("1", "a")
        await pilot.pause()
        assert "picture" in asked(run)
        assert "wide" not in asked(run)

    watch(app, body, (120, 36))


def test_images_have_no_window_to_widen(other, run_of, watch, screen_text) -> None:
    run = run_of(other("images"))
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.pause()
        await pilot.press("a")
        await pilot.pause()
        assert "wide" not in asked(run)
        assert "images have no window" in screen_text(app)

    watch(app, body, (80, 24))


def test_what_is_drawn_lies_in_the_window_of_the_run(seen, run_of, watch) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.pause()
        await pilot.press("a")
        run.latest = dataclasses.replace(run.latest, picture=dataclasses.replace(run.latest.picture, wide=True))
        await pilot.pause(0.4)
        await pilot.press("w")
        await pilot.pause()
        assert not app.screen.query(Easel)
        assert "wide" not in asked(run)
        run.latest = dataclasses.replace(run.latest, picture=dataclasses.replace(run.latest.picture, wide=False))
        await pilot.pause(0.4)
        await pilot.press("w")
        await pilot.pause()
        assert app.screen.query(Easel)

    watch(app, body, (120, 36))
