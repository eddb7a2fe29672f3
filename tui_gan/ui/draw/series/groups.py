"""Groups: which series of a run share a chart, which of them a filter leaves, and which steps they cover."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from tui_gan.contract.logged import LOSSES
from tui_gan.contract.snapshot import Floats, Series, Snapshot
from tui_gan.ui.draw.gauges import PRETRAINING, Gauge, gauge_of
from tui_gan.ui.draw.texts.filter import matches


@dataclasses.dataclass(frozen=True, eq=False)
class Line:
    """One series, and the series of that name of the runs that are laid over this one; None where one has none."""

    name: str
    gauge: Gauge
    series: Series
    others: tuple[Series | None, ...] = ()

    @property
    def drawn(self) -> list[Series]:
        """All of them that hold something."""
        return [series for series in (self.series, *self.others) if series is not None and series.steps.size]


@dataclasses.dataclass(frozen=True, eq=False)
class Group:
    """What shares a chart.

    Attributes:
        references: values worth a line of their own, by their names.
    """

    title: str
    unit: str
    lines: tuple[Line, ...]
    references: Mapping[str, float] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Reach:
    """The steps from the first to the last point of this run, and how far those of other runs go beyond it."""

    low: float
    high: float
    last: float


def groups(snapshot: Snapshot, words: str = "") -> tuple[Group, ...]:
    """The charts of a run: the losses in one, every other series in its own; of all words each must be in a label or a name."""
    lines = [line for line in _lines(snapshot) if matches(words, _said(line))]
    losses = tuple(line for line in lines if line.name in LOSSES)
    charts = [Group(line.gauge.name, line.gauge.unit, (line,), _aimed(line.gauge)) for line in lines if line.name not in LOSSES]
    if losses:
        title = "losses" if len(losses) > 1 else losses[0].gauge.name
        charts.insert(1 if charts and snapshot.phase else 0, Group(title, snapshot.rules.traits.unit, losses, snapshot.rules.references))
    return tuple(charts)


def reach(charts: Sequence[Group], now: float = 0.0) -> Reach:
    """The steps that some charts cover together, up to the present one."""
    lines = [line for group in charts for line in group.lines]
    covered = [line.series.steps for line in lines if line.series.steps.size]
    low = min((float(steps[0]) for steps in covered), default=0.0)
    high = max((float(steps[-1]) for steps in covered), default=0.0)
    high = max(high, now, low + 1.0)
    return Reach(low, high, max([high, *(float(series.steps[-1]) for line in lines for series in line.drawn)]))


def steps(charts: Sequence[Group]) -> Floats:
    """Every step at which one of the series of this run has a point."""
    return np.unique(np.concatenate([np.empty(0), *(line.series.steps for group in charts for line in group.lines)]))


def _lines(snapshot: Snapshot) -> list[Line]:
    """Every series: while D is pre-trained its loss first, then the losses, and the others in the order of the run's metrics."""
    order = dict.fromkeys((*((PRETRAINING,) if snapshot.phase else ()), *LOSSES, *snapshot.series))
    overlays = tuple(snapshot.overlays.values())
    return [
        Line(name, gauge_of(name), snapshot.series[name], tuple(overlay.get(name) for overlay in overlays))
        for name in order
        if name in snapshot.series
    ]


def _said(line: Line) -> str:
    return f"{line.name} {line.gauge.name} {line.gauge.unit}"


def _aimed(gauge: Gauge) -> dict[str, float]:
    return {} if gauge.wanted is None else {f"{gauge.wanted:g}": gauge.wanted}
