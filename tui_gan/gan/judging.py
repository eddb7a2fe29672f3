"""What the discriminator says of samples, and where it drives them, for those who look; nothing that is trained changes."""

import torch
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.gan import company
from tui_gan.gan.draws import completed
from tui_gan.gan.trainer import Trainer
from tui_gan.gan.values import Draws

MIDDLE = 256
# Over which a slope is averaged that varies with noise, dropout, or the real sample that a generated one is compared with.
DRAWS = 8


def judge(trainer: Trainer, x: Tensor, knobs: Knobs, company: Tensor) -> Tensor:
    """Return D(x) in 0 .. 1, shape (N, 1), as the objective has it: near 1 x is called real, near 0 generated; changes nothing.

    Args:
        x: (N, *X).
        company: (C, *X) samples in whose company each x is judged: with minibatch discrimination at most batch_size - 1 of
            them, and with packing the first packing - 1. The network aylien also takes (N, C, *X), for each x its own.
    """
    with torch.no_grad():
        return verdicts(trainer, logits(trainer, x, knobs, company), knobs)


def logits(trainer: Trainer, x: Tensor, knobs: Knobs, company: Tensor) -> Tensor:
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


def verdicts(trainer: Trainer, raw: Tensor, knobs: Knobs) -> Tensor:
    """D(x) in 0 .. 1, as the objective has it, from the discriminator's raw outputs; of the same shape."""
    return trainer.game.objective.verdict(raw, middle(trainer, knobs))


def middle(trainer: Trainer, knobs: Knobs) -> Tensor:
    """Half way between the mean logits of MIDDLE real samples and of as many generated ones, the same at every call, ().

    It is where an objective that knows the differences of logits alone has its boundary, and 0 for the others, which do not ask.
    """
    if trainer.game.objective.boundary is not None:
        return torch.zeros((), device=trainer.device)
    judged = company.real(trainer, knobs, MIDDLE), company.fake(trainer, knobs, MIDDLE)
    with torch.no_grad():
        means = [logits(trainer, each.samples, knobs, each.company).mean() for each in judged]
    return (means[0] + means[1]) / 2


def generator_slopes(trainer: Trainer, batch: Tensor, knobs: Knobs) -> Tensor:
    """Return dL/dx of each generated sample of a whole batch, (N, *X), in training units, as an update of the generator takes it.

    L is the generator's loss with what is added to it, so that with minibatch discrimination, packing and batch normalisation the
    slope holds what a sample does to the logits of the others. Where chance enters (instance noise, dropout, the real sample that
    a generated one is paired with) it is the mean over DRAWS draws, the same at every call.

    Args:
        batch: (N, *X) with N = batch_size x packing.
    """
    discriminator = trainer.discriminator
    kept = [buffer.clone() for buffer in discriminator.buffers()]
    real = trainer.dataset.sample(len(batch), torch.Generator().manual_seed(1), trainer.device)
    x = batch.detach().clone().requires_grad_()
    draws = DRAWS if trainer.game.stirs or trainer.game.objective.needs_real else 1
    slopes = torch.zeros_like(x)
    step = trainer.steps_done
    hyper, program = trainer.game.hyper(knobs, step), trainer.game.program(knobs, step, trainer.k_steps(knobs))
    try:
        with torch.random.fork_rng(devices=[]):
            for draw in range(draws):
                torch.manual_seed(draw)
                paired = real.roll(draw * len(real) // draws, 0) if trainer.game.generator_compares else None
                # Of the latents only the number is read, since their samples are there.
                chance = completed(trainer.game, Draws(("G",), x.detach(), paired), hyper, program)
                seen = trainer.engine.generator_loss(x, chance, hyper, program)
                slopes += torch.autograd.grad(seen.total, x)[0] / draws
    finally:
        # As in an update, statistics of the batch and singular values move on.
        for buffer, value in zip(discriminator.buffers(), kept, strict=True):
            buffer.copy_(value)
    return slopes
