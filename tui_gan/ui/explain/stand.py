"""Stand: what is on the screen, and what the run does just now."""

import math

from tui_gan.contract.snapshot import ImageGrid, Line1D, Plane2D, Status
from tui_gan.ui.draw.texts.words import value_text
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.sources import ARJOVSKY, AYLIEN, GOODFELLOW, JOLICOEUR, LIM_YE, MAO
from tui_gan.ui.explain.text import Paragraph

# How to read D(x), and whose idea that is, by objective.
BEST = "Against G as it stands the best D is p / (p + q), of the densities p of the data and q of G: 1/2 everywhere once they are equal."
BESTS = {
    **dict.fromkeys(("", "non_saturating", "minimax", "halved", "zero_sum", "clamped"), (BEST, GOODFELLOW)),
    "least_squares": (
        "Here D(x) is the sigmoid of D's raw output, which is best at p / (p + q), of the densities p of the data and q of G.",
        MAO,
    ),
    "hinge": ("Here D(x) is the sigmoid of D's raw output, which is to be above 1 on real and below -1 on generated samples.", LIM_YE),
    "wasserstein": ("Here D(x) is the sigmoid of D's score, of which only the ups and downs count.", ARJOVSKY),
    "relativistic": ("Here D(x) is the sigmoid of D's raw output, of which only the ups and downs count.", JOLICOEUR),
}
ORDERS = {
    "simultaneous": "then both move at once",
    "same_batch": "then G moves once, on the samples that D has just seen",
}


def seen(reading: Reading) -> Paragraph:
    """What the picture of the run shows, and how to read D(x) in it."""
    picture = reading.snapshot.picture
    best, source = BESTS.get(reading.objective, BESTS[""])
    if isinstance(picture, Line1D):
        return Paragraph(
            "The filled area is the density of the real numbers, the outline that of the generated ones. The line of D(x) is the "
            f"verdict of D on a number x, from 0, generated, to 1, real. {best}",
            source,
        )
    if isinstance(picture, Plane2D):
        return Paragraph(
            "Points of one colour are real, those of the other generated from fixed latents, so that you can follow them. The shade is "
            "D(x): the stronger, the more real D takes a point there to be. Where D(x) is nearly flat the shades go to the little that "
            f"there is, and the numbers at their scale say how little. {best}",
            source,
        )
    if isinstance(picture, ImageGrid):
        return Paragraph(
            f"The generated images come from {len(picture.fake)} fixed latents, so that you can watch each change from blur to shape; "
            "the real ones beside them are what they should be taken for.",
            GOODFELLOW,
        )
    return Paragraph("As soon as the networks are built, real and generated samples are drawn here side by side.")


def doing(reading: Reading) -> Paragraph:
    """What the run does, and what can be done with it."""
    snapshot, key = reading.snapshot, reading.key
    if snapshot.status is Status.FAILED:
        return Paragraph("The run has ended by an error; the events say which. What was saved before it can be gone on from.")
    if snapshot.status is Status.LOADING:
        return Paragraph("The networks are being built; then the game begins.")
    if snapshot.phase:
        return Paragraph(
            "This is before the game: D is taught the density of the data at points spread evenly, and G waits. In this way D can judge "
            "from the first step on.",
            AYLIEN,
        )
    if snapshot.stages:
        return Paragraph(f"You are inside one step, in slow motion; {key('slow')} goes on to its next part, and the last part trains it.")
    if snapshot.status is Status.PAUSED:
        return Paragraph(
            f"The run is paused and nothing moves: {key('step')} trains one step, {key('slow')} shows one in slow motion, "
            f"{key('update_discriminator')} and {key('update_generator')} move D or G alone, and {key('pause')} goes on."
        )
    if snapshot.status in (Status.FINISHED, Status.STOPPED):
        can = f"{key('evaluate')} measures again, {key('export')} writes it into a file, {key('quit')} leaves"
        more = f"To go on, raise steps in the knobs view ({key('knobs')})."
        return Paragraph(f"The run has come to its end; what you see is how it ended: {can}. {more}")
    return Paragraph(
        f"In each step {_order(reading)}. Both see {value_text(snapshot.knobs.batch_size)} fresh samples at a time.", GOODFELLOW
    )


def _order(reading: Reading) -> str:
    k = reading.snapshot.knobs.k_steps
    adapted = reading.newest("k")
    if reading.settings.get("coordination") == "accuracy" and math.isfinite(adapted):
        k = round(adapted)
    updates = str(reading.settings.get("updates", ""))
    if updates == "simultaneous" and k == 1:
        return "D and G move at once, by their slopes at the same weights"
    alone = k - 1 if updates == "simultaneous" else k
    times = "once" if alone == 1 else "twice" if alone == 2 else f"{alone} times"
    return f"D moves {times}, {ORDERS.get(updates, 'then G moves once against it')}"
