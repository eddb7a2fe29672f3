"""The order in which the two players move in a step, and how many times the discriminator does."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

import torch
from torch import Tensor

from tui_gan.contract.knobs import Knobs

if TYPE_CHECKING:
    from tui_gan.gan.trainer import Trainer

Player = Literal["D", "G"]

# Between these accuracies of the discriminator k stays as it is.
CAUGHT_UP, TOO_STRONG = 0.65, 0.8


def alternating(trainer: "Trainer", knobs: Knobs) -> tuple[Tensor, Tensor]:
    """k updates of the discriminator, then one of the generator against it, each on fresh samples (Goodfellow et al. 2014)."""
    for _ in range(trainer.k_steps(knobs)):
        discriminator_loss = trainer.update_discriminator(knobs, trainer.real(knobs), trainer.latents(knobs))
    return trainer.update_generator(knobs, trainer.latents(knobs)), discriminator_loss


def same_batch(trainer: "Trainer", knobs: Knobs) -> tuple[Tensor, Tensor]:
    """As alternating, but the generator moves on the samples that the discriminator has just seen."""
    for _ in range(trainer.k_steps(knobs)):
        real, latents = trainer.real(knobs), trainer.latents(knobs)
        discriminator_loss = trainer.update_discriminator(knobs, real, latents)
    return trainer.update_generator(knobs, latents, real), discriminator_loss


def simultaneous(trainer: "Trainer", knobs: Knobs) -> tuple[Tensor, Tensor]:
    """k - 1 updates of the discriminator, then both players move at once by their gradients at the same weights and samples."""
    for _ in range(trainer.k_steps(knobs) - 1):
        trainer.update_discriminator(knobs, trainer.real(knobs), trainer.latents(knobs))
    return trainer.update_both(knobs, trainer.real(knobs), trainer.latents(knobs))


UPDATES: dict[str, Callable[["Trainer", Knobs], tuple[Tensor, Tensor]]] = {
    "alternating": alternating,
    "same_batch": same_batch,
    "simultaneous": simultaneous,
}
"""(trainer, knobs) -> the losses of the generator and the discriminator, on the device, detached."""


def alone(trainer: "Trainer", player: Player, knobs: Knobs) -> Tensor:
    """One update of one player between two steps, whose count stays; returns its loss, detached."""
    trainer.prepare(knobs, trainer.steps_done)
    # A seed from the saved stream, so that two such updates at one step do not leave out the same units.
    torch.manual_seed(int(torch.randint(2**62, (), generator=trainer.stream)))
    if player == "G":
        loss = trainer.update_generator(knobs, trainer.latents(knobs))
        trainer.follow()
        return loss
    accuracy_sum = trainer.accuracy_sum.clone()
    loss = trainer.update_discriminator(knobs, trainer.real(knobs), trainer.latents(knobs))
    # It is of whole steps, as whose mean it sets k.
    trainer.accuracy_sum = accuracy_sum
    return loss


def fixed(k: int, most: int, accuracy: float) -> int:
    """The knob's own value."""
    return most


def accuracy(k: int, most: int, accuracy: float) -> int:
    """One more while the discriminator is right on under 65 % of the samples, one less while on over 80 %, in 1 .. `most`."""
    k += (accuracy < CAUGHT_UP) - (accuracy > TOO_STRONG)
    return max(1, min(most, k))


class Coordination(NamedTuple):
    """How k, the number of discriminator updates of a step, is set.

    Attributes:
        k: (k, the knob k_steps, the discriminator's accuracy since the last time) -> k from then on.
        adapts: whether it moves, for which the accuracy is measured; else k is the knob.
    """

    k: Callable[[int, int, float], int]
    adapts: bool = True


COORDINATION: dict[str, Coordination] = {"fixed": Coordination(fixed, adapts=False), "accuracy": Coordination(accuracy)}
