"""Diagnosis: how generated samples stand to the data, in numbers from the samples and the truth alone."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Literal

Agreement = Literal["indistinguishable", "close", "different", "unknown"]


@dataclasses.dataclass(frozen=True, slots=True)
class Floor:
    """What a perfect generator gets of a metric with as many samples.

    Attributes:
        typical: the mean over independent draws.
        limit: the mean and four standard deviations of the draws to the bad side: hardly a perfect generator is beyond it.
    """

    typical: float
    limit: float


@dataclasses.dataclass(frozen=True, slots=True)
class Moments:
    """Mean and standard deviation, in units of the data."""

    mean: float
    sd: float


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One way in which generated samples differ from the data.

    Attributes:
        kind: apart, collapse, missing, bridge, discrete, uneven, shifted, narrow, wide, short_tail, long_tail, misplaced, off or missed,
            as gan/diagnosis says.
        share: of the generated samples, or of the data where something is missing, that is concerned; of narrow and wide the ratio of
            widths, of shifted the shift in standard deviations.
        expected: the same of the data, or of the generated samples where something is missing; of a collapse the `count` of the data; NaN
            where there is no such number.
        low, high: between which values; infinite on an open side, NaN where there is no such place.
        count: how many: missing modes, distinct values, cells that hold `share` of the samples; 0 where nothing is counted.
    """

    kind: str
    share: float
    expected: float = math.nan
    low: float = math.nan
    high: float = math.nan
    count: int = 0


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Diagnosis:
    """The generated samples of all fixed latents against the data.

    Attributes:
        samples: how many there are.
        rows: rows of the user's data; 0 where the distribution is known.
        real, fake: moments on the line, those of the data exact; None in the plane.
        metrics: by name, of these samples.
        floors: of these metrics at this sample size; none until they have been computed.
        agreement: what the metrics and their floors allow to say.
        findings: what is wrong, the gravest first.
    """

    samples: int
    rows: int
    real: Moments | None
    fake: Moments | None
    metrics: Mapping[str, float]
    floors: Mapping[str, Floor]
    agreement: Agreement
    findings: tuple[Finding, ...] = ()

    def of_kind(self, kind: str) -> Finding | None:
        """The finding of a kind, if there is one."""
        return next((finding for finding in self.findings if finding.kind == kind), None)
