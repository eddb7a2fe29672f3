"""What the discriminator says to those who look, and in whose company: the slopes by finite differences, the samples by their streams."""

import dataclasses
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import torch
from torch import Tensor
from torch.nn.functional import softplus

from tests.gan import by_hand
from tui_gan.contract.config import Config, Minibatch, Noise
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan import company, judging
from tui_gan.gan.datasets import DATASETS, Dataset, of_columns, of_labels
from tui_gan.gan.latents import LATENTS, draw
from tui_gan.gan.losses import density_loss
from tui_gan.gan.trainer import Trainer

Build = Callable[..., Trainer]
BATCH = Network(widths=(7,), norm="batch")


def opened(knobs: Knobs) -> Knobs:
    return set_knob(knobs, "minibatch_discrimination", True)


def slopes_by_differences(loss: Callable[[Tensor], Tensor], x: Tensor, step: float = 1e-2) -> Tensor:
    found = torch.zeros_like(x)
    for index in range(x.numel()):
        shift = torch.zeros_like(x).flatten()
        shift[index] = step
        shift = shift.view_as(x)
        found.view(-1)[index] = (loss(x + shift) - loss(x - shift)) / (2 * step)
    return found


@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("changes", [{}, {"discriminator": BATCH}, {"generator_l2": 3.0}, {"packing": 2}], ids=str)
def test_slopes_are_those_of_the_loss_of_a_whole_batch(build_trainer: Build, knobs: Knobs, gate: bool, changes: dict[str, Any]) -> None:
    trainer, turned = build_trainer(**changes), set_knob(knobs, "minibatch_discrimination", gate)
    x = torch.linspace(-2, 2, 8 * trainer.config.packing)[:, None]
    kept = [buffer.clone() for buffer in trainer.discriminator.buffers()]
    found = judging.generator_slopes(trainer, x, turned)
    assert all(torch.equal(one, other) for one, other in zip(kept, trainer.discriminator.buffers(), strict=True))
    assert trainer.discriminator.training

    def loss(x: Tensor) -> Tensor:
        shown = x.reshape(8, trainer.config.packing)
        return softplus(-trainer.discriminator(shown, gate)).mean().detach()

    torch.testing.assert_close(found, slopes_by_differences(loss, x), rtol=0.05, atol=3e-3)


@pytest.mark.parametrize("changes", [{"instance_noise": Noise(sd=0.5)}, {"objective": "relativistic"}], ids=str)
def test_slopes_with_chance_are_the_mean_of_eight_draws_the_same_at_every_call(
    build_trainer: Build, knobs: Knobs, changes: dict[str, Any]
) -> None:
    trainer = build_trainer(**changes)
    x, stream = torch.linspace(-2, 2, 8)[:, None], torch.random.get_rng_state()
    found = judging.generator_slopes(trainer, x, knobs)
    assert torch.equal(stream, torch.random.get_rng_state())
    assert torch.equal(found, judging.generator_slopes(trainer, x, knobs))
    real = trainer.dataset.sample(8, torch.Generator().manual_seed(1), "cpu")
    each = []
    for number in range(8):
        torch.manual_seed(number)
        leaf = x.clone().requires_grad_()
        shown = leaf + 0.5 * torch.randn(8, 1) if "instance_noise" in changes else leaf
        logits = trainer.discriminator(shown)
        # Each generated sample meets each real one once.
        other = trainer.discriminator(real.roll(number, 0)) if "objective" in changes else torch.zeros(8, 1)
        loss = softplus(other - logits).mean()
        each.append(torch.autograd.grad(loss, leaf)[0])
    torch.testing.assert_close(found, torch.stack(each).mean(0), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("packing", [1, 2])
@pytest.mark.parametrize("changes", [{"objective": "relativistic"}, {"feature_matching": 1.0, "adversarial": 0.0}], ids=str)
def test_slopes_compare_with_real_samples_of_the_class_of_each(config: Config, knobs: Knobs, packing: int, changes: dict[str, Any]) -> None:
    """All real samples of a class are one point, so that whichever are drawn the slopes are known; one sample in forty is of the last."""
    points, labels = torch.tensor([[0.5, -1.0], [2.0, 1.0], [-1.5, 0.5]]), torch.arange(3).repeat_interleave(torch.tensor([27, 12, 1]))
    made = of_columns(points[labels].double().numpy(), False)
    assert made.rows is not None
    dataset = dataclasses.replace(made, classes=of_labels(labels, ("a", "b", "c"), made.rows))
    plain: dict[str, Any] = {"classes": 3, "latent_dim": 2, "stratified": False, "metrics": ("sliced_w1",), "metric": "sliced_w1"}
    judge = Network(widths=(6,), activation="tanh", condition="concat")
    trainer = Trainer(msgspec.structs.replace(config, **plain, **changes, packing=packing, discriminator=judge), dataset, "cpu")
    asked = torch.tensor([0, 2, 1, 0, 1, 0, 2, 0] * packing)
    y = torch.eye(3)[asked]
    x = torch.linspace(-2, 2, 16 * packing).view(-1, 2).requires_grad_()
    found = judging.generator_slopes(trainer, x, knobs, torch.cat((torch.zeros(len(x), 2), y), 1))
    given = y.view(8, -1)
    real, fake = points[asked].view(8, -1), x.view(8, -1)
    if "objective" in changes:
        loss = softplus(trainer.discriminator(real, False, None, 1, given) - trainer.discriminator(fake, False, None, 1, given)).mean()
    else:
        means = [trainer.discriminator.features(each, given).mean(0) for each in (real, fake)]
        loss = (means[0] - means[1]).square().sum()
    torch.testing.assert_close(found, torch.autograd.grad(loss, x)[0], rtol=1e-4, atol=1e-7)


def test_without_chance_one_draw_is_enough(build_trainer: Build, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    for changes in ({}, {"objective": "relativistic"}, {"discriminator": Network(widths=(5,), dropout=0.5)}):
        trainer = build_trainer(**changes)
        loss = trainer.engine.generator_loss
        count: list[int] = []
        monkeypatch.setattr(trainer.engine, "generator_loss", lambda *given, loss=loss, count=count: count.append(1) or loss(*given))
        judging.generator_slopes(trainer, torch.zeros(8, 1), knobs)
        asked.append(len(count))
    assert asked == [1, 8, 8]


def test_who_looks_sees_the_layers_as_they_are_outside_of_training(build_trainer: Build, knobs: Knobs) -> None:
    trainer = build_trainer(discriminator=Network(widths=(40,), dropout=0.5))
    x = torch.linspace(-2, 2, 9)[:, None]
    found = judging.logits(trainer, x, knobs, x[:0])
    assert torch.equal(found, judging.logits(trainer, x, knobs, x[:0]))
    assert trainer.discriminator.training
    weight = trainer.discriminator.body[0].weight
    hidden = torch.nn.functional.leaky_relu(x @ weight.T + trainer.discriminator.body[0].bias, 0.2)
    torch.testing.assert_close(found, hidden @ trainer.discriminator.logit.weight.T + trainer.discriminator.logit.bias)
    with pytest.raises(RuntimeError):
        judging.logits(trainer, torch.zeros(3, 5), knobs, x[:0])
    assert trainer.discriminator.training


def test_with_minibatch_features_each_is_judged_among_as_many_others_as_in_a_batch(build_trainer: Build, knobs: Knobs) -> None:
    trainer, stream = build_trainer(), torch.Generator().manual_seed(4)
    x, others = torch.randn(5, 1, generator=stream), torch.randn(30, 1, generator=stream)
    found = judging.logits(trainer, x, opened(knobs), others)
    for one, logit in zip(x, found, strict=True):
        whole = trainer.discriminator(torch.cat((one[None], others[: knobs.batch_size - 1])), True)
        torch.testing.assert_close(logit, whole[0])


def test_in_the_network_aylien_each_may_have_a_company_of_its_own(build_trainer: Build, knobs: Knobs) -> None:
    trainer = build_trainer(discriminator=Network(kind="aylien", widths=(5, 4, 3)), minibatch=Minibatch(kernels=3, dim=2, company=0))
    stream = torch.Generator().manual_seed(4)
    x, others = torch.randn(5, 1, generator=stream), torch.randn(5, 30, 1, generator=stream)
    found = judging.logits(trainer, x, opened(knobs), others)
    for one, theirs, logit in zip(x, others, found, strict=True):
        whole = trainer.discriminator(torch.cat((one[None], theirs[: knobs.batch_size - 1])), True)
        torch.testing.assert_close(logit, whole[0])


@pytest.mark.parametrize("gate", [False, True])
def test_with_packing_each_sample_is_judged_in_a_pack_of_its_own_among_others(build_trainer: Build, knobs: Knobs, gate: bool) -> None:
    trainer, turned = build_trainer(packing=3), set_knob(knobs, "minibatch_discrimination", gate)
    for judged in (company.real(trainer, turned, 10), company.fake(trainer, turned, 10)):
        packs = torch.cat((judged.samples, judged.company[:20].reshape(10, 2)), 1)
        # Each number stands in one pack.
        assert len(packs.unique()) == 30
        batch = judged.company[20 : 20 + 3 * (knobs.batch_size - 1)].reshape(-1, 3)
        found = judging.logits_of(trainer, judged, turned)
        for pack, logit in zip(packs, found, strict=True):
            torch.testing.assert_close(logit, trainer.discriminator(torch.cat((pack[None], batch)), gate)[0])
    assert not gate or len(batch) == knobs.batch_size - 1


@pytest.mark.parametrize("packing", [1, 3])
@pytest.mark.parametrize("gate", [False, True])
def test_fixed_samples_and_their_company_come_from_streams_of_their_own(
    build_trainer: Build, knobs: Knobs, packing: int, gate: bool
) -> None:
    trainer = build_trainer(packing=packing, seed=6, latent="uniform", latent_scale=1.5, fixed_latents=20)
    turned = set_knob(knobs, "minibatch_discrimination", gate)
    before = trainer.state()

    def needed(count: int) -> int:
        return (packing - 1) * count + (256 if gate else 0)

    real = company.real(trainer, turned, 10)
    stream = torch.Generator().manual_seed(1)
    assert torch.equal(real.samples, trainer.dataset.sample(10, stream, "cpu"))
    assert torch.equal(real.company, trainer.dataset.sample(needed(10), stream, "cpu"))
    for count in (10, 50):
        fake = company.fake(trainer, turned, count)
        assert torch.equal(fake.samples, trainer.sample(trainer.fixed_latents[:count]))
        assert len(fake.samples) == min(count, 20)
        others = draw(LATENTS["uniform"], needed(len(fake.samples)), 1, torch.Generator().manual_seed(7), scale=1.5)
        assert torch.equal(fake.company, trainer.sample(others))
    assert all(torch.equal(value, trainer.state()[name]) for name, value in before.items())


@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("standardize", [False, True])
def test_pretraining_compares_d_with_the_density_at_even_draws(config: Config, knobs: Knobs, gate: bool, standardize: bool) -> None:
    trainer = Trainer(config, DATASETS["gaussian"](standardize), "cpu")
    points = -5 + 10 * torch.rand(8, 1, generator=torch.Generator().set_state(trainer.now.stream.get_state()), dtype=torch.float64)
    density = torch.exp(-0.5 * ((points - 4) / 0.5) ** 2) / (0.5 * (2 * torch.pi) ** 0.5)
    x = ((points - 4) / 0.5 if standardize else points).float()
    expected = (torch.sigmoid(trainer.discriminator(x, gate)) - density).square().mean()
    turned, twin = set_knob(knobs, "minibatch_discrimination", gate), trainer.on("cpu")
    found = density_loss(trainer.engine.discriminator[gate], *trainer.chance.points(8), by_hand.in_force(trainer, turned)[1])
    assert found.dtype == torch.float32
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)
    twin.pretrain_step(turned)
    assert twin.mean_losses().tolist() == [0, found.item()]
    assert torch.equal(twin.now.stream.get_state(), trainer.now.stream.get_state())


def test_the_first_draws_of_the_stream_are_the_fixed_latents_and_nothing_else(build_trainer: Build, dataset: Dataset) -> None:
    for changes, stratified in (
        ({"stratified": True}, True),
        ({"stratified": False}, False),
        ({"stratified": True, "latent_dim": 2}, False),
    ):
        trainer = build_trainer(seed=3, **changes)
        stream = torch.Generator().manual_seed(3)
        dim = trainer.config.latent_dim
        assert torch.equal(trainer.fixed_latents, draw(LATENTS["normal"], trainer.config.fixed_latents, dim, stream, stratified=stratified))
        assert torch.equal(trainer.now.stream.get_state(), stream.get_state())
        # What settles the normalisation of the averaged generator has a stream of its own.
        settling = draw(LATENTS["normal"], 1024, dim, torch.Generator().manual_seed(3), stratified=False)
        assert torch.equal(trainer._settling, settling)


@pytest.mark.parametrize("network", [{}, {"discriminator": Network(widths=(6,), norm="batch")}], ids=["alone", "batch"])
def test_a_step_that_draws_nothing_inside_leaves_torchs_own_stream_alone(
    build_trainer: Build, knobs: Knobs, network: dict[str, Any]
) -> None:
    trainer = build_trainer(regularizers={"r1_difference": 1.0}, **network)
    assert not trainer.game.stirs
    torch.manual_seed(77)
    before = torch.random.get_rng_state()
    for turned in (knobs, opened(knobs)):
        trainer.step(turned)
    assert torch.equal(before, torch.random.get_rng_state())
