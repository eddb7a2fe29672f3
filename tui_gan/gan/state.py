"""The state of a trainer as named tensors: all that the next step depends on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn

from tui_gan.contract.config import Config
from tui_gan.contract.errors import choose
from tui_gan.gan.networks import build
from tui_gan.gan.optimizers import OPTIMIZERS, kept, moments
from tui_gan.gan.regularizers import REGULARIZERS

if TYPE_CHECKING:
    from tui_gan.gan.trainer import Trainer

State = dict[str, Tensor]
COUNTS = 4

# Type and shape.
Form = tuple[torch.dtype, tuple[int, ...]]


class Forms(NamedTuple):
    """Forms of the tensors of a state, by name.

    Attributes:
        must: of those that every state has.
        begun: of those that an optimizer has of each weight that it has moved, and of no other.
        may: of those that it may have beside, where its momentum is not 0 or was not.
    """

    must: dict[str, Form]
    begun: dict[str, Form]
    may: dict[str, Form]


def tensors(trainer: "Trainer") -> Iterator[tuple[str, Tensor]]:
    """Every tensor of a trainer's state by its name, uncopied."""
    for name, module in _modules(trainer):
        for key, value in module.state_dict().items():
            yield f"{name}.{key}", value
    for name, optimizer in _optimizers(trainer):
        for key, value in kept(optimizer):
            yield f"{name}.{key}", value
    for name, means in _means(trainer):
        for index, mean in enumerate(means):
            yield f"{name}.{index}", mean
    yield from {f"coefficients.{name}": coefficient for name, coefficient in trainer.coefficients.items()}.items()
    yield "stream", trainer.stream.get_state()
    yield "fixed_latents", trainer.fixed_latents
    yield "loss_sums", trainer.loss_sums
    yield "accuracy_sum", trainer.accuracy_sum
    yield "counts", torch.tensor([trainer.steps_done, trainer.losses_summed, trainer.pretrained, trainer.k])
    yield from _drawn(trainer)


def load(trainer: "Trainer", state: State) -> None:
    """Put a state into a trainer of the same configuration.

    Raises:
        KeyError, RuntimeError: a tensor is missing or has another shape.
    """
    for name, module in _modules(trainer):
        prefix = name + "."
        module.load_state_dict({key[len(prefix) :]: value for key, value in state.items() if key.startswith(prefix)})
    for name, optimizer in _optimizers(trainer):
        _load_optimizer(optimizer, name, state)
    for name, means in _means(trainer):
        for index, mean in enumerate(means):
            mean.copy_(state[f"{name}.{index}"])
    for name in trainer.coefficients:
        trainer.coefficients[name] = state[f"coefficients.{name}"].to(trainer.device, copy=True)
    trainer.stream.set_state(state["stream"])
    trainer.fixed_latents = state["fixed_latents"].clone()
    trainer.loss_sums = state["loss_sums"].to(trainer.device, copy=True)
    trainer.accuracy_sum = state["accuracy_sum"].to(trainer.device, copy=True)
    counts = state["counts"].tolist()
    trainer.steps_done, trainer.losses_summed, trainer.pretrained, trainer.k = counts
    trainer.drawn = int(state["drawn"]) if trainer.config.sampling == "epochs" else 0


def carried(old: "Trainer", new: "Trainer") -> State:
    """Copy the state of a trainer for one of another configuration, whose networks have the same weights.

    Weights are carried over in their order, since a layer of dropout moves the names of those behind it. Coefficients of which the
    configuration says something else, and fixed latents of another distribution, are those that the new trainer begins with; a
    gradient that is held of other regularizers is taken anew.

    Raises:
        ValueError: the networks have another number of tensors.
    """
    state, fresh = old.state(), dict(tensors(new))
    found = {name: value for name, value in state.items() if name.partition(".")[0] not in dict(_modules(old))}
    for (name, module), (_, other) in zip(_modules(old), _modules(new), strict=True):
        found |= {f"{name}.{its}": state[f"{name}.{mine}"] for mine, its in zip(module.state_dict(), other.state_dict(), strict=True)}
    weights, wanted = old.config.regularizers, new.config.regularizers
    same = {f"coefficients.{name}" for name in new.coefficients if weights.get(name) == wanted[name]}
    found |= {name: value for name, value in fresh.items() if name.startswith("coefficients.") and name not in same}
    if old.config.sampling != new.config.sampling:
        found |= {"drawn": fresh["drawn"]} if "drawn" in fresh else {}
    if _latents(old.config) != _latents(new.config):
        found["fixed_latents"] = fresh["fixed_latents"]
    return found


def forms(config: Config, shape: tuple[int, ...]) -> Forms:
    """Forms of the tensors of the state of a configuration; nothing is allocated.

    Args:
        shape: of one sample.

    Raises:
        UsageError: a network, a regularizer or an optimizer that is not in the tables, or a network that does not go with the shape.
    """
    with torch.device("meta"):
        generator, discriminator = build(config, shape)
    networks: dict[str, nn.Module] = {"generator": generator, "discriminator": discriminator}
    must = {f"{name}.{key}": _form(value) for name, network in networks.items() for key, value in network.state_dict().items()}
    must |= {f"generator_average.{key}": _form(value) for key, value in generator.state_dict().items()}
    must |= {
        f"coefficients.{name}": (torch.float32, ())
        for name, weight in config.regularizers.items()
        if choose(REGULARIZERS, name, "regularizer").adapt and weight
    }
    must |= {"stream": _form(torch.Generator().get_state()), "fixed_latents": (torch.float32, (config.fixed_latents, config.latent_dim))}
    must |= {"drawn": (torch.int64, ())} if config.sampling == "epochs" else {}
    must |= {"loss_sums": (torch.float32, (2,)), "accuracy_sum": (torch.float32, ()), "counts": (torch.int64, (COUNTS,))}
    if config.historical_averaging:
        weights = {name: enumerate(network.parameters()) for name, network in networks.items()}
        must |= {f"{name}_means.{index}": _form(weight) for name, each in weights.items() for index, weight in each}
    choose(OPTIMIZERS, config.optimizer.kind, "optimizer")
    begun, with_momentum = (
        {
            f"{name}_optimizer.{key}": _form(value)
            for name, network in networks.items()
            for key, value in moments(config.optimizer, network, momentum).items()
        }
        for momentum in (0.0, 0.5)
    )
    return Forms(must, begun, {name: form for name, form in with_momentum.items() if name not in begun})


def size(config: Config, shape: tuple[int, ...]) -> int:
    """Bytes of a whole state, which is what a checkpoint takes on the disk."""
    found = forms(config, shape)
    return sum(dtype.itemsize * torch.Size(form).numel() for each in found for dtype, form in each.values())


def _latents(config: Config) -> tuple[object, ...]:
    """What the fixed latents are drawn by, beside the seed."""
    return config.latent, config.latent_scale, config.stratified


def _form(tensor: Tensor) -> Form:
    return tensor.dtype, tuple(tensor.shape)


def _modules(trainer: "Trainer") -> tuple[tuple[str, nn.Module], ...]:
    return (
        ("generator", trainer.generator),
        ("discriminator", trainer.discriminator),
        ("generator_average", trainer.generator_average),
    )


def _optimizers(trainer: "Trainer") -> tuple[tuple[str, torch.optim.Optimizer], ...]:
    return ("generator_optimizer", trainer.generator_optimizer), ("discriminator_optimizer", trainer.discriminator_optimizer)


def _drawn(trainer: "Trainer") -> Iterator[tuple[str, Tensor]]:
    if trainer.config.sampling == "epochs":
        yield "drawn", torch.tensor(trainer.drawn)


def _means(trainer: "Trainer") -> tuple[tuple[str, list[Tensor]], ...]:
    return ("generator_means", trainer.generator_means), ("discriminator_means", trainer.discriminator_means)


def _load_optimizer(optimizer: torch.optim.Optimizer, name: str, state: State) -> None:
    moments: dict[int, dict[str, Any]] = {}
    for key, value in state.items():
        if key.startswith(name + "."):
            _, index, moment = key.split(".")
            moments.setdefault(int(index), {})[moment] = value.clone()
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})
