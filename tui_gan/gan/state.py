"""The state of training: all that the next step depends on, and nothing else; and its tensors by name."""

import copy
import dataclasses
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from tui_gan.contract.config import Config, Optimizer
from tui_gan.contract.errors import choose
from tui_gan.gan import augment
from tui_gan.gan.latents import width
from tui_gan.gan.networks import build
from tui_gan.gan.optimizers import OPTIMIZERS, Moments, moments_of, named
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.gan.values import Player

# A state by the names of its tensors, as checkpoints have it.
Tensors = dict[str, Tensor]
COUNTS = 4
NAMES: dict[Player, str] = {"G": "generator", "D": "discriminator"}

# Type and shape.
Form = tuple[torch.dtype, tuple[int, ...]]


@dataclasses.dataclass(eq=False)
class Learner:
    """A network in training.

    Attributes:
        moments: what its optimiser keeps.
        means: the running means of its weights; none without historical averaging.
        slow: the slow weights of lookahead; none without it.
    """

    network: nn.Module
    moments: Moments = dataclasses.field(default_factory=dict)
    means: list[Tensor] = dataclasses.field(default_factory=list)
    slow: list[Tensor] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        self.weights: list[Tensor] = list(self.network.parameters())

    def begin_anew(self) -> None:
        """Have what follows the weights, its running means and its slow weights, begin where they are."""
        for kept in (self.means, self.slow):
            for one, weight in zip(kept, self.weights if kept else (), strict=True):
                one.copy_(weight.detach())


@dataclasses.dataclass(eq=False)
class State:
    """What a step changes.

    Attributes:
        average: the generator with averaged weights.
        coefficients: what adapts by itself, as `adapting` names it, () on the device.
        stream: every draw of samples and latents comes from it, on the CPU, so that it can be saved and survives a change of device.
        fixed_latents: (N, W) latents that stay the same for the whole run.
        loss_sums: (2,) of the generator and the discriminator over `losses_summed` steps; `accuracy_sum` () of the discriminator.
        steps_done: steps trained since the beginning; `pretrained` those of the pre-training before it.
        k: discriminator updates of a step where they follow its accuracy.
        drawn: real samples that have been drawn in epochs.
    """

    players: dict[Player, Learner]
    average: nn.Module
    coefficients: dict[str, Tensor]
    stream: torch.Generator
    fixed_latents: Tensor
    loss_sums: Tensor
    accuracy_sum: Tensor
    steps_done: int = 0
    losses_summed: int = 0
    pretrained: int = 0
    k: int = 1
    drawn: int = 0

    @property
    def modules(self) -> dict[str, nn.Module]:
        """The networks by the names that their tensors begin with."""
        return {NAMES[player]: learner.network for player, learner in self.players.items()} | {"generator_average": self.average}


def begun(config: Config, generator: nn.Module, discriminator: nn.Module, stream: torch.Generator, latents: Tensor, device: str) -> State:
    """The state before the first step, of networks that are on the device."""
    players: dict[Player, Learner] = {"G": Learner(generator), "D": Learner(discriminator)}
    if config.historical_averaging:
        for learner in players.values():
            learner.means = [weight.detach().clone() for weight in learner.weights]
    if config.optimizer.lookahead_steps:
        for learner in players.values():
            learner.slow = [weight.detach().clone() for weight in learner.weights]
    return State(
        players,
        average=copy.deepcopy(generator).requires_grad_(False).eval(),
        coefficients={name: torch.tensor(value, device=device) for name, value in adapting(config).items()},
        stream=stream,
        fixed_latents=latents,
        loss_sums=torch.zeros(2, device=device),
        accuracy_sum=torch.zeros((), device=device),
    )


def adapting(config: Config) -> dict[str, float]:
    """What adapts by itself, and where it begins: coefficients, by their regularizers, and the probability of augmentations.

    Raises:
        UsageError: a regularizer that is not in the table.
    """
    weights = {name: weight for name, weight in config.regularizers.items() if choose(REGULARIZERS, name, "regularizer").adapt and weight}
    return weights | ({augment.PROBABILITY: 0.0} if augment.adapts(config) else {})


class Forms(NamedTuple):
    """Forms of the tensors of a state, by name.

    Attributes:
        must: of those that every state has.
        begun: of those that an optimiser has of each weight that it has moved, and of no other.
        may: of those that it may have beside, where its momentum is not 0 or was not.
    """

    must: dict[str, Form]
    begun: dict[str, Form]
    may: dict[str, Form]


def tensors(state: State, config: Config) -> Iterator[tuple[str, Tensor]]:
    """Every tensor of a state by its name, uncopied."""
    for name, module in state.modules.items():
        for key, value in module.state_dict().items():
            yield f"{name}.{key}", value
    for player, learner in state.players.items():
        for key, value in named(learner.moments):
            yield f"{NAMES[player]}_optimizer.{key}", value
    for player, learner in state.players.items():
        for index, mean in enumerate(learner.means):
            yield f"{NAMES[player]}_means.{index}", mean
        for index, slow in enumerate(learner.slow):
            yield f"{NAMES[player]}_slow.{index}", slow
    yield from {f"coefficients.{name}": coefficient for name, coefficient in state.coefficients.items()}.items()
    yield "stream", state.stream.get_state()
    yield "fixed_latents", state.fixed_latents
    yield "loss_sums", state.loss_sums
    yield "accuracy_sum", state.accuracy_sum
    yield "counts", torch.tensor([state.steps_done, state.losses_summed, state.pretrained, state.k])
    if config.sampling == "epochs":
        yield "drawn", torch.tensor(state.drawn)


def load(state: State, config: Config, saved: Tensors) -> None:
    """Put tensors into a state of the same configuration, which stays where it is.

    Raises:
        KeyError, RuntimeError: a tensor is missing or has another shape.
    """
    device = state.loss_sums.device
    for name, module in state.modules.items():
        module.load_state_dict(_beginning(name, saved))
    for player, learner in state.players.items():
        learner.moments.clear()
        for key, value in _beginning(f"{NAMES[player]}_optimizer", saved).items():
            place, _, moment = key.partition(".")
            weight = learner.weights[int(place)]
            # A count of updates is kept on the CPU, until fused kernels ask for it elsewhere.
            where = weight.device if value.shape == weight.shape else "cpu"
            learner.moments.setdefault(int(place), {})[moment] = value.to(where, copy=True)
        for index, mean in enumerate(learner.means):
            mean.copy_(saved[f"{NAMES[player]}_means.{index}"])
        for index, slow in enumerate(learner.slow):
            slow.copy_(saved[f"{NAMES[player]}_slow.{index}"])
    for name in state.coefficients:
        state.coefficients[name] = saved[f"coefficients.{name}"].to(device, copy=True)
    state.stream.set_state(saved["stream"])
    state.fixed_latents = saved["fixed_latents"].clone()
    state.loss_sums = saved["loss_sums"].to(device, copy=True)
    state.accuracy_sum = saved["accuracy_sum"].to(device, copy=True)
    state.steps_done, state.losses_summed, state.pretrained, state.k = saved["counts"].tolist()
    state.drawn = int(saved["drawn"]) if config.sampling == "epochs" else 0


def carried(old: State, new: State, before: Config, after: Config) -> Tensors:
    """Copy a state for one of another configuration, whose networks have the same weights.

    Weights are carried over in their order, since a layer of dropout moves the names of those behind it. Coefficients of which the
    configuration says something else, and fixed latents of another distribution, are those that the new state begins with; a
    gradient that is held of other regularizers is taken anew. Slow weights that lookahead begins with are the weights as they are.

    Raises:
        ValueError: the networks have another number of tensors.
    """
    state, fresh = copied(old, before), dict(tensors(new, after))
    copies = {name: value for name, value in state.items() if name.partition(".")[0] not in old.modules}
    for (name, module), other in zip(old.modules.items(), new.modules.values(), strict=True):
        copies |= {
            f"{name}.{theirs}": state[f"{name}.{mine}"] for mine, theirs in zip(module.state_dict(), other.state_dict(), strict=True)
        }
    if not before.optimizer.lookahead_steps and after.optimizer.lookahead_steps:
        for player, learner in old.players.items():
            copies |= {
                f"{NAMES[player]}_slow.{index}": weight.detach().to("cpu", copy=True) for index, weight in enumerate(learner.weights)
            }
    same = {f"coefficients.{name}" for name, value in adapting(after).items() if adapting(before).get(name) == value}
    copies |= {name: value for name, value in fresh.items() if name.startswith("coefficients.") and name not in same}
    if before.sampling != after.sampling:
        copies |= {"drawn": fresh["drawn"]} if "drawn" in fresh else {}
    if _latents(before) != _latents(after):
        copies["fixed_latents"] = fresh["fixed_latents"]
    return copies


def copied(state: State, config: Config) -> Tensors:
    """Copy a state, by name, onto the CPU."""
    return {name: value.detach().to("cpu", copy=True) for name, value in tensors(state, config)}


def forms(config: Config, shape: tuple[int, ...]) -> Forms:
    """Forms of the tensors of the state of a configuration; nothing is allocated.

    Args:
        shape: of one sample.

    Raises:
        UsageError: a network, a regularizer or an optimiser that is not in the tables, or a network that does not go with the shape.
    """
    with torch.device("meta"):
        generator, discriminator = build(config, shape)
    networks: dict[str, nn.Module] = {"generator": generator, "discriminator": discriminator}
    must = {f"{name}.{key}": _form(value) for name, network in networks.items() for key, value in network.state_dict().items()}
    must |= {f"generator_average.{key}": _form(value) for key, value in generator.state_dict().items()}
    must |= {f"coefficients.{name}": (torch.float32, ()) for name in adapting(config)}
    must |= {"stream": _form(torch.Generator().get_state()), "fixed_latents": (torch.float32, (config.fixed_latents, width(config)))}
    must |= {"drawn": (torch.int64, ())} if config.sampling == "epochs" else {}
    must |= {"loss_sums": (torch.float32, (2,)), "accuracy_sum": (torch.float32, ()), "counts": (torch.int64, (COUNTS,))}
    of_weights = {"means": config.historical_averaging, "slow": config.optimizer.lookahead_steps}
    for kept in (kept for kept, wanted in of_weights.items() if wanted):
        weights = {name: enumerate(network.parameters()) for name, network in networks.items()}
        must |= {f"{name}_{kept}.{index}": _form(weight) for name, each in weights.items() for index, weight in each}
    choose(OPTIMIZERS, config.optimizer.kind, "optimizer")
    begun, with_momentum = (
        {
            f"{name}_optimizer.{key}": _form(value)
            for name, network in networks.items()
            for key, value in moments_of(Optimizer(kind=config.optimizer.kind, momentum=momentum), list(network.parameters())).items()
        }
        for momentum in (0.0, 0.5)
    )
    return Forms(must, begun, {name: form for name, form in with_momentum.items() if name not in begun})


def size(config: Config, shape: tuple[int, ...]) -> int:
    """Bytes of a whole state, which is what a checkpoint takes on the disk."""
    groups = forms(config, shape)
    return sum(dtype.itemsize * torch.Size(form).numel() for each in groups for dtype, form in each.values())


def _latents(config: Config) -> tuple[object, ...]:
    """What the fixed latents are drawn by, beside the seed."""
    return config.latent, config.latent_scale, config.stratified, config.completion.masks


def _form(tensor: Tensor) -> Form:
    return tensor.dtype, tuple(tensor.shape)


def _beginning(name: str, saved: Tensors) -> Tensors:
    return {key[len(name) + 1 :]: value for key, value in saved.items() if key.startswith(f"{name}.")}
