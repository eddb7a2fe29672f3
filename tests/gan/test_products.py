"""Products of two options of the discriminator's loss, each against the mathematics written a second time."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import torch

from tests.gan.by_hand import discriminator_loss, update
from tui_gan.contract.config import Config, Noise, Optimizer
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.gan.trainer import Trainer

Build = Callable[..., Trainer]
Tensor = torch.Tensor
SLOPES = ("r1", "r2", "gradient_penalty", "lipschitz_penalty")


def in_the_plane(config: Config, **changes: Any) -> Trainer:
    return Trainer(msgspec.structs.replace(config, metrics=("sliced_w1",), metric="sliced_w1", **changes), DATASETS["ring"](True), "cpu")


def paid(trainer: Trainer, knobs: Knobs, real: Tensor, fake: Tensor) -> float:
    """What the regularizers add to the loss of one update."""
    trainer.prepared(knobs)
    losses, _ = discriminator_loss(trainer, real, fake, knobs)
    return (losses.total - losses.loss).item()


def norms(judge: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """|dC_i/dx_i| row by row, by one backward pass for each."""
    found = []
    for row in x:
        point = row[None].clone().requires_grad_()
        (slope,) = torch.autograd.grad(judge(point).sum(), point)
        found.append(slope.norm())
    return torch.stack(found)


@pytest.mark.parametrize("packing", [1, 2, 3])
@pytest.mark.parametrize("name", SLOPES)
def test_packed_samples_pay_by_the_slope_of_all_their_numbers(config: Config, knobs: Knobs, name: str, packing: int) -> None:
    trainer = in_the_plane(config, packing=packing, regularizers={name: 1.0})
    real, fake = trainer.chance.batch(knobs).x, torch.randn(knobs.batch_size * packing, 2)
    found = paid(trainer, knobs, real, fake)
    rows, others = (x.reshape(knobs.batch_size, packing * 2) for x in (real, fake))
    trainer.prepared(knobs)
    share = torch.rand(knobs.batch_size)[:, None]
    at = {"r1": rows, "r2": others}.get(name, rows + share * (others - rows))
    slopes = norms(trainer.discriminator, at)
    expected = {
        "r1": 0.5 * slopes.square(),
        "r2": 0.5 * slopes.square(),
        "gradient_penalty": (slopes - 1).square(),
        "lipschitz_penalty": (slopes - 1).clamp(min=0).square(),
    }
    assert found == pytest.approx(expected[name].mean().item(), rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("packing", [1, 2])
@pytest.mark.parametrize("noise", [0.0, 0.7])
def test_the_finite_difference_is_r1_of_packed_and_noisy_samples(config: Config, knobs: Knobs, packing: int, noise: float) -> None:
    """R1 at what D is shown: the noise of a sample is the same in both of its judgements."""
    opened = set_knob(knobs, "batch_size", 2048)
    pairs = []
    for name in ("r1", "r1_difference"):
        trainer = in_the_plane(
            config,
            packing=packing,
            regularizers={name: 1.0},
            instance_noise=Noise(sd=noise),
            discriminator=Network(widths=(16,), activation="tanh"),
        )
        pairs.append(paid(trainer, opened, trainer.chance.batch(opened).x, torch.randn(2048 * packing, 2)))
    assert pairs[1] == pytest.approx(pairs[0], rel=0.1)


@pytest.mark.parametrize("name", ["r1", "r2"])
def test_with_minibatch_features_a_slope_is_that_of_the_sum_of_the_batch(build_trainer: Build, knobs: Knobs, name: str) -> None:
    """What a sample does to the logits of all: it is more than its own slope, of which the run warns."""
    trainer = build_trainer(regularizers={name: 1.0})
    opened = set_knob(knobs, "minibatch_discrimination", True)
    for _ in range(3):
        trainer.step(opened)
    real, fake = trainer.chance.batch(opened).x, torch.randn(8, 1)
    x = (real if name == "r1" else fake).clone().double().requires_grad_()
    found = paid(trainer, opened, real, fake)
    double = trainer.discriminator.double()
    jacobian = torch.autograd.functional.jacobian(lambda each: double(each, True)[:, 0], x)[:, :, 0]
    assert found == pytest.approx(0.5 * jacobian.sum(0).square().mean().item(), rel=1e-4)


def test_with_minibatch_features_the_finite_difference_shifts_the_whole_batch(build_trainer: Build, knobs: Knobs) -> None:
    trainer = build_trainer(regularizers={"r1_difference": 1.0})
    opened = set_knob(knobs, "minibatch_discrimination", True)
    trainer.step(opened)
    real = trainer.chance.batch(opened).x
    signs = torch.tensor([0.1, -0.1]).repeat(4)[:, None]
    change = (trainer.discriminator(real + signs, True) - trainer.discriminator(real, True)) / 0.1
    assert paid(trainer, opened, real, torch.randn(8, 1)) == pytest.approx(0.5 * change.square().mean().item(), rel=1e-4)


@pytest.mark.parametrize("name", REGULARIZERS)
@pytest.mark.parametrize("lazy", [1, 2])
def test_simultaneous_players_move_by_gradients_at_the_same_weights_also_lazily(
    build_trainer: Build, knobs: Knobs, name: str, lazy: int
) -> None:
    """The discriminator as in alternation; the generator as if there were no penalty."""
    plain: dict[str, Any] = {"optimizer": Optimizer(kind="sgd"), "average_decay": 0.0}
    both = build_trainer(updates="simultaneous", regularizers={name: 0.5}, lazy=lazy, **plain)
    alone = build_trainer(updates="alternating", regularizers={name: 0.5}, lazy=lazy, **plain)
    free = build_trainer(updates="simultaneous", **plain)
    for _ in range(3):
        state = both.state()
        alone.load_state(state)
        free.load_state({key: value for key, value in state.items() if not key.startswith("coefficients.")})
        for trainer in (both, free):
            trainer.step(knobs)
        alone.prepared(knobs)
        update(alone, "D", knobs)
        for mine, its in zip(both.discriminator.parameters(), alone.discriminator.parameters(), strict=True):
            torch.testing.assert_close(mine, its)
        for mine, its in zip(both.generator.parameters(), free.generator.parameters(), strict=True):
            torch.testing.assert_close(mine, its)


def test_lazy_adaptive_l2_and_the_knob_multiply(build_trainer: Build, knobs: Knobs) -> None:
    """In every third step the gradient of 3 x knob x coefficient x L2 is added, and nothing between."""
    plain: dict[str, Any] = {"optimizer": Optimizer(kind="sgd"), "average_decay": 0.0}
    trainer, free = build_trainer(regularizers={"adaptive_l2": 0.4}, lazy=3, **plain), build_trainer(**plain)
    opened = set_knob(knobs, "regularization", 2.0)
    for step in range(5):
        rate = 0.0 if step % 3 else opened.discriminator_lr * 3 * 2.0 * trainer.coefficients["adaptive_l2"].item()
        then = [weight.detach().clone() for weight in trainer.discriminator.parameters()]
        free.load_state({key: value for key, value in trainer.state().items() if not key.startswith("coefficients.")})
        for each in (trainer, free):
            each.step(opened)
        for mine, its, before in zip(trainer.discriminator.body.parameters(), free.discriminator.body.parameters(), then, strict=False):
            torch.testing.assert_close(mine, its - rate * before if before.dim() > 1 else its)
