"""Stand: what is on the screen, and what the run does just now."""

from tui_gan.contract.objectives import REAL_WEIGHT, SHARE, WEIGHTED_SHARE
from tui_gan.contract.snapshot import ImageGrid, Line1D, Plane2D, Status
from tui_gan.contract.sources import AYLIEN, GOODFELLOW, YOON
from tui_gan.ui.draw.texts.words import value_text
from tui_gan.ui.explain import completion
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.text import Paragraph

# What an update of both networks is called.
OF_BOTH = {"simultaneous": "simultaneous update", "extragradient": "extragradient update"}


def seen(reading: Reading) -> Paragraph:
    """What the picture of the run shows, and how to read D(x) in it."""
    picture, traits = reading.snapshot.picture, reading.snapshot.rules.traits
    if isinstance(picture, Line1D):
        return Paragraph(
            "The filled area is the density of the real numbers, the outline that of the generated ones, and the dashed line is D(x). "
            f"{_reading_of_d(reading)}",
            traits.source,
        )
    if isinstance(picture, Plane2D):
        return Paragraph(
            "Points of one colour are real, those of the other are generated from fixed noise vectors. Brighter shading means larger D(x). "
            "The colour scale adapts to the range of D(x); read its limits before you compare. "
            f"{_reading_of_d(reading)}",
            traits.source,
        )
    if isinstance(picture, ImageGrid) and reading.snapshot.rules.completes:
        return Paragraph(completion.seen(reading), YOON)
    if isinstance(picture, ImageGrid):
        return Paragraph(
            f"The generated images come from {len(picture.fake)} fixed noise vectors, so that you can watch each change during training; "
            "the others are real images of the data set.",
            GOODFELLOW,
        )
    return Paragraph("As soon as the networks are built, real and generated samples are drawn here side by side.")


def _reading_of_d(reading: Reading) -> str:
    """What D(x) is, and what it would be at its best."""
    if reading.snapshot.phase:
        return "In pre-training D(x) is fitted to the density of the data, and is no estimate of a probability yet."
    return f"{reading.snapshot.rules.traits.reading} {optimum(reading)}"


def optimum(reading: Reading) -> str:
    """The optimal D for the settings in force, or why there is none of a single sample."""
    rules = reading.snapshot.rules
    if rules.minibatch_discrimination:
        return (
            "With minibatch discrimination D's output depends on the whole batch: each x is judged together with a fixed batch, and no "
            "optimal D(x) of a single sample exists."
        )
    if rules.packing > 1:
        return (
            f"With packing D judges {rules.packing} samples at once: each x is judged together with fixed real samples, and no optimal "
            "D(x) of a single sample exists."
        )
    if rules.pairs and rules.traits.optimum is not None:
        beside = "latent" if "encoder" in rules.extras else "class"
        return f"D judges pairs of a sample and its {beside}, so that no D(x) of a sample alone is optimal."
    if rules.optimum is None:
        return f"There is no optimal D*(x) to draw: {rules.traits.why_not}."
    smoothing = rules.label_smoothing
    formula = rules.optimum.smoothed if smoothing else rules.optimum.formula
    where = f"where p is the {'density of the training set' if reading.number('training') else 'data density'} and q the density of G"
    if rules.noise:
        where += f", both with the instance noise of sd {rules.noise:.3g} (in training units) added"
    text = f"For a fixed G the optimal discriminator is D*(x) = {formula}, {where}"
    text += f", and s = {smoothing:g} is the label smoothing." if smoothing else "."
    level = {
        SHARE.formula: "1/2",
        SHARE.smoothed: f"{(1 - smoothing) / 2:g}",
        WEIGHTED_SHARE.formula: f"{REAL_WEIGHT / (1 + REAL_WEIGHT):.3f}",
    }
    if formula in level:
        text += f" If p = q, D* = {level[formula]} everywhere."
    if rules.regularized:
        text += " The regularizers in force pull D away from D*."
    if rules.averaged:
        drawn = ", and D* is drawn for that" if isinstance(reading.snapshot.picture, Line1D) else ""
        text += f" The samples shown are those of the averaged G; D is trained against G itself{drawn}."
    return text


def doing(reading: Reading) -> Paragraph:
    """What the run does, and what can be done with it."""
    snapshot, key = reading.snapshot, reading.key
    if snapshot.status is Status.FAILED:
        return Paragraph("The run has ended with an error, which the events name. It can be resumed from its last checkpoint.")
    if snapshot.status is Status.LOADING:
        return Paragraph("The networks are being built; then training begins.")
    if snapshot.phase:
        return Paragraph(
            "Pre-training: D is regressed on the density of the data at uniformly drawn points, and G does not change. D then gives an "
            "informative gradient from the first step on.",
            AYLIEN,
        )
    if snapshot.stages:
        return Paragraph(f"This is one step in slow motion; {key('slow')} shows its next part, and the last part trains it.")
    if snapshot.status is Status.PAUSED:
        return Paragraph(
            f"The run is paused: {key('step')} trains one step, {key('slow')} shows one in slow motion, {key('update_discriminator')} and "
            f"{key('update_generator')} make one update of D or G alone, and {key('pause')} goes on."
        )
    if snapshot.status in (Status.FINISHED, Status.STOPPED):
        can = f"{key('evaluate')} measures again, {key('export')} exports this view, {key('quit')} quits"
        more = f"To go on, raise steps in the knobs view ({key('knobs')})."
        return Paragraph(f"The run has ended; this is its final state: {can}. {more}")
    together, packing = value_text(snapshot.knobs.batch_size), snapshot.rules.packing
    batches = f"minibatches of {together} samples"
    if packing > 1:
        batches = f"minibatches of {together} packs of {packing} samples"
    return Paragraph(f"Each step makes {_order(reading)}, on {batches}.", GOODFELLOW)


def _order(reading: Reading) -> str:
    k = reading.snapshot.rules.k or reading.snapshot.knobs.k_steps
    g, updates = reading.snapshot.knobs.generator_steps, str(reading.settings.get("updates", ""))
    if updates in OF_BOTH:
        return _of_both(k, g, OF_BOTH[updates])
    on = " on the noise vectors and samples of the last" if updates == "same_batch" else ""
    return f"k = {_times(k, 'discriminator update')}, then {_times(g, 'generator update', 'one')}{on}"


def _of_both(k: int, g: int, update: str) -> str:
    both = f"{_times(min(k, g), update, 'one')} of both networks"
    if k > g:
        return f"k - {g} = {_times(k - g, 'discriminator update')}, then {both}"
    if g > k:
        return f"{_times(g - k, 'generator update', 'one')}, then {both}"
    at = "the point that both extrapolate to" if update == OF_BOTH["extragradient"] else "the same weights"
    return f"{both}, by their gradients at {at}"


def _times(count: int, update: str, one: str = "1") -> str:
    return f"{count} {update}s" if count > 1 else f"{one} {update}"
