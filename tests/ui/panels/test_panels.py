import dataclasses

import pytest

from tui_gan.contract.snapshot import Event, Series, Status, frozen
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.panels import PANELS
from tui_gan.ui.panels.panel import Frame
from tui_gan.ui.panels.quality import shown, verdict


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_draws_the_same_for_the_same_facts(seen, look: Look, name: str) -> None:
    panel = PANELS[name](name)
    frame = Frame(seen(Status.RUNNING), look)
    later = Frame(dataclasses.replace(frame.snapshot, step=2001, seconds=90.0), look)
    assert panel.facts(frame) == panel.facts(later)
    assert panel.inside(frame, 60, 12).text() == panel.inside(later, 60, 12).text()


@pytest.mark.parametrize("name", PANELS)
@pytest.mark.parametrize("size", [(0, 0), (3, 1), (20, 4), (118, 33)])
def test_a_panel_without_data_says_so(seen, look: Look, name: str, size: tuple[int, int]) -> None:
    bare = Frame(seen(Status.LOADING, picture=None, predictions=None, series={}, events=()), look)
    panel = PANELS[name](name)
    drawn = panel.inside(bare, *size)
    assert (drawn.width, drawn.height) == size
    assert size[0] < 30 or drawn.text().strip()
    assert panel.notes(bare) == () or name == "distribution"


def test_what_a_panel_depends_on(seen, picture, answers) -> None:
    look, base = Look(), seen(Status.RUNNING)
    longer = Series(frozen([*base.series["w1"].steps, 2500.0]), frozen([*base.series["w1"].values, 0.01]))
    changes = {
        "distribution": {"picture": picture()},
        "samples": {"picture": picture()},
        "predictions": {"predictions": answers},
        "losses": {"events": (*base.events, Event(1800, "batch: 64 (was 128)", "change"))},
        "quality": {"series": {**base.series, "w1": longer}},
        "knobs": {"knobs": dataclasses.replace(base.knobs, k_steps=2)},
        "events": {"events": (*base.events, Event(1800, "saved"))},
    }
    for name, change in changes.items():
        panel = PANELS[name](name)
        assert panel.facts(Frame(base, look)) != panel.facts(Frame(dataclasses.replace(base, **change), look)), name


@pytest.mark.parametrize("kind", ["plane", "images"])
@pytest.mark.parametrize("name", PANELS)
@pytest.mark.parametrize("size", [(0, 0), (3, 1), (60, 20)])
def test_every_panel_survives_every_kind_of_run(other, look: Look, kind: str, name: str, size: tuple[int, int]) -> None:
    frame = Frame(other(kind), look)
    panel = PANELS[name](name)
    drawn = panel.picture(frame, *size)
    assert drawn.width >= size[0]
    assert panel.facts(frame) == panel.facts(Frame(dataclasses.replace(frame.snapshot, step=2001), look))


@pytest.mark.parametrize(("kind", "title", "legend"), [("plane", "plane", "real generated D(x)"), ("images", "images", "latents 28 grey")])
def test_the_picture_is_named_after_its_kind(other, look: Look, kind: str, title: str, legend: str) -> None:
    frame = Frame(other(kind), look)
    panel = PANELS["distribution"]("distribution")
    assert panel.heading(frame) == title
    said = " ".join(text for text, _ in panel.notes(frame))
    assert all(word in said for word in legend.split())


def test_points_beyond_the_window_are_counted(other) -> None:
    picture = other("plane").picture
    far = dataclasses.replace(picture, fake=frozen(picture.fake + 100.0))
    assert PANELS["distribution"]("distribution").notes(Frame(other("plane", picture=far), Look()))[-1][0] == "  600 outside"


@pytest.mark.parametrize(("objective", "line"), [("non_saturating", "2 ln 2"), ("zero_sum", "-2 ln 2"), ("wasserstein", "")])
def test_the_losses_have_lines_where_their_objective_lets_them_rest(seen, objective: str, line: str) -> None:
    flat = Series(frozen([50.0, 100.0]), frozen([0.0, 0.1]))
    low = Series(frozen([50.0, 100.0]), frozen([-1.5, -1.3]))
    snapshot = seen(objective=objective, series={"discriminator_loss": flat, "generator_loss": low})
    text = PANELS["losses"]("losses").inside(Frame(snapshot, Look()), 80, 14).text()
    assert ("ln 2" in text) == bool(line)
    assert line in text


def test_pre_training_has_its_own_loss(seen, look: Look) -> None:
    curve = Series(frozen([1.0, 2.0, 3.0]), frozen([0.9, 0.5, 0.25]))
    frame = Frame(seen(phase="pre-training 3 / 10", series={"pretraining_loss": curve}), look)
    panel = PANELS["losses"]("losses")
    assert panel.heading(frame) == "pre-training"
    assert panel.notes(frame)[0][0] == "P 0.25"
    assert "ln 2" not in panel.inside(frame, 60, 12).text()
    assert panel.heading(Frame(seen(), look)) == "losses"


def measured(**values: float) -> dict[str, Series]:
    return {name: Series(frozen([1.0]), frozen([value])) for name, value in values.items()}


@pytest.mark.parametrize(
    ("series", "words"),
    [
        (measured(sd_ratio=0.5), "spread too narrow"),
        (measured(sd_ratio=1.0, w1=0.1), "spread as wide as real"),
        (measured(sd_ratio=1.2), "spread too wide"),
        (measured(sd_ratio=float("nan")), ""),
        (measured(sd_ratio=1.0, modes=8.0), "8 modes found"),
        (measured(modes=1.0), "1 mode found"),
        (measured(modes=float("nan"), hq=0.96), "96% of samples near a mode"),
        (measured(classifier_frechet=3.0, precision=0.5), "precision 50%"),
        ({}, ""),
    ],
)
def test_the_quality_in_words(seen, series: dict[str, Series], words: str) -> None:
    assert verdict(seen(series=series)) == words


def test_series_stand_in_the_order_of_the_table_and_unknown_ones_after_them(seen, look: Look) -> None:
    snapshot = seen(series=measured(my_metric=1.0, k=2.0, generator_loss=0.7, modes=8.0, w1=0.5))
    assert [name for name, _, _ in shown(snapshot)] == ["w1", "modes", "k", "my_metric"]
    text = PANELS["quality"]("quality").inside(Frame(snapshot, look), 100, 12).text()
    assert all(name in text for name in ("W1", "floor 0.009", "modes found", "k steps", "my metric"))
