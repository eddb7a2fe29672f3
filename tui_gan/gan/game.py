"""The game that a configuration describes: the data, what the players lower, and in which order they move."""

import math
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.datasets.dataset import Dataset
from tui_gan.gan.labels import chosen
from tui_gan.gan.latents import categories, made
from tui_gan.gan.masks import completes
from tui_gan.gan.networks import AnyDiscriminator
from tui_gan.gan.networks.staged import halved
from tui_gan.gan.objectives import OBJECTIVES, Objective, inferring, smoothed
from tui_gan.gan.optimizers import SCHEDULES, momentum_at
from tui_gan.gan.orders import COORDINATION, ORDERS, Coordination, Order
from tui_gan.gan.regularizers import REGULARIZERS, Regularizer, noise_sd
from tui_gan.gan.values import Hyper, Program

# Name and regularizer.
Term = tuple[str, Regularizer]


class Game(NamedTuple):
    """What stays as it is while a configuration is in force.

    Attributes:
        terms: the regularizers, by name, in the order of the configuration.
        judges_alone: whether a sample's logit is its own affair while the minibatch features are off.
        drops: whether the discriminator leaves out units by chance.
        stirs: whether a step draws from torch's default stream: dropout, instance noise, augmentations, a regularizer.
        generator_compares: whether the generator's loss reads real samples.
        labelled: the rows of the labelled samples, int64 (labels,); none without labels.
    """

    config: Config
    dataset: Dataset
    objective: Objective
    terms: tuple[Term, ...]
    order: Order
    coordination: Coordination
    judges_alone: bool
    drops: bool
    stirs: bool
    generator_compares: bool
    labelled: Tensor

    def draws(self, term: Regularizer) -> bool:
        """Whether a regularizer draws, where as many numbers are judged at once as here."""
        return 0 < term.draws <= math.prod(self.judged)

    @property
    def judged(self) -> tuple[int, ...]:
        """The shape of what is judged at once: of a pack of samples, or with an inference network of a row of them and their latents."""
        packing = self.config.packing
        if self.config.inference != "none":
            return (packing * (math.prod(self.shape) + self.config.latent_dim),)
        return (packing * self.shape[0], *self.shape[1:])

    @property
    def shape(self) -> tuple[int, ...]:
        """Of what is trained for one sample: its own, or of two stages the numbers of both."""
        shape = self.dataset.shape
        return shape if self.config.stages == 1 else (math.prod(shape) + math.prod(halved(shape)),)

    @property
    def shares(self) -> tuple[float, ...]:
        """Of the classes, or of the values of the categorical code; () where there are none."""
        known, count = self.dataset.classes, categories(self.config)
        return known.shares if self.config.classes and known else (1 / count,) * count if count else ()

    def latents(self, drawn: Tensor) -> Tensor:
        """Latents (N, W) of the numbers that were drawn for them, (R, N, Z)."""
        return made(self.config, drawn)

    def hyper(self, knobs: Knobs, step: int) -> Hyper:
        """What is in force at a step."""
        config = self.config
        schedule, optimizer, noise = config.schedule, config.optimizer, config.instance_noise
        factor = SCHEDULES[schedule.kind](step, schedule.period, schedule.factor, schedule.floor)
        momentum = momentum_at(step, optimizer.momentum, optimizer.momentum_end, optimizer.momentum_steps, optimizer.momentum_every)
        return Hyper(
            rates={"D": knobs.discriminator_lr * factor, "G": knobs.generator_lr * factor},
            momentum=momentum,
            regularization=knobs.regularization,
            weights=config.regularizers,
            noise_sd=noise_sd(noise.sd, noise.steps, step, noise.end),
            augment_probability=config.augment_probability,
            feature_matching=config.feature_matching,
            generator_l2=config.generator_l2,
            historical_averaging=config.historical_averaging,
            information=config.information.weight,
            conditioning=config.conditioning.weight,
            cycle_consistency=config.cycle_consistency,
            adversarial=config.adversarial,
        )

    def k(self, knobs: Knobs, followed: int) -> int:
        """Discriminator updates of a step; at most `followed` where they follow the discriminator's accuracy."""
        return min(followed, knobs.k_steps) if self.coordination.adapts else knobs.k_steps

    def program(self, knobs: Knobs, step: int, k: int) -> Program:
        """The form of a step of k discriminator updates."""
        return Program(knobs.batch_size, k, knobs.generator_steps, knobs.minibatch_discrimination, due=step % self.config.lazy == 0)


def game_of(config: Config, dataset: Dataset, generator: nn.Module, discriminator: AnyDiscriminator) -> Game:
    """The game that these networks play."""
    terms = tuple((name, REGULARIZERS[name]) for name, weight in config.regularizers.items() if weight)
    objective = smoothed(OBJECTIVES[config.objective], config.label_smoothing)
    if config.inference != "none":
        objective = inferring(objective, OBJECTIVES[config.objective])
    drops = has_dropout(discriminator)
    made = Game(
        config=config,
        dataset=dataset,
        objective=objective,
        terms=terms,
        order=ORDERS[config.updates],
        coordination=COORDINATION[config.coordination],
        judges_alone=discriminator.judges_alone,
        drops=drops,
        stirs=False,
        generator_compares=objective.needs_real or bool(config.feature_matching) or completes(config),
        labelled=chosen(config, dataset),
    )
    draws = any(made.draws(term) for _, term in terms)
    augments = bool(config.augment or config.information.augment)
    by_sample = config.instance_noise.sd > 0 or augments or config.inference == "gaussian" or completes(config)
    return made._replace(stirs=drops or has_dropout(generator) or by_sample or draws)


def has_dropout(network: nn.Module) -> bool:
    """Whether it leaves out units by chance."""
    return any(isinstance(layer, _DropoutNd) for layer in network.modules())
