"""The layers of both networks: every weight is in one of them, with its norms."""

import math

import msgspec
import pytest
import torch

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan import networks
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS
from tui_gan.session.observe import layers
from tui_gan.session.observe.layers import named
from tui_gan.session.sources import shape_of


@pytest.fixture
def trainer(config: Config) -> Trainer:
    return Trainer(config, DATASETS["gaussian"](True), "cpu")


def test_layers_are_named_by_what_they_are(trainer: Trainer) -> None:
    assert [(layer.player, layer.name) for layer in layers(trainer)] == [
        ("G", "linear 1 > 6"),
        ("G", "linear 6 > 1"),
        ("D", "linear 1 > 8"),
        ("D", "linear 8 > 7"),
        ("D", "linear 7 > 1"),
    ]


def test_minibatch_features_are_layers_while_they_are_on(trainer: Trainer) -> None:
    off, on = layers(trainer), layers(trainer, True)
    assert [layer.name for layer in on[len(off) :]] == ["minibatch features", "linear 3 > 1"]
    assert on[: len(off)] == off


def test_of_two_branches_the_one_that_is_used_is_shown() -> None:
    config = PRESETS["toy1d-aylien-2016-08"].config
    trainer = Trainer(config, DATASETS["gaussian"](False), "cpu")
    shown = [[layer.name for layer in layers(trainer, on) if layer.player == "D"] for on in (False, True)]
    assert len(shown[0]) == len(shown[1]) == 4
    assert shown[0] != shown[1]


def test_norms_are_those_of_all_weights_of_a_layer(trainer: Trainer, knobs: Knobs) -> None:
    before = layers(trainer)
    assert all(math.isnan(layer.gradients) for layer in before)
    layer = trainer.discriminator.body[0]
    assert before[2].weights == pytest.approx(math.hypot(layer.weight.norm().item(), layer.bias.norm().item()))
    trainer.step(knobs)
    after = layers(trainer)
    assert after[2].gradients == pytest.approx(math.hypot(*(trainer.gradients["D"][place].norm().item() for place in (0, 1))))
    assert not any(math.isnan(each.gradients) for each in after)
    assert [math.isnan(each.gradients) for each in layers(trainer, True)] == [False] * 5 + [True] * 2
    trainer.step(set_knob(knobs, "minibatch_discrimination", True))
    assert not any(math.isnan(each.gradients) for each in layers(trainer, True))


@pytest.mark.parametrize("preset", PRESETS)
def test_every_weight_is_in_one_layer(preset: str) -> None:
    config = PRESETS[preset].config
    with torch.device("meta"):
        built = networks.build(config, shape_of(config))
    for network in built:
        found = [weight for _, layer in named(network) for weight in layer.parameters()]
        assert [id(weight) for weight in found] == [id(weight) for weight in network.parameters()]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"norm": "batch"}, ["conv 1 > 3 4x4", "conv 3 > 6 4x4", "batch norm 6"]),
        ({"norm": "virtual_batch"}, ["conv 1 > 3 4x4", "conv 3 > 6 4x4", "virtual batch norm 6"]),
        ({"spectral": True}, ["conv 1 > 3 4x4", "conv 3 > 6 4x4"]),
    ],
    ids=str,
)
def test_convolutions_and_norms_are_named(config: Config, options: dict[str, object], names: list[str]) -> None:
    small = Network(kind="dcgan", widths=(3,), output="tanh")
    changed = msgspec.structs.replace(config, generator=small, discriminator=msgspec.structs.replace(small, **options))
    generator, discriminator = networks.build(changed, (1, 16, 16))
    assert [name for name, _ in named(discriminator)][: len(names)] == names
    assert [name for name, _ in named(generator)] == ["linear 1 > 96", "conv up 6 > 3 4x4", "conv up 3 > 1 4x4"]
    found = [weight for _, layer in named(discriminator) for weight in layer.parameters()]
    assert len(found) == len(list(discriminator.parameters()))
