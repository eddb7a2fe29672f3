"""Losses and metrics over steps, with marks where something was changed."""

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Floats, Series, frozen
from tui_gan.contract.titles import title_of
from tui_gan.gan.metrics import METRICS
from tui_gan.gan.rules import rules
from tui_gan.session.course import drawable
from tui_gan.session.export.marks import Word, words
from tui_gan.session.export.pictures import DIM, DISCRIMINATOR, FAINT, FAKE, GENERATOR, Drawing, Plot, legend
from tui_gan.session.export.source import Source, course, settings

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOSSES = {"generator_loss": ("generator", GENERATOR), "discriminator_loss": ("discriminator", DISCRIMINATOR)}
ARROWS = {"less": " ↓", "more": " ↑", None: ""}
# Between these ratios of the largest to the least value, an axis is logarithmic; beyond, powers of ten lead out of 64 bits.
WIDE, WIDEST = 30.0, 1e100

COLUMNS, INCHES = 2, 7.2
LOSSES_HIGH, METRIC_HIGH = 2.9, 1.6
POINTS = 500
# Characters of a title that have room over an axes in one of the columns.
TITLE = 40
# The height of a row of words at marks, in heights of the axes below.
ROW = 0.075
DOTTED = (0, (1.0, 1.5))


def curves(source: Source) -> Drawing:
    """The losses, each metric on axes of its own, and what was changed."""
    logged = course(source)
    config = settings(source)
    named = {name: _series(values) for name, values in logged.named.items()}
    losses = {name: named[name] for name in LOSSES if name in named}
    others = {name: each for name, each in named.items() if name not in LOSSES}
    first, last = logged.steps[0], logged.steps[-1]
    changes = [change for change in logged.changes if first <= change.step <= last]
    title = f"{config.preset}, step {last:,}"
    rows = math.ceil(len(others) / COLUMNS)

    def paint(figure: "Figure") -> None:
        places = figure.add_gridspec(1 + rows, COLUMNS, height_ratios=[LOSSES_HIGH, *[METRIC_HIGH] * rows])
        above = figure.add_subplot(places[0, :])
        _losses(above, losses, config)
        _head(above, list(words(changes, first, max(last, first + 1))), title)
        below = [figure.add_subplot(places[1 + number // COLUMNS, number % COLUMNS]) for number in range(len(others))]
        for axes, (name, each) in zip(below, others.items(), strict=True):
            _metric(axes, name, each)
        for number, axes in enumerate((above, *below)):
            for change in changes:
                axes.axvline(change.step, color=DIM, linewidth=0.8, linestyle=DOTTED, zorder=0.5)
            axes.set_xlim(first, max(last, first + 1))
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}".replace("-", "−"))
            axes.locator_params(axis="x", nbins=4 if number else 8, integer=True)
            if number > len(others) - COLUMNS:
                axes.set_xlabel("step")

    return Drawing(last, title, Plot(INCHES, LOSSES_HIGH + METRIC_HIGH * rows, paint), logged.left_out)


def _series(values: dict[int, float]) -> Series:
    """Values by step in the order of the steps, NaN where they lie beyond all that can be drawn."""
    steps = sorted(values)
    return Series(frozen(steps), frozen([drawable(values[step]) for step in steps]))


class Band(NamedTuple):
    """A series in fewer points, each of neighbours: the mean of their steps, and the least, the mean and the largest of their values."""

    steps: Floats
    least: Floats
    mean: Floats
    most: Floats


def thinned(whole: Series, most: int = POINTS) -> Band:
    """At most `most` points of a series, so that a long one neither hides its extremes nor takes more room than a short one."""
    parts = np.array_split(np.arange(len(whole.steps)), min(most, len(whole.steps)))
    reductions = ((whole.steps, np.mean), (whole.values, np.min), (whole.values, np.mean), (whole.values, np.max))
    return Band(*(np.array([reduce(each[part]) for part in parts]) for each, reduce in reductions))


def _curve(axes: "Axes", whole: Series, colour: str, label: str = "") -> None:
    band = thinned(whole)
    if len(whole.steps) > len(band.steps):
        axes.fill_between(band.steps, band.least, band.most, color=colour, alpha=0.2, linewidth=0.0)
    axes.plot(band.steps, band.mean, color=colour, label=label, marker="." if len(band.steps) < 10 else "", markersize=4.0)


def _losses(axes: "Axes", losses: dict[str, Series], config: Config) -> None:
    for name, each in losses.items():
        label, colour = LOSSES[name]
        _curve(axes, each, colour, label)
    run_rules = rules(config, Knobs())
    lines = run_rules.references if losses else {}
    for name, value in lines.items():
        axes.axhline(value, color=FAINT, linewidth=0.8, zorder=0.5)
        label = name.replace("-", "−")
        axes.annotate(label, (1.0, value), (3.0, 0.0), ("axes fraction", "data"), "offset points", color=DIM, va="center", fontsize=8)
    axes.set_ylabel(f"loss ({run_rules.traits.unit})" if run_rules.traits.unit else "loss")


def _metric(axes: "Axes", name: str, each: Series) -> None:
    metric, title = METRICS.get(name), title_of(name)
    _curve(axes, each, FAKE if metric else DISCRIMINATOR)
    finite = each.values[np.isfinite(each.values)]
    if metric and metric.better == "less" and finite.size and WIDE * finite.min() < finite.max() < WIDEST * finite.min():
        axes.set_yscale("log")
    if title.whole:
        axes.locator_params(axis="y", integer=True, nbins=5)
    if title.wanted is not None:
        axes.axhline(title.wanted, color=FAINT, linewidth=0.8, zorder=0.5)
    axes.set_title(heading(name))


def heading(name: str) -> str:
    """What heads the axes of a series, with the direction in which it becomes better; in as many lines as it needs."""
    metric = METRICS.get(name)
    return textwrap.fill(title_of(name).heading + ARROWS[metric.better if metric else None], TITLE)


def _head(axes: "Axes", above: Sequence[Word], title: str) -> None:
    """The words at the marks, and over them the legend and the title."""
    for word in above:
        side = "right" if word.ends else "left"
        axes.text(word.place, 1.015 + ROW * word.row, word.text, transform=axes.transAxes, fontsize=7.5, color=DIM, ha=side)
    height = 1.0 + ROW * max((word.row + 1 for word in above), default=0)
    if axes.lines:
        legend(axes, 2, height)
    axes.set_title(title, loc="right", y=height)
