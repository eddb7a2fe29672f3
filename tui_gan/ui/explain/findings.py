"""Findings: what is wrong with the generated samples, each kind of it in a sentence."""

import itertools
import math
from collections.abc import Callable

from tui_gan.contract.diagnosis import Diagnosis, Finding
from tui_gan.ui.draw.scale import short
from tui_gan.ui.explain.advice import advice
from tui_gan.ui.explain.reading import Reading

# Under this ratio of widths G is much too narrow.
MUCH = 0.5
# The share of a run in which it is early, and the last step that is.
EARLY, LAST = 0.1, 1_000
# The newest values of a series in which modes come and go.
RECENT = 6
# The share of the data from which on an end that is missing is no tail.
BULK = 0.05
# The ailment of each kind of finding for which there is advice.
AILMENT = {"collapse": "collapse", "missing": "missing", "missed": "missing", "narrow": "narrow", "apart": "apart"}
TOLD = 2
# Cells of a grid that samples at a few points may lie in; those on a curve lie in more.
FEW = 6


def said(reading: Reading, diagnosis: Diagnosis) -> str:
    """The gravest findings in words, and what can be tried against the first of them that has a cure; "" where nothing is wrong."""
    kinds = {finding.kind for finding in diagnosis.findings}
    if early(reading) and kinds & {"apart", "missing"} and "collapse" not in kinds:
        return "Early: G has not reached the data yet."
    sentences = [WORDS[finding.kind](finding, diagnosis, reading) for finding in diagnosis.findings[:TOLD]]
    ailing = next((AILMENT[finding.kind] for finding in diagnosis.findings[:TOLD] if finding.kind in AILMENT), None)
    return " ".join(part for part in (*sentences, advice(reading, ailing) if ailing else "") if part)


def early(reading: Reading) -> bool:
    """Whether the run has only begun."""
    return reading.snapshot.step <= min(LAST, EARLY * reading.snapshot.steps)


def place(low: float, high: float) -> str:
    """Where on the line."""
    if math.isinf(low):
        return f"below {short(high)}"
    return f"above {short(low)}" if math.isinf(high) else f"between {short(low)} and {short(high)}"


def _share(share: float) -> str:
    return f"{share:.1%}" if 0 < share < 0.095 or 0.905 < share < 1 else f"{share:.0%}"


def _apart(finding: Finding, diagnosis: Diagnosis, reading: Reading) -> str:
    if diagnosis.real is None or diagnosis.fake is None:
        return "Hardly any generated point lies where the data are."
    return (
        f"The two distributions hardly overlap (KS = {finding.share:.3g}): the generated numbers lie between {short(finding.low)} and "
        f"{short(finding.high)}, with mean {short(diagnosis.fake.mean)}, and the mean of the data is {short(diagnosis.real.mean)}."
    )


def _collapse(finding: Finding, diagnosis: Diagnosis, reading: Reading) -> str:
    if finding.count > FEW and math.isfinite(finding.expected):
        cells, fills = ("cells", "plane, such as a curve") if diagnosis.real is None else ("bins", "line")
        moving = " The modes they lie near change over time." if _moving(reading) else ""
        share = _share(finding.share)
        return (
            f"Mode collapse: the samples cover only a small part of the {fills}. {share} of them lie in {finding.count} {cells} of a grid, "
            f"and {share} of the data in {finding.expected:.0f}.{moving}"
        )
    points = "the same point" if finding.count == 1 else "the same few points"
    moving = ", and the modes they sit near change over time" if _moving(reading) else ""
    return f"Mode collapse: almost all latents map to {points}{moving}."


def _moving(reading: Reading) -> bool:
    """Whether the number of modes found has changed without rising over the newest evaluations."""
    series = reading.snapshot.series.get("modes")
    newest = [] if series is None else series.values[-RECENT:].tolist()
    return any(after < before for before, after in itertools.pairwise(newest))


def _missing(finding: Finding, diagnosis: Diagnosis, reading: Reading) -> str:
    if finding.count:
        wanted = reading.wanted_modes
        of = f" of {wanted}" if wanted else ""
        verb = "mode is" if finding.count == 1 else "modes are"
        return (
            f"{finding.count}{of} {verb} missing, which is mode collapse: {_share(finding.share)} of the data lie there, and "
            f"{_share(finding.expected)} of the samples."
        )
    where = place(finding.low, finding.high)
    return f"A mode is missing: {_share(finding.share)} of the data lie {where}, and {_share(finding.expected)} of the samples."


def _bridge(finding: Finding, diagnosis: Diagnosis, reading: Reading) -> str:
    if math.isnan(finding.low):
        lead = "All modes are covered; " if diagnosis.of_kind("missing") is None else ""
        return (
            f"{lead}{_share(finding.share)} of the samples are not within 3 standard deviations of any mode ({_share(finding.expected)} of "
            "a perfect generator's)."
        )
    return (
        f"{_share(finding.share)} of the samples lie {place(finding.low, finding.high)}, where {_share(finding.expected)} of the data do: "
        "a bridge between modes. A continuous G can make it steeper, but cannot leave it out."
    )


def _discrete(finding: Finding, diagnosis: Diagnosis, reading: Reading) -> str:
    text = f"The data are discrete: they take {finding.count:,} different values"
    if not math.isnan(finding.share):
        text += f", and {_share(finding.share)} are exactly {short(finding.low)}"
    text += ". A generator with continuous output cannot match them"
    if not math.isnan(finding.share):
        text += f" (its KS is at least half of that share, {finding.share / 2:.2g})"
    return f"{text}, and a D that sees finely enough can always tell the two apart."


def _uneven(finding: Finding, diagnosis: Diagnosis, reading: Reading) -> str:
    where = "at one mode" if math.isnan(finding.low) else place(finding.low, finding.high)
    return f"The modes have unequal shares: {_share(finding.share)} of the samples lie {where}, and {_share(finding.expected)} of the data."


def _shifted(finding: Finding, diagnosis: Diagnosis, reading: Reading) -> str:
    by = "" if math.isnan(finding.low) else f"by {finding.low:+.3g}, "
    of = " of a mode" if finding.count > 1 else ""
    return f"The samples are shifted against the data: {by}{abs(finding.share):.2f} standard deviations{of}."


def _width(finding: Finding, diagnosis: Diagnosis, reading: Reading) -> str:
    ratio = diagnosis.metrics.get("sd_ratio", math.nan)
    same_side = (ratio < 1) == (finding.share < 1) and abs(math.log(ratio or 1.0)) > 0.05 if ratio > 0 else False
    if same_side:
        text = f"The standard deviation is {ratio:.2f} of the data's"
    elif diagnosis.real is None:
        text = f"Along one axis the standard deviation is {finding.share:.2f} of the data's"
    else:
        text = f"Within the modes the samples spread {finding.share:.2f} times as wide as the data"
    if finding.share > 1:
        return f"{text}: G is too wide, and makes samples where the data are rare."
    if finding.share < MUCH:
        return f"{text}: G is much too narrow and gives up variety, on the way to mode collapse."
    return f"{text}: G is somewhat too narrow, but has not collapsed."


def _tail(finding: Finding, diagnosis: Diagnosis, reading: Reading) -> str:
    side = "lower" if math.isinf(finding.low) else "upper"
    length = "short" if finding.kind == "short_tail" else "long"
    where = place(finding.low, finding.high)
    if finding.share > BULK:
        lack = f"{_share(finding.share)} of the data lie {where}, and {_share(finding.expected)} of the samples."
        return f"G leaves out the {side} end of the data: {lack}"
    return (
        f"The {side} tail is too {length}: {_share(finding.share)} of the data lie {where}, and {_share(finding.expected)} of the samples."
    )


def _off(finding: Finding, diagnosis: Diagnosis, reading: Reading) -> str:
    return f"{_share(finding.share)} of the samples lie where the data have none ({_share(finding.expected)} of fresh data)."


def _missed(finding: Finding, diagnosis: Diagnosis, reading: Reading) -> str:
    return f"{_share(finding.share)} of the data have no sample near them ({_share(finding.expected)} with fresh data)."


def _misplaced(finding: Finding, diagnosis: Diagnosis, reading: Reading) -> str:
    shares = f"{_share(finding.share)} of the samples and {_share(finding.expected)} of the data lie {place(finding.low, finding.high)}"
    return f"The difference is largest at {short(finding.high)}: {shares}."


WORDS: dict[str, Callable[[Finding, Diagnosis, Reading], str]] = {
    "apart": _apart,
    "collapse": _collapse,
    "missing": _missing,
    "bridge": _bridge,
    "discrete": _discrete,
    "uneven": _uneven,
    "shifted": _shifted,
    "narrow": _width,
    "wide": _width,
    "short_tail": _tail,
    "long_tail": _tail,
    "misplaced": _misplaced,
    "off": _off,
    "missed": _missed,
}
