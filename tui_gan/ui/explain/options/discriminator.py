"""What bounds the discriminator, and what else it is made of."""

import math

from tui_gan.contract import sources
from tui_gan.ui.explain.options.option import Option, choice, penalty, setting, weight_of
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.text import Paragraph


def minibatch(reading: Reading) -> Paragraph | None:
    """Minibatch discrimination."""
    if not reading.snapshot.knobs.minibatch_discrimination:
        return None
    return Paragraph(
        "D compares the samples of a minibatch: features of their distances in a hidden layer tell it when generated samples are too much "
        "alike, which counters mode collapse.",
        sources.SALIMANS,
        "minibatch discrimination",
    )


def adaptive_l2(reading: Reading) -> Paragraph | None:
    """L2 with a coefficient that adapts."""
    if not weight_of(reading, "adaptive_l2"):
        return None
    now = reading.present("l2_coefficient")
    current = f" (now {now:.3g})" if math.isfinite(now) else ""
    return Paragraph(
        f"Penalises D's squared weights. The coefficient{current} adapts to D's accuracy: it grows over 80% and shrinks under 65%.",
        term="adaptive L2",
    )


def lazy(reading: Reading) -> Paragraph | None:
    """Regularizers whose gradient is not computed in every step."""
    steps = reading.number("lazy")
    if steps <= 1 or not any(reading.number(key) for key in reading.settings if key.startswith("regularizers.")):
        return None
    text = f"D's regularizers are added once every {steps:g} steps, with {steps:g} times their weight, which saves time."
    if str(reading.settings.get("optimizer.kind")).endswith("sgd"):
        text += f" It overshoots where learning rate x weight x {steps:g} is large."
    else:
        text += " Adam normalises each update, so they act less strongly than in every step."
    return Paragraph(text, sources.KARRAS, f"lazy regularization, every {steps:g} steps")


def spectral(reading: Reading) -> Paragraph | None:
    """Spectral normalisation of D."""
    if not reading.settings.get("discriminator.spectral"):
        return None
    text = "Each weight matrix of D is divided by its largest singular value, which limits D's Lipschitz constant."
    return Paragraph(text, sources.MIYATO, "spectral normalisation")


DISCRIMINATOR: tuple[Option, ...] = (
    minibatch,
    setting("packing", "packing {}", "D judges {} samples jointly (PacGAN), so that it can detect a lack of variety.", 1.0),
    penalty(
        "r1", "R1", "Gradient penalty: penalises the squared gradient norm of D's output at real samples, which stabilises convergence."
    ),
    penalty(
        "r1_difference",
        "R1 by finite differences",
        "R1 estimated from the change of D's output over a small shift of each real sample, which stabilises convergence.",
    ),
    penalty("r2", "R2", "Gradient penalty: penalises the squared gradient norm of D's output at generated samples."),
    penalty(
        "gradient_penalty",
        "gradient penalty",
        "WGAN-GP: penalises the deviation of D's gradient norm from 1 at random points between real and generated samples.",
    ),
    penalty(
        "lipschitz_penalty",
        "one-sided gradient penalty",
        "WGAN-LP: penalises D's gradient norm where it exceeds 1, at random points between real and generated samples; smaller norms cost "
        "nothing.",
    ),
    penalty("l2", "L2", "Penalises D's squared weights (not its biases), which keeps them small."),
    adaptive_l2,
    lazy,
    spectral,
    choice(
        "discriminator.norm",
        {
            "batch": ("batch normalisation in D", "D's hidden units are normalised over the minibatch."),
            "virtual_batch": (
                "virtual batch normalisation",
                "D's hidden units are normalised by the statistics of a fixed reference batch.",
            ),
        },
    ),
    setting("discriminator.dropout", "dropout {} in D", "A random fraction {} of D's hidden units is set to 0 in each training pass."),
    setting(
        "discriminator.fourier",
        "{} Fourier features",
        "D's input is extended by sines and cosines of random projections, which lets it model fine detail.",
    ),
)
