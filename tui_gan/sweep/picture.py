"""The heat map of a sweep as a PNG file: how many members collapse, and the median of a metric, over two axes."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tui_gan.contract.axes import Axis, as_text
from tui_gan.contract.errors import UsageError
from tui_gan.sweep.results import Cell

# Rows of panels, one for each combination of the values of the other axes.
MOST = 12
SIZE, DOTS = 3.6, 150


def write(path: Path, cells: Sequence[Cell], axes: Sequence[Axis], metric: str) -> None:
    """Draw the share that collapsed, where it can be said, and the median of the metric over the two axes with the most values.

    Each combination of the other axes has a row of its own.

    Raises:
        UsageError: nothing varies, too much does, or matplotlib is not there.
        OSError: it could not be written.
    """
    varied = sorted((axis for axis in axes if len(axis.values) > 1), key=lambda axis: -len(axis.values))
    if not varied:
        raise UsageError("a heat map needs an axis with two values or more")
    across, down, others = varied[0], (varied[1] if len(varied) > 1 else None), varied[2:]
    rows = list(dict.fromkeys(tuple(repr(cell.values[axis.name]) for axis in others) for cell in cells))
    if len(rows) > MOST:
        raise UsageError(
            f"a heat map has at most {MOST} rows of panels, and the axes {', '.join(axis.name for axis in others)} make {len(rows)}"
        )
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise UsageError("PNG needs matplotlib: pip install 'tui-gan[pictures]'") from None
    said = any(cell.collapsed is not None for cell in cells)
    figure = Figure(figsize=((1 + said) * 1.2 * SIZE, SIZE * len(rows)), dpi=DOTS, layout="constrained")
    panels = figure.subplots(len(rows), 1 + said, squeeze=False)
    known = [cell.median for cell in cells if math.isfinite(cell.median)]
    # One scale for all panels, so that colours of two of them can be compared.
    span = (min(known), max(known)) if known else None
    for row, beside in zip(rows, panels, strict=True):
        members = [cell for cell in cells if tuple(repr(cell.values[axis.name]) for axis in others) == row]
        named = ", ".join(f"{axis.name} {as_text(members[0].values[axis.name])}" for axis in others)
        if said:
            shares = _grid(members, across, down, lambda cell: cell.collapsed / cell.members)
            _panel(figure, beside[0], shares, across, down, f"collapsed{named and f', {named}'}", "{:.0%}", (0.0, 1.0))
        medians = _grid(members, across, down, lambda cell: cell.median)
        _panel(figure, beside[-1], medians, across, down, f"median {metric}{named and f', {named}'}", "{:.3g}", span)
    figure.savefig(path)


def _grid(cells: Sequence[Cell], across: Axis, down: Axis | None, value: Any) -> list[list[float]]:
    by_values = {(repr(cell.values[across.name]), repr(cell.values[down.name]) if down else ""): value(cell) for cell in cells}
    rows = [repr(each) for each in down.values] if down else [""]
    return [[by_values.get((repr(each), row), math.nan) for each in across.values] for row in rows]


def _tick(value: object) -> str:
    return f"{value:.2g}" if isinstance(value, float) else as_text(value)


def _panel(
    figure: Any,
    panel: Any,
    grid: list[list[float]],
    across: Axis,
    down: Axis | None,
    title: str,
    form: str,
    limits: tuple[float, float] | None,
) -> None:
    low, high = limits or (None, None)
    image = panel.imshow(grid, cmap="viridis", vmin=low, vmax=high, aspect="auto", origin="lower")
    panel.set_title(title, fontsize=9)
    panel.set_xticks(range(len(across.values)), [_tick(each) for each in across.values], rotation=45, fontsize=7)
    panel.set_xlabel(across.name, fontsize=8)
    panel.set_yticks(range(len(grid)), [_tick(each) for each in down.values] if down else [""], fontsize=7)
    if down:
        panel.set_ylabel(down.name, fontsize=8)
    for y, line in enumerate(grid):
        for x, each in enumerate(line):
            if not math.isnan(each):
                # What is infinite has no colour, and stands on white.
                light = not math.isfinite(each) or image.norm(each) > 0.6
                panel.text(x, y, form.format(each), ha="center", va="center", fontsize=6, color="black" if light else "white")
    figure.colorbar(image, ax=panel)
