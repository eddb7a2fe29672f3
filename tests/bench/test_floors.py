"""The floor of a step in closed form."""

import msgspec
import pytest

from tui_gan.bench.floors import Floor, Machine, floor, machine
from tui_gan.contract.config import Config, Optimizer
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.trainer import Trainer


@pytest.mark.parametrize(("k", "g"), [(1, 1), (3, 1), (1, 2)])
def test_the_floor_is_that_of_the_products_and_of_the_weights(config: Config, k: int, g: int) -> None:
    networks = {"generator": Network(widths=(6,)), "discriminator": Network(widths=(5,))}
    wanted = msgspec.structs.replace(config, **networks, regularizers={}, optimizer=Optimizer(kind="sgd"), latent_dim=1)
    trainer = Trainer(wanted, DATASETS["gaussian"](True), "cpu")
    found = floor(trainer, Knobs(batch_size=10, k_steps=k, generator_steps=g), Machine(flops=1e9, bandwidth=1e6))
    of_generator, of_discriminator = 2 * 10 * (6 + 6), 2 * 10 * (5 + 5)
    # D: samples are made, two batches judged, and the weights have gradients, the hidden units of the last layer too.
    update_of_d = of_generator + 2 * of_discriminator + 2 * (of_discriminator + 2 * 10 * 5)
    # G: all is passed forwards, and back to the weights of the generator.
    update_of_g = of_generator + of_discriminator + of_discriminator + (of_generator + 2 * 10 * 6)
    assert found.arithmetic == pytest.approx((k * update_of_d + g * update_of_g) / 1e9)
    weights_of = {player: sum(each.numel() for each in learner.weights) for player, learner in trainer.now.players.items()}
    # Weights and gradients of four bytes, read and written.
    assert found.memory == pytest.approx(2 * 4 * 2 * (k * weights_of["D"] + g * weights_of["G"]) / 1e6)


def test_a_floor_is_the_greater_of_both() -> None:
    assert Floor(0.2, 0.1).seconds == 0.2
    assert Floor(0.1, 0.3).seconds == 0.3


def test_a_machine_can_do_something() -> None:
    found = machine("cpu")
    assert found.flops > 1e8
    assert found.bandwidth > 1e7
