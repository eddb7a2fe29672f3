"""The compiled engine: several whole steps a call of a program, which changes a state in place."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._pytree import tree_flatten, tree_unflatten

from tui_gan.gan.engines.whole import Pacing, Values, Whole, pacing_of, values_of
from tui_gan.gan.game import Game
from tui_gan.gan.optimizers import OPTIMIZERS
from tui_gan.gan.state import State
from tui_gan.gan.values import Draws, Hyper, Program

# A program: it changes the first tensors that it is given, those of the state.
Call = Callable[[list[Tensor]], None]
Table = list[float]


class Given(NamedTuple):
    """What a call is given beside the state.

    Attributes:
        draws: of each update of each step.
        table: (steps, scalars) of `row`.
    """

    draws: list[list[Draws]]
    table: Tensor


def why_not(game: Game, state: State, device: str) -> str:
    """Why the step of a game cannot be compiled, or ""."""
    if device != "cpu":
        return "it is for the CPU so far"
    if game.drops or any(isinstance(layer, torch.nn.Dropout) for layer in state.players["G"].network.modules()):
        return "dropout draws inside the networks"
    changing = {"running_mean", "running_var", "_u", "_v"}
    names = {name.rpartition(".")[2] for network in state.modules.values() for name, _ in network.named_buffers()}
    if names & changing:
        return "batch and spectral normalisation keep numbers beside the weights"
    if OPTIMIZERS[game.config.optimizer.kind].moved is None:
        return f"the optimiser {game.config.optimizer.kind} is not a function"
    return ""


def row(game: Game, hyper: Hyper, step: int) -> Table:
    """The scalars of the step after which `step` are done."""
    pacing = pacing_of(game.config, step)
    rates = [float(hyper.rates["D"]), float(hyper.rates["G"])]
    others = (hyper.momentum, hyper.regularization, hyper.noise_sd, pacing.average, pacing.means)
    return [*rates, *(float(each) for each in others)]


def tensors_of(state: State, given: Given, program: Program) -> list[Tensor]:
    """All that a program reads, those first that it changes."""
    return [*_tensors(_values(state, program)), *_tensors(given)]


def _values(state: State, program: Program) -> Values:
    """The values of a state, without the moments of what takes no part, of which a program need not know whether there are any."""
    taking = {id(weight) for weight in state.players["D"].network.active(program.minibatch)}  # type: ignore[operator]
    values = values_of(state)
    weights = zip(values.weights["D"], values.moments["D"], strict=True)
    moments = [moments if id(weight) in taking else {} for weight, moments in weights]
    return values._replace(moments={**values.moments, "D": moments})


def traced(game: Game, state: State, given: Given, hyper: Hyper, program: Program) -> torch.nn.Module:
    """The graph of a call: a function of `tensors_of`, that changes those of the state in place."""
    from torch.fx.experimental.proxy_tensor import make_fx

    networks = {player: learner.network for player, learner in state.players.items()}
    whole = Whole(game, networks, [each.players for each in given.draws[0]], program)
    examples, values = tensors_of(state, given, program), _values(state, program)
    (leaves, spec), count = tree_flatten((values, given)), len(_tensors(values))

    def call(*tensors: Tensor) -> None:
        rest = iter(tensors)
        values, (draws, table) = tree_unflatten([next(rest) if isinstance(leaf, Tensor) else leaf for leaf in leaves], spec)
        for place, each in enumerate(draws):
            of_discriminator, of_generator, momentum, regularization, noise_sd, average, means = table[place].unbind(0)
            turned = hyper._replace(
                rates={"D": of_discriminator, "G": of_generator}, momentum=momentum, regularization=regularization, noise_sd=noise_sd
            )
            values = whole.step(values, each, turned, Pacing(average, means))
        for old, new in zip(tensors[:count], _tensors(values), strict=True):
            if new is not old:
                old.copy_(new)

    graph: torch.nn.Module = make_fx(call)(*(each.detach().clone() for each in examples))
    return graph


def _tensors(tree: Any) -> list[Tensor]:
    return [leaf for leaf in tree_flatten(tree)[0] if isinstance(leaf, Tensor)]


def form(game: Game, state: State, given: Given, program: Program) -> str:
    """What makes a program another, as text, beside the versions of what makes it: the same form, the same program."""
    config = game.config
    fields = ("generator", "discriminator", "minibatch", "objective", "label_smoothing", "regularizers", "lazy", "packing", "updates")
    terms = ("feature_matching", "generator_l2", "historical_averaging", "optimizer", "coordination")
    named = [f"{name}: {getattr(config, name)!r}" for name in (*fields, *terms)]
    shapes = [f"{tuple(each.shape)} {each.dtype}" for each in tensors_of(state, given, program)]
    return "\n".join([*named, repr(program), repr(given.draws[0][0].players), *shapes])
