"""Quality: how near the generated distribution is to that of the data, by the measures of the run."""

import math
from collections.abc import Callable

from tui_gan.contract.snapshot import ImageGrid, Line1D, Plane2D
from tui_gan.contract.sources import KYNKAANNIEMI, SALIMANS, SRIVASTAVA, THEIS
from tui_gan.ui.draw.scale import short
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.text import Paragraph

# Of W1, in standard deviations of the data: under the first the distributions are near, over the second they differ.
NEAR, FAR = 0.06, 0.2
NARROW, WIDE = 0.7, 1.3
# A share of samples of high quality from which on, with every mode found, the distributions are near.
GOOD = 0.9
LOW = 0.5


def unmeasured(reading: Reading) -> Paragraph:
    """What to do where there is no measure."""
    return Paragraph(f"Nothing is measured yet; {reading.key('evaluate')} measures now.")


def near(reading: Reading) -> bool | None:
    """Whether the generated distribution is near that of the data; None where no measure tells."""
    w1, sd = reading.newest("w1"), reading.moments[1]
    if math.isfinite(w1) and sd > 0:
        ratio = reading.newest("sd_ratio")
        if w1 < NEAR * sd and not (ratio < NARROW or ratio > WIDE):
            return True
        return False if w1 > FAR * sd else None
    modes, share = reading.newest("modes"), reading.newest("hq")
    if math.isfinite(modes) and reading.wanted_modes:
        return modes >= reading.wanted_modes and not share < GOOD
    return None


def measures(reading: Reading) -> Paragraph:
    """The measures in words."""
    kinds: dict[type, Callable[[Reading], Paragraph]] = {Line1D: _line, Plane2D: _plane, ImageGrid: _images}
    say = kinds.get(type(reading.snapshot.picture))
    return unmeasured(reading) if say is None else say(reading)


def verdict(reading: Reading) -> Paragraph:
    """What they mean: variety, or the lack of it."""
    kinds: dict[type, Callable[[Reading], Paragraph | None]] = {Line1D: _spread, Plane2D: _modes, ImageGrid: _variety}
    say = kinds.get(type(reading.snapshot.picture))
    return (say(reading) if say else None) or Paragraph(
        "Mode collapse is what to watch for: G may make a few kinds of samples well and none of the others.", SALIMANS
    )


def _line(reading: Reading) -> Paragraph:
    mean, sd, made, made_sd = reading.moments
    w1 = reading.newest("w1")
    if not all(map(math.isfinite, (mean, sd, made, made_sd))):
        return unmeasured(reading)
    text = f"The generated numbers have mean {made:.3g} and standard deviation {made_sd:.3g}, the real ones {mean:.3g} and {sd:.3g}."
    if math.isfinite(w1) and sd > 0:
        text += f" W1 = {short(w1)}: to make one distribution of the other, its mass has to move that far on average, {w1 / sd:.1%} of the"
        text += " standard deviation of the data."
    return Paragraph(text)


def _spread(reading: Reading) -> Paragraph | None:
    ratio = reading.newest("sd_ratio")
    if not math.isfinite(ratio):
        return None
    spread = f"The generated numbers spread {ratio:.2f} times as wide as the real ones"
    if ratio < NARROW and _together(reading):
        return Paragraph(
            f"{spread}: G gives up variety. D judges the numbers together, so that it can see this, and push them apart.", SALIMANS
        )
    if ratio < NARROW:
        return Paragraph(
            f"{spread}: G gives up variety. A D that judges each number alone cannot see that they lie too close together; with "
            f"minibatch discrimination ({reading.key('minibatch_discrimination')}) it can. In the extreme G makes one number only, which "
            "is mode collapse.",
            SALIMANS,
        )
    if ratio > WIDE:
        return Paragraph(f"{spread}: G covers the data and more. D should find the numbers that are too far out, and push them in.")
    return Paragraph(f"{spread}: there is no sign of mode collapse, in which they would narrow.", SALIMANS)


def _together(reading: Reading) -> bool:
    """Whether D sees more than one sample at a time."""
    return reading.snapshot.knobs.minibatch_discrimination or reading.number("packing") > 1


def _plane(reading: Reading) -> Paragraph:
    modes, share, kl = (reading.newest(name) for name in ("modes", "hq", "reverse_kl"))
    if math.isfinite(modes):
        of = f" of {reading.wanted_modes}" if reading.wanted_modes else ""
        text = f"G reaches {modes:.0f}{of} modes"
        text += f", and {share:.0%} of its samples lie within three standard deviations of one." if math.isfinite(share) else "."
        if math.isfinite(kl):
            text += f" The reverse KL divergence of {short(kl)} says how unevenly they are shared out among the modes; 0 is even."
        return Paragraph(text, SRIVASTAVA)
    sliced = reading.newest("sliced_w1")
    if math.isfinite(sliced):
        return Paragraph(
            f"Sliced W1 = {short(sliced)}: seen along one direction after another, the mass of the generated points has to move that far "
            "on average to become that of the real ones, in units of the data."
        )
    return unmeasured(reading)


def _modes(reading: Reading) -> Paragraph | None:
    modes, wanted, share = reading.newest("modes"), reading.wanted_modes, reading.newest("hq")
    if not (math.isfinite(modes) and wanted):
        return None
    if modes < wanted and share < LOW:
        return Paragraph(
            "Few samples lie near any mode yet: G has still to find the data, and it is too early to speak of mode collapse.", SALIMANS
        )
    if modes < wanted:
        missing = wanted - round(modes)
        lack = f"{missing} {'mode is' if missing == 1 else 'modes are'} missing: this is mode collapse"
        if _together(reading):
            return Paragraph(f"{lack}. D judges samples together, so that it can see the lack, and bring G to the others.", SALIMANS)
        return Paragraph(
            f"{lack}. D judges each sample alone, and a G that makes only some of the modes, but those well, deceives it. D sees the "
            f"lack when it judges samples together: minibatch discrimination ({reading.key('minibatch_discrimination')}), or packing.",
            SALIMANS,
        )
    if share < GOOD:
        return Paragraph(f"No mode is missing, but {1 - share:.0%} of the samples lie between the modes: G is not sharp yet.")
    return Paragraph("No mode is missing: there is no mode collapse.", SALIMANS)


def _images(reading: Reading) -> Paragraph:
    precision, recall = reading.newest("precision"), reading.newest("recall")
    frechet, parzen = reading.newest("classifier_frechet"), reading.newest("parzen")
    if math.isfinite(precision) and math.isfinite(recall):
        text = f"{precision:.0%} of the generated images lie among the real ones (precision), and {recall:.0%} of the real ones among the"
        text += " generated (recall)."
        if math.isfinite(frechet):
            text += f" The Frechet distance of {short(frechet)} compares both as a classifier sees them; 0 is the same."
        return Paragraph(text, KYNKAANNIEMI)
    if math.isfinite(parzen):
        return Paragraph(
            f"The Parzen estimate gives real images a mean log-likelihood of {short(parzen)}; higher is better, but in so many "
            "dimensions it can rank models wrongly.",
            THEIS,
        )
    return unmeasured(reading)


def _variety(reading: Reading) -> Paragraph | None:
    precision, recall = reading.newest("precision"), reading.newest("recall")
    if not (math.isfinite(precision) and math.isfinite(recall)):
        return None
    if recall < LOW <= precision:
        text = "High precision with low recall is mode collapse: G makes convincing images of some kinds, and none of others."
    elif precision < LOW <= recall:
        text = "High recall with low precision: G reaches the variety of the data, but many of its images are not convincing yet."
    elif precision < LOW:
        text = "Both are low: G has still to find the data."
    else:
        text = "Both are fair: the images are convincing, and varied."
    return Paragraph(text, KYNKAANNIEMI)
