"""The order in which the two players move in a step, and how many times each of them does."""

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
        labelled: a batch of labelled images with their classes, one-hot (B, K); None without labels.
    """

    real: Callable[[], Batch]
    latents: Callable[[], Tensor]
    labelled: Callable[[], Batch] | None = None


def alternating(k: int, g: int, source: Source, compares: bool) -> Iterator[Draws]:
    """k updates of the discriminator, then g of the generator against it, each on fresh samples (Goodfellow et al. 2014 with g = 1)."""
    for _ in range(k):
        yield _of_discriminator(source)
    for _ in range(g):
        yield _of_generator(source, compares)


def same_batch(k: int, g: int, source: Source, compares: bool) -> Iterator[Draws]:
    """As alternating, but all g updates of the generator are on the samples that the discriminator has just seen."""
    for _ in range(k):
        real = source.real()
        latents = source.latents()
        yield Draws(("D",), latents, *real)
    for _ in range(g):
        yield Draws(("G",), latents, real.x if compares else None, real.y)


def simultaneous(k: int, g: int, source: Source, compares: bool) -> Iterator[Draws]:
    """Both players move at once, min(k, g) times, each time by their gradients at the same weights and fresh samples.

    Before that whoever is to move more often moves alone, the other |k - g| times.
    """
    yield from _alone(k, g, source, compares)
    for _ in range(min(k, g)):
        yield _of_both(source)


def extragradient(k: int, g: int, source: Source, compares: bool) -> Iterator[Draws]:
    """As simultaneous, but each time both players move, they do so by their gradients at a point that they first extrapolate to.

    With weights w and the players' gradients F: w' = w - lr F(w, batch), then w <- w - lr F(w', fresh batch) (Korpelevich 1976; Gidel
    et al. 2019, arXiv:1802.10551, their algorithm with two minibatches). Both are updates of the optimizer, which keeps its moments
    from the first, so that with Adam it is their ExtraAdam, whose bias corrections count both. Limits of the weights hold at w' too.
    What adapts by the discriminator's accuracy does so once, at w', and the losses that are told are those there.
    """
    yield from _alone(k, g, source, compares)
    for _ in range(min(k, g)):
        yield _of_both(source)._replace(phase="ahead")
        yield _of_both(source)._replace(phase="back")


def _alone(k: int, g: int, source: Source, compares: bool) -> Iterator[Draws]:
    for _ in range(k - g):
        yield _of_discriminator(source)
    for _ in range(g - k):
        yield _of_generator(source, compares)


def _of_discriminator(source: Source) -> Draws:
    real = source.real()
    return Draws(("D",), source.latents(), *real)


def _of_generator(source: Source, compares: bool) -> Draws:
    latents = source.latents()
    return Draws(("G",), latents, *(source.real() if compares else ()))


def _of_both(source: Source) -> Draws:
    return _of_discriminator(source)._replace(players=("D", "G"))


Order = Callable[[int, int, Source, bool], Iterator[Draws]]
ORDERS: dict[str, Order] = {
    "alternating": alternating,
    "same_batch": same_batch,
    "simultaneous": simultaneous,
    "extragradient": extragradient,
}
"""(k, g, source, whether the generator's loss reads real samples) -> who moves on which samples, update by update.

k and g are how often the discriminator and the generator move in a step.
"""


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
