"""Layers that the networks share: activations, and the start of the weights."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm
from torch.nn.utils.parametrize import register_parametrization

from tui_gan.contract.errors import UsageError, choose
from tui_gan.contract.network import Network
from tui_gan.gan.minibatch import MinibatchDiscrimination, normal_
from tui_gan.gan.networks.normalization import SlotBatchNorm1d, SlotBatchNorm2d, VirtualBatchNorm

REFERENCE = 64
# Batch normalisation of whole batches, and of each slot of a pack by itself.
BatchNorms = tuple[type[nn.Module], type[nn.Module]]
BATCH_NORMS_1D: BatchNorms = (nn.BatchNorm1d, SlotBatchNorm1d)
BATCH_NORMS_2D: BatchNorms = (nn.BatchNorm2d, SlotBatchNorm2d)


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
        self.register_buffer("projection", torch.empty(inputs, count))
        normal_(self.projection, scale)

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
    layers: list[nn.Module] = [nn.Dropout(network.input_dropout)] if network.input_dropout else []
    if network.fourier:
        layers.append(FourierFeatures(inputs, network.fourier, network.fourier_scale))
        inputs += 2 * network.fourier
    return layers + connected(network, inputs, network.widths, activations(network), first=network.norm_first)


def connected(network: Network, inputs: int, widths: Sequence[int], names: Sequence[str], first: bool = True) -> list[nn.Module]:
    """Fully connected layers of so many units and with the activations of these names, normalised and dropped out as those of a network.

    Args:
        first: whether the first of them is normalised too.
    """
    layers: list[nn.Module] = []
    for place, (width, name) in enumerate(zip(widths, names, strict=True)):
        units = width * network.pieces if name == "maxout" else width
        normed = norm(network, units, BATCH_NORMS_1D) if first or place else []
        layers += [nn.Linear(inputs, units, bias=biased(network) or not normed), *normed]
        layers.append(Maxout(network.pieces) if name == "maxout" else activation(name))
        if network.dropout:
            layers.append(nn.Dropout(network.dropout))
        inputs = width
    return layers


def biased(network: Network) -> bool:
    """Whether a layer that is normalised has a bias."""
    return network.norm_bias or network.norm != "batch"


def norm(network: Network, features: int, batch_norms: BatchNorms) -> list[nn.Module]:
    """The normalisation of a hidden layer; of batch normalisation the kind for rows or for images, whole or by slots."""
    if network.norm == "batch":
        settings: dict[str, Any] = {"eps": network.norm_epsilon, "momentum": network.norm_momentum}
        return [batch_norms[network.norm_by_slot](features, **settings)]
    return [VirtualBatchNorm(features, REFERENCE, network.norm_epsilon)] if network.norm == "virtual_batch" else []


def started(module: nn.Module, network: Network) -> None:
    """Draw the weights of every linear and convolutional layer of a module from the network's own distribution, biases 0.

    Raises:
        UsageError: the last layer is to begin sparse, and is a convolution.
    """
    layers = [layer for layer in module.modules() if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d)]
    for layer in layers if network.init != "torch" else ():
        last = layer is layers[-1] and network.last_init_scale > 0
        _draw(layer, network.init, network.last_init_scale if last else network.init_scale)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    if network.last_sparse:
        _draw_sparsely(layers[-1], network.last_sparse, network.last_init_scale or 1.0)
    if network.sigmoid_bias:
        _bias_sigmoids(module, layers[-1], network.sigmoid_bias)


@torch.no_grad()
def _draw_sparsely(layer: nn.Module, count: int, sd: float) -> None:
    """Give each unit of a linear layer `count` weights N(0, sd^2) from inputs drawn without replacement, and 0 elsewhere."""
    if not isinstance(layer, nn.Linear):
        raise UsageError("last_sparse is for a fully connected last layer, and this one is a convolution; leave it out")
    if layer.weight.is_meta:
        return
    chosen = torch.rand_like(layer.weight).argsort(1)[:, :count]
    layer.weight.zero_().scatter_(1, chosen, sd * torch.randn_like(chosen, dtype=layer.weight.dtype))


@torch.no_grad()
def _bias_sigmoids(module: nn.Module, last: nn.Module, bias: float) -> None:
    """Set the bias of each layer that ends in a hidden sigmoid."""
    before = last
    for layer in module.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            before = layer
        elif isinstance(layer, nn.Sigmoid) and before is not last and isinstance(before.bias, Tensor):
            before.bias.fill_(bias)


def _draw(layer: nn.Linear | nn.Conv2d | nn.ConvTranspose2d, init: str, scale: float) -> None:
    weight = layer.weight
    if init == "he":
        normal_(weight, (2 / _fan_in(layer)) ** 0.5)
    elif init == "lecun":
        normal_(weight, (1 / _fan_in(layer)) ** 0.5)
    elif init == "uniform":
        nn.init.uniform_(weight, -scale, scale)
    elif init == "truncated_normal":
        if not weight.is_meta:
            nn.init.trunc_normal_(weight, std=scale, a=-2 * scale, b=2 * scale)
    else:
        normal_(weight, scale)


def _fan_in(layer: nn.Linear | nn.Conv2d | nn.ConvTranspose2d) -> float:
    """Of how many inputs each output of a layer is a sum."""
    if isinstance(layer, nn.ConvTranspose2d):
        # Its weight is (inputs, outputs, ...), and with a stride a pixel meets but every so many of a kernel's rows and columns.
        return layer.weight[:, 0].numel() / math.prod(layer.stride)
    return layer.weight[0].numel()


def spectral(module: nn.Module) -> None:
    """Divide each weight matrix by its largest singular value, as one step of power iteration a pass has it.

    A convolution is taken as the matrix (out, in * height * width) of its kernel, as in Miyato et al. 2018: that bounds this matrix,
    and not the norm of the convolution, which may be larger by as much as the root of the kernel's pixels.
    """
    # What is wrapped here adds modules of its own.
    for layer in list(module.modules()):
        if isinstance(layer, nn.Linear | nn.Conv2d | MinibatchDiscrimination):
            name = "projection" if isinstance(layer, MinibatchDiscrimination) else "weight"
            weight = getattr(layer, name)
            if weight.is_meta:
                register_parametrization(layer, name, _Vectors(weight))
            else:
                spectral_norm(layer, name)


class _Vectors(nn.Module):
    """The singular vectors that `spectral_norm` keeps of a weight on "meta", where it would load torch's compiler to iterate no numbers."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.register_buffer("_u", weight.new_empty(len(weight)))
        self.register_buffer("_v", weight.new_empty(weight[0].numel()))

    def forward(self, weight: Tensor) -> Tensor:
        """Leave the weight as it is."""
        return weight
