"""Quality: how far the generated distribution is from the real one."""

import dataclasses
import math
from collections.abc import Callable
from typing import ClassVar

from tui_gan.contract.diagnosis import Floor
from tui_gan.contract.logged import LOSSES
from tui_gan.contract.snapshot import Series, Snapshot
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.gauges import Gauge, gauge_of
from tui_gan.ui.draw.palette import Ink
from tui_gan.ui.draw.series.age import age, briefly
from tui_gan.ui.draw.series.quality import LOWEST, quality
from tui_gan.ui.draw.series.reading import ahead
from tui_gan.ui.draw.series.triples import rows, triples
from tui_gan.ui.panels.panel import Frame, Notes, Panel, hint

NEAR = 0.05
# Columns of the words in the frame from which on they are shortened.
ROOM = 24


class Quality(Panel):
    """The metrics over steps, and what the training adapts; of stacked images also the map of their triples."""

    title: ClassVar[str] = "quality"
    watches: ClassVar[tuple[str, ...]] = ("floors",)
    slow_seconds: ClassVar[float] = 0.5

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """Lengths and newest values, their floors, whether they are of now, and up to which step the charts reach."""
        charts = metric_series(frame.snapshot)
        ends = tuple((name, gauge.floor, part.steps.size, part.steps[-1:].tolist(), part.stale) for name, gauge, part in charts)
        return (*ends, _now(frame.snapshot), frame.snapshot.triples)

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the charts, and below them the map where it leaves them room."""
        series = metric_series(frame.snapshot)
        if not any(part.steps.size for _, _, part in series):
            key = next(key.symbol for key in frame.keys if key.name == "evaluate")
            return hint(f"not measured yet: press {key}" if width > 26 else "", width, height)
        of = frame.snapshot.triples
        below = 0 if of is None else rows(width, height - LOWEST, frame.look)
        charts = quality([(gauge, part) for _, gauge, part in series], width, height - below, frame.look, _now(frame.snapshot))
        if of is None or not below:
            return charts
        canvas = Canvas(width, height)
        canvas.paste(0, 0, charts)
        canvas.paste(0, height - below, triples(of, width, below, frame.look, _since(frame.snapshot)))
        return canvas

    def notes(self, frame: Frame) -> Notes:
        """The most telling metric in words."""
        return ((text, Ink.DIM),) if (text := verdict(frame.snapshot)) else ()


def metric_series(snapshot: Snapshot) -> list[tuple[str, Gauge, Series]]:
    """Every series but the losses, in the order of the run's metrics; what the table does not know, under its own name."""
    names = [name for name in snapshot.series if name not in LOSSES]
    return [(name, with_floor(gauge_of(name), snapshot.floors.get(name)), snapshot.series[name]) for name in names]


def with_floor(gauge: Gauge, floor: Floor | None) -> Gauge:
    """A gauge with what a perfect generator gets, where that is known."""
    return gauge if floor is None else dataclasses.replace(gauge, floor=floor.typical)


def spread(ratio: float) -> str:
    """Whether the generated points spread as the real ones do, by the ratio of their standard deviations."""
    if abs(ratio - 1.0) <= NEAR:
        return "spread as wide as real"
    return "spread too narrow" if ratio < 1.0 else "spread too wide" if ratio > 1.0 else ""


# The first of these that was measured is put into words.
WORDS: dict[str, Callable[[float], str]] = {
    "modes": lambda modes: f"{modes:.0f} {'mode' if round(modes) == 1 else 'modes'} found",
    "hq": lambda share: f"{share:.0%} of samples near a mode",
    "stacked_modes": lambda triples: f"{triples:,.0f} of 1,000 triples",
    "sd_ratio": spread,
    "test_errors": lambda share: f"test errors {share:.1%}",
    "code_accuracy": lambda share: f"code accuracy {share:.0%}",
    "class_kept": lambda share: f"class kept {share:.0%}",
    "class_accuracy": lambda share: f"class accuracy {share:.0%}",
    "feature_coverage": lambda share: f"coverage {share:.0%}",
    "coverage": lambda share: f"coverage {share:.0%}",
    "recall": lambda share: f"recall {share:.0%}",
    "precision": lambda share: f"precision {share:.0%}",
}


def verdict(snapshot: Snapshot) -> str:
    """The most telling of the newest metrics, in a few words."""
    for name, say in WORDS.items():
        series = snapshot.series.get(name)
        if series is not None and series.values.size and math.isfinite(series.values[-1]):
            said = say(float(series.values[-1]))
            when = age(series) if len(said) + len(age(series)) < ROOM else briefly(series)
            return f"{said} {when}" if said and when else said
    return ""


def _since(snapshot: Snapshot) -> bool:
    """Whether the networks have changed since the map of triples was made."""
    measured = [series for name, series in snapshot.series.items() if name.startswith("stacked_")]
    return any(series.stale for series in measured) or snapshot.triples is None or snapshot.triples.step != snapshot.step


def _now(snapshot: Snapshot) -> float:
    """The present step, or one a little ahead, so that the charts need not be drawn anew at each step."""
    return ahead(snapshot.step, snapshot.step) if snapshot.step else 0.0
