"""Quality: how near the generated distribution is to that of the data, by several metrics with their floors."""

import math
from collections.abc import Callable

from tui_gan.contract.diagnosis import Agreement, Diagnosis
from tui_gan.contract.objectives import LN2
from tui_gan.contract.snapshot import ImageGrid, Line1D, Plane2D
from tui_gan.contract.sources import KYNKAANNIEMI, LIN, NAEEM, SALIMANS, SRIVASTAVA, THEIS
from tui_gan.ui.draw.scale import short
from tui_gan.ui.explain import completion, findings
from tui_gan.ui.explain.advice import advice
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.text import Paragraph

# Of precision, recall and coverage, over what test images get: under it they are low.
LOW = 0.5
# The same of coverage, under which images differ from the data whatever D says.
DIFFERENT = 0.7
# Metrics of the samples alone, which have no value between two distributions.
OF_ONE = {"hq": "of a perfect generator's", "reverse_kl": "for a perfect generator"}
BALLS = ("precision", "recall", "coverage")


def unmeasured(reading: Reading) -> Paragraph:
    """What to do where there is no measure."""
    return Paragraph(f"Nothing is measured yet; {reading.key('evaluate')} measures now.")


def agreement(reading: Reading) -> Agreement:
    """How near the generated distribution is to the data, as far as that can be told; of images never more than that they differ."""
    diagnosis = reading.diagnosis
    if diagnosis is not None:
        return diagnosis.agreement
    _, balls = _balls(reading)
    return "different" if balls["coverage"] < DIFFERENT * _ceiling(reading, "coverage") else "unknown"


def best_response(reading: Reading) -> str:
    """How well the best D could still tell the two apart, as the end of a sentence; "" where that is not known."""
    diagnosis = reading.diagnosis
    if diagnosis is None:
        return ""
    ks, js = diagnosis.metrics.get("ks", math.nan), diagnosis.metrics.get("js", math.nan)
    if math.isfinite(ks):
        return f"a threshold on x alone is right on {0.5 + ks / 2:.1%}"
    floor = diagnosis.floors.get("js")
    if floor is None or not js > floor.limit:
        return ""
    balance = reading.snapshot.rules.balance
    # D's own loss may weigh or smooth them, and has another value where it cannot tell them apart.
    same = balance is not None and math.isclose(balance.discriminator.value, 2 * LN2)
    equally = "" if same else ", with real and generated samples weighted equally,"
    return f"the cross-entropy of the best D{equally} is about {2 * LN2 - 2 * (js - floor.typical):.3f}, under 2 ln 2 = 1.386"


def _of_clean(reading: Reading) -> str:
    """The same, with what the D of the run is shown in place of that."""
    best, noise = best_response(reading), reading.snapshot.rules.noise
    return f"{best} (without the instance noise of sd {noise:.2g} that D is trained with)" if best and noise else best


def measures(reading: Reading) -> Paragraph:
    """The measures in words."""
    kinds: dict[type, Callable[[Reading], Paragraph]] = {Line1D: _line, Plane2D: _plane, ImageGrid: _images}
    say = kinds.get(type(reading.snapshot.picture))
    if reading.snapshot.rules.completes and (said := completion.measures(reading)):
        return said
    return unmeasured(reading) if say is None else say(reading)


def verdict(reading: Reading) -> Paragraph:
    """What they mean: how near the two are, what is wrong, and what can be tried."""
    if reading.snapshot.rules.completes:
        return completion.verdict()
    diagnosis = reading.diagnosis
    said = _judged(reading, diagnosis) if diagnosis else _variety(reading)
    return said or Paragraph("Mode collapse is what to watch for: G may make some kinds of samples well and none of the others.", SALIMANS)


def _judged(reading: Reading, diagnosis: Diagnosis) -> Paragraph | None:
    wrong = findings.said(reading, diagnosis)
    text = ""
    if diagnosis.agreement == "indistinguishable":
        text = f"With {diagnosis.samples:,} samples G cannot be told from the data: {_perfect(diagnosis)}."
    elif diagnosis.agreement == "close":
        best = _of_clean(reading)
        text = "G is close to the data, but not equal to it" + (f": {best}." if best else ".")
    elif diagnosis.agreement == "different" and not wrong:
        best = _of_clean(reading)
        text = "G and the data still differ" + (f": {best}." if best else ".")
    source = SALIMANS if any(finding.kind in ("collapse", "missing", "narrow") for finding in diagnosis.findings) else ""
    return Paragraph(" ".join(part for part in (text, wrong) if part), source) if text or wrong else None


def _perfect(diagnosis: Diagnosis) -> str:
    labels = {"ks": "KS", "js": "JS", "sliced_w1": "sliced W1", "hq": "the share near a mode", "reverse_kl": "reverse KL"}
    # W1 is told, but not compared.
    named = [labels[name] for name in diagnosis.floors if name in labels]
    listed = f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
    of = "two halves of the data" if diagnosis.rows else "a perfect generator"
    return f"{listed} are no worse than those of {of}"


def _with_floor(diagnosis: Diagnosis, name: str) -> str:
    """What stands behind a metric: the value of a perfect generator at this sample size."""
    floor = diagnosis.floors.get(name)
    if floor is None:
        return ""
    if name in OF_ONE:
        value = f"{floor.typical:.1%}" if name == "hq" else short(floor.typical)
        return f" ({value} {OF_ONE[name]})"
    return f" ({short(floor.typical)} between {'two halves of the data' if diagnosis.rows else 'the data and a perfect generator'})"


def _line(reading: Reading) -> Paragraph:
    diagnosis = reading.diagnosis
    if diagnosis is None or diagnosis.real is None or diagnosis.fake is None or not math.isfinite(diagnosis.fake.mean + diagnosis.fake.sd):
        w1 = reading.newest("w1")
        return Paragraph(f"W1 (earth mover's distance) = {short(w1)}.") if math.isfinite(w1) else unmeasured(reading)
    real, fake = diagnosis.real, diagnosis.fake
    w1, ks = (diagnosis.metrics.get(name, math.nan) for name in ("w1", "ks"))
    text = (
        f"The {diagnosis.samples:,} numbers that G makes of the fixed latents have mean {fake.mean:.4g} and standard "
        f"deviation {fake.sd:.4g}, the data {real.mean:.4g} and {real.sd:.4g}."
    )
    if math.isfinite(w1):
        text += f" W1 (earth mover's distance) = {short(w1)}{_with_floor(diagnosis, 'w1')}"
        text += f", or {short(w1 / real.sd, 2)} standard deviations of the data" if real.sd > 0 else ""
        text += ": the average distance that probability mass must be moved to turn one distribution into the other."
    if math.isfinite(ks):
        text += f" KS = {short(ks)}{_with_floor(diagnosis, 'ks')}: the largest difference of the distribution functions."
    return Paragraph(text)


def _plane(reading: Reading) -> Paragraph:
    diagnosis = reading.diagnosis
    values = {name: reading.newest(name) for name in ("modes", "hq", "reverse_kl", "sliced_w1", "js")}
    if diagnosis is not None:
        values |= diagnosis.metrics
    behind = {name: "" if diagnosis is None else _with_floor(diagnosis, name) for name in values}
    parts = []
    if math.isfinite(values["modes"]):
        of = f" of {reading.wanted_modes}" if reading.wanted_modes else ""
        text = f"G reaches {values['modes']:.0f}{of} modes"
        if math.isfinite(values["hq"]):
            text += f", and {values['hq']:.1%} of its samples are within 3 standard deviations of one{behind['hq']}"
        parts.append(f"{text}.")
        if math.isfinite(values["reverse_kl"]):
            parts.append(
                f"Reverse KL = {short(values['reverse_kl'])}{behind['reverse_kl']}: how unevenly these are shared out among the modes; "
                "0 is even."
            )
    if math.isfinite(values["sliced_w1"]):
        parts.append(
            f"Sliced W1 = {short(values['sliced_w1'])}{behind['sliced_w1']}: W1 of the projections on a line, averaged over directions."
        )
    if math.isfinite(values["js"]):
        parts.append(f"JS over cells = {short(values['js'])}{behind['js']}, of at most ln 2 = 0.693.")
    return Paragraph(" ".join(parts), SRIVASTAVA if math.isfinite(values["modes"]) else "") if parts else unmeasured(reading)


def _balls(reading: Reading) -> tuple[str, dict[str, float]]:
    """Precision, recall and coverage of features where they are measured, otherwise of pixels, and what their names begin with."""
    prefix = "feature_" if math.isfinite(reading.newest("feature_precision")) else ""
    return prefix, {name: reading.newest(prefix + name) for name in BALLS}


def _ceiling(reading: Reading, name: str) -> float:
    """What test images get; 1 where that is not known."""
    prefix, _ = _balls(reading)
    ceiling = reading.floor(prefix + name)
    return ceiling if math.isfinite(ceiling) else 1.0


def _images(reading: Reading) -> Paragraph:
    prefix, balls = _balls(reading)
    frechet, parzen = reading.newest("classifier_frechet"), reading.newest("parzen")
    meanings = {
        "precision": "fraction of generated images inside the estimated data manifold",
        "recall": "fraction of real images inside the generated one",
        "coverage": "fraction of real images with a generated one near",
    }
    known = [name for name in BALLS if math.isfinite(balls[name])]
    parts = []
    if known:
        digits = str(reading.settings.get("dataset", "")) in ("", "mnist")
        where = f"In the features of a classifier of digits{'' if digits else ', which has seen no other images'}"
        where = where if prefix else "In pixels, where blur counts as near"
        shares = ", ".join(f"{name} = {balls[name]:.0%} ({meanings[name]}{_of_test(reading, prefix + name)})" for name in known)
        parts.append(f"{where}: {shares}.")
    if math.isfinite(frechet):
        parts.append(
            f"The Frechet distance of {short(frechet)} compares means and covariances of a classifier's features"
            f"{_of_test(reading, 'classifier_frechet')}."
        )
    if math.isfinite(parzen):
        parts.append(
            f"Parzen = {short(parzen)} nats: log-likelihood of test images under a Gaussian kernel density estimate fitted to generated "
            "ones; in so many dimensions it can rank models wrongly."
        )
    if math.isfinite(reading.newest("stacked_modes")):
        parts.append(_stacked(reading))
    wrong, alone = reading.newest("test_errors"), reading.newest("labels_alone")
    if math.isfinite(wrong):
        parts.append(f"D takes {wrong:.1%} of the test images for another class{_alone(alone)}.")
    source = NAEEM if "coverage" in known else KYNKAANNIEMI if known else LIN if math.isfinite(reading.newest("stacked_modes")) else THEIS
    return Paragraph(" ".join(parts), source) if parts else unmeasured(reading)


def _stacked(reading: Reading) -> str:
    """How many triples of digits the samples show, and how evenly."""
    modes, divergence = reading.newest("stacked_modes"), reading.newest("stacked_kl")
    most, least = reading.floor("stacked_modes"), reading.floor("stacked_kl")
    text = f"G makes {modes:,.0f} of the 1,000 triples of digits"
    text += f" (stacks of test images show {most:,.0f})." if math.isfinite(most) else "."
    if math.isfinite(divergence):
        perfect = f" ({short(least)} of stacks of test images)" if math.isfinite(least) else ""
        text += f" The KL divergence of their shares from equal ones is {short(divergence)} nats{perfect}."
    return text


def _alone(wrong: float) -> str:
    """What D's network does with the labelled images alone, where that is known."""
    return f"; trained on the labelled images alone, its network does so with {wrong:.1%}" if math.isfinite(wrong) else ""


def _of_test(reading: Reading, name: str) -> str:
    """What real images get of a metric, where that is known."""
    floor = reading.floor(name)
    if not math.isfinite(floor):
        return ""
    return f"; real images get {short(floor)}" if name == "classifier_frechet" else f"; test images get {floor:.0%}"


def _variety(reading: Reading) -> Paragraph | None:
    prefix, balls = _balls(reading)
    share = {name: balls[name] / _ceiling(reading, name) for name in BALLS}
    precision, recall, coverage = (share[name] for name in BALLS)
    if not (math.isfinite(precision) and math.isfinite(recall)):
        return None
    varied = recall if math.isnan(coverage) else min(recall, coverage) if recall < LOW else coverage
    if varied < LOW <= precision:
        low = "recall" if math.isnan(coverage) or recall < LOW else "coverage"
        text = f"High precision with low {low}: G may have collapsed to some kinds of images"
        text += "" if prefix else ", or make blurred or empty ones, which in pixels lie near many real ones"
        text = f"{text}. Look at the samples. {advice(reading, 'missing')}".rstrip()
    elif precision < LOW <= varied:
        text = "Low precision: G reaches much of the variety of the data, but many of its images lie off the data."
    elif precision < LOW and findings.early(reading):
        text = "Early: G has not reached the data yet."
    elif precision < LOW:
        text = "Precision and the share of the data that is covered are both low: most images lie off the data."
    else:
        text = "None of them is low. That images look right, these metrics do not prove: look at the samples."
    return Paragraph(text, KYNKAANNIEMI)
