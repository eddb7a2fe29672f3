"""A whole step as a function of values, for the engines that compile, capture or multiply it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad

from tui_gan.contract.config import Config
from tui_gan.gan.average import step_towards
from tui_gan.gan.game import Game
from tui_gan.gan.losses import density_loss, discriminator_loss, generator_loss, generator_loss_at_once, in_force
from tui_gan.gan.networks.columns import columns, limited
from tui_gan.gan.objectives import accuracy
from tui_gan.gan.optimizers import OPTIMIZERS, Pace, lookahead
from tui_gan.gan.shown import inferred_by
from tui_gan.gan.state import State
from tui_gan.gan.values import Draws, Hyper, Network, Player, Program, Scalar, Seen


class Values(NamedTuple):
    """What a step changes, as tensors alone.

    Attributes:
        weights: of each player, in the order of its network; `buffers` what it holds beside them, of which CHANGING are moved.
        moments: of each weight that has any, by name; `means` of each where there is historical averaging; `slow` with lookahead.
        average: the averaged weights of the generator.
        coefficients: of the regularizers that adapt theirs, by name.
        losses: the sums of the losses of the generator and the discriminator, (2,); `accuracy` that of the discriminator's accuracy, ().
    """

    weights: Mapping[Player, list[Tensor]]
    buffers: Mapping[Player, list[Tensor]]
    moments: Mapping[Player, list[dict[str, Tensor]]]
    means: Mapping[Player, list[Tensor]]
    slow: Mapping[Player, list[Tensor]]
    average: list[Tensor]
    coefficients: Mapping[str, Tensor]
    losses: Tensor
    accuracy: Tensor


class Pacing(NamedTuple):
    """How far what follows the weights goes towards them after a step.

    Attributes:
        average: of the averaged generator; `means` of the running means.
        slow: of the slow weights of lookahead; 0 where they stay, and with them the weights.
    """

    average: Scalar
    means: Scalar
    slow: Scalar


def values_of(state: State) -> Values:
    """The values of a state, uncopied, always in one order."""
    players = state.players.items()
    return Values(
        weights={player: list(learner.weights) for player, learner in players},
        buffers={player: list(learner.network.buffers()) for player, learner in players},
        moments={
            player: [dict(sorted(learner.moments.get(place, {}).items())) for place in range(len(learner.weights))]
            for player, learner in players
        },
        means={player: list(learner.means) for player, learner in players},
        slow={player: list(learner.slow) for player, learner in players},
        average=list(state.average.parameters()),
        coefficients=dict(sorted(state.coefficients.items())),
        losses=state.loss_sums,
        accuracy=state.accuracy_sum,
    )


def pacing_of(config: Config, step: int) -> Pacing:
    """As it is after step number `step`."""
    return Pacing(step_towards(config.average_decay, config.average_share, step), 1 / (step + 1), lookahead(config.optimizer, step))


# What is told of a loss beside its gradient, by name: tensors alone, since they leave a derivative.
Told = dict[str, Tensor]
# The buffers of batch and spectral normalisation, by the last part of their names, which the networks move whenever they are called.
CHANGING = frozenset({"running_mean", "running_var", "num_batches_tracked", "_u", "_v"})
Buffers = dict[Player, list[Tensor]]


class Whole:
    """The step of a game in one form of it.

    Args:
        networks: whose parameters stand for the shapes and names alone.
        players: who moves, update by update.
    """

    def __init__(self, game: Game, networks: Mapping[Player, nn.Module], players: Sequence[tuple[Player, ...]], program: Program) -> None:
        self.game, self.program, self.players = game, program, tuple(players)
        self._calls = {player: _Calls(network) for player, network in networks.items()}
        self._names = {
            player: [f"network.{name}" for name, _ in (*network.named_parameters(), *network.named_buffers())]
            for player, network in networks.items()
        }
        self._changing: dict[Player, list[bool]] = {
            player: [name.rpartition(".")[2] in CHANGING for name, _ in network.named_buffers()] for player, network in networks.items()
        }
        active = {id(each) for each in networks["D"].active(program.minibatch)}  # type: ignore[operator]
        self.active: dict[Player, list[int]] = {
            "D": [place for place, each in enumerate(networks["D"].parameters()) if id(each) in active],
            "G": [*range(len([*networks["G"].parameters()]))],
        }
        limits = {"G": game.config.generator.column_norm, "D": game.config.discriminator.column_norm}
        self._limits: dict[Player, dict[int, tuple[int, float]]] = {}
        for player, network in networks.items():
            axes = {id(weight): axis for weight, axis in columns(network)} if limits[player] else {}
            places = enumerate(network.parameters())
            self._limits[player] = {place: (axes[id(each)], limits[player]) for place, each in places if id(each) in axes}

    def step(self, values: Values, draws: Sequence[Draws], hyper: Hyper, pacing: Pacing) -> Values:
        """One step."""
        last: dict[Player, Tensor] = {}
        start = values.weights
        for players, each in zip(self.players, draws, strict=True):
            start = start if each.phase == "back" else values.weights
            values, seen = self._update(players, values, each, hyper, start)
            last.update({player: seen[player]["loss"] for player in players})
        values = _looked_ahead(values, pacing.slow)
        weights = values.weights
        return values._replace(
            average=_towards(values.average, weights["G"], pacing.average),
            means={player: _towards(means, weights[player], pacing.means) if means else [] for player, means in values.means.items()},
            losses=values.losses + torch.stack((last["G"], last["D"])),
        )

    def teach(self, values: Values, points: Tensor, density: Tensor, hyper: Hyper) -> Values:
        """One step of the pre-training: the discriminator is taught the density of the data at points (B, 1)."""

        def loss(taking: list[Tensor]) -> Tensor:
            network = self._network("D", self._with(values.weights["D"], taking), self._moving(values), values)
            return density_loss(network, points, density, self.program)

        gradients = grad(loss)([values.weights["D"][place] for place in self.active["D"]])
        values = self._moved("D", values, gradients, hyper)
        # What follows the weights begins where the game does.
        means, slow = (
            {player: values.weights[player] if kept else [] for player, kept in each.items()} for each in (values.means, values.slow)
        )
        return values._replace(means=means, slow=slow)

    def _update(
        self, players: tuple[Player, ...], values: Values, draws: Draws, hyper: Hyper, start: Mapping[Player, list[Tensor]]
    ) -> tuple[Values, dict[Player, Told]]:
        """The players move from the weights of `start` by gradients at the same weights."""
        game, program, hyper = self.game, self.program, in_force(hyper, values.coefficients)
        seen: dict[Player, Told] = {}
        gradients: dict[Player, list[Tensor]] = {}
        buffers: Buffers = {}

        def of_discriminator(taking: list[Tensor]) -> tuple[Tensor, tuple[Told, Buffers]]:
            moving = self._moving(values)
            generator = self._network("G", values.weights["G"], moving, values)
            fake, inferred = generator.of(draws.latents), inferred_by(generator, draws)
            network = self._network("D", self._with(values.weights["D"], taking), moving, values)
            loss, _ = discriminator_loss(game, network, fake, draws, values.coefficients, hyper, program, inferred)
            return loss.total, (_told(loss), moving)

        def of_generator(taking: list[Tensor]) -> tuple[Tensor, tuple[Told, Buffers]]:
            moving = self._moving(values)
            generator, discriminator = self._network("G", taking, moving, values), self._network("D", values.weights["D"], moving, values)
            fake = generator.of(draws.latents)
            if "D" in players:
                inferred = inferred_by(generator, draws)
                _, logits = discriminator_loss(game, discriminator, fake, draws, values.coefficients, hyper, program, inferred)
                loss = generator_loss_at_once(game, generator, discriminator, fake, logits, draws, hyper, inferred)
            else:
                loss = generator_loss(game, generator, discriminator, fake, draws, hyper, program)
            return loss.total, (_told(loss), moving)

        losses: dict[Player, Callable[[list[Tensor]], tuple[Tensor, tuple[Told, Buffers]]]] = {"D": of_discriminator, "G": of_generator}
        for player in players:
            taking = [values.weights[player][place] for place in self.active[player]]
            # Of both at once the generator, which is the last, has had both networks called as often as they are in place.
            gradients[player], (seen[player], buffers) = grad(losses[player], has_aux=True)(taking)
        values = values._replace(buffers=buffers, weights=start)
        for player in players:
            values = self._moved(player, values, gradients[player], hyper)
        if "D" in players and draws.phase != "ahead":
            adapted = {name: seen["D"][name] for name in values.coefficients}
            values = values._replace(coefficients=adapted)
            if game.coordination.adapts:
                right = accuracy(game.objective, seen["D"]["real logits"], seen["D"]["fake logits"])
                values = values._replace(accuracy=values.accuracy + right / program.k)
        return values, seen

    def _moved(self, player: Player, values: Values, gradients: list[Tensor], hyper: Hyper) -> Values:
        settings = self.game.config.optimizer
        pace = Pace(hyper.rates[player], hyper.momentum, settings.beta1, settings.beta2)
        weights, moments, moved = [*values.weights[player]], [*values.moments[player]], OPTIMIZERS[settings.kind].moved
        assert moved is not None, "what cannot be made a function of is refused before"
        for place, gradient in zip(self.active[player], gradients, strict=True):
            weight, kept = moved(weights[place], gradient, moments[place], pace)
            # As `values_of` has them, so that those before and after are in one order.
            moments[place] = dict(sorted(kept.items()))
            if place in self._limits[player]:
                weight = limited(weight, *self._limits[player][place])
            weights[place] = weight
        return values._replace(weights={**values.weights, player: weights}, moments={**values.moments, player: moments})

    def _with(self, weights: list[Tensor], taking: list[Tensor]) -> list[Tensor]:
        merged = [*weights]
        for place, weight in zip(self.active["D"], taking, strict=True):
            merged[place] = weight
        return merged

    def _moving(self, values: Values) -> Buffers:
        """The buffers, where the networks may move them."""
        return {
            player: [each.clone() if moves else each for each, moves in zip(values.buffers[player], moving, strict=True)]
            for player, moving in self._changing.items()
        }

    def _network(self, player: Player, weights: list[Tensor], buffers: Buffers, values: Values) -> Network:
        tensors = dict(zip(self._names[player], (*weights, *buffers[player]), strict=True))
        calls = self._calls[player]

        trained = "trained" if hasattr(calls.network, "trained") else "forward"

        def of(*given: Any) -> Tensor:
            output: Tensor = functional_call(calls, tensors, (trained, *given))
            return output

        def features(x: Tensor, classes: Tensor | None) -> Tensor:
            output: Tensor = functional_call(calls, tensors, ("features", x, classes))
            return output

        def read(x: Tensor) -> Tensor:
            output: Tensor = functional_call(calls, tensors, ("codes", x))
            return output

        def classify(x: Tensor) -> Tensor:
            output: Tensor = functional_call(calls, tensors, ("classify", x))
            return output

        def encode(x: Tensor, noise: Tensor | None) -> Tensor:
            output: Tensor = functional_call(calls, tensors, ("encode", x, noise))
            return output

        def divergence(latents: Tensor) -> Tensor:
            output: Tensor = functional_call(calls, tensors, ("divergence", latents))
            return output

        def raw(latents: Tensor) -> Tensor:
            output: Tensor = functional_call(calls, tensors, ("raw", latents))
            return output

        def components(x: Tensor, hint: Tensor, minibatch: bool) -> Tensor:
            output: Tensor = functional_call(calls, tensors, ("components", x, hint, minibatch))
            return output

        infers = player == "G" and self.game.config.inference != "none"
        matrices = [weights[place] for place in self.active[player] if weights[place].dim() > 1]
        encoder = encode if infers else None
        means = values.means[player]
        return Network(of, features, weights, matrices, means, read, encoder, classify, divergence, slope, raw, components)


def _told(seen: Seen) -> Told:
    return {"loss": seen.loss, "real logits": seen.real_logits, "fake logits": seen.fake_logits, **seen.coefficients}


def _looked_ahead(values: Values, share: Scalar) -> Values:
    """The slow weights moved by a share of the way to the weights, which go there too; a share of 0 leaves both as they are."""
    slow = {player: _towards(slow, values.weights[player], share) if slow else [] for player, slow in values.slow.items()}
    due = torch.as_tensor(share) > 0
    weights = {
        player: [torch.where(due, one, other) for one, other in zip(slow[player], weights, strict=True)] if slow[player] else weights
        for player, weights in values.weights.items()
    }
    return values._replace(slow=slow, weights=weights)


def _towards(ones: list[Tensor], others: list[Tensor], share: Scalar) -> list[Tensor]:
    return [one.lerp(other, share) for one, other in zip(ones, others, strict=True)]


def slope(judge: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The gradient of each logit by its sample, as long as none reads another's samples, (B, *X)."""
    gradient: Tensor = grad(lambda x: judge(x).sum())(x)
    return gradient


class _Calls(nn.Module):
    """A network whose methods are called by name."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, name: str, *given: Any) -> Tensor:
        """Call the method."""
        output: Tensor = getattr(self.network, name)(*given)
        return output
