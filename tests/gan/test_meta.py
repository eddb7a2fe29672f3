"""Every preset's step on torch's "meta" device: there a mix of devices, a wait for the device or a copy back raises."""

import dataclasses

import msgspec
import pytest
import torch

from tests.presets.test_presets import stand_in
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS


@pytest.mark.parametrize("minibatch", [False, True], ids=["without", "with"])
@pytest.mark.parametrize("preset", PRESETS)
def test_a_step_neither_mixes_devices_nor_waits_for_one(preset: str, minibatch: bool) -> None:
    config, knobs = PRESETS[preset].config, PRESETS[preset].knobs
    # What it is copied to when the averaged generator's normalisation is settled is looked at, not trained.
    trainer = Trainer(msgspec.structs.replace(config, dataset=config.dataset), stand_in(config), "meta")
    knobs = dataclasses.replace(knobs, minibatch_discrimination=minibatch, device="meta")
    with torch.random.fork_rng(devices=[]):
        for _ in range(2):
            trainer.step(knobs)
    assert trainer.now.loss_sums.is_meta
    assert all(weight.is_meta for learner in trainer.now.players.values() for weight in learner.weights)
    with pytest.raises((NotImplementedError, RuntimeError), match="meta"):
        float(trainer.mean_losses()[0])
