"""Field: what the generator makes of a grid of latents, and arrows along the gradient that it follows."""

import numpy as np

from tui_gan.contract.snapshot import Floats
from tui_gan.ui.draw import marks
from tui_gan.ui.draw.canvas import Glyphs
from tui_gan.ui.draw.palette import Look

# From the right, counterclockwise.
HEADS, SHAFTS = "→↗↑↖←↙↓↘", ("-", "/", "|", "\\")
PLAIN_HEADS = ">^^^<vvv"
# The longest arrow as a share of the smaller side, and in dots.
REACH, LEAST = 0.08, 6.0
# What starts or leads farther away, in dots and in full lengths, is no number.
FAR, LONG = 1e9, 1.01
# A picture so many dots high has room for all lines of a grid.
CROWDED = 400.0


def mesh(manifold: Floats, dots_wide: int, dots_high: int, nearness: float = 1.0) -> marks.Dots:
    """Lines through the neighbours in a grid of points, (rows, columns, 2) in dots; fewer of them where the picture is small or far."""
    every = max(1.0, CROWDED / (nearness * dots_high))
    rows, columns = (_some(count, every) for count in manifold.shape[:2])
    along, between = manifold[rows], manifold[:, columns]
    starts = np.concatenate([along[:, :-1].reshape(-1, 2), between[:-1].reshape(-1, 2)])
    ends = np.concatenate([along[:, 1:].reshape(-1, 2), between[1:].reshape(-1, 2)])
    return marks.segments(starts, ends, dots_wide, dots_high)


def _some(count: int, every: float) -> marks.Whole:
    """Every so manieth of `count` lines, the first and the last among them."""
    return np.unique(np.rint(np.linspace(0, count - 1, max(2, round(count / every)))).astype(np.int64))


def arrows(starts: Floats, directions: Floats, dots_wide: int, dots_high: int, look: Look) -> tuple[Glyphs, Glyphs]:
    """Arrows from `starts`, (n, 2) in dots, along `directions`, (n, 2) upward and at most 1 long; where many start, the longest is drawn.

    Returns:
        (rows, columns) code points of their shafts and of their heads, 0 where nothing is drawn.
    """
    reach = max(LEAST, REACH * min(dots_wide, dots_high))
    starts, directions = _apart(starts, directions, reach)
    ends = starts + directions * [reach, -reach]
    eighths = np.rint(np.arctan2(directions[:, 1], directions[:, 0]) / (np.pi / 4)).astype(np.int64) % 8
    if look.ascii_only:
        shafts = np.zeros((dots_high // 4, dots_wide // 2), dtype="<u4")
        for direction, letter in enumerate(SHAFTS):
            mine = eighths % 4 == direction
            line = marks.cells(marks.segments(starts[mine], ends[mine], dots_wide, dots_high), letter)
            shafts = np.where(line > 0, line, shafts)
    else:
        shafts = marks.cells(marks.segments(starts, ends, dots_wide, dots_high))
    heads = np.zeros_like(shafts)
    at = np.floor(ends / [2, 4]).astype(np.int64)
    inside = ((at >= 0) & (at < [dots_wide // 2, dots_high // 4])).all(axis=1)
    letters = np.array([ord(letter) for letter in look.pick(HEADS, PLAIN_HEADS)], dtype="<u4")
    heads[at[inside, 1], at[inside, 0]] = letters[eighths[inside]]
    return shafts, heads


def _apart(starts: Floats, directions: Floats, reach: float) -> tuple[Floats, Floats]:
    """The longest arrow of each square of half a reach, and none that is shorter than a dot, or no arrow at all."""
    lengths = np.hypot(directions[:, 0], directions[:, 1])
    known = (np.abs(starts) < FAR).all(axis=1) & (lengths * reach >= 1) & (lengths < LONG)
    starts, directions, lengths = starts[known], directions[known], lengths[known]
    order = np.argsort(-lengths, kind="stable")
    _, first = np.unique(np.floor(starts[order] / (reach / 2)), axis=0, return_index=True)
    return starts[order][first], directions[order][first]
