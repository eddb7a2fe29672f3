"""Rules: what is in force of all that decides what D(x) means and where the losses rest."""

import dataclasses

from tui_gan.contract.objectives import TRAITS, UNKNOWN, Balance, Optimum, Traits

# The classes of a conditional GAN, the codes of InfoGAN, an inference network, two stages, and images that are completed.
EXTRAS = ("classes", "codes", "encoder", "stages", "masks")


@dataclasses.dataclass(frozen=True)
class Rules:
    """The settings in force on which it depends.

    Attributes:
        noise: standard deviation of the instance noise at this step, in training units; 0 for none.
        flat: whether a D that says the same everywhere costs no regularizer anything.
        regularized: whether a regularizer of D is in force.
        bound: the weight of the penalties that keep the gradient norm of D near 1 or below.
        spectral: whether D is under spectral normalisation.
        schedule: what the schedule of the learning rates multiplies them by at this step.
        k: discriminator updates of this step where they follow D's accuracy; 0 where the knob says how many.
        pairs: whether D judges pairs of a sample and a class or a latent.
        exchanged: whether G lowers D's loss with the two kinds exchanged, as with an inference network.
        extras: what the game has beside samples and latents, of EXTRAS.
        averaged: whether the generated samples shown are those of an averaged generator, while D is trained against another.
    """

    objective: str = "non_saturating"
    label_smoothing: float = 0.0
    packing: int = 1
    minibatch_discrimination: bool = False
    noise: float = 0.0
    flat: bool = True
    regularized: bool = False
    bound: float = 0.0
    spectral: bool = False
    schedule: float = 1.0
    k: int = 0
    pairs: bool = False
    exchanged: bool = False
    extras: tuple[str, ...] = ()
    averaged: bool = False

    @property
    def completes(self) -> bool:
        """Whether G completes images and D judges pixels."""
        return "masks" in self.extras

    @property
    def traits(self) -> Traits:
        """Those of the objective; of one that the table lacks, only what holds for any."""
        return TRAITS.get(self.objective) or UNKNOWN._replace(term=f"objective {self.objective}")

    @property
    def alone(self) -> bool:
        """Whether D judges each sample by itself."""
        return self.packing == 1 and not self.minibatch_discrimination

    @property
    def optimum(self) -> Optimum | None:
        """D* of a single sample, where there is one."""
        return self.traits.optimum if self.alone and not self.pairs and not self.completes else None

    @property
    def balance(self) -> Balance | None:
        """Both losses where p = q; None where a regularizer keeps D from saying the same everywhere."""
        balance = self.traits.balance
        if balance is None or not self.flat or self.completes:
            return None
        losses = balance(self.label_smoothing)
        # What smooths the targets of real samples is for D alone, and G's loss is then no mirror of D's.
        return losses._replace(generator=None if self.label_smoothing else losses.discriminator) if self.exchanged else losses

    @property
    def references(self) -> dict[str, float]:
        """The values of the losses where p = q, by how they are written."""
        levels = [] if self.balance is None else [level for level in self.balance if level is not None]
        return {level.name: level.value for level in sorted(levels)}


RULES = Rules()
