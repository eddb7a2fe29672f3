"""Layers that the networks share: activations, and the start of the weights."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from tui_gan.contract.errors import UsageError, choose
from tui_gan.contract.network import Network
from tui_gan.gan.networks.normalization import VirtualBatchNorm

REFERENCE = 64


class Maxout(nn.Module):
    """(B, F pieces) -> (B, F): the largest of each `pieces` units that follow one another (Goodfellow et al. 2013, arXiv:1302.4389)."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, x: Tensor) -> Tensor:
        """Take the largest."""
        return x.view(len(x), -1, self.pieces).amax(2)


class FourierFeatures(nn.Module):
    """(B, F) -> (B, F + 2 count): x, sin(W x) and cos(W x), W fixed with N(0, scale) entries (Tancik et al. 2020, arXiv:2006.10739)."""

    projection: Tensor

    def __init__(self, inputs: int, count: int, scale: float) -> None:
        super().__init__()
        self.register_buffer("projection", scale * torch.randn(inputs, count))

    def forward(self, x: Tensor) -> Tensor:
        """Add the features."""
        angles = x @ self.projection
        return torch.cat((x, angles.sin(), angles.cos()), 1)


ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
}
OUTPUTS: dict[str, Callable[[], list[nn.Module]]] = {"linear": list, "sigmoid": lambda: [nn.Sigmoid()], "tanh": lambda: [nn.Tanh()]}


def activation(name: str) -> nn.Module:
    """An activation that is not maxout.

    Raises:
        UsageError: it is not in the table.
    """
    if name == "maxout":
        raise UsageError("maxout is for networks of the kind mlp")
    return choose(ACTIVATIONS, name, "activation")()


def activations(network: Network) -> list[str]:
    """The name of the activation of each hidden layer.

    Raises:
        UsageError: there are neither one nor as many as layers.
    """
    names = [name.strip() for name in network.activation.split(",")]
    if len(names) not in (1, len(network.widths)):
        raise UsageError(
            f"{network.activation!r} names {len(names)} activations; give one, or one for each of {len(network.widths)} layers"
        )
    return names if len(names) > 1 else names * len(network.widths)


def for_generator(network: Network) -> None:
    """Refuse what only a discriminator has.

    Raises:
        UsageError: the network has it.
    """
    if network.norm == "virtual_batch":
        raise UsageError("virtual batch normalisation is for the discriminator; the generator takes bn (batch normalisation)")
    if network.spectral or network.outputs > 1:
        raise UsageError("sn (spectral normalisation) and two outputs are for the discriminator; leave them out of the generator")


def hidden_layers(network: Network, inputs: int) -> list[nn.Module]:
    """Fully connected hidden layers, each with its norm, activation and dropout; the last has widths[-1] units."""
    found: list[nn.Module] = [nn.Dropout(network.input_dropout)] if network.input_dropout else []
    if network.fourier:
        found.append(FourierFeatures(inputs, network.fourier, network.fourier_scale))
        inputs += 2 * network.fourier
    for width, name in zip(network.widths, activations(network), strict=True):
        units = width * network.pieces if name == "maxout" else width
        found.append(nn.Linear(inputs, units))
        if network.norm == "batch":
            found.append(nn.BatchNorm1d(units))
        if network.norm == "virtual_batch":
            found.append(VirtualBatchNorm(units, REFERENCE))
        found.append(Maxout(network.pieces) if name == "maxout" else activation(name))
        if network.dropout:
            found.append(nn.Dropout(network.dropout))
        inputs = width
    return found


def started(module: nn.Module, network: Network) -> None:
    """Draw the weights of every linear and convolutional layer of a module from the network's own distribution, biases 0."""
    layers = [layer for layer in module.modules() if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d)]
    if network.init == "torch":
        return
    for layer in layers:
        last = layer is layers[-1] and network.last_init_scale > 0
        _draw(layer, network.init, network.last_init_scale if last else network.init_scale)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def _draw(layer: nn.Linear | nn.Conv2d | nn.ConvTranspose2d, init: str, scale: float) -> None:
    weight = layer.weight
    if init == "he":
        nn.init.normal_(weight, std=(2 / _fan_in(layer)) ** 0.5)
    elif init == "uniform":
        nn.init.uniform_(weight, -scale, scale)
    elif init == "truncated_normal":
        nn.init.trunc_normal_(weight, std=scale, a=-2 * scale, b=2 * scale)
    else:
        nn.init.normal_(weight, std=scale)


def _fan_in(layer: nn.Linear | nn.Conv2d | nn.ConvTranspose2d) -> float:
    """Of how many inputs each output of a layer is a sum."""
    if isinstance(layer, nn.ConvTranspose2d):
        # Its weight is (inputs, outputs, ...), and with a stride a pixel meets but every so many of a kernel's rows and columns.
        return layer.weight[:, 0].numel() / math.prod(layer.stride)
    return layer.weight[0].numel()


def spectral(module: nn.Module) -> None:
    """Divide the weights of every linear and convolutional layer by their largest singular value."""
    for layer in module.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            torch.nn.utils.parametrizations.spectral_norm(layer)
