"""Whole training steps against those of plain.py."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import torch

from tests.gan.plain import Plain
from tui_gan.contract.config import Noise, Optimizer, Schedule
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.trainer import Trainer

Build = Callable[..., Trainer]
OPTIONS: dict[str, dict[str, Any]] = {
    "noise": {"instance_noise": Noise(sd=0.6, steps=3)},
    "historical": {"historical_averaging": 5.0},
    "adaptive": {"regularizers": {"adaptive_l2": 0.5}},
    "difference": {"regularizers": {"r1_difference": 2.0}},
    "lazy": {"regularizers": {"l2": 0.3}, "lazy": 2},
    "packing": {"packing": 2},
    "zero sum": {"objective": "zero_sum"},
    "matching": {"feature_matching": 3.0},
    "together": {"updates": "simultaneous"},
    "same batch": {"updates": "same_batch"},
    "extragradient": {"updates": "extragradient"},
    "momentum": {"optimizer": Optimizer(kind="sgd", momentum=0.3, momentum_end=0.9, momentum_steps=2)},
    "epsilon hat": {"optimizer": Optimizer(kind="adam_hat", beta1=0.5)},
    "optimism": {"optimizer": Optimizer(kind="optimistic_adam", beta1=0.5, lookahead_steps=2, lookahead_share=0.3)},
    "optimistic momentum": {"optimizer": Optimizer(kind="optimistic_sgd", momentum=0.3, momentum_end=0.5, momentum_steps=2)},
}
GOING_TOGETHER = [
    pair for pair in itertools.combinations(OPTIONS, 2) if not (OPTIONS[pair[0]].keys() & OPTIONS[pair[1]].keys()) - {"regularizers"}
]


def turned(k: int, gate: bool, g: int = 1) -> Knobs:
    rates = {"generator_lr": 2e-3, "discriminator_lr": 3e-3}
    return Knobs(batch_size=16, device="cpu", k_steps=k, generator_steps=g, minibatch_discrimination=gate, regularization=2.5, **rates)


def joined(*names: str) -> dict[str, Any]:
    found = {key: value for name in names for key, value in OPTIONS[name].items()}
    regularizers = {key: weight for name in names for key, weight in OPTIONS[name].get("regularizers", {}).items()}
    return {**found, "regularizers": regularizers}


def assert_the_same(trainer: Trainer, knobs: Knobs, steps: int = 3) -> None:
    plain = Plain(trainer.config, trainer.state())
    for number in range(steps):
        trainer.step(knobs)
        plain.step(number, knobs)
    assert torch.equal(plain.stream.get_state(), trainer.now.stream.get_state())
    found = trainer.state()
    for network, weights in (("generator", plain.g), ("discriminator", plain.d), ("generator_average", plain.average)):
        own = {name: found[f"{network}.{name}"].double() for name in weights}
        torch.testing.assert_close(own, {name: value.detach() for name, value in weights.items()}, rtol=0, atol=1e-5)
    for name, coefficient in trainer.coefficients.items():
        assert coefficient.item() == pytest.approx(plain.coefficient, rel=1e-6), name
    assert trainer.mean_losses().tolist() == pytest.approx(torch.tensor(plain.losses).mean(0).tolist(), abs=1e-5)


@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize(
    "changes",
    [
        {"regularizers": {"r1_difference": 2.0}, "schedule": Schedule(kind="hyperbolic", period=3)},
        {"stratified": False, "optimizer": Optimizer(beta1=0.5)},
        *map(joined, ("noise", "historical", "adaptive")),
    ],
    ids=["penalty", "plain", "noise", "historical", "adaptive"],
)
def test_a_step_is_the_mathematics_and_nothing_else(build_trainer: Build, gate: bool, k: int, changes: dict[str, Any]) -> None:
    assert_the_same(build_trainer(**changes), turned(k, gate))


@pytest.mark.parametrize("names", GOING_TOGETHER, ids=" x ".join)
def test_two_options_multiply_as_the_mathematics_says(build_trainer: Build, names: tuple[str, str]) -> None:
    """With more than one update of a player, a factor on the regularizers, and minibatch features in every other pair."""
    place = GOING_TOGETHER.index(names)
    assert_the_same(build_trainer(**joined(*names)), turned(2, place % 2 == 1, (1, 3, 2)[place % 3]))


@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("order", ["together", "same batch", "extragradient"])
def test_everything_at_once_is_the_mathematics(build_trainer: Build, order: str, gate: bool) -> None:
    names = ("noise", "historical", "adaptive", "difference", "lazy", "packing", "zero sum", "matching", "momentum")
    assert_the_same(build_trainer(**joined(*names, order)), turned(3, gate, 2), steps=5)
