"""Conditional GANs: what each player is given of the class, and that real and generated samples of one update are of the same classes."""

from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, one_hot

from tests.gan.engines.test_whole import check_agreement, doubled, in_double
from tests.gan.resuming import check_resumed
from tui_gan.contract.config import Config, Minibatch, Optimizer
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan import company, judging
from tui_gan.gan.compatibility import check
from tui_gan.gan.datasets import DATASETS, Dataset, Images, fixed, of_images
from tui_gan.gan.latents import between, classes_in, draw_in_turn, in_turn, made, numbers
from tui_gan.gan.networks import DISCRIMINATORS, GENERATORS
from tui_gan.gan.orders import ORDERS
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.gan.trainer import Trainer

CLASSES = 8
KNOBS = Knobs(device="cpu", batch_size=6, generator_lr=0.01, discriminator_lr=0.02)


def conditional(config: Config, **changes: Any) -> Config:
    base: dict[str, Any] = {
        "dataset": "ring",
        "classes": CLASSES,
        "latent_dim": 2,
        "stratified": False,
        "generator": Network(widths=(5,), activation="tanh"),
        "discriminator": Network(widths=(7,), activation="tanh"),
        "fixed_latents": 32,
        "metrics": ("modes", "class_accuracy", "reverse_kl"),
        "metric": "reverse_kl",
    }
    return msgspec.structs.replace(config, **{**base, **changes})


def ring() -> Dataset:
    return DATASETS["ring"](True)


def trainer_of(config: Config, **changes: Any) -> Trainer:
    return Trainer(conditional(config, **changes), ring(), "cpu")


@pytest.mark.parametrize("shape", [(2,), (1, 4, 4)])
@pytest.mark.parametrize("packing", [1, 2])
def test_projection_adds_the_product_of_class_and_hidden_units(shape: tuple[int, ...], packing: int) -> None:
    network = Network(widths=(6,), activation="tanh")
    shape = (shape[0] * packing, *shape[1:])
    built = DISCRIMINATORS["mlp"](network, Minibatch(), shape, CLASSES * packing)
    x, y = torch.randn(9, *shape), torch.rand(9, CLASSES * packing)
    hidden = torch.tanh(x.flatten(1) @ built.body[-2].weight.T + built.body[-2].bias)
    expected = hidden @ built.logit.weight.T + built.logit.bias + torch.einsum("bk,fk,bf->b", y, built.of_class.weight, hidden)[:, None]
    torch.testing.assert_close(built(x, False, None, 1, y), expected)


def test_concat_reads_the_class_beside_the_sample() -> None:
    built = DISCRIMINATORS["mlp"](Network(widths=(6,), activation="tanh", condition="concat"), Minibatch(), (1, 4, 4), CLASSES)
    x, y = torch.randn(9, 1, 4, 4), torch.rand(9, CLASSES)
    first = built.body[1]
    hidden = torch.tanh(x.flatten(1) @ first.weight[:, :16].T + y @ first.weight[:, 16:].T + first.bias)
    torch.testing.assert_close(built(x, False, None, 1, y), hidden @ built.logit.weight.T + built.logit.bias)


def test_the_networks_of_2014_read_sample_and_class_apart_first() -> None:
    network = Network(kind="mirza", widths=(5, 3, 4), condition="concat", output="sigmoid")
    generator = GENERATORS["mirza"](network, 2, (1, 4, 4), CLASSES)
    z, y = torch.randn(9, 2), one_hot(torch.arange(9) % CLASSES, CLASSES).float()
    apart, joint, last = generator[0], generator[1], generator[3]
    one = (z @ apart.first[0].weight.T + apart.first[0].bias).relu()
    other = (y @ apart.second[0].weight.T + apart.second[0].bias).relu()
    both = (torch.cat((one, other), 1) @ joint.weight.T + joint.bias).relu()
    expected = torch.sigmoid(both @ last.weight.T + last.bias).view(9, 1, 4, 4)
    torch.testing.assert_close(generator(torch.cat((z, y), 1)), expected)
    judge = DISCRIMINATORS["mirza"](network, Minibatch(), (1, 4, 4), CLASSES)
    x = torch.rand(9, 1, 4, 4)
    apart = judge.body[0]
    one = (x.flatten(1) @ apart.first[0].weight.T + apart.first[0].bias).view(9, 5, 5).amax(2)
    other = (y @ apart.second[0].weight.T + apart.second[0].bias).view(9, 3, 5).amax(2)
    both = (torch.cat((one, other), 1) @ judge.body[1].weight.T + judge.body[1].bias).view(9, 4, 4).amax(2)
    torch.testing.assert_close(judge(x, False, None, 1, y), both @ judge.logit.weight.T + judge.logit.bias)


def test_the_networks_of_2014_have_the_sizes_of_the_paper() -> None:
    generator = GENERATORS["mirza"](Network(kind="mirza", widths=(200, 1000, 1200), output="sigmoid"), 100, (1, 28, 28), 10)
    layers = [tuple(layer.weight.shape) for layer in generator.modules() if isinstance(layer, torch.nn.Linear)]
    assert layers == [(200, 100), (1000, 10), (1200, 1200), (784, 1200)]
    network = Network(kind="mirza", widths=(240, 50, 240), condition="concat")
    judge = DISCRIMINATORS["mirza"](network, Minibatch(), (1, 28, 28), 10)
    layers = [tuple(layer.weight.shape) for layer in judge.body.modules() if isinstance(layer, torch.nn.Linear)]
    assert layers == [(240 * 5, 784), (50 * 5, 10), (240 * 4, 290)]


@pytest.mark.parametrize("updates", ORDERS)
@pytest.mark.parametrize("objective", ["non_saturating", "relativistic"])
@pytest.mark.parametrize("in_numbers", [False, True])
def test_real_and_generated_samples_of_an_update_are_of_the_same_classes(
    config: Config, updates: str, objective: str, in_numbers: bool
) -> None:
    trainer = trainer_of(config, updates=updates, objective=objective)
    hyper, program = trainer.prepared(KNOBS)
    draws = trainer.chance.step_in_numbers(KNOBS, hyper, program) if in_numbers else trainer.chance.step(KNOBS, hyper, program)
    modes = torch.from_numpy(ring().truth.modes).float()
    seen = 0
    for each in draws:
        assert each.y is None
        latents = trainer.game.latents(each.latents) if in_numbers else each.latents
        assert latents.shape == (6, 2 + CLASSES)
        if each.real is None:
            continue
        nearest = torch.cdist(torch.from_numpy(trainer.dataset.in_units(each.real)).float(), modes).argmin(1)
        assert torch.equal(latents[:, 2:].argmax(1), nearest)
        seen += 1
    assert seen


def by_hand(trainer: Trainer, real: Tensor, z: Tensor, y: Tensor, r1: float) -> tuple[list[Tensor], list[Tensor]]:
    """Gradients of the non-saturating losses of projection networks of one hidden layer, in float64, written out."""
    g = [weight.detach().double().requires_grad_() for weight in trainer.generator.parameters()]
    names = [name for name, _ in trainer.discriminator.named_parameters()]
    d = {name: weight.detach().double().requires_grad_() for name, weight in trainer.discriminator.named_parameters()}
    fake = torch.tanh(torch.cat((z, y), 1) @ g[0].T + g[1]) @ g[2].T + g[3]

    def judged(x: Tensor) -> Tensor:
        hidden = torch.tanh(x @ d["body.0.weight"].T + d["body.0.bias"])
        return (hidden @ d["logit.weight"].T + d["logit.bias"])[:, 0] + ((y @ d["of_class.weight"].T) * hidden).sum(1)

    x = real.clone().requires_grad_()
    of_real = judged(x)
    (slope,) = torch.autograd.grad(of_real.sum(), x, create_graph=True)
    loss = -logsigmoid(of_real).mean() - logsigmoid(-judged(fake.detach())).mean() + r1 / 2 * slope.square().sum(1).mean()
    active = [d[name] for name in names if not name.startswith("minibatch")]
    of_d = torch.autograd.grad(loss, active)
    of_g = torch.autograd.grad(-logsigmoid(judged(fake)).mean(), g)
    return list(of_d), list(of_g)


def test_a_step_has_the_gradients_written_out_by_hand(config: Config) -> None:
    trainer = in_double(trainer_of(config, updates="simultaneous", regularizers={"r1": 0.3}))
    hyper, program = trainer.prepared(KNOBS)
    (draws,) = doubled(trainer.chance.step(KNOBS, hyper, program))
    assert draws.real is not None
    expected = by_hand(trainer, draws.real, draws.latents[:, :2], draws.latents[:, 2:], 0.3)
    report = trainer.engine.update(draws, hyper, program)
    for player, gradients in zip(("D", "G"), expected, strict=True):
        found = [each for each in report.gradients[player] if each is not None]
        torch.testing.assert_close(found, gradients, rtol=1e-9, atol=1e-12)


PRODUCTS: dict[str, dict[str, Any]] = {
    **{name: {"regularizers": {name: 0.3}} for name in REGULARIZERS},
    "packing": {"packing": 2, "regularizers": {"r1": 0.3}},
    "concat": {"discriminator": Network(widths=(7,), condition="concat"), "feature_matching": 0.5},
    "batch": {"generator": Network(widths=(5,), norm="batch"), "discriminator": Network(widths=(7,), norm="batch")},
    "spectral": {"discriminator": Network(widths=(7,), spectral=True)},
    "two-way": {"discriminator": Network(widths=(7,), outputs=2), "objective": "relativistic"},
    "same_batch": {"updates": "same_batch", "objective": "relativistic", "regularizers": {"r1": 0.1, "r2": 0.2}},
    "at once": {"updates": "simultaneous", "feature_matching": 0.5, "regularizers": {"r1_difference": 1.0}},
    "epochs": {"training": 20, "sampling": "epochs", "stratified": True, "latent": "uniform", "latent_scale": 2.0},
    "sphere": {"latent": "sphere", "optimizer": Optimizer(kind="sgd", momentum=0.5)},
}


def data_of(config: Config) -> Dataset:
    return fixed(ring(), config.training, config.seed) if config.training else ring()


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("minibatch", [False, True])
def test_the_step_as_a_function_is_the_step_in_place(config: Config, name: str, minibatch: bool) -> None:
    mine = conditional(config, **PRODUCTS[name])
    knobs = set_knob(KNOBS, "minibatch_discrimination", minibatch)
    check_agreement(in_double(Trainer(mine, data_of(mine), "cpu")), knobs)


@pytest.mark.parametrize("sampling", ["replacement", "epochs"])
def test_a_resumed_conditional_run_is_the_same_bit_for_bit(config: Config, sampling: str) -> None:
    mine = conditional(config, training=20, sampling=sampling, regularizers={"r1": 0.3})
    check_resumed(lambda: Trainer(mine, data_of(mine), "cpu"), KNOBS)


def test_classes_are_drawn_by_their_shares_and_latents_as_ever(config: Config) -> None:
    mine = conditional(config, classes=3)
    drawn = numbers(mine, 60_000, torch.Generator().manual_seed(0), (0.5, 0.3, 0.2))
    plain = numbers(msgspec.structs.replace(mine, classes=0), 60_000, torch.Generator().manual_seed(0))
    assert torch.equal(drawn[..., :2], plain)
    latents = made(mine, drawn)
    assert torch.equal(latents[:, 2:].sum(1), torch.ones(60_000))
    # Six standard deviations of a share of 60,000 draws.
    torch.testing.assert_close(latents[:, 2:].mean(0), torch.tensor([0.5, 0.3, 0.2]), rtol=0, atol=6 * (0.25 / 60_000) ** 0.5)


@pytest.mark.parametrize("shares", [(0.25,) * 4, (0.1,) * 10, (0.5, 0.3, 0.2), (0.9, 0.1), (0.6, 0.0, 0.4)])
def test_in_turn_each_beginning_has_the_classes_by_their_shares(shares: tuple[float, ...]) -> None:
    found = in_turn(shares, 200).numpy()
    for count in range(1, 201):
        held = np.bincount(found[:count], minlength=len(shares))
        assert (np.abs(held - count * np.array(shares)) <= 0.5 + np.array(shares) * len(shares) / 2 + 1e-9).all()
    assert set(found.tolist()) == {number for number, share in enumerate(shares) if share}
    if len(set(shares)) == 1:
        assert found[: 2 * len(shares)].tolist() == [*range(len(shares))] * 2


def test_what_is_looked_at_has_its_classes_in_turn_and_a_walk_leads_from_class_to_class(config: Config) -> None:
    mine = conditional(config, latent_dim=3)
    latents = draw_in_turn(mine, 16, torch.Generator().manual_seed(0))
    classes = classes_in(mine, latents)
    assert classes is not None
    assert classes.argmax(1).tolist() == [*range(8), *range(8)]
    way = between("normal", latents[0], latents[1], 5, mine.latent_dim)
    torch.testing.assert_close(way[0], latents[0])
    torch.testing.assert_close(way[-1], latents[1])
    torch.testing.assert_close(way[:, 3:5], torch.tensor([[1, 0], [0.75, 0.25], [0.5, 0.5], [0.25, 0.75], [0, 1]]))
    alone = between("normal", latents[0, :3], latents[1, :3], 5)
    torch.testing.assert_close(way[:, :3], alone)


@pytest.mark.parametrize("minibatch", [False, True])
@pytest.mark.parametrize("packing", [1, 2])
def test_samples_are_judged_by_their_classes_and_points_by_all_of_them(config: Config, minibatch: bool, packing: int) -> None:
    trainer = trainer_of(config, packing=packing)
    knobs = set_knob(KNOBS, "minibatch_discrimination", minibatch)
    real, fake = company.real(trainer, knobs, 5), company.fake(trainer, knobs, 5)
    modes = torch.from_numpy(ring().truth.modes).float()
    nearest = torch.cdist(torch.from_numpy(trainer.dataset.in_units(real.samples)).float(), modes).argmin(1)
    assert real.classes is not None
    assert torch.equal(real.classes.argmax(1), nearest)
    assert torch.equal(fake.classes, trainer.fixed_latents[:5, 2:])
    each = [
        judging.logits(trainer, fake.samples, knobs, fake.company, one.expand(5, -1), fake.of_company).sigmoid()
        for one in torch.eye(CLASSES)
    ]
    found = judging.judge(trainer, fake.samples, knobs, fake.company, fake.of_company)
    torch.testing.assert_close(found, torch.stack(each).mean(0))
    mine = judging.logits(trainer, fake.samples, knobs, fake.company, fake.classes, fake.of_company).sigmoid()
    picked = torch.stack(each)[fake.classes.argmax(1), torch.arange(5)]
    torch.testing.assert_close(mine, picked)
    if packing > 1 and not minibatch:
        packs, of_packs = torch.cat((real.samples, real.company), 1), torch.cat((real.classes, real.of_company), 1)
        torch.testing.assert_close(judging.logits_of(trainer, real, knobs), trainer.discriminator(packs, classes=of_packs))


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"classes": 7}, r"classes is 7, and the data has 8 \(mode 0, mode 1, .*, mode 7\): set classes to 8"),
    ({"latent": "grid"}, "choose another latent distribution"),
    ({"discriminator": Network(kind="aylien", widths=(3, 3, 3))}, "aylien takes no class"),
    ({"discriminator": Network(kind="mirza", widths=(3, 3, 3))}, "set discriminator.condition to concat"),
    ({"discriminator": Network(kind="mirza", widths=(3, 3), condition="concat")}, "three widths"),
    ({"discriminator": Network(norm="virtual_batch", condition="concat")}, "reference batch without classes"),
]


@pytest.mark.parametrize(("changes", "part"), REFUSED)
def test_what_cannot_be_conditional_is_refused(config: Config, changes: dict[str, Any], part: str) -> None:
    with pytest.raises(UsageError, match=part):
        trainer_of(config, **changes)


def test_data_without_classes_and_networks_without_them_are_refused(config: Config) -> None:
    with pytest.raises(UsageError, match="this data has none"):
        check(conditional(config, dataset="moons", metrics=("mmd",), metric="mmd"), DATASETS["moons"](True))
    with pytest.raises(UsageError, match="is for conditional generators"):
        check(conditional(config, classes=0), ring())
    with pytest.raises(UsageError, match="mirza is conditional"):
        GENERATORS["mirza"](Network(kind="mirza", widths=(3, 3, 3)), 2, (2,))
    with pytest.raises(UsageError, match=r"set discriminator\.condition to projection"):
        DISCRIMINATORS["dcgan"](Network(kind="dcgan", widths=(4,), condition="concat"), Minibatch(), (1, 8, 8), 3)


def test_images_are_drawn_with_their_labels() -> None:
    train = torch.arange(12, dtype=torch.uint8)[:, None, None, None].expand(12, 1, 2, 2) * 20
    labels = torch.tensor([0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 2, 2])
    dataset = of_images(Images(train, train, labels, labels, names=("a", "b", "c")), True, training=10)
    assert dataset.classes is not None
    assert dataset.classes.names == ("a", "b", "c")
    assert dataset.classes.shares == pytest.approx((0.3, 0.2, 0.5))
    x, y = dataset.classes.sample(50, torch.Generator().manual_seed(3), "cpu")
    plain = dataset.sample(50, torch.Generator().manual_seed(3), "cpu")
    assert torch.equal(x, plain)
    assert torch.equal(y, labels[((x[:, 0, 0, 0] + 1) * 127.5 / 20).round().long()])
