"""What a rehearsed step notes, against a twin of the trainer whose draws, losses and gradients are taken one by one."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import softplus

from tests.gan import by_hand
from tui_gan.contract.config import Optimizer
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.gan import judging
from tui_gan.gan.losses import FEATURES, HISTORY, WEIGHTS
from tui_gan.gan.orders import ORDERS
from tui_gan.gan.rehearsal import rehearsed
from tui_gan.gan.trainer import Trainer

Build = Callable[..., Trainer]
Differing = Callable[[dict[str, Tensor], dict[str, Tensor]], set[str]]
PLAIN: dict[str, Any] = {"optimizer": Optimizer(kind="sgd")}


def numbers(weights: list[Tensor]) -> Tensor:
    return torch.cat([weight.detach().flatten() for weight in weights]).double()


@pytest.mark.parametrize("updates", ORDERS)
def test_the_copy_has_taken_the_step_and_the_trainer_has_not(
    build_trainer: Build, knobs: Knobs, updates: str, differing: Differing
) -> None:
    trainer, twin = build_trainer(updates=updates), build_trainer(updates=updates)
    for each in (trainer, twin):
        each.step(knobs)
    before, stream = trainer.state(), torch.random.get_rng_state()
    copy = rehearsed(trainer, knobs)
    assert differing(before, trainer.state()) == set()
    assert torch.equal(stream, torch.random.get_rng_state())
    twin.step(knobs)
    assert differing(twin.state(), copy.trainer.state()) == set()


@pytest.mark.parametrize("k", [1, 3])
def test_each_update_notes_what_it_drew_said_and_moved(build_trainer: Build, knobs: Knobs, k: int) -> None:
    """By plain descent a player moves by its rate times the gradient, and the losses are the logistic ones of the logits noted."""
    turned = set_knob(set_knob(set_knob(knobs, "k_steps", k), "discriminator_lr", 0.02), "generator_lr", 0.05)
    trainer, twin = build_trainer(**PLAIN), build_trainer(**PLAIN)
    found = rehearsed(trainer, turned).updates
    assert [list(update.moves) for update in found] == [["D"]] * k + [["G"]]
    twin.prepared(turned)
    for update in found[:k]:
        real, latents = twin.chance.batch(turned).x, twin.chance.latents(turned)
        fake = twin.generator(latents).detach()
        assert torch.equal(update.latents, latents)
        assert update.real is not None
        assert torch.equal(update.real, real)
        assert torch.equal(update.fake, fake)
        real_logits, fake_logits = (twin.discriminator(x) for x in (real, fake))
        assert update.real_logits is not None
        torch.testing.assert_close(update.real_logits, real_logits)
        torch.testing.assert_close(update.fake_logits, fake_logits)
        loss = softplus(-real_logits).mean() + softplus(fake_logits).mean()
        weights = twin.discriminator.active(False)
        gradient = numbers(list(torch.autograd.grad(loss, weights)))
        move = update.moves["D"]
        assert (move.loss, move.rate, move.terms) == (pytest.approx(loss.item()), 0.02, {})
        assert move.gradient == pytest.approx(gradient.norm().item(), rel=1e-5)
        assert move.distance == pytest.approx(0.02 * gradient.norm().item(), rel=1e-3)
        assert move.largest == pytest.approx(0.02 * gradient.abs().max().item(), rel=1e-3)
        by_hand.update(twin, "D", turned, latents, real)
    update = found[-1]
    latents = twin.chance.latents(turned)
    fake = twin.generator(latents)
    logits = twin.discriminator(fake)
    assert torch.equal(update.latents, latents)
    assert torch.equal(update.fake, fake.detach())
    torch.testing.assert_close(update.fake_logits, logits)
    assert update.real is None
    assert update.real_logits is None
    loss = softplus(-logits).mean()
    gradient = numbers(list(torch.autograd.grad(loss, list(twin.generator.parameters()))))
    move = update.moves["G"]
    assert (move.loss, move.rate, move.terms) == (pytest.approx(loss.item()), 0.05, {})
    assert move.gradient == pytest.approx(gradient.norm().item(), rel=1e-5)
    assert move.distance == pytest.approx(0.05 * gradient.norm().item(), rel=1e-3)
    assert move.largest == pytest.approx(0.05 * gradient.abs().max().item(), rel=1e-3)


def test_both_move_in_one_update_where_they_move_at_once(build_trainer: Build, knobs: Knobs) -> None:
    turned = set_knob(knobs, "k_steps", 2)
    trainer, twin = build_trainer(updates="simultaneous", **PLAIN), build_trainer(updates="simultaneous", **PLAIN)
    first, both = rehearsed(trainer, turned).updates
    assert (list(first.moves), set(both.moves)) == (["D"], {"D", "G"})
    twin.prepared(turned)
    by_hand.update(twin, "D", turned)
    real, latents = twin.chance.batch(turned).x, twin.chance.latents(turned)
    assert both.real is not None
    assert torch.equal(both.real, real)
    assert torch.equal(both.latents, latents)
    fake = twin.generator(latents)
    assert both.moves["G"].loss == pytest.approx(softplus(-twin.discriminator(fake)).mean().item())
    assert both.moves["D"].loss == pytest.approx((softplus(-twin.discriminator(real)) + softplus(twin.discriminator(fake))).mean().item())


@pytest.mark.parametrize(("changes", "reads"), [({}, False), ({"objective": "relativistic"}, True), ({"feature_matching": 0.5}, True)])
@pytest.mark.parametrize("updates", ["alternating", "same_batch"])
def test_the_generators_real_samples_are_noted_where_its_loss_reads_them(
    build_trainer: Build, knobs: Knobs, changes: dict[str, Any], reads: bool, updates: str
) -> None:
    trainer, twin = build_trainer(updates=updates, **changes), build_trainer(updates=updates, **changes)
    first, last = rehearsed(trainer, knobs).updates
    assert (last.real is not None, last.real_logits is not None) == (reads, reads)
    if last.real is None:
        return
    twin.prepared(knobs)
    real, latents = twin.chance.batch(knobs).x, twin.chance.latents(knobs)
    assert first.real is not None
    assert torch.equal(first.real, real)
    if updates == "alternating":
        latents = twin.chance.latents(knobs)
        assert torch.equal(last.latents, latents)
        real = twin.chance.batch(knobs).x
    assert torch.equal(last.latents, latents)
    assert torch.equal(last.real, real)


@pytest.mark.parametrize("regularization", [1.0, 0.5])
def test_terms_are_weighted_as_they_enter_the_loss(build_trainer: Build, knobs: Knobs, regularization: float) -> None:
    turned = set_knob(knobs, "regularization", regularization)
    weights = {"l2": 0.3, "adaptive_l2": 0.2, "r1": 0.7}
    trainer = build_trainer(regularizers=weights, historical_averaging=2.0, generator_l2=0.4, **PLAIN)
    for _ in range(3):
        trainer.step(turned)
    # The coefficient that adapts is no longer the weight.
    trainer.coefficients["adaptive_l2"] = torch.tensor(0.25)
    squares = sum(weight.square().sum().item() for weight in trainer.discriminator.active(False) if weight.dim() > 1) / 2
    held = 2.0 * sum(
        (w - m).square().sum().item() for w, m in zip(trainer.discriminator.parameters(), trainer.now.players["D"].means, strict=True)
    )
    generator = [*trainer.generator.parameters()]
    other = 2.0 * sum((w - m).square().sum().item() for w, m in zip(generator, trainer.now.players["G"].means, strict=True))
    l2 = 0.4 / 2 * sum(weight.square().sum().item() for weight in generator if weight.dim() > 1)
    first, last = rehearsed(trainer, turned).updates
    assert first.real is not None
    x = first.real.clone().requires_grad_()
    (slope,) = torch.autograd.grad(trainer.discriminator(x).sum(), x)
    terms = first.moves["D"].terms
    assert terms.keys() == {*weights, HISTORY}
    assert terms["l2"] == pytest.approx(regularization * 0.3 * squares, rel=1e-5)
    assert terms["adaptive_l2"] == pytest.approx(regularization * 0.25 * squares, rel=1e-5)
    assert terms["r1"] == pytest.approx(regularization * 0.7 * slope.square().mean().item() / 2, rel=1e-5)
    assert terms[HISTORY] == pytest.approx(held, abs=1e-5)
    assert last.moves["G"].terms == {WEIGHTS: pytest.approx(l2, rel=1e-4), HISTORY: pytest.approx(other, rel=1e-4, abs=1e-6)}


def test_what_only_the_generator_pays_is_not_among_the_terms_of_the_discriminator(build_trainer: Build, knobs: Knobs) -> None:
    for name, changes in ((WEIGHTS, {"generator_l2": 0.4}), (FEATURES, {"feature_matching": 0.5})):
        first, last = rehearsed(build_trainer(**changes), knobs).updates
        assert (first.moves["D"].terms, last.moves["G"].terms.keys()) == ({}, {name})
        assert last.moves["G"].terms[name] > 0


def test_the_middle_is_that_before_the_step(build_trainer: Build, knobs: Knobs) -> None:
    trainer = build_trainer(objective="wasserstein")
    expected = judging.middle(trainer, knobs)
    assert expected != 0
    assert torch.equal(rehearsed(trainer, set_knob(knobs, "discriminator_lr", 0.1)).middle, expected)
