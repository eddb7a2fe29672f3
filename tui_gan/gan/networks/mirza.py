"""The fully connected networks of conditional GANs by Mirza and Osindero 2014, arXiv:1411.1784, which read sample and class apart first."""

import math

import torch
from torch import Tensor, nn

from tui_gan.contract.config import Minibatch
from tui_gan.contract.errors import UsageError
from tui_gan.contract.network import Network
from tui_gan.gan.networks.discriminator import Discriminator
from tui_gan.gan.networks.layers import OUTPUTS, Maxout, for_generator, started

# Linear functions of each maxout unit of the sample, of the class, and of both.
PIECES = (5, 5, 4)
NOT_IN_IT = ("norm", "spectral", "fourier", "input_dropout", "sigmoid_bias")


class Apart(nn.Module):
    """(B, first + second) -> (B, F): the first inputs by one layer and the rest by another, side by side."""

    def __init__(self, first: nn.Sequential, second: nn.Sequential, inputs: int) -> None:
        super().__init__()
        self.first, self.second, self.inputs = first, second, inputs

    def forward(self, x: Tensor) -> Tensor:
        """Take each part through its own."""
        return torch.cat((self.first(x[:, : self.inputs]), self.second(x[:, self.inputs :])), 1)


def mirza_generator(network: Network, latent_dim: int, shape: tuple[int, ...], classes: int = 0) -> nn.Sequential:
    """(B, Z + K) -> (B, *X): z and class through widths[0] and widths[1] ReLU units, both through widths[2], and a linear layer."""
    for_generator(network)
    _check(network, classes)
    of_latent, of_class, joint = network.widths
    apart = Apart(_relu(network, latent_dim, of_latent), _relu(network, classes, of_class), latent_dim)
    layers = [apart, *_relu(network, of_latent + of_class, joint), nn.Linear(joint, math.prod(shape)), *OUTPUTS[network.output]()]
    generator = nn.Sequential(*layers, *([nn.Unflatten(1, shape)] if len(shape) > 1 else []))
    started(generator, network)
    return generator


def mirza_discriminator(network: Network, minibatch: Minibatch, shape: tuple[int, ...], classes: int = 0) -> Discriminator:
    """(B, *X), classes (B, K) -> (B, 1): sample and class through maxout units of their own, both through more, then the logit."""
    _check(network, classes)
    if network.condition != "concat":
        raise UsageError("the network mirza takes the class beside the sample: set discriminator.condition to concat")
    inputs = math.prod(shape)
    of_sample, of_class, joint = network.widths
    apart = Apart(_maxout(network, inputs, of_sample, PIECES[0]), _maxout(network, classes, of_class, PIECES[1]), inputs)
    body = nn.Sequential(apart, *_maxout(network, of_sample + of_class, joint, PIECES[2]))
    return Discriminator(network, minibatch, body, joint, shape, classes)


def _check(network: Network, classes: int) -> None:
    if not classes:
        raise UsageError("the network mirza is conditional: set classes, or choose another network, such as 128x3")
    if len(network.widths) != 3 or any(getattr(network, name) != getattr(Network(), name) for name in NOT_IN_IT):
        raise UsageError(
            "the network mirza has three widths, of the sample, the class and both, and no normalisation and no Fourier features"
        )


def _relu(network: Network, inputs: int, units: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, units), nn.ReLU(), *_dropout(network))


def _maxout(network: Network, inputs: int, units: int, pieces: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, units * pieces), Maxout(pieces), *_dropout(network))


def _dropout(network: Network) -> list[nn.Module]:
    return [nn.Dropout(network.dropout)] if network.dropout else []
