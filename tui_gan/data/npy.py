"""NPY: its header is read and held against the file before anything of it is mapped or allocated."""

import ast
import math
import os
import re
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.errors import UsageError
from tui_gan.contract.outer import check_ordinary, printable

MAGIC = b"\x93NUMPY"
# How many bytes the length of the header takes, by version.
LENGTHS = {(1, 0): 2, (2, 0): 4, (3, 0): 4}
# Longest header, as NumPy has it, and most dimensions, as its older versions have it.
LONGEST, MOST_DIMENSIONS = 10_000, 32
# Bytes that are read at once.
PIECE = 1 << 24
# Characters of a header that a message shows.
SHOWN = 60
# Numbers of one kind, whose items have a size: booleans, whole numbers, floats and complex ones.
NUMBERS = re.compile(r"[<>=|]?(b1|[iu][1248]|f(2|4|8|12|16)|c(8|16|24|32))")
# How Python 2 wrote whole numbers.
LONG = re.compile(r"(\d)L\b")


class Header(NamedTuple):
    """What a header says: the shape, whether the first index changes fastest, the items, and where they begin."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]
    start: int

    @property
    def order(self) -> Literal["C", "F"]:
        """The order of the items, as NumPy calls it."""
        return "F" if self.fortran else "C"

    @property
    def claimed(self) -> int:
        """Bytes that the items take."""
        return math.prod(self.shape) * self.dtype.itemsize


def mapped(path: Path, what: str) -> NDArray[Any]:
    """Map the numbers of a file, read-only.

    Args:
        what: what the file should hold, for the error on an empty one.

    Raises:
        OSError: the system refuses it, or it is no ordinary file.
        UsageError: it is no NPY file of numbers as long as its header says.
    """
    check_ordinary(path)
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if not size:
            raise UsageError(f"{path} is empty; it should hold {what}")
        header = read_header(file, str(path))
    held = size - header.start
    if header.claimed != held:
        raise UsageError(f"{path} is damaged: its header claims {header.claimed:,} bytes of numbers, and {held:,} follow")
    if not header.claimed:
        return np.empty(header.shape, header.dtype)
    return np.memmap(path, header.dtype, "r", header.start, header.shape, header.order)


def read(file: IO[bytes], header: Header) -> NDArray[Any]:
    """Read the numbers behind a header whose claim has been held against the file.

    Raises:
        EOFError: the file is shorter.
    """
    values = np.empty(math.prod(header.shape), header.dtype)
    room = values.view(np.uint8)
    filled = 0
    while filled < len(room):
        part = np.frombuffer(file.read(min(len(room) - filled, PIECE)), np.uint8)
        if not len(part):
            raise EOFError(f"{len(room):,} bytes of numbers should follow its header, and {filled:,} do")
        room[filled : filled + len(part)] = part
        filled += len(part)
    return values.reshape(header.shape, order=header.order)


def read_header(file: IO[bytes], what: str) -> Header:
    """Read the header at the beginning of a file.

    Args:
        what: names the file in errors.

    Raises:
        UsageError: it is no header of an array of numbers that memory could address.
    """
    magic = file.read(8)
    if magic[:6] != MAGIC:
        raise UsageError(f"{what} is not a NPY file: it does not begin with \\x93NUMPY")
    length_bytes = LENGTHS.get((magic[6], magic[7])) if len(magic) == 8 else None
    if length_bytes is None:
        raise UsageError(
            f"{what} is not a NPY file that can be read: versions 1.0, 2.0 and 3.0 are known, not {'.'.join(map(str, magic[6:]))}"
        )
    length = int.from_bytes(file.read(length_bytes), "little")
    if length > LONGEST:
        raise UsageError(
            f"{what} is damaged: its header claims to be {length:,} bytes long; arrays of numbers need no more than {LONGEST:,}"
        )
    text = file.read(length)
    if len(text) < length:
        raise UsageError(f"{what} is cut short within its header")
    shape, fortran, dtype = _parsed(text.decode("latin-1"), what)
    return Header(shape, fortran, dtype, len(magic) + length_bytes + length)


def _parsed(text: str, what: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    try:
        # Literals alone: nothing in them is run.
        table = ast.literal_eval(LONG.sub(r"\1", text).strip())
        fields = table["descr"], table["fortran_order"], table["shape"]
    except (SyntaxError, ValueError, TypeError, KeyError, IndexError, RecursionError, MemoryError):
        wanted = "a table of descr, fortran_order and shape"
        raise UsageError(f"{what} is not a NPY file that can be read: its header should be {wanted}, and is {_shortened(text)}") from None
    descr, fortran, shape = fields
    if descr == "|O" or "'|O'" in repr(descr):
        raise UsageError(f"{what} holds Python objects, which are never loaded; save an array of numbers")
    if not isinstance(descr, str) or not NUMBERS.fullmatch(descr):
        raise UsageError(f"{what} does not hold real numbers: its header says that its items are {_shortened(repr(descr))}")
    if type(fortran) is not bool:
        raise UsageError(
            f"{what} is damaged: its header says {_shortened(repr(fortran))} where the order of the items should be True or False"
        )
    # True is a whole number to Python.
    if not isinstance(shape, tuple) or len(shape) > MOST_DIMENSIONS or any(type(size) is not int or size < 0 for size in shape):
        raise UsageError(f"{what} is damaged: its header claims the shape {_shortened(repr(shape))}")
    try:
        dtype = np.dtype(descr)
    except TypeError:
        raise UsageError(f"{what} holds numbers of the kind {descr}, which this machine does not know") from None
    # What NumPy multiplies leaves out the sizes of 0.
    if math.prod(size or 1 for size in shape) * dtype.itemsize >= 2**63:
        raise UsageError(f"{what} is damaged: its header claims the shape {_shortened(str(shape))}, more than any memory has")
    return shape, fortran, dtype


def _shortened(text: str) -> str:
    return printable(text if len(text) <= SHOWN else f"{text[:SHOWN]} ...")
