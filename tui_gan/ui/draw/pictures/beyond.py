"""Beyond: how much of what is real and of what is generated lies outside of what is seen, and on which side."""

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tui_gan.contract.outside import Outside, percent
from tui_gan.contract.snapshot import Floats
from tui_gan.ui.draw import scale
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look

# From so many rows on the topmost is left to what reaches it.
ROOMY = 6
APART = 2


class Kind(NamedTuple):
    """Real or generated samples, by their name and ink, and what of them is not seen."""

    name: str
    outside: Outside
    ink: Ink


def narrowed(outside: Outside, edges: Floats, density: Floats, ends: tuple[float, float]) -> Outside:
    """What lies outside of a part of a histogram's range, by what lies outside of all of it and by its density."""
    if ends == (float(edges[0]), float(edges[-1])):
        return outside
    mass = np.concatenate([[0.0], np.cumsum(np.nan_to_num(density, posinf=0.0, neginf=0.0) * np.diff(edges))])
    below, above = np.interp(ends, edges, mass).tolist()
    return dataclasses.replace(outside, left=outside.left + below, right=outside.right + float(mass[-1]) - above)


def along(canvas: Canvas, kinds: Sequence[Kind], ends: tuple[float, float], look: Look) -> None:
    """Say over a line what lies to the left and to the right of it, a row for each kind, and below that what is not finite."""
    row = 1 if canvas.height >= ROOMY else 0
    for kind in kinds:
        left, right = _sides(kind, ends, canvas.width, look)
        if left or right:
            canvas.write(0, row, left, kind.ink)
            canvas.write(canvas.width - len(right), row, right, kind.ink)
            row += 1
    _unknown(canvas, kinds, row)


def around(canvas: Canvas, kinds: Sequence[Kind], look: Look) -> None:
    """Say at each side of a plane what lies beyond it, a row for each kind, and in the upper left corner what is not finite."""
    arrows = look.pick("◂▸▼▲", "<>v^")
    for number, kind in enumerate(kinds):
        middle = max(0, (canvas.height - len(kinds)) // 2) + number
        left, right, below, above = (
            _arrowed(share, arrow, arrow == arrows[1]) for share, arrow in zip(dataclasses.astuple(kind.outside), arrows, strict=False)
        )
        canvas.write(0, middle, left, kind.ink)
        canvas.write(canvas.width - len(right), middle, right, kind.ink)
        canvas.write((canvas.width - len(above)) // 2, number, above, kind.ink)
        canvas.write((canvas.width - len(below)) // 2, canvas.height - len(kinds) + number, below, kind.ink)
    _unknown(canvas, kinds, 0)


def up_to(times: float, look: Look) -> str:
    """How far a curve goes beyond the upper edge."""
    return f" up to {scale.short(times, 2)}{look.pick('×', 'x')} this height"


def _sides(kind: Kind, ends: tuple[float, float], columns: int, look: Look) -> tuple[str, str]:
    """The longest words for both sides that fit beside each other."""
    left, right = kind.outside.left, kind.outside.right
    low, high = (scale.short(end) for end in ends)
    before, after = look.pick("◂", "<"), look.pick("▸", ">")
    forms = (
        (f"{before} {percent(left)} of {kind.name} samples < {low}", f"{percent(right)} of {kind.name} samples > {high} {after}"),
        (f"{before} {percent(left)} of {kind.name} < {low}", f"{percent(right)} of {kind.name} > {high} {after}"),
        (f"{before} {percent(left)}", f"{percent(right)} {after}"),
    )
    for one, other in forms:
        sides = one if left > 0 else "", other if right > 0 else ""
        if sum(map(len, sides)) + APART <= columns:
            return sides
    return sides


def _arrowed(share: float, arrow: str, after: bool) -> str:
    if share <= 0:
        return ""
    return f"{percent(share)} {arrow}" if after else f"{arrow} {percent(share)}"


def _unknown(canvas: Canvas, kinds: Sequence[Kind], row: int) -> None:
    """What has no place anywhere."""
    for kind in kinds:
        if kind.outside.unknown > 0:
            text = f"{percent(kind.outside.unknown)} of {kind.name} samples not finite"
            canvas.write(0, row, text if len(text) <= canvas.width else f"{percent(kind.outside.unknown)} not finite", Ink.ERROR)
            row += 1
