"""The bounded store of previews in a run directory, from which later pictures and animations are made."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from tui_gan.contract.outer import check_ordinary, printable
from tui_gan.session.atomic import replacing

CAPACITY = 256
# Every one of the first ALL steps is kept, and OCTAVE of those from a later power of two to the next.
ALL, OCTAVE = 64, 16
# The share of their spread by which numbers may be rounded.
FINEST = 1e-3


class Previews:
    """Files `step-00000500.safetensors`: at most CAPACITY evenly over the steps of the run, and `early` ones for good.

    Each holds the arrays that the observer of the run gives, numbers as float32 in units of the data, or as float64 where they lie so far
    from 0 that float32 could not tell them apart, images as uint8. When there
    are more than CAPACITY, every second one that is not early is deleted and the stride doubles. Which ones are kept depends on the
    step alone, so that a run that is resumed keeps the same ones.
    """

    def __init__(self, folder: Path, every: int, step: int = 0) -> None:
        """Open the store of a run that stands at `step`; previews of later steps, which will be trained again, are removed."""
        self.folder = folder
        self.stride = stride_at(step, every)
        folder.mkdir(exist_ok=True)
        self._remove(lambda kept: not self.due(kept))
        self.cut(step)

    def due(self, step: int) -> bool:
        """Whether a preview of this step is kept."""
        return step % self.stride == 0 or early(step)

    def add(self, step: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Write the preview of a step.

        Raises:
            OSError: it could not be written; nothing of it is left behind.
        """
        path = self.folder / f"step-{step:08}.safetensors"
        content = save({name: np.ascontiguousarray(array, _kept(array)) for name, array in arrays.items()})
        with replacing(path) as partial:
            partial.write_bytes(content)
        if stride_at(step, self.stride) > self.stride:
            self.stride = stride_at(step, self.stride)
            self._remove(lambda kept: not self.due(kept))

    def cut(self, step: int) -> None:
        """Remove the previews after `step`."""
        self._remove(lambda kept: kept > step)

    def _remove(self, unwanted: Callable[[int], bool]) -> None:
        for step, path in list(stored(self.folder)):
            if unwanted(step):
                path.unlink(missing_ok=True)


def early(step: int) -> bool:
    """Whether a step is kept for good: the first ALL, and then OCTAVE at equal distances from each power of two to the next.

    Most changes early. Up to step 1,500 these are 136, up to a million 287.
    """
    return step <= ALL or step % (2 ** (step.bit_length() - 1) // OCTAVE) == 0


def stride_at(step: int, every: int) -> int:
    """The stride at which at most CAPACITY previews of the steps 0 .. `step` are kept."""
    while step // every + 1 > CAPACITY:
        every *= 2
    return every


def stored(folder: Path) -> Iterator[tuple[int, Path]]:
    """The steps and files of a store, in order of steps."""
    return ((int(path.stem[5:]), path) for path in sorted(folder.glob("step-*.safetensors")) if path.stem[5:].isdecimal())


def read(path: Path) -> dict[str, NDArray[Any]]:
    """Read one preview; numbers become float64.

    Raises:
        OSError: it cannot be read.
        SafetensorError, KeyError, ValueError: it is not a whole preview.
    """
    check_ordinary(path)
    arrays = load(path.read_bytes())
    for name, array in arrays.items():
        if array.dtype not in (np.uint8, np.float32, np.float64):
            raise ValueError(f"{printable(name)} is of type {array.dtype}")
    # Of what is no number, some kinds are told by the processor when they change their size.
    with np.errstate(invalid="ignore"):
        return {name: array if array.dtype == np.uint8 else array.astype(np.float64) for name, array in arrays.items()}


def part(arrays: Mapping[str, NDArray[Any]], name: str, kind: type = np.float64) -> NDArray[Any]:
    """One array of a preview, which must be there, of this type, and not empty.

    Raises:
        KeyError, ValueError: it is not.
    """
    array = arrays[name]
    if array.dtype != kind or not array.size:
        raise ValueError(f"{name} holds {array.size} values of type {array.dtype}")
    return array


def _kept(array: NDArray[Any]) -> type:
    if array.dtype in (np.uint8, np.float32):
        return array.dtype.type
    numbers = array[np.isfinite(array)]
    if not numbers.size:
        return np.float32
    farthest = np.abs(numbers).max()
    told_apart = farthest * np.finfo(np.float32).eps <= FINEST * np.ptp(numbers)
    return np.float32 if told_apart and farthest < np.finfo(np.float32).max else np.float64
