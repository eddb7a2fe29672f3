import dataclasses

import pytest

from tui_gan.contract.snapshot import Event, Series, Status, frozen
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.panels import PANELS
from tui_gan.ui.panels.panel import View
from tui_gan.ui.panels.quality import spread


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_draws_the_same_for_the_same_facts(seen, look: Look, name: str) -> None:
    panel = PANELS[name](name)
    view = View(seen(Status.RUNNING), look)
    later = View(dataclasses.replace(view.snapshot, step=2001, seconds=90.0), look)
    assert panel.facts(view) == panel.facts(later)
    assert panel.inside(view, 60, 12).text() == panel.inside(later, 60, 12).text()


@pytest.mark.parametrize("name", PANELS)
@pytest.mark.parametrize("size", [(0, 0), (3, 1), (20, 4), (118, 33)])
def test_a_panel_without_data_says_so(seen, look: Look, name: str, size: tuple[int, int]) -> None:
    bare = View(seen(Status.LOADING, picture=None, series={}, events=()), look)
    panel = PANELS[name](name)
    drawn = panel.inside(bare, *size)
    assert (drawn.width, drawn.height) == size
    assert size[0] < 30 or drawn.text().strip()
    assert panel.notes(bare) == () or name == "distribution"


def test_what_a_panel_depends_on(seen, picture) -> None:
    look, base = Look(), seen(Status.RUNNING)
    longer = Series(frozen([*base.series["w1"].steps, 2500.0]), frozen([*base.series["w1"].values, 0.01]))
    changes = {
        "distribution": {"picture": picture()},
        "samples": {"picture": picture()},
        "losses": {"events": (*base.events, Event(1800, "batch: 64 (was 128)", "change"))},
        "quality": {"series": {**base.series, "w1": longer}},
        "knobs": {"knobs": dataclasses.replace(base.knobs, k_steps=2)},
        "events": {"events": (*base.events, Event(1800, "saved"))},
    }
    for name, change in changes.items():
        panel = PANELS[name](name)
        assert panel.facts(View(base, look)) != panel.facts(View(dataclasses.replace(base, **change), look)), name


@pytest.mark.parametrize(
    ("ratio", "words"), [(0.5, "spread too narrow"), (1.0, "spread as wide as real"), (1.2, "spread too wide"), (float("nan"), "")]
)
def test_spread_in_words(seen, ratio: float, words: str) -> None:
    assert spread(seen(series={"sd_ratio": Series(frozen([1.0]), frozen([ratio]))})) == words
    assert spread(seen(series={})) == ""
