"""The sheet: everything that the screen of a sweep shows, as one drawing."""

import dataclasses
import math

import numpy as np

from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.sweep import Population, Stage, SweepState, quantiles
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.scale import short
from tui_gan.ui.draw.texts.words import Target, clock, footer
from tui_gan.ui.sweep import keys
from tui_gan.ui.sweep.heatmap import Place, colours, ends, heatmap, labelled, worded
from tui_gan.ui.sweep.multiples import Tiles, multiples, portrait_size
from tui_gan.ui.sweep.view import View, grid, others

BADGES: dict[Stage, tuple[str, str, str, Ink]] = {
    Stage.LOADING: ("◌", "...", "LOADING", Ink.BADGE_CALM),
    Stage.TRAINING: ("▶", ">", "TRAINING", Ink.BADGE_GOOD),
    Stage.PAUSED: ("‖", "||", "PAUSED", Ink.BADGE_WARNING),
    Stage.SAVING: ("◌", "...", "SAVING", Ink.BADGE_CALM),
    Stage.FINISHED: ("✔", "=", "FINISHED", Ink.BADGE_CALM),
    Stage.STOPPED: ("■", "#", "STOPPED", Ink.BADGE_CALM),
    Stage.FAILED: ("✖", "X", "FAILED", Ink.BADGE_ERROR),
}
NAMED = {
    "collapsed": "share of members whose samples show a mode collapse",
    "failed": "share of members with a loss or weight that is no finite number",
}
QUANTILES = {"low": "10th percentile", "median": "median", "high": "90th percentile"}
BAR, LEGEND = 20, 24


@dataclasses.dataclass(frozen=True)
class Sheet:
    """A drawing of the whole screen, and where it can be clicked: cells of the map, members of a cell, and keys."""

    canvas: Canvas
    cells: tuple[int, Place] | None
    members: tuple[int, Tiles] | None
    targets: tuple[Target, ...]


def sheet(state: SweepState, view: View, width: int, height: int, look: Look, note: str = "") -> Sheet:
    """Draw all of it; below the map, or in its place, the members of the cell at the cursor: the median and, in brackets, 10 to 90 %."""
    canvas, population = Canvas(width, height), state.population
    _header(canvas, state, look)
    _says(canvas, 1, view, population)
    cell = population.cell(view.places)
    low = max(3, height - 2)
    canvas.write(1, height - 2, note or state.note, Ink.WARNING if note else Ink.DIM)
    more, paused = bool(others(view, population)), state.stage is Stage.PAUSED
    line, targets = footer(keys.footer(view.member is not None, more, paused, look.ascii_only), width)
    canvas.paste(0, height - 1, line)
    clickable = tuple(dataclasses.replace(target, row=height - 1) for target in targets)
    if view.member is not None:
        _cell(canvas, 2, view, population, cell)
        inside, layout = multiples(population, cell, view.metric, view.member, width - 2, low - 5, look)
        canvas.paste(1, 5, inside)
        return Sheet(canvas, None, (5, layout), clickable)
    rows = 1 if view.down is None else len(population.axes[view.down].values)
    portrait = portrait_size(population)[0] + 3
    # The map takes what it needs of the room, and what is left shows the members.
    room = low - 5
    below = room - min(max(rows + 3, room // 2), room)
    below = below if below >= portrait else 0
    drawn, place = heatmap(population, view, width - 2, room - below, look)
    canvas.paste(1, 3, drawn)
    _legend(canvas, 2, view, population, look)
    used = 3 + min(room - below, 3 + len(place.rows) * place.height)
    _cell(canvas, used, view, population, cell)
    if below:
        inside, _ = multiples(population, cell, view.metric, None, width - 2, low - used - 2, look)
        canvas.paste(1, used + 2, inside)
    return Sheet(canvas, (3, dataclasses.replace(place, x=place.x + 1)), None, clickable)


def _header(canvas: Canvas, state: SweepState, look: Look) -> None:
    unicode, plain, word, ink = BADGES[state.stage]
    x = canvas.write(0, 0, f" {state.preset} ", Ink.TITLE)
    x = canvas.write(x, 0, f" {look.pick(unicode, plain)} {word} ", ink) + 2
    share = min(1.0, state.done / state.of) if state.of else 0.0
    filled = round(share * BAR)
    members = len(state.population.steps)
    rest = [f"{members:,} member{'s' * (members != 1)}", f"{share:.0%} of {state.steps:,} steps"]
    if state.stage is Stage.TRAINING:
        rest += [f"{short(state.speed)} member steps/s"] if state.speed else []
        rest += [f"{clock(state.left)} left"] if math.isfinite(state.left) else []
    for text in rest:
        if x + len(text) + 2 < canvas.width:
            x = canvas.write(x, 0, text, Ink.TEXT) + 2
    if x + BAR < canvas.width:
        canvas.write(x, 0, look.pick("█", "#") * filled, Ink.GOOD)
        canvas.write(x + filled, 0, look.pick("░", ".") * (BAR - filled), Ink.FAINT)


def _says(canvas: Canvas, y: int, view: View, population: Population) -> None:
    """What the colours show."""
    metric = population.metrics[view.metric]
    what = NAMED.get(view.statistic) or f"{QUANTILES.get(view.statistic, '')} of {metric} over the members that have not failed"
    canvas.write(1, y, what, Ink.BOLD)


def _legend(canvas: Canvas, y: int, view: View, population: Population, look: Look) -> None:
    """What the colours mean, from the lowest value to the highest; where the axes that are not drawn stand; and what the axes are."""
    values = grid(view, population)
    low, high, logarithmic = ends(values, view.statistic in ("collapsed", "failed"))
    x = 1
    if math.isfinite(low) and not (look.lettered or look.depth == 4) and high > low:
        x = canvas.write(x, y, worded(low, view.statistic), Ink.DIM) + 1
        ramp, legend = colours(np.linspace(0.0, 1.0, LEGEND)[None], look), Canvas(LEGEND, 1)
        legend.paint(ramp, ramp)
        canvas.paste(x, y, legend)
        x = canvas.write(x + LEGEND + 1, y, worded(high, view.statistic) + (", by its logarithm" if logarithmic else ""), Ink.DIM) + 2
    for other in others(view, population):
        text = f"{population.axes[other].name} {labelled(population.axes[other])[view.places[other]]}"
        x = canvas.write(x, y, f"[{text}]" if other == view.other else text, Ink.KEY if other == view.other else Ink.DIM) + 2
    for axis, where in ((view.across, "across"), (view.down, "upward")):
        if axis is not None and (name := population.axes[axis].name) in KNOBS:
            text = f"{where}: {KNOBS[name].help}"
            if x + len(text) < canvas.width:
                x = canvas.write(x, y, text, Ink.FAINT) + 2


def _cell(canvas: Canvas, y: int, view: View, population: Population, cell: slice) -> None:
    """Two lines: which members are in the cell, and their numbers."""
    varied = [(axis, place) for axis, place in zip(population.axes, view.places, strict=True) if len(axis.values) > 1]
    canvas.write(1, y, ", ".join(f"{axis.name} {labelled(axis)[place]}" for axis, place in varied) or "all members", Ink.TITLE)
    known = population.steps[cell] >= 0
    if not known.any():
        canvas.write(1, y + 1, "not measured yet", Ink.DIM)
        return
    count, collapsed, failed = int(known.sum()), int(population.collapsed[cell].sum()), int(population.failed[cell].sum())
    parts = [] if population.kind == "images" else [f"{collapsed} of {count} collapsed"]
    parts += [f"{failed} of {count} failed"] if failed or not parts else []
    low, median, high = quantiles(population.values[cell, view.metric][known & ~population.failed[cell]])
    if not math.isnan(median):
        parts.append(f"{population.metrics[view.metric]} {short(median)} ({short(low)} .. {short(high)})")
    why = "; no pictures, since those are drawn for the data of the first values" if population.elsewhere[cell].any() else ""
    canvas.write(1, y + 1, ", ".join(parts) + f" at step {int(population.steps[cell].max()):,}{why}", Ink.TEXT)
