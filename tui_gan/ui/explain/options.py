"""Options: what the settings in force do to the game, one short text for each that is switched on."""

import math
from collections.abc import Callable

from tui_gan.ui.explain import sources
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.text import Paragraph

OBJECTIVES = {
    "non_saturating": (
        "non-saturating objective",
        "D raises log D(x) + log(1 - D(G(z))), that is, it learns to tell the two apart. G raises log D(G(z)): its samples should be "
        "taken for real. Where D is sure they are not, this still has a slope.",
    ),
    "minimax": (
        "minimax objective",
        "Both play for one value, log D(x) + log(1 - D(G(z))): D raises it, G lowers it. In theory this minimises the Jensen-Shannon "
        "divergence; in practice its slope vanishes where D is sure.",
    ),
    "halved": (
        "halved objective",
        "The non-saturating game with half of D's loss, as in the code of the first paper: plain gradient descent then moves D half as "
        "far.",
    ),
    "zero_sum": ("zero-sum objective", "G's loss is minus the whole of D's: what one gains the other loses, as in minimax."),
    "clamped": (
        "clamped objective",
        "The non-saturating game with probabilities under 0.00001 cut off before the logarithm, so that a D that is quite sure teaches "
        "nothing.",
    ),
    "least_squares": (
        "least-squares objective",
        "D's output should be 1 on real and 0 on generated samples, G's samples should get 1, and squared distances are paid for. "
        "Samples far from the border still pull.",
    ),
    "hinge": (
        "hinge objective",
        "D's output should be above 1 on real and below -1 on generated samples; what is beyond teaches it nothing more. G raises D's "
        "output.",
    ),
    "wasserstein": (
        "Wasserstein objective",
        "D scores rather than judges: real samples high, generated ones low. If its slope is held to 1, the best difference of the mean "
        "scores is the W1 distance; a gradient penalty holds it.",
    ),
    "relativistic": (
        "relativistic objective",
        "D is shown pairs, and only how much more real the real one seems counts; G tries to turn that round. Since no sample is judged "
        "alone, dropping modes costs G something everywhere.",
    ),
}


def objective(reading: Reading) -> Paragraph | None:
    """The game itself."""
    if reading.objective not in OBJECTIVES:
        return None
    term, text = OBJECTIVES[reading.objective]
    return Paragraph(text, sources.source("objective", reading.objective), term)


def k_steps(reading: Reading) -> Paragraph | None:
    """Several updates of D."""
    k = reading.snapshot.knobs.k_steps
    if reading.settings.get("coordination") == "accuracy":
        now = reading.newest("k")
        shown = f", {now:.0f} now" if math.isfinite(now) else ""
        return Paragraph(
            f"D gets one more update a step while it is right on under 65% of the samples, one less while on over 80%, at most {k}{shown}.",
            term="k follows D",
        )
    if k == 1:
        return None
    return Paragraph(f"D moves {k} times for each move of G, so that G meets a D that is nearly the best.", sources.GOODFELLOW, f"k = {k}")


def minibatch(reading: Reading) -> Paragraph | None:
    """Minibatch discrimination."""
    if not reading.snapshot.knobs.minibatch_discrimination:
        return None
    return Paragraph(
        "D also sees how close each sample lies to the others of its batch. A G that makes the same again and again gives itself away.",
        sources.SALIMANS,
        "minibatch discrimination",
    )


def _penalty(key: str, term: str, text: str) -> Callable[[Reading], Paragraph | None]:
    def say(reading: Reading) -> Paragraph | None:
        weight = reading.number(f"regularizers.{key}")
        if not weight:
            return None
        factor = reading.snapshot.knobs.regularization
        shown = f"{weight:g}" if factor == 1.0 else f"{weight:g} x {factor:g}"
        return Paragraph(text, sources.source(f"regularizers.{key}"), f"{term}, weight {shown}")

    return say


def adaptive_l2(reading: Reading) -> Paragraph | None:
    """L2 with a coefficient that moves."""
    if not reading.number("regularizers.adaptive_l2"):
        return None
    now = reading.newest("l2_coefficient")
    shown = f", {now:.3g} now" if math.isfinite(now) else ""
    text = f"Large weights of D are penalised, the more the better D does: the coefficient{shown} grows while D is right on over 80%"
    return Paragraph(f"{text}, and falls under 65%.", term="adaptive L2")


def _setting(key: str, say: Callable[[float], tuple[str, str]], least: float = 0.0) -> Callable[[Reading], Paragraph | None]:
    """What a number does where it is above `least`: term and text, from its value."""

    def found(reading: Reading) -> Paragraph | None:
        value = reading.number(key)
        if value <= least:
            return None
        term, text = say(value)
        return Paragraph(text, sources.source(key), term)

    return found


def spectral(reading: Reading) -> Paragraph | None:
    """Spectral normalisation of D."""
    if not reading.settings.get("discriminator.spectral"):
        return None
    text = "Each weight matrix of D is divided by its largest singular value, which bounds how steep D can be."
    return Paragraph(text, sources.MIYATO, "spectral normalisation")


OPTIONS: tuple[Callable[[Reading], Paragraph | None], ...] = (
    objective,
    k_steps,
    minibatch,
    _penalty("r1", "R1", "The steepness of D at real samples is penalised. Near the equilibrium this makes the game settle, not circle."),
    _penalty(
        "r1_difference",
        "R1 by differences",
        "The gradient norm of D at real samples is penalised, estimated from how its output changes over one small shift of each sample. "
        "This makes the game settle.",
    ),
    _penalty("r2", "R2", "The steepness of D at generated samples is penalised: the twin of R1."),
    _penalty(
        "gradient_penalty",
        "gradient penalty",
        "Between real and generated samples the gradient norm of D is drawn to 1, from above and from below.",
    ),
    _penalty(
        "lipschitz_penalty",
        "one-sided gradient penalty",
        "Between real and generated samples gradient norms of D above 1 are penalised; smaller ones cost nothing.",
    ),
    _penalty("l2", "L2", "Large weights of D are penalised, which keeps it simple and slow."),
    adaptive_l2,
    spectral,
    _setting("packing", lambda n: (f"packing {n:.0f}", f"D judges {n:.0f} samples at once; sameness among G's gives it away."), 1.0),
    _setting(
        "feature_matching",
        lambda weight: (
            f"feature matching, weight {weight:g}",
            "G also brings the mean of D's hidden units to what it is on real samples.",
        ),
    ),
    _setting(
        "label_smoothing",
        lambda lack: (f"label smoothing {lack:g}", f"D is to say {1 - lack:g}, not 1, of real samples, so that it never gets too sure."),
    ),
    _setting(
        "instance_noise.sd",
        lambda sd: (
            f"instance noise, sd {sd:g} at first",
            "Noise on what D is shown makes real and generated overlap, so that D cannot part them perfectly and G is shown a way.",
        ),
    ),
    _setting(
        "historical_averaging",
        lambda weight: (
            f"historical averaging, weight {weight:g}",
            "Each player pays for the distance from its mean so far: it damps circling.",
        ),
    ),
    _setting(
        "lazy",
        lambda n: (
            f"lazy regularization, every {n:.0f} steps",
            f"The gradient of D's regularizers is computed in every {n:.0f}th step and used again in the steps between, which is cheaper. "
            f"It lags by up to {n - 1:.0f} steps: where rate times weight is large, D overshoots sooner.",
        ),
        1.0,
    ),
    _setting(
        "average_decay",
        lambda decay: (
            f"averaged G, decay {decay:g}",
            "What you see and what is measured comes from a moving average of G's weights, which swings less than G itself.",
        ),
    ),
    _setting(
        "discriminator.fourier", lambda n: (f"{n:.0f} Fourier features", "D also sees waves of its input, and with them fine detail.")
    ),
)


def options(reading: Reading) -> tuple[Paragraph, ...]:
    """Those that are switched on, in the order of the table."""
    return tuple(found for say in OPTIONS if (found := say(reading)) is not None)
