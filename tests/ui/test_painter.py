"""The painter under the pilot: what is drawn is sent, and nothing else."""

import pytest

from tui_gan.contract.commands import DrawData
from tui_gan.contract.snapshot import Status
from tui_gan.ui.app import TuiGan
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.pictures.painting import BARS, NOTCHES, ROWS
from tui_gan.ui.keys import PAINTER_KEYS, painter_items
from tui_gan.ui.painter import NOTHING, Easel, Painter, painter
from tui_gan.ui.panels.panel import Frame


def drawn(run) -> list[DrawData]:
    return [command for command in run.sent if isinstance(command, DrawData)]


@pytest.fixture
def painting(seen, other, run_of, watch):
    """Press keys in the painter of a run; then do something more."""

    def go(kind: str, keys: str, body=None, size: tuple[int, int] = (80, 24)):
        run = run_of(seen() if kind == "line" else other(kind))
        app = TuiGan(run)

        async def pressed(pilot) -> None:
            await pilot.press("w", *keys.split())
            await pilot.pause()
            if body is not None:
                await body(pilot, app, app.screen.query_one(Easel))

        watch(app, pressed, size)
        return run

    return go


def test_bars_are_drawn_and_sent(painting) -> None:
    ((row,),) = (command.weights for command in drawn(painting("line", "e left up up right right space enter")))
    assert len(row) == BARS
    assert row[BARS // 2 - 1] == 2 / NOTCHES
    assert row[BARS // 2 + 1] == 1.0
    assert sum(row) == 1.0 + 2 / NOTCHES


def test_cells_are_painted_and_sent_the_lowest_row_first(painting) -> None:
    ((rows),) = (command.weights for command in drawn(painting("plane", "e down down right space plus enter")))
    assert (len(rows), len(rows[0])) == (ROWS, ROWS)
    assert [(y, x) for y in range(ROWS) for x in range(ROWS) if rows[y][x]] == [(ROWS // 2 - 2, ROWS // 2 + 1)]
    assert all(isinstance(weight, float) for row in rows for weight in row)


def test_one_may_begin_with_a_shape(painting) -> None:
    async def body(pilot, app, easel) -> None:
        seen = []
        for key in ("g", "2", "u", "r"):
            await pilot.press("e", key)
            assert easel.painting.weights.max() == 1.0
            seen.append(easel.painting.weights.sum())
        assert len(set(seen)) == 4

    painting("plane", "", body)


def test_escape_changes_nothing(painting) -> None:
    assert drawn(painting("line", "g escape")) == []


def test_nothing_is_not_learned_and_it_says_so(painting, screen_text) -> None:
    async def body(pilot, app, easel) -> None:
        assert NOTHING in screen_text(app)
        await pilot.press("space")
        assert NOTHING not in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert not isinstance(app.screen, Painter)
        assert "training on your drawing" in screen_text(app)

    assert len(drawn(painting("plane", "e enter", body))) == 1


def test_the_screen_names_its_keys_and_where_the_brush_is(painting, screen_text) -> None:
    async def body(pilot, app, easel) -> None:
        text = screen_text(app)
        for items in painter_items(True):
            assert all(item.label in text for item in items)
        assert "x 4  height 1.00  brush 1" in text
        await pilot.press("plus", "down")
        assert "height 0.94  brush 2" in screen_text(app)

    painting("line", "", body)


def test_the_mouse_sets_heights(painting) -> None:
    async def body(pilot, app, easel) -> None:
        await pilot.mouse_down("#easel", offset=(1, 1))
        await pilot.hover("#easel", offset=(21, 18))
        await pilot.mouse_up("#easel", offset=(21, 18))
        await pilot.hover("#easel", offset=(60, 3))
        heights = easel.painting.weights[0]
        assert heights[0] == 1.0
        assert heights[10] == 0.0
        assert (heights[:10] > heights[1:11]).all()
        assert not heights[11:].any()

    painting("line", "e", body)


def test_the_mouse_paints_and_erases(painting) -> None:
    async def body(pilot, app, easel) -> None:
        for filled in (9, 0):
            await pilot.mouse_down("#easel", offset=(24, 6))
            await pilot.hover("#easel", offset=(40, 6))
            await pilot.mouse_up("#easel", offset=(40, 6))
            assert easel.painting.weights.sum() == filled

    painting("plane", "e", body)


def test_a_key_that_is_shown_can_be_clicked_and_a_still_painter_sends_nothing(painting, where) -> None:
    async def body(pilot, app, easel) -> None:
        await pilot.click(offset=where(app, " uniform ", "uniform"))
        assert easel.painting.weights.min() == 1.0
        shown: list[object] = []
        app._display = lambda screen, update: shown.append(update)
        await pilot.pause(0.3)
        assert [update for update in shown if update is not None] == []

    painting("plane", "e", body)


@pytest.mark.parametrize("kind", ["line", "plane"])
def test_any_size_has_a_painter(painting, kind: str) -> None:
    async def body(pilot, app, easel) -> None:
        for size in ((1, 1), (12, 5), (40, 12)):
            await pilot.resize_terminal(*size)
            await pilot.press("g", "plus", "up", "right", "space", "minus")
        await pilot.press("enter")

    assert len(drawn(painting(kind, "", body))) == 1


def test_training_goes_on_behind(seen, run_of, watch, until) -> None:
    run = run_of(seen(Status.RUNNING))
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, Painter))
        before = run.latest.step
        await until(pilot, lambda: run.latest.step > before + 1)
        assert isinstance(app.screen, Painter)

    watch(app, body)


def test_images_and_a_run_that_has_not_begun_cannot_be_drawn(seen, other) -> None:
    for snapshot, words in (
        (other("images"), "drawing is for data on the line or in the plane"),
        (seen(Status.LOADING, picture=None), "no picture"),
    ):
        assert words in painter(snapshot.picture, Frame(snapshot, Look()))


def test_why_there_is_no_painter_is_said(other, run_of, watch, screen_text) -> None:
    app = TuiGan(run_of(other("images")))

    async def body(pilot) -> None:
        await pilot.press("w")
        await pilot.pause()
        assert not isinstance(app.screen, Painter)
        assert "drawing is for data on the line or in the plane" in screen_text(app)

    watch(app, body)


def test_each_key_of_the_painter_is_one_of_its_actions() -> None:
    assert all(hasattr(Painter, f"action_{key.action.partition('(')[0]}") for key in PAINTER_KEYS)
