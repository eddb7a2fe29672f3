"""Convolutional networks after DCGAN (Radford et al. 2015, arXiv:1511.06434)."""

import itertools

from torch import nn

from tui_gan.contract.config import Minibatch
from tui_gan.contract.errors import UsageError
from tui_gan.contract.network import Network
from tui_gan.gan.networks.discriminator import Discriminator
from tui_gan.gan.networks.layers import BATCH_NORMS_2D, OUTPUTS, activation, biased, connected, for_generator, norm, started

# Sides are halved as long as they are even and larger than this.
SMALLEST = 6


def halvings(shape: tuple[int, ...]) -> int:
    """How often both sides of an image of shape (C, H, W) are halved.

    Raises:
        UsageError: it is no image, or its sides are not even.
    """
    if len(shape) != 3:
        raise UsageError("dcgan is for images; this data has one or two columns: choose a network such as 128x3")
    count, (high, wide) = 0, shape[1:]
    while max(high, wide) > SMALLEST and high % 2 == wide % 2 == 0:
        high, wide, count = high // 2, wide // 2, count + 1
    if not count:
        raise UsageError(f"dcgan halves the sides of images, and {shape[1]}x{shape[2]} cannot be halved; set size to 32, say")
    return count


def dcgan_generator(network: Network, latent_dim: int, shape: tuple[int, ...], classes: int = 0) -> nn.Sequential:
    """(B, Z + K) -> (B, C, H, W): hidden layers of the widths behind the first, from last to first, one linear layer, then transposed
    convolutions that double the sides.
    """
    for_generator(network)
    if network.dropout or network.input_dropout or network.fourier or network.output_bias != "zero":
        raise UsageError("the generator dcgan has no dropout, no Fourier features, and no bias for each pixel that could start at the data")
    count, base = halvings(shape), network.widths[0]
    channels = [base * 2**level for level in reversed(range(count))]
    high, wide = shape[1] >> count, shape[2] >> count
    units = network.widths[:0:-1]
    layers = connected(network, latent_dim + classes, units, [network.activation] * len(units))
    inputs = units[-1] if units else latent_dim + classes
    layers += [nn.Linear(inputs, channels[0] * high * wide), nn.Unflatten(1, (channels[0], high, wide))]
    for number, (before, after) in enumerate(itertools.pairwise([*channels, shape[0]])):
        # Behind the last there is no normalisation, and that of the first takes one mean over pixels whose biases differ.
        larger = nn.ConvTranspose2d(before, after, 4, 2, 1, bias=biased(network) or number == count - 1)
        layers += [*norm(network, before, BATCH_NORMS_2D), activation(network.activation), larger]
    generator = nn.Sequential(*layers, *OUTPUTS[network.output]())
    started(generator, network)
    return generator


def dcgan_discriminator(network: Network, minibatch: Minibatch, shape: tuple[int, ...], classes: int = 0) -> Discriminator:
    """(B, C, H, W) and maybe classes (B, K) -> (B, 1): convolutions that halve the sides, hidden layers of the other widths, the logit."""
    if network.fourier:
        raise UsageError("Fourier features are for fully connected networks; leave them out of dcgan")
    if classes and network.condition == "concat":
        raise UsageError("dcgan has no inputs beside its image for the class: set discriminator.condition to projection")
    count, base = halvings(shape), network.widths[0]
    channels = [shape[0], *(base * 2**level for level in range(count))]
    layers: list[nn.Module] = [nn.Dropout(network.input_dropout)] if network.input_dropout else []
    for number, (before, after) in enumerate(itertools.pairwise(channels)):
        # No norm on the first layer: it would hide the brightness of a batch.
        normed = norm(network, after, BATCH_NORMS_2D) if number else []
        layers += [nn.Conv2d(before, after, 4, 2, 1, bias=biased(network) or not normed), *normed, activation(network.activation)]
        if network.dropout:
            layers.append(nn.Dropout(network.dropout))
    features, units = channels[-1] * (shape[1] >> count) * (shape[2] >> count), network.widths[1:]
    layers += [nn.Flatten(), *connected(network, features, units, [network.activation] * len(units))]
    return Discriminator(network, minibatch, nn.Sequential(*layers), units[-1] if units else features, shape, classes)
