"""Layout: which panels a screen of a given size shows, and where."""

import itertools
from collections.abc import Callable, Sequence
from typing import Literal

from textual.geometry import Offset, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from tui_gan.contract.knobs import KNOBS
from tui_gan.ui.quiet import Quiet
from tui_gan.ui.views import VIEWS

Places = dict[str, Region]
Kind = Literal["line", "plane", "images"]
# The panels that have nothing to show for a kind of picture.
ABSENT: dict[Kind, tuple[str, ...]] = {"line": (), "plane": ("samples",), "images": ("samples", "layers")}
# Its share of the height, in percent, where losses are below it.
DISTRIBUTION: dict[Kind, int] = {"line": 54, "plane": 68, "images": 74}
# The rows that losses have at most, and those that they have where they have come to rest; rows of events of which there are few.
LOSSES, LOSSES_AT_REST, FEW_EVENTS = 14, 8, 5
KNOB_ROWS = len(KNOBS) + 2
ALL_ROWS = 50
SIDE = 32
SPEAKING = Quiet(events=False)
# From this width on a view has panels beside its own.
WIDE, BESIDE = 110, 40
# The fewest and the most rows of slow motion, its frame included, on a screen of more than so many.
STAGES, STAGES_FROM = (4, 8), 8


def places(
    width: int,
    height: int,
    maximised: str | None = None,
    advised: bool = False,
    failed: bool = False,
    kind: Kind = "line",
    view: str = "overview",
    slow: bool = False,
    quiet: Quiet = SPEAKING,
) -> Places:
    """Where each part of the screen goes; what is not named is not shown.

    Args:
        maximised: the panel that has all the room, if any.
        advised: a line is kept above the footer for advice.
        failed: the events, which hold the traceback, come first.
        kind: what the picture of the run shows; a plane and images need height more than a line does.
        view: a name in VIEWS.
        slow: a step is shown in slow motion, which takes a few rows at the bottom.
        quiet: which panels have little to say and leave their room to others.
    """
    regions: Places = {}
    if width < 1 or height < 1:
        return regions
    regions["header"] = Region(0, 0, width, 1)
    bottom = height
    if height >= 3:
        bottom -= 1
        regions["footer"] = Region(0, bottom, width, 1)
    if advised and height >= 4:
        bottom -= 1
        regions["advice"] = Region(0, bottom, width, 1)
    if slow and bottom > STAGES_FROM:
        rows = max(STAGES[0], min(STAGES[1], (bottom - 1) // 3))
        bottom -= rows
        regions["stages"] = Region(0, bottom, width, rows)
    body = Region(0, 1, width, bottom - 1)
    if body.height < 3 or body.width < 6:
        return regions
    if maximised:
        return regions | {maximised: body}
    panels = _body(body, failed, kind, quiet) if view == "overview" else _view(body, view, failed)
    return regions | panels


def _view(body: Region, view: str, failed: bool) -> Places:
    """A view's panel, and those beside it where there is room."""
    chosen = VIEWS[view]
    if failed:
        upper, lower = _down(body, body.height * 3 // 5) if body.height >= 14 else (body, None)
        return {chosen.panel: upper, "events": lower} if lower else {"events": body}
    if body.width < WIDE or body.height < KNOB_ROWS + 8:
        return {chosen.panel: body}
    left, right = _across(body, body.width - BESIDE)
    upper, lower = _down(right, right.height - KNOB_ROWS if "knobs" in chosen.beside else right.height // 2)
    names = sorted(chosen.beside, key=lambda name: name == "knobs")
    return {chosen.panel: left, names[0]: upper, names[1]: lower}


def _body(body: Region, failed: bool, kind: Kind, quiet: Quiet) -> Places:
    """The panels of a body that is comfortable, small, low, narrow, or tiny."""
    if body.width >= 100 and body.height >= 30:
        return _comfortable(body, kind, quiet)
    if body.width >= 70 and body.height >= 18:
        return _small(body, failed, kind, quiet)
    if failed:
        return {"events": body}
    if body.width >= 70 and body.height >= 8:
        left, right = _across(body, body.width * 3 // 5)
        return {"distribution": left, "losses": right}
    if body.height >= 30:
        upper, middle, lower = _down(body, (body.height - KNOB_ROWS) * 3 // 5, body.height - KNOB_ROWS)
        return {"distribution": upper, "losses": middle, "knobs": lower}
    if body.height >= 18:
        upper, lower = _down(body, body.height * 3 // 5)
        return {"distribution": upper, "losses": lower}
    return {"distribution": body}


def _comfortable(body: Region, kind: Kind, quiet: Quiet) -> Places:
    left, right = _across(body, body.width * (65 if kind == "images" else 60) // 100)
    below = min(left.height - left.height * DISTRIBUTION[kind] // 100, LOSSES_AT_REST if quiet.losses else LOSSES)
    distribution, losses = _down(left, left.height - below)
    panels = [name for name in ("samples", "predictions") if name not in ABSENT[kind]]
    if body.height < ALL_ROWS:
        panels = panels[:1]
    return {"distribution": distribution, "losses": losses} | _column(right, [*panels, "quality"], quiet)


def _column(region: Region, names: Sequence[str], quiet: Quiet) -> Places:
    """Some panels above each other, below them knobs and events; the rows that the knobs leave are shared out evenly."""
    room = region.height - KNOB_ROWS
    events = min(FEW_EVENTS, room // (len(names) + 1)) if quiet.events else room // (len(names) + 1)
    above = [(room - events) * number // len(names) for number in range(1, len(names) + 1)]
    parts = _down(region, *above, above[-1] + KNOB_ROWS)
    return dict(zip([*names, "knobs", "events"], parts, strict=True))


def _small(body: Region, failed: bool, kind: Kind, quiet: Quiet) -> Places:
    upper, lower = _down(body, body.height - max(KNOB_ROWS, body.height * 45 // 100))
    if failed:
        return {"distribution": upper, "events": lower}
    if kind != "line":
        left, right = _across(body, body.width - SIDE)
        if body.height >= KNOB_ROWS + 21:
            return {"distribution": left} | _column(right, ["losses", "predictions"], quiet)
        losses, knobs = _down(right, right.height - KNOB_ROWS)
        return {"distribution": left, "losses": losses, "knobs": knobs}
    if lower.height >= KNOB_ROWS + 7:
        lower, last = _down(lower, lower.height - 6)
        left, right = _across(lower, body.width - 30)
        return {"distribution": upper, "losses": left, "knobs": right, "events": last}
    left, right = _across(lower, body.width - 30)
    return {"distribution": upper, "losses": left, "knobs": right}


def _down(region: Region, *cuts: int) -> list[Region]:
    """Cut a region into layers at rows counted from its top."""
    ends = [0, *cuts, region.height]
    return [Region(region.x, region.y + top, region.width, low - top) for top, low in itertools.pairwise(ends)]


def _across(region: Region, cut: int) -> tuple[Region, Region]:
    """Cut a region in two at a column counted from its left."""
    return (
        Region(region.x, region.y, cut, region.height),
        Region(region.x + cut, region.y, region.width - cut, region.height),
    )


class PlacedLayout(Layout):
    """A Textual layout that asks a function where each widget goes, by its id."""

    name = "placed"

    def __init__(self, placed: Callable[[Size], Places]) -> None:
        self._placed = placed

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        """Place the widgets that have a place."""
        regions = self._placed(size)
        return [WidgetPlacement(regions[child.id], Offset(), Spacing(), child) for child in children if child.id in regions]
