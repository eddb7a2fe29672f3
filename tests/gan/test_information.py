"""InfoGAN: the codes behind the latent, what both players lower for them, and the bound."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from scipy.stats import norm

from tests.gan.engines.test_whole import check_agreement, doubled, in_double
from tests.gan.resuming import check_resumed
from tui_gan.contract.config import Config, Information, Noise, Optimizer
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan.compatibility import check
from tui_gan.gan.datasets import DATASETS, Dataset
from tui_gan.gan.latents import draw_in_turn, made, numbers, width
from tui_gan.gan.losses import information
from tui_gan.gan.metrics.classes import Asked, code_of_mode
from tui_gan.gan.orders import ORDERS
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe.classes import along

KNOBS = Knobs(device="cpu", batch_size=6, generator_lr=0.01, discriminator_lr=0.02)
CODES = Information(categorical=3, continuous=2, weight=0.7)


def ring() -> Dataset:
    return DATASETS["ring"](True)


def infogan(config: Config, **changes: Any) -> Config:
    base: dict[str, Any] = {
        "dataset": "ring",
        "information": CODES,
        "latent_dim": 2,
        "stratified": False,
        "generator": Network(widths=(5,), activation="tanh"),
        "discriminator": Network(widths=(7,), activation="tanh"),
        "fixed_latents": 32,
        "metrics": ("modes", "code_accuracy", "reverse_kl"),
        "metric": "reverse_kl",
    }
    return msgspec.structs.replace(config, **{**base, **changes})


def trainer_of(config: Config, **changes: Any) -> Trainer:
    return Trainer(infogan(config, **changes), ring(), "cpu")


def test_codes_stand_behind_the_latent_and_are_even(config: Config) -> None:
    mine = infogan(config)
    drawn = numbers(mine, 30_000, torch.Generator().manual_seed(0))
    plain = numbers(infogan(config, information=Information()), 30_000, torch.Generator().manual_seed(0))
    assert torch.equal(drawn[..., :2], plain)
    latents = made(mine, drawn)
    assert latents.shape == (30_000, width(mine)) == (30_000, 7)
    categorical, continuous = latents[:, 2:5], latents[:, 5:]
    assert torch.equal(categorical.sum(1), torch.ones(30_000))
    # Six standard deviations of a share, and of the moments of U(-1, 1).
    torch.testing.assert_close(categorical.mean(0), torch.full((3,), 1 / 3), rtol=0, atol=6 * (0.25 / 30_000) ** 0.5)
    torch.testing.assert_close(continuous.mean(0), torch.zeros(2), rtol=0, atol=6 * (1 / 3 / 30_000) ** 0.5)
    torch.testing.assert_close(continuous.square().mean(0), torch.full((2,), 1 / 3), rtol=0, atol=0.02)
    looked = draw_in_turn(mine, 9, torch.Generator().manual_seed(0))
    assert looked[:, 2:5].argmax(1).tolist() == [0, 1, 2] * 3


@pytest.mark.parametrize("codes", [CODES, Information(categorical=4), Information(continuous=3)])
def test_the_information_is_the_mean_log_density_of_the_codes(config: Config, codes: Information) -> None:
    trainer = trainer_of(config, information=codes, metrics=("modes", "reverse_kl"))
    latents = trainer.fixed_latents[:9]
    fake = trainer.generator(latents)
    found = information(trainer.game, trainer.engine.discriminator[False], fake, latents)
    told = trainer.discriminator.codes(fake).detach().double().numpy()
    wanted, count = latents[:, 2:].double().numpy(), codes.categorical
    expected = np.zeros(9)
    if count:
        shares = np.exp(told[:, :count]) / np.exp(told[:, :count]).sum(1, keepdims=True)
        expected += np.log(shares[np.arange(9), wanted[:, :count].argmax(1)])
    expected += norm(told[:, count:], 1).logpdf(wanted[:, count:]).sum(1)
    assert found.item() == pytest.approx(expected.mean(), rel=1e-5)


@pytest.mark.parametrize("updates", ORDERS)
def test_both_players_lower_what_d_cannot_read(config: Config, updates: str) -> None:
    with_codes, without = (trainer_of(config, updates=updates, information=msgspec.structs.replace(CODES, weight=w)) for w in (0.7, 0.0))
    for trainer in (with_codes, without):
        in_double(trainer)
    hyper, program = with_codes.prepared(KNOBS)
    draws = doubled(with_codes.chance.step(KNOBS, hyper, program))[-1]
    plain = without.engine.update(draws, without.game.hyper(KNOBS, 0), program)
    network, weights = with_codes.engine.discriminator[False], list(with_codes.generator.parameters())
    term = -0.7 * information(with_codes.game, network, with_codes.generator(draws.latents), draws.latents)
    expected = torch.autograd.grad(term, weights)
    report = with_codes.engine.update(draws, hyper, program)
    assert report.seen["G"].terms["information"].item() == pytest.approx(term.item())
    for mine, other, own in zip(report.gradients["G"], plain.gradients["G"], expected, strict=True):
        torch.testing.assert_close(mine, other + own, rtol=1e-8, atol=1e-10)
    if "D" in report.seen:
        assert report.seen["D"].terms["information"].item() == pytest.approx(term.item())


# Without a categorical code nothing is asked for.
UNASKED: dict[str, Any] = {"metrics": ("modes", "reverse_kl")}
PRODUCTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "penalties": {"regularizers": {"r1": 0.3, "r2": 0.2, "r1_difference": 1.0}, "objective": "relativistic"},
    "noise": {"instance_noise": Noise(sd=0.5), "feature_matching": 0.5, "updates": "simultaneous"},
    "batch": {"generator": Network(widths=(5,), norm="batch"), "discriminator": Network(widths=(7,), norm="batch")},
    "same": {"updates": "same_batch", "generator_l2": 0.1, "historical_averaging": 0.1, "stratified": True},
    "sgd": {**UNASKED, "information": Information(continuous=2), "optimizer": Optimizer(kind="sgd", momentum=0.5), "latent": "sphere"},
}


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("minibatch", [False, True])
def test_the_step_as_a_function_is_the_step_in_place(config: Config, name: str, minibatch: bool) -> None:
    # Of a bias that batch normalisation takes out again, Adam divides rounding by its own size.
    tolerance = 1e-8 if name == "batch" else 1e-10
    check_agreement(in_double(trainer_of(config, **PRODUCTS[name])), set_knob(KNOBS, "minibatch_discrimination", minibatch), tolerance)


def test_a_resumed_run_is_the_same_bit_for_bit(config: Config) -> None:
    check_resumed(lambda: trainer_of(config), KNOBS)


def test_the_bound_is_0_for_a_reader_that_knows_nothing_and_ln_k_for_one_that_knows_all(config: Config) -> None:
    trainer = trainer_of(config)
    with torch.no_grad():
        for weight in trainer.discriminator.recogniser.parameters():
            weight.zero_()
    assert trainer.information_bound() == pytest.approx(0, abs=1e-6)
    latents = trainer.fixed_latents

    def knowing(x: torch.Tensor) -> torch.Tensor:
        return 50 * latents[: len(x), 2:]

    trainer.discriminator.codes = knowing
    assert trainer.information_bound() == pytest.approx(math.log(3), abs=1e-5)
    assert trainer.discriminator.training


def test_along_a_row_one_code_moves_and_nothing_else(config: Config) -> None:
    trainer = trainer_of(config)
    rows = along(trainer, 1, 5).reshape(3, 5, 7)
    torch.testing.assert_close(rows[:, :, 6], torch.linspace(-2, 2, 5).repeat(3, 1))
    assert torch.equal(rows[:, :, 5], torch.zeros(3, 5))
    assert torch.equal(rows[:, :, 2:5], torch.eye(3)[:, None].expand(3, 5, 3))
    assert torch.equal(rows[..., :2], trainer.fixed_latents[0, :2].expand(3, 5, 2))
    without = along(trainer_of(config, information=Information(continuous=1), metrics=("modes", "reverse_kl")), 0, 5).reshape(-1, 5, 3)
    torch.testing.assert_close(without[:, :, 2], torch.linspace(-2, 2, 5).repeat(8, 1))


def test_codes_are_matched_with_classes_one_to_one_as_well_as_can_be() -> None:
    truth = ring().truth
    classes = np.arange(80) % 8
    samples = truth.modes[classes]
    assert code_of_mode(Asked(samples, (classes + 3) % 8), truth) == 1.0
    # Two codes of one class: only one of them is matched with it.
    merged = np.where(classes == 1, 0, classes)
    assert code_of_mode(Asked(truth.modes[merged], classes), truth) == pytest.approx(7 / 8)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"classes": 8}, "classes and the codes of InfoGAN"),
    ({"latent": "grid"}, "choose another latent distribution"),
    ({"packing": 2}, "packing judges several jointly"),
    ({"discriminator": Network(kind="aylien", widths=(3, 3, 3))}, "aylien reads no codes"),
]


@pytest.mark.parametrize(("changes", "part"), REFUSED)
def test_what_cannot_have_codes_is_refused(config: Config, changes: dict[str, Any], part: str) -> None:
    with pytest.raises(UsageError, match=part):
        trainer_of(config, **changes)


def test_metrics_of_codes_and_of_classes_are_not_taken_for_each_other(config: Config) -> None:
    with pytest.raises(UsageError, match="class_accuracy is for conditional generators"):
        check(infogan(config, metrics=("class_accuracy", "reverse_kl")), ring())
    with pytest.raises(UsageError, match="code_accuracy is for generators with a categorical code"):
        check(infogan(config, information=Information(continuous=2)), ring())
