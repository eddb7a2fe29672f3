"""The plain loop against the trainer: from the same weights and draws to the same weights."""

import dataclasses

import msgspec
import pytest
import torch

from tests.gan.engines.test_whole import doubled, in_double
from tests.stand_in import stand_in
from tui_gan.bench.plain import Loop, why_not
from tui_gan.cli.bench import MEASURED
from tui_gan.contract.config import Config, Noise, Optimizer
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS


@pytest.mark.parametrize("minibatch", [False, True], ids=["without", "with"])
@pytest.mark.parametrize("preset", [name for name in MEASURED if name != "mnist"])
def test_the_loop_trains_what_the_preset_does(preset: str, minibatch: bool) -> None:
    config, knobs = PRESETS[preset].config, PRESETS[preset].knobs
    # Adam as torch has it differs from TensorFlow's in where it adds 1e-8, which counts in the first steps.
    config = msgspec.structs.replace(config, optimizer=msgspec.structs.replace(config.optimizer, kind="adam"), lazy=min(config.lazy, 2))
    narrow = [
        msgspec.structs.replace(each, widths=tuple(min(width, 8) for width in each.widths))
        for each in (config.generator, config.discriminator)
    ]
    config = msgspec.structs.replace(config, generator=narrow[0], discriminator=narrow[1])
    knobs = set_knob(set_knob(knobs, "minibatch_discrimination", minibatch), "batch_size", 4)
    data = stand_in(config)
    trainer, loop = in_double(Trainer(config, data, "cpu")), Loop(config, knobs, data, "cpu")
    loop.generator.double().load_state_dict(trainer.generator.state_dict())
    loop.discriminator.double().load_state_dict(trainer.discriminator.state_dict())
    loop.averages = [weight.detach().clone() for weight in trainer.generator.parameters()]
    for _ in range(config.lazy + 1):
        hyper, program = trainer.prepared(knobs)
        of_discriminator, of_generator = doubled(trainer.chance.step(knobs, hyper, program))
        trainer.end([trainer.engine.update(each, hyper, program) for each in (of_discriminator, of_generator)])
        latents = iter([of_discriminator.latents, of_generator.latents])
        loop.latents = latents.__next__  # type: ignore[method-assign]
        loop.dataset = dataclasses.replace(data, sample=lambda *given, real=of_discriminator.real: real.clone())
        loop.step()
    for found, expected in (
        (loop.generator.parameters(), trainer.generator.parameters()),
        (loop.discriminator.parameters(), trainer.discriminator.parameters()),
        (loop.averages, trainer.generator_average.parameters()),
    ):
        for one, other in zip(found, expected, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({}, ""),
        ({"optimizer": Optimizer(kind="sgd")}, "other optimisers than Adam"),
        ({"regularizers": {"l2": 0.1}}, "other regularizers than R1"),
        ({"instance_noise": Noise(sd=0.1)}, "instance noise"),
        ({"packing": 2}, "packing"),
        ({"optimizer": Optimizer(lookahead_steps=5)}, "lookahead"),
        ({"updates": "simultaneous"}, "other orders of updates"),
        ({"objective": "relativistic"}, "a relativistic generator"),
    ],
)
def test_what_it_does_not_know_is_refused(config: Config, changes: dict[str, object], what: str) -> None:
    assert why_not(msgspec.structs.replace(config, **changes)) == what


@pytest.mark.parametrize("preset", MEASURED)
def test_it_knows_the_presets_that_are_measured(preset: str) -> None:
    assert why_not(PRESETS[preset].config) == ""


def test_it_trains_by_itself(config: Config) -> None:
    loop = Loop(PRESETS["toy1d"].config, Knobs(batch_size=32), stand_in(config), "cpu")
    before = [weight.detach().clone() for weight in loop.active]
    for _ in range(3):
        loop.step()
    assert loop.steps == 3
    assert all(not torch.equal(one, other) for one, other in zip(before, loop.active, strict=True))
