"""The values that a step is made of: what it begins with, what it is told, its chance, and what it reports."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from torch import Tensor

Player = Literal["D", "G"]
Phase = Literal["", "ahead", "back"]
# A number, or, where a program is made of the step, a tensor () that stands for any.
Scalar = float | Tensor


class Hyper(NamedTuple):
    """What may turn from step to step without making another step of it.

    Attributes:
        rates: the learning rates as they are at this step, by player.
        momentum: of gradient descent; unread by Adam.
        regularization: the factor on the weights of all regularizers.
        weights: of the regularizers, by name.
        noise_sd: the standard deviation of instance noise.
        augment_probability: with which an image is augmented; of one that adapts, as it is at an update.
        adversarial: the weight of the objective in the generator's loss.
        feature_matching, generator_l2, historical_averaging, information, conditioning, cycle_consistency: the weights of these terms.
    """

    rates: Mapping[Player, Scalar]
    momentum: Scalar
    regularization: Scalar
    weights: Mapping[str, float]
    noise_sd: Scalar
    augment_probability: Scalar
    feature_matching: float
    generator_l2: float
    historical_averaging: float
    information: float
    conditioning: float
    cycle_consistency: float
    adversarial: float = 1.0


class Program(NamedTuple):
    """What makes another step when it changes, beside the configuration.

    Attributes:
        batch: samples of a batch that are judged at once.
        k: discriminator updates of the step; `g` its generator updates.
        minibatch: whether the minibatch features take part.
        due: whether the regularizers enter the losses of this step.
    """

    batch: int
    k: int
    g: int
    minibatch: bool
    due: bool


class Batch(NamedTuple):
    """Real samples (N, *X) in training units and, where the game is conditional, their classes as latents have them: (N, K) or (N, 1)."""

    x: Tensor
    y: Tensor | None = None


class Draws(NamedTuple):
    """All chance of one update, drawn before it.

    Attributes:
        players: those that move, by gradients at the same weights and samples.
        phase: "ahead" where they only extrapolate, by whose gradients there the next update, "back", moves them from where they were.
        latents: (N, W); where a program makes them, the numbers (R, N, Z) that they are made of.
        real: (N, *X) in training units; None where no loss reads it.
        y: the classes that latents are still to take over, so that real and generated samples are of the same; None as soon as they have.
        real_noise, fake_noise: (N, *X), standard normal, of instance noise; None without.
        again: as both of these, for a second look of both players at once at the same samples.
        terms: what the regularizers that draw have drawn, by name.
        code_noise: (N, Z), standard normal, of a stochastic encoder; None without.
        real_change, fake_change: (N, U), even in 0 .. 1, by which images are augmented; None without.
        change_again: as both of these, for the second look.
        code_change: (N, V), even in 0 .. 1, by which generated images are augmented before their codes are read; None without.
        labelled: (B, *X) labelled images in training units, and `labels` (B, K) their classes, one-hot; None without labels.
        labelled_noise: (B, *X), standard normal, of instance noise; None without.
        hinted: (N, P), 1 where D is told of a value whether it was observed; None where no image is completed.
        seed: of the units that dropout leaves out, where several batches are to be judged with the same ones.
    """

    players: tuple[Player, ...]
    latents: Tensor
    real: Tensor | None = None
    y: Tensor | None = None
    real_noise: Tensor | None = None
    fake_noise: Tensor | None = None
    again: tuple[Tensor | None, Tensor | None] = (None, None)
    terms: Mapping[str, Tensor] = {}
    code_noise: Tensor | None = None
    real_change: Tensor | None = None
    fake_change: Tensor | None = None
    change_again: tuple[Tensor | None, Tensor | None] = (None, None)
    code_change: Tensor | None = None
    labelled: Tensor | None = None
    labels: Tensor | None = None
    labelled_noise: Tensor | None = None
    hinted: Tensor | None = None
    seed: int | None = None
    phase: Phase = ""


class Network(NamedTuple):
    """A network as a function, with the weights that terms of the losses read.

    Attributes:
        of: the generator, (N, W) -> (N, *X); or the discriminator, as its `forward` -> logits (B, 1). Of two stages their `stages`, rows
            (N, numbers of both) and logits (B, 2).
        features: of the discriminator, (B, *X), classes -> hidden units (B, F).
        weights: all of them; `matrices` those with two axes or more that take part.
        means: the running means of the weights; none without historical averaging.
        codes: of the discriminator of InfoGAN, (B, *X) -> what it takes the codes for (B, K + C).
        divergence: of a generator with conditioning augmentation, (N, W) -> the KL divergence of its Gaussians, ().
        classify: of a discriminator that learns from labels, (B, *X) -> logits of the classes (B, K).
        encode: of a generator with an inference network, (N, *X), noise (N, Z) or None -> codes (N, Z).
        raw: of a generator that completes, (N, 3 P) -> what it says of every value (N, *X).
        components: of a discriminator that judges values, (B, *X), hint (B, P), minibatch features or not -> a logit of each value (B, P).
        slope: (a judge, samples) -> the gradient of each logit by its sample; None where autograd takes it of the samples that are judged.
    """

    of: Callable[..., Tensor]
    features: Callable[[Tensor, Tensor | None], Tensor]
    weights: list[Tensor]
    matrices: list[Tensor]
    means: list[Tensor]
    codes: Callable[[Tensor], Tensor] | None = None
    encode: Callable[[Tensor, Tensor | None], Tensor] | None = None
    classify: Callable[[Tensor], Tensor] | None = None
    divergence: Callable[[Tensor], Tensor] | None = None
    slope: Callable[[Callable[[Tensor], Tensor], Tensor], Tensor] | None = None
    raw: Callable[[Tensor], Tensor] | None = None
    components: Callable[[Tensor, Tensor, bool], Tensor] | None = None


class Seen(NamedTuple):
    """What a player's loss was made of; without gradients, but for `total`.

    Attributes:
        total: what the update lowers, ().
        loss: what the objective says.
        terms: what is added to it, weighted, by name; `others` what is added beside that and has no curve.
        real_logits, fake_logits: (B, 1) as the loss reads them.
        coefficients: of the regularizers that adapt theirs, by name, as they are after this update.
    """

    total: Tensor
    loss: Tensor
    terms: Mapping[str, Tensor]
    others: Mapping[str, Tensor]
    real_logits: Tensor
    fake_logits: Tensor
    coefficients: Mapping[str, Tensor]


class Report(NamedTuple):
    """One update of a step.

    Attributes:
        draws: its chance; `fake` (N, *X) the samples of its latents.
        seen: by the players that moved; `gradients` by each of their weights, None for those that take no part.
    """

    draws: Draws
    fake: Tensor
    seen: Mapping[Player, Seen]
    gradients: Mapping[Player, list[Tensor | None]]
