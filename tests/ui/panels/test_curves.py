"""The view of curves under Textual's pilot: every key of it, the mouse, the filter, and the list of other runs."""

import dataclasses

import numpy as np
import pytest
from textual.events import Key, MouseScrollDown, MouseScrollUp

from tui_gan.contract.commands import Overlay, TurnKnob
from tui_gan.contract.snapshot import Event, Series, Status, frozen
from tui_gan.ui.app import TuiGan
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.panels.curves import Curves
from tui_gan.ui.panels.panel import Frame

SMALL = (80, 24)


@pytest.fixture
def pressed(seen, run_of, watch, screen_text):
    """The screens after each of several strings of keys, in the view of curves; and the run, with what it was sent."""

    def press(*stages: str, size: tuple[int, int] = SMALL, **changes: object):
        run, texts = run_of(seen(**changes)), []
        app = TuiGan(run, ascii_only=True)

        async def body(pilot) -> None:
            for keys in ("5", *stages):
                await pilot.press(*keys.split())
                await pilot.pause()
                texts.append(screen_text(app))

        watch(app, body, size)
        return texts, run

    return press


def last_line(text: str) -> str:
    """What stands below the charts."""
    return [row for row in text.split("\n") if row.startswith("|")][-1].strip("| ")


def edge(text: str) -> str:
    """The upper edge of the panel, with its title and what is said beside it."""
    return next(row for row in text.split("\n") if row.startswith("+- curves "))


def axis(text: str) -> list[str]:
    """The labels of the steps below the first chart."""
    return next(row for row in text.split("\n") if row.rstrip("| ").endswith(" step")).strip("| ").split()


def test_80_by_24_shows_two_charts_and_the_others_by_arrows(pressed) -> None:
    (text, below, above), run = pressed("down down down", "up")
    first = ("losses  G 0.718  D 1.39  nats", "W1 distance  0.02  data units", "charts 1-2 of 3", "2 ln 2", "step")
    assert all(words in text for words in first)
    assert "sd ratio" not in text
    assert "left, right or a click: read values off at a step" in last_line(text)
    assert all(words in below for words in ("W1 distance", "sd ratio  1.02", "charts 2-3 of 3"))
    assert above == text
    assert run.commands == []


def test_a_large_screen_shows_all(pressed) -> None:
    (text,), _ = pressed(size=(200, 60))
    assert all(words in text for words in ("losses", "W1 distance", "sd ratio", "k steps: 2"))
    assert "charts" not in edge(text)


@pytest.mark.parametrize("size", [(1, 1), (10, 3), (24, 8), (40, 12)])
def test_any_size(pressed, size: tuple[int, int]) -> None:
    assert all(text.isascii() for text in pressed("left", "slash w", size=size)[0])


def test_the_cursor_reads_values_off(pressed) -> None:
    (_, end, beyond, start), _ = pressed("left", "right", "right")
    assert last_line(end).split("  ") == ["step 2,000", "G 0.718", "D 1.39", "W1 distance 0.02"]
    assert "@" in end
    assert "click" in last_line(beyond)
    assert last_line(start).split("  ") == ["step 50", "G 1.6", "D 0.676"]


def test_on_a_change_the_cursor_says_what_was_changed(pressed) -> None:
    (_, beside, there), _ = pressed("left left", "left", events=(Event(1900, "k steps: 2 (was 1)", "change"),))
    assert "step 1,950  G" in last_line(beside)
    assert "step 1,900  * k steps: 2 (was 1)  G" in last_line(there)


def test_a_click_sets_the_cursor_and_the_wheel_zooms(seen, run_of, watch, screen_text) -> None:
    app = TuiGan(run_of(seen()), ascii_only=True)

    async def body(pilot) -> None:
        await pilot.press("5")
        await pilot.pause()
        panel = app.screen.query_one(Curves)
        plot = panel._plots[0]
        at = (plot.x + plot.left + plot.columns // 2 + 1, plot.y + 4)
        for offset in (at, (2, 2)):
            await pilot.click(panel, offset=offset)
            await pilot.pause()
            assert "step 1,0" in last_line(screen_text(app))
        for kind, near in ((MouseScrollUp, True), (MouseScrollDown, False)):
            await pilot._post_mouse_events([kind], panel, at)
            await pilot.pause()
            assert (panel.reading.width is not None) is near

    watch(app, body, SMALL)


def test_zooming_and_all(pressed) -> None:
    (text, near, far, cursor, around, whole), _ = pressed("plus plus", "minus minus", "left", "plus", "0 0")
    assert "1.6k" in near
    assert "1.6k" not in text
    assert "step 2,000" in cursor
    # Half of the steps, around the cursor.
    assert axis(text) == ["500", "1k", "1.5k", "step"]
    assert axis(around) != axis(text)
    assert text == far == whole


def test_smoothing_and_the_scale_of_values_come_round(pressed) -> None:
    texts, _ = pressed("S", "S", "S", "S", "Y", "Y", "Y")
    said = ["", *(f"smoothed over {points} points" for points in (5, 20, 100)), "", "log y", "linear y", ""]
    for text, words in zip(texts, said, strict=True):
        title = edge(text).strip("+-").replace("charts 1-2 of 3", "").replace("curves", "")
        assert title.strip(" -") == words


def test_a_filter_is_typed_without_any_other_key_acting(pressed) -> None:
    (before, typed, kept, _, cleared), run = pressed("slash s d k backspace space r a t i o", "enter", "k", "slash escape")
    assert "filter sd ratio_" in last_line(typed)
    assert "1 series" in last_line(typed)
    assert next(row for row in typed.split("\n") if row.startswith("|")).startswith("|sd ratio  1.02")
    assert "filter: sd ratio" in edge(kept)
    assert cleared == before
    assert run.commands == [TurnKnob("k_steps", -1)]


def test_keys_that_come_faster_than_they_are_answered_are_text_too(seen, run_of, watch) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.press("5")
        await pilot.pause()
        for key in ("slash", "k", "s", "enter", "O", "down", "space", "escape", "slash", "escape"):
            app.post_message(Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        await pilot.pause()
        assert app.screen.query_one(Curves).reading.words == ""
        assert run.commands == [Overlay(("toy1d-earlier",))]

    watch(app, body, SMALL)


def test_a_filter_that_leaves_nothing_says_so(pressed) -> None:
    (_, text), _ = pressed("slash x y z enter")
    assert "no series matches: xyz" in text


def test_without_other_runs_a_note_says_so(pressed) -> None:
    (_, text, later), run = pressed("O", "left", runs=())
    assert "no other runs beside this one" in last_line(text)
    assert "no other runs" not in later
    assert run.commands == []


def laid(scale: float) -> dict[str, Series]:
    return {"w1": Series(frozen([500.0, 2000.0]), frozen([0.5 * scale, 0.1 * scale]))}


def test_a_single_other_run_is_laid_over_at_once_and_taken_away(pressed) -> None:
    assert pressed("O", runs=("before",))[1].commands == [Overlay(("before",))]
    (_, text), run = pressed("O left", runs=("before",), overlays={"before": laid(1.0)})
    assert run.commands == [Overlay(())]
    assert "-- before" in edge(text)
    assert "W1 distance 0.02 (0.1)" in last_line(text)


def test_of_several_runs_some_are_ticked(pressed) -> None:
    (_, text, closed), run = pressed("O down space k", "up space space enter left")
    assert all(words in text for words in ("overlay", "> x toy1d-earlier", "    toy1d-before"))
    assert last_line(text) == "up down choose  space ticks  Enter closes"
    assert "toy1d-earlier" not in closed
    one, both = ("toy1d-earlier",), ("toy1d-earlier", "toy1d-before")
    assert run.commands == [Overlay(one), Overlay(both), Overlay(one)]


def test_a_click_ticks_a_run(seen, run_of, watch) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.press("5")
        await pilot.press("O")
        await pilot.pause()
        panel = app.screen.query_one(Curves)
        second = panel.targets[1]
        await pilot.click(panel, offset=(second.start + 1, second.row))
        await pilot.pause()
        assert run.commands == [Overlay(("toy1d-earlier",))]
        assert panel.reading.cursor is None

    watch(app, body, SMALL)


def test_keys_are_answered_at_once_while_the_run_trains(pressed) -> None:
    assert "smoothed over 5 points" in pressed("S", status=Status.RUNNING)[0][-1]


def test_what_the_curves_depend_on(seen) -> None:
    look, base = Look(), seen(Status.RUNNING)
    panel = Curves("curves")
    longer = Series(frozen([*base.series["w1"].steps, 2500.0]), frozen([*base.series["w1"].values, np.nan]))
    changes = (
        {"series": {**base.series, "w1": longer}},
        {"events": (*base.events, Event(1800, "batch: 64 (was 128)", "change"))},
        {"overlays": {"before": laid(1.0)}},
        {"phase": "pre-training 3 / 10"},
    )
    for change in changes:
        assert panel.facts(Frame(base, look)) != panel.facts(Frame(dataclasses.replace(base, **change), look))
    assert panel.facts(Frame(base, look)) == panel.facts(Frame(dataclasses.replace(base, runs=("new",), step=1), look))
