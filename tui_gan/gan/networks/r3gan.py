"""The networks of R3GAN (Huang et al. 2024, arXiv:2501.05441, section 4): residual blocks of grouped convolutions without normalisation.

A width for each size of the image, from 4x4 on by doubling, in the order in which the generator has them. The source's for CIFAR-10 are
768, 768, 768, 768.
"""

import math
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, conv_transpose2d, leaky_relu

from tui_gan.contract.config import Minibatch
from tui_gan.contract.errors import UsageError
from tui_gan.contract.network import Network
from tui_gan.gan.minibatch import normal_
from tui_gan.gan.networks.discriminator import Discriminator
from tui_gan.gan.networks.layers import OUTPUTS, for_generator

Shape = tuple[int, ...]
Layer = TypeVar("Layer", nn.Linear, nn.Conv2d)
# Side at which images begin or end, residual blocks of each size, channels of a block's inside over those outside, and channels of a group.
BASE, BLOCKS, EXPANSION, GROUP = 4, 2, 2, 16
SLOPE = 0.2
# The filter that resamples, along one axis.
BINOMIAL = (1, 3, 3, 1)
# By which a standard normal unit keeps its second moment through the leaky ReLU.
GAIN = math.sqrt(2 / (1 + SLOPE**2))
# What a network of this kind has no place for.
DRAWN = ("init", "last_init_scale", "last_sparse", "sigmoid_bias", "output_bias")
NOT_IN_IT = ("norm", "spectral", "dropout", "input_dropout", "fourier", "activation", *DRAWN)


class Block(nn.Module):
    """(B, F, H, W) -> the same: x + a 1x1 convolution of a grouped 3x3 one of a 1x1 one, with leaky ReLUs between them.

    Inside there are EXPANSION times as many channels, in groups of GROUP. Fixup (Zhang et al. 2019, arXiv:1901.09321): the last convolution
    begins at 0, so that the block begins as the identity, and the first two with weights L^(-1/4) as large for L blocks in all.
    """

    def __init__(self, channels: int, blocks: int) -> None:
        super().__init__()
        inside = EXPANSION * channels
        self.expand = nn.Conv2d(channels, inside, 1)
        self.grouped = nn.Conv2d(inside, inside, 3, padding=1, groups=max(1, inside // GROUP))
        self.contract = nn.Conv2d(inside, channels, 1, bias=False)
        for layer in (self.expand, self.grouped):
            begun(layer, GAIN * blocks**-0.25)
        nn.init.zeros_(self.contract.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Add to x."""
        hidden: Tensor = self.grouped(leaky_relu(self.expand(x), SLOPE))
        return x + self.contract(leaky_relu(hidden, SLOPE))  # type: ignore[no-any-return]


class Resampled(nn.Module):
    """Images (B, F, H, W) of twice the side or of half, bilinear: the filter BINOMIAL along both axes, and black beyond the edges."""

    kernel: Tensor

    def __init__(self, channels: int, larger: bool) -> None:
        super().__init__()
        self.channels, self.larger = channels, larger
        gain = 4 if larger else 1
        self.register_buffer("kernel", torch.tensor([[gain * row * column / 64 for column in BINOMIAL] for row in BINOMIAL]))

    def forward(self, x: Tensor) -> Tensor:
        """Resample."""
        kernel = self.kernel.expand(self.channels, 1, -1, -1)
        resample = conv_transpose2d if self.larger else conv2d
        return resample(x, kernel, stride=2, padding=1, groups=self.channels)


class Patterns(nn.Module):
    """(B, F) -> (B, F, 4, 4): F learned patterns, each as strong as its number says."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.patterns = nn.Parameter(torch.empty(channels, BASE, BASE))
        normal_(self.patterns, 1.0)

    def forward(self, x: Tensor) -> Tensor:
        """Weigh them."""
        return self.patterns * x[:, :, None, None]


def r3gan_generator(network: Network, latent_dim: int, shape: Shape, classes: int = 0) -> nn.Sequential:
    """(B, Z + K) -> (B, C, H, W): a basis of 4x4 patterns, BLOCKS blocks at each size, and bilinear enlargement between two sizes."""
    for_generator(network)
    widths = _checked(network, shape)
    layers: list[nn.Module] = [begun(nn.Linear(latent_dim + classes, widths[0], bias=False), 1.0), Patterns(widths[0])]
    for number, width in enumerate(widths):
        if number:
            layers += [*_joint(widths[number - 1], width), Resampled(width, larger=True)]
        layers += [Block(width, BLOCKS * len(widths)) for _ in range(BLOCKS)]
    return nn.Sequential(*layers, begun(nn.Conv2d(widths[-1], shape[0], 1, bias=False), 1.0), *OUTPUTS[network.output]())


def r3gan_discriminator(network: Network, minibatch: Minibatch, shape: Shape, classes: int = 0) -> Discriminator:
    """(B, C, H, W) and maybe classes (B, K) -> (B, 1): the same the other way round, a 4x4 convolution channel by channel, the logit."""
    if classes and network.condition == "concat":
        raise UsageError("r3gan has no inputs beside its image for the class: set discriminator.condition to projection")
    widths = tuple(reversed(_checked(network, shape)))
    layers: list[nn.Module] = [begun(nn.Conv2d(shape[0], widths[0], 1, bias=False), 1.0)]
    for number, width in enumerate(widths):
        if number:
            before = widths[number - 1]
            layers += [Resampled(before, larger=False), *_joint(before, width)]
        layers += [Block(width, BLOCKS * len(widths)) for _ in range(BLOCKS)]
    last = widths[-1]
    layers += [begun(nn.Conv2d(last, last, BASE, groups=last, bias=False), 1.0), nn.Flatten()]
    made = Discriminator(network, minibatch, nn.Sequential(*layers), last, shape, classes)
    begun(made.logit, 1.0)
    return made


def begun(layer: Layer, gain: float) -> Layer:
    """A layer whose weights begin as N(0, gain^2 / inputs of an output), its bias 0."""
    normal_(layer.weight, gain / math.sqrt(layer.weight[0].numel()))
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def _joint(before: int, after: int) -> list[nn.Module]:
    """What brings images to another number of channels."""
    return [] if before == after else [begun(nn.Conv2d(before, after, 1, bias=False), 1.0)]


def _checked(network: Network, shape: Shape) -> tuple[int, ...]:
    """The widths, one for each size."""
    sides = [BASE * 2**number for number in range(len(network.widths))]
    if len(shape) != 3 or shape[1] != shape[2] or shape[1] != sides[-1]:
        said = "x".join(map(str, shape[1:])) or "numbers"
        raise UsageError(
            f"r3gan has a width for each size from 4x4 on by doubling, and {len(network.widths)} end at {sides[-1]}x{sides[-1]}, "
            f"not {said}: give another number of widths, or set size to 32, say"
        )
    if any(width * EXPANSION % GROUP for width in network.widths if width * EXPANSION > GROUP):
        raise UsageError(f"r3gan has groups of {GROUP} channels in {EXPANSION} times its widths: give multiples of {GROUP // EXPANSION}")
    if any(getattr(network, name) != getattr(Network(), name) for name in NOT_IN_IT) or network.outputs != 1:
        raise UsageError(
            "r3gan has no normalisation, dropout or Fourier features, one output, and begins in a way of its own: leave them out"
        )
    return network.widths
