import itertools

import pytest

from tui_gan.contract.knobs import KNOBS
from tui_gan.ui.layout import ABSENT, Kind, Places, places
from tui_gan.ui.panels import PANELS
from tui_gan.ui.quiet import Quiet
from tui_gan.ui.views import VIEWS

SIZES = [(1, 1), (10, 3), (40, 12), (80, 24), (120, 36), (200, 60), (70, 8), (60, 40), (99, 50), (300, 10), (20, 100)]


@pytest.mark.parametrize("kind", ABSENT)
def test_nothing_overlaps_or_leaves_the_screen(kind: Kind) -> None:
    states = itertools.product(SIZES, [None, "events"], [(False, False), (True, False), (True, True)], VIEWS)
    for size, maximised, (advised, failed), view in states:
        found = places(*size, maximised, advised, failed, kind, view)
        shown = (size, maximised, advised, failed, view, found)
        assert not set(found) & set(ABSENT[kind]) - {VIEWS[view].panel}, shown
        assert all(region.width > 0 and region.height > 0 and region.x >= 0 and region.y >= 0 for region in found.values()), shown
        assert all(region.right <= size[0] and region.bottom <= size[1] for region in found.values()), shown
        assert not any(one.overlaps(other) for one, other in itertools.combinations(found.values(), 2)), shown


def columns(found: Places) -> list[list[str]]:
    """The panels from left to right, by their left edges, and those of one edge from top to bottom."""
    panels = {name: region for name, region in found.items() if name in PANELS}
    edges = sorted({region.x for region in panels.values()})
    return [sorted((name for name in panels if panels[name].x == edge), key=lambda name: panels[name].y) for edge in edges]


SIDE = {"line": ["samples", "quality"], "plane": ["predictions", "quality"], "images": ["predictions", "quality"]}


@pytest.mark.parametrize("kind", ABSENT)
def test_which_panels_stand_where(kind: Kind) -> None:
    def overview(*size: int) -> list[list[str]]:
        found = places(*size, kind=kind)
        assert found["header"].y == 0
        assert found["footer"].bottom == size[1]
        return columns(found)

    assert overview(40, 12) == [["distribution"]]
    # Height is what a plane and images need; a line is as well off with width.
    assert overview(80, 24) == ([["distribution", "losses"], ["knobs"]] if kind == "line" else [["distribution"], ["losses", "knobs"]])
    for size in ((120, 36), (160, 48)):
        assert overview(*size) == [["distribution", "losses"], [*SIDE[kind], "knobs", "events"]]
    large = ["samples", "predictions", "quality"] if kind == "line" else SIDE[kind]
    assert overview(200, 60) == [["distribution", "losses"], [*large, "knobs", "events"]]
    assert places(120, 36, kind=kind)["distribution"].height >= places(120, 36)["distribution"].height + 3 * (kind != "line")


def test_where_nothing_fits_the_bars_stand_alone() -> None:
    assert set(places(10, 3)) == {"header", "footer"}
    assert places(0, 0) == {}


@pytest.mark.parametrize("view", [name for name, view in VIEWS.items() if view.panel])
def test_the_panel_of_a_view_stands_on_the_left_and_those_beside_it_in_their_order_with_the_knobs_last(view: str) -> None:
    shown = VIEWS[view]
    assert columns(places(80, 24, view=view)) == [[shown.panel]]
    for size in ((120, 36), (160, 48), (200, 60)):
        assert columns(places(*size, view=view)) == [[shown.panel], sorted(shown.beside, key=lambda name: name == "knobs")]


@pytest.mark.parametrize("kind", ABSENT)
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_every_knob_has_its_row(kind: Kind, size: tuple[int, int]) -> None:
    assert places(*size, kind=kind)["knobs"].height == len(KNOBS) + 2


QUIET = [Quiet(events, losses) for events in (False, True) for losses in (False, True)]


@pytest.mark.parametrize("kind", ABSENT)
def test_every_cell_of_a_comfortable_screen_is_used(kind: Kind) -> None:
    for size, quiet in itertools.product([(80, 50), (120, 36), (200, 60)], QUIET):
        found = places(*size, kind=kind, quiet=quiet)
        assert sum(region.area for region in found.values()) == size[0] * size[1], (size, quiet)
        assert not any(one.overlaps(other) for one, other in itertools.combinations(found.values(), 2)), (size, quiet)


@pytest.mark.parametrize("kind", ABSENT)
@pytest.mark.parametrize("size", [(120, 36), (160, 48), (200, 60)])
def test_what_has_little_to_say_leaves_its_room(size, kind: Kind) -> None:
    busy, few, rest = (places(*size, kind=kind, quiet=quiet) for quiet in (Quiet(False, False), Quiet(True, False), Quiet(False, True)))
    assert few["events"].height == 5 < busy["events"].height
    assert few["quality"].height > busy["quality"].height
    assert few["distribution"] == busy["distribution"]
    assert rest["losses"].height == 8 < busy["losses"].height <= 14
    assert rest["distribution"].height - busy["distribution"].height == busy["losses"].height - 8
    assert rest["knobs"] == busy["knobs"]


@pytest.mark.parametrize("view", [name for name, view in VIEWS.items() if view.panel])
@pytest.mark.parametrize(("size", "beside"), [((40, 12), False), ((80, 24), False), ((120, 36), True), ((200, 60), True)])
def test_a_view_has_its_panel_and_on_a_wide_screen_those_beside_it(view: str, size: tuple[int, int], beside: bool) -> None:
    found = places(*size, view=view)
    assert VIEWS[view].panel in found
    shown = {VIEWS[view].panel, *(VIEWS[view].beside if beside else ())}
    assert set(found) - {"header", "footer", "advice"} == shown
    assert {VIEWS[view].panel, *VIEWS[view].beside} <= set(PANELS)
    assert sum(region.area for region in found.values()) == size[0] * size[1]
    assert "events" in places(*size, view=view, failed=True)


def test_advice_and_failure_come_first() -> None:
    assert places(80, 24, advised=True)["advice"].y == 22
    assert "events" in places(80, 24, failed=True)
    assert "events" in places(40, 12, failed=True)


@pytest.mark.parametrize("view", VIEWS)
def test_slow_motion_takes_the_lowest_rows_and_leaves_the_picture(view: str) -> None:
    for size in [(40, 12), (80, 24), (120, 36), (200, 60)]:
        found = places(*size, view=view, slow=True)
        assert 4 <= found["stages"].height <= 8, size
        assert found["stages"].bottom == found["footer"].y, size
        assert found[VIEWS[view].panel or "distribution"].height >= 6, size
        assert not any(one.overlaps(other) for one, other in itertools.combinations(found.values(), 2)), size


@pytest.mark.parametrize("size", [(1, 1), (10, 3), (80, 8)])
def test_slow_motion_needs_room(size: tuple[int, int]) -> None:
    assert "stages" not in places(*size, slow=True)
