"""Images of classes in rows: which image goes to which place of a grid, and what stands before each row."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from tui_gan.contract.snapshot import Bytes

# The longest name that stands before a row, and the fewest images that do a class justice.
LONGEST, FEWEST = 12, 2


@dataclasses.dataclass(frozen=True)
class Rows:
    """How the classes are arranged: in blocks beside each other, where there are more of them than rows.

    Attributes:
        gutter: the columns that names take before each block; 0 without names.
    """

    names: tuple[str, ...]
    rows: int
    blocks: int
    gutter: int

    def place_of(self, number: int) -> tuple[int, int, int]:
        """The block of a class, its first row there, and how many it has."""
        each = max(1, self.rows * self.blocks // len(self.names))
        block, row = divmod(number * each, self.rows // each * each)
        return block, row, each

    @property
    def shown(self) -> range:
        """The classes that there is room for."""
        return range(min(len(self.names), self.blocks * self.rows))

    def arranged(self, pictures: Bytes, of: Sequence[int], columns: int, evenly: bool = False) -> tuple[Bytes, list[tuple[int, int]]]:
        """Images (n, H, W, C) of classes `of`, (n,), for a grid of so many columns.

        Args:
            evenly: whether each class has one row, with images from its first to its last, and not its first ones.

        Returns:
            Those that are drawn, and the row and column of each; a class of few images leaves places empty.
        """
        across, numbers = columns // self.blocks, np.asarray(of)
        chosen: list[int] = []
        places: list[tuple[int, int]] = []
        for number in self.shown:
            block, row, each = self.place_of(number)
            every = np.flatnonzero(numbers == number)
            if evenly:
                every = every[np.rint(np.linspace(0, len(every) - 1, min(across, len(every)))).astype(int)]
            mine = every[: across * each].tolist()
            chosen += mine
            places += [(row + place // across, block * across + place % across) for place in range(len(mine))]
        return pictures[chosen], places


def arrangement(names: tuple[str, ...], rows: int, columns: int, blocks: int, named: bool) -> Rows:
    """The rows of so many classes in a grid whose blocks have room for FEWEST images of each."""
    return Rows(names, rows, max(1, min(blocks, columns // FEWEST)), gutter(names) if named else 0)


def gutter(names: Sequence[str]) -> int:
    """The columns that the names of classes take."""
    return min(LONGEST, max(map(len, names))) + 1 if names else 0
