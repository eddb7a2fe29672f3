"""The explanation: which case is told for which run, with the numbers of that run."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from tests.ui.conftest import STAGES, make_images, make_other, make_predictions, make_snapshot
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.settings import leaves
from tui_gan.contract.snapshot import Series, Setting, Snapshot, Status, frozen
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.players.discriminator import discriminator
from tui_gan.ui.explain import explained
from tui_gan.ui.explain.options import OBJECTIVES
from tui_gan.ui.explain.players import EQUILIBRIUM
from tui_gan.ui.explain.sources import OBJECTIVES as SOURCES
from tui_gan.ui.explain.sources import source
from tui_gan.ui.keys import KEYS

LN2 = math.log(2)


def told(**values: object) -> tuple[Setting, ...]:
    return tuple(Setting(key.replace("__", "."), value, True, (), "") for key, value in values.items())


def measured(**values: float) -> dict[str, Series]:
    return {name: Series(frozen([1.0]), frozen([value])) for name, value in values.items()}


def section(snapshot: Snapshot, title: str) -> str:
    return next(" ".join(each.text for each in part.paragraphs) for part in explained(snapshot) if part.title == title)


def players(objective: str = "non_saturating", **changes: Any) -> str:
    return section(make_snapshot(settings=told(objective=objective), **changes), "The players")


def sure(share: float, **changes: Any) -> Any:
    return make_predictions(real_right=share, fake_right=share, **changes)


def test_the_sections_stand_in_order_and_keep_their_paragraphs() -> None:
    for status in Status:
        text = explained(make_snapshot(status))
        assert [part.title for part in text] == ["What you see", "The players", "What is generated", "What is switched on", "Words"]
        assert [len(part.paragraphs) for part in text[:3]] == [2, 2, 2]


def test_a_strong_discriminator_starves_minimax_and_not_the_others() -> None:
    shares = np.zeros(20)
    shares[0] = 1.0
    strong = sure(0.97, fake=frozen(shares))
    text = players("minimax", predictions=strong)
    assert "97% of the real" in text
    assert "-0.03 on average" in text
    assert "vanishing gradient" in text
    assert "(k)" in text
    assert "-0.97 on average" in players(predictions=strong)
    assert "vanishing gradient" not in players(predictions=strong)
    assert "far ahead" in players("unheard of", predictions=strong)
    for objective in EQUILIBRIUM:
        assert "far ahead" in players(objective, predictions=strong)


def test_a_discriminator_at_chance_is_weak_or_has_found_the_equilibrium() -> None:
    chance = sure(0.51)
    far = players(predictions=chance, series=measured(w1=0.4, sd_ratio=0.5))
    assert "although the two distributions differ" in far
    assert "Nash" in players(predictions=chance, series=measured(w1=0.01, sd_ratio=1.0))
    assert "measures below tell" in players(predictions=chance, series={})
    assert "catch up" in players(predictions=sure(0.3))
    assert "balanced" in players()


def test_a_border_beside_both_kinds_is_no_guessing() -> None:
    low, high = np.zeros(20), np.zeros(20)
    low[15], high[18] = 1.0, 1.0
    apart = make_predictions(real=frozen(high), fake=frozen(low), real_right=1.0, fake_right=0.0)
    assert "takes most for real" in players(predictions=apart)
    assert "guessing" not in players(predictions=apart)
    assert "takes most of both for real" in discriminator(apart, (), 78, 20, Look()).text()
    assert "takes most" not in players(predictions=sure(0.51))


@pytest.mark.parametrize("objective", ["wasserstein", "relativistic"])
def test_without_a_border_there_is_no_share_that_is_right(objective: str) -> None:
    assert "no" in players(objective, predictions=sure(math.nan))
    assert "nan" not in players(objective, predictions=sure(math.nan))


@pytest.mark.parametrize("objective", EQUILIBRIUM)
def test_the_losses_of_the_equilibrium(objective: str) -> None:
    (of_d, words), level = EQUILIBRIUM[objective]
    of_g = level[0] if level else 3.0
    text = players(objective, series=measured(discriminator_loss=of_d, generator_loss=of_g))
    assert objective == "wasserstein" or ("proves nothing" in text and words in text)
    assert "nan" not in text


def test_losses_that_are_missing_infinite_or_apart() -> None:
    assert "no loss yet" in players(series={})
    assert "infinite" in players(series=measured(discriminator_loss=math.inf, generator_loss=0.7))
    assert "infinite" in players(advice="a loss became non-finite by step 3")
    assert "D is ahead" in players(series=measured(discriminator_loss=0.4, generator_loss=3.0))
    assert "2 ln 2 = 1.386 for D, ln 2 = 0.693 for G" in players(series=measured(discriminator_loss=0.4, generator_loss=3.0))
    smoothed = make_snapshot(settings=told(objective="non_saturating", label_smoothing=0.1))
    assert "ln 2" not in section(smoothed, "The players")


def test_a_swing_is_told_from_noise_and_from_a_drift() -> None:
    steps = np.arange(60.0) * 50
    waves = 1 + np.sin(steps / 100)
    noise = 1 + 0.5 * np.random.default_rng(0).standard_normal(60)

    def of(values: Any) -> str:
        curve = Series(frozen(steps), frozen(values))
        return players(series={"generator_loss": curve, "discriminator_loss": curve})

    assert "swing, G's between 0.10 and 1.91" in of(waves)
    assert "about every 656 steps" in of(waves)
    assert "swing" not in of(noise)
    assert "swing" not in of(2 * steps / 3000)


@pytest.mark.parametrize(
    ("series", "words"),
    [
        (measured(sd_ratio=0.5), "gives up variety"),
        (measured(sd_ratio=1.02, w1=0.02), "no sign of mode collapse"),
        (measured(sd_ratio=1.5), "covers the data and more"),
        (measured(w1=0.02), "4.0% of the standard deviation"),
        ({}, "mean 3.4"),
    ],
)
def test_a_line_in_words(series: dict[str, Series], words: str) -> None:
    assert words in section(make_snapshot(series=series), "What is generated")


@pytest.mark.parametrize(
    ("series", "knobs", "words"),
    [
        (measured(modes=5, hq=0.8), Knobs(), "3 modes are missing: this is mode collapse"),
        (measured(modes=7, hq=0.8), Knobs(), "1 mode is missing"),
        (measured(modes=5, hq=0.8), Knobs(minibatch_discrimination=True), "D judges samples together"),
        (measured(modes=1, hq=0.1), Knobs(), "too early"),
        (measured(modes=8, hq=0.8), Knobs(), "20% of the samples lie between"),
        (measured(modes=8, hq=0.95, reverse_kl=0.02), Knobs(), "no mode collapse"),
        (measured(sliced_w1=0.3), Knobs(), "Sliced W1 = 0.3"),
        ({}, Knobs(), "Nothing is measured yet; e"),
    ],
)
def test_a_plane_in_words(series: dict[str, Series], knobs: Knobs, words: str) -> None:
    snapshot = make_other("plane", series=series, knobs=knobs, settings=told(dataset="ring"))
    assert words in section(snapshot, "What is generated")


@pytest.mark.parametrize(
    ("precision", "recall", "words"),
    [(0.9, 0.1, "mode collapse"), (0.2, 0.8, "not convincing yet"), (0.1, 0.1, "Both are low"), (0.8, 0.7, "Both are fair")],
)
def test_images_in_words(precision: float, recall: float, words: str) -> None:
    text = section(make_other("images", series=measured(precision=precision, recall=recall)), "What is generated")
    assert f"{precision:.0%} of the generated images" in text
    assert words in text


def test_what_the_run_does() -> None:
    def doing(**changes: Any) -> str:
        return section(make_snapshot(**changes), "What you see")

    assert "D moves once, then G moves once" in doing(status=Status.RUNNING)
    assert "D moves 3 times" in doing(status=Status.RUNNING, knobs=Knobs(k_steps=3))
    assert "at once" in doing(status=Status.RUNNING, settings=told(updates="simultaneous"))
    assert "nothing moves" in doing()
    assert "inside one step" in doing(stages=STAGES)
    assert "before the game" in doing(phase="pre-training 3 / 10")
    assert "ended by an error" in doing(status=Status.FAILED)
    assert "come to its end" in doing(status=Status.FINISHED)
    assert "built" in doing(status=Status.LOADING, picture=None)
    assert "fixed latents" in doing(picture=make_images())


def test_the_keys_in_force_are_named() -> None:
    other = tuple(dataclasses.replace(key, key="J") if key.name == "step" else key for key in KEYS)
    text = " ".join(each.text for each in explained(make_snapshot(), other)[0].paragraphs)
    assert "J trains one step" in text


def test_each_option_is_told_only_while_it_is_on() -> None:
    bare = section(make_snapshot(settings=told(objective="hinge")), "What is switched on")
    assert "above 1 on real" in bare
    terms = {
        "packing 2": told(packing=2),
        "feature matching, weight 1": told(feature_matching=1.0),
        "label smoothing 0.1": told(label_smoothing=0.1),
        "instance noise, sd 1 at first": told(instance_noise__sd=1.0),
        "historical averaging, weight 0.5": told(historical_averaging=0.5),
        "lazy regularization, every 8 steps": told(lazy=8),
        "averaged G, decay 0.999": told(average_decay=0.999),
        "spectral normalisation": told(discriminator__spectral=True),
        "32 Fourier features": told(discriminator__fourier=32),
        "R1, weight 2": told(regularizers__r1=2.0),
        "R2, weight 2": told(regularizers__r2=2.0),
        "L2, weight 2": told(regularizers__l2=2.0),
        "gradient penalty, weight 10": told(regularizers__gradient_penalty=10.0),
        "one-sided gradient penalty, weight 10": told(regularizers__lipschitz_penalty=10.0),
        "R1 by differences, weight 2": told(regularizers__r1_difference=2.0),
        "adaptive L2": told(regularizers__adaptive_l2=1.0),
        "k follows D": told(coordination="accuracy"),
    }
    for term, settings in terms.items():
        found = [each.term for part in explained(make_snapshot(settings=settings)) for each in part.paragraphs]
        assert term in found
        off = tuple(dataclasses.replace(each, value=type(each.value)()) for each in settings)
        assert term not in [each.term for part in explained(make_snapshot(settings=off)) for each in part.paragraphs]
    knobs = Knobs(k_steps=3, minibatch_discrimination=True, regularization=2.0)
    found = [each.term for each in explained(make_snapshot(knobs=knobs, settings=told(regularizers__r1=1.0)))[3].paragraphs]
    assert found == ["k = 3", "minibatch discrimination", "R1, weight 1 x 2"]


def test_every_objective_has_its_words_its_equilibrium_and_its_source() -> None:
    assert OBJECTIVES.keys() == EQUILIBRIUM.keys() == SOURCES.keys()


def test_a_source_is_found_by_a_key_or_its_first_part() -> None:
    assert "1801.04406" in source("regularizers.r1")
    assert "1606.03498" in source("minibatch.kernels")
    assert "1611.04076" in source("objective", "least_squares")
    assert source("keep") == ""
    assert set(leaves(Config(preset=""))) & {"average_decay", "packing"}


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_strange_numbers_are_never_told(bad: float) -> None:
    names = ("generator_loss", "discriminator_loss", "w1", "sd_ratio", "modes", "hq", "reverse_kl", "precision", "recall", "parzen")
    odd = sure(math.nan, real=frozen(np.full(20, bad)), fake=frozen(np.full(20, math.nan)))
    for kind in ("line", "plane", "images"):
        make = make_snapshot if kind == "line" else lambda kind=kind, **changes: make_other(kind, **changes)
        text = explained(make(series=measured(**dict.fromkeys(names, bad)), predictions=sure(bad)))
        assert not any(word in each.text.split() for part in text[:3] for each in part.paragraphs for word in ("nan", "inf", "-inf"))
        explained(make(predictions=odd, series={}))
