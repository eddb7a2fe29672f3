"""The whole screen, at every size: each part stands in its place, whole, and what it says is what it draws."""

import itertools
from typing import Any

import pytest

from tui_gan.contract.snapshot import Event, Snapshot, Status
from tui_gan.ui.app import TuiGan
from tui_gan.ui.draw.palette import DARK, LIGHT, Palette, styles
from tui_gan.ui.keys import view_keys
from tui_gan.ui.panels import PANELS
from tui_gan.ui.panels.panel import Part
from tui_gan.ui.views import VIEWS

SIZES = [(40, 12), (80, 24), (120, 36), (160, 48)]
CORNERS = "╭╮╰╯"


def lines_of(app: TuiGan, name: str, text: str) -> list[str]:
    """What stands in the place of a part."""
    place = app.screen.placed[name]
    return [row[place.x : place.right] for row in text.split("\n")[place.y : place.bottom]]


def check_parts(app: TuiGan, text: str, size: tuple[int, int]) -> None:
    """Each part is seen as it draws itself, a panel within its frame; no cell belongs to two, and none lies outside."""
    rows = text.split("\n")
    assert {len(row) for row in rows} == {size[0]}
    assert len(rows) == size[1]
    for one, other in itertools.combinations(app.screen.placed.values(), 2):
        assert not one.overlaps(other)
    for part in app.screen.query_children(Part):
        if part.id not in app.screen.placed or part.id == "toasts":
            continue
        seen = lines_of(app, part.id, text)
        assert seen == part.picture(app.screen.frame, *part.size).text().split("\n"), part.id
        if part.id in PANELS:
            assert seen[0][0] + seen[0][-1] + seen[-1][0] + seen[-1][-1] == CORNERS
            assert seen[0].startswith(f"╭─ {part.heading(app.screen.frame)} ─"), part.id


@pytest.mark.parametrize(("kind", "sizes"), [("line", SIZES), ("plane", SIZES[1:2]), ("images", SIZES[1:2])])
def test_the_digits_turn_to_the_views_which_stand_whole_at_every_size(seen, other, run_of, watch, screen_text, kind: str, sizes) -> None:
    app = TuiGan(run_of(seen() if kind == "line" else other(kind)))

    async def body(pilot: Any) -> None:
        for key, panel in [(key, VIEWS[key.name].panel) for key in view_keys()]:
            if panel in app.screen.absent:
                continue
            await pilot.press(key.key)
            for size in sizes:
                await pilot.resize_terminal(*size)
                await pilot.pause()
                text = screen_text(app)
                check_parts(app, text, size)
                assert (app.screen.view, app.screen.panel) == (key.name, panel)
                assert app.focused is (app.screen.query_one(f"#{panel}") if panel else None)
        assert app.failure is None

    watch(app, body, sizes[0])


FAILED: dict[str, Any] = {
    "failure": 'Traceback (most recent call last):\n  File "trainer.py", line 88, in step\nRuntimeError: out of memory',
    "advice": "lower the batch size with b, or go on from the last checkpoint: tui-gan resume runs/toy1d",
    "events": (Event(2000, "training failed: out of memory", "error"),),
}


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_a_failure_shows_its_traceback_and_what_to_do(seen, run_of, watch, screen_text, size) -> None:
    app = TuiGan(run_of(seen(Status.FAILED, **FAILED)))

    async def body(pilot: Any) -> None:
        text = screen_text(app)
        check_parts(app, text, size)
        assert "✖ FAILED" in text.split("\n")[0]
        said = "".join(line.strip("│").ljust(size[0]) for line in lines_of(app, "events", text)[1:-1]).split()
        ending = f"{FAILED['failure']} {FAILED['advice']}".split()
        assert said[-len(ending) :] == ending
        # Where its panel is small the event itself makes room for the traceback.
        assert said[: -len(ending)] in ([], ["2,000", "✖", "training", "failed:", "out", "of", "memory"])
        (advice,) = lines_of(app, "advice", text)
        assert advice.rstrip("… ") == f" ▲ {FAILED['advice']}"[: len(advice.rstrip("… "))]
        assert (advice.rstrip().endswith("…")) == (size[0] == 80)

    watch(app, body, size)


# What each panel says before there is anything to see.
NOTHING = {
    "distribution": "loading ...  space: begin paused",
    "layers": "loading ...  space: begin paused",
    "gallery": "loading ...  space: begin paused",
    "losses": "no losses yet",
    "samples": "no samples yet",
    "predictions": "no predictions yet",
    "discriminator": "no predictions yet",
    "curves": "no curves yet",
    "quality": "not measured yet: press e",
    "events": "nothing yet",
}


@pytest.fixture
def bare(seen) -> Snapshot:
    empty: dict[str, Any] = {"picture": None, "predictions": None, "series": {}, "events": (), "layers": (), "machine": None}
    return seen(Status.LOADING, **empty, step=0, seconds=0.0, steps_per_second=0.0, gallery=None, settings=(), diagnosis=None)


def test_before_training_each_panel_says_what_is_not_there_yet(bare: Snapshot, run_of, watch, screen_text) -> None:
    app = TuiGan(run_of(bare))

    async def body(pilot: Any) -> None:
        told = set()
        for key in view_keys():
            await pilot.press(key.key)
            await pilot.pause()
            text = screen_text(app)
            check_parts(app, text, (200, 60))
            for name in NOTHING.keys() & app.screen.placed.keys():
                (words,) = (line for line in (row.strip("│ ") for row in lines_of(app, name, text)[1:-1]) if line)
                # In a narrow panel the key that begins paused is left out.
                assert NOTHING[name].split("  ")[: len(words.split("  "))] == words.split("  "), name
                told |= {name} if words == NOTHING[name] else set()
        assert told == NOTHING.keys()
        assert text.startswith(" toy1d  ◌ LOADING   step 0 / 100,000 · 0% · 0 steps/s · cpu · 0:00:00 ")

    watch(app, body, (200, 60))


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)
def test_a_theme_changes_the_colours_and_nothing_else(seen, run_of, watch, screen_text, palette: Palette) -> None:
    app = TuiGan(run_of(seen()), light=not palette.dark)

    async def body(pilot: Any) -> None:
        check_parts(app, screen_text(app), (120, 36))
        shown = {segment.style for strip in app.screen._compositor.render_strips() for segment in strip if segment.text.strip()}
        known = {(style.color.triplet, style.bgcolor.triplet) for style in styles(palette)}
        assert {(style.color.triplet, style.bgcolor.triplet) for style in shown} <= known
        assert len(shown) > 10

    watch(app, body, (120, 36))
