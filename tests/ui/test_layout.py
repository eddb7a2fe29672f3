import itertools

import pytest

from tui_gan.contract.knobs import KNOBS
from tui_gan.ui.layout import ABSENT, Kind, places
from tui_gan.ui.panels import PANELS

SIZES = [(1, 1), (10, 3), (40, 12), (80, 24), (120, 36), (200, 60), (70, 8), (60, 40), (99, 50), (300, 10), (20, 100)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("maximised", [None, "events"])
@pytest.mark.parametrize(("advised", "failed"), [(False, False), (True, False), (True, True)])
@pytest.mark.parametrize("kind", ABSENT)
def test_nothing_overlaps_or_leaves_the_screen(size, maximised, advised, failed, kind: Kind) -> None:
    found = places(*size, maximised, advised, failed, kind)
    assert not set(found) & set(ABSENT[kind])
    for region in found.values():
        assert region.width > 0
        assert region.height > 0
        assert region.x >= 0
        assert region.y >= 0
        assert region.right <= size[0]
        assert region.bottom <= size[1]
    for one, other in itertools.combinations(found.values(), 2):
        assert not one.overlaps(other)


def test_what_each_size_shows() -> None:
    assert set(places(120, 36)) == {"header", "footer", *PANELS} - {"predictions"}
    assert set(places(200, 60)) == {"header", "footer", *PANELS}
    assert {"distribution", "losses", "knobs"} <= set(places(80, 24))
    assert "distribution" in places(40, 12)
    assert set(places(10, 3)) == {"header", "footer"}
    assert places(0, 0) == {}


@pytest.mark.parametrize("kind", ["plane", "images"])
def test_a_run_without_a_line_shows_predictions_in_place_of_samples(kind: Kind) -> None:
    for size in ((120, 36), (200, 60)):
        assert set(places(*size, kind=kind)) == {"header", "footer", *PANELS} - {"samples"}
    assert {"distribution", "losses", "knobs"} <= set(places(80, 24, kind=kind))
    assert places(120, 36, kind=kind)["distribution"].height > places(120, 36)["distribution"].height


@pytest.mark.parametrize("kind", ABSENT)
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_every_knob_has_its_row(kind: Kind, size: tuple[int, int]) -> None:
    assert places(*size, kind=kind)["knobs"].height == len(KNOBS) + 2


@pytest.mark.parametrize("kind", ABSENT)
@pytest.mark.parametrize("size", [(80, 50), (120, 36), (200, 60)])
def test_every_cell_of_a_comfortable_screen_is_used(size, kind: Kind) -> None:
    assert sum(region.area for region in places(*size, kind=kind).values()) == size[0] * size[1]


def test_advice_and_failure_come_first() -> None:
    assert places(80, 24, advised=True)["advice"].y == 22
    assert "events" in places(80, 24, failed=True)
    assert "events" in places(40, 12, failed=True)
