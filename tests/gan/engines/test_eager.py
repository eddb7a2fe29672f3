"""The eager engine in bfloat16: the products of the networks, and nothing that is kept."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import torch
from torch import Tensor

from tests.stand_in import stand_in
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan.engines import compiled
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS

Build = Callable[..., Trainer]
# Of products each of which is off by a half of 2^-8, and of a generator that meets a discriminator which Adam has moved by their signs.
CLOSE = 0.1
# In narrower networks and smaller batches fewer errors of rounding cancel.
WIDE = {"generator": Network(widths=(32, 32), activation="tanh"), "discriminator": Network(widths=(32, 32))}
KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "penalties": {"regularizers": {"r1": 1.0, "r2": 0.5, "gradient_penalty": 1.0}, "feature_matching": 0.5},
    "at once": {"updates": "simultaneous", "objective": "relativistic", "packing": 2},
}


def flat(gradients: list[Tensor | None]) -> Tensor:
    return torch.cat([each.flatten() for each in gradients if each is not None])


def apart(exact: Trainer, rounded: Trainer, knobs: Knobs) -> list[float]:
    """How far the gradients of a step are from those of float32, relative to them, by player."""
    exact.step(knobs)
    rounded.step(knobs)
    pairs = [(flat(exact.gradients[player]), flat(rounded.gradients[player])) for player in exact.now.players]
    assert all(each.dtype == torch.float32 for pair in pairs for each in pair)
    return [float((one - other).norm() / one.norm()) for one, other in pairs]


@pytest.mark.parametrize("changes", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("minibatch", [False, True])
def test_gradients_are_those_of_float32_but_for_its_precision(
    build_trainer: Build, knobs: Knobs, changes: dict[str, Any], minibatch: bool
) -> None:
    turned = set_knob(set_knob(knobs, "minibatch_discrimination", minibatch), "batch_size", 64)
    exact, rounded = (build_trainer(bf16=each, **WIDE, **changes) for each in (False, True))
    assert all(0 < each < CLOSE for each in apart(exact, rounded, turned))


def test_so_are_those_of_convolutions_with_second_derivatives() -> None:
    preset = PRESETS["mnist-dcgan"]
    knobs = set_knob(preset.knobs, "batch_size", 8)
    dataset = stand_in(preset.config)
    exact, rounded = (Trainer(msgspec.structs.replace(preset.config, bf16=each), dataset, "cpu") for each in (False, True))
    assert all(0 < each < CLOSE for each in apart(exact, rounded, knobs))


def test_what_is_kept_is_float32_and_goes_on_as_if_it_had_never_been_saved(
    build_trainer: Build, knobs: Knobs, differing: Callable[..., set[str]]
) -> None:
    one, other = build_trainer(bf16=True), build_trainer(bf16=True)
    for _ in range(3):
        one.step(knobs)
    kept = one.state()
    assert not any(each.dtype == torch.bfloat16 for each in kept.values())
    other.load_state(kept)
    for trainer in (one, other):
        trainer.step(knobs)
    assert differing(one.state(), other.state()) == set()


def test_what_cannot_train_so_says_it(build_trainer: Build) -> None:
    trainer = build_trainer(bf16=True)
    assert "bfloat16" in compiled.why_not(trainer.game, trainer.now, "cpu")
