"""Completion: what D and G lower, by hand and by sampling, what is drawn, each product, and what is refused."""

from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from torch.utils._pytree import tree_flatten

from tests.gan.engines.test_whole import check_agreement, doubled, in_double
from tests.gan.resuming import check_resumed
from tui_gan.contract.completion import Completion
from tui_gan.contract.config import Config, Information, Noise, Optimizer
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan import company, completion, judging
from tui_gan.gan.compatibility import check
from tui_gan.gan.datasets import DATASETS, Dataset, Images, of_images
from tui_gan.gan.engines.compiled import Given, form
from tui_gan.gan.engines.many import Many
from tui_gan.gan.engines.shared import Across, shared
from tui_gan.gan.orders import ORDERS
from tui_gan.gan.trainer import Trainer

KNOBS = Knobs(device="cpu", batch_size=6, generator_lr=0.01, discriminator_lr=0.02)
ALL = "random,box,half,all"
SHAPE, VALUES = (1, 3, 4), 12


def pictures() -> Dataset:
    stream = torch.Generator().manual_seed(0)
    levels = torch.randint(0, 256, (40, *SHAPE), generator=stream, dtype=torch.uint8)
    labels = torch.arange(40) % 2
    return of_images(Images(levels, levels[:20], labels, labels[:20], names=("a", "b")), True)


def completing(config: Config, **changes: Any) -> Config:
    base: dict[str, Any] = {
        "dataset": "images",
        "latent_dim": VALUES,
        "latent_scale": 0.5,
        "stratified": False,
        "completion": Completion(masks=ALL, hint=0.5, observed=2.0, error=3.0, spread=0.7),
        "generator": Network(widths=(5,), activation="tanh", output="tanh"),
        "discriminator": Network(widths=(7,), activation="tanh", condition="concat"),
        "fixed_latents": 8,
        "metrics": ("completion_error", "completion_spread"),
        "metric": "completion_error",
    }
    return msgspec.structs.replace(config, **{**base, **changes})


def trainer_of(config: Config, **changes: Any) -> Trainer:
    return Trainer(completing(config, **changes), pictures(), "cpu")


def test_the_loss_of_d_is_the_cross_entropy_of_the_mask_and_that_of_g_its_part_of_hidden_values() -> None:
    logits, mask = torch.randn(5, 7, dtype=torch.float64), (torch.rand(5, 7) < 0.4).double()
    told = torch.nn.functional.binary_cross_entropy_with_logits(logits, mask)
    assert completion.discriminator_loss(logits, mask).item() == pytest.approx(told.item())
    by_hand = -(torch.sigmoid(logits).log() * (1 - mask)).sum() / 35
    assert completion.generator_loss(logits, mask).item() == pytest.approx(by_hand.item())


def test_the_hint_is_the_mask_where_it_is_told_and_a_half_elsewhere() -> None:
    mask, told = torch.tensor([[0.0, 1.0, 0.0, 1.0]]), torch.tensor([[1.0, 1.0, 0.0, 0.0]])
    assert completion.hint(mask, told).tolist() == [[0.0, 1.0, 0.5, 0.5]]


def test_the_energy_score_is_least_where_completions_are_spread_as_the_data_are_and_the_error_where_they_are_one() -> None:
    """Of a normal X and completions s Z: E|X - sZ| = sqrt(2 (1 + s^2) / pi), E|sZ - sZ'| = 2 s / sqrt(pi)."""
    stream = torch.Generator().manual_seed(0)
    x, one, other = torch.randn(3, 40_000, 1, generator=stream, dtype=torch.float64)
    for spread in (0.0, 1.0):
        for scale in (0.0, 1.0, 1.5):
            expected = np.sqrt(2 * (1 + scale**2) / np.pi) - spread * scale / np.sqrt(np.pi)
            found = completion.completion_error(scale * one, scale * other, x, spread).item()
            assert found == pytest.approx(expected, abs=0.01)
    scores = {scale: completion.completion_error(scale * one, scale * other, x, 1.0).item() for scale in (0.0, 0.6, 1.0, 1.5)}
    assert min(scores, key=scores.__getitem__) == 1.0
    alone = {scale: completion.completion_error(scale * one, scale * other, x, 0.0).item() for scale in (0.0, 0.6, 1.0)}
    assert min(alone, key=alone.__getitem__) == 0.0


def test_two_completions_that_are_the_image_have_no_error_and_a_finite_slope() -> None:
    x = torch.randn(4, 3)
    made = x.clone().requires_grad_()
    error = completion.completion_error(made, made, x, 1.0)
    assert error.item() == pytest.approx(0.5e-6, rel=0.01)
    assert torch.autograd.grad(error, made)[0].isfinite().all()


def test_other_noise_has_the_evidence_of_its_own_row_and_the_noise_of_a_neighbour() -> None:
    for count in (6, 5):
        latents = torch.randn(count, 12)
        found = completion.other_noise(latents)
        assert torch.equal(found[:, 4:], latents[:, 4:])
        assert not (found[:, :4] == latents[:, :4]).all(1).any()
        assert {*map(tuple, found[:, :4].tolist())} == {*map(tuple, latents[:, :4].tolist())}


def test_observed_values_stay_and_the_network_reads_noise_in_the_place_of_hidden_ones(config: Config) -> None:
    trainer = trainer_of(config)
    generator, latents = trainer.generator, trainer.latents(9, torch.Generator().manual_seed(3))
    noise, mask, seen = latents[:, :VALUES], latents[:, VALUES : 2 * VALUES], latents[:, 2 * VALUES :]
    assert {*mask.unique().tolist()} == {0.0, 1.0}
    inputs = torch.cat((seen + (1 - mask) * noise, mask), 1)
    raw = torch.tanh(torch.tanh(inputs @ generator[0].weight.T + generator[0].bias) @ generator[2].weight.T + generator[2].bias)
    with torch.no_grad():
        torch.testing.assert_close(generator.raw(latents).flatten(1), raw)
        found = generator(latents)
    assert found.shape == (9, *SHAPE)
    torch.testing.assert_close(found.flatten(1), seen + (1 - mask) * raw)


def by_hand(trainer: Trainer, draws: Any, weight: Completion) -> dict[str, torch.Tensor]:
    """Both losses of an update a second time, in plain tensors."""
    g, d, x = trainer.generator, trainer.discriminator, draws.real.flatten(1)
    noise, mask, seen = draws.latents.chunk(3, 1)

    def made(noise: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        hidden = torch.tanh(torch.cat((seen + (1 - mask) * noise, mask), 1) @ g[0].weight.T + g[0].bias)
        raw = torch.tanh(hidden @ g[2].weight.T + g[2].bias)
        return raw, torch.where(mask > 0, seen, raw)

    _, fake = made(noise)
    told = torch.where(draws.hinted > 0, mask, 0.5 * torch.ones_like(mask))
    hidden = torch.tanh(torch.cat((fake, told), 1) @ d.body[1].weight.T + d.body[1].bias)
    says = torch.sigmoid(hidden @ d.logit.weight.T + d.logit.bias)
    again, other = made(noise.reshape(3, 2, -1)[:, [1, 0]].reshape(noise.shape))
    observed = (((again - x) * mask) ** 2).sum() / mask.numel()

    def apart(one: torch.Tensor, two: torch.Tensor) -> torch.Tensor:
        return (((one - two) ** 2).mean(1) + 1e-12).sqrt().mean()

    error = (apart(fake, x) + apart(other, x)) / 2 - weight.spread * apart(fake, other) / 2
    adversarial = -((1 - mask) * says.log()).mean()
    return {
        "D": -(mask * says.log() + (1 - mask) * (1 - says).log()).mean(),
        "G": adversarial + weight.observed * observed + weight.error * error,
    }


@pytest.mark.parametrize("updates", ORDERS)
def test_both_players_lower_the_losses_written_by_hand(config: Config, updates: str) -> None:
    trainer = in_double(trainer_of(config, updates=updates))
    hyper, program = trainer.prepared(KNOBS)
    for draws in doubled(trainer.chance.step(KNOBS, hyper, program)):
        torch.testing.assert_close(draws.latents[:, 2 * VALUES :], draws.latents[:, VALUES : 2 * VALUES] * draws.real.flatten(1))
        expected = by_hand(trainer, draws, trainer.config.completion)
        weights = {"D": trainer.discriminator.active(False), "G": list(trainer.generator.parameters())}
        gradients = {player: torch.autograd.grad(expected[player], weights[player], retain_graph=True) for player in draws.players}
        report = trainer.engine.update(draws, hyper, program)
        for player in draws.players:
            assert report.seen[player].total.item() == pytest.approx(expected[player].item(), rel=1e-9)
            found = [each for each in report.gradients[player] if each is not None]
            torch.testing.assert_close(found, list(gradients[player]), rtol=1e-8, atol=1e-11)
        if draws.phase == "ahead":
            return


PRODUCTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "both at once": {"updates": "simultaneous", "historical_averaging": 0.1, "instance_noise": Noise(sd=0.3)},
    "extragradient": {"updates": "extragradient", "generator_l2": 0.1, "adversarial": 0.5},
    "batch": {"generator": Network(widths=(5,), norm="batch"), "optimizer": Optimizer(kind="sgd")},
    "same": {"updates": "same_batch", "sampling": "epochs", "coordination": "accuracy"},
    "observed alone": {"completion": Completion(masks="random", observed=100.0), "latent": "unit", "latent_scale": 0.01},
    "d alone": {"completion": Completion(masks="half", hint=0.0)},
}


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("minibatch", [False, True])
def test_the_step_as_a_function_is_the_step_in_place(config: Config, name: str, minibatch: bool) -> None:
    check_agreement(in_double(trainer_of(config, **PRODUCTS[name])), set_knob(KNOBS, "minibatch_discrimination", minibatch), 1e-10)


def test_a_resumed_run_is_the_same_bit_for_bit(config: Config) -> None:
    check_resumed(lambda: trainer_of(config, sampling="epochs"), KNOBS)


def test_looking_draws_nothing_and_moves_nothing(config: Config) -> None:
    trainer = trainer_of(config)
    trainer.step(KNOBS)
    before = trainer.state(), torch.get_rng_state()
    real, fake = company.real(trainer, KNOBS, 8), company.fake(trainer, KNOBS, 8)
    judging.logits(trainer, real.samples, KNOBS, real.company, real.classes)
    judging.logits(trainer, fake.samples, KNOBS, fake.company, fake.classes)
    assert torch.equal(before[1], torch.get_rng_state())
    assert all(torch.equal(value, trainer.state()[name]) for name, value in before[0].items())


def test_somebody_who_looks_is_told_the_mean_logits_of_observed_and_of_hidden_pixels(config: Config) -> None:
    trainer = trainer_of(config, completion=Completion(masks="half", hint=0.0))
    fake = company.fake(trainer, KNOBS, 8)
    mask = trainer.fixed_latents[:, VALUES : 2 * VALUES]
    with torch.no_grad():
        found = judging.logits(trainer, fake.samples, KNOBS, fake.company, fake.classes)
        each = trainer.discriminator.components(fake.samples, torch.full((8, VALUES), 0.5))
    torch.testing.assert_close(found, torch.stack([row[seen == 0].mean() for row, seen in zip(each, mask, strict=True)])[:, None])
    real = trainer.real(5, torch.Generator().manual_seed(0))
    assert real.y is not None
    assert real.y.shape == (5, 2 * VALUES)


def test_fixed_latents_show_images_that_are_not_trained_on(config: Config) -> None:
    trainer = trainer_of(config, completion=Completion(masks="half"))
    truth = trainer.dataset.truth
    assert isinstance(truth, Images)
    seen, mask = trainer.fixed_latents[:, 2 * VALUES :], trainer.fixed_latents[:, VALUES : 2 * VALUES]
    torch.testing.assert_close(seen, mask * (truth.test[:8].flatten(1) / 127.5 - 1))


def test_many_games_at_once_are_each_as_alone(config: Config) -> None:
    alone, together = ([trainer_of(config, seed=seed) for seed in (0, 1)] for _ in range(2))
    many = Many([(each, KNOBS) for each in together], 2)
    for _ in range(2):
        for each in alone:
            each.step(KNOBS)
    graph = many.traced()
    many.train(2, lambda case: lambda tensors: graph(*tensors))
    for place, each in enumerate(alone):
        found = many.trainer(place, trainer_of(config, seed=place)).state()
        for key, value in each.state().items():
            if key.startswith(("generator.", "discriminator.")):
                torch.testing.assert_close(found[key], value, rtol=1e-4, atol=1e-5)


def test_a_program_is_given_what_is_told_and_processes_share_it(config: Config) -> None:
    trainer = trainer_of(config)
    hyper, program = trainer.prepared(KNOBS)
    given = Given(trainer.chance.step_in_numbers(KNOBS, hyper, program), torch.zeros(8))
    leaves = [leaf for leaf in tree_flatten(given)[0] if isinstance(leaf, torch.Tensor)]
    assert [id(each) for each in given.tensors] == [id(each) for each in leaves]
    assert "completion: Completion(" in form(trainer.game, trainer.now, given, program)
    whole = trainer.chance.step(KNOBS, hyper, program)[0]
    parts = [shared(whole, Across(rank, 2, lambda each: None)) for rank in range(2)]
    for name in ("hinted", "latents", "real"):
        assert torch.equal(torch.cat([getattr(part, name) for part in parts]), getattr(whole, name)), name


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"latent_dim": 11}, "an image has 12 values: set latent_dim to 12"),
    ({"classes": 2}, "each make another game"),
    ({"information": Information(categorical=2)}, "each make another game"),
    ({"objective": "hinge"}, "by the log loss, and hinge has another"),
    ({"label_smoothing": 0.1}, "set label_smoothing to 0"),
    ({"packing": 2}, "set packing to 1"),
    ({"discriminator": Network(widths=(7,))}, "set discriminator.condition to concat"),
    ({"discriminator": Network(kind="aylien", widths=(3, 3, 3))}, "choose a fully connected D"),
    ({"regularizers": {"r1": 1.0}}, "no regularizer is defined"),
    ({"feature_matching": 1.0}, "set feature_matching to 0"),
    ({"augment": "brightness"}, "augment would change them"),
    ({"latent": "grid"}, "choose another latent distribution"),
    ({"contrast": 1.0, "generator": Network(widths=(5,))}, "set contrast to 0"),
    ({"completion": Completion(masks="boxes")}, "unknown mask 'boxes'; did you mean 'box'?"),
    ({"completion": Completion(), "discriminator": Network()}, "is for generators that complete images"),
]


@pytest.mark.parametrize(("changes", "said"), REFUSED)
def test_what_does_not_go_together_is_refused_in_one_line(config: Config, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        check(completing(config, **changes), pictures())
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_numbers_are_not_completed(config: Config) -> None:
    with pytest.raises(UsageError, match="completion is for images"):
        check(completing(config, latent_dim=2, generator=Network(widths=(5,))), DATASETS["ring"](True))


def test_the_weights_of_the_errors_are_turned_while_it_trains(config: Config) -> None:
    trainer = trainer_of(config)
    trainer.step(KNOBS)
    mine = completing(config, completion=Completion(masks=ALL, hint=0.5, error=3.0, spread=0.0))
    other = trainer.under(mine)
    kept, found = trainer.state(), other.state()
    assert all(torch.equal(value, found[name]) for name, value in kept.items() if name.startswith(("generator", "discriminator", "fixed")))
    hyper, program = other.prepared(KNOBS)
    report = other.engine.update(other.chance.step(KNOBS, hyper, program)[-1], hyper, program)
    assert set(report.seen["G"].terms) == {completion.ERROR}
    # Without a spread nothing is subtracted.
    assert report.seen["G"].terms[completion.ERROR] > 0
