"""The networks as they are before the first step."""

import itertools
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.gan.datasets.dataset import Dataset
from tui_gan.gan.networks import AnyDiscriminator, build
from tui_gan.gan.state import Form, State, Tensors


def networks(config: Config, dataset: Dataset) -> tuple[nn.Sequential, AnyDiscriminator]:
    """The generator and the discriminator, on the CPU, drawn by the seed and fitted to the data where the configuration says so."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        generator, discriminator = build(config, dataset.shape)
    if config.generator.output_bias == "data":
        _show_the_mean(generator, config, dataset)
    if config.discriminator.norm == "virtual_batch":
        reference = discriminator.get_buffer("reference")
        drawn = dataset.sample(len(reference) * config.packing, torch.Generator().manual_seed(config.seed), "cpu")
        reference.copy_(drawn.reshape(reference.shape))
    return generator, discriminator


@torch.no_grad()
def _show_the_mean(generator: nn.Sequential, config: Config, dataset: Dataset) -> None:
    """Let the generator's last bias alone give the mean of the data."""
    last = [layer for layer in generator if isinstance(layer, nn.Linear)][-1]
    mean = dataset.mean.flatten()
    if config.generator.output == "sigmoid":
        mean = torch.logit(mean, eps=1e-7)
    elif config.generator.output == "tanh":
        mean = torch.atanh(mean.clamp(-1 + 1e-6, 1 - 1e-6))
    last.bias.copy_(mean)


def take_over(state: State, config: Config, tensors: Tensors, order: Iterable[str]) -> None:
    """Begin with the networks of another state, which may be of another configuration; all else stays as it is at the beginning.

    Tensors are taken over in their order, since a layer of dropout moves the names of those behind it. Where nothing is averaged, the
    averaged generator is the trained one.

    Args:
        tensors: the tensors of the other state by name; `order` has the names in the order of its networks.

    Raises:
        UsageError: a tensor has another shape or part in its layer than the one in its place; the text says which.
    """
    names = list(order)
    for network, module in state.modules.items():
        ours = [(f"{network}.{key}", value) for key, value in module.state_dict().items()]
        theirs = [(name, tensors[name]) for name in names if name.startswith(f"{network}.")]
        for one, other in itertools.zip_longest(ours, theirs):
            if one is None or other is None or _part(*one) != _part(*other):
                same = one is not None and other is not None and one[0] == other[0]
                here = f"{tuple(one[1].shape)} is needed" if one and same else _described(one, network)
                raise UsageError(f"{_described(other, network)} there, and here {here}")
            one[1].copy_(other[1])
    if not config.average_decay:
        state.average.load_state_dict(state.players["G"].network.state_dict())
    for learner in state.players.values():
        learner.begin_anew()


def _part(name: str, tensor: Tensor) -> tuple[str, Form]:
    """What a tensor is in its layer, and its form."""
    return name.rpartition(".")[2], (tensor.dtype, tuple(tensor.shape))


def _described(named: tuple[str, Tensor] | None, network: str) -> str:
    if named is None:
        return f"the {network.replace('_', ' ')} has no further tensor"
    name, tensor = named
    return f"{name} has the shape {tuple(tensor.shape)}"
