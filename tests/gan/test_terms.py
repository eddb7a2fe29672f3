"""What is added to the losses, and how samples are shown to the discriminator."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import torch

from tests.gan.by_hand import discriminator_loss, in_force, shown, update
from tui_gan.contract.config import Config, Noise, Optimizer
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.judging import judge
from tui_gan.gan.losses import generator_loss
from tui_gan.gan.orders import ORDERS
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.gan.trainer import Trainer
from tui_gan.gan.values import Draws

Build = Callable[..., Trainer]
Tensor = torch.Tensor
PLAIN = {"optimizer": Optimizer(kind="sgd"), "average_decay": 0.0}


def weights(network: torch.nn.Module) -> list[Tensor]:
    return [weight.detach().clone() for weight in network.parameters()]


def test_the_gradient_of_feature_matching_is_that_of_finite_differences(build_trainer: Build, knobs: Knobs) -> None:
    trainer = build_trainer(feature_matching=3.0)
    for network in (trainer.generator, trainer.discriminator):
        network.double()
    real, z = trainer.chance.batch(knobs).x.double(), trainer.chance.latents(knobs).double()

    # An objective that says nothing leaves the terms alone.
    silent = trainer.game.objective._replace(generator_loss=lambda real, fake: torch.zeros((), dtype=torch.float64))
    game, engine = trainer.game._replace(objective=silent), trainer.engine

    def term() -> Tensor:
        draws = Draws(("G",), z, real)
        return generator_loss(
            game, engine.generator, engine.discriminator[False], trainer.generator(z), draws, *in_force(trainer, knobs)
        ).total

    features = [trainer.discriminator.body(x).mean(0) for x in (real, trainer.generator(z))]
    assert term().item() == pytest.approx(3 * (features[0] - features[1]).square().sum().item())
    weight = trainer.generator[0].weight
    (gradient,) = torch.autograd.grad(term(), weight)
    for index in range(3):
        with torch.no_grad():
            weight[index, 0] += 1e-6
            above = term().item()
            weight[index, 0] -= 2e-6
            below = term().item()
            weight[index, 0] += 1e-6
        assert gradient[index, 0].item() == pytest.approx((above - below) / 2e-6, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize(("name", "settings"), [("feature_matching", 5.0), ("generator_l2", 5.0), ("historical_averaging", 500.0)])
# With extragradient the losses are those at the extrapolated point, to which the terms have moved it already.
@pytest.mark.parametrize("updates", [name for name in ORDERS if name != "extragradient"])
def test_terms_of_the_generator_move_it_and_leave_its_reported_loss(
    build_trainer: Build, knobs: Knobs, name: str, settings: float, updates: str
) -> None:
    one, other = build_trainer(updates=updates, **PLAIN), build_trainer(updates=updates, **PLAIN, **{name: settings})
    for trainer in (one, other):
        trainer.step(knobs)
    assert one.mean_losses().tolist() == pytest.approx(other.mean_losses().tolist(), abs=1e-6)
    for trainer in (one, other):
        trainer.step(knobs)
    assert not torch.equal(one.generator[0].weight, other.generator[0].weight)


@pytest.mark.parametrize("sign", [1, -1])
def test_generator_l2_draws_the_weights_in_or_drives_them_apart(build_trainer: Build, knobs: Knobs, sign: int) -> None:
    one, other = build_trainer(**PLAIN), build_trainer(**PLAIN, generator_l2=sign * 10.0)
    for trainer in (one, other):
        trainer.step(knobs)
    start = build_trainer(**PLAIN).generator
    for index in (0, 2):
        expected = one.generator[index].weight - sign * 10 * knobs.generator_lr * start[index].weight
        torch.testing.assert_close(other.generator[index].weight, expected)
        assert torch.equal(other.generator[index].bias, one.generator[index].bias)


def test_historical_averaging_holds_back_by_the_distance_to_the_mean(build_trainer: Build, knobs: Knobs) -> None:
    trainer = build_trainer(historical_averaging=1.0, **PLAIN)
    seen = [weights(trainer.generator)]
    for _ in range(4):
        trainer.step(knobs)
        seen.append(weights(trainer.generator))
    for index, mean in enumerate(trainer.now.players["G"].means):
        torch.testing.assert_close(mean, torch.stack([each[index] for each in seen]).mean(0))
    free = build_trainer(**PLAIN)
    state = trainer.state()
    free.load_state({name: value for name, value in state.items() if "_means." not in name})
    free.prepared(knobs)
    held = trainer
    means = [mean.clone() for mean in held.now.players["G"].means]
    for each in (free, held):
        update(each, "G", knobs)
    for mine, unheld, mean, before in zip(held.generator.parameters(), free.generator.parameters(), means, seen[-1], strict=True):
        torch.testing.assert_close(mine, unheld - 2 * knobs.generator_lr * (before - mean), rtol=0, atol=1e-7)


@pytest.mark.parametrize("name", ["l2", "adaptive_l2"])
def test_l2_does_not_touch_what_takes_no_part(build_trainer: Build, knobs: Knobs, name: str) -> None:
    trainer = build_trainer(regularizers={name: 1.0}, historical_averaging=1.0)
    opened = set_knob(knobs, "minibatch_discrimination", True)
    for _ in range(3):
        trainer.step(opened)
    features = [
        weight for weight in trainer.discriminator.active(True) if not any(weight is each for each in trainer.discriminator.active(False))
    ]
    before = [weight.detach().clone() for weight in features]
    for _ in range(3):
        trainer.step(knobs)
    assert len(features) == 2
    assert all(torch.equal(one, other) for one, other in zip(features, before, strict=True))


def noise_seen(trainer: Trainer, knobs: Knobs) -> float:
    torch.manual_seed(0)
    return shown(trainer, torch.zeros(20_000, 1), knobs).std().item()


def test_instance_noise_fades_with_the_steps(build_trainer: Build, knobs: Knobs) -> None:
    trainer = build_trainer(instance_noise=Noise(sd=0.8, steps=4))
    found = []
    for _ in range(6):
        found.append(noise_seen(trainer, knobs))
        trainer.step(knobs)
    assert found == pytest.approx([0.8, 0.6, 0.4, 0.2, 0, 0], rel=0.03)
    constant = build_trainer(instance_noise=Noise(sd=0.8))
    constant.now.steps_done = 1000
    assert noise_seen(constant, knobs) == pytest.approx(0.8, rel=0.03)


def test_draws_inside_a_step_depend_on_seed_and_step_alone(build_trainer: Build, knobs: Knobs) -> None:
    changes: dict[str, Any] = {
        "discriminator": Network(widths=(5,), dropout=0.3),
        "instance_noise": Noise(sd=0.5),
        "regularizers": {"gradient_penalty": 1.0},
    }
    one, watched = build_trainer(**changes), build_trainer(**changes)
    for _ in range(3):
        one.step(knobs)
        torch.rand(7)
        watched.step(knobs)
        watched.sample(watched.fixed_latents)
        judge(watched, torch.zeros(3, 1), knobs, torch.zeros(9, 1))
    states = one.state(), watched.state()
    assert all(torch.equal(value, states[1][name]) for name, value in states[0].items())


@pytest.mark.parametrize(("lazy", "due"), [(1, [0, 1, 2, 3, 4, 5]), (3, [0, 3])])
def test_lazy_regularizers_enter_every_so_many_steps_with_as_much_more_weight(
    build_trainer: Build, knobs: Knobs, lazy: int, due: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    term = REGULARIZERS["l2"]
    watching = term._replace(term=lambda judgement: asked.append(trainer.steps_done) or term.term(judgement))
    monkeypatch.setitem(REGULARIZERS, "l2", watching)
    trainer = build_trainer(regularizers={"l2": 0.5}, lazy=lazy, **PLAIN)
    free = build_trainer(**PLAIN)
    start = [weight.detach().clone() for weight in free.discriminator.active(False)]
    for each in (trainer, free):
        update(each, "D", knobs)
    rate = in_force(trainer, knobs)[0].rates["D"]
    for mine, unheld, before in zip(trainer.discriminator.active(False), free.discriminator.active(False), start, strict=True):
        expected = unheld - rate * 0.5 * lazy * before if before.dim() > 1 else unheld
        torch.testing.assert_close(mine, expected)
    asked.clear()
    for _ in range(6):
        trainer.step(knobs)
    assert asked == due


@pytest.mark.parametrize("lazy", [4, 16])
def test_adam_takes_the_strength_from_lazy_regularizers_and_plain_descent_leaves_it(build_trainer: Build, knobs: Knobs, lazy: int) -> None:
    """Where nearly all of the gradient is the penalty's: Adam's updates are as long as the rate, however heavy the penalty."""

    def decay(kind: str, weight: float, every: int) -> float:
        trainer = build_trainer(regularizers={"l2": weight}, lazy=every, optimizer=Optimizer(kind=kind, beta2=0.9))
        before = trainer.discriminator.body[0].weight.norm().item()
        for _ in range(48):
            trainer.step(set_knob(knobs, "discriminator_lr", 1e-3))
        return before - trainer.discriminator.body[0].weight.norm().item()

    assert decay("adam", 1e4, lazy) < 0.7 * decay("adam", 1e4, 1)
    assert decay("sgd", 3.0, lazy) == pytest.approx(decay("sgd", 3.0, 1), rel=0.05)


def test_the_coefficient_that_adapts_moves_in_every_update(build_trainer: Build, knobs: Knobs) -> None:
    trainers = [build_trainer(regularizers={"adaptive_l2": 0.1}, lazy=lazy) for lazy in (1, 5)]
    for trainer in trainers:
        with torch.no_grad():
            for weight in trainer.discriminator.parameters():
                weight.zero_()
        for _ in range(10):
            trainer.step(set_knob(knobs, "discriminator_lr", 1e-7))
        # A discriminator that says 1/2 of everything is right on no sample.
        assert trainer.coefficients["adaptive_l2"].item() == pytest.approx(0.1 / 1.01**10, rel=1e-4)


@pytest.mark.parametrize("gate", [False, True])
def test_dropout_does_not_enter_the_finite_difference(build_trainer: Build, knobs: Knobs, gate: bool) -> None:
    """Both judgements of a sample leave out the same units, so that a discriminator without slope pays nothing."""
    trainer = build_trainer(discriminator=Network(widths=(50, 50), dropout=0.5), regularizers={"r1_difference": 1.0})
    with torch.no_grad():
        # Of the bias alone, from which dropout takes half.
        trainer.discriminator.body[0].weight.zero_()
        trainer.discriminator.body[0].bias.fill_(1.0)
    opened = set_knob(knobs, "minibatch_discrimination", gate)
    trainer.prepared(opened)
    losses, logits = discriminator_loss(trainer, trainer.chance.batch(opened).x, trainer.chance.batch(opened).x, opened)
    assert (losses.total - losses.loss).item() == pytest.approx(0, abs=1e-8)
    assert logits[0].std() > 0.01
    assert not torch.equal(*logits)


@pytest.mark.parametrize(("dataset", "shape"), [("gaussian", (1,)), ("ring", (2,))])
def test_packed_samples_are_shown_side_by_side(config: Config, knobs: Knobs, dataset: str, shape: tuple[int, ...]) -> None:
    metric = "w1" if dataset == "gaussian" else "sliced_w1"
    changed = msgspec.structs.replace(config, packing=3, metrics=(metric,), metric=metric)
    trainer = Trainer(changed, DATASETS[dataset](True), "cpu")
    real = trainer.chance.batch(knobs).x
    assert real.shape == (24, *shape)
    assert trainer.chance.latents(knobs).shape == (24, 1)
    assert torch.equal(shown(trainer, real, knobs), torch.stack([real[3 * row : 3 * row + 3].flatten() for row in range(8)]))
    for gate in (False, True):
        opened = set_knob(knobs, "minibatch_discrimination", gate)
        x, company = trainer.chance.batch(knobs).x[:5], trainer.chance.batch(knobs).x
        verdicts = judge(trainer, x, opened, company)
        assert verdicts.shape == (5, 1)
        packed = torch.cat((x, company[:2].flatten().expand(5, -1)), 1)
        # The packs of the batch hold none of those in the packs that are judged.
        among = company[2:23].reshape(7, -1) if gate else None
        torch.testing.assert_close(verdicts, torch.sigmoid(trainer.discriminator(packed, gate, among)))
