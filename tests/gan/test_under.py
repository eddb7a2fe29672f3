"""A trainer under another configuration, and one that takes up another state: what goes on, and what begins anew."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import torch
from torch.special import ndtri

from tui_gan.contract.config import Optimizer
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan.trainer import Trainer

Build = Callable[..., Trainer]
Tensor = torch.Tensor


def changed(trainer: Trainer, **changes: Any) -> Trainer:
    return trainer.under(msgspec.structs.replace(trainer.config, **changes))


def test_mean_losses_are_those_of_the_game_in_force(build_trainer: Build, knobs: Knobs) -> None:
    """Where D says C = 2 of everything, least squares are 1/2 (C - 1)^2 for G, and 1/2 (C - 1)^2 + 1/2 C^2 for D."""
    trainer = build_trainer()
    still = set_knob(set_knob(knobs, "generator_lr", 1e-7), "discriminator_lr", 1e-7)
    for weight in trainer.discriminator.parameters():
        weight.data.zero_()
    trainer.discriminator.logit.bias.data.fill_(2.0)
    for _ in range(3):
        trainer.step(still)
    other = changed(trainer, objective="least_squares")
    assert (other.now.losses_summed, other.mean_losses().tolist(), float(other.now.accuracy_sum)) == (0, [0.0, 0.0], 0.0)
    other.step(still)
    assert other.mean_losses().tolist() == pytest.approx([0.5, 2.5], abs=1e-5)
    assert trainer.now.losses_summed == 3


def levels(latents: Tensor, latent: str, scale: float) -> Tensor:
    """What the latents of a distribution are uniform at, 0 .. 1."""
    values = latents[:, 0] / scale
    inverses = {"normal": torch.special.ndtr, "uniform": lambda x: (x + 1) / 2, "unit": lambda x: x}
    return torch.as_tensor(inverses[latent](values))


@pytest.mark.parametrize(
    ("latent", "scale", "stratified"), [("uniform", 1.0, True), ("unit", 1.0, True), ("normal", 3.0, True), ("uniform", 2.0, False)]
)
def test_fixed_latents_are_of_the_distribution_in_force(build_trainer: Build, latent: str, scale: float, stratified: bool) -> None:
    trainer = build_trainer()
    other = changed(trainer, latent=latent, latent_scale=scale, stratified=stratified)
    count = len(trainer.fixed_latents)
    assert other.fixed_latents.shape == (count, 1)
    found = levels(other.fixed_latents, latent, scale)
    assert 0 <= found.min() < 0.01
    assert 0.99 < found.max() <= 1
    # Evenly, one in each slice, or as it falls.
    slices = (found.sort().values * count - torch.arange(count)).abs().max().item()
    assert (slices <= 1.01) is stratified
    assert found.mean().item() == pytest.approx(0.5, abs=4 / (12 * count) ** 0.5)
    torch.testing.assert_close(ndtri(levels(trainer.fixed_latents, "normal", 1.0)), trainer.fixed_latents[:, 0], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("changes", [{"objective": "hinge"}, {"regularizers": {"r1": 1.0}}, {"average_decay": 0.5}], ids=str)
def test_another_game_keeps_the_fixed_latents(build_trainer: Build, knobs: Knobs, changes: dict[str, Any]) -> None:
    trainer = build_trainer()
    trainer.step(knobs)
    assert torch.equal(changed(trainer, **changes).fixed_latents, trainer.fixed_latents)


@pytest.mark.parametrize("way", ["loaded", "changed", "stepped"])
def test_the_average_is_normalised_by_its_own_activations_whatever_was_looked_at_before(
    build_trainer: Build, knobs: Knobs, way: str
) -> None:
    """The running mean and variance of the first norm are those of the first layer's outputs under the averaged weights."""
    normed = Network(widths=(6, 5), norm="batch")
    trainer, other = build_trainer(generator=normed), build_trainer(generator=normed, seed=7)
    trainer.step(knobs)
    trainer.averaged()
    if way == "loaded":
        for _ in range(5):
            other.step(set_knob(knobs, "generator_lr", 0.1))
        trainer.load_state(other.state())
    elif way == "changed":
        trainer = changed(trainer, latent="unit")
    else:
        trainer.step(set_knob(knobs, "generator_lr", 0.5))
    layers = trainer.averaged()
    linear, norm = layers[0], layers[1]
    with torch.no_grad():
        out = linear(trainer._settling).double()
    torch.testing.assert_close(norm.running_mean.double(), out.mean(0), rtol=0, atol=1e-5)
    torch.testing.assert_close(norm.running_var.double(), out.var(0), rtol=1e-4, atol=1e-6)


def test_where_nothing_is_averaged_any_longer_the_average_is_the_trained_generator_at_once(build_trainer: Build, knobs: Knobs) -> None:
    trainer = build_trainer(average_decay=0.9)
    for _ in range(3):
        trainer.step(knobs)
    before, after = trainer.now.average.state_dict(), changed(trainer, average_decay=0.0)
    trained = after.generator.state_dict()
    assert not all(torch.equal(value, trained[name]) for name, value in before.items())
    assert all(torch.equal(value, trained[name]) for name, value in after.now.average.state_dict().items())


def test_slow_weights_begin_where_lookahead_does_and_go_on_under_another_share(build_trainer: Build, knobs: Knobs) -> None:
    trainer = build_trainer()
    trainer.step(knobs)
    begun = changed(trainer, optimizer=Optimizer(lookahead_steps=3))
    for learner in begun.now.players.values():
        assert all(torch.equal(slow, weight) for slow, weight in zip(learner.slow, learner.weights, strict=True))
    begun.step(knobs)
    other = changed(begun, optimizer=Optimizer(lookahead_steps=3, lookahead_share=1.0))
    for player, learner in begun.now.players.items():
        assert all(torch.equal(*pair) for pair in zip(learner.slow, other.now.players[player].slow, strict=True))
        assert not torch.equal(learner.slow[0], learner.weights[0])
    assert all(learner.slow == [] for learner in changed(other, optimizer=Optimizer()).now.players.values())
