"""Advice: a cure is named only where it changes something in this run, the likeliest first."""

import dataclasses
from typing import Any

import pytest

from tests.ui.conftest import make_snapshot
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.rules import Rules
from tui_gan.contract.settings import SETTINGS, leaves, nested
from tui_gan.contract.snapshot import Setting
from tui_gan.contract.toml import resolve
from tui_gan.gan.rules import rules
from tui_gan.presets import PRESETS
from tui_gan.ui.explain.advice import AILMENTS, CURES, advice, cures, prescription
from tui_gan.ui.explain.reading import Reading

KNOBS_OF_A_RUN = Knobs()


def reading(knobs: Knobs = KNOBS_OF_A_RUN, objective: str = "non_saturating", **values: Any) -> Reading:
    told = {"objective": objective, **{key.replace("__", "."): value for key, value in values.items()}}
    settings = tuple(Setting(key, value, True, (), "") for key, value in told.items())
    base = make_snapshot()
    bound = sum(float(told.get(f"regularizers.{name}", 0.0)) for name in ("gradient_penalty", "lipschitz_penalty"))
    rules = Rules(objective=objective, bound=bound, spectral=bool(told.get("discriminator.spectral")))
    return Reading(dataclasses.replace(base, knobs=knobs, settings=settings, rules=rules))


def names(found: Reading, ailment: str) -> list[str]:
    by_cure = {id(cure): name for name, cure in CURES.items()}
    return [by_cure[id(cure)] for cure in cures(found, ailment)]


def test_r1_and_r2_are_the_first_against_a_collapse_without_regularizers() -> None:
    bare = reading(regularizers__r1=0.0, regularizers__r2=0.0)
    assert CURES[names(bare, "collapse")[0]].change(bare) == {"regularizers.r1": 1.0, "regularizers.r2": 1.0}
    text = advice(bare, "collapse")
    assert text.startswith("Try the gradient penalties R1 and R2 with weight 1 (regularizers.r1 and regularizers.r2, in the knobs view, 6)")
    assert "The penalty factor (P) changes nothing while every penalty is 0." in text


def test_what_changes_nothing_is_not_advised() -> None:
    bare, held = reading(), reading(regularizers__r1=1.0, regularizers__r2=1.0)
    assert "fewer k" not in names(bare, "too strong")
    assert "fewer k" in names(reading(Knobs(k_steps=2)), "too strong")
    assert "stronger penalty" not in names(bare, "too strong")
    assert "stronger penalty" in names(held, "too strong")
    assert "stronger penalty" not in names(reading(Knobs(regularization=1e4), regularizers__r1=1.0), "too strong")
    assert "gradient penalties" not in names(held, "collapse")
    assert "gradient penalties" not in names(reading(discriminator__norm="batch"), "collapse")
    assert "minibatch" not in names(reading(Knobs(minibatch_discrimination=True)), "narrow")
    assert "more k" not in names(reading(Knobs(k_steps=20)), "too weak")
    assert "higher D rate" not in names(reading(Knobs(discriminator_lr=10.0)), "too weak")
    assert "lower D rate" not in names(reading(Knobs(discriminator_lr=1e-7)), "too strong")
    assert "non-saturating" not in names(bare, "too strong")
    assert names(reading(objective="minimax"), "too strong")[0] == "non-saturating"
    assert "instance noise" not in names(reading(instance_noise__sd=0.3, instance_noise__steps=0), "collapse")


def test_nothing_is_promised_that_did_not_help() -> None:
    """AYLIEN's networks under plain gradient descent: neither penalties nor noise brought G to the data."""
    assert advice(reading(optimizer__kind="sgd"), "apart") == ""


def test_only_what_is_missing_of_r1_and_r2_is_named() -> None:
    found = reading(regularizers__r1_difference=1.0)
    assert CURES["gradient penalties"].change(found) == {"regularizers.r2": 1.0}
    assert "the gradient penalty R2 with weight 1 (regularizers.r2," in advice(found, "collapse")


def test_a_critic_without_bound_gets_a_gradient_penalty_first() -> None:
    free = reading(objective="wasserstein")
    assert CURES["Lipschitz"].change(free) == {"regularizers.lipschitz_penalty": 10.0}
    assert all(names(free, ailment)[0] == "Lipschitz" for ailment in ("steep", "collapse", "apart", "swing"))
    for bound in ({"regularizers__gradient_penalty": 10.0}, {"discriminator__spectral": True}):
        assert advice(reading(objective="wasserstein", **bound), "steep") == ""
    assert advice(reading(), "steep") == ""


def test_a_slow_d_is_made_faster_before_it_is_updated_more() -> None:
    assert names(reading(Knobs(discriminator_lr=1e-6)), "too weak")[0] == "as fast as G"
    assert names(reading(Knobs(regularization=100.0), regularizers__r1=1.0), "too weak")[0] == "usual penalty"
    assert names(reading(), "too weak")[0] == "more k"


@pytest.mark.parametrize("preset", PRESETS)
def test_every_cure_can_be_done_while_the_run_trains_and_changes_something(preset: str) -> None:
    chosen = PRESETS[preset]
    found = Reading(
        dataclasses.replace(
            make_snapshot(knobs=chosen.knobs),
            settings=tuple(Setting(key, value, True, (), "") for key, value in leaves(chosen.config).items()),
            rules=rules(chosen.config, chosen.knobs),
        )
    )
    for cure in (cure for ailment in AILMENTS for cure in cures(found, ailment)):
        assert cure.words(found)
        for key, value in cure.change(found).items():
            if key.startswith("knobs."):
                name = key.removeprefix("knobs.")
                assert getattr(set_knob(chosen.knobs, name, value), name) != getattr(chosen.knobs, name)
            else:
                changed, _ = resolve(chosen.config, Knobs(), nested(key, value))
                assert isinstance(changed, Config)
                assert SETTINGS.get(key, SETTINGS.get(key.partition(".")[0])) == ""


def test_where_the_schedule_has_ended_the_learning_a_constant_one_belongs_to_every_cure() -> None:
    bare = reading()
    late = Reading(dataclasses.replace(bare.snapshot, rules=dataclasses.replace(bare.snapshot.rules, schedule=0.02)))
    cure = cures(late, "collapse")[0]
    assert prescription(cure, late) == {"regularizers.r1": 1.0, "regularizers.r2": 1.0, "schedule.kind": "constant"}
    assert prescription(cure, bare) == cure.change(bare)
    assert "lowered the learning rates to 2.0%, so set schedule.kind to constant too" in advice(late, "collapse")
    assert "schedule" not in advice(bare, "collapse")
