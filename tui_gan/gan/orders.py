"""The order in which the two players move in a step, and how many times the discriminator does."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from torch import Tensor

from tui_gan.gan.values import Batch, Draws

# Between these accuracies of the discriminator k stays as it is.
CAUGHT_UP, TOO_STRONG = 0.65, 0.8


class Source(NamedTuple):
    """Where batches are drawn from; each call draws anew.

    Attributes:
        real: a batch of real samples.
        latents: (N, W), or the numbers (R, N, Z) that they are made of.
    """

    real: Callable[[], Batch]
    latents: Callable[[], Tensor]


def alternating(k: int, source: Source, compares: bool) -> Iterator[Draws]:
    """k updates of the discriminator, then one of the generator against it, each on fresh samples (Goodfellow et al. 2014)."""
    for _ in range(k):
        real = source.real()
        yield Draws(("D",), source.latents(), *real)
    latents = source.latents()
    yield Draws(("G",), latents, *(source.real() if compares else ()))


def same_batch(k: int, source: Source, compares: bool) -> Iterator[Draws]:
    """As alternating, but the generator moves on the samples that the discriminator has just seen."""
    for _ in range(k):
        real = source.real()
        latents = source.latents()
        yield Draws(("D",), latents, *real)
    yield Draws(("G",), latents, real.x if compares else None, real.y)


def simultaneous(k: int, source: Source, compares: bool) -> Iterator[Draws]:
    """k - 1 updates of the discriminator, then both players move at once by their gradients at the same weights and samples."""
    for update in range(k):
        real = source.real()
        yield Draws(("D",) if update < k - 1 else ("D", "G"), source.latents(), *real)


Order = Callable[[int, Source, bool], Iterator[Draws]]
ORDERS: dict[str, Order] = {"alternating": alternating, "same_batch": same_batch, "simultaneous": simultaneous}
"""(k, source, whether the generator's loss reads real samples) -> who moves on which samples, update by update."""


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
