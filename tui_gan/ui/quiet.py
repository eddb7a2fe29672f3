"""Quiet: which panels have little to say, so that others may have their room; it seldom changes, since the layout follows it."""

import dataclasses

import numpy as np

from tui_gan.contract.logged import LOSSES
from tui_gan.contract.snapshot import Event, Series, Snapshot

# Lines that a low panel of events holds, and columns that the step before each takes.
LINES, STEP = 3, 12
# Losses are at rest from so many points on whose newer half spans less than the first share of what all do, until it spans more
# than the second.
POINTS, RESTS, MOVES = 40, 0.05, 0.2


@dataclasses.dataclass(frozen=True)
class Quiet:
    """What has little to say.

    Attributes:
        events: whether there are but a few of them.
        losses: whether they have come to rest.
    """

    events: bool = True
    losses: bool = False


def learned(before: Quiet, snapshot: Snapshot, columns: int) -> Quiet:
    """What has little to say by now.

    Args:
        columns: of the panel of events.
    """
    moved = _moved(snapshot)
    losses = before.losses if moved is None else moved < (MOVES if before.losses else RESTS)
    return Quiet(_lines(snapshot.events, columns) <= LINES and snapshot.failure is None, losses)


def _lines(events: tuple[Event, ...], columns: int) -> int:
    """The lines that events take, as far as they are counted."""
    return sum(1 + len(event.text) // max(1, columns - STEP) for event in events[: LINES + 1])


def _moved(snapshot: Snapshot) -> float | None:
    """How much of the range of both losses their newer half spans, without its outermost values; None where there are too few."""
    series = [snapshot.series[name] for name in LOSSES if name in snapshot.series]
    if not series or min(each.values.size for each in series) < POINTS:
        return None
    known = np.concatenate([each.values[np.isfinite(each.values)] for each in series])
    if not known.size or not known.max() > known.min():
        return 0.0
    return max(map(_span, series)) / float(known.max() - known.min())


def _span(series: Series) -> float:
    newer = series.values[series.values.size // 2 :]
    if not np.isfinite(newer).all():
        return float("inf")
    low, high = np.quantile(newer, [0.05, 0.95]).tolist()
    return float(high - low)
