"""Inference networks: what D is given, what both sides lower, each product, and what is refused."""

import math
from typing import Any

import msgspec
import pytest
import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from tests.gan.engines.test_whole import check_agreement, doubled, in_double
from tests.gan.resuming import check_resumed
from tui_gan.contract.config import Config, Information, Noise, Optimizer
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan import company, judging
from tui_gan.gan.datasets import DATASETS, Dataset
from tui_gan.gan.networks.inference import Inferring, UnaryDiscriminator, encoded, hidden
from tui_gan.gan.objectives import OBJECTIVES, inferring
from tui_gan.gan.orders import ORDERS
from tui_gan.gan.rules import rules
from tui_gan.gan.trainer import Trainer
from tui_gan.session.measuring import inferred_by

KNOBS = Knobs(device="cpu", batch_size=6, generator_lr=0.01, discriminator_lr=0.02)
BOTH = pytest.mark.parametrize("kind", ["deterministic", "gaussian"])


def ring() -> Dataset:
    return DATASETS["ring"](True)


def infers(config: Config, **changes: Any) -> Config:
    base: dict[str, Any] = {
        "dataset": "ring",
        "inference": "gaussian",
        "latent_dim": 2,
        "stratified": False,
        "generator": Network(widths=(5,), activation="tanh"),
        "encoder": Network(widths=(4,), activation="tanh"),
        "discriminator": Network(widths=(7,), activation="tanh", condition="concat"),
        "fixed_latents": 32,
        "metrics": ("modes", "own_mode", "reverse_kl"),
        "metric": "reverse_kl",
    }
    return msgspec.structs.replace(config, **{**base, **changes})


def trainer_of(config: Config, **changes: Any) -> Trainer:
    return Trainer(infers(config, **changes), ring(), "cpu")


@BOTH
def test_the_encoder_stands_beside_the_generator_and_not_in_it(config: Config, kind: str) -> None:
    trainer = trainer_of(config, inference=kind)
    generator = trainer.generator
    assert isinstance(generator, Inferring)
    first, last = [layer for layer in generator if isinstance(layer, torch.nn.Linear)]
    z = torch.randn(3, 2)
    torch.testing.assert_close(generator(z), torch.tanh(z @ first.weight.T + first.bias) @ last.weight.T + last.bias)
    one, other = [layer for layer in generator.encoder if isinstance(layer, torch.nn.Linear)]
    x, noise = torch.randn(3, 2), torch.randn(3, 2)
    told = torch.tanh(x @ one.weight.T + one.bias) @ other.weight.T + other.bias
    expected = told if kind == "deterministic" else told[:, :2] + torch.sigmoid(told[:, 2:]) * noise
    torch.testing.assert_close(generator.encode(x, noise), expected)
    torch.testing.assert_close(encoded(generator, x), told[:, :2])
    assert set(trainer.generator_average.state_dict()) == set(generator.state_dict())


@pytest.mark.parametrize("cycle", [0.0, 0.7])
@pytest.mark.parametrize("updates", ["alternating", "simultaneous"])
@BOTH
def test_a_step_has_the_gradients_written_out_by_hand(config: Config, updates: str, kind: str, cycle: float) -> None:
    trainer = in_double(trainer_of(config, inference=kind, updates=updates, cycle_consistency=cycle))
    hyper, program = trainer.prepared(KNOBS)
    draws = doubled(trainer.chance.step(KNOBS, hyper, program))
    for each in draws:
        assert each.real is not None
        assert (each.code_noise is not None) is (kind == "gaussian")
        judge, generator = trainer.discriminator, trainer.generator
        fake, codes = generator(each.latents), generator.encode(each.real, each.code_noise)

        def judged(x: Tensor, z: Tensor, judge: Any = judge) -> Tensor:
            hidden = torch.tanh(torch.cat((x, z), 1) @ judge.body[0].weight.T + judge.body[0].bias)
            return (hidden @ judge.logit.weight.T + judge.logit.bias)[:, 0]

        of_real, of_fake = judged(each.real, codes), judged(fake, each.latents)
        of_d = -logsigmoid(of_real).mean() - logsigmoid(-of_fake).mean()
        apart = (each.real - generator(codes)).square().sum(1).mean()
        of_g = -logsigmoid(-of_real).mean() - logsigmoid(of_fake).mean() + cycle * apart
        weights = {"D": judge.active(False), "G": list(generator.parameters())}
        expected = {player: torch.autograd.grad(loss, weights[player], retain_graph=True) for player, loss in (("D", of_d), ("G", of_g))}
        report = trainer.engine.update(each, hyper, program)
        if cycle and "G" in each.players:
            assert report.seen["G"].terms["cycle_consistency"].item() == pytest.approx(cycle * apart.item())
        for player in each.players:
            found = [gradient for gradient in report.gradients[player] if gradient is not None]
            torch.testing.assert_close(found, list(expected[player]), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("updates", ["alternating", "simultaneous"])
def test_a_unary_term_is_the_loss_of_a_second_network_and_penalties_are_by_all_that_each_judges(config: Config, updates: str) -> None:
    trainer = in_double(trainer_of(config, updates=updates, unary=True, regularizers={"r1": 0.3, "r2": 0.2}))
    hyper, program = trainer.prepared(KNOBS)
    judge, generator = trainer.discriminator, trainer.generator
    assert isinstance(judge, UnaryDiscriminator)
    assert judge.alone.body[0].in_features == judge.pairs.body[0].in_features - 2
    for each in doubled(trainer.chance.step(KNOBS, hyper, program)):
        assert each.real is not None
        fake, codes = generator(each.latents), generator.encode(each.real, each.code_noise)
        of_d = of_g = torch.zeros((), dtype=torch.float64)
        for network, latents in ((judge.pairs, (codes, each.latents)), (judge.alone, (None, None))):

            def of(x: Tensor, z: Tensor | None, network: Any = network) -> Tensor:
                given = x if z is None else torch.cat((x, z), 1)
                hidden = torch.tanh(given @ network.body[0].weight.T + network.body[0].bias)
                return (hidden @ network.logit.weight.T + network.logit.bias)[:, 0]  # type: ignore[no-any-return]

            real, generated = of(each.real, latents[0]), of(fake, latents[1])
            of_d = of_d + 0.5 * (-logsigmoid(real).mean() - logsigmoid(-generated).mean())
            of_g = of_g + 0.5 * (-logsigmoid(-real).mean() - logsigmoid(generated).mean())
            for weight, x, z in ((0.3, each.real, latents[0]), (0.2, fake, latents[1])):
                by = [one.detach().requires_grad_() for one in (x, z) if one is not None]
                slopes = torch.autograd.grad(of(by[0], by[1] if len(by) > 1 else None).sum(), by, create_graph=True)
                of_d = of_d + weight * 0.5 * sum(slope.square().sum(1).mean() for slope in slopes)
        weights = {"D": judge.active(False), "G": list(generator.parameters())}
        expected = {player: torch.autograd.grad(loss, weights[player], retain_graph=True) for player, loss in (("D", of_d), ("G", of_g))}
        report = trainer.engine.update(each, hyper, program)
        for player in each.players:
            found = [gradient for gradient in report.gradients[player] if gradient is not None]
            torch.testing.assert_close(found, list(expected[player]), rtol=1e-9, atol=1e-12)


def test_whoever_looks_is_told_what_the_judge_of_pairs_says(config: Config) -> None:
    trainer = trainer_of(config, unary=True)
    judge, x = trainer.discriminator, torch.randn(5, 2)
    assert isinstance(judge, UnaryDiscriminator)
    codes = encoded(trainer.generator, x)
    both = judge.trained(x, classes=codes)
    assert torch.equal(both, torch.cat((judge.pairs(x, classes=codes), judge.alone(x)), 1))
    assert torch.equal(judge(x, classes=codes), both[:, :1])
    told = judging.judge(trainer, x, KNOBS, torch.zeros(0, 2))
    torch.testing.assert_close(told, both[:, :1].detach().sigmoid())


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_generators_side_reads_both_kinds(name: str) -> None:
    plain = OBJECTIVES[name]
    made = inferring(plain, plain)
    real, fake = torch.randn(2, 9, 1, dtype=torch.float64).requires_grad_().unbind(0)
    assert made.needs_real
    if plain.needs_real:
        assert made is plain
    else:
        assert made.generator_loss(real, fake) == plain.discriminator_loss(fake, real)
        gradients = torch.autograd.grad(made.generator_loss(real, fake), (real, fake), allow_unused=True)
        assert all(gradient is not None and gradient.any() for gradient in gradients)
    assert made.discriminator_loss is plain.discriminator_loss


PRODUCTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "penalties": {"regularizers": {"r1": 0.3, "r2": 0.2, "r1_difference": 1.0, "l2": 0.1}, "objective": "relativistic"},
    "packing": {"packing": 2, "objective": "zero_sum", "regularizers": {"r2": 0.3}, "cycle_consistency": 0.5},
    "noise": {
        "instance_noise": Noise(sd=0.5),
        "feature_matching": 0.5,
        "updates": "simultaneous",
        "inference": "deterministic",
        "cycle_consistency": 0.5,
    },
    "cycle": {
        "cycle_consistency": 0.5,
        "generator": Network(widths=(5,), norm="batch"),
        "encoder": Network(widths=(4,), norm="batch"),
        "inference": "deterministic",
    },
    "unary": {"unary": True, "objective": "relativistic", "regularizers": {"r1": 0.3, "r2": 0.2, "adaptive_l2": 0.1}},
    "unary, packed": {"unary": True, "packing": 2, "objective": "zero_sum", "regularizers": {"r2": 0.3}, "historical_averaging": 0.1},
    "unary, at once": {
        "unary": True,
        "updates": "simultaneous",
        "feature_matching": 0.5,
        "cycle_consistency": 0.5,
        "instance_noise": Noise(sd=0.5),
    },
    "same": {"updates": "same_batch", "generator_l2": 0.1, "historical_averaging": 0.1, "stratified": True, "label_smoothing": 0.1},
    "ahead": {"updates": "extragradient", "optimizer": Optimizer(kind="optimistic_adam", lookahead_steps=2), "latent": "uniform"},
}


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("minibatch", [False, True])
def test_the_step_as_a_function_is_the_step_in_place(config: Config, name: str, minibatch: bool) -> None:
    check_agreement(in_double(trainer_of(config, **PRODUCTS[name])), set_knob(KNOBS, "minibatch_discrimination", minibatch))


@pytest.mark.parametrize("updates", ORDERS)
def test_a_resumed_run_is_the_same_bit_for_bit(config: Config, updates: str) -> None:
    check_resumed(lambda: trainer_of(config, updates=updates), KNOBS)


@pytest.mark.parametrize("minibatch", [False, True])
@pytest.mark.parametrize("packing", [1, 2])
def test_pairs_are_judged_with_codes_and_latents(config: Config, minibatch: bool, packing: int) -> None:
    trainer = trainer_of(config, packing=packing)
    knobs = set_knob(KNOBS, "minibatch_discrimination", minibatch)
    real, fake = company.real(trainer, knobs, 5), company.fake(trainer, knobs, 5)
    assert real.classes is not None
    torch.testing.assert_close(real.classes, encoded(trainer.generator, real.samples))
    assert torch.equal(fake.classes, trainer.fixed_latents[:5])
    said = judging.judge(trainer, real.samples, knobs, real.company, real.of_company)
    mine = judging.logits(trainer, real.samples, knobs, real.company, real.classes, real.of_company)
    torch.testing.assert_close(said, mine.detach().sigmoid())


def test_looking_moves_nothing_of_an_encoder_with_batch_normalisation(config: Config) -> None:
    trainer = trainer_of(config, encoder=Network(widths=(4,), norm="batch"))
    trainer.step(KNOBS)
    before = trainer.state()
    company.real(trainer, KNOBS, 5)
    judging.judge(trainer, torch.zeros(5, 2), KNOBS, torch.zeros(0, 2))
    latents = trainer.fixed_latents[:6]
    judging.generator_slopes(trainer, trainer.sample(latents), KNOBS, latents)
    inferred_by(trainer.averaged(), trainer.dataset, trainer.dataset.scaling)
    assert [
        name for name, value in trainer.state().items() if not name.startswith("generator_average") and not torch.equal(value, before[name])
    ] == []
    assert trainer.generator.encoder.training


def test_where_losses_rest_and_what_d_star_is(config: Config) -> None:
    found = rules(infers(config), KNOBS)
    assert found.optimum is None
    assert found.references == {"2 ln 2": pytest.approx(2 * math.log(2))}
    assert rules(infers(config, inference="none"), KNOBS).references.keys() == {"2 ln 2", "ln 2"}


@BOTH
def test_features_are_the_hidden_units_that_codes_are_made_of(config: Config, kind: str) -> None:
    trainer = trainer_of(config, inference=kind, encoder=Network(widths=(6, 4), activation="tanh", norm="batch", output="tanh"))
    generator, x = trainer.generator, torch.randn(5, 2)
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    assert isinstance(generator, Inferring)
    last = [layer for layer in generator.encoder if isinstance(layer, torch.nn.Linear)][-1]
    told = hidden(generator, x) @ last.weight.detach().T + last.bias.detach()
    torch.testing.assert_close(encoded(generator, x), told.tanh() if kind == "deterministic" else told[:, :2])
    assert generator.encoder.training
    assert all(torch.equal(value, before[name]) for name, value in generator.state_dict().items())


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"classes": 8}, "an inference network reads latents"),
    ({"information": Information(categorical=3)}, "an inference network reads latents"),
    ({"discriminator": Network(widths=(3,))}, r"set discriminator\.condition to concat"),
    ({"encoder": Network(kind="dcgan", widths=(3,))}, "the encoder is fully connected"),
    ({"regularizers": {"gradient_penalty": 1.0}}, "between pairs with latents it is not defined"),
    ({"unary": True, "regularizers": {"r1_difference": 1.0}}, "is of one network of D, and unary adds another"),
    ({"objective": "minimax"}, "gives the encoder nothing to lower"),
    ({"latent": "grid"}, "no distribution that an encoder could match"),
    ({"metrics": ("modes", "class_accuracy", "reverse_kl")}, "is for conditional generators"),
]


@pytest.mark.parametrize(("changes", "part"), REFUSED)
def test_what_has_no_inference_is_refused(config: Config, changes: dict[str, Any], part: str) -> None:
    with pytest.raises(UsageError, match=part):
        trainer_of(config, **changes)
    with pytest.raises(UsageError, match="own_mode is for generators with an inference network"):
        trainer_of(config, inference="none")
