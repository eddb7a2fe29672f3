"""The layers of both networks, and how large their weights and gradients are."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from tui_gan.contract.snapshot import Layer
from tui_gan.gan.minibatch import MinibatchDiscrimination
from tui_gan.gan.networks.normalization import VirtualBatchNorm
from tui_gan.gan.networks.r3gan import Patterns
from tui_gan.gan.trainer import Trainer

# A convolution under spectral normalisation is a subclass of its own, so that kinds are asked for by isinstance, in this order.
NAMES: dict[type[nn.Module], Callable[[Any], str]] = {
    nn.Linear: lambda layer: f"linear {layer.in_features} > {layer.out_features}",
    nn.Conv2d: lambda layer: f"conv {layer.in_channels} > {layer.out_channels} {_kernel(layer)}",
    nn.ConvTranspose2d: lambda layer: f"conv up {layer.in_channels} > {layer.out_channels} {_kernel(layer)}",
    _BatchNorm: lambda layer: f"batch norm {layer.num_features}",
    VirtualBatchNorm: lambda layer: f"virtual batch norm {layer.features}",
    MinibatchDiscrimination: lambda layer: "minibatch features",
    Patterns: lambda layer: f"patterns {layer.channels}",
}


def layers(trainer: Trainer, minibatch: bool = False) -> tuple[Layer, ...]:
    """The layers with weights that take part, of the generator and the discriminator as they are trained; waits for the device once.

    Args:
        minibatch: whether the minibatch features are on.
    """
    networks = (("G", trainer.generator), ("D", trainer.discriminator))
    weights = [(player, name, list(layer.parameters())) for player, network in networks for name, layer in named(network)]
    used = {id(weight) for weight in (*trainer.generator.parameters(), *trainer.discriminator.active(minibatch))}
    active: list[tuple[str, str, list[Tensor]]] = [
        (player, name, [*group]) for player, name, group in weights if all(id(weight) in used for weight in group)
    ]
    learners = trainer.now.players.items()
    by_weight = {
        id(weight): gradient
        for player, learner in learners
        if player in trainer.gradients
        for weight, gradient in zip(learner.weights, trainer.gradients[player], strict=True)
    }
    gradients = [[each for weight in group if (each := by_weight.get(id(weight))) is not None] for _, _, group in active]
    norms = iter(_norms([each for (_, _, group), of_group in zip(active, gradients, strict=True) for each in (group, of_group)]))
    return tuple(Layer(player, name, next(norms), next(norms)) for player, name, _ in active)


def named(network: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """The layers with weights of a network, in its order, each with its name."""
    for layer in network.modules():
        name = next((name_of(layer) for kind, name_of in NAMES.items() if isinstance(layer, kind)), None)
        if name:
            yield name, layer


def _norms(groups: list[list[Tensor]]) -> list[float]:
    """The Euclidean norm of each group of tensors together; NaN of an empty one."""
    norms = torch._foreach_norm([tensor.detach() for group in groups for tensor in group])
    # One transfer for all of them.
    values = iter(torch.stack(list(norms)).tolist())
    return [math.hypot(*(next(values) for _ in group)) if group else math.nan for group in groups]


def _kernel(layer: nn.Conv2d | nn.ConvTranspose2d) -> str:
    return "x".join(str(side) for side in layer.kernel_size)
