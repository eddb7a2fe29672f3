"""Every preset's step on torch's "meta" device: there a mix of devices, a wait for the device or a copy back raises."""

import dataclasses

import msgspec
import pytest
import torch

from tests.stand_in import ALIKE, stand_in
from tui_gan.contract.network import Network
from tui_gan.gan.engines import many
from tui_gan.gan.engines.many import Many
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS

# Wide enough to be of each kind of layer; wider ones only take longer to begin.
WIDEST = 64


def narrow(network: Network) -> Network:
    return msgspec.structs.replace(network, widths=tuple(min(width, WIDEST) for width in network.widths))


@pytest.mark.parametrize("preset", ALIKE.values())
def test_a_step_neither_mixes_devices_nor_waits_for_one(preset: str) -> None:
    config, knobs = PRESETS[preset].config, PRESETS[preset].knobs
    config = msgspec.structs.replace(config, generator=narrow(config.generator), discriminator=narrow(config.discriminator))
    trainer = Trainer(config, stand_in(config), "meta")
    with torch.random.fork_rng(devices=[]):
        for minibatch in (False, True):
            trainer.step(dataclasses.replace(knobs, minibatch_discrimination=minibatch, device="meta"))
    assert trainer.now.loss_sums.is_meta
    assert all(weight.is_meta for learner in trainer.now.players.values() for weight in learner.weights)
    with pytest.raises((NotImplementedError, RuntimeError), match="meta"):
        float(trainer.mean_losses()[0])


# The others are among the longer checks.
MANY = ("toy1d-aylien-2017-07",)


@pytest.mark.parametrize("preset", [pytest.param(name, marks=() if name in MANY else pytest.mark.slow) for name in PRESETS])
def test_a_step_of_many_neither_mixes_devices_nor_waits_for_one(preset: str) -> None:
    config, knobs = PRESETS[preset].config, PRESETS[preset].knobs
    config = msgspec.structs.replace(config, generator=narrow(config.generator), discriminator=narrow(config.discriminator))
    dataset = stand_in(config)
    if many.why_not(Trainer(config, dataset, "cpu"), knobs):
        return
    trainers = [Trainer(msgspec.structs.replace(config, seed=seed), dataset, "cpu") for seed in range(2)]
    population = Many([(trainer, knobs) for trainer in trainers], len(trainers), "meta")
    graph = population.traced()
    with torch.random.fork_rng(devices=[]):
        population.train(1, lambda case: lambda tensors: graph(*tensors))
    assert population.steps_done == 1
    assert all(each.is_meta for each in population.tensors)
