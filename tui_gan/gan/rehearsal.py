"""The next step rehearsed on a copy: what each of its updates draws, says and moves; the trainer itself stays as it is."""

import dataclasses
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.gan import judging
from tui_gan.gan.objectives import Loss
from tui_gan.gan.regularizers import Judgement
from tui_gan.gan.terms import DiscriminatorLosses
from tui_gan.gan.trainer import Trainer
from tui_gan.gan.updates import Player

# What is added to a loss beside the regularizers.
OTHERS = "other terms"


@dataclasses.dataclass(frozen=True)
class Move:
    """What an update does to one player.

    Attributes:
        loss: what the objective says, without what is added to it.
        terms: what is added to it, weighted, by name.
        gradient: the norm of the gradient by all weights.
        rate: the learning rate.
        largest, distance: the largest change of a weight, and the norm of the change of all.
    """

    loss: float
    terms: dict[str, float]
    gradient: float
    rate: float
    largest: float
    distance: float


@dataclasses.dataclass(frozen=True, eq=False)
class Update:
    """One update, of one player or of both at once.

    Attributes:
        latents: (N, Z).
        real, fake: (N, *X) in training units, without noise; `real` is None where the update reads none.
        real_logits, fake_logits: (B, 1) as the loss reads them; `real_logits` is None where it reads none.
        moves: of those players that move.
    """

    latents: Tensor
    real: Tensor | None
    fake: Tensor
    real_logits: Tensor | None
    fake_logits: Tensor
    moves: dict[Player, Move]


class Rehearsal(Trainer):
    """A trainer that takes note of what its updates are given and what they give.

    Attributes:
        updates: of the step, in order.
        middle: between the mean logits of real and of generated samples before the step.
    """

    updates: list[Update]
    middle: Tensor

    def listen(self, knobs: Knobs) -> None:
        """Take note from now on."""
        self.updates = []
        self.middle = judging.middle(self, knobs)
        self._heard: dict[str, Any] = {}
        self.generator.register_forward_hook(lambda network, given, fake: self._heard.update(fake=fake.detach()))
        objective = self.objective
        self.objective = objective._replace(
            discriminator_loss=self._noting("D", objective.discriminator_loss), generator_loss=self._noting("G", objective.generator_loss)
        )
        self.terms = [
            (name, each._replace(term=self._weighing(name, each.term, weight, knobs)), weight) for name, each, weight in self.terms
        ]

    def update_discriminator(self, knobs: Knobs, real: Tensor, latents: Tensor) -> Tensor:
        """As any trainer does it."""
        self._begin(("D",), latents, real)
        loss = super().update_discriminator(knobs, real, latents)
        self._end()
        return loss

    def update_generator(self, knobs: Knobs, latents: Tensor, real: Tensor | None = None) -> Tensor:
        """As any trainer does it."""
        self._begin(("G",), latents, None)
        if self.objective.needs_real or self.config.feature_matching:
            real = self._heard["real"] = self.real(knobs) if real is None else real
        loss = super().update_generator(knobs, latents, real)
        self._end()
        return loss

    def update_both(self, knobs: Knobs, real: Tensor, latents: Tensor) -> tuple[Tensor, Tensor]:
        """As any trainer does it."""
        self._begin(("D", "G"), latents, real)
        losses = super().update_both(knobs, real, latents)
        self._end()
        return losses

    def _discriminator_losses(self, real: Tensor, fake: Tensor, knobs: Knobs) -> DiscriminatorLosses:
        found = super()._discriminator_losses(real, fake, knobs)
        self._added("D", float((found.total - found.loss).detach()))
        return found

    def _generator_total(self, loss: Tensor, real: Tensor, fake: Tensor) -> Tensor:
        total = super()._generator_total(loss, real, fake)
        self._added("G", float((total - loss).detach()))
        return total

    def _begin(self, players: tuple[Player, ...], latents: Tensor, real: Tensor | None) -> None:
        before = {player: [weight.detach().clone() for weight in self._network(player).parameters()] for player in players}
        self._heard = {"before": before, "latents": latents, "real": real, "loss": {}, "terms": {"D": {}, "G": {}}}

    def _end(self) -> None:
        heard = self._heard
        real_logits, fake_logits = heard["logits"]
        moves = {player: self._move(player, before) for player, before in heard["before"].items()}
        self.updates.append(
            Update(heard["latents"], heard["real"], heard["fake"], real_logits if heard["real"] is not None else None, fake_logits, moves)
        )

    def _move(self, player: Player, before: list[Tensor]) -> Move:
        weights = list(self._network(player).parameters())
        changes = [weight.detach() - was for weight, was in zip(weights, before, strict=True)]
        return Move(
            loss=self._heard["loss"][player],
            terms=self._heard["terms"][player],
            gradient=_norm([weight.grad for weight in weights if weight.grad is not None]),
            rate=float((self.generator_optimizer if player == "G" else self.discriminator_optimizer).param_groups[0]["lr"]),
            largest=max(float(change.abs().max()) for change in changes),
            distance=_norm(changes),
        )

    def _network(self, player: Player) -> torch.nn.Module:
        return self.generator if player == "G" else self.discriminator

    def _noting(self, player: Player, loss: Loss) -> Loss:
        def noted(real: Tensor, fake: Tensor) -> Tensor:
            found = loss(real, fake)
            self._heard["logits"] = real.detach(), fake.detach()
            self._heard["loss"][player] = float(found.detach())
            return found

        return noted

    def _weighing(self, name: str, term: Callable[[Judgement], Tensor], weight: float, knobs: Knobs) -> Callable[[Judgement], Tensor]:
        def weighed(judgement: Judgement) -> Tensor:
            found = term(judgement)
            factor = float(self.coefficients.get(name, weight)) * knobs.regularization
            self._heard["terms"]["D"][name] = factor * float(found.detach())
            return found

        return weighed

    def _added(self, player: Player, total: float) -> None:
        terms, config = self._heard["terms"][player], self.config
        of_generator = config.feature_matching or config.generator_l2
        if config.historical_averaging or (player == "G" and of_generator):
            terms[OTHERS] = total - sum(terms.values())


def rehearsed(trainer: Trainer, knobs: Knobs) -> Rehearsal:
    """A copy of a trainer that has trained the next step, and taken note of it."""
    # The copy seeds torch's own stream as the trainer will; who else draws from it is not to be disturbed.
    with torch.random.fork_rng(devices=[]):
        copy = Rehearsal(trainer.config, trainer.dataset, trainer.device)
        copy.load_state(trainer.state())
        copy.listen(knobs)
        copy.step(knobs)
    return copy


def _norm(tensors: list[Tensor]) -> float:
    return float(torch.stack([each.double().square().sum() for each in tensors]).sum().sqrt())
