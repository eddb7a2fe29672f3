"""The compiled engine: a whole step a call of a program, which changes a state in place."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._pytree import tree_flatten, tree_unflatten

from tui_gan.gan.engines.whole import Pacing, Values, Whole, pacing_of, values_of
from tui_gan.gan.game import Game
from tui_gan.gan.optimizers import OPTIMIZERS, moments_of
from tui_gan.gan.state import State
from tui_gan.gan.values import Draws, Hyper, Player, Program

# A program: it changes the first tensors that it is given, those of the state.
Call = Callable[[list[Tensor]], None]


class Given(NamedTuple):
    """What a call is given beside the state.

    Attributes:
        draws: of each update, with the numbers that its latents are made of.
        row: of `row`.
    """

    draws: list[Draws]
    row: Tensor

    @property
    def tensors(self) -> list[Tensor]:
        """All of them, in the order of a pytree."""
        tensors = []
        for draws in self.draws:
            each = (draws.latents, draws.real, draws.real_noise, draws.fake_noise, *draws.again, *draws.terms.values(), draws.code_noise)
            each += (
                draws.real_change,
                draws.fake_change,
                *draws.change_again,
                draws.code_change,
                draws.labelled,
                draws.labels,
                draws.labelled_noise,
                draws.hinted,
            )
            tensors += [tensor for tensor in each if tensor is not None]
        return [*tensors, self.row]


class Lesson(NamedTuple):
    """What a call of a step of the pre-training is given.

    Attributes:
        points: (B, 1) in training units; `density` (B, 1) that of the data there.
        row: of `row`.
    """

    points: Tensor
    density: Tensor
    row: Tensor

    @property
    def tensors(self) -> list[Tensor]:
        """All of them, in their order."""
        return [*self]

    @property
    def draws(self) -> list[Draws]:
        """None, since nobody plays."""
        return []


def why_not(game: Game, state: State, device: str) -> str:
    """Why the step of a game cannot be compiled, or ""."""
    if device != "cpu":
        return "that is for the CPU; a GPU has graph"
    if game.drops or any(isinstance(layer, torch.nn.Dropout) for layer in state.players["G"].network.modules()):
        return "dropout draws inside the networks"
    if game.config.labels:
        # Who makes a program knows the shape of the data alone.
        return "labelled images are drawn beside the batch"
    if game.config.bf16:
        return "bfloat16 is for eager and graph"
    if game.config.discriminator.spectral and any(term.at_real or term.at_fake for _, term in game.terms):
        # Their slopes are taken of another call of the discriminator here, at which spectral normalisation would go on.
        return "spectral normalisation with r1 or r2"
    if OPTIMIZERS[game.config.optimizer.kind].moved is None:
        return f"the optimiser {game.config.optimizer.kind} is not a function"
    return ""


def is_ready(game: Game, state: State, program: Program) -> bool:
    """Whether each weight that takes part has all that the optimiser keeps of it, as after its first update."""
    layout = Layout(state, program)
    for player, learner in state.players.items():
        wanted = {name.partition(".")[2] for name in moments_of(game.config.optimizer, learner.weights[:1])}
        if any(wanted - learner.moments.get(place, {}).keys() for place in layout.taking[player]):
            return False
    return True


def row(game: Game, hyper: Hyper, step: int) -> list[float]:
    """The scalars of the step after which `step` are done."""
    pacing = pacing_of(game.config, step)
    rates = [float(hyper.rates["D"]), float(hyper.rates["G"])]
    others = (hyper.momentum, hyper.regularization, hyper.noise_sd, hyper.augment_probability, pacing.average, pacing.means, pacing.slow)
    return [*rates, *(float(each) for each in others)]


class Layout:
    """The order in which a program finds the tensors of a state and of what it is given.

    The moments of what takes no part are not among them, so that a program need not know whether there are any.

    Attributes:
        taking: the places of the weights that take part, by player.
    """

    def __init__(self, state: State, program: Program) -> None:
        self.state = state
        taking = {id(weight) for weight in state.players["D"].network.active(program.minibatch)}  # type: ignore[operator]
        weights = state.players["D"].weights
        self.taking: dict[Player, list[int]] = {
            "G": [*range(len(state.players["G"].weights))],
            "D": [place for place, weight in enumerate(weights) if id(weight) in taking],
        }
        learners = state.players.values()
        # These stay the same objects as long as the state does.
        self._weights = [weight for learner in learners for weight in learner.weights]
        self._buffers = [buffer for learner in learners for buffer in learner.network.buffers()]
        self._average = list(state.average.parameters())

    def values(self) -> Values:
        """The values of the state."""
        values = values_of(self.state)
        return values._replace(
            moments={
                player: [kept if place in self.taking[player] else {} for place, kept in enumerate(moments)]
                for player, moments in values.moments.items()
            }
        )

    def of_state(self) -> list[Tensor]:
        """The tensors of `values`, in the order of a pytree of them, which takes ten times as long to flatten."""
        state, learners = self.state, self.state.players.items()
        tensors = [*self._weights, *self._buffers]
        for player, learner in learners:
            for place in self.taking[player]:
                kept = learner.moments.get(place, {})
                tensors += [kept[name] for name in sorted(kept)]
        for _, learner in learners:
            tensors += learner.means
        for _, learner in learners:
            tensors += learner.slow
        tensors += self._average
        tensors += [state.coefficients[name] for name in sorted(state.coefficients)]
        tensors += [state.loss_sums, state.accuracy_sum]
        return tensors


def traced(game: Game, state: State, given: Given | Lesson, hyper: Hyper, program: Program, members: int = 0) -> torch.nn.Module:
    """The graph of a call: a function of the tensors of a layout, that changes those of the state in place.

    Args:
        given: an example; of a `Lesson` it is a step of the pre-training.
        members: of so many states at once, each tensor with one more axis in front; 0 of one.
    """
    from torch._functorch.compile_utils import fx_graph_cse
    from torch._guards import TracingContext, tracing
    from torch._subclasses.fake_tensor import FakeTensorMode
    from torch.func import functionalize, vmap
    from torch.fx.experimental.proxy_tensor import make_fx

    networks = {player: learner.network for player, learner in state.players.items()}
    whole = Whole(game, networks, [each.players for each in given.draws], program)
    layout = Layout(state, program)
    examples, values = [*layout.of_state(), *given.tensors], layout.values()
    (leaves, spec), count = tree_flatten((values, given)), len(_tensors(values))
    assert [id(each) for each in leaves if isinstance(each, Tensor)] == [id(each) for each in examples], "one order for both"

    def step(*tensors: Tensor) -> list[Tensor]:
        rest = iter(tensors)
        values, here = tree_unflatten([next(rest) if isinstance(leaf, Tensor) else leaf for leaf in leaves], spec)
        of_discriminator, of_generator, momentum, regularization, noise_sd, probability, average, means, slow = here.row.unbind(0)
        turned = hyper._replace(
            rates={"D": of_discriminator, "G": of_generator},
            momentum=momentum,
            regularization=regularization,
            noise_sd=noise_sd,
            augment_probability=probability,
        )
        if isinstance(here, Lesson):
            return _tensors(whole.teach(values, here.points, here.density, turned))
        made = [each._replace(latents=game.latents(each.latents)) for each in here.draws]
        return _tensors(whole.step(values, made, turned, Pacing(average, means, slow)))

    def call(*tensors: Tensor) -> None:
        for old, new in zip(tensors[:count], (vmap(step) if members else step)(*tensors), strict=True):
            if new is not old:
                old.copy_(new)

    for each in given.draws:
        # What latents keep for good is drawn now, and not while the graph is made.
        game.latents(each.latents)
    inputs = [each.detach().expand(members, *each.shape).clone() if members else each.detach().clone() for each in examples]
    # A graph without changes in place but of what it is given, where what is computed twice can be computed once.
    # Without a mode for the forms of all its nodes each would make its own, which takes half of the time.
    with tracing(TracingContext(FakeTensorMode())):
        graph = make_fx(functionalize(make_fx(call)(*inputs)))(*inputs)
    return torch.fx.GraphModule(graph, fx_graph_cse(graph.graph))


def _tensors(tree: Any) -> list[Tensor]:
    return [leaf for leaf in tree_flatten(tree)[0] if isinstance(leaf, Tensor)]


def form(game: Game, state: State, given: Given, program: Program) -> str:
    """What makes a program another, as text, beside the versions of what makes it: the same form, the same program."""
    config = game.config
    networks = ("generator", "discriminator", "encoder", "inference")
    fields = ("minibatch", "objective", "label_smoothing", "regularizers", "lazy", "packing", "updates", "labels", "stages", "unary")
    augmented = ("augment", "augment_target", "augment_images")
    latents = ("latent", "latent_dim", "classes", "latent_scale", "stratified", "completion")
    terms = (
        "adversarial",
        "feature_matching",
        "generator_l2",
        "historical_averaging",
        "information",
        "conditioning",
        "cycle_consistency",
        "optimizer",
        "coordination",
    )
    named = [f"{name}: {getattr(config, name)!r}" for name in (*networks, *fields, *augmented, *latents, *terms)]
    shapes = [f"{tuple(each.shape)} {each.dtype}" for each in (*Layout(state, program).of_state(), *given.tensors)]
    return "\n".join([*named, repr(program), repr(given.draws[0].players), *shapes])
