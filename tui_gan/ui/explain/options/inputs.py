"""What is done to samples before the discriminator is shown them."""

import math

from tui_gan.contract import sources
from tui_gan.ui.explain.options.option import Option, named
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.text import Paragraph


def label_smoothing(reading: Reading) -> Paragraph | None:
    """One-sided label smoothing."""
    smoothing = reading.number("label_smoothing")
    if not smoothing:
        return None
    return Paragraph(
        f"D's target for real samples is {1 - smoothing:g} instead of 1, which keeps D from becoming overconfident.",
        sources.SALIMANS,
        f"one-sided label smoothing, {smoothing:g}",
    )


def instance_noise(reading: Reading) -> Paragraph | None:
    """Instance noise, and how it decays."""
    sd, end, steps = (reading.number(f"instance_noise.{name}") for name in ("sd", "end", "steps"))
    if not sd:
        return None
    term = f"instance noise, sd {sd:g}" + (" at the start" if steps else "")
    if steps and reading.snapshot.step >= steps:
        return Paragraph(f"The noise on D's inputs has been 0 since step {steps:,.0f}.", sources.SONDERBY, term)
    decay = f" It decays {f'to {end:g}' if end else 'linearly'} by step {steps:,.0f}, and is 0 from then on." if steps else ""
    return Paragraph(
        f"Gaussian noise on D's inputs makes the two distributions overlap, so that D cannot separate them perfectly.{decay}",
        sources.SONDERBY,
        term,
    )


def augment(reading: Reading) -> Paragraph | None:
    """Augmentations, and how often images are augmented."""
    names = named(reading, "augment")
    if not names:
        return None
    target, now = reading.number("augment_target"), reading.present("augment_probability")
    current = f" (now {now:.2f})" if math.isfinite(now) else ""
    often = (
        f"The probability{current} adapts: it grows while r_t of the training images is over {target:g}, and shrinks while it is under."
        if target
        else f"Each is augmented with probability {reading.number('augment_probability'):g}."
    )
    return Paragraph(
        f"Real and generated images are changed at random before D is shown them ({names}), and G's gradients pass through the change: D "
        f"can learn fewer training images by heart. {often} Gradient penalties are by the augmented image.",
        sources.KARRAS_ADA if target else sources.ZHAO,
        f"adaptive augmentation, r_t at {target:g}" if target else "augmentation",
    )


def overfitting(reading: Reading) -> Paragraph | None:
    """How many training images D calls real."""
    now = reading.present("overfitting")
    if not math.isfinite(now):
        return None
    kind = "augmented training images" if reading.settings.get("augment") else "training images"
    return Paragraph(
        f"r_t = {now:.2f}: D calls {(1 + now) / 2:.0%} of {kind} real. Near 1 it tells all of them from generated ones, because it knows "
        "them by heart or because G is still poor.",
        sources.KARRAS_ADA,
        "overfitting r_t",
    )


INPUTS: tuple[Option, ...] = (
    label_smoothing,
    instance_noise,
    augment,
    overfitting,
)
