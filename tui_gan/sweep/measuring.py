"""Members as they are measured: by the figures of a run, several members at once where a metric can."""

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from tui_gan.contract.snapshot import Bytes
from tui_gan.gan.datasets import Dataset
from tui_gan.gan.datasets.dataset import in_units
from tui_gan.gan.diagnosis import collapsed
from tui_gan.gan.metrics import METRICS, measure, measure_many
from tui_gan.gan.trainer import Trainer
from tui_gan.session.measuring import known_by, known_of
from tui_gan.session.observe import as_measured
from tui_gan.sweep.chunks import Chunk
from tui_gan.sweep.plan import Data, Spec
from tui_gan.sweep.portraits import Beside

# Members whose samples are measured at once, so that they stay in the cache.
AT_ONCE = 16


class Measured(NamedTuple):
    """A member, its metrics, whether the diagnosis names a mode collapse, and the portrait of what it generates, if one is wanted."""

    spec: Spec
    metrics: dict[str, float]
    collapsed: bool
    portrait: Bytes | None


def measured(chunk: Chunk, data: Data, names: Sequence[str], portray: Beside | None = None) -> Iterator[Measured]:
    """The members of a chunk in turn, measured by the named metrics."""
    members = ((spec, functools.partial(chunk.trainer, place)) for place, spec in enumerate(chunk.specs))
    with_samples = zip(members, chunk.samples(), strict=True)
    for dataset, some in itertools.groupby(with_samples, lambda each: data.of(each[0][0].config)):
        while part := [*itertools.islice(some, AT_ONCE)]:
            units: list[Any] = [as_measured(in_units(samples, dataset.location, dataset.scale), dataset.truth) for _, samples in part]
            figures = _metrics(units, dataset, names, [trainer for (_, trainer), _ in part])
            portraits: Sequence[Bytes | None] = [None] * len(part)
            if portray and (drawn := portray(dataset.truth)):
                portraits = [*drawn(np.stack(units).astype(np.float64, copy=False))]
            for ((spec, _), _), one, metrics, portrait in zip(part, units, figures, portraits, strict=True):
                yield Measured(spec, metrics, collapsed(one, dataset.truth), portrait)


def _metrics(
    units: Sequence[Any], dataset: Dataset, names: Sequence[str], trainers: Sequence[Callable[[], Trainer]]
) -> list[dict[str, float]]:
    truth = dataset.truth
    with np.errstate(over="ignore", invalid="ignore"):
        if not any(METRICS[name].of for name in names):
            return measure_many(np.stack(units), truth, names)
        # What is known beside samples a trainer knows, and it takes longer to be made than most samples to be measured.
        made = [trainer() for trainer in trainers]
        known = [
            known_of(one, each.averaged(), each.config, dataset, each.steps_done, each.shares, dataset.scaling) | known_by(each)
            for one, each in zip(units, made, strict=True)
        ]
        return [measure(one, truth, names, each) for one, each in zip(units, known, strict=True)]
