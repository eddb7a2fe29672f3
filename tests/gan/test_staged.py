"""Two stages and conditioning augmentation: what each part computes, what is trained, and each product."""

from typing import Any

import msgspec
import pytest
import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence
from torch.nn.functional import logsigmoid

from tests.gan.engines.test_many import ROUNDED, alone, train
from tests.gan.engines.test_whole import check_agreement, doubled, in_double
from tests.gan.resuming import check_resumed
from tui_gan.contract.config import Conditioning, Config, Information, Noise, Optimizer
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan import company, judging
from tui_gan.gan.datasets import DATASETS, Dataset, Images, of_images
from tui_gan.gan.engines import many
from tui_gan.gan.engines.many import Many
from tui_gan.gan.latents import draw_in_turn, in_turn
from tui_gan.gan.metrics.classes import Asked, accuracy
from tui_gan.gan.networks.staged import Augmentation, Augmented, Staged, StagedDiscriminator, enlarged, rows_of, split
from tui_gan.gan.orders import ORDERS
from tui_gan.gan.rehearsal import rehearsed
from tui_gan.gan.trainer import Trainer
from tui_gan.session.measuring import measured
from tui_gan.session.observe import evaluation_seed

CLASSES, SHAPE = 3, (1, 4, 6)
KNOBS = Knobs(device="cpu", batch_size=6, generator_lr=0.01, discriminator_lr=0.02)


def images(shape: tuple[int, ...] = SHAPE) -> Dataset:
    labels = torch.arange(30) % CLASSES
    train = torch.randint(0, 256, (30, *shape), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    return of_images(Images(train, train[:9], labels, labels[:9], names=("a", "b", "c")), True)


def staged(config: Config, **changes: Any) -> Config:
    base: dict[str, Any] = {
        "dataset": "images",
        "classes": CLASSES,
        "stages": 2,
        "conditioning": Conditioning(dim=2, weight=0.7),
        "latent_dim": 3,
        "stratified": False,
        "generator": Network(widths=(5,), activation="tanh", output="tanh"),
        "discriminator": Network(widths=(7,), activation="tanh"),
        "fixed_latents": 8,
        "metrics": ("class_accuracy",),
        "metric": "class_accuracy",
    }
    return msgspec.structs.replace(config, **{**base, **changes})


def trainer_of(config: Config, **changes: Any) -> Trainer:
    return Trainer(staged(config, **changes), images(), "cpu")


def test_noise_of_the_latent_makes_a_point_of_the_gaussian_of_its_class() -> None:
    made = Augmentation(Network(), 2, 3, CLASSES)
    z, y = torch.randn(9, 3), torch.eye(CLASSES).repeat(3, 1)
    weight, bias = made.embedding.weight.T, made.embedding.bias
    mean, sd = (y @ weight + bias)[:, :2], (y @ weight + bias)[:, 2:].exp()
    found = made(torch.cat((z, y), 1))
    torch.testing.assert_close(found, torch.cat((mean + sd * z[:, :2], z[:, 2:]), 1))
    expected = kl_divergence(Normal(mean, sd), Normal(0.0, 1.0)).mean()
    torch.testing.assert_close(made.divergence(torch.cat((z, y), 1)), expected)


def test_the_divergence_is_0_where_every_class_has_a_standard_normal() -> None:
    made = Augmentation(Network(), 2, 3, CLASSES)
    for weight in made.parameters():
        torch.nn.init.zeros_(weight)
    latents = torch.cat((torch.randn(9, 3), torch.eye(CLASSES).repeat(3, 1)), 1)
    assert made.divergence(latents) == 0
    assert torch.equal(made(latents), latents[:, :3])


@pytest.mark.parametrize("dim", [0, 2])
def test_the_second_stage_is_given_the_image_of_the_first_and_the_class_again(config: Config, dim: int) -> None:
    trainer = trainer_of(config, conditioning=Conditioning(dim=dim))
    generator, latents = trainer.generator, trainer.fixed_latents
    assert isinstance(generator, Staged)
    given = latents if not dim else generator.augmentation(latents)
    small, whole = generator.both(latents)
    assert (small.shape, whole.shape) == ((8, 1, 2, 3), (8, *SHAPE))
    one, other = generator.first[0], generator.first[2]
    torch.testing.assert_close(small.flatten(1), torch.tanh(torch.tanh(given @ one.weight.T + one.bias) @ other.weight.T + other.bias))
    of_class = given[:, :2] if dim else latents[:, 3:]
    one, other = generator.second[0], generator.second[2]
    hidden = torch.tanh(torch.cat((of_class, small.flatten(1)), 1) @ one.weight.T + one.bias)
    torch.testing.assert_close(whole.flatten(1), torch.tanh(hidden @ other.weight.T + other.bias))
    assert torch.equal(generator(latents), whole)
    rows = generator.trained(latents)
    assert all(map(torch.equal, split(rows, SHAPE), (whole, small)))


def test_of_real_images_the_first_stage_has_the_mean_of_each_block() -> None:
    x = torch.rand(5, *SHAPE)
    whole, small = split(rows_of(x), SHAPE)
    assert torch.equal(whole, x)
    torch.testing.assert_close(small, x.view(5, 1, 2, 2, 3, 2).mean((3, 5)))
    assert enlarged(small).shape == x.shape
    # A surface that is even stays as it is.
    torch.testing.assert_close(enlarged(torch.full((1, 1, 2, 3), 0.3)), torch.full((1, *SHAPE), 0.3))


@pytest.mark.parametrize("minibatch", [False, True])
def test_each_stage_is_judged_by_a_network_of_its_own(config: Config, minibatch: bool) -> None:
    judge = trainer_of(config).discriminator
    assert isinstance(judge, StagedDiscriminator)
    x, y = torch.rand(6, *SHAPE), torch.eye(CLASSES).repeat(2, 1)
    whole, small = split(rows_of(x), SHAPE)
    both = judge.trained(rows_of(x), minibatch, None, 1, y)
    torch.testing.assert_close(both[:, :1], judge.second(whole, minibatch, None, 1, y))
    torch.testing.assert_close(both[:, 1:], judge.first(small, minibatch, None, 1, y))
    torch.testing.assert_close(judge(x, minibatch, None, 1, y), both[:, :1])
    assert judge.features(rows_of(x), y).shape == (6, 14)
    taking = {id(each) for each in judge.active(minibatch)}
    wanted = {id(each) for name, each in judge.named_parameters() if minibatch or "minibatch" not in name}
    assert taking == wanted


def by_hand(trainer: Trainer, x: Tensor, latents: Tensor, r1: float) -> tuple[Tensor, Tensor]:
    """The losses of D and G from networks written out, each the mean over both stages."""
    generator, judge = trainer.generator, trainer.discriminator
    y = latents[:, 3:]
    told = y @ generator.augmentation.embedding.weight.T + generator.augmentation.embedding.bias
    c = told[:, :2] + told[:, 2:].exp() * latents[:, :2]

    def through(part: Any, given: Tensor) -> Tensor:
        return torch.tanh(torch.tanh(given @ part[0].weight.T + part[0].bias) @ part[2].weight.T + part[2].bias)

    small = through(generator.first, torch.cat((c, latents[:, 2:3]), 1))
    whole = through(generator.second, torch.cat((c, small), 1))

    def judged(network: Any, flat: Tensor) -> Tensor:
        hidden = torch.tanh(flat @ network.body[1].weight.T + network.body[1].bias)
        return (hidden @ network.logit.weight.T + network.logit.bias)[:, 0] + ((y @ network.of_class.weight.T) * hidden).sum(1)

    of_d = torch.zeros((), dtype=torch.float64)
    of_g = 0.7 * kl_divergence(Normal(told[:, :2], told[:, 2:].exp()), Normal(torch.zeros_like(c), torch.ones_like(c))).mean()
    blocks = x.view(-1, 1, 2, 2, 3, 2).mean((3, 5))
    for network, real, fake in ((judge.second, x, whole), (judge.first, blocks, small)):
        flat = real.flatten(1).clone().requires_grad_()
        of_real = judged(network, flat)
        (slope,) = torch.autograd.grad(of_real.sum(), flat, create_graph=True)
        of_d = of_d + (-logsigmoid(of_real).mean() - logsigmoid(-judged(network, fake)).mean()) / 2 + r1 / 2 * slope.square().sum(1).mean()
        of_g = of_g - logsigmoid(judged(network, fake)).mean() / 2
    return of_d, of_g


@pytest.mark.parametrize("updates", ["alternating", "simultaneous"])
def test_a_step_has_the_gradients_written_out_by_hand(config: Config, updates: str) -> None:
    trainer = in_double(trainer_of(config, updates=updates, regularizers={"r1": 0.3}))
    hyper, program = trainer.prepared(KNOBS)
    for each in doubled(trainer.chance.step(KNOBS, hyper, program)):
        x = each.real if each.real is not None else torch.zeros(6, *SHAPE, dtype=torch.float64)
        losses = dict(zip(("D", "G"), by_hand(trainer, x, each.latents, 0.3), strict=True))
        weights = {"D": trainer.discriminator.active(False), "G": list(trainer.generator.parameters())}
        expected = {player: torch.autograd.grad(losses[player], weights[player], retain_graph=True) for player in each.players}
        report = trainer.engine.update(each, hyper, program)
        for player in each.players:
            found = [gradient for gradient in report.gradients[player] if gradient is not None]
            torch.testing.assert_close(found, list(expected[player]), rtol=1e-9, atol=1e-12)


PRODUCTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "one stage": {"stages": 1, "regularizers": {"r1_difference": 1.0}},
    "as it is": {"conditioning": Conditioning(), "feature_matching": 0.5, "updates": "simultaneous"},
    "penalties": {"regularizers": {"r1": 0.3, "r2": 0.2, "l2": 0.1}, "objective": "relativistic"},
    "noise": {"instance_noise": Noise(sd=0.5), "objective": "zero_sum", "adversarial": 0.5},
    "batch": {"generator": Network(widths=(5,), norm="batch", output="tanh"), "average_decay": 0.9, "label_smoothing": 0.1},
    "spectral": {"discriminator": Network(widths=(7,), spectral=True, condition="concat"), "updates": "same_batch"},
    "ahead": {"updates": "extragradient", "optimizer": Optimizer(kind="optimistic_adam", lookahead_steps=2)},
}


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("minibatch", [False, True])
def test_the_step_as_a_function_is_the_step_in_place(config: Config, name: str, minibatch: bool) -> None:
    check_agreement(in_double(trainer_of(config, **PRODUCTS[name])), set_knob(KNOBS, "minibatch_discrimination", minibatch))


@pytest.mark.parametrize("updates", ORDERS)
def test_a_resumed_run_is_the_same_bit_for_bit(config: Config, updates: str) -> None:
    check_resumed(lambda: trainer_of(config, updates=updates), KNOBS, 2)


@pytest.mark.slow
def test_many_at_once_are_each_trained_as_it_would_be_alone(config: Config) -> None:
    each = [in_double(trainer_of(config, seed=seed, regularizers={"r1": 0.3})) for seed in (0, 1)]
    assert [many.why_not(trainer, KNOBS) for trainer in each] == ["", ""]
    population = Many(
        zip([in_double(trainer_of(config, seed=seed, regularizers={"r1": 0.3})) for seed in (0, 1)], [KNOBS] * 2, strict=True), 2
    )
    train(population, 2)
    for place, trainer in enumerate(each):
        alone(trainer, KNOBS, 2)
        found = population.trainer(place, in_double(trainer_of(trainer.config, seed=place))).state()
        for name in ("generator.second.0.weight", "discriminator.first.body.1.weight", "generator_average.augmentation.embedding.bias"):
            torch.testing.assert_close(found[name], trainer.state()[name], rtol=ROUNDED, atol=ROUNDED)


def test_who_looks_is_shown_the_second_stage_and_moves_nothing(config: Config) -> None:
    trainer = trainer_of(config, generator=Network(widths=(5,), norm="batch", output="tanh"))
    trainer.step(KNOBS)
    before = trainer.state()
    real, fake = company.real(trainer, KNOBS, 5), company.fake(trainer, KNOBS, 5)
    assert fake.samples.shape == (5, *SHAPE)
    said = judging.logits(trainer, real.samples, KNOBS, real.company, real.classes, real.of_company)
    torch.testing.assert_close(said, trainer.discriminator.second(real.samples, False, None, 1, real.classes))
    update = rehearsed(trainer, KNOBS).updates[0]
    assert update.fake.shape == (6, *SHAPE)
    assert {*rehearsed(trainer, KNOBS).updates[1].moves["G"].terms} == {"conditioning"}
    assert all(torch.equal(value, before[name]) for name, value in trainer.state().items() if not name.startswith("generator_average"))


def test_the_class_of_one_stage_can_be_augmented_too(config: Config) -> None:
    trainer = trainer_of(config, stages=1)
    assert isinstance(trainer.generator, Augmented)
    latents = trainer.fixed_latents
    given = trainer.generator[0](latents)
    torch.testing.assert_close(trainer.generator(latents), torch.nn.Sequential(*list(trainer.generator)[1:])(given))


def test_metrics_of_the_first_stage_are_those_of_its_images_in_the_size_of_the_seconds(config: Config) -> None:
    trainer = trainer_of(config, metrics=("class_accuracy", "first_stage_accuracy"), evaluated=100)
    found = measured(trainer)
    latents = draw_in_turn(trainer.config, 100, torch.Generator().manual_seed(evaluation_seed(trainer.config, 0)), trainer.shares)
    with torch.no_grad():
        small, whole = trainer.averaged().both(latents)
    truth, classes = trainer.dataset.truth, in_turn(trainer.shares, 100).numpy()
    for name, made in (("class_accuracy", whole), ("first_stage_accuracy", enlarged(small))):
        units = (made / 2 + 0.5).clamp(0, 1).numpy()
        assert found[name] == accuracy(Asked(units, classes), truth), name
    with pytest.raises(UsageError, match="first_stage_accuracy is for generators of two stages"):
        trainer_of(config, stages=1, metrics=("class_accuracy", "first_stage_accuracy"))


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"classes": 0, "metrics": ("recall",), "metric": "recall"}, "is given the class again"),
    ({"packing": 2}, "two stages have two"),
    ({"augment": "cutout"}, "two stages have two"),
    ({"regularizers": {"r1_difference": 1.0}}, "r1_difference is of one discriminator"),
    ({"regularizers": {"gradient_penalty": 1.0}}, "gradient_penalty is of one discriminator"),
    ({"discriminator": Network(widths=(7,), norm="virtual_batch")}, "fitted to images of one size"),
    ({"generator": Network(widths=(7,), output_bias="data", output="tanh")}, "fitted to images of one size"),
    ({"generator": Network(kind="mirza", widths=(7, 7, 7), output="tanh")}, "the network mirza has one stage"),
    ({"information": Information(categorical=3)}, "both stand behind the latent"),
    ({"latent": "uniform"}, "the noise of conditioning augmentation"),
    ({"latent_scale": 2.0}, "the noise of conditioning augmentation"),
    ({"conditioning": Conditioning(dim=4)}, "latent_dim to as many or more"),
    ({"classes": 0, "stages": 1, "metrics": ("recall",), "metric": "recall"}, "conditioning augmentation is of the class"),
]


@pytest.mark.parametrize(("changes", "part"), REFUSED)
def test_what_does_not_go_with_two_stages_is_refused_in_one_line(config: Config, changes: dict[str, Any], part: str) -> None:
    with pytest.raises(UsageError, match=part) as refused:
        trainer_of(config, **changes)
    assert "\n" not in str(refused.value)


def test_images_of_odd_sides_and_points_have_no_half(config: Config) -> None:
    with pytest.raises(UsageError, match="images of half the side"):
        Trainer(staged(config), images((1, 3, 4)), "cpu")
    with pytest.raises(UsageError, match="images of half the side"):
        Trainer(staged(config, classes=8, generator=Network(widths=(5,)), metrics=("hq",), metric="hq"), DATASETS["ring"](True), "cpu")
