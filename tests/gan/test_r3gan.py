"""The networks of R3GAN: a block written out, where it begins, what resampling does, finite differences, and the step as a function."""

from typing import Any

import msgspec
import pytest
import torch
from torch.nn.functional import conv2d, interpolate, leaky_relu

from tests.gan.engines.test_whole import check_agreement, in_double
from tests.stand_in import stand_in
from tui_gan.contract.config import Config, Minibatch
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import Images, of_images
from tui_gan.gan.networks import DISCRIMINATORS, GENERATORS, parameters
from tui_gan.gan.networks.r3gan import GAIN, SLOPE, Block, Resampled
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS

SHAPE = (3, 8, 8)
KNOBS = Knobs(device="cpu", batch_size=4, generator_lr=0.001, discriminator_lr=0.001)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def lively(block: Block) -> Block:
    """With a last convolution that is not 0, and biases."""
    for weight in (block.contract.weight, block.expand.bias, block.grouped.bias):
        torch.nn.init.normal_(weight, std=0.3)
    return block


def test_a_block_adds_three_convolutions_of_which_the_second_is_in_groups() -> None:
    block, x = lively(Block(16, 4)), torch.randn(2, 16, 5, 5)
    hidden = conv2d(x, block.expand.weight) + block.expand.bias.view(1, -1, 1, 1)
    hidden = torch.maximum(hidden, 0.2 * hidden)
    # Two groups of 16 channels, each by itself.
    parts = [conv2d(hidden[:, 16 * g : 16 * g + 16], block.grouped.weight[16 * g : 16 * g + 16], padding=1) for g in range(2)]
    hidden = torch.cat(parts, 1) + block.grouped.bias.view(1, -1, 1, 1)
    hidden = torch.maximum(hidden, 0.2 * hidden)
    torch.testing.assert_close(block(x), x + conv2d(hidden, block.contract.weight))


def test_the_gradients_of_a_block_are_its_finite_differences_twice() -> None:
    block, x = lively(Block(3, 2)).double(), torch.randn(1, 3, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(block, (x,))
    assert torch.autograd.gradgradcheck(block, (x,))


def test_a_block_begins_as_the_identity_and_networks_keep_the_variance() -> None:
    x = torch.randn(2, 32, 8, 8)
    assert torch.equal(Block(32, 8)(x), x)
    # The leaky ReLU of a standard normal unit, times the gain, has second moment 1.
    units = GAIN * leaky_relu(torch.randn(1, 1, 300, 300), SLOPE)
    assert units.square().mean().item() == pytest.approx(1, abs=0.02)
    # Inside a block each convolution passes on sqrt(1 / L) of the variance, with the gain of the leaky ReLU.
    block = Block(64, 8)
    assert (block.expand.weight.std() * 64**0.5).item() == pytest.approx(GAIN * 8**-0.25, rel=0.03)
    assert (block.grouped.weight.std() * (16 * 9) ** 0.5).item() == pytest.approx(GAIN * 8**-0.25, rel=0.03)
    generator = GENERATORS["r3gan"](Network(kind="r3gan", widths=(64,)), 64, (3, 4, 4))
    assert generator(torch.randn(2_000, 64)).var().item() == pytest.approx(1, abs=0.35)
    judge = DISCRIMINATORS["r3gan"](Network(kind="r3gan", widths=(64,)), Minibatch(), (3, 4, 4))
    assert judge(torch.randn(2_000, 3, 4, 4)).var().item() == pytest.approx(1, abs=0.5)


@pytest.mark.parametrize("larger", [True, False])
def test_resampling_is_bilinear_inside(larger: bool) -> None:
    x = torch.randn(2, 3, 8, 8)
    found = Resampled(3, larger)(x)
    if larger:
        expected = interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
    else:
        expected = interpolate(x, scale_factor=0.5, mode="bilinear", align_corners=False, antialias=True)
    torch.testing.assert_close(found[:, :, 1:-1, 1:-1], expected[:, :, 1:-1, 1:-1])
    assert found.shape == expected.shape


@pytest.mark.parametrize("widths", [(8, 8), (16, 8)])
def test_a_pair_has_its_shapes_and_all_of_it_learns(widths: tuple[int, ...]) -> None:
    network = Network(kind="r3gan", widths=widths)
    generator = GENERATORS["r3gan"](network, 5, SHAPE, 2)
    judge = DISCRIMINATORS["r3gan"](network, Minibatch(kernels=3, dim=2), SHAPE, 2)
    for block in (each for made in (generator, judge) for each in made.modules() if isinstance(each, Block)):
        lively(block)
    samples = generator(torch.randn(6, 7))
    assert samples.shape == (6, *SHAPE)
    for gate in (False, True):
        logits = judge(samples, gate, None, 1, torch.rand(6, 2))
        assert logits.shape == (6, 1)
        weights = [*generator.parameters(), *judge.active(gate)]
        gradients = torch.autograd.grad((logits * torch.randn(6, 1)).sum(), weights, retain_graph=True)
        assert all(gradient.isfinite().all() and gradient.any() for gradient in gradients)


@pytest.mark.parametrize("minibatch", [False, True])
@pytest.mark.parametrize("classes", [0, 2])
def test_the_step_as_a_function_is_the_step_in_place(config: Config, minibatch: bool, classes: int) -> None:
    network, labels = Network(kind="r3gan", widths=(8, 8)), torch.arange(20) % 2
    metrics: dict[str, Any] = {"metrics": ("recall",), "metric": "recall", "fixed_latents": 8, "classes": classes, "dataset": "images"}
    changes = {"generator": network, "discriminator": network, "objective": "relativistic", "regularizers": {"r1": 0.5, "r2": 0.5}}
    train = torch.randint(0, 256, (20, *SHAPE), dtype=torch.uint8)
    made = msgspec.structs.replace(config, latent_dim=4, stratified=False, **changes, **metrics)
    trainer = Trainer(made, of_images(Images(train, train, labels, labels, names=("a", "b")), True), "cpu")
    check_agreement(in_double(trainer), set_knob(KNOBS, "minibatch_discrimination", minibatch))


REFUSED: list[tuple[Network, tuple[int, ...], str]] = [
    (Network(kind="r3gan", widths=(8,)), SHAPE, "1 end at 4x4, not 8x8"),
    (Network(kind="r3gan", widths=(8, 8)), (2,), "not numbers"),
    (Network(kind="r3gan", widths=(8, 8)), (3, 8, 4), "not 8x4"),
    (Network(kind="r3gan", widths=(8, 12)), SHAPE, "give multiples of 8"),
    (Network(kind="r3gan", widths=(8, 8), norm="batch"), SHAPE, "leave them out"),
    (Network(kind="r3gan", widths=(8, 8), init="he"), SHAPE, "leave them out"),
    (Network(kind="r3gan", widths=(8, 8), activation="relu"), SHAPE, "leave them out"),
]


@pytest.mark.parametrize(("network", "shape", "part"), REFUSED)
def test_what_it_has_no_place_for_is_refused(network: Network, shape: tuple[int, ...], part: str) -> None:
    with pytest.raises(UsageError, match=part):
        GENERATORS["r3gan"](network, 4, shape)
    with pytest.raises(UsageError, match=part):
        DISCRIMINATORS["r3gan"](network, Minibatch(), shape)


def test_the_class_enters_by_projection_alone() -> None:
    with pytest.raises(UsageError, match=r"discriminator\.condition to projection"):
        DISCRIMINATORS["r3gan"](Network(kind="r3gan", widths=(8, 8), condition="concat"), Minibatch(), SHAPE, 2)


def test_the_preset_has_the_counts_of_its_widths_and_the_source_those_of_its_own() -> None:
    config = PRESETS["cifar10-r3gan"].config
    shape = stand_in(config).shape

    def of_generator(width: int) -> int:
        inside = 2 * width
        block = 2 * width * inside + inside * 16 * 9 + 2 * inside
        return config.latent_dim * width + 16 * width + 8 * block + 3 * width

    found = parameters(config, shape)
    assert found["generator"] == of_generator(config.generator.widths[0])
    whole = Network(kind="r3gan", widths=(768,) * 4)
    assert parameters(msgspec.structs.replace(config, generator=whole), shape)["generator"] == of_generator(768)
    said = PRESETS["cifar10-r3gan"].deviations
    for width in (192, 768):
        assert f"{of_generator(width) / 1e6:.1f} million" in said
