"""The rules of a configuration: what decides what D(x) means and where the losses rest."""

import dataclasses
from typing import Any

import pytest
from msgspec.structs import replace

from tui_gan.contract.completion import Completion
from tui_gan.contract.config import Config, Information, Noise, Schedule
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.contract.rules import Rules
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.gan.rules import rules

BARE = Config(preset="toy1d", average_decay=0.0)
KNOBS = Knobs()


@pytest.mark.parametrize(
    ("changes", "step", "wanted"),
    [
        ({}, 0, {}),
        ({"objective": "hinge", "packing": 2}, 0, {"objective": "hinge", "packing": 2}),
        ({"label_smoothing": 0.2}, 0, {"label_smoothing": 0.2}),
        ({"instance_noise": Noise(sd=1.0, steps=100)}, 25, {"noise": 0.75}),
        ({"instance_noise": Noise(sd=0.0, steps=100, end=0.01)}, 25, {}),
        ({"schedule": Schedule(kind="cosine", period=100, floor=0.0)}, 50, {"schedule": 0.5}),
        ({"average_decay": 0.9}, 0, {"averaged": True}),
        ({"discriminator": Network(spectral=True)}, 0, {"spectral": True}),
        ({"regularizers": {"r1": 2.0, "l2": 0.0}}, 0, {"regularized": True}),
        ({"regularizers": {"gradient_penalty": 10.0}}, 0, {"regularized": True, "bound": 10.0, "flat": False}),
        ({"regularizers": {"lipschitz_penalty": 10.0}}, 0, {"regularized": True, "bound": 10.0}),
        ({"classes": 3}, 0, {"pairs": True, "extras": ("classes",)}),
        ({"information": Information(categorical=3)}, 0, {"extras": ("codes",)}),
        ({"information": Information(continuous=2)}, 0, {"extras": ("codes",)}),
        ({"stages": 2}, 0, {"extras": ("stages",)}),
        ({"completion": Completion(masks="half")}, 0, {"extras": ("masks",)}),
    ],
    ids=str,
)
def test_each_setting_tells_in_the_rules(changes: dict[str, Any], step: int, wanted: dict[str, Any]) -> None:
    found, expected = (
        dataclasses.asdict(each) | {"extras": "".join(each.extras)}
        for each in (rules(replace(BARE, **changes), KNOBS, step), Rules(**wanted))
    )
    assert found == pytest.approx(expected)


def test_the_factor_on_all_regularizers_weighs_the_bound() -> None:
    held = replace(BARE, regularizers={"gradient_penalty": 10.0})
    assert rules(held, dataclasses.replace(KNOBS, regularization=0.5)).bound == 5.0
    assert rules(held, dataclasses.replace(KNOBS, minibatch_discrimination=True)).minibatch_discrimination


def test_k_is_told_where_it_follows_the_accuracy() -> None:
    assert rules(BARE, KNOBS, 0, 3).k == 0
    assert rules(replace(BARE, coordination="accuracy"), KNOBS, 0, 3).k == 3


def test_only_a_penalty_that_wants_a_gradient_keeps_d_from_saying_the_same_everywhere() -> None:
    assert [name for name, term in REGULARIZERS.items() if not term.flat] == ["gradient_penalty"]
