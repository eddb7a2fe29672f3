"""What the screen of a sweep shows: two axes, the values of the others, a metric, and where the cursor is."""

import dataclasses
from collections.abc import Sequence
from typing import Literal

import numpy as np

from tui_gan.contract.snapshot import Floats
from tui_gan.contract.sweep import Population, quantiles, shown_axes

Statistic = Literal["collapsed", "failed", "median", "low", "high"]
STATISTICS: tuple[Statistic, ...] = ("collapsed", "median", "low", "high", "failed")


@dataclasses.dataclass(frozen=True)
class View:
    """What is shown.

    Attributes:
        places: of each axis the value at which the cursor is; of those that are not drawn, the value that is looked at.
        across, down: the places of the axes that are drawn; None where no axis is left for one.
        metric: the place of the metric.
        statistic: what of a cell's members is drawn.
        other: the place of the axis whose value the brackets change; None where both axes are drawn and there is no other.
        member: of the cell at the cursor, when its members are looked at; None on the map.
    """

    places: tuple[int, ...]
    across: int | None
    down: int | None
    other: int | None
    metric: int = 0
    statistic: Statistic = "collapsed"
    member: int | None = None


def first(population: Population) -> View:
    """The view to begin with: the axes with the most values, and the share that collapsed, which of images is not known."""
    varied = shown_axes(population.axes)
    across, down, other = (*varied[:3], None, None, None)[:3]
    return View((0,) * len(population.axes), across, down, other, statistic="median" if population.kind == "images" else "collapsed")


def others(view: View, population: Population) -> list[int]:
    """The axes with two values or more that are not drawn."""
    return sorted(place for place in shown_axes(population.axes) if place not in (view.across, view.down))


def moved(view: View, population: Population, right: int, up: int) -> View:
    """The cursor moved by cells, as far as there are any."""
    places = list(view.places)
    for axis, by in ((view.across, right), (view.down, up)):
        if axis is not None:
            places[axis] = min(max(places[axis] + by, 0), len(population.axes[axis].values) - 1)
    return dataclasses.replace(view, places=tuple(places))


def turned(view: View, population: Population, drawn: Literal["across", "down"]) -> View:
    """With the next axis drawn across or down; the two change places where it is the other's."""
    varied = sorted(shown_axes(population.axes))
    if len(varied) < 2:
        return view
    now, opposite = (view.across, view.down) if drawn == "across" else (view.down, view.across)
    new = varied[(varied.index(now) + 1) % len(varied)] if now is not None else varied[0]
    beside = now if new == opposite else opposite
    changed = (
        dataclasses.replace(view, across=new, down=beside) if drawn == "across" else dataclasses.replace(view, across=beside, down=new)
    )
    left = others(changed, population)
    return dataclasses.replace(changed, other=changed.other if changed.other in left else (left[0] if left else None))


def next_other(view: View, population: Population) -> View:
    """With the brackets on the next axis that is not drawn."""
    left = others(view, population)
    return dataclasses.replace(view, other=left[(left.index(view.other) + 1) % len(left)]) if view.other in left else view


def other_value(view: View, population: Population, by: int) -> View:
    """With the next value of that axis."""
    if view.other is None:
        return view
    places = list(view.places)
    places[view.other] = (places[view.other] + by) % len(population.axes[view.other].values)
    return dataclasses.replace(view, places=tuple(places))


def next_metric(view: View, population: Population, by: int) -> View:
    """With the next metric, and its median in place of what does not depend on it."""
    statistic = "median" if view.statistic in ("collapsed", "failed") else view.statistic
    same = view.statistic != statistic
    return dataclasses.replace(view, metric=view.metric if same else (view.metric + by) % len(population.metrics), statistic=statistic)


def next_statistic(view: View, population: Population) -> View:
    """With the next thing of a cell's members drawn; of images it is not known which have collapsed."""
    known = [each for each in STATISTICS if each != "collapsed" or population.kind != "images"]
    return dataclasses.replace(view, statistic=known[(known.index(view.statistic) + 1) % len(known)])


def grid(view: View, population: Population) -> Floats:
    """What is drawn of each cell, (down, across), the lowest value first; NaN where nothing has been measured."""
    columns, rows = (1 if axis is None else len(population.axes[axis].values) for axis in (view.across, view.down))
    values = np.full((rows, columns), np.nan)
    for row in range(rows):
        for column in range(columns):
            values[row, column] = of_cell(view, population, at(view, column, row))
    return values


def at(view: View, column: int, row: int) -> tuple[int, ...]:
    """The combination of values of a cell."""
    places = list(view.places)
    for axis, place in ((view.across, column), (view.down, row)):
        if axis is not None:
            places[axis] = place
    return tuple(places)


def of_cell(view: View, population: Population, places: Sequence[int]) -> float:
    """What is drawn of a cell: a share of the measured members, or a quantile of the metric of those that have not failed."""
    cell = population.cell(places)
    known = population.steps[cell] >= 0
    if not known.any():
        return float("nan")
    if view.statistic in ("collapsed", "failed"):
        marked = population.collapsed if view.statistic == "collapsed" else population.failed
        return float(marked[cell][known].mean())
    low, median, high = quantiles(population.values[cell, view.metric][known & ~population.failed[cell]])
    return {"low": low, "median": median, "high": high}[view.statistic]
