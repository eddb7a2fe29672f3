"""Marks: areas in eighths of a cell, dots in Braille cells of 2 by 4, pixels in half cells; in ASCII, one letter a cell."""

import numpy as np
from numpy.typing import NDArray

from tui_gan.ui.draw.canvas import SPACE, Colours, Glyphs

Dots = NDArray[np.bool_]
Whole = NDArray[np.int64]
EIGHTHS = np.array([0, *range(0x2581, 0x2589)], dtype="<u4")
BRAILLE = 0x2800
TINY = 1e-6
BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint32)


def area(heights: NDArray[np.float64], rows: int, plain: str = "") -> Glyphs:
    """Columns filled from below.

    Args:
        heights: (columns,) height of each, as a share of the whole, 0 .. 1.
        plain: the ASCII letter to fill with, in whole cells; empty fills with eighths of a cell.

    Returns:
        (rows, columns) code points, 0 where nothing is drawn.
    """
    eighths = np.rint(np.nan_to_num(np.clip(heights, 0.0, 1.0)) * rows * 8).astype(np.int64)
    levels = np.clip(eighths[None, :] - 8 * np.arange(rows - 1, -1, -1)[:, None], 0, 8)
    if plain:
        return np.where(levels >= 4, np.uint32(ord(plain)), np.uint32(0)).astype("<u4")
    filled: Glyphs = EIGHTHS[levels]
    return filled


def line(heights: NDArray[np.float64], dots_high: int, dash: int = 0, gap_first: bool = False) -> Dots:
    """A line through one height for each column of dots; NaN breaks it.

    Args:
        heights: (dots_wide,) share of the height, 0 .. 1; what lies outside is not drawn.
        dash: length of the dashes and of the gaps between them, in dots; 0 draws it whole.
        gap_first: whether a gap comes first, so that two lines can lie in each other's gaps.

    Returns:
        (dots_high, dots_wide) where there is a dot.
    """
    known = np.isfinite(heights) & (heights >= 0.0) & (heights <= 1.0)
    rows = np.rint((1.0 - np.where(known, heights, 0.0)) * (dots_high - 1)).astype(np.int64)
    before = np.concatenate([rows[:1], rows[:-1]])
    joined = known & np.concatenate([known[:1], known[:-1]])
    before = np.where(joined, before, rows)
    top = np.where(before < rows, before + 1, rows)
    bottom = np.where(before > rows, before - 1, rows)
    grid = np.arange(dots_high)[:, None]
    dots: Dots = (grid >= top) & (grid <= bottom) & known
    if dash:
        dots &= (np.arange(heights.size) // dash) % 2 == int(gap_first)
    return dots


def scatter(columns: Whole, rows: Whole, dots_wide: int, dots_high: int) -> Dots:
    """Single dots; those outside the grid are left out."""
    dots = np.zeros((dots_high, dots_wide), dtype=np.bool_)
    inside = (columns >= 0) & (columns < dots_wide) & (rows >= 0) & (rows < dots_high)
    dots[rows[inside], columns[inside]] = True
    return dots


def segments(starts: NDArray[np.float64], ends: NDArray[np.float64], dots_wide: int, dots_high: int) -> Dots:
    """Straight lines from `starts` to `ends`, (n, 2) columns and rows of dots each, cut at the borders; NaN draws nothing."""
    with np.errstate(invalid="ignore", over="ignore"):
        vectors = ends - starts
        known = np.isfinite(vectors).all(axis=1)
        starts, vectors = starts[known], vectors[known]
        slopes = np.where(np.abs(vectors) < TINY, TINY, vectors)
        borders = (-starts / slopes, (np.array([dots_wide, dots_high]) - TINY - starts) / slopes)
    first = np.clip(np.minimum(*borders).max(axis=1, initial=0.0), 0.0, 1.0)
    last = np.clip(np.maximum(*borders).min(axis=1, initial=1.0), 0.0, 1.0)
    seen = (first < last) | (np.abs(vectors).max(axis=1, initial=0.0) < TINY)
    first, last, starts, vectors = first[seen], last[seen], starts[seen], vectors[seen]
    longest = float((np.abs(vectors).max(axis=1, initial=0.0) * (last - first)).max(initial=0.0))
    shares = first[:, None] + (last - first)[:, None] * np.linspace(0.0, 1.0, int(longest) + 2)
    places = np.floor(starts[:, None, :] + shares[..., None] * vectors[:, None, :]).astype(np.int64).reshape(-1, 2)
    return scatter(places[:, 0], places[:, 1], dots_wide, dots_high)


def cells(dots: Dots, plain: str = "") -> Glyphs:
    """Dots gathered into cells of 2 by 4: Braille, or one ASCII letter where a cell has a dot; 0 where it has none."""
    high, wide = dots.shape
    blocks = dots.reshape(high // 4, 4, wide // 2, 2)
    bits = np.einsum("rack,ak->rc", blocks.astype(np.uint32), BITS)
    code = np.uint32(ord(plain)) if plain else bits + np.uint32(BRAILLE)
    return np.where(bits > 0, code, np.uint32(0)).astype("<u4")


def halves(upper: Colours, lower: Colours) -> tuple[Glyphs, Colours, Colours]:
    """Cells for pairs of pixels: letters, their colours, their grounds; the darker one is the ground, so that pairs are fewer."""
    above, below = (part.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1]) for part in (upper, lower))
    lighter = above > below
    letters, grounds = np.where(lighter[..., None], upper, lower), np.where(lighter[..., None], lower, upper)
    glyphs = np.where(above == below, SPACE, np.where(lighter, ord("▀"), ord("▄")))
    return glyphs.astype("<u4"), letters, grounds


def empty(glyphs: Glyphs) -> Dots:
    """Where nothing but spaces is drawn."""
    blank: Dots = (glyphs == SPACE) | (glyphs == 0)
    return blank
