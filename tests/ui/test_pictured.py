"""Pictures in pixels on the screen: which way they take at the moment, and that what is written over them is drawn again."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from tests.sixels import decoded
from tests.ui.conftest import make_other
from tui_gan.contract.snapshot import Status
from tui_gan.ui.answers import Answer, Answers
from tui_gan.ui.app import TuiGan
from tui_gan.ui.pixels import Route
from tui_gan.ui.tmux import Client, Pane

SIXEL = re.compile(r"\x1b\[(\d+);(\d+)H(\x1bP0;1;0q.*?\x1b\\)", re.DOTALL)
ANSWERS = ("\x1b[6;18;10t", "\x1b[?62;4c")


def test_pictures_follow_the_terminals_that_look_at_the_pane_of_tmux(run_of, watch, until, screen_text) -> None:
    kitty, other = Client("a", "xterm-kitty", ("RGB",)), Client("b", "xterm-256color", ("RGB",))
    shown, nobody = Route("kitty", Pane(True, (kitty,))), Route(None, Pane(True, ()))
    app = TuiGan(run_of(make_other("images", status=Status.PAUSED)), routes=lambda answers: shown)
    written: list[str] = []

    def pictures() -> int:
        number = "".join(written).count("\x1b\x1b_Ga=T")
        written.clear()
        return number

    async def body(pilot) -> None:
        app.driver.write = written.append
        app.take(shown)
        assert not written
        # Another terminal has none of them, and one that comes back may have missed some.
        app.take(Route("kitty", Pane(True, (kitty._replace(name="c"),))))
        assert pictures() == 1
        app.take(nobody)
        assert not written
        app.take(shown)
        assert pictures() == 1
        # No tmux that answers.
        app.take(Route())
        assert not written
        assert "▀" not in screen_text(app)
        app.take(Route(None, Pane(True, (kitty, other))))
        await until(pilot, lambda: "▀" in screen_text(app))
        assert "Ga=d" in "".join(written)
        assert pictures() == 0
        assert app.parting() == ""
        app.take(nobody)
        app.take(shown)
        await until(pilot, lambda: "▀" not in screen_text(app))
        assert pictures() == 1

    watch(app, body)


def test_tmux_is_asked_again_and_again_and_nobody_else_is(seen, run_of, watch, until, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_gan.ui.pictured.GLANCE", 0.01)
    asked: list[Route] = []

    def ways(found: Route) -> Callable[[Answers], Route]:
        return lambda answers: asked.append(found) or found

    async def body(pilot) -> None:
        await until(pilot, lambda: len(asked) > 3)

    watch(TuiGan(run_of(seen()), routes=ways(Route("kitty", Pane(True, ())))), body)
    asked.clear()

    async def once(pilot) -> None:
        await pilot.pause(0.1)
        assert len(asked) == 1

    watch(TuiGan(run_of(seen()), routes=ways(Route("kitty"))), once)


def by_answers(answers: Answers) -> Route:
    return Route("sixel", answers=answers) if answers.sixel and all(answers.cell) else Route()


def test_a_terminal_that_draws_sixels_gets_them_whenever_they_have_gone(run_of, watch, until, screen_text) -> None:
    app = TuiGan(run_of(make_other("images", status=Status.PAUSED)), routes=by_answers)
    written: list[str] = []

    def sixels() -> list[tuple[str, str, str]]:
        found = SIXEL.findall("".join(written))
        written.clear()
        return found

    def pictures() -> list[np.ndarray]:
        return [decoded(sixel.encode()) for _, _, sixel in sixels()]

    async def body(pilot) -> None:
        app.driver.write = written.append
        await until(pilot, lambda: "▀" in screen_text(app))
        await pilot.press("z")
        for answer in ANSWERS:
            assert "▀" in screen_text(app)
            app.post_message(Answer(answer))
            await pilot.pause()
        await until(pilot, lambda: "▀" not in screen_text(app))
        await until(pilot, lambda: "\x1bP" in "".join(written))
        (place,) = app._board.pictures.values()
        ((y, x, whole),) = sixels()
        assert (int(x) - 1, int(y) - 1) == place.region.offset
        shown = decoded(whole.encode())
        assert shown.shape[:2] == (place.region.height * 18, place.region.width * 10)
        assert (shown >= 0).all()
        # What is not written over stays.
        app.draw_again()
        await pilot.pause(0.1)
        assert sixels() == []
        # News over a corner, cell by cell.
        app.notify("news")
        news = app._board.placed["toasts"].translate(-place.region.offset)
        hidden = np.zeros(shown.shape[:2], bool)
        hidden[news.y * 18 : news.bottom * 18, news.x * 10 : news.right * 10] = True
        assert hidden.any()
        await until(pilot, lambda: "news" in screen_text(app) and any(((left < 0)[..., 0] == hidden).all() for left in pictures()))
        app._board.toasts._become(())
        await until(pilot, lambda: "news" not in screen_text(app) and sixels()[-1:] == [(y, x, whole)])
        # Nothing over another screen, and all of it again afterwards.
        await pilot.press("question_mark")
        await pilot.pause(0.1)
        assert sixels() == []
        await pilot.press("escape")
        await until(pilot, lambda: sixels()[-1:] == [(y, x, whole)])
        # Letters have become larger.
        app.post_message(Answer("\x1b[6;36;20t"))
        await until(pilot, lambda: f'"1;1;{min(1000, place.region.width * 20)};' in "".join(written))
        assert app.parting() == "\x1b[2J"

    watch(app, body, (80, 24))


def test_a_new_picture_in_the_same_cells_is_drawn_without_a_frame(run_of, watch, until, screen_text) -> None:
    run = run_of(make_other("images", status=Status.PAUSED))
    app = TuiGan(run, routes=lambda answers: Route("sixel", answers=Answers(True, 256, (10, 18))))
    written: list[str] = []
    frames: list[object] = []

    async def body(pilot) -> None:
        await until(pilot, lambda: app._board.pictures)
        await pilot.pause(0.2)
        app.driver.write = written.append
        panel = next(part for part in app._board.query("Part") if part._canvas is not None and part._canvas.raster is not None)
        app._display = lambda screen, update: frames.append(update)
        other = panel.picture(panel._frame, *panel.size)
        other.raster.pixels[:] = 0
        panel._replace(other, app.look, False)
        await until(pilot, lambda: "\x1bP" in "".join(written))
        ((_, _, sixel),) = SIXEL.findall("".join(written))
        assert (decoded(sixel.encode()) == 0).all()

    watch(app, body)


def test_the_cells_under_a_picture_are_blank(run_of, watch, until, screen_text) -> None:
    app = TuiGan(
        run_of(make_other("images", status=Status.PAUSED)), routes=lambda answers: Route("sixel", answers=Answers(True, 256, (10, 18)))
    )

    async def body(pilot) -> None:
        await until(pilot, lambda: app._board.pictures)
        (place,) = app._board.pictures.values()
        rows = screen_text(app).split("\n")[place.region.y : place.region.bottom]
        assert all(not row[place.region.x : place.region.right].strip() for row in rows)

    watch(app, body)


def test_a_frame_that_makes_the_terminal_late_brings_its_pictures(run_of, watch, until, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TuiGan, "is_behind", False)
    app = TuiGan(
        run_of(make_other("images", status=Status.PAUSED)), routes=lambda answers: Route("sixel", answers=Answers(True, 256, (10, 18)))
    )
    written: list[str] = []
    displayed, taken = TuiGan.displayed, []

    def late(app: TuiGan, cells: object) -> None:
        monkeypatch.setattr(TuiGan, "is_behind", True)
        displayed(app, cells)
        monkeypatch.setattr(TuiGan, "is_behind", False)

    async def body(pilot) -> None:
        await until(pilot, lambda: app._board.pictures)
        await pilot.pause(0.1)
        app.driver.write = written.append
        monkeypatch.setattr(TuiGan, "when_taken", lambda app, call: taken.append(call))
        monkeypatch.setattr(TuiGan, "displayed", late)
        app.draw_anew()
        await until(pilot, lambda: "\x1bP" in "".join(written))
        # Nothing has to be caught up with, which would make it late again.
        assert taken == []

    watch(app, body)


def test_pictures_that_make_the_terminal_late_hold_up_no_frame(run_of, watch, until, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TuiGan, "is_behind", False)
    app = TuiGan(run_of(make_other("images", status=Status.PAUSED)), routes=lambda answers: Route("kitty"))
    given: list[str] = []
    frames: list[object] = []
    waiting: list[Callable[[], object]] = []

    def write(text: str) -> None:
        found = re.findall(r"\x1b_Ga=T[^;]*i=(\d+)", text)
        given.extend(found)
        # The terminal takes a picture only when it is let.
        if found:
            monkeypatch.setattr(TuiGan, "is_behind", True)

    def taken() -> None:
        monkeypatch.setattr(TuiGan, "is_behind", False)
        calls = [*waiting]
        waiting.clear()
        for call in calls:
            call()

    async def body(pilot) -> None:
        monkeypatch.setattr(TuiGan, "displayed", lambda app, cells: frames.append(cells))
        monkeypatch.setattr(TuiGan, "when_taken", lambda app, call: waiting.append(call))
        await pilot.pause(0.1)
        app.driver.write = write
        frames.clear()
        app.draw_anew()
        assert len(given) == 1
        await until(pilot, lambda: bool(waiting))
        assert frames == []
        taken()
        await until(pilot, lambda: bool(frames))
        assert len(given) == 1
        # What was left out is given with what follows.
        given.clear()
        monkeypatch.setattr(TuiGan, "is_behind", True)
        (number,) = app._board.pictures
        app.show_raster(app._board.pictures[number].raster, number, False)
        assert given == []
        taken()
        assert given == [str(number)]

    watch(app, body)
