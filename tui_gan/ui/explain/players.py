"""Players: how the discriminator and the generator stand to each other, and what their losses say of it."""

import math

from tui_gan.contract.logged import LOSSES, changes
from tui_gan.contract.objectives import Level
from tui_gan.contract.sources import ARJOVSKY, GOODFELLOW, GULRAJANI, MESCHEDER, SONDERBY
from tui_gan.ui.draw.players.predictions import beside, common
from tui_gan.ui.draw.scale import short
from tui_gan.ui.explain import completion
from tui_gan.ui.explain.advice import advice
from tui_gan.ui.explain.quality import agreement, best_response
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.text import Paragraph

# The shares of samples on which D is right, from which on it is too strong and under which it only guesses.
TOO_STRONG, CHANCE, BEHIND = 0.9, 0.55, 0.45
# How far, in nats, a loss may be from its value at the equilibrium to be called near it.
CLOSE = 0.06


def players(reading: Reading) -> Paragraph:
    """Who is ahead."""
    said, right = reading.snapshot.predictions, reading.right
    if reading.snapshot.phase:
        return Paragraph("Pre-training: only D is trained, to output the density of the data at each number it is shown.")
    if reading.snapshot.rules.completes:
        return completion.players(reading)
    if said is None:
        return Paragraph("D has not been evaluated on any sample yet.")
    if not math.isfinite(right):
        return _unbounded(reading)
    shares = f"D's accuracy is {right:.0%} (real {said.real_right:.0%}, generated {said.fake_right:.0%})"
    if right > TOO_STRONG:
        return _too_strong(reading, shares)
    if right < BEHIND:
        return Paragraph(f"{shares}, below chance: G's samples now lie where D still expects real ones. D has to catch up.")
    if kind := beside(said):
        return Paragraph(
            f"{shares}, but the best threshold would be right on {1 - common(said) / 2:.0%}. Most outputs lie on the {kind} side of the "
            "decision threshold, as after a large update of either network. D's ranking still separates the two, so its gradient is "
            "informative.",
            GOODFELLOW,
        )
    if right < CHANCE:
        return _at_chance(reading, shares)
    return Paragraph(
        f"{shares}. D separates the two distributions only partly, so its gradient is informative and both networks can learn.",
        GOODFELLOW,
    )


def _unbounded(reading: Reading) -> Paragraph:
    """Objectives whose D has no decision threshold."""
    means = f"The mean of D(x) is {reading.verdict_on_real:.2f} on real and {reading.verdict_on_fake:.2f} on generated samples."
    who = "A relativistic D" if reading.objective == "relativistic" else "A critic"
    return Paragraph(
        f"{who} has no decision threshold for a single sample, so accuracy is not defined: only differences of its outputs count. {means}",
        reading.snapshot.rules.traits.source,
    )


def _too_strong(reading: Reading, shares: str) -> Paragraph:
    why, source = reading.snapshot.rules.traits.gradient(reading.verdict_on_fake)
    return Paragraph(f"{shares}: it is far ahead of G. {why} {advice(reading, 'too strong')}".rstrip(), source)


def _at_chance(reading: Reading, shares: str) -> Paragraph:
    near, best, noise = agreement(reading), best_response(reading), reading.snapshot.rules.noise
    if near == "indistinguishable":
        return Paragraph(
            f"{shares}, which is chance level, and no metric tells G from the data at this sample size. If p = q, no D does better (a Nash "
            "equilibrium).",
            GOODFELLOW,
        )
    if near == "close":
        which = "the best D of samples without noise" if noise else "a better D"
        still = f", though {which} could still tell them apart" + (f": {best}" if best else "")
        return Paragraph(f"{shares}, which is chance level, and G is close to the data{still}.", GOODFELLOW)
    if near == "unknown":
        hidden = f"the instance noise of sd {noise:.2g} hides what is wrong, " if noise else ""
        text = (
            f"{shares}, which is chance level: either the generated samples are as good as real, {hidden}or D is too weak to see what is "
            "wrong."
        )
        return Paragraph(f"{text} The metrics below may tell which.", GOODFELLOW)
    still = f" ({best})" if best else ""
    if noise:
        # More updates of D, or larger ones, find nothing that the noise hides.
        return Paragraph(
            f"{shares}, which is chance level. Without noise the two distributions differ{still}, but D is trained on samples with "
            f"instance noise of sd {noise:.2g} (in training units), which makes them overlap: this alone may be the reason. A smaller "
            f"instance_noise.sd (in the knobs view, {reading.key('knobs')}) shows D more of the difference.",
            SONDERBY,
        )
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
        text = f"The mean squared error between D(x) and the density of the data is {short(loss)}."
        return Paragraph(text if math.isfinite(loss) else "There is no loss yet.")
    if not reading.finite or "non-finite" in (snapshot.advice or ""):
        return Paragraph(
            "A loss became infinite or NaN, and the run went back to the last good state. With the same settings it may happen again, so "
            f"lower the learning rates of G ({reading.key('generator_lr_lower')}) and D ({reading.key('discriminator_lr_lower')})."
        )
    of_d, of_g = reading.newest("discriminator_loss"), reading.newest("generator_loss")
    if not (math.isfinite(of_d) and math.isfinite(of_g)):
        return Paragraph("There is no loss yet; the first appears after a few steps.")
    if any(snapshot.series[name].stale for name in LOSSES):
        return _of_before(reading, of_d, of_g)
    now = f"D's loss is {short(of_d)}, G's {short(of_g)}"
    if snapshot.rules.completes:
        return completion.losses(now)
    if swing := reading.swing:
        low, high, period = swing
        return Paragraph(
            f"{now}. They oscillate, G's between {low:.2f} and {high:.2f} with a period of about {short(period, 2)} steps: "
            "gradient steps of two players can circle the equilibrium without reaching it. "
            f"{advice(reading, 'swing')}".rstrip(),
            MESCHEDER,
        )
    return _critic(reading, now, of_d) if reading.objective == "wasserstein" else _balance(reading, now, of_d, of_g)


def _of_before(reading: Reading, of_d: float, of_g: float) -> Paragraph:
    """Losses that were logged before a change of what they depend on, from which nothing follows for the game as it is now."""
    at = float(reading.snapshot.series["discriminator_loss"].steps[-1])
    names = list(dict.fromkeys(name for step, name in changes(reading.snapshot.events) if step >= at))
    named = " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part) or "the settings"
    return Paragraph(
        f"At step {at:,.0f}, before the change of {named}, D's loss was {short(of_d)} and G's {short(of_g)}. No loss has been logged since."
    )


def _critic(reading: Reading, now: str, of_d: float) -> Paragraph:
    """What a critic's loss says of W1: a lower bound in training units if its gradient norm is nowhere above 1, and else nothing."""
    rules = reading.snapshot.rules
    if of_d > 0:
        said = "It is above 0: the critic scores generated samples higher than real ones, so it says nothing about the distance"
    elif rules.spectral and not rules.bound:
        said = f"Minus D's loss, {short(-of_d)}, is a lower bound of W1 in training units if no layer's Lipschitz constant exceeds 1"
    elif rules.bound:
        said = (
            f"Minus D's loss, {short(-of_d)}, is W1 in training units only if the critic is optimal and its gradient norm at most 1; the "
            f"penalty of weight {rules.bound:g} only pulls it there, so the value may exceed W1"
        )
    elif rules.regularized:
        said = f"Minus D's loss, {short(-of_d)}, is the critic's score difference; no gradient norm of 1 is enforced, so it is not W1"
    else:
        said = (
            f"Minus D's loss, {short(-of_d)}, is the critic's score difference and no distance: neither a gradient penalty nor spectral "
            "normalisation bounds the critic, whose scores can grow without limit"
        )
    return Paragraph(f"{now}. {said}. G's loss alone may be any number.", GULRAJANI if rules.bound else ARJOVSKY)


def _balance(reading: Reading, now: str, of_d: float, of_g: float) -> Paragraph:
    caution = "A falling loss is no proof of progress: each network's loss depends on the other, which changes too."
    balance = reading.snapshot.rules.balance
    if balance is None:
        return Paragraph(f"{now}. {caution}", GOODFELLOW)
    for_d, for_g = balance
    levels = f"{_written(for_d)} for D and " + (f"{_written(for_g)} for G" if for_g else "any number for G")
    by = of_d - for_d.value
    if abs(by) < CLOSE and (for_g is None or abs(of_g - for_g.value) < CLOSE):
        near = "close to their values" if for_g else "D's close to its value"
        same = "That alone proves nothing: a D that has learned nothing gives the same."
        return Paragraph(f"{now}, {near} when D cannot tell real from generated ({levels}). {same}", GOODFELLOW)
    than = "" if abs(by) < CLOSE else f", so D does {'better' if by < 0 else 'worse'} than that at present"
    return Paragraph(f"{now}. When D cannot tell real from generated they are {levels}{than}. {caution}", GOODFELLOW)


def _written(level: Level) -> str:
    value = f"{level.value:.3f}"
    return value if level.name in (value, f"{level.value:g}") else f"{level.name} = {value}"
