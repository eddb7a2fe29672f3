"""Fully connected networks."""

import math

from torch import nn

from tui_gan.contract.config import Minibatch
from tui_gan.contract.network import Network
from tui_gan.gan.networks.discriminator import Discriminator
from tui_gan.gan.networks.layers import OUTPUTS, for_generator, hidden_layers, started


def mlp_generator(network: Network, latent_dim: int, shape: tuple[int, ...], classes: int = 0) -> nn.Sequential:
    """(B, Z + K) -> (B, *X): hidden layers, a linear one, and the output function."""
    for_generator(network)
    outputs = math.prod(shape)
    layers = [*hidden_layers(network, latent_dim + classes), nn.Linear(network.widths[-1], outputs), *OUTPUTS[network.output]()]
    if len(shape) > 1:
        layers.append(nn.Unflatten(1, shape))
    generator = nn.Sequential(*layers)
    started(generator, network)
    return generator


def mlp_discriminator(network: Network, minibatch: Minibatch, shape: tuple[int, ...], classes: int = 0) -> Discriminator:
    """(B, *X) and maybe classes (B, K) -> (B, 1): hidden layers, then the logit."""
    flat: list[nn.Module] = [nn.Flatten()] if len(shape) > 1 else []
    beside = classes if network.condition == "concat" else 0
    body = nn.Sequential(*flat, *hidden_layers(network, math.prod(shape) + beside))
    return Discriminator(network, minibatch, body, network.widths[-1], shape, classes)
