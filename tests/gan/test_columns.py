"""The column norm constraint, against its formula unit by unit."""

import dataclasses
import math

import msgspec
import pytest
import torch

from tests.gan import by_hand
from tui_gan.contract.config import Config, Minibatch, Optimizer
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS, Images, of_images
from tui_gan.gan.minibatch import MinibatchDiscrimination
from tui_gan.gan.networks.columns import columns, limit_columns_
from tui_gan.gan.trainer import Trainer

LIMIT = 0.4


def test_each_unit_is_scaled_to_the_limit_and_no_further() -> None:
    weight = torch.tensor([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]], requires_grad=True)
    limit_columns_([(weight, 0)], 2.0)
    torch.testing.assert_close(weight.detach(), torch.tensor([[1.2, 1.6], [0.3, 0.4], [0.0, 0.0]]))
    limit_columns_([(weight, 1)], 0.5)
    x, y = math.hypot(1.2, 0.3), math.hypot(1.6, 0.4)
    expected = torch.tensor([[0.6 / x, 0.8 / y], [0.15 / x, 0.2 / y], [0.0, 0.0]])
    torch.testing.assert_close(weight.detach(), expected)


def test_what_took_no_part_in_an_update_stays(config: Config, knobs: Knobs) -> None:
    limited = msgspec.structs.replace(config.discriminator, column_norm=LIMIT)
    trainer = Trainer(msgspec.structs.replace(config, discriminator=limited), DATASETS["gaussian"](True), "cpu")
    weights, matrices = trainer.now.players["D"].weights, columns(trainer.discriminator)
    for weight in weights:
        weight.data.fill_(9.0)
    for apart, _ in matrices:
        others = [(weight, each) for weight, each in matrices if weight is not apart]
        gradients = [None if weight is apart else torch.zeros_like(weight) for weight in weights]
        trainer.engine.move("D", gradients, by_hand.in_force(trainer, knobs)[0])
        assert (apart == 9).all()
        for weight, other in others:
            norms = weight.detach().transpose(0, other).flatten(1).norm(dim=1)
            torch.testing.assert_close(norms, torch.full_like(norms, LIMIT))
            weight.data.fill_(9.0)


@pytest.mark.parametrize("kind", ["mlp", "dcgan", "aylien"])
@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("updates", ["alternating", "simultaneous"])
def test_after_a_step_no_incoming_weights_are_longer(config: Config, knobs: Knobs, kind: str, gate: bool, updates: str) -> None:
    train = torch.randint(0, 256, (20, 1, 8, 8), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    dataset = of_images(Images(train, train), True) if kind == "dcgan" else DATASETS["gaussian"](True)
    widths = {"mlp": (6, 5), "dcgan": (3,), "aylien": (5, 4, 3)}[kind]
    generator = Network(kind="dcgan" if kind == "dcgan" else "mlp", widths=widths, column_norm=LIMIT)
    discriminator = Network(kind=kind, widths=widths, column_norm=LIMIT)
    metric = "recall" if kind == "dcgan" else "w1"
    changes = {"metrics": (metric,), "metric": metric, "optimizer": Optimizer(kind="sgd", momentum=0.5), "minibatch": Minibatch(company=0)}
    changed = msgspec.structs.replace(
        config, generator=generator, discriminator=discriminator, updates=updates, fixed_latents=16, **changes
    )
    trainer = Trainer(changed, dataset, "cpu")
    free = Trainer(
        msgspec.structs.replace(
            changed,
            generator=msgspec.structs.replace(generator, column_norm=0.0),
            discriminator=msgspec.structs.replace(discriminator, column_norm=0.0),
        ),
        dataset,
        "cpu",
    )
    knobs = dataclasses.replace(knobs, minibatch_discrimination=gate)
    moved = by_hand.moved(trainer, trainer.step(knobs))
    free.step(knobs)
    for network, other in ((trainer.generator, free.generator), (trainer.discriminator, free.discriminator)):
        assert columns(network)
        # All matrices are among them.
        assert {id(weight) for weight, _ in columns(network)} == {id(each) for each in network.parameters() if each.dim() > 1}
        for (weight, axis), (unlimited, _) in zip(columns(network), columns(other), strict=True):
            if id(weight) not in moved:
                continue
            norms = weight.detach().transpose(0, axis).flatten(1).norm(dim=1)
            assert norms.max() <= LIMIT * (1 + 1e-6)
            if updates == "simultaneous" or network is trainer.discriminator:
                # The first update is that of the free network, and then each unit is scaled by itself.
                rows = unlimited.detach().transpose(0, axis).flatten(1)
                scale = (LIMIT / rows.norm(dim=1, keepdim=True)).clamp(max=1)
                torch.testing.assert_close(weight.detach().transpose(0, axis).flatten(1), rows * scale, rtol=1e-5, atol=1e-7)


def test_the_limit_may_change_while_it_trains(config: Config, knobs: Knobs) -> None:
    trainer = Trainer(config, DATASETS["gaussian"](True), "cpu")
    trainer.step(knobs)
    limited = trainer.under(msgspec.structs.replace(config, discriminator=msgspec.structs.replace(config.discriminator, column_norm=0.1)))
    limited.step(knobs)
    assert all(weight.detach().norm(dim=1).max() <= 0.1 * (1 + 1e-6) for weight, _ in columns(limited.discriminator.body))


def test_maxout_limits_each_of_its_linear_functions() -> None:
    network = torch.nn.Sequential(torch.nn.Linear(3, 10), MinibatchDiscrimination(10, 4, 2))
    assert [(tuple(weight.shape), axis) for weight, axis in columns(network)] == [((10, 3), 0), ((10, 8), 1)]


def test_two_bounds_on_the_same_weights_are_refused(config: Config) -> None:
    both = msgspec.structs.replace(config, discriminator=Network(widths=(5,), column_norm=1.0, spectral=True))
    with pytest.raises(UsageError, match="both bound the weights"):
        Trainer(both, DATASETS["gaussian"](True), "cpu")
