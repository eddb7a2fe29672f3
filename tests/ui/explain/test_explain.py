"""The explanation: which case is told for which run, with the numbers of that run."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from tests.ui.conftest import STAGES, make_diagnosis, make_images, make_other, make_predictions, make_snapshot
from tui_gan.contract.config import Config
from tui_gan.contract.diagnosis import Finding, Floor, Moments
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.objectives import TRAITS
from tui_gan.contract.rules import Rules
from tui_gan.contract.settings import leaves
from tui_gan.contract.snapshot import Event, Series, Setting, Snapshot, Status, frozen
from tui_gan.contract.sources import source
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.players.discriminator import discriminator
from tui_gan.ui.explain import explained
from tui_gan.ui.explain.findings import WORDS
from tui_gan.ui.explain.glossary import GLOSSARY
from tui_gan.ui.keys import KEYS

LN2 = math.log(2)


def told(**values: object) -> tuple[Setting, ...]:
    return tuple(Setting(key.replace("__", "."), value, True, (), "") for key, value in values.items())


def measured(**values: float) -> dict[str, Series]:
    return {name: Series(frozen([1.0]), frozen([value])) for name, value in values.items()}


def section(snapshot: Snapshot, title: str) -> str:
    return next(" ".join(each.text for each in part.paragraphs) for part in explained(snapshot) if part.title == title)


def of_options(settings: tuple[Setting, ...], **changes: Any) -> dict[str, str]:
    return {each.term: each.text for each in explained(make_snapshot(settings=settings, **changes))[3].paragraphs}


def players(objective: str = "non_saturating", **changes: Any) -> str:
    return section(make_snapshot(rules=Rules(objective=objective), **changes), "The players")


def sure(share: float, **changes: Any) -> Any:
    return make_predictions(real_right=share, fake_right=share, **{"overlap": 0.9, **changes})


def test_the_sections_stand_in_order_and_keep_their_paragraphs() -> None:
    for status in Status:
        text = explained(make_snapshot(status))
        assert [part.title for part in text[:4]] == ["What you see", "The players", "What is generated", "What is switched on"]
        assert text[4:] == GLOSSARY
        assert [len(part.paragraphs) for part in text[:3]] == [2, 2, 2]


def test_metrics_that_are_not_of_now_say_of_which_step_they_are() -> None:
    values = {name: Series(frozen([0.0, 3_000.0]), frozen([1.0, 0.02]), stale=True) for name in ("w1", "sd_ratio")}
    assert section(make_snapshot(series=values, diagnosis=None), "What is generated").count("The metrics were measured at step 3,000.") == 1
    assert "were measured" not in section(make_snapshot(), "What is generated")


def test_a_strong_discriminator_starves_minimax_and_not_the_others() -> None:
    strong = sure(0.97, fake_mean=0.03)
    text = players("minimax", predictions=strong)
    assert "real 97%" in text
    assert "mean -0.03" in text
    assert "vanishing gradient" in text
    assert "mean -0.97" in players(predictions=strong)
    assert "vanishing gradient" not in players(predictions=strong)
    assert "far ahead" in players("unheard of", predictions=strong)
    for objective in TRAITS:
        assert "far ahead" in players(objective, predictions=strong)


def test_a_discriminator_at_chance_is_weak_or_has_found_the_equilibrium() -> None:
    chance = sure(0.51)
    far = players(predictions=chance)
    assert "although the two distributions differ (a threshold on x alone is right on 69.0%)" in far
    same = make_diagnosis(agreement="indistinguishable", metrics={"ks": 0.012, "js": 0.0025})
    assert "Nash" in players(predictions=chance, diagnosis=same)
    near = make_diagnosis(agreement="close", metrics={"ks": 0.03, "js": 0.004})
    text = players(predictions=chance, diagnosis=near)
    assert "Nash" not in text
    assert "right on 51.5%" in text
    assert "may tell which" in players(predictions=chance, diagnosis=None)
    assert "may tell which" in players(predictions=chance, diagnosis=make_diagnosis(agreement="unknown", floors={}))
    assert "catch up" in players(predictions=sure(0.3))
    assert "only partly" in players()


def test_instance_noise_is_a_reason_for_a_discriminator_at_chance_which_no_better_one_would_mend() -> None:
    def of(diagnosis: Any) -> Snapshot:
        return make_snapshot(rules=Rules(noise=0.58), predictions=sure(0.53), diagnosis=diagnosis)

    far = section(of(make_diagnosis()), "The players")
    assert "Without noise the two distributions differ (a threshold on x alone is right on 69.0%)" in far
    assert "with instance noise of sd 0.58 (in training units), which makes them overlap" in far
    assert "too weak" not in far
    assert "discriminator updates" not in far
    near = of(make_diagnosis(agreement="close", metrics={"ks": 0.03, "js": 0.004}))
    assert "though the best D of samples without noise could still tell them apart: a threshold" in section(near, "The players")
    assert "right on 51.5% (without the instance noise of sd 0.58 that D is trained with)." in section(near, "What is generated")
    assert "the instance noise of sd 0.58 hides what is wrong, or D is too weak" in section(of(None), "The players")
    assert "(without the instance noise of sd 0.58" in section(of(make_diagnosis()), "What is generated")
    assert "noise" not in section(make_snapshot(predictions=sure(0.53)), "The players")


def test_a_border_beside_both_kinds_is_no_guessing() -> None:
    low, high = np.zeros(20), np.zeros(20)
    low[15], high[18] = 1.0, 1.0
    apart = make_predictions(real=frozen(high), fake=frozen(low), real_right=1.0, fake_right=0.0, overlap=0.0)
    assert "the best threshold would be right on 100%" in players(predictions=apart)
    assert "Most outputs lie on the real side" in players(predictions=apart)
    assert "chance" not in players(predictions=apart)
    assert "classifies most of both as real" in discriminator(apart, (), 78, 20, Look()).text()
    assert "takes most" not in players(predictions=sure(0.51))


@pytest.mark.parametrize("objective", ["wasserstein", "relativistic"])
def test_without_a_border_there_is_no_share_that_is_right(objective: str) -> None:
    assert "no" in players(objective, predictions=sure(math.nan))
    assert "nan" not in players(objective, predictions=sure(math.nan))


@pytest.mark.parametrize("objective", TRAITS)
def test_the_losses_of_the_equilibrium(objective: str) -> None:
    balance = Rules(objective=objective).balance
    assert balance is not None
    of_g = balance.generator.value if balance.generator else 3.0
    text = players(objective, series=measured(discriminator_loss=balance.discriminator.value, generator_loss=of_g))
    assert objective == "wasserstein" or ("proves nothing" in text and balance.discriminator.name in text)
    assert "nan" not in text


@pytest.mark.parametrize(
    ("objective", "text"),
    [
        ("non_saturating", "2 ln 2 = 1.386 for D and ln 2 = 0.693 for G"),
        ("halved", "ln 2 = 0.693 for D and ln 2 = 0.693 for G"),
        ("minimax", "2 ln 2 = 1.386 for D and -ln 2 = -0.693 for G"),
        ("weighted", "1.351 for D and 0.719 for G"),
        ("least_squares", "1/4 = 0.250 for D and 1/8 = 0.125 for G"),
        ("hinge", "2.000 for D and any number for G"),
    ],
)
@pytest.mark.parametrize("of_d", [0.0, 9.0])
def test_the_losses_are_compared_with_those_of_a_d_that_cannot_tell(objective: str, text: str, of_d: float) -> None:
    said = players(objective, series=measured(discriminator_loss=of_d, generator_loss=3.0))
    assert f"they are {text}, so D does {'worse' if of_d else 'better'} than that at present." in said


def test_losses_near_those_of_a_d_that_cannot_tell_put_nobody_ahead() -> None:
    said = players(series=measured(discriminator_loss=1.38, generator_loss=0.55))
    assert "ln 2 = 0.693 for G." in said
    hinge = players("hinge", series=measured(discriminator_loss=2.0, generator_loss=0.161))
    assert "D's loss is 2, G's 0.161, D's close to its value when D cannot tell real from generated" in hinge


def test_the_cross_entropy_of_the_best_d_says_where_ds_own_loss_weighs_otherwise() -> None:
    apart = make_diagnosis(agreement="different", metrics={"js": 0.3}, floors={"js": Floor(0.01, 0.02)})
    said = [players(objective, predictions=sure(0.51), diagnosis=apart) for objective in ("non_saturating", "weighted")]
    assert f"the cross-entropy of the best D is about {2 * math.log(2) - 0.58:.3f}, under 2 ln 2" in said[0]
    assert "the best D, with real and generated samples weighted equally, is about" in said[1]


def test_losses_that_are_missing_infinite_or_apart() -> None:
    assert "no loss yet" in players(series={})
    assert "infinite" in players(series=measured(discriminator_loss=math.inf, generator_loss=0.7))
    assert "infinite" in players(advice="a loss became non-finite by step 3")
    assert "D does better" in players(series=measured(discriminator_loss=0.4, generator_loss=3.0))
    assert "2 ln 2 = 1.386 for D and ln 2 = 0.693 for G" in players(series=measured(discriminator_loss=0.4, generator_loss=3.0))
    smoothed = make_snapshot(rules=Rules(label_smoothing=0.3), series=measured(discriminator_loss=0.4, generator_loss=3.0))
    assert "1.295 for D and 1.050 for G" in section(smoothed, "The players")
    held = make_snapshot(rules=Rules(flat=False), series=measured(discriminator_loss=0.4, generator_loss=3.0))
    assert "When D cannot tell" not in section(held, "The players")


WASSERSTEIN = [
    (0.2, {}, "above 0"),
    (-0.5, {}, "no distance: neither a gradient penalty nor spectral normalisation"),
    (-0.5, {"spectral": True}, "a lower bound of W1 in training units"),
    (-0.5, {"bound": 10.0, "regularized": True}, "the penalty of weight 10 only pulls it there"),
    (-0.5, {"regularized": True}, "no gradient norm of 1 is enforced"),
]


@pytest.mark.parametrize(("loss", "changes", "words"), WASSERSTEIN, ids=[words for _, _, words in WASSERSTEIN])
def test_what_the_loss_of_a_critic_says_hangs_on_what_holds_its_gradient(loss: float, changes: dict[str, Any], words: str) -> None:
    rules = Rules(objective="wasserstein", **changes)
    text = section(make_snapshot(rules=rules, series=measured(discriminator_loss=loss, generator_loss=3.0)), "The players")
    assert words in text
    assert "the distance between the two" not in text


OPTIMA = [
    ({}, "D*(x) = p(x) / (p(x) + q(x)), where p is the data density and q the density of G. If p = q, D* = 1/2 everywhere."),
    ({"label_smoothing": 0.3}, "s = 0.3 is the label smoothing. If p = q, D* = 0.35 everywhere."),
    ({"noise": 0.25}, "with the instance noise of sd 0.25 (in training units) added."),
    ({"packing": 2}, "D judges 2 samples at once: each x is judged together with fixed real samples"),
    ({"minibatch_discrimination": True}, "depends on the whole batch: each x is judged together with a fixed batch"),
    ({"pairs": True, "extras": ("classes",)}, "D judges pairs of a sample and its class, so that no D(x) of a sample alone is optimal."),
    ({"pairs": True, "extras": ("encoder",)}, "D judges pairs of a sample and its latent, so that no D(x) of a sample alone is optimal."),
    ({"pairs": True, "objective": "wasserstein"}, "There is no optimal D*(x) to draw: the optimal critic is no function of p(x)"),
    ({"objective": "hinge"}, "D*(x) = 0.73 where p(x) > q(x), 0.27 where p(x) < q(x)"),
    ({"objective": "weighted"}, "q the density of G. If p = q, D* = 0.487 everywhere."),
    ({"objective": "least_squares"}, "is no sigmoid"),
    ({"objective": "wasserstein"}, "There is no optimal D*(x) to draw"),
    ({"objective": "relativistic"}, "plus any constant"),
    ({"regularized": True}, "regularizers in force pull D away from D*"),
    ({"averaged": True}, "D is trained against G itself"),
]


@pytest.mark.parametrize(("changes", "words"), OPTIMA, ids=[str(changes) for changes, _ in OPTIMA])
@pytest.mark.parametrize("kind", ["line", "plane"])
def test_the_optimal_discriminator_is_that_of_the_rules(kind: str, changes: dict[str, Any], words: str) -> None:
    make = make_snapshot if kind == "line" else lambda **given: make_other("plane", **given)
    assert words in section(make(rules=Rules(**changes)), "What you see")


@pytest.mark.parametrize(("training", "words"), [(0, "where p is the data density"), (6, "where p is the density of the training set")])
def test_of_a_fixed_training_set_the_optimal_discriminator_knows_no_more(training: int, words: str) -> None:
    assert words in section(make_snapshot(settings=told(training=training)), "What you see")


def test_before_the_game_d_is_no_probability() -> None:
    text = section(make_snapshot(phase="pre-training 3 / 10"), "What you see")
    assert "D(x) is fitted to the density of the data" in text
    assert "probability that x is real" not in text
    assert "D*" not in text


def test_samples_are_counted_in_packs() -> None:
    running = make_snapshot(Status.RUNNING, knobs=Knobs(k_steps=2, batch_size=100), rules=Rules(packing=2))
    assert "k = 2 discriminator updates, then one generator update, on minibatches of 100 packs of 2 samples" in section(
        running, "What you see"
    )


def test_a_swing_is_told_from_noise_and_from_a_drift() -> None:
    steps = np.arange(60.0) * 50
    waves = 1 + np.sin(steps / 100)
    noise = 1 + 0.5 * np.random.default_rng(0).standard_normal(60)

    def of(values: Any) -> str:
        curve = Series(frozen(steps), frozen(values))
        return players(series={"generator_loss": curve, "discriminator_loss": curve})

    assert "oscillate, G's between 0.10 and 1.91" in of(waves)
    assert "a period of about 656 steps" in of(waves)
    assert "oscillate" not in of(noise)
    assert "oscillate" not in of(2 * steps / 3000)


def test_losses_of_before_a_change_are_told_as_such_and_nothing_follows_from_them() -> None:
    def of(*names: str, objective: str = "wasserstein") -> str:
        losses = {"discriminator_loss": 1.27, "generator_loss": 0.755}
        series = {name: Series(frozen([250.0, 300.0]), frozen([2.0, value]), stale=True) for name, value in losses.items()}
        before = Event(299, "packing: 2 (was 1)", "change")
        changed = tuple(Event(301, f"{name}: 2 (was 1)", "change") for name in names)
        return players(objective, series=series, events=(before, *changed), predictions=sure(math.nan))

    assert of("objective").endswith(
        "At step 300, before the change of objective, D's loss was 1.27 and G's 0.755. No loss has been logged since."
    )
    assert "before the change of objective, label_smoothing and latent, D's" in of("objective", "label_smoothing", "latent", "objective")
    assert "before the change of the settings, D's" in of("k steps")


def test_a_swing_is_one_of_the_losses_since_the_last_change_of_what_they_are_made_of() -> None:
    steps = np.arange(60.0) * 50
    curve = Series(frozen(steps), frozen(1 + np.sin(steps / 100)))
    for at, swings in ((-1, True), (100, True), (2900, False)):
        changed = (Event(at, "objective: hinge (was wasserstein)", "change"),)
        assert ("oscillate" in players(series={"generator_loss": curve, "discriminator_loss": curve}, events=changed)) == swings


def test_what_adapts_is_not_told_as_of_now_after_a_change() -> None:
    settings = told(information__categorical=10, information__weight=1.0)
    for stale in (False, True):
        series = {"information_bound": Series(frozen([300.0]), frozen([2.1]), stale)}
        assert ("2.10 of at most 2.30 nats" in of_options(settings, series=series)["InfoGAN"]) is not stale
        assert "were measured" not in section(make_snapshot(series=series, diagnosis=None), "What is generated")


def test_the_numbers_of_a_line_are_those_of_the_data_and_of_all_samples() -> None:
    lognormal = make_diagnosis(real=Moments(3.137, 9.023), fake=Moments(3.0, 7.2), metrics={"w1": 0.3, "ks": 0.1, "js": 0.02})
    text = section(make_snapshot(diagnosis=lognormal), "What is generated")
    assert "mean 3 and standard deviation 7.2, the data 3.137 and 9.023" in text
    assert "0.033 standard deviations of the data" in text
    assert "KS = 0.1 (0.0135 between the data and a perfect generator)" in text
    halves = section(make_snapshot(diagnosis=dataclasses.replace(lognormal, rows=100)), "What is generated")
    assert "(0.0135 between two halves of the data)" in halves
    assert "W1 (earth mover's distance) = 15.8" in section(make_snapshot(diagnosis=None, series=measured(w1=15.8)), "What is generated")
    assert "Nothing is measured yet" in section(make_snapshot(diagnosis=None, series={}), "What is generated")


@pytest.mark.parametrize("kind", WORDS)
def test_every_finding_is_a_true_sentence_without_holes(kind: str) -> None:
    on_the_line = make_diagnosis(metrics={"ks": 0.2, "js": 0.1, "sd_ratio": 0.6})
    in_the_plane = make_diagnosis(real=None, fake=None, metrics={"js": 0.1})
    numbers = math.nan if kind == "discrete" else 0.3
    for found, finding in (
        (on_the_line, Finding(kind, 0.3, 0.01, -1.0, 2.0, 3)),
        (on_the_line, Finding(kind, 1.3, 0.01, -4.0, -2.0, 1)),
        *([] if kind in ("short_tail", "long_tail", "misplaced") else [(in_the_plane, Finding(kind, numbers, 0.01, count=2))]),
    ):
        make = make_snapshot if found.real else lambda **changes: make_other("plane", **changes)
        for step in (100, 1_900):
            text = section(make(diagnosis=dataclasses.replace(found, findings=(finding,)), step=step, steps=2_000), "What is generated")
            assert text.endswith(".")
            assert not any(word in text for word in ("nan", " inf", "  ", "{"))


@pytest.mark.parametrize(
    ("findings", "words"),
    [
        ((Finding("bridge", 0.04, 0.0004, -96.6, 96.8),), "4.0% of the samples lie between -96.6 and 96.8"),
        ((Finding("short_tail", 0.024, 0.01, 18.6, math.inf),), "The upper tail is too short: 2.4% of the data lie above 18.6"),
        ((Finding("discrete", 0.19, low=4.0, count=15),), "take 15 different values, and 19% are exactly 4"),
        ((Finding("narrow", 0.8),), "G is somewhat too narrow, but has not collapsed"),
        ((Finding("apart", 1.0, low=-18.7, high=-11.2),), "hardly overlap (KS = 1): the generated numbers lie between -18.7 and -11.2"),
        ((Finding("collapse", 0.9, count=1),), "almost all latents map to the same point"),
        ((Finding("shifted", 0.38, low=0.19),), "by +0.19, 0.38 standard deviations"),
    ],
)
def test_a_line_in_words(findings: tuple[Finding, ...], words: str) -> None:
    found = make_diagnosis(findings=findings, metrics={"w1": 0.1, "ks": 0.1, "js": 0.1, "sd_ratio": 0.8})
    text = section(make_snapshot(diagnosis=found), "What is generated")
    assert words in text
    assert "covers the data and more" not in text


PLANE = {"js": 0.1, "sliced_w1": 0.3, "modes": 5.0, "hq": 0.8, "reverse_kl": 0.4}


@pytest.mark.parametrize(
    ("findings", "step", "words"),
    [
        ((Finding("missing", 0.375, 0.0, count=3),), 1_900, "3 of 8 modes are missing, which is mode collapse: 38% of the data"),
        ((Finding("missing", 0.125, 0.0, count=1),), 1_900, "1 of 8 mode is missing"),
        ((Finding("bridge", 0.34, 0.011),), 1_900, "All modes are covered; 34% of the samples are not within 3 standard deviations"),
        ((Finding("apart", 1.0),), 100, "Early: G has not reached the data yet."),
        ((Finding("apart", 1.0),), 1_900, "Hardly any generated point lies where the data are."),
        (
            (Finding("collapse", 0.9, 900.0, count=43),),
            300,
            "such as a curve. 90% of them lie in 43 cells of a grid, and 90% of the data in 900.",
        ),
        ((Finding("collapse", 0.9, 900.0, count=4),), 300, "Mode collapse: almost all latents map to the same few points."),
        ((Finding("collapse", 0.9, count=3), Finding("apart", 1.0)), 100, "Mode collapse: almost all latents map to the same few points"),
    ],
)
def test_a_plane_in_words(findings: tuple[Finding, ...], step: int, words: str) -> None:
    found = make_diagnosis(real=None, fake=None, metrics=PLANE, findings=findings)
    snapshot = make_other("plane", diagnosis=found, step=step, steps=2_000, settings=told(dataset="ring"))
    assert words in section(snapshot, "What is generated")


def test_a_floor_of_samples_alone_is_that_of_a_perfect_generator_in_the_units_of_the_metric() -> None:
    floors = {"hq": Floor(0.99, 0.97), "reverse_kl": Floor(0.0013, 0.005), "sliced_w1": Floor(0.02, 0.03)}
    found = make_diagnosis(real=None, fake=None, metrics=PLANE | {"hq": 0.084}, floors=floors)
    text = section(make_other("plane", diagnosis=found, settings=told(dataset="ring")), "What is generated")
    assert "8.4% of its samples are within 3 standard deviations of one (99.0% of a perfect generator's)." in text
    assert "Reverse KL = 0.4 (0.0013 for a perfect generator):" in text
    assert "Sliced W1 = 0.3 (0.02 between the data and a perfect generator):" in text


@pytest.mark.parametrize(("kind", "said"), [("line", "over the line is"), ("plane", "over the plane is"), ("images", "")])
def test_the_mean_over_classes_is_told_where_d_is_drawn_over_a_line_or_a_plane(kind: str, said: str) -> None:
    settings = told(classes=10)
    snapshot = make_snapshot(settings=settings) if kind == "line" else make_other(kind, settings=settings)
    text = {each.term: each.text for each in explained(snapshot)[3].paragraphs}["conditional GAN"]
    assert said in text
    assert ("Where no class is chosen" in text) is bool(said)


def test_modes_that_come_and_go_late_are_a_collapse_and_not_early() -> None:
    """The ring without regularizers: three points, 0 or 1 modes found by turns."""
    modes = Series(frozen(np.arange(6.0)), frozen([0.0, 1.0, 0.0, 1.0, 1.0, 0.0]))
    found = make_diagnosis(real=None, fake=None, metrics=PLANE, findings=(Finding("collapse", 0.9, count=3), Finding("apart", 1.0)))
    bare = told(dataset="ring", objective="non_saturating", regularizers__r1=0.0, regularizers__r2=0.0, instance_noise__sd=0.0)
    snapshot = make_other("plane", diagnosis=found, step=10_928, steps=12_000, settings=bare, series={"modes": modes})
    text = section(snapshot, "What is generated")
    assert "same few points, and the modes they sit near change over time" in text
    assert "Early" not in text
    assert "Try the gradient penalties R1 and R2 with weight 1 (regularizers.r1 and regularizers.r2, in the knobs view, 6)" in text
    assert "The penalty factor (P) changes nothing while every penalty is 0." in text


@pytest.mark.parametrize(
    ("precision", "recall", "coverage", "words"),
    [
        (0.9, 0.1, 0.2, "blurred or empty ones, which in pixels lie near many real ones"),
        (1.0, 0.9, 0.05, "High precision with low coverage"),
        (0.2, 0.8, 0.7, "many of its images lie off the data"),
        (0.1, 0.1, 0.1, "both low"),
        (0.8, 0.7, 0.9, "look at the samples"),
    ],
)
def test_images_in_words(precision: float, recall: float, coverage: float, words: str) -> None:
    text = section(make_other("images", series=measured(precision=precision, recall=recall, coverage=coverage)), "What is generated")
    assert f"In pixels, where blur counts as near: precision = {precision:.0%}" in text
    assert words in text
    assert "convincing" not in text


def test_triples_of_stacked_images_in_words() -> None:
    snapshot = make_other("images", series=measured(stacked_modes=961.0, stacked_kl=0.606))
    text = section(snapshot, "What is generated")
    assert "G makes 961 of the 1,000 triples of digits. The KL divergence of their shares from equal ones is 0.606 nats." in text
    known = {"stacked_modes": Floor(1000, 1000), "stacked_kl": Floor(0.0253, 0.0253)}
    text = section(dataclasses.replace(snapshot, floors=known), "What is generated")
    assert "triples of digits (stacks of test images show 1,000)." in text
    assert "0.606 nats (0.0253 of stacks of test images)." in text


def test_images_are_never_called_an_equilibrium() -> None:
    values = {"feature_precision": 0.87, "feature_recall": 0.88, "feature_coverage": 0.96, "precision": 1.0}
    snapshot = make_other("images", series=measured(**values), predictions=sure(0.5), settings=told(dataset="mnist"))
    assert "Nash" not in section(snapshot, "The players")
    assert "In the features of a classifier of digits: precision = 87%" in section(snapshot, "What is generated")
    other = dataclasses.replace(snapshot, settings=told(dataset="fashion-mnist"), floors={"feature_precision": Floor(0.9, 0.9)})
    assert "which has seen no other images" in section(other, "What is generated")
    assert "test images get 90%" in section(other, "What is generated")


def test_what_the_run_does() -> None:
    def doing(**changes: Any) -> str:
        return section(make_snapshot(**changes), "What you see")

    assert "k = 1 discriminator update, then one generator update" in doing(status=Status.RUNNING)
    assert "k = 3 discriminator updates" in doing(status=Status.RUNNING, knobs=Knobs(k_steps=3))
    assert "k = 2 discriminator updates" in doing(status=Status.RUNNING, knobs=Knobs(k_steps=5), rules=Rules(k=2))
    assert "one simultaneous update of both networks" in doing(status=Status.RUNNING, settings=told(updates="simultaneous"))
    for k, rules in ((4, Rules()), (9, Rules(k=4))):
        said = doing(status=Status.RUNNING, knobs=Knobs(k_steps=k), rules=rules, settings=told(updates="simultaneous"))
        assert "k - 1 = 3 discriminator updates, then" in said
    orders = {
        ("alternating", 2, 3): "k = 2 discriminator updates, then 3 generator updates, on",
        ("same_batch", 1, 2): "k = 1 discriminator update, then 2 generator updates on the noise vectors and samples of the last",
        ("simultaneous", 2, 2): "2 simultaneous updates of both networks, by their gradients at the same weights",
        ("simultaneous", 1, 3): "2 generator updates, then one simultaneous update of both networks",
        ("extragradient", 3, 1): "k - 1 = 2 discriminator updates, then one extragradient update of both networks",
        ("extragradient", 1, 1): "one extragradient update of both networks, by their gradients at the point that both extrapolate to",
    }
    for (updates, k, g), text in orders.items():
        knobs = Knobs(k_steps=k, generator_steps=g)
        assert f"Each step makes {text}" in doing(status=Status.RUNNING, knobs=knobs, settings=told(updates=updates))
    assert "The run is paused" in doing()
    assert "one step in slow motion" in doing(stages=STAGES)
    assert "Pre-training: D is regressed" in doing(phase="pre-training 3 / 10")
    assert "ended with an error" in doing(status=Status.FAILED)
    assert "The run has ended" in doing(status=Status.FINISHED)
    assert "built" in doing(status=Status.LOADING, picture=None)
    assert "fixed noise vectors" in doing(picture=make_images())


def test_the_keys_in_force_are_named() -> None:
    other = tuple(dataclasses.replace(key, key="J") if key.name == "step" else key for key in KEYS)
    text = " ".join(each.text for each in explained(make_snapshot(), other)[0].paragraphs)
    assert "J trains one step" in text


def test_each_option_is_told_only_while_it_is_on() -> None:
    bare = section(make_snapshot(rules=Rules(objective="hinge")), "What is switched on")
    assert "above 1 on real" in bare
    terms = {
        "packing 2": told(packing=2),
        "feature matching, weight 1": told(feature_matching=1.0),
        "few labels": told(labels=50),
        "InfoGAN": told(information__categorical=10),
        "stage": told(stages=2),
        "conditioning augmentation": told(conditioning__dim=32),
        "one-sided label smoothing, 0.1": told(label_smoothing=0.1),
        "instance noise, sd 1": told(instance_noise__sd=1.0),
        "instance noise, sd 1 at the start": told(instance_noise__sd=1.0, instance_noise__steps=9_000),
        "augmentation": told(augment="cutout"),
        "adaptive augmentation, r_t at 0.6": told(augment="cutout", augment_target=0.6),
        "historical averaging, weight 0.5": told(historical_averaging=0.5),
        "lazy regularization, every 8 steps": told(lazy=8, regularizers__r1=1.0),
        "exponential moving average, decay 0.999": told(average_decay=0.999),
        "spectral normalisation": told(discriminator__spectral=True),
        "32 Fourier features": told(discriminator__fourier=32),
        "R1, weight 2": told(regularizers__r1=2.0),
        "R2, weight 2": told(regularizers__r2=2.0),
        "L2, weight 2": told(regularizers__l2=2.0),
        "gradient penalty, weight 10": told(regularizers__gradient_penalty=10.0),
        "adaptive L2": told(regularizers__adaptive_l2=1.0),
        "R1 by finite differences, weight 2": told(regularizers__r1_difference=2.0),
        "one-sided gradient penalty, weight 10": told(regularizers__lipschitz_penalty=10.0),
        "adaptive k": told(coordination="accuracy"),
        "simultaneous updates": told(updates="simultaneous"),
        "same batch": told(updates="same_batch"),
        "extragradient": told(updates="extragradient"),
        "optimistic Adam": told(optimizer__kind="optimistic_adam"),
        "optimistic SGD": told(optimizer__kind="optimistic_sgd"),
        "lookahead, 5 steps": told(optimizer__lookahead_steps=5, optimizer__lookahead_share=1.0),
        "virtual batch normalisation": told(discriminator__norm="virtual_batch"),
        "batch normalisation in D": told(discriminator__norm="batch"),
        "dropout 0.5 in D": told(discriminator__dropout=0.5),
        "early stopping": told(stop__metric="w1", stop__threshold=0.01, stop__evaluations=3),
    }
    for term, settings in terms.items():
        assert term in of_options(settings)
        off = tuple(dataclasses.replace(each, value=type(each.value)()) for each in settings)
        assert term not in of_options(off)
    knobs = Knobs(k_steps=3, minibatch_discrimination=True, regularization=2.0)
    found = [each.term for each in explained(make_snapshot(knobs=knobs, settings=told(regularizers__r1=1.0)))[3].paragraphs]
    assert found == ["non-saturating objective", "k = 3", "minibatch discrimination", "R1, weight 1 x 2"]


@pytest.mark.parametrize(
    ("settings", "changes", "text"),
    [
        ((), {"knobs": Knobs(generator_steps=3)}, "3 generator updates per step."),
        (
            told(optimizer__lookahead_steps=5, optimizer__lookahead_share=0.4),
            {},
            "After every 5 steps the weights of G and D are set to 0.4 of the way from where they were before them to "
            "where they are then. That damps the "
            "rotation of the two players around an equilibrium.",
        ),
        ((), {"knobs": Knobs(k_steps=2)}, "2 discriminator updates per step."),
        (
            told(coordination="accuracy"),
            {"knobs": Knobs(k_steps=4), "rules": Rules(k=3)},
            "k (now 3) adapts to D's accuracy: one more discriminator update per step under 65%, one fewer over 80%, from 1 to 4.",
        ),
        (
            told(lazy=8, regularizers__r1=1.0),
            {},
            "D's regularizers are added once every 8 steps, with 8 times their weight, which saves time. Adam normalises each update, so "
            "they act less strongly than in every step.",
        ),
        (
            told(lazy=8, regularizers__r1=1.0, optimizer__kind="sgd"),
            {},
            "D's regularizers are added once every 8 steps, with 8 times their weight, which saves time. It overshoots where learning rate "
            "x weight x 8 is large.",
        ),
        (
            told(regularizers__adaptive_l2=0.1),
            {"series": measured(l2_coefficient=0.2)},
            "Penalises D's squared weights. The coefficient (now 0.2) adapts to D's accuracy: it grows over 80% and shrinks under 65%.",
        ),
        (
            told(instance_noise__sd=1.0, instance_noise__steps=3600, instance_noise__end=0.01),
            {"step": 100},
            "Gaussian noise on D's inputs makes the two distributions overlap, so that D cannot separate them perfectly. It decays to 0.01 "
            "by step 3,600, and is 0 from then on.",
        ),
        (
            told(information__categorical=10, information__continuous=2, information__weight=1.0, information__augment="affine,cutout"),
            {"series": measured(information_bound=2.25)},
            "G is given codes beside z (a categorical one of 10 values and 2 continuous in -1 .. 1), and D also reads them off its "
            "samples: both players raise a lower bound of the information that a sample has of its codes, with weight 1, so that codes "
            "come to mean something without labels. They are read off augmented samples (affine, cutout), so that none chooses what that "
            "changes. The bound of the categorical code is 2.25 of at most 2.30 nats.",
        ),
        (
            told(augment="translation, cutout", augment_probability=0.8),
            {"series": measured(overfitting=0.5)},
            "Real and generated images are changed at random before D is shown them (translation, cutout), and G's gradients pass through "
            "the change: D can learn fewer training images by heart. Each is augmented with probability 0.8. Gradient penalties are by the "
            "augmented image.",
        ),
        (
            told(augment="cutout", augment_target=0.6),
            {"series": measured(augment_probability=0.125)},
            "Real and generated images are changed at random before D is shown them (cutout), and G's gradients pass through the change: D "
            "can learn fewer training images by heart. The probability (now 0.12) adapts: it grows while r_t of the training images is "
            "over 0.6, and shrinks while it is under. Gradient penalties are by the augmented image.",
        ),
        (
            told(augment="cutout"),
            {"series": measured(overfitting=0.5)},
            "r_t = 0.50: D calls 75% of augmented training images real. Near 1 it tells all of them from generated ones, because it knows "
            "them by heart or because G is still poor.",
        ),
        (
            told(instance_noise__sd=1.0, instance_noise__steps=3600),
            {"step": 3600},
            "The noise on D's inputs has been 0 since step 3,600.",
        ),
        (
            told(conditioning__dim=32, conditioning__weight=0.01),
            {},
            "In place of the class G is given a point of a Gaussian of 32 coordinates around a learned embedding of it, whose noise is the "
            "first 32 numbers of z. G's loss holds the mean KL divergence of these Gaussians from N(0, 1) per coordinate, with weight "
            "0.01: the heavier, the more the classes overlap.",
        ),
        (told(label_smoothing=0.1), {}, "D's target for real samples is 0.9 instead of 1, which keeps D from becoming overconfident."),
        (
            told(stop__metric="w1", stop__threshold=0.01, stop__evaluations=3),
            {},
            "Training stops when w1 reaches 0.01 in 3 evaluations in a row.",
        ),
    ],
)
def test_an_option_is_told_with_the_values_in_force(settings: tuple[Setting, ...], changes: dict[str, Any], text: str) -> None:
    assert text in of_options(settings, **changes).values()


def test_a_weight_of_the_objective_in_g_is_told_where_it_is_another_than_1() -> None:
    assert [list(of_options(told(adversarial=weight)))[:2] for weight in (1.0, 0.0, 0.5)] == [
        ["non-saturating objective"],
        ["non-saturating objective", "G without the objective"],
        ["non-saturating objective", "objective, weight 0.5 in G"],
    ]


def test_lazy_is_not_told_where_there_is_nothing_to_add() -> None:
    assert list(of_options(told(lazy=8, regularizers__r1=0.0))) == ["non-saturating objective"]


def test_every_regularizer_has_an_option_text() -> None:
    for name in REGULARIZERS:
        assert of_options(told(**{f"regularizers__{name}": 1.0})), name


def test_every_objective_has_its_words_its_equilibrium_and_its_source() -> None:
    for traits in TRAITS.values():
        assert traits.text
        assert traits.source
        assert traits.reading


def test_a_source_is_found_by_a_key_or_its_first_part() -> None:
    assert "1801.04406" in source("regularizers.r1")
    assert "1606.03498" in source("minibatch.kernels")
    assert source("keep") == ""
    assert set(leaves(Config(preset=""))) & {"average_decay", "packing"}


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_strange_numbers_are_never_told(bad: float) -> None:
    names = ("generator_loss", "discriminator_loss", "w1", "sd_ratio", "modes", "hq", "reverse_kl", "precision", "recall", "parzen")
    odd = sure(math.nan, real=frozen(np.full(20, bad)), fake=frozen(np.full(20, math.nan)), real_mean=bad, fake_mean=bad, overlap=bad)
    strange = make_diagnosis(
        fake=Moments(bad, bad), metrics=dict.fromkeys(("w1", "ks", "js", "sd_ratio", *PLANE), bad), agreement="unknown"
    )
    for kind in ("line", "plane", "images"):
        make = make_snapshot if kind == "line" else lambda kind=kind, **changes: make_other(kind, **changes)
        text = explained(make(series=measured(**dict.fromkeys(names, bad)), predictions=sure(bad)))
        assert not any(word in each.text.split() for part in text[:3] for each in part.paragraphs for word in ("nan", "inf", "-inf"))
        explained(make(predictions=odd, series={}))
        text = explained(make(diagnosis=strange))
        assert not any(word in each.text.split() for part in text[:3] for each in part.paragraphs for word in ("nan", "inf", "-inf"))
