"""Who moves when, by which gradients, and what is added to the losses."""

import itertools
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import torch
from torch.nn.functional import softplus

from tests.gan.by_hand import update, watched
from tui_gan.contract.config import Config, Noise, Optimizer
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.objectives import OBJECTIVES
from tui_gan.gan.optimizers import OPTIMIZERS, SCHEDULES
from tui_gan.gan.orders import COORDINATION, ORDERS, Source
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.gan.trainer import Trainer
from tui_gan.gan.values import Batch

Build = Callable[..., Trainer]
Tensor = torch.Tensor
PLAIN = {"optimizer": Optimizer(kind="sgd"), "average_decay": 0.0}


@pytest.mark.parametrize("updates", ORDERS)
@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("g", [1, 2, 3])
def test_a_step_is_k_updates_of_d_and_g_of_g(
    build_trainer: Build, knobs: Knobs, updates: str, k: int, g: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = build_trainer(updates=updates)
    moves = watched(trainer, monkeypatch)
    trainer.step(set_knob(set_knob(knobs, "k_steps", k), "generator_steps", g))
    together, extra = min(k, g), 1 + (updates == "extragradient")
    expected = ["D"] * k + ["G"] * g
    if updates in ("simultaneous", "extragradient"):
        expected = ["D"] * (k - together) + ["G"] * (g - together) + ["D", "G"] * extra * together
    assert [player for player, _ in moves] == expected


# R and z where batches are drawn, D, G and B where both move on those drawn last, b where they extrapolate.
DRAWN = {
    ("alternating", 2, 1): "RzD RzD zRG",
    ("alternating", 1, 2): "RzD zRG zRG",
    ("same_batch", 2, 2): "RzD RzD G G",
    ("simultaneous", 2, 1): "RzD RzB",
    ("simultaneous", 1, 3): "zRG zRG RzB",
    ("simultaneous", 2, 2): "RzB RzB",
    ("extragradient", 2, 1): "RzD Rzb RzB",
}


@pytest.mark.parametrize(("updates", "k", "g"), DRAWN)
@pytest.mark.parametrize("compares", [False, True])
def test_what_is_drawn_in_which_order(updates: str, k: int, g: int, compares: bool) -> None:
    done = []

    def draw(name: str) -> Tensor:
        done.append(name)
        return torch.tensor(len(done))

    for draws in ORDERS[updates](k, g, Source(lambda: Batch(draw("R")), lambda: draw("z")), compares):
        mover = "".join(draws.players)
        done.append({"DG": "b" if draws.phase == "ahead" else "B"}.get(mover, mover))
        assert (draws.real is None) is (mover == "G" and not compares)
    expected = DRAWN[updates, k, g].replace("zRG", "zRG" if compares else "zG").replace(" ", "")
    assert "".join(done) == expected


def weights(network: torch.nn.Module) -> list[Tensor]:
    return [weight.detach().clone() for weight in network.parameters()]


@pytest.mark.parametrize("penalty", [{}, {"r1": 2.0}, {"r2": 2.0}, {"r1_difference": 1.0}], ids=str)
def test_simultaneous_players_move_by_gradients_at_the_same_weights(build_trainer: Build, knobs: Knobs, penalty: dict[str, float]) -> None:
    trainer = build_trainer(updates="simultaneous", regularizers=penalty, **PLAIN)
    other = build_trainer(updates="simultaneous", regularizers=penalty, **PLAIN)
    g, d = list(other.generator.parameters()), other.discriminator.active(False)
    real, z = other.chance.batch(knobs).x, other.chance.latents(knobs)
    fake = other.generator(z)
    loss = softplus(-other.discriminator(real)).mean() + softplus(other.discriminator(fake.detach())).mean()
    for name, weight in penalty.items():
        samples = (fake.detach() if name == "r2" else real).clone().requires_grad_()
        if name == "r1_difference":
            sign = torch.tensor([1.0, -1.0]).repeat(len(real) // 2)[:, None]
            slope = (other.discriminator(samples + 0.1 * sign) - other.discriminator(samples)) / 0.1
        else:
            (slope,) = torch.autograd.grad(other.discriminator(samples).sum(), samples, create_graph=True)
        loss = loss + weight * 0.5 * slope.square().mean()
    of_d = torch.autograd.grad(loss, d)
    of_g = torch.autograd.grad(softplus(-other.discriminator(other.generator(z))).mean(), g)
    expected_d = [weight.detach() - knobs.discriminator_lr * gradient for weight, gradient in zip(d, of_d, strict=True)]
    expected_g = [weight.detach() - knobs.generator_lr * gradient for weight, gradient in zip(g, of_g, strict=True)]
    trainer.step(knobs)
    torch.testing.assert_close([weight.detach() for weight in trainer.discriminator.active(False)], expected_d, rtol=0, atol=1e-6)
    torch.testing.assert_close(weights(trainer.generator), expected_g, rtol=0, atol=1e-6)


def drawn(trainer: Trainer, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Tensor], list[Tensor]]:
    """The batches of latents and of real samples that a step draws."""
    latents: list[Tensor] = []
    real: list[Tensor] = []
    draw_latents, draw_batch = trainer.chance.latents, trainer.chance.batch
    monkeypatch.setattr(trainer.chance, "latents", lambda *given: latents.append(draw_latents(*given)) or latents[-1])
    monkeypatch.setattr(trainer.chance, "batch", lambda *given: real.append(draw_batch(*given).x) or Batch(real[-1]))
    trainer.step(knobs)
    return latents, real


@pytest.mark.parametrize(
    ("updates", "latents", "real"), [("alternating", 3, 3), ("same_batch", 2, 2), ("simultaneous", 2, 2), ("extragradient", 3, 3)]
)
def test_batches_are_drawn_afresh_or_shared(
    build_trainer: Build, knobs: Knobs, updates: str, latents: int, real: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = build_trainer(updates=updates, objective="zero_sum")
    seen = drawn(trainer, set_knob(knobs, "k_steps", 2), monkeypatch)
    assert (len(seen[0]), len(seen[1])) == (latents, real)
    assert all(not torch.equal(one, other) for batches in seen for one, other in itertools.combinations(batches, 2))


def test_same_batch_moves_g_on_what_d_has_just_seen(build_trainer: Build, knobs: Knobs) -> None:
    trainer = build_trainer(updates="same_batch", objective="zero_sum", **PLAIN)
    stream = trainer.now.stream.get_state()
    real, z = trainer.chance.batch(knobs).x, trainer.chance.latents(knobs)
    trainer.now.stream.set_state(stream)
    by_hand = build_trainer(updates="same_batch", objective="zero_sum", **PLAIN)
    trainer.step(knobs)
    by_hand.prepared(knobs)
    update(by_hand, "D", knobs, z, real)
    g = list(by_hand.generator.parameters())
    loss = -softplus(-by_hand.discriminator(real)).mean() - softplus(by_hand.discriminator(by_hand.generator(z))).mean()
    expected = [weight.detach() - knobs.generator_lr * each for weight, each in zip(g, torch.autograd.grad(loss, g), strict=True)]
    torch.testing.assert_close(weights(trainer.generator), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("k", "most", "accuracy", "then"),
    [(1, 5, 0.5, 2), (5, 5, 0.5, 5), (3, 5, 0.7, 3), (3, 5, 0.65, 3), (3, 5, 0.8, 3), (3, 5, 0.81, 2), (1, 5, 0.9, 1), (4, 2, 0.7, 2)],
)
def test_k_follows_the_accuracy_of_d_within_the_knob(k: int, most: int, accuracy: float, then: int) -> None:
    assert COORDINATION["accuracy"].k(k, most, accuracy) == then
    assert COORDINATION["fixed"].k(k, most, accuracy) == most


def test_the_accuracy_is_the_mean_over_the_updates_of_all_steps(
    build_trainer: Build, knobs: Knobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = build_trainer(coordination="accuracy")
    trainer.now.k = 2
    opened = set_knob(knobs, "k_steps", 3)
    assert trainer.k_steps(opened) == 2
    moves = watched(trainer, monkeypatch)
    for parameter in trainer.discriminator.parameters():
        parameter.data.zero_()
    still = {"generator_lr": 1e-7, "discriminator_lr": 1e-7}
    for name, value in still.items():
        opened = set_knob(opened, name, value)
    trainer.discriminator.logit.bias.data.fill_(1.0)
    for _ in range(3):
        trainer.step(opened)
    assert [player for player, _ in moves] == ["D", "D", "G"] * 3
    # Everything is called real: right of the real half alone.
    assert float(trainer.now.accuracy_sum) / trainer.now.losses_summed == pytest.approx(0.5)
    trainer.coordinate(opened)
    assert trainer.k_steps(opened) == 3
    assert trainer.k_steps(set_knob(opened, "k_steps", 1)) == 1


NETWORKS = {
    "plain": Network(widths=(5,)),
    "bn": Network(widths=(5,), norm="batch"),
    "vbn": Network(widths=(5,), norm="virtual_batch"),
    "sn": Network(widths=(5,), spectral=True),
    "dropout": Network(widths=(5,), dropout=0.3),
    "two-way": Network(widths=(5,), outputs=2),
    "aylien": Network(kind="aylien", widths=(5, 4, 3)),
}


def trainer_of(config: Config, dataset: str, **changes: Any) -> Trainer:
    metrics = {} if dataset == "gaussian" else {"metrics": ("sliced_w1",), "metric": "sliced_w1"}
    return Trainer(msgspec.structs.replace(config, **{**metrics, **changes}), DATASETS[dataset](True), "cpu")


def one_step(config: Config, knobs: Knobs, dataset: str = "gaussian") -> str:
    """ "finite", or the line of a refusal."""
    try:
        trainer = trainer_of(config, dataset)
    except UsageError as error:
        return str(error)
    trainer.step(knobs)
    trainer.step(set_knob(knobs, "minibatch_discrimination", True))
    assert trainer.is_finite()
    assert trainer.mean_losses().isfinite().all()
    assert all(average.isfinite().all() for average in trainer.generator_average.state_dict().values())
    return "finite"


@pytest.mark.parametrize("regularizer", REGULARIZERS)
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_goes_with_every_regularizer(config: Config, knobs: Knobs, objective: str, regularizer: str) -> None:
    """Any two of objective, regularizer and order of updates: the orders, each on data of its own, take turns along both."""
    turn = [*OBJECTIVES].index(objective) + [*REGULARIZERS].index(regularizer)
    updates, dataset = [*zip(ORDERS, ("gaussian", "ring", "correlated", "grid"), strict=True)][turn % len(ORDERS)]
    changed = msgspec.structs.replace(
        config, objective=objective, regularizers={regularizer: 0.1}, updates=updates, coordination="accuracy", packing=2
    )
    assert one_step(changed, knobs, dataset) == "finite"


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_goes_with_a_regularizer_or_says_why_not(config: Config, knobs: Knobs, network: str) -> None:
    """Any two of network, regularizer and order of updates: the orders take turns, and begin with another for each network."""
    orders = itertools.islice(itertools.cycle(ORDERS), [*NETWORKS].index(network), None)
    for regularizer, updates in zip([*REGULARIZERS, "none"], orders, strict=False):
        terms = {} if regularizer == "none" else {regularizer: 0.1}
        changed = msgspec.structs.replace(config, discriminator=NETWORKS[network], regularizers=terms, updates=updates)
        refused = network == "bn" and regularizer in REGULARIZERS and REGULARIZERS[regularizer].alone
        said = one_step(changed, knobs)
        assert ("judges each sample independently" in said) if refused else said == "finite", (regularizer, updates, said)


@pytest.mark.parametrize("network", [name for name in NETWORKS if name != "aylien"])
@pytest.mark.parametrize("updates", ORDERS)
def test_everything_at_once_is_finite(config: Config, knobs: Knobs, network: str, updates: str) -> None:
    changed = msgspec.structs.replace(
        config,
        discriminator=NETWORKS[network],
        generator=Network(widths=(6,), norm="batch", dropout=0.2),
        regularizers={"l2": 0.01, "adaptive_l2": 0.01, "r1_difference": 0.1},
        packing=3,
        feature_matching=1.0,
        label_smoothing=0.1,
        instance_noise=Noise(sd=0.3, steps=10),
        historical_averaging=0.1,
        generator_l2=0.01,
        updates=updates,
        coordination="accuracy",
    )
    assert one_step(changed, knobs, "ring") == "finite"


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_label_smoothing_is_in_the_step_or_refused(config: Config, knobs: Knobs, objective: str) -> None:
    said = one_step(msgspec.structs.replace(config, objective=objective, label_smoothing=0.1), knobs)
    defined = OBJECTIVES[objective].smoothed_discriminator_loss is not None
    assert said == "finite" if defined else "label smoothing is not defined" in said


@pytest.mark.parametrize(("kind", "settings"), [(kind, {}) for kind in OPTIMIZERS] + [("sgd", {"momentum": 0.5}), ("adam", {"beta1": 0.5})])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_optimizer_goes_with_every_schedule(
    config: Config, knobs: Knobs, kind: str, settings: dict[str, float], schedule: str
) -> None:
    optimizer = Optimizer(kind=kind, **settings)
    changed = msgspec.structs.replace(config, optimizer=optimizer, schedule=msgspec.structs.replace(config.schedule, kind=schedule))
    assert one_step(changed, knobs) == "finite"


COMBINATIONS: list[tuple[dict[str, Any], str, str]] = [
    ({"packing": 2, "discriminator": NETWORKS["aylien"]}, "gaussian", "the network aylien judges single numbers and has no packing"),
    ({"packing": 8, "fixed_latents": 7}, "ring", "as many fixed_latents"),
    ({"packing": 2, "pretraining": 5}, "gaussian", "several jointly"),
    ({"optimizer": Optimizer(kind="sgd", momentum_end=0.7)}, "gaussian", "momentum_steps"),
    ({"pretraining": 5}, "ring", "set pretraining to 0"),
    ({"metric": "ks"}, "gaussian", "not among the metrics that are measured live"),
    ({"metric": "mean"}, "gaussian", "only descriptive"),
    ({"metrics": ("w1", "recall")}, "gaussian", "recall is not defined for this data"),
    ({"contrast": 55.0}, "gaussian", "contrast is for images alone: set it to 0"),
    ({"generator": Network(output="tanh")}, "gaussian", "cannot reach the range of this data"),
    ({"generator": Network(output="sigmoid")}, "ring", "cannot reach the range of this data"),
]


@pytest.mark.parametrize(("changes", "dataset", "part"), COMBINATIONS, ids=lambda value: value if isinstance(value, str) else "")
def test_what_does_not_go_together_is_refused(config: Config, changes: dict[str, Any], dataset: str, part: str) -> None:
    with pytest.raises(UsageError, match=part) as caught:
        trainer_of(config, dataset, **changes)
    assert "\n" not in str(caught.value)
