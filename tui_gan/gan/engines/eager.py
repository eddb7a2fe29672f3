"""The eager engine: PyTorch as it is, on the networks as they are, which it moves in place."""

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor, nn

from tui_gan.gan.game import Game
from tui_gan.gan.latents import codes
from tui_gan.gan.losses import density_loss, discriminator_loss, generator_loss, generator_loss_at_once, in_force
from tui_gan.gan.masks import completes
from tui_gan.gan.networks.columns import columns, limit_columns_
from tui_gan.gan.objectives import accuracy
from tui_gan.gan.optimizers import move_
from tui_gan.gan.shown import inferred_by
from tui_gan.gan.state import State
from tui_gan.gan.values import Draws, Hyper, Network, Player, Program, Report, Seen

Gradients = list[Tensor | None]
# A network, or what comes before its last layer, as a function.
Of = Callable[..., Tensor]


def untimed(part: str) -> AbstractContextManager[None]:
    """The time of no part of a step is taken."""
    return contextlib.nullcontext()


class Eager:
    """Moves the players of a state.

    Attributes:
        part: a context for each part of a step, "data", "discriminator", "generator" or "other", for whoever takes their time.
    """

    def __init__(self, game: Game, state: State) -> None:
        self.game, self.state = game, state
        self.part: Callable[[str], AbstractContextManager[None]] = untimed
        generator, discriminator = state.players["G"], state.players["D"]
        # What takes part with the minibatch features off and on; the others are moved neither by penalties nor by momentum.
        self._active = {gate: discriminator.network.active(gate) for gate in (False, True)}  # type: ignore[operator]
        matrices = {gate: [weight for weight in active if weight.dim() > 1] for gate, active in self._active.items()}
        of_generator = [weight for weight in generator.weights if weight.dim() > 1]
        precise = _in_bfloat16 if game.config.bf16 else _as_it_is
        features: Of = precise(getattr(discriminator.network, "features", _no_features))
        read: Of | None = precise(discriminator.network.codes) if codes(game.config) else None  # type: ignore[arg-type]
        classify: Of | None = precise(discriminator.network.classify) if game.config.labels else None  # type: ignore[arg-type]
        encode: Of | None = precise(generator.network.encode) if game.config.inference != "none" else None  # type: ignore[arg-type]
        divergence: Of | None = precise(generator.network.divergence) if game.config.conditioning.dim else None  # type: ignore[arg-type]
        raw: Of | None = precise(generator.network.raw) if completes(game.config) else None  # type: ignore[arg-type]
        components: Of | None = precise(discriminator.network.components) if completes(game.config) else None  # type: ignore[arg-type]
        of_latents, of_samples = (trained(learner.network) for learner in (generator, discriminator))
        self.generator = Network(
            precise(of_latents),
            _no_features,
            generator.weights,
            of_generator,
            generator.means,
            encode=encode,
            divergence=divergence,
            raw=raw,
        )
        self.discriminator = {
            gate: Network(
                precise(of_samples),
                features,
                discriminator.weights,
                matrices[gate],
                discriminator.means,
                read,
                classify=classify,
                components=components,
            )
            for gate in (False, True)
        }
        # Of the weights before an extrapolation, for the update that follows it.
        self._before: dict[Player, list[Tensor]] = {}
        limits = {"G": game.config.generator.column_norm, "D": game.config.discriminator.column_norm}
        self._limits = {player: (columns(learner.network), limit) for player, learner in state.players.items() if (limit := limits[player])}

    def update(self, draws: Draws, hyper: Hyper, program: Program) -> Report:
        """Move the players whose turn it is."""
        hyper = in_force(hyper, self.state.coefficients)
        if draws.phase == "ahead":
            self._before = {player: [weight.detach().clone() for weight in self.state.players[player].weights] for player in draws.players}
        match draws.players:
            case ("D",):
                with self.part("discriminator"):
                    return self._update_discriminator(draws, hyper, program)
            case ("G",):
                with self.part("generator"):
                    return self._update_generator(draws, hyper, program)
            case _:
                with self.part("generator"):
                    return self._update_both(draws, hyper, program)

    def teach(self, points: Tensor, density: Tensor, hyper: Hyper, program: Program) -> tuple[Tensor, Gradients]:
        """Teach the discriminator the density of the data at points once; returns the loss, detached, and its gradients."""
        loss = density_loss(self.discriminator[program.minibatch], points, density, program)
        gradients = self._discriminator_gradients(loss, program)
        self.move("D", gradients, hyper)
        return loss.detach(), gradients

    def agreed(self, seen: Seen, gradients: Gradients) -> tuple[Seen, Gradients]:
        """What an update moves by, before it moves: that of the whole batch, which is judged here alone."""
        return seen, gradients

    def move(self, player: Player, gradients: Gradients, hyper: Hyper) -> None:
        """Move a player by its gradients; those weights that have none stay as they are."""
        learner = self.state.players[player]
        move_(self.game.config.optimizer, learner.weights, gradients, learner.moments, float(hyper.rates[player]), float(hyper.momentum))
        self.limit(player, gradients)

    def limit(self, player: Player, gradients: Gradients) -> None:
        """Keep the columns of the weights that have moved within their limit, where there is one."""
        if player in self._limits:
            matrices, limit = self._limits[player]
            moved = {
                id(weight) for weight, gradient in zip(self.state.players[player].weights, gradients, strict=True) if gradient is not None
            }
            limit_columns_([(weight, axis) for weight, axis in matrices if id(weight) in moved], limit)

    def generator_loss(self, fake: Tensor, draws: Draws, hyper: Hyper, program: Program) -> Seen:
        """The loss of the generator on a whole batch of its samples (N, *X)."""
        hyper = in_force(hyper, self.state.coefficients)
        return generator_loss(self.game, self.generator, self.discriminator[program.minibatch], fake, draws, hyper, program)

    def _update_discriminator(self, draws: Draws, hyper: Hyper, program: Program) -> Report:
        with torch.no_grad():
            fake, inferred = self.generator.of(draws.latents), inferred_by(self.generator, draws)
        seen, _ = self._discriminator_loss(fake, draws, hyper, program, inferred)
        seen, gradients = self.agreed(seen, self._discriminator_gradients(seen.total, program))
        self.move("D", gradients, hyper)
        return Report(draws, fake, {"D": _ended(seen)}, {"D": gradients})

    def _update_generator(self, draws: Draws, hyper: Hyper, program: Program) -> Report:
        fake = self.generator.of(draws.latents)
        seen = self.generator_loss(fake, draws, hyper, program)
        seen, gradients = self.agreed(seen, list(torch.autograd.grad(seen.total, self.generator.weights)))
        self.move("G", gradients, hyper)
        return Report(draws, fake.detach(), {"G": _ended(seen)}, {"G": gradients})

    def _update_both(self, draws: Draws, hyper: Hyper, program: Program) -> Report:
        fake, inferred = self.generator.of(draws.latents), inferred_by(self.generator, draws)
        discriminator = self.discriminator[program.minibatch]
        with self.part("discriminator"):
            of_discriminator, logits = self._discriminator_loss(fake, draws, hyper, program, inferred)
        of_generator = generator_loss_at_once(self.game, self.generator, discriminator, fake, logits, draws, hyper, inferred)
        with self.part("discriminator"):
            discriminator_gradients = self._discriminator_gradients(of_discriminator.total, program, keep=True)
        generator_gradients: Gradients = list(torch.autograd.grad(of_generator.total, self.generator.weights))
        of_discriminator, discriminator_gradients = self.agreed(of_discriminator, discriminator_gradients)
        of_generator, generator_gradients = self.agreed(of_generator, generator_gradients)
        if draws.phase == "back":
            self._return()
        self.move("D", discriminator_gradients, hyper)
        self.move("G", generator_gradients, hyper)
        gradients: dict[Player, Gradients] = {"D": discriminator_gradients, "G": generator_gradients}
        return Report(draws, fake.detach(), {"D": _ended(of_discriminator), "G": _ended(of_generator)}, gradients)

    @torch.no_grad()
    def _return(self) -> None:
        """Put the weights back to where they were before they were extrapolated."""
        for player, before in self._before.items():
            torch._foreach_copy_(self.state.players[player].weights, before)
        self._before = {}

    def _discriminator_loss(
        self, fake: Tensor, draws: Draws, hyper: Hyper, program: Program, inferred: Tensor | None = None
    ) -> tuple[Seen, tuple[Tensor, Tensor]]:
        state, game = self.state, self.game
        network = self.discriminator[program.minibatch]
        seen, logits = discriminator_loss(game, network, fake, draws, state.coefficients, hyper, program, inferred)
        if draws.phase == "ahead":
            # What adapts does so once, where both move.
            return seen, logits
        state.coefficients.update(seen.coefficients)
        if game.coordination.adapts:
            state.accuracy_sum += accuracy(game.objective, seen.real_logits, seen.fake_logits) / program.k
        return seen, logits

    def _discriminator_gradients(self, loss: Tensor, program: Program, keep: bool = False) -> Gradients:
        """The gradient by each weight alone; None for those that take no part, which then stay as they are."""
        active, weights = self._active[program.minibatch], self.state.players["D"].weights
        gradients = torch.autograd.grad(loss, active, retain_graph=keep)
        if len(active) == len(weights):
            return list(gradients)
        by_weight: dict[Tensor, Tensor] = dict(zip(active, gradients, strict=True))
        return [by_weight.get(weight) for weight in weights]


def trained(network: nn.Module) -> Of:
    """A network as it is trained, as a function: by its `trained`, where that is more than whoever looks is told."""
    of: Of = getattr(network, "trained", network)
    return of


def _ended(seen: Seen) -> Seen:
    """Without what gradients were taken of, so that its memory is free again."""
    return seen._replace(total=seen.total.detach())


def _as_it_is(of: Of) -> Of:
    return of


def _in_bfloat16(of: Of) -> Of:
    """Its products in bfloat16, of weights that stay float32; what it returns is float32 again."""

    def rounded(x: Tensor, *given: Any) -> Tensor:
        with torch.autocast(x.device.type, torch.bfloat16):
            output = of(x, *given)
        return output.float()

    return rounded


def _no_features(x: Tensor, classes: Tensor | None) -> Tensor:
    raise ValueError("only the discriminator has hidden units that are compared")
