"""What the discriminator says of single samples, for those who look; nothing that is trained changes."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.gan import company

if TYPE_CHECKING:
    from tui_gan.gan.trainer import Trainer

MIDDLE = 256


def logits(trainer: "Trainer", x: Tensor, knobs: Knobs, company: Tensor) -> Tensor:
    """Return the discriminator's raw outputs on x, shape (N, 1), differentiable by x.

    Args:
        x: (N, *X) in training units.
        company: (C, *X) samples in whose company each x is judged: with minibatch discrimination at most batch_size - 1 of
            them, and with packing the first packing - 1. The network aylien also takes (N, C, *X), for each x its own.
    """
    gate, packing = knobs.minibatch_discrimination, trainer.config.packing
    x, company = x.to(trainer.device), company.to(trainer.device)
    if packing > 1:
        others = company[: packing - 1].flatten(0, 1)
        x = torch.cat((x, others.expand(len(x), *others.shape)), 1)
        company = company[: len(company) // packing * packing].reshape(-1, *x.shape[1:])
    discriminator = trainer.discriminator.eval()
    try:
        others = company[..., : knobs.batch_size - 1, :] if company.dim() > x.dim() else company[: knobs.batch_size - 1]
        return discriminator(x, gate, others if gate else None)  # type: ignore[no-any-return]
    finally:
        # Also when the memory did not suffice: the training goes on with the layers that it knows.
        discriminator.train()


def verdicts(trainer: "Trainer", raw: Tensor, knobs: Knobs) -> Tensor:
    """D(x) in 0 .. 1, as the objective has it, from the discriminator's raw outputs; of the same shape."""
    return trainer.objective.verdict(raw, middle(trainer, knobs))


def middle(trainer: "Trainer", knobs: Knobs) -> Tensor:
    """Half way between the mean logits of MIDDLE real samples and of as many generated ones, the same at every call, ().

    It is where an objective that knows the differences of logits alone has its boundary, and 0 for the others, which do not ask.
    """
    if trainer.objective.boundary is not None:
        return torch.zeros((), device=trainer.device)
    judged = company.real(trainer, knobs, MIDDLE), company.fake(trainer, knobs, MIDDLE)
    with torch.no_grad():
        means = [logits(trainer, each.samples, knobs, each.company).mean() for each in judged]
    return (means[0] + means[1]) / 2
