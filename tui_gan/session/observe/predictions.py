"""What the discriminator says of real and of generated samples."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.contract.outside import outside
from tui_gan.contract.snapshot import Floats, OfClass, Predictions, frozen
from tui_gan.gan import company, judging
from tui_gan.gan.trainer import Trainer

BINS = 20
JUDGED = 256
EDGES = frozen(np.linspace(0.0, 1.0, BINS + 1))
# The share of the logits that lies within the limits of their histogram.
WITHIN = 0.99


def predictions(trainer: Trainer, knobs: Knobs) -> Predictions:
    """Histograms of D(x) and of the logits on JUDGED real samples, the same for the whole run, and on those of the fixed latents.

    With minibatch discrimination or packing each is judged in the company of others of its own kind, with packing in a pack of its own.
    """
    judged = company.real(trainer, knobs, JUDGED), company.fake(trainer, knobs, JUDGED)
    with torch.no_grad():
        real, fake = (judging.logits_of(trainer, each, knobs) for each in judged)
    verdicts = _numbers(judging.verdicts(trainer, torch.cat((real, fake)), knobs))
    real_logits, fake_logits = _numbers(real), _numbers(fake)
    limits = logit_edges(np.concatenate((real_logits, fake_logits)))
    real_verdicts, fake_verdicts = verdicts[: len(real)], verdicts[len(real) :]
    boundary = trainer.game.objective.boundary
    of_classes: tuple[OfClass, ...] = ()
    # Without classes what stands beside the samples are latents, or what is told of pixels.
    if trainer.config.classes and judged[0].classes is not None and judged[1].classes is not None:
        of_classes = _by_class(trainer.names, (judged[0].classes, real_verdicts), (judged[1].classes, fake_verdicts))
    return Predictions(
        edges=EDGES,
        real=_histogram(real_verdicts, EDGES),
        fake=_histogram(fake_verdicts, EDGES),
        logit_edges=limits,
        real_logits=_histogram(real_logits, limits),
        fake_logits=_histogram(fake_logits, limits),
        real_right=math.nan if boundary is None else float((real_logits > boundary).mean()),
        fake_right=math.nan if boundary is None else float((fake_logits < boundary).mean()),
        real_outside=outside(real_logits[:, None], limits[:1], limits[-1:]),
        fake_outside=outside(fake_logits[:, None], limits[:1], limits[-1:]),
        real_unknown=float(np.isnan(real_verdicts).mean()),
        fake_unknown=float(np.isnan(fake_verdicts).mean()),
        real_mean=float(real_verdicts.mean()),
        fake_mean=float(fake_verdicts.mean()),
        overlap=overlap(real_logits, fake_logits),
        of_classes=of_classes,
    )


def _by_class(names: Sequence[str], real: tuple[Tensor, Floats], fake: tuple[Tensor, Floats]) -> tuple[OfClass, ...]:
    """The means of D(x), (N,), over the samples of each class, whose classes are (N, K)."""

    def mean(side: tuple[Tensor, Floats], number: int) -> float:
        mine = side[1][side[0].argmax(1).cpu().numpy() == number]
        return float(mine.mean()) if len(mine) else math.nan

    return tuple(OfClass(name, mean(real, number), mean(fake, number)) for number, name in enumerate(names))


def overlap(one: Floats, other: Floats) -> float:
    """1 minus the largest difference of the distribution functions of two samples, (N,) and (M,); NaN where one is no number."""
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        return math.nan
    places = np.concatenate((one, other))
    reached = [np.searchsorted(np.sort(each), places, side="right") / len(each) for each in (one, other)]
    return 1.0 - float(np.abs(reached[0] - reached[1]).max())


def logit_edges(logits: Floats) -> Floats:
    """Edges from -L to L, (BINS + 1,), L the least of 1, 2, 5, 10, 20, ... that holds WITHIN of the finite logits, (N,)."""
    sizes = np.abs(logits[np.isfinite(logits)])
    reach = max(1.0, float(np.quantile(sizes, WITHIN, method="higher"))) if sizes.size else 1.0
    power = 10.0 ** math.floor(math.log10(reach))
    limit = next(rung * power for rung in (1.0, 2.0, 5.0, 10.0) if rung * power >= reach)
    return frozen(np.linspace(-limit, limit, BINS + 1))


def _histogram(values: Floats, edges: Floats) -> Floats:
    """Shares (BINS,) of the values, (N,); what lies outside the edges or is no number counts in the total alone."""
    counts, _ = np.histogram(values, BINS, (edges[0], edges[-1]))
    return frozen(counts / len(values))


def _numbers(tensor: Tensor) -> Floats:
    """(N, 1) on the device to (N,)."""
    return np.asarray(tensor[:, 0].detach().cpu().double().numpy(), dtype=np.float64)
