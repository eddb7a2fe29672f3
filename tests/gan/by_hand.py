"""Single updates and losses of a trainer, for tests that take a step apart."""

import pytest
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.gan import losses
from tui_gan.gan.draws import completed
from tui_gan.gan.optimizers import OPTIMIZERS, Moved
from tui_gan.gan.trainer import Trainer
from tui_gan.gan.values import Draws, Hyper, Player, Program, Report, Seen


def in_force(trainer: Trainer, knobs: Knobs) -> tuple[Hyper, Program]:
    """What holds at this step; torch's default stream stays as it is."""
    step = trainer.steps_done
    return trainer.game.hyper(knobs, step), trainer.game.program(knobs, step, trainer.k_steps(knobs))


def update(trainer: Trainer, player: Player, knobs: Knobs, latents: Tensor | None = None, real: Tensor | None = None) -> Report:
    """Move a player on these samples, or on fresh ones."""
    held = in_force(trainer, knobs)
    if player == "D" and real is None:
        real = trainer.chance.batch(knobs).x
    latents = trainer.chance.latents(knobs) if latents is None else latents
    if player == "G" and trainer.game.generator_compares and real is None:
        real = trainer.chance.batch(knobs).x
    given = Draws((player,), latents, real if player == "D" or trainer.game.generator_compares else None)
    return trainer.engine.update(completed(trainer.game, given, *held), *held)


def discriminator_loss(trainer: Trainer, real: Tensor, fake: Tensor, knobs: Knobs) -> tuple[Seen, tuple[Tensor, Tensor]]:
    """The discriminator's loss at these samples, and its logits."""
    held = in_force(trainer, knobs)
    given = completed(trainer.game, Draws(("D",), trainer.chance.latents(knobs)[: len(real)], real), *held)
    return trainer.engine._discriminator_loss(fake, given, *held)


def generator_total(trainer: Trainer, fake: Tensor, knobs: Knobs, real: Tensor | None = None) -> Tensor:
    """What the generator lowers at these samples."""
    held = in_force(trainer, knobs)
    given = completed(trainer.game, Draws(("G",), fake.detach(), real), *held)
    return trainer.engine.generator_loss(fake, given, *held).total


def shown(trainer: Trainer, samples: Tensor, knobs: Knobs) -> Tensor:
    """Samples as the discriminator is shown them."""
    hyper, program = in_force(trainer, knobs)
    given = completed(trainer.game, Draws(("G",), samples), hyper, program._replace(due=False))
    return losses.fake_input(trainer.game, samples, given, hyper)


def watched(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Player, Moved]]:
    """Every move of a player from now on, in order, with what the optimiser is given."""
    found: list[tuple[Player, Moved]] = []
    kind = trainer.config.optimizer.kind
    method = OPTIMIZERS[kind]
    owners: dict[int, Player] = {id(weight): player for player, learner in trainer.now.players.items() for weight in learner.weights}

    def move(moved: Moved) -> None:
        whose = {owners[id(weight)] for weight in moved.weights if id(weight) in owners}
        found.extend((player, moved) for player in whose)
        method.move(moved)

    monkeypatch.setitem(OPTIMIZERS, kind, method._replace(move=move))
    return found


def moved(trainer: Trainer, reports: list[Report]) -> set[int]:
    """The weights, by id, that have had a gradient in these updates."""
    found = set()
    for report in reports:
        for player, gradients in report.gradients.items():
            weights = trainer.now.players[player].weights
            found |= {id(weight) for weight, gradient in zip(weights, gradients, strict=True) if gradient is not None}
    return found
