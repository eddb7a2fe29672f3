"""Players: how the discriminator and the generator stand to each other, and what their losses say of it."""

import math
from collections.abc import Callable

from tui_gan.ui.draw.players.predictions import beside, common
from tui_gan.ui.draw.scale import short
from tui_gan.ui.explain.advice import advice
from tui_gan.ui.explain.quality import agreement, best_response
from tui_gan.ui.explain.reading import LN2, Reading
from tui_gan.ui.explain.sources import ARJOVSKY, ARJOVSKY_BOTTOU, AYLIEN, GOODFELLOW, JOLICOEUR, LIM_YE, MAO, MESCHEDER
from tui_gan.ui.explain.text import Paragraph

# The shares of samples on which D is right, from which on it is too strong and under which it only guesses.
TOO_STRONG, CHANCE, BEHIND = 0.9, 0.55, 0.45
# How far, in nats, a loss may be from its value at the equilibrium to be called near it.
CLOSE = 0.06

# What D's and G's loss are when D cannot tell the two apart and says so: value and formula; None where it may be any number.
Level = tuple[float, str]
EQUILIBRIUM: dict[str, tuple[Level, Level | None]] = {
    "non_saturating": ((2 * LN2, "2 ln 2 = 1.386"), (LN2, "ln 2 = 0.693")),
    "minimax": ((2 * LN2, "2 ln 2 = 1.386"), (-LN2, "-ln 2 = -0.693")),
    "halved": ((LN2, "ln 2 = 0.693"), (LN2, "ln 2 = 0.693")),
    "zero_sum": ((2 * LN2, "2 ln 2 = 1.386"), (-2 * LN2, "-2 ln 2 = -1.386")),
    "clamped": ((2 * LN2, "2 ln 2 = 1.386"), (LN2, "ln 2 = 0.693")),
    "relativistic": ((LN2, "ln 2 = 0.693"), (LN2, "ln 2 = 0.693")),
    "least_squares": ((0.25, "1/4"), (0.125, "1/8")),
    "hinge": ((2.0, "2"), None),
    "wasserstein": ((0.0, "0"), None),
}


def players(reading: Reading) -> Paragraph:
    """Who is ahead."""
    said, right = reading.snapshot.predictions, reading.right
    if reading.snapshot.phase:
        return Paragraph("G waits: so far D learns alone, and every number it is shown is judged against the density of the data.")
    if said is None:
        return Paragraph("D has not been asked about any sample yet.")
    if not math.isfinite(right):
        return _unbounded(reading)
    shares = f"D is right on {said.real_right:.0%} of the real and on {said.fake_right:.0%} of the generated samples"
    if right > TOO_STRONG:
        return _too_strong(reading, shares)
    if right < BEHIND:
        return Paragraph(f"{shares}, less than by guessing: G has moved to where D still expects real samples. D has to catch up.")
    if kind := beside(said):
        return Paragraph(
            f"{shares}, and yet its outputs tell the two apart: the best threshold is right on "
            f"{1 - common(said) / 2:.0%}. Its border of 1/2 lies beside both, so "
            f"that it takes most for {kind}, as after a leap of either player; its slope still shows G a direction.",
            GOODFELLOW,
        )
    if right < CHANCE:
        return _at_chance(reading, shares)
    return Paragraph(
        f"{shares}: it sees a difference, and is not sure of it. Its slope shows G a direction, so that both can learn: the players are "
        "balanced.",
        GOODFELLOW,
    )


def _unbounded(reading: Reading) -> Paragraph:
    """Objectives whose D has no side on which it calls a sample real."""
    means = f"(the mean of D(x) is {reading.verdict_on_real:.2f} on real, {reading.verdict_on_fake:.2f} on generated samples)"
    if reading.objective == "relativistic":
        text = (
            f"D learns how much more real a real sample is than a generated one. Only differences of its outputs count {means}, and there"
        )
        return Paragraph(
            f"{text} is no border from which on it calls a sample real, hence no share of samples on which it is right.", JOLICOEUR
        )
    return Paragraph(
        f"D gives scores that may be any number; only how much higher real samples score than generated ones counts {means}. So there is "
        "no share of samples on which it is right.",
        ARJOVSKY,
    )


def _too_strong(reading: Reading, shares: str) -> Paragraph:
    known = SURE.get(reading.objective)
    said = reading.verdict_on_fake
    why, source = known(said) if known else ("What a sure D tells G is little, or erratic.", ARJOVSKY_BOTTOU)
    remedy = advice(reading, "too strong")
    return Paragraph(f"{shares}: it is far ahead of G. {why} {remedy}".rstrip(), source)


# What G learns from a D that is sure, by objective, from the mean D(x) over generated samples; and the source.
SURE: dict[str, Callable[[float], tuple[str, str]]] = {
    "minimax": lambda said: (
        f"G lowers log(1 - D(G(z))), whose slope in D's raw output is -D(G(z)), {-said:.2f} on average: the surer D is, the less G "
        "learns. This is the vanishing gradient.",
        GOODFELLOW,
    ),
    "non_saturating": lambda said: (
        f"G lowers -log D(G(z)), whose slope in D's raw output is D(G(z)) - 1, {said - 1:.2f} on average, and does not vanish; but where "
        "real and generated hardly overlap, what D tells G is erratic.",
        ARJOVSKY_BOTTOU,
    ),
    "clamped": lambda said: (
        f"D(G(z)) is {said:.3g} on average; where it is under 0.00001 the logarithm is cut off, G's slope is exactly 0, and such samples "
        "teach nothing.",
        AYLIEN,
    ),
    "least_squares": lambda said: (
        "G lowers the squared distance of D's output from 1, so that the samples that D is surest of pull the most.",
        MAO,
    ),
    "hinge": lambda said: (
        "D stops learning from samples beyond its margin of 1, and G's slope in D's output is always -1, so that G still learns.",
        LIM_YE,
    ),
}
SURE["zero_sum"], SURE["halved"] = SURE["minimax"], SURE["non_saturating"]


def _at_chance(reading: Reading, shares: str) -> Paragraph:
    near, best = agreement(reading), best_response(reading)
    if near == "indistinguishable":
        return Paragraph(
            f"{shares}, which is chance level, and no metric tells G from the data at this sample size. If p = q, no D does better (a Nash "
            "equilibrium).",
            GOODFELLOW,
        )
    if near == "close":
        still = f", though a better D could still tell them apart: {best}" if best else ", though a better D could still tell them apart"
        return Paragraph(f"{shares}, which is chance level, and G is close to the data{still}.", GOODFELLOW)
    if near == "unknown":
        text = f"{shares}, which is chance level: either the generated samples are as good as real, or D is too weak to see what is wrong."
        return Paragraph(f"{text} The metrics below may tell which.", GOODFELLOW)
    still = f" ({best})" if best else ""
    return Paragraph(
        f"{shares}, which is chance level, although the two distributions differ{still}: D is too weak, too slow or penalised too much to "
        f"show it to G. {advice(reading, 'too weak')}".rstrip(),
        GOODFELLOW,
    )


def losses(reading: Reading) -> Paragraph:
    """What the two losses say."""
    snapshot = reading.snapshot
    if snapshot.phase:
        loss = reading.newest("pretraining_loss")
        return Paragraph(f"The mean squared distance of D(x) from the density is {short(loss)}." if math.isfinite(loss) else "No loss yet.")
    if not reading.finite or "non-finite" in (snapshot.advice or ""):
        return Paragraph(
            "A loss became infinite, or no number at all, and the run went back to the last good state. With the same settings it may "
            f"happen again, so lower the rates of G ({reading.key('generator_lr_lower')}) and D "
            f"({reading.key('discriminator_lr_lower')})."
        )
    of_d, of_g = reading.newest("discriminator_loss"), reading.newest("generator_loss")
    if not (math.isfinite(of_d) and math.isfinite(of_g)):
        return Paragraph("There is no loss yet; the first stands here after a few steps.")
    now = f"D's loss is {short(of_d)}, G's {short(of_g)}"
    if swing := reading.swing:
        low, high, period = swing
        return Paragraph(
            f"{now}. They swing, G's between {low:.2f} and {high:.2f} about every {short(period, 2)} steps: what one player gains the "
            "other loses, and gradient steps of two players may circle the equilibrium without reaching it. "
            f"{advice(reading, 'swing')}".rstrip(),
            MESCHEDER,
        )
    return _against_equilibrium(reading, now, of_d, of_g)


def _against_equilibrium(reading: Reading, now: str, of_d: float, of_g: float) -> Paragraph:
    alone = "A falling loss alone is no progress: each is measured against the other player, who moves too."
    known = EQUILIBRIUM.get(reading.objective)
    if known is None or reading.number("label_smoothing"):
        return Paragraph(f"{now}. {alone}", GOODFELLOW)
    (for_d, d_words), level = known
    if reading.objective == "wasserstein":
        return Paragraph(
            f"{now}. As long as the slope of D is held, minus D's loss, {short(-of_d)}, grows and shrinks with the distance between the "
            "two distributions; at 0 D sees none. G's loss may be any number.",
            ARJOVSKY,
        )
    levels = f"{d_words} for D, " + (f"{level[1]} for G" if level else "and any number for G")
    if abs(of_d - for_d) < CLOSE and (level is None or abs(of_g - level[0]) < CLOSE):
        return Paragraph(
            f"{now}: near their values where D cannot tell real from generated ({levels}). That alone proves nothing: a D that has "
            "learned nothing has the same.",
            GOODFELLOW,
        )
    ahead = "D is ahead at present" if of_d < for_d else "G is ahead at present"
    return Paragraph(f"{now}; {ahead}. Where D cannot tell real from generated they are {levels}. {alone}", GOODFELLOW)
