"""The next step rehearsed on a copy: what each of its updates draws, says and moves; the trainer itself stays as it is."""

import dataclasses

import torch
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.gan import judging
from tui_gan.gan.networks.staged import split
from tui_gan.gan.trainer import Trainer
from tui_gan.gan.values import Hyper, Player, Report


@dataclasses.dataclass(frozen=True)
class Move:
    """What an update does to one player.

    Attributes:
        loss: what the objective says, without what is added to it.
        weight: with which that enters the total.
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
    weight: float = 1.0

    @property
    def total(self) -> float:
        """What the update lowers; an objective that has no weight takes no part, also where it is infinite."""
        return sum(self.terms.values(), self.weight * self.loss if self.weight else 0.0)


@dataclasses.dataclass(frozen=True, eq=False)
class Update:
    """One update, of one player or of both at once.

    Attributes:
        latents: (N, Z).
        real, fake: (N, *X) in training units, without noise; `real` is None where the update reads none.
        real_logits, fake_logits: (B, 1), or of two stages (B, 2), as the loss reads them; `real_logits` is None where it reads none.
        moves: of those players that move.
        ahead: whether they only extrapolate: the next update moves them from where they were before this one.
        labelled: how many labelled images take part.
    """

    latents: Tensor
    real: Tensor | None
    fake: Tensor
    real_logits: Tensor | None
    fake_logits: Tensor
    moves: dict[Player, Move]
    ahead: bool = False
    labelled: int = 0


@dataclasses.dataclass(frozen=True, eq=False)
class Rehearsal:
    """A step that has been trained on a copy.

    Attributes:
        trainer: the copy, after the step.
        updates: of the step, in order.
        middle: between the mean logits of real and of generated samples before the step.
    """

    trainer: Trainer
    updates: list[Update]
    middle: Tensor


def rehearsed(trainer: Trainer, knobs: Knobs) -> Rehearsal:
    """The next step of a trainer, trained on a copy of it."""
    # The copy seeds torch's own stream as the trainer will; who else draws from it is not to be disturbed.
    with torch.random.fork_rng(devices=[]):
        copy = trainer.on(trainer.device)
        middle = judging.middle(copy, knobs)
        hyper, program = copy.prepared(knobs)
        updates, reports = [], []
        before: dict[Player, list[Tensor]] = {}
        for draws in copy.chance.step(knobs, hyper, program):
            if draws.phase != "back":
                before = {player: [weight.detach().clone() for weight in copy.now.players[player].weights] for player in draws.players}
            reports.append(copy.engine.update(draws, hyper, program))
            updates.append(_update(copy, reports[-1], before, hyper))
        copy.end(reports)
    return Rehearsal(copy, updates, middle)


def _update(trainer: Trainer, report: Report, before: dict[Player, list[Tensor]], hyper: Hyper) -> Update:
    draws, seen = report.draws, report.seen[report.draws.players[-1]]
    return Update(
        latents=draws.latents,
        real=draws.real,
        fake=report.fake if trainer.config.stages == 1 else split(report.fake, trainer.dataset.shape)[0],
        real_logits=seen.real_logits if draws.real is not None else None,
        fake_logits=seen.fake_logits,
        moves={player: _move(trainer, player, report, weights, hyper) for player, weights in before.items()},
        ahead=draws.phase == "ahead",
        labelled=0 if draws.labelled is None else len(draws.labelled),
    )


def _move(trainer: Trainer, player: Player, report: Report, before: list[Tensor], hyper: Hyper) -> Move:
    seen = report.seen[player]
    changes = [weight.detach() - was for weight, was in zip(trainer.now.players[player].weights, before, strict=True)]
    return Move(
        loss=float(seen.loss),
        terms={name: float(term) for name, term in (*seen.terms.items(), *seen.others.items())},
        gradient=_norm([gradient for gradient in report.gradients[player] if gradient is not None]),
        rate=float(hyper.rates[player]),
        largest=max(float(change.abs().max()) for change in changes),
        distance=_norm(changes),
        weight=float(hyper.adversarial) if player == "G" else 1.0,
    )


def _norm(tensors: list[Tensor]) -> float:
    return float(torch.stack([each.double().square().sum() for each in tensors]).sum().sqrt())
