"""The layers under the pilot: each key, the wheel, and dragging."""

import dataclasses

import pytest
from textual import events

from tui_gan.contract.snapshot import Status
from tui_gan.ui.app import TuiGan
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.pictures.lens import WHOLE
from tui_gan.ui.panels.layers import LAYERS, Layers
from tui_gan.ui.panels.panel import Frame


@pytest.fixture
def watched(seen, other, run_of, watch):
    """Do something in the view of the layers of a run."""

    def go(kind: str, body, size: tuple[int, int] = (80, 24)) -> None:
        app = TuiGan(run_of(seen() if kind == "line" else other(kind)))

        async def turned(pilot) -> None:
            await pilot.press("2")
            await pilot.pause()
            await body(pilot, app, app.screen.query_one(Layers))

        watch(app, turned, size)

    return go


def inside(text: str) -> list[str]:
    """What stands within the frame of the panel."""
    return [row for row in text.split("\n") if row.startswith("│")]


@pytest.mark.parametrize(
    ("kind", "keys"), [("line", {"R": "real", "F": "generated", "H": "D(x)", "O": "D*", "M": "z to x"}),
                       ("plane", {"R": "real", "F": "generated", "H": "D(x)", "M": "map", "A": "arrows"})],
)  # fmt: skip
def test_each_layer_has_its_key_and_says_whether_it_is_on(watched, screen_text, kind: str, keys: dict[str, str]) -> None:
    async def body(pilot, app, panel) -> None:
        whole = screen_text(app)
        for key, label in keys.items():
            assert f"{key} ({label})" not in whole
            await pilot.press(key)
            without = screen_text(app)
            assert f"{key} ({label})" in without
            # What D says is drawn in colour alone, in the plane.
            assert inside(without) != inside(whole) or key == "H"
            await pilot.press(key)
            assert screen_text(app) == whole

    watched(kind, body)


@pytest.mark.parametrize(("kind", "key", "label"), [("line", "A", "arrows"), ("plane", "O", "D*")])
def test_a_key_that_means_nothing_here_does_nothing_and_is_not_named(watched, screen_text, kind: str, key: str, label: str) -> None:
    async def body(pilot, app, panel) -> None:
        before = screen_text(app)
        assert f"{key} {label}" not in before
        await pilot.press(key)
        assert screen_text(app) == before
        assert panel.choice.hidden == frozenset()

    watched(kind, body, (160, 40))


def test_a_layer_is_clicked_in_the_footer(watched, screen_text) -> None:
    async def body(pilot, app, panel) -> None:
        await pilot.click("#footer", offset=(screen_text(app).split("\n")[-1].index("M map"), 0))
        assert panel.choice.hidden == {"map"}

    watched("plane", body)


def test_coming_nearer_and_panning(watched, screen_text) -> None:
    async def body(pilot, app, panel) -> None:
        whole = screen_text(app)
        await pilot.press("plus", "plus")
        near = screen_text(app)
        assert panel.choice.lens.times == 2.25
        assert near != whole
        for key, way in (("left", "right"), ("up", "down")):
            await pilot.press(key)
            assert screen_text(app) != near
            await pilot.press(way)
            assert screen_text(app) == near
        await pilot.press("minus", "0")
        assert screen_text(app) == whole
        await pilot.press("minus", "minus")
        assert panel.choice.lens == WHOLE

    watched("plane", body)


def test_a_line_moves_sideways_alone(watched, screen_text) -> None:
    async def body(pilot, app, panel) -> None:
        await pilot.press("minus")
        assert panel.choice.lens == WHOLE
        await pilot.press("plus", "right")
        aside = screen_text(app)
        await pilot.press("up")
        assert screen_text(app) == aside

    watched("line", body)


@pytest.mark.parametrize("kind", ["line", "plane"])
def test_the_wheel_comes_nearer_to_what_is_under_it_and_dragging_moves_it(watched, kind: str) -> None:
    async def body(pilot, app, panel) -> None:
        await pilot._post_mouse_events([events.MouseScrollUp], "#layers", (50, 8))
        lens = panel.choice.lens
        assert lens.times == 1.5
        assert lens.x > 0.5
        await pilot.mouse_down("#layers", offset=(50, 8))
        await pilot.hover("#layers", offset=(56, 8))
        await pilot.mouse_up("#layers", offset=(56, 8))
        assert panel.choice.lens.x < lens.x
        still = panel.choice.lens
        await pilot.hover("#layers", offset=(30, 12))
        assert panel.choice.lens == still
        await pilot._post_mouse_events([events.MouseScrollDown], "#layers", (50, 8))
        assert panel.choice.lens.times == 1.0

    watched(kind, body, (120, 36))


@pytest.mark.parametrize("kind", ["line", "plane"])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_legend_fits_eighty_columns(seen, other, kind: str, ascii_only: bool) -> None:
    frame = Frame(seen() if kind == "line" else other(kind), Look(ascii_only=ascii_only))
    panel = Layers("layers")
    drawn = panel.picture(frame, 80, 22).text().split("\n")[0]
    assert all(layer.label in drawn for layer in LAYERS[type(frame.snapshot.picture)].values())
    assert "both" in drawn or kind == "line"
    assert drawn.isascii() or not ascii_only


def test_the_choice_is_part_of_what_is_drawn(other) -> None:
    frame = Frame(other("plane", status=Status.RUNNING), Look())
    panel = Layers("layers")
    before = panel.facts(frame)
    assert panel.facts(dataclasses.replace(frame, snapshot=dataclasses.replace(frame.snapshot, step=2001))) == before
    panel.show(frame)
    panel.action_layer("heat")
    assert panel.facts(frame) != before


def test_cells_with_both_kinds_are_said_only_where_both_are_shown(other) -> None:
    frame = Frame(other("plane"), Look())
    panel = Layers("layers")
    assert ("  ⠶ both", Ink.TEXT) in panel.notes(frame)
    panel.show(frame)
    panel.action_layer("fake")
    assert ("  ⠶ both", Ink.TEXT) not in panel.notes(frame)
