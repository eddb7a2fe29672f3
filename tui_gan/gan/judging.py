"""What the discriminator says of samples, and where it drives them, for those who look; nothing that is trained changes."""

import torch
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.gan import augment, company
from tui_gan.gan.datasets.dataset import Images
from tui_gan.gan.draws import completed
from tui_gan.gan.latents import classes_in
from tui_gan.gan.losses import in_force
from tui_gan.gan.networks.inference import encoded
from tui_gan.gan.trainer import Trainer
from tui_gan.gan.values import Draws

MIDDLE = 256
# Of how many images r_t is taken at most, and of how many minibatches.
OVERFITTED, MINIBATCHES = 256, 4
# Over which a slope is averaged that varies with noise, dropout, or the real sample that a generated one is compared with.
DRAWS = 8
# Real samples among which those of a class are looked for.
AMONG = 10_000


def judge(
    trainer: Trainer, x: Tensor, knobs: Knobs, company: Tensor, of_company: Tensor | None = None, classes: Tensor | None = None
) -> Tensor:
    """Return D(x) in 0 .. 1, shape (N, 1), as the objective has it: near 1 x is called real, near 0 generated; changes nothing.

    With an inference network E it is asked of pairs of x and E(x), also of the company. A conditional discriminator that is not told of
    which classes x is to be is asked of each, and the mean of what it says is returned, by the shares of the classes.

    Args:
        x: (N, *X).
        company, of_company, classes: as for `logits`; of_company is unread with an inference network.
    """
    with torch.no_grad():
        if trainer.config.inference != "none":
            # Also those of the company anew, since E learns.
            classes, of_company = (encoded(trainer.generator, each.to(trainer.device)) for each in (x, company))
        if classes is not None or not trainer.config.classes:
            return verdicts(trainer, logits(trainer, x, knobs, company, classes, of_company), knobs)
        mean = torch.zeros(len(x), 1, device=trainer.device)
        for share, one in zip(trainer.shares, torch.eye(trainer.config.classes), strict=True):
            mean += share * verdicts(trainer, logits(trainer, x, knobs, company, one.expand(len(x), -1), of_company), knobs)
        return mean


def logits_of(trainer: Trainer, judged: company.Judged, knobs: Knobs) -> Tensor:
    """Return the discriminator's raw outputs on samples in their company, (N, 1), with packing each in a pack of its own."""
    return logits(trainer, judged.samples, knobs, judged.company, judged.classes, judged.of_company, apart=True)


def logits(
    trainer: Trainer,
    x: Tensor,
    knobs: Knobs,
    company: Tensor,
    classes: Tensor | None = None,
    of_company: Tensor | None = None,
    *,
    apart: bool = False,
) -> Tensor:
    """Return the discriminator's raw outputs on x, shape (N, 1), differentiable by x.

    Args:
        x: (N, *X) in training units.
        company: (C, *X) samples in whose company each x is judged: with packing the first packing - 1 are in its pack, and with
            minibatch discrimination at most batch_size - 1 packs of those behind are its batch. The network aylien also takes
            (N, C, *X), for each x its own.
        classes: (N, K) of x, and `of_company` (C, K), where the discriminator is conditional.
        apart: whether no two packs share a sample: in the pack of each x are the next packing - 1, as those of a batch are independent.
    """
    gate, packing, device = knobs.minibatch_discrimination, trainer.config.packing, trainer.device
    x, others = x.to(device), company.to(device)
    classes, of_others = (None if each is None else each.to(device) for each in (classes, of_company))
    if packing > 1:
        x, others = _packed(x, others, packing, apart)
        if classes is not None and of_others is not None:
            classes, of_others = _packed(classes, of_others, packing, apart)
    discriminator = trainer.discriminator.eval()
    try:
        others = others[..., : knobs.batch_size - 1, :] if others.dim() > x.dim() else others[: knobs.batch_size - 1]
        of_others = None if of_others is None else of_others[: knobs.batch_size - 1]
        return discriminator(x, gate, others if gate else None, 1, classes, of_others if gate else None)  # type: ignore[no-any-return]
    finally:
        # Also when the memory did not suffice: the training goes on with the layers that it knows.
        discriminator.train()


def _packed(x: Tensor, others: Tensor, packing: int, apart: bool) -> tuple[Tensor, Tensor]:
    """Each of x in a pack with the first packing - 1 of others, or `apart` with as many of its own, and the packs that the rest make."""
    packs = len(x) if apart else 1
    beside, rest = others.tensor_split((packs * (packing - 1),))
    beside = beside.reshape(packs, (packing - 1) * x.shape[1], *x.shape[2:]).expand(len(x), *[-1] * (x.dim() - 1))
    x = torch.cat((x, beside), 1)
    return x, rest[: len(rest) // packing * packing].reshape(-1, *x.shape[1:])


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
        means = [logits_of(trainer, each, knobs).mean() for each in judged]
    return (means[0] + means[1]) / 2


def overfits(trainer: Trainer) -> bool:
    """Whether r_t is of use: D may learn images by heart, few or augmented ones, and its logits have a boundary."""
    config, game = trainer.config, trainer.game
    return isinstance(trainer.dataset.truth, Images) and bool(config.augment or config.training) and game.objective.boundary is not None


def overfitting(trainer: Trainer, knobs: Knobs) -> float:
    """r_t of real images that D is trained on, the same and changed alike at every call; waits for the device.

    Twice the share that D calls real, minus 1: Karras et al. 2020, arXiv:2006.06676, equation 1. They are augmented as in training, and
    without its instance noise.
    """
    config, game = trainer.config, trainer.game
    assert game.objective.boundary is not None, "asked before"
    judged = company.real(trainer, knobs, min(OVERFITTED, MINIBATCHES * knobs.batch_size))
    probability = float(in_force(game.hyper(knobs, trainer.steps_done), trainer.coefficients).augment_probability)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(1)
        x, others = (
            augment.augmented(config.augment, each, augment.drawn(config.augment, len(each), each.device), probability)
            for each in (judged.samples, judged.company)
        )
        real_logits = logits_of(trainer, judged._replace(samples=x, company=others), knobs)
    return float(augment.overfitting(real_logits, game.objective.boundary))


def generator_slopes(trainer: Trainer, batch: Tensor, knobs: Knobs, latents: Tensor | None = None) -> Tensor:
    """Return dL/dx of each generated sample of a whole batch, (N, *X), in training units, as an update of the generator takes it.

    L is the generator's loss with what is added to it, so that with minibatch discrimination, packing and batch normalisation the
    slope holds what a sample does to the logits of the others. Where chance enters (instance noise, dropout, the real sample that
    a generated one is paired with, of its own class where it has one) it is the mean over DRAWS draws, the same at every call.

    Args:
        batch: (N, *X) with N = batch_size x packing.
        latents: (N, W) of which they were made; a conditional discriminator reads the classes there, and nothing else does.
    """
    buffers = [*trainer.discriminator.buffers(), *trainer.generator.buffers()]
    kept = [buffer.clone() for buffer in buffers]
    x = batch.detach().clone().requires_grad_()
    # Of samples without latents only their number is read.
    of = x.detach().flatten(1) if latents is None else latents
    draws = DRAWS if trainer.game.stirs or trainer.game.objective.needs_real else 1
    compared = _paired(trainer, of, draws) if trainer.game.generator_compares else None
    slopes = torch.zeros_like(x)
    step = trainer.steps_done
    hyper, program = trainer.game.hyper(knobs, step), trainer.game.program(knobs, step, trainer.k_steps(knobs))
    try:
        with torch.random.fork_rng(devices=[]):
            for draw in range(draws):
                torch.manual_seed(draw)
                chance = completed(trainer.game, Draws(("G",), of, None if compared is None else compared[draw]), hyper, program)
                seen = trainer.engine.generator_loss(x, chance, hyper, program)
                slopes += torch.autograd.grad(seen.total, x)[0] / draws
    finally:
        # As in an update, statistics of the batch and singular values move on.
        for buffer, value in zip(buffers, kept, strict=True):
            buffer.copy_(value)
    return slopes


def _paired(trainer: Trainer, latents: Tensor, draws: int) -> list[Tensor]:
    """The real samples that those of latents (N, W) are paired with in each of some draws, (N, *X) each, the same at every call.

    Each has the class that its latent asks for, as in an update, whose latents take over the classes of the real samples.
    """
    count, stream, known = len(latents), torch.Generator().manual_seed(1), trainer.dataset.classes
    asked = classes_in(trainer.config, latents) if trainer.config.classes else None
    if asked is None or known is None:
        real = trainer.dataset.sample(count, stream, trainer.device)
        return [real.roll(draw * count // draws, 0) for draw in range(draws)]
    classes = asked.argmax(1).cpu()
    x, y = known.sample(max(AMONG, draws * count), stream, trainer.device)
    rows = torch.empty(draws, count, dtype=torch.int64)
    for number in set(classes.tolist()):
        places, candidates = (classes == number).nonzero()[:, 0], (y == number).nonzero()[:, 0]
        # Of a class that the data have lost any sample stands in.
        candidates = candidates if len(candidates) else torch.arange(len(y))
        # In turn, so that each draw takes others than the one before.
        rows[:, places] = candidates[torch.arange(draws * len(places)) % len(candidates)].view(draws, -1)
    return [x[each.to(x.device)] for each in rows]
