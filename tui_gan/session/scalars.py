"""The numbers that a run logs beside its metrics: losses, and what the training adapts."""

from tui_gan.contract.knobs import Knobs
from tui_gan.gan import judging
from tui_gan.gan.trainer import Trainer

# Of the coefficients that adapt, by their regularizers; others have their own name.
SERIES = {"adaptive_l2": "l2_coefficient"}


def scalars(trainer: Trainer, knobs: Knobs) -> dict[str, float]:
    """The mean losses of the interval, what the training adapts, and r_t, by series; waits for the device."""
    generator_loss, discriminator_loss = trainer.mean_losses().tolist()
    found = {"generator_loss": generator_loss, "discriminator_loss": discriminator_loss}
    if trainer.game.coordination.adapts:
        found["k"] = trainer.k_steps(knobs)
    if trainer.config.information.categorical:
        found["information_bound"] = trainer.information_bound()
    if judging.overfits(trainer):
        found["overfitting"] = judging.overfitting(trainer, knobs)
    return found | {series_of(name): float(value) for name, value in trainer.coefficients.items()}


def series_of(coefficient: str) -> str:
    """The series of what the training adapts, by its name among the coefficients."""
    return SERIES.get(coefficient, coefficient)
