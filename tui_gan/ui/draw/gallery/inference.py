"""Latent space beside data space: the codes E(x) of real samples x, and where G takes them, in the same colours."""

import colorsys

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.snapshot import Floats, Plane2D
from tui_gan.ui.draw import marks
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look, triplet
from tui_gan.ui.draw.pictures.plane import window

Whole = NDArray[np.int64]
# Directions from the middle of the data that have a colour each, and letters where there are no colours.
SECTORS = 12
LETTERS = "abcdefghijkl"
# From this width on both spaces stand beside each other.
BESIDE = 40
# The share of codes that the latent space is drawn for.
WITHIN = 0.99


def spaces(picture: Plane2D, codes: Floats, real: Floats, again: Floats, width: int, height: int, look: Look) -> Canvas:
    """Draw codes (n, 2) at the left, and at the right real points (n, 2) with a line from each to its reconstruction (n, 2)."""
    canvas, top = Canvas(width, height), 1 if height >= 4 else 0
    left = (width - 1) // 2 if width >= BESIDE else 0
    sector = _sectors(real)
    if left:
        canvas.paste(0, top, _codes(codes, sector, left, height - top, look))
        canvas.write(0, 0, "latent space, E(x)", Ink.DISCRIMINATOR)
    start = left + 1 if left else 0
    canvas.paste(start, top, _data(picture, real, again, sector, width - start, height - top, look))
    canvas.write(start, 0, "data space, x to G(E(x))"[: width - start] if top else "", Ink.REAL)
    return canvas


def _sectors(points: Floats) -> Whole:
    """The direction in which each point lies from their middle, 0 .. SECTORS - 1."""
    apart = points - points.mean(0)
    turns = np.arctan2(apart[:, 1], apart[:, 0]) / (2 * np.pi) % 1
    sectors: Whole = (np.nan_to_num(turns) * SECTORS).astype(np.int64) % SECTORS
    return sectors


def _codes(codes: Floats, sector: Whole, width: int, height: int, look: Look) -> Canvas:
    canvas = Canvas(width, height)
    known = np.isfinite(codes).all(1)
    if not known.any():
        return canvas
    reach = max(1e-9, float(np.quantile(np.abs(codes[known]), WITHIN)))
    wide, high = 2 * width, 4 * height
    places = np.stack(((codes[:, 0] / reach + 1) / 2 * wide, (1 - codes[:, 1] / reach) / 2 * high), 1)
    _dots(canvas, places, None, sector, 0, 0, (width, height), look)
    return canvas


def _data(picture: Plane2D, real: Floats, again: Floats, sector: Whole, width: int, height: int, look: Look) -> Canvas:
    canvas = Canvas(width, height)
    seen = window(picture, width, height)
    if seen is not None:
        _dots(canvas, seen.dots(real), seen.dots(again), sector, seen.x, seen.y, (seen.columns, seen.rows), look)
    return canvas


def _dots(canvas: Canvas, places: Floats, ends: Floats | None, sector: Whole, x: int, y: int, size: tuple[int, int], look: Look) -> None:
    """Points, or lines from them to others, in the colours of their sectors."""
    columns, rows = size
    for number in range(SECTORS):
        mine = (sector == number) & np.isfinite(places).all(1)
        if ends is None:
            at = np.floor(places[mine]).astype(np.int64)
            dots = marks.scatter(at[:, 0], at[:, 1], 2 * columns, 4 * rows)
        else:
            dots = marks.segments(places[mine], ends[mine], 2 * columns, 4 * rows)
        plain = LETTERS[number] if look.ascii_only or look.colourless or look.depth == 4 else ""
        glyphs = marks.cells(dots, plain)
        canvas.lay(glyphs, Ink.TEXT, x, y)
        if not plain:
            _paint(canvas, glyphs > 0, number, x, y, look)


def _paint(canvas: Canvas, where: NDArray[np.bool_], number: int, x: int, y: int, look: Look) -> None:
    light, saturation = (0.65, 0.75) if look.palette.dark else (0.4, 0.8)
    red, green, blue = colorsys.hls_to_rgb(number / SECTORS, light, saturation)
    letters = np.array([round(255 * part) for part in (red, green, blue)], dtype=np.uint8)
    ground = np.array(triplet(look.palette.ground), dtype=np.uint8)
    for row, column in np.argwhere(where).tolist():
        canvas.paint(letters[None, None], ground[None, None], x + column, y + row)
