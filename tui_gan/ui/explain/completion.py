"""Completion in words: what G is given, what D says of pixels, and how near completions are to the data."""

import math

from tui_gan.contract import sources
from tui_gan.ui.draw.scale import short
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.text import Paragraph


def seen(reading: Reading) -> str:
    """What the generated images are."""
    return (
        "The generated images are completions: each is an image that is not trained on, of which a part was hidden and made by G. "
        f"{reading.key('complete')} in the samples view hides what you choose."
    )


def players(reading: Reading) -> Paragraph:
    """How well D tells observed pixels from hidden ones."""
    said = reading.snapshot.predictions
    if said is None:
        return Paragraph("D has not been evaluated on any completion yet.")
    hints = "" if reading.number("completion.hint") else " D is told of no pixel whether it was observed."
    return Paragraph(
        "D is right about observed pixels where its logit is above 0, and about hidden ones where it is below 0. By the mean of the logits "
        f"over the pixels of each kind, it is right about the observed ones of {said.real_right:.0%} of the completions, and about the "
        f"hidden ones of {said.fake_right:.0%}. In the pictures of D, real stands for observed pixels and generated for hidden "
        f"ones.{hints}",
        sources.YOON,
    )


def losses(now: str) -> Paragraph:
    """What the two losses are."""
    return Paragraph(
        f"{now}. D's is the cross-entropy of its verdicts on all pixels with the mask, ln 2 = 0.693 where it says 1/2 of each; G's is "
        "-log D over hidden pixels, as a mean over all, without its errors. Neither says how good completions are.",
        sources.YOON,
    )


def measures(reading: Reading) -> Paragraph | None:
    """The errors of completions of test images."""
    one, mean, averaged = (reading.newest(name) for name in ("completion_to_knn", "completion_to_mean", "averaged_to_knn"))
    kept, spread, growth = (reading.newest(name) for name in ("class_kept", "completion_spread", "spread_growth"))
    parts = []
    if math.isfinite(one) and math.isfinite(mean):
        parts.append(
            f"Of test images a quarter or half is hidden. The squared error of one completion is {short(mean)} times that of the mean "
            f"image and {short(one)} times that of the mean of the five nearest training images."
        )
    if math.isfinite(averaged):
        parts.append(f"The mean of 32 completions has {short(averaged)} times the error of these neighbours.")
    if math.isfinite(kept):
        parts.append(f"A classifier puts {kept:.1%} of the completions in the class of the original.")
    if math.isfinite(spread):
        parts.append(f"Hidden pixels vary by a standard deviation of {short(spread)} between completions, of 0 black to 1 white.")
    if math.isfinite(growth):
        parts.append(f"With three quarters hidden it is {short(growth)} times that with one quarter.")
    return Paragraph(" ".join(parts), sources.YOON) if parts else None


def verdict() -> Paragraph:
    """What these numbers mean together."""
    return Paragraph(
        "A completion drawn as the data are has twice the least possible squared error, and the mean of many the least: a small error of "
        "each with no spread says that G gives the mean, and leaves out what else is possible.",
        sources.GNEITING,
    )


def option(reading: Reading) -> Paragraph | None:
    """The game itself."""
    masks = str(reading.settings.get("completion.masks", ""))
    if not masks:
        return None
    error, spread = reading.number("completion.error"), reading.number("completion.spread")
    observed, hint = reading.number("completion.observed"), reading.number("completion.hint")
    text = (
        f"Any-subset conditionals: a part of each image is hidden ({masks}), z takes its place, and G completes it. D says of each pixel "
        "the probability that it was observed, and G is to have hidden ones taken for observed."
    )
    if hint:
        text += f" D is told of each pixel with probability {hint:g} (the hint)."
    if error:
        apart = (
            f"{error:g} (d - {spread / 2:g} e), where d is the mean distance of two completions from their image and e that of the two "
            "from each other, which keeps them apart"
        )
        one = f"{error:g} times the distance of its completion from the image, which makes completions of an image nearly one"
        text += f" G also lowers {apart if spread else one}."
    if observed:
        text += f" {observed:g} times the squared error of G's own values of observed pixels is added."
    if not error:
        text += " Nothing but D keeps completions of an image apart, and they may be nearly one."
    return Paragraph(text, sources.YOON, "completion")
