"""Laid: pictures in sixels over cells that are blank for them, drawn again after whatever is written to these cells."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from textual.geometry import Region

from tui_gan.ui.answers import Answers
from tui_gan.ui.draw.raster import Raster
from tui_gan.ui.draw.sixel import BAND, Mask, sixel

# Pixels across and down that xterm takes at once.
LARGEST = 1000


class Place(NamedTuple):
    """A picture at its place on the screen, and which of its cells are covered by something else."""

    raster: Raster
    covered: Mask

    @property
    def region(self) -> Region:
        """Its cells."""
        return Region(self.raster.x, self.raster.y, self.raster.columns, self.raster.rows)

    def under(self, other: Region) -> "Place":
        """The same where something else covers what it has in common with it."""
        x, y, columns, rows = self.region.intersection(other).translate(-self.region.offset)
        covered = self.covered.copy()
        covered[y : y + rows, x : x + columns] = True
        return Place(self.raster, covered)

    def same(self, other: "Place | None") -> bool:
        """Whether the terminal would show the same."""
        return (
            other is not None
            and self.region == other.region
            and self.raster.same(other.raster)
            and bool((self.covered == other.covered).all())
        )


class Laid:
    """What the terminal shows over its cells, each picture under its number."""

    def __init__(self) -> None:
        self._places: dict[int, Place] = {}

    def laying(self, wanted: Mapping[int, Place], written: Sequence[Region], answers: Answers) -> str:
        """What draws the pictures that are new, moved, covered otherwise, or written over.

        Args:
            wanted: all that are to be seen.
            written: the cells that have been written to since the last time.
        """
        before, self._places = self._places, dict(wanted)
        new = [
            place
            for number, place in wanted.items()
            if not place.same(before.get(number)) or any(place.region.overlaps(each) for each in written)
        ]
        return "".join(drawn(place, answers) for place in new)

    def drop(self) -> None:
        """Know of none any more."""
        self._places.clear()


def drawn(place: Place, answers: Answers) -> str:
    """A picture at its place, in pieces that a terminal takes; the cursor stays where it is."""
    raster, covered = place
    wide, high = (max(1, LARGEST // pixels) for pixels in answers.cell)
    # A piece ends with a band, lest the next one begin below a gap.
    whole = BAND // math.gcd(BAND, answers.cell[1])
    high = max(whole, high // whole * whole)
    fine = raster.pixels.shape[1] // raster.columns, raster.pixels.shape[0] // raster.rows
    pieces = []
    for y in range(0, raster.rows, high):
        for x in range(0, raster.columns, wide):
            pixels = raster.pixels[y * fine[1] : (y + high) * fine[1], x * fine[0] : (x + wide) * fine[0]]
            piece = sixel(pixels, covered[y : y + high, x : x + wide], answers.cell, answers.colours)
            pieces.append(f"\x1b[{raster.y + y + 1};{raster.x + x + 1}H{piece}")
    return f"\x1b7{''.join(pieces)}\x1b8"
