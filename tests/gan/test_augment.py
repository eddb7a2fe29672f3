"""Augmentations of what the discriminator is shown, and the probability that follows it."""

import dataclasses
import itertools
import math
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from torch import Tensor

from tests.gan.engines.test_many import alone, train
from tests.gan.engines.test_whole import check_agreement, in_double
from tests.gan.resuming import check_resumed
from tui_gan.contract.config import Config, Information, Noise
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan import augment, judging, losses
from tui_gan.gan.augment import AUGMENTATIONS, PROBABILITY
from tui_gan.gan.compatibility import check
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.datasets.dataset import Dataset, Images
from tui_gan.gan.datasets.images import of_images
from tui_gan.gan.engines.many import Many
from tui_gan.gan.orders import ORDERS
from tui_gan.gan.state import forms
from tui_gan.gan.trainer import Trainer

EVERY = ",".join(AUGMENTATIONS)
# Below 1 by as little as float32 knows.
LAST = 1 - 2.0**-24


def pictures() -> Dataset:
    train = torch.randint(0, 256, (20, 1, 4, 4), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    return of_images(Images(train, train[:5]), True)


@pytest.fixture(scope="module")
def images() -> Dataset:
    return pictures()


def config_of(config: Config, **changes: Any) -> Config:
    plain = {"metrics": ("recall",), "metric": "recall", "fixed_latents": 64, "stratified": False, "augment": EVERY}
    return msgspec.structs.replace(config, **{**plain, **changes})


@pytest.fixture
def build(config: Config, images: Dataset) -> Callable[..., Trainer]:
    return lambda **changes: Trainer(config_of(config, **changes), images, "cpu")


def colours(count: int = 5, height: int = 6, width: int = 9) -> Tensor:
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(1), dtype=torch.float64) * 2 - 1


def mapped(x: np.ndarray, at: list[int], numbers: np.ndarray) -> float:
    """The value at a pixel of an image (H, W) under an affine map about its middle, bilinear between those around where it comes from."""
    turned, slanted, *stretched = 2 * numbers - 1
    sine, cosine = math.sin(math.radians(20) * turned), math.cos(math.radians(20) * turned)
    middle, matrix = (np.array(x.shape[::-1]) - 1) / 2, np.array([[cosine, 0.3 * slanted - sine], [sine, cosine]])
    column, row = np.exp(0.25 * np.array(stretched)) * (matrix @ (np.array(at[::-1]) - middle)) + middle
    value = 0.0
    for r, c in itertools.product((math.floor(row), math.floor(row) + 1), (math.floor(column), math.floor(column) + 1)):
        if 0 <= r < x.shape[0] and 0 <= c < x.shape[1]:
            value += (1 - abs(row - r)) * (1 - abs(column - c)) * x[r, c]
    return value


def by_numpy(name: str, x: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """One image (C, H, W), pixel by pixel, after the text of the paper and the authors' code."""
    found = np.zeros_like(x)
    sides = x.shape[1:]
    most = [round(side / 8 + 1e-9) for side in sides]
    cuts = [math.floor(side / 2 + 0.5) for side in sides]
    for channel, *at in itertools.product(*map(range, x.shape)):
        here = x[(channel, *at)]
        if name == "brightness":
            found[(channel, *at)] = here + numbers[0] - 0.5
        elif name == "saturation":
            grey = x[(slice(None), *at)].mean()
            found[(channel, *at)] = grey + 2 * numbers[0] * (here - grey)
        elif name == "contrast":
            found[(channel, *at)] = x.mean() + (0.5 + numbers[0]) * (here - x.mean())
        elif name == "affine":
            found[(channel, *at)] = mapped(x[channel], at, numbers)
        elif name == "translation":
            of = [place + math.floor(u * (2 * far + 1)) - far for place, u, far in zip(at, numbers, most, strict=True)]
            inside = all(0 <= place < side for place, side in zip(of, sides, strict=True))
            found[(channel, *at)] = x[(channel, *of)] if inside else 0.0
        else:
            starts = [math.floor(u * (side + 1 - cut % 2)) - cut // 2 for u, side, cut in zip(numbers, sides, cuts, strict=True)]
            cut_out = all(start <= place < start + cut for place, start, cut in zip(at, starts, cuts, strict=True))
            found[(channel, *at)] = 0.0 if cut_out else here
    return found


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_each_augmentation_is_that_of_the_paper_pixel_by_pixel(name: str) -> None:
    x, each = colours(12), AUGMENTATIONS[name]
    numbers = torch.rand(12, each.draws, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    wanted = np.stack([by_numpy(name, one, u) for one, u in zip(x.numpy(), numbers.numpy(), strict=True)])
    np.testing.assert_allclose(each.of(x, numbers).numpy(), wanted, atol=1e-14)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_gradients_reach_the_image(name: str) -> None:
    each, x = AUGMENTATIONS[name], colours(2, 4, 5).requires_grad_()
    numbers = torch.rand(2, each.draws, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda x: each.of(x, numbers), x)


def test_the_ends_of_the_ranges() -> None:
    x, low, high = torch.ones(1, 1, 16, 16), torch.zeros(1, 2), torch.full((1, 2), LAST)
    first, last = (AUGMENTATIONS["translation"].of(x, numbers)[0, 0] for numbers in (low, high))
    assert first.sum(0).tolist() == [0.0] * 2 + [14.0] * 14
    assert last.sum(0).tolist() == [14.0] * 14 + [0.0] * 2
    first, last = (AUGMENTATIONS["cutout"].of(x, numbers)[0, 0] for numbers in (low, high))
    assert first.sum(0).tolist() == [12.0] * 4 + [16.0] * 12
    assert last.sum(0).tolist() == [16.0] * 12 + [12.0] * 4
    grey = colours()[:, :1]
    assert torch.equal(AUGMENTATIONS["saturation"].of(grey, torch.full((5, 1), 0.9)), grey)


@pytest.mark.parametrize("probability", [0.0, 0.4, 1.0, torch.tensor(0.4)], ids=str)
def test_an_image_is_augmented_with_the_probability_and_else_is_as_it_was(config: Config, probability: float | Tensor) -> None:
    config = config_of(config, augment=" cutout, brightness")
    x = colours(400)
    torch.manual_seed(0)
    numbers = augment.drawn(config.augment, 400, x.device)
    assert numbers is not None
    assert numbers.shape == (400, 1 + 1 + 2)
    found = augment.augmented(config.augment, x, numbers, probability)
    changed = torch.tensor([not torch.equal(one, other) for one, other in zip(found, x, strict=True)])
    assert torch.equal(changed, numbers[:, 0] < probability)
    assert changed.float().mean().item() == pytest.approx(float(probability), abs=0.08)
    wanted = AUGMENTATIONS["cutout"].of(AUGMENTATIONS["brightness"].of(x, numbers[:, 1:2]), numbers[:, 2:])
    assert torch.equal(found[changed], wanted[changed])


def test_an_affine_map_of_middle_numbers_is_none_and_turns_by_20_degrees_at_most() -> None:
    x = torch.zeros(2, 1, 41, 41, dtype=torch.float64)
    x[:, :, 20, 36] = 1.0
    same, turned = AUGMENTATIONS["affine"].of(x, torch.tensor([[0.5, 0.5, 0.5, 0.5], [0.0, 0.5, 0.5, 0.5]], dtype=torch.float64))
    torch.testing.assert_close(same, x[0])
    # A pixel 16 to the right of the middle goes 16 sin 20 degrees up or down.
    row, column = divmod(int(turned[0].argmax()), 41)
    assert (abs(row - 20), column - 20) == (round(16 * math.sin(math.pi / 9)), round(16 * math.cos(math.pi / 9)))


def test_codes_are_read_off_images_under_augmentations_of_their_own(build: Callable[..., Trainer], knobs: Knobs) -> None:
    trainer = build(information=Information(categorical=3, continuous=1, augment="affine"), augment="")
    hyper, program = trainer.prepared(knobs)
    for draws in trainer.chance.step(knobs, hyper, program):
        assert draws.code_change is not None
        assert draws.code_change.shape == (knobs.batch_size, 1 + 4)
        fake, network = trainer.generator(draws.latents), trainer.engine.discriminator[False]
        changed = AUGMENTATIONS["affine"].of(fake, draws.code_change[:, 1:])
        of_changed, as_it_is = (losses.information(trainer.game, network, each, draws.latents).item() for each in (changed, fake))
        told = [seen.terms["information"].item() for seen in trainer.engine.update(draws, hyper, program).seen.values()]
        assert told == [pytest.approx(-of_changed)]
        assert told != [pytest.approx(-as_it_is)]


def test_without_a_name_nothing_is_drawn_and_nothing_changes(config: Config) -> None:
    config, x = config_of(config, augment=""), colours()
    assert augment.drawn(config.augment, 5, x.device) is None
    assert augment.augmented(config.augment, x, None, 1.0) is x


@pytest.mark.parametrize("updates", ORDERS)
def test_probability_0_is_the_game_without(build: Callable[..., Trainer], knobs: Knobs, updates: str) -> None:
    """Draws of torch's default stream alone are others, and nothing reads them here."""
    without, none, some = build(augment="", updates=updates), build(augment_probability=0.0, updates=updates), build(updates=updates)
    for trainer in (without, none, some):
        for _ in range(3):
            trainer.step(knobs)
    one, other, third = without.state(), none.state(), some.state()
    assert [name for name in one if not torch.equal(one[name], other[name])] == []
    assert not torch.equal(one["generator.0.weight"], third["generator.0.weight"])


def test_d_is_shown_real_and_generated_images_augmented_before_they_are_packed(build: Callable[..., Trainer], knobs: Knobs) -> None:
    trainer = build(packing=2, instance_noise=Noise(sd=0.5), regularizers={})
    hyper, program = trainer.prepared(knobs)
    of_d, of_g = trainer.chance.step(knobs, hyper, program)
    assert of_d.real is not None
    for given, samples, change, noise in (
        (losses.real_input(trainer.game, of_d, hyper), of_d.real, of_d.real_change, of_d.real_noise),
        (losses.fake_input(trainer.game, of_d.real, of_d, hyper), of_d.real, of_d.fake_change, of_d.fake_noise),
        (losses.fake_input(trainer.game, of_d.real, of_g, hyper), of_d.real, of_g.fake_change, of_g.fake_noise),
    ):
        assert change is not None
        assert noise is not None
        noisy = augment.augmented(trainer.config.augment, samples, change, 1.0) + 0.5 * noise
        assert torch.equal(given, torch.stack([torch.cat([*pack]) for pack in noisy.split(2)]))
    changes = [of_d.real_change, of_d.fake_change, of_g.fake_change]
    assert len({tuple(each.flatten().tolist()) for each in changes if each is not None}) == 3


@pytest.mark.parametrize("accuracy", [0.0, 0.75, 0.85, 1.0])
def test_the_probability_moves_towards_the_target_by_the_images_seen(accuracy: float) -> None:
    logits = torch.where(torch.arange(20) < 20 * accuracy, 2.0, -0.1)[:, None] + 0.5
    found = augment.overfitting(logits, 0.5)
    assert found.item() == pytest.approx(2 * accuracy - 1)
    moved = augment.adapted(torch.tensor(0.3), found, 0.6, 64 / 500_000)
    assert moved.item() == pytest.approx(0.3 + math.copysign(64 / 500_000, found.item() - 0.6), abs=1e-7)
    assert augment.adapted(torch.tensor(0.999), torch.tensor(1.0), 0.6, 0.01).item() == 1.0
    assert augment.adapted(torch.tensor(0.001), torch.tensor(0.0), 0.6, 0.01).item() == 0.0


ADA = {"augment_target": 0.1, "augment_images": 500, "augment_probability": 0.7}
PRODUCTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "adaptive": ADA,
    "penalties": {"regularizers": {"r1": 0.3, "r2": 0.2, "r1_difference": 1.0, "gradient_penalty": 0.3}, "augment_probability": 0.6},
    "packing, matching": {"packing": 2, "feature_matching": 0.5, "instance_noise": Noise(sd=0.5), "objective": "relativistic"},
    "codes, adaptive": {"information": Information(categorical=3, continuous=1), **ADA, "regularizers": {"adaptive_l2": 0.1}},
    "codes, augmented": {"information": Information(categorical=3, continuous=1, augment="affine, brightness"), "augment": "cutout"},
    "inference": {"inference": "gaussian", **ADA, "objective": "zero_sum", "discriminator": Network(widths=(7,), condition="concat")},
}


def product_of(name: str) -> dict[str, Any]:
    metrics = {"metrics": ("precision",), "metric": "precision"} if name.startswith("inference") else {}
    return {**PRODUCTS[name], **metrics}


@pytest.mark.parametrize(("name", "order"), [pair for pair in itertools.product(PRODUCTS, ORDERS)])
def test_the_step_as_a_function_is_the_step_in_place(build: Callable[..., Trainer], knobs: Knobs, name: str, order: str) -> None:
    check_agreement(in_double(build(**product_of(name), updates=order)), set_knob(knobs, "k_steps", 2))


@pytest.mark.parametrize(("name", "order"), zip(PRODUCTS, itertools.cycle(ORDERS), strict=False))
def test_2n_steps_are_n_and_n_bit_for_bit(build: Callable[..., Trainer], knobs: Knobs, name: str, order: str) -> None:
    trainer = build(**product_of(name), updates=order)
    check_resumed(lambda: build(**product_of(name), updates=order), knobs)
    adapts = "augment_target" in PRODUCTS[name]
    assert (f"coefficients.{PROBABILITY}" in forms(trainer.config, trainer.dataset.shape).must) is adapts


def test_images_of_many_games_are_augmented_as_those_of_each(config: Config) -> None:
    config, x, numbers = (
        config_of(config),
        torch.stack([colours(), -colours()]),
        torch.rand(2, 5, 1 + sum(each.draws for each in AUGMENTATIONS.values()), generator=torch.Generator().manual_seed(4)),
    )
    probabilities = torch.tensor([0.3, 0.8])
    found = torch.func.vmap(lambda *given: augment.augmented(config.augment, *given))(x, numbers, probabilities)
    each = [augment.augmented(config.augment, *given) for given in zip(x, numbers, probabilities, strict=True)]
    torch.testing.assert_close(found, torch.stack(each), rtol=0, atol=1e-15)


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{}, ADA], ids=["fixed", "adaptive"])
def test_many_games_are_as_each_alone_with_probabilities_of_their_own(
    config: Config, knobs: Knobs, images: Dataset, changes: dict[str, Any]
) -> None:
    names = EVERY if changes else "translation,cutout"
    configs = [config_of(config, **{**changes, "augment_probability": p, "augment": names}, seed=seed) for seed, p in enumerate((0.2, 0.9))]
    first, second = ([in_double(Trainer(each, images, "cpu")) for each in configs] for _ in range(2))
    population = Many(zip(second, [knobs] * 2, strict=True), 2)
    train(population, 3)
    for place, trainer in enumerate(first):
        alone(trainer, knobs, 3)
        found = population.trainer(place, in_double(Trainer(trainer.config, images, "cpu"))).state()
        for name, value in trainer.state().items():
            if name not in ("loss_sums", "accuracy_sum", "counts"):
                torch.testing.assert_close(found[name], value, rtol=1e-6, atol=1e-6, msg=lambda text, name=name: f"{name}: {text}")


def test_a_step_neither_mixes_devices_nor_waits_for_one(config: Config, knobs: Knobs, images: Dataset) -> None:
    trainer = Trainer(config_of(config, **ADA, feature_matching=0.5, updates="simultaneous"), images, "meta")
    with torch.random.fork_rng(devices=[]):
        trainer.step(dataclasses.replace(knobs, device="meta"))
    assert trainer.coefficients[PROBABILITY].is_meta


def test_the_probability_adapts_once_an_update_of_d_and_is_carried_over_live_changes(build: Callable[..., Trainer], knobs: Knobs) -> None:
    trainer = build(**ADA)
    assert trainer.coefficients[PROBABILITY].item() == 0.0
    with torch.no_grad():
        for weight in trainer.discriminator.parameters():
            weight.zero_()
        trainer.discriminator.logit.bias.fill_(1.0)
    trainer.step(set_knob(set_knob(knobs, "k_steps", 3), "discriminator_lr", 1e-7))
    assert trainer.coefficients[PROBABILITY].item() == pytest.approx(3 * knobs.batch_size / 500)
    assert judging.overfitting(trainer, knobs) == 1.0
    other = trainer.under(msgspec.structs.replace(trainer.config, augment_target=0.9))
    assert other.coefficients[PROBABILITY].item() == trainer.coefficients[PROBABILITY].item()
    fixed = trainer.under(msgspec.structs.replace(trainer.config, augment_target=0.0))
    assert fixed.coefficients == {}
    assert fixed.under(trainer.config).coefficients[PROBABILITY].item() == 0.0


def test_r_t_is_twice_the_share_that_d_calls_real_less_1_and_looking_changes_nothing(
    build: Callable[..., Trainer], knobs: Knobs, differing: Callable[..., set[str]]
) -> None:
    trainer = build(augment_probability=0.0, objective="least_squares")
    x = trainer.dataset.sample(4 * knobs.batch_size, torch.Generator().manual_seed(1), "cpu")
    with torch.no_grad():
        trainer.discriminator.logit.bias += 0.5 - trainer.discriminator(x).quantile(0.4)
        called_real = (trainer.discriminator(x) > 0.5).double().mean().item()
    before, stream = trainer.state(), torch.random.get_rng_state()
    found = judging.overfitting(trainer, knobs)
    assert found == pytest.approx(2 * called_real - 1)
    assert found == pytest.approx(0.2, abs=0.1)
    assert differing(before, trainer.state()) == set()
    assert torch.equal(stream, torch.random.get_rng_state())
    # Of the augmented images it is another.
    assert judging.overfitting(trainer.under(msgspec.structs.replace(trainer.config, augment_probability=1.0)), knobs) != found


def test_r_t_of_packs_is_that_of_independent_ones(build: Callable[..., Trainer], knobs: Knobs) -> None:
    trainer, count = build(augment_probability=0.0, packing=3), 4 * knobs.batch_size
    stream = torch.Generator().manual_seed(1)
    x, others = (trainer.dataset.sample(each, stream, "cpu") for each in (count, 2 * count))
    with torch.no_grad():
        packs = torch.cat((x, others[::2], others[1::2]), 1)
        trainer.discriminator.logit.bias -= trainer.discriminator(packs).quantile(0.4)
        found = trainer.discriminator(packs).sign().mean().item()
    assert judging.overfitting(trainer, knobs) == pytest.approx(found)
    assert found == pytest.approx(0.2, abs=0.1)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, True),
        ({"augment": ""}, False),
        ({"augment": "", "training": 10}, True),
        ({"objective": "wasserstein"}, False),
        ({"objective": "relativistic"}, False),
    ],
    ids=str,
)
def test_r_t_is_told_where_it_is_defined_and_of_use(build: Callable[..., Trainer], changes: dict[str, Any], found: bool) -> None:
    assert judging.overfits(build(**changes)) is found


@pytest.mark.parametrize(
    ("changes", "data", "said"),
    [
        ({"augment": "translatoin"}, "images", "did you mean 'translation'"),
        ({"augment": "cutout"}, "gaussian", "augment is for images alone"),
        ({"information": Information(categorical=2, augment="affinity")}, "images", "did you mean 'affine'"),
        ({"information": Information(categorical=2, augment="affine")}, "gaussian", "information.augment is for images alone"),
        ({"augment_target": 0.6, "objective": "wasserstein"}, "images", "wasserstein has none"),
    ],
)
def test_what_does_not_go_together_is_refused(config: Config, images: Dataset, changes: dict[str, Any], data: str, said: str) -> None:
    wanted = config_of(config, **changes) if data == "images" else msgspec.structs.replace(config, **changes)
    with pytest.raises(UsageError, match=said) as refused:
        check(wanted, images if data == "images" else DATASETS[data](True))
    assert "\n" not in str(refused.value)


def test_a_convolutional_game_of_colours_is_trained(config: Config, knobs: Knobs) -> None:
    train = torch.randint(0, 256, (20, 3, 16, 16), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    networks = {"generator": Network(kind="dcgan", widths=(3,), output="tanh"), "discriminator": Network(kind="dcgan", widths=(3,))}
    trainer = Trainer(config_of(config, **networks, **ADA, regularizers={"r1": 1.0}), of_images(Images(train, train[:5]), True), "cpu")
    for _ in range(2):
        trainer.step(knobs)
    assert trainer.is_finite()
    slopes = judging.generator_slopes(trainer, trainer.chance.batch(knobs).x, knobs, trainer.chance.latents(knobs))
    assert slopes.isfinite().all()
