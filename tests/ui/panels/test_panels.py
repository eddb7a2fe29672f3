import dataclasses
import itertools
from typing import Any

import pytest

from tui_gan.contract.outside import Outside
from tui_gan.contract.rules import Rules
from tui_gan.contract.snapshot import Event, Series, Status, frozen
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.panels import PANELS
from tui_gan.ui.panels.panel import Frame
from tui_gan.ui.panels.quality import metric_series, verdict


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_draws_the_same_for_the_same_facts(seen, look: Look, name: str) -> None:
    panel = PANELS[name](name)
    frame = Frame(seen(Status.RUNNING), look)
    later = Frame(dataclasses.replace(frame.snapshot, step=2001, seconds=90.0), look)
    assert panel.facts(frame) == panel.facts(later)
    assert panel.inside(frame, 60, 12).text() == panel.inside(later, 60, 12).text()


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_without_data_says_so(seen, look: Look, name: str) -> None:
    for size in [(0, 0), (3, 1), (20, 4), (118, 33)]:
        bare = Frame(seen(Status.LOADING, picture=None, predictions=None, series={}, events=()), look)
        panel = PANELS[name](name)
        drawn = panel.inside(bare, *size)
        assert (drawn.width, drawn.height) == size, size
        assert size[0] < 30 or drawn.text().strip(), size
        assert panel.notes(bare) == () or name == "distribution", size


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


def test_the_title_of_losses_says_of_which_step_they_are_where_something_was_changed_since(seen) -> None:
    panel, base = PANELS["losses"]("losses"), seen()
    stale = {name: dataclasses.replace(each, stale=True) for name, each in base.series.items()}
    fresh, old = (Frame(dataclasses.replace(base, series=series), Look()) for series in (base.series, stale))
    assert panel.facts(fresh) != panel.facts(old)
    for frame, said in ((fresh, "G 0.718  D 1.39"), (old, "at 2k  G 0.718  D 1.39")):
        assert "".join(text for text, _ in panel.notes(frame)) == said
    for width in range(3, 60):
        title = panel.picture(old, width, 8).text().split("\n")[0]
        assert "at 2k" in title or "0.718" not in title, width


@pytest.mark.parametrize("name", ["distribution", "gallery"])
def test_completions_are_called_that_in_titles_in_a_shorter_form_where_they_are_narrow(other, name: str) -> None:
    frame = Frame(other("images", rules=Rules(extras=("masks",))), Look())
    forms = {80: "64 completions of held-out images  28 × 28 grey", 52: "64 completions of held-out images ─╮", 32: "64 completions ─╮"}
    for width, said in forms.items():
        panel = PANELS[name](name)
        panel.show(frame)
        assert said in panel.picture(frame, width, 12).text().split("\n")[0]
        assert "latents" not in panel.picture(frame, width, 12).text().split("\n")[0]


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_survives_every_kind_of_run(other, look: Look, name: str) -> None:
    for size, kind in itertools.product([(0, 0), (3, 1), (60, 20)], ["plane", "images"]):
        frame = Frame(other(kind), look)
        panel = PANELS[name](name)
        drawn = panel.picture(frame, *size)
        assert drawn.width >= size[0], (size, kind)
        assert panel.facts(frame) == panel.facts(Frame(dataclasses.replace(frame.snapshot, step=2001), look)), (size, kind)


@pytest.mark.parametrize(("kind", "title", "legend"), [("plane", "plane", "real generated D(x)"), ("images", "images", "latents 28 grey")])
def test_the_picture_is_named_after_its_kind(other, look: Look, kind: str, title: str, legend: str) -> None:
    frame = Frame(other(kind), look)
    panel = PANELS["distribution"]("distribution")
    assert panel.heading(frame) == title
    said = " ".join(text for text, _ in panel.notes(frame))
    assert all(word in said for word in legend.split())


@pytest.mark.parametrize("name", ["distribution", "layers", "gallery"])
def test_a_picture_that_holds_all_samples_says_so(seen, other, look: Look, name: str) -> None:
    for snapshot in (seen(), other("plane")):
        wide = dataclasses.replace(snapshot, picture=dataclasses.replace(snapshot.picture, wide=True))
        said = [PANELS[name](name).picture(Frame(each, look), 118, 20).text() for each in (snapshot, wide)]
        assert ["all samples" in text.split("\n")[0] for text in said] == [False, True]
        far = dataclasses.replace(snapshot, picture=dataclasses.replace(snapshot.picture, fake_outside=Outside(left=0.2)))
        assert "a all samples" in PANELS[name](name).picture(Frame(far, look), 118, 20).text().split("\n")[0]


def test_pixels_that_are_cut_are_told(other, look: Look) -> None:
    grid = dataclasses.replace(other("images").picture, cut=0.123, unknown=0.0004)
    head = PANELS["distribution"]("distribution").picture(Frame(other("images", picture=grid), look), 118, 20).text().split("\n")[0]
    assert "12% of pixels cut to 0 .. 1" in head
    assert "<0.1% of pixels not finite" in head


WATCHING = [name for name, panel in PANELS.items() if {"picture", "predictions", "layers", "gallery"} & {*panel.watches}]


@pytest.mark.parametrize("name", WATCHING)
def test_what_is_not_of_now_says_of_which_step_it_is(seen, look: Look, name: str) -> None:
    panel, snapshot = PANELS[name](name), seen(gallery=None)
    old = dict.fromkeys(panel.watches, 1_234)

    def head(**changes: Any) -> str:
        return panel.picture(Frame(dataclasses.replace(snapshot, **changes), look), 118, 20).text().split("\n")[0]

    assert "at step" not in head(made_at=dict.fromkeys(panel.watches, snapshot.step))
    assert "at step 1,234" in head(made_at=old)
    assert "at step 1,234" in head(made_at=old, status=Status.FINISHED)
    # A run that trains may be a few seconds ahead of what is seen of it.
    assert "at step" not in head(made_at=old, status=Status.RUNNING, steps_per_second=200.0)
    assert "at step 1,234" in head(made_at=old, status=Status.RUNNING, steps_per_second=100.0)
    assert "at step" not in head(made_at=old, status=Status.RUNNING, steps_per_second=0.0)


@pytest.mark.parametrize(("objective", "line"), [("non_saturating", "2 ln 2"), ("zero_sum", "-2 ln 2"), ("least_squares", "1/4")])
def test_the_losses_have_lines_where_their_objective_lets_them_rest(seen, objective: str, line: str) -> None:
    flat = Series(frozen([50.0, 100.0]), frozen([0.0, 0.1]))
    low = Series(frozen([50.0, 100.0]), frozen([0.5, 0.3] if objective == "least_squares" else [-1.5, -1.3]))
    snapshot = seen(rules=Rules(objective=objective), series={"discriminator_loss": flat, "generator_loss": low})
    text = PANELS["losses"]("losses").inside(Frame(snapshot, Look()), 80, 14).text()
    assert line in text
    smoothed = dataclasses.replace(snapshot, rules=Rules(objective=objective, flat=False))
    assert line not in PANELS["losses"]("losses").inside(Frame(smoothed, Look()), 80, 14).text()


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
        (measured(precision=0.5, test_errors=0.0834), "test errors 8.3%"),
        (measured(recall=0.5, class_accuracy=0.98), "class accuracy 98%"),
        ({}, ""),
    ],
)
def test_the_quality_in_words(seen, series: dict[str, Series], words: str) -> None:
    assert verdict(seen(series=series)) == words


def test_series_stand_in_the_order_of_the_run_and_unknown_ones_under_their_own_names(seen, look: Look) -> None:
    snapshot = seen(series=measured(my_metric=1.0, k=2.0, generator_loss=0.7, modes=8.0, w1=0.5))
    assert [name for name, _, _ in metric_series(snapshot)] == ["my_metric", "k", "modes", "w1"]
    text = PANELS["quality"]("quality").inside(Frame(snapshot, look), 100, 12).text()
    assert all(name in text for name in ("W1", "floor 0.009", "modes found", "k steps", "my metric"))
