"""Each setting of a network arrives in its layers, with its value: the layers in order, as a list that is written out."""

from typing import Any

import pytest
import torch
from torch import nn

from tui_gan.contract.config import Minibatch
from tui_gan.contract.network import Network
from tui_gan.gan.networks import DISCRIMINATORS, GENERATORS
from tui_gan.gan.networks.columns import columns, limit_columns_
from tui_gan.gan.networks.layers import FourierFeatures, Maxout, activation
from tui_gan.gan.networks.normalization import VirtualBatchNorm

MIXED = Network(
    widths=(6, 5),
    activation="relu, maxout",
    pieces=3,
    norm="batch",
    norm_epsilon=0.01,
    norm_momentum=0.3,
    dropout=0.25,
    input_dropout=0.125,
    fourier=4,
    fourier_scale=2.0,
)


def told(layer: nn.Module) -> tuple[Any, ...]:
    """The kind of a layer and its numbers."""
    found: tuple[Any, ...] = (type(layer).__name__,)
    match layer:
        case nn.Dropout():
            return (*found, layer.p)
        case nn.Linear():
            return (*found, layer.in_features, layer.out_features, layer.bias is not None)
        case nn.Conv2d() | nn.ConvTranspose2d():
            return (
                *found,
                layer.in_channels,
                layer.out_channels,
                layer.kernel_size[0],
                layer.stride[0],
                layer.padding[0],
                layer.bias is not None,
            )
        case nn.BatchNorm1d() | nn.BatchNorm2d():
            return (*found, layer.num_features, layer.eps, layer.momentum)
        case VirtualBatchNorm():
            return (*found, layer.features, layer.reference_size, layer.epsilon)
        case FourierFeatures():
            return (*found, *layer.projection.shape)
        case Maxout():
            return (*found, layer.pieces)
        case nn.Unflatten():
            return (*found, tuple(layer.unflattened_size))
        case nn.LeakyReLU():
            return (*found, layer.negative_slope)
    return found


HIDDEN = [
    ("Dropout", 0.125),
    ("FourierFeatures", 3, 4),
    ("Linear", 3 + 8, 6, True),
    ("BatchNorm1d", 6, 0.01, 0.3),
    ("ReLU",),
    ("Dropout", 0.25),
    ("Linear", 6, 15, True),
    ("BatchNorm1d", 15, 0.01, 0.3),
    ("Maxout", 3),
    ("Dropout", 0.25),
]


def test_a_generator_of_rows_has_its_layers_in_order() -> None:
    made = GENERATORS["mlp"](MIXED, 3, (2,))
    assert [told(layer) for layer in made] == [*HIDDEN, ("Linear", 5, 2, True)]
    image = GENERATORS["mlp"](Network(widths=(7,), output="tanh"), 3, (1, 2, 4))
    assert [told(layer) for layer in image] == [
        ("Linear", 3, 7, True),
        ("LeakyReLU", 0.2),
        ("Linear", 7, 8, True),
        ("Tanh",),
        ("Unflatten", (1, 2, 4)),
    ]


def test_a_discriminator_of_rows_has_its_layers_in_order() -> None:
    made = DISCRIMINATORS["mlp"](MIXED, Minibatch(kernels=4, dim=2, company=9), (3,))
    assert [told(layer) for layer in made.body] == HIDDEN
    assert told(made.logit) == ("Linear", 5, 1, True)
    assert told(made.minibatch_logit) == ("Linear", 4, 1, False)
    features = made.minibatch
    assert (features.kernels, features.dim, features.limit, features.projection.shape) == (4, 2, 9, (5, 8))
    image = DISCRIMINATORS["mlp"](Network(widths=(7,), norm="virtual_batch", norm_epsilon=0.02), Minibatch(), (1, 2, 4))
    assert [told(layer) for layer in image.body] == [
        ("Flatten",),
        ("Linear", 8, 7, True),
        ("VirtualBatchNorm", 7, 64, 0.02),
        ("LeakyReLU", 0.2),
    ]
    assert image.reference.shape == (64, 1, 2, 4)


def test_a_convolutional_generator_doubles_its_sides() -> None:
    network = Network(kind="dcgan", widths=(3,), norm="batch", norm_epsilon=0.01, norm_momentum=0.3, activation="relu", output="tanh")
    made = GENERATORS["dcgan"](network, 5, (2, 24, 24))
    assert [told(layer) for layer in made] == [
        ("Linear", 5, 6 * 6 * 6, True),
        ("Unflatten", (6, 6, 6)),
        ("BatchNorm2d", 6, 0.01, 0.3),
        ("ReLU",),
        ("ConvTranspose2d", 6, 3, 4, 2, 1, True),
        ("BatchNorm2d", 3, 0.01, 0.3),
        ("ReLU",),
        ("ConvTranspose2d", 3, 2, 4, 2, 1, True),
        ("Tanh",),
    ]
    by_slots = GENERATORS["dcgan"](Network(kind="dcgan", widths=(3,), norm="batch", norm_by_slot=True, norm_bias=False), 5, (1, 16, 8))
    # Wider than high: both sides are halved as often. A bias is only where no normalisation takes it away.
    assert [told(layer) for layer in by_slots] == [
        ("Linear", 5, 6 * 4 * 2, True),
        ("Unflatten", (6, 4, 2)),
        ("SlotBatchNorm2d", 6, 1e-5, 0.1),
        ("LeakyReLU", 0.2),
        ("ConvTranspose2d", 6, 3, 4, 2, 1, False),
        ("SlotBatchNorm2d", 3, 1e-5, 0.1),
        ("LeakyReLU", 0.2),
        ("ConvTranspose2d", 3, 1, 4, 2, 1, True),
    ]
    rows = GENERATORS["mlp"](Network(widths=(4,), norm="batch", norm_by_slot=True), 3, (2,))
    assert told(rows[1]) == ("SlotBatchNorm1d", 4, 1e-5, 0.1)


def test_a_convolutional_discriminator_halves_its_sides() -> None:
    network = Network(kind="dcgan", widths=(3,), norm="batch", norm_epsilon=0.01, norm_momentum=0.3, dropout=0.25, input_dropout=0.125)
    made = DISCRIMINATORS["dcgan"](network, Minibatch(), (2, 24, 24))
    assert [told(layer) for layer in made.body] == [
        ("Dropout", 0.125),
        ("Conv2d", 2, 3, 4, 2, 1, True),
        ("LeakyReLU", 0.2),
        ("Dropout", 0.25),
        ("Conv2d", 3, 6, 4, 2, 1, True),
        ("BatchNorm2d", 6, 0.01, 0.3),
        ("LeakyReLU", 0.2),
        ("Dropout", 0.25),
        ("Flatten",),
    ]
    assert told(made.logit) == ("Linear", 6 * 6 * 6, 1, True)


def test_a_network_without_options_has_none_of_their_layers() -> None:
    plain = DISCRIMINATORS["mlp"](Network(widths=(4,), activation="silu"), Minibatch(), (1,))
    assert [told(layer) for layer in plain.body] == [("Linear", 1, 4, True), ("SiLU",)]
    assert (plain.virtual, plain.judges_alone, plain.two_way) == (False, True, False)
    assert [name for name, _ in plain.named_buffers()] == []
    two = DISCRIMINATORS["mlp"](Network(widths=(4,), norm="batch", outputs=2, norm_bias=False), Minibatch(), (1,))
    assert told(two.body[0]) == ("Linear", 1, 4, False)
    assert (two.judges_alone, two.two_way, told(two.logit)) == (False, True, ("Linear", 4, 2, True))
    assert told(activation("leaky_relu")) == ("LeakyReLU", 0.2)


def test_fourier_features_are_sines_and_cosines_of_projections() -> None:
    torch.manual_seed(0)
    layer = FourierFeatures(3, 2_000, 2.5)
    assert layer.projection.std().item() == pytest.approx(2.5, rel=0.03)
    x = torch.randn(5, 3)
    angles = x @ layer.projection
    torch.testing.assert_close(layer(x), torch.cat((x, torch.sin(angles), torch.cos(angles)), 1))


def test_the_columns_that_are_limited_are_those_by_which_units_read() -> None:
    discriminator = DISCRIMINATORS["dcgan"](Network(kind="dcgan", widths=(3,), norm="batch"), Minibatch(kernels=4, dim=2), (2, 24, 24))
    generator = GENERATORS["dcgan"](Network(kind="dcgan", widths=(3,), norm="batch"), 5, (2, 24, 24))
    assert [(tuple(weight.shape), axis) for weight, axis in columns(discriminator)] == [
        ((3, 2, 4, 4), 0),
        ((6, 3, 4, 4), 0),
        ((1, 216), 0),
        ((216, 8), 1),
        ((1, 4), 0),
    ]
    assert [(tuple(weight.shape), axis) for weight, axis in columns(generator)] == [((216, 5), 0), ((6, 3, 4, 4), 1), ((3, 2, 4, 4), 1)]
    for weight, axis in columns(generator):
        units = weight.detach().transpose(0, axis)
        before = units.flatten(1).norm(dim=1)
        limit = before.median().item()
        limit_columns_([(weight, axis)], limit)
        torch.testing.assert_close(weight.detach().transpose(0, axis).flatten(1).norm(dim=1), before.clamp(max=limit))
