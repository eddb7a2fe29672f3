"""The one reader of NPY: whatever a header says is held against the file before anything of it is mapped or allocated."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import fuzz
from tests.data.making import npy, refusal
from tui_gan.data.images import read_images
from tui_gan.data.levels import Levels
from tui_gan.data.npy import mapped
from tui_gan.data.samples import read_image_samples
from tui_gan.data.tables import read_finite

HELD = 64
PLAIN = "{'descr': '<f8', 'fortran_order': False, 'shape': (8,), }"


def headed(text: str, version: tuple[int, int] = (1, 0), length: int | None = None, held: int = HELD) -> bytes:
    """A NPY file whose header is `text`, followed by so many bytes."""
    content = text.encode()
    said = len(content) if length is None else length
    return b"\x93NUMPY" + bytes(version) + said.to_bytes(2 if version == (1, 0) else 4, "little") + content + bytes(held)


def claiming(descr: str = "'<f8'", fortran: str = "False", shape: str = "(8,)") -> bytes:
    return headed(f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}")


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)], ids=str)
@pytest.mark.parametrize(
    "text", [PLAIN, PLAIN + "   \n", PLAIN.replace("(8,)", "(8L,)"), "{'shape':(8,),'fortran_order':False,'descr':'<f8'}"]
)
def test_every_version_and_spelling_of_a_header_is_read(version: tuple[int, int], text: str, tmp_path: Path) -> None:
    (tmp_path / "x.npy").write_bytes(headed(text, version, held=0) + np.arange(8.0).tobytes())
    assert mapped(tmp_path / "x.npy", "numbers").tolist() == list(range(8))


@pytest.mark.parametrize("dtype", ["<f8", ">f8", "<f4", ">f2", "|u1", "|i1", "<i2", ">u4", "<i8", "|b1", "<c16", "f16"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_what_numpy_saves_is_what_is_mapped(dtype: str, order: Any, tmp_path: Path) -> None:
    array = np.asarray(np.arange(24).reshape(2, 3, 4), dtype, order)
    (tmp_path / "x.npy").write_bytes(npy(array))
    found = mapped(tmp_path / "x.npy", "numbers")
    assert found.dtype == array.dtype
    assert np.array_equal(found, array)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (0, 2**40)], ids=str)
def test_an_array_of_nothing_is_read(shape: tuple[int, ...], tmp_path: Path) -> None:
    (tmp_path / "x.npy").write_bytes(headed(PLAIN.replace("(8,)", str(shape)), held=0))
    assert mapped(tmp_path / "x.npy", "numbers").shape == shape


DAMAGED = {
    "no-size": (claiming("'|V0'"), "|V0"),
    "no-size-text": (claiming("'<U0'", shape="(9223372036854775807,)"), "<U0"),
    "no-size-field": (claiming("[('a', '<f8', (0,))]"), "real numbers"),
    "void": (claiming("'|V8'", "[]", "(5, 5, 5, )"), "|V8"),
    "times": (claiming("'<m8[s]'", "True", "(True,)"), "<m8[s]"),
    "comma": (claiming("',f8'"), ",f8"),
    "truth-in-shape": (claiming("'<i8'", shape="(True,)"), "claims the shape (True,)"),
    "list-in-shape": (claiming(shape="[8]"), "claims the shape [8]"),
    "float-in-shape": (claiming(shape="(8.0,)"), "claims the shape"),
    "negative": (claiming(shape="(-8,)"), "claims the shape (-8,)"),
    "two-negatives": (claiming(shape="(-2, -4)"), "claims the shape"),
    "overflow": (claiming(shape="(4611686018427387904, 4)"), "more than any memory"),
    "overflow-beside-none": (claiming(shape="(0, 4611686018427387904, 4)"), "more than any memory"),
    "wrapped": (claiming(shape="(2305843009213693953, 8)"), "more than any memory"),
    "dimensions": (claiming(shape=str((1,) * 33)), "claims the shape"),
    "order": (claiming(fortran="0"), "True or False"),
    "shorter": (claiming(shape="(7,)"), "claims 56 bytes of numbers, and 64 follow"),
    "longer": (claiming(shape="(9,)"), "claims 72 bytes of numbers, and 64 follow"),
    "terabytes": (claiming(shape="(500000000000,)"), "64 follow"),
    "objects": (claiming("'|O'"), "never loaded"),
    "object-fields": (claiming("[('a', '|O')]"), "never loaded"),
    "unknown-width": (claiming("'<f3'"), "<f3"),
    "no-key": (headed("{'descr': '<f8', 'shape': (8,)}"), "its header should be"),
    "no-table": (headed("[8]"), "its header should be"),
    "call": (headed("__import__('os').system('true')"), "its header should be"),
    "unended": (headed("{'descr': ("), "its header should be"),
    "indented": (headed(" \n   {'descr': '<f8'\n  , 8"), "its header should be"),
    "deep": (headed("(" * 5000), "its header should be"),
    "deeper": (headed("-" * 9000 + "1"), "its header should be"),
    "digits": (headed("{'descr': '<f8', 'fortran_order': False, 'shape': (" + "9" * 5000 + ",)}"), "its header should be"),
    "nul": (headed("{'descr': '<f8\0'}"), "its header should be"),
    "long": (headed(PLAIN + " " * 20_000), "claims to be 20,057 bytes long"),
    "claimed-long": (headed(PLAIN, (2, 0), 2**32 - 1), "claims to be 4,294,967,295 bytes long"),
    "cut": (headed(PLAIN, length=500, held=0), "cut short within its header"),
    "version": (headed(PLAIN, (9, 9)), "not 9.9"),
    "cut-version": (b"\x93NUMPY\x01", "not 1"),
    "other": (b"PK\x03\x04", "not a NPY file"),
    "empty": (b"", "is empty; it should hold numbers"),
}
READ: dict[str, Callable[[Path], object]] = {
    "table": lambda path: read_finite(path, 1),
    "images": lambda path: read_images(path, None, None),
    "levels": lambda path: read_images(path, None, None, Levels(-3, 4)),
    "samples": lambda path: read_image_samples(path, (1, 4, 5)),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_header_is_refused_with_what_is_wrong(name: str, tmp_path: Path) -> None:
    content, part = DAMAGED[name]
    path = tmp_path / "x.npy"
    path.write_bytes(content)
    said = refusal(lambda: mapped(path, "numbers"))
    assert str(path) in said
    assert part in said
    assert len(said) < len(str(path)) + 300


@pytest.mark.parametrize("reader", READ)
def test_every_reader_of_arrays_refuses_damaged_headers(reader: str, tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    for content, _ in DAMAGED.values():
        path.write_bytes(content)
        assert str(path) in refusal(lambda: READ[reader](path))


WHOLE = {
    "table": (np.arange(9.0), np.arange(6).reshape(6, 1), np.asfortranarray(np.arange(5, dtype=">f4")[:, None])),
    "images": (np.zeros((4, 3, 3), np.uint8), np.linspace(0, 1, 96).reshape(2, 3, 4, 4), np.zeros((3, 2, 2, 1), ">f2")),
    "levels": (np.zeros((3, 2, 2), "<i4"), np.ones((3, 2, 2), "f16"), np.ones((3, 2, 2), "|b1"), np.ones((3, 2, 2), ">f4")),
    "samples": (np.zeros((3, 4, 5)), np.linspace(0, 1, 40, dtype=np.float32).reshape(2, 20), np.ones((1, 1, 4, 5), ">f2")),
}
ITEMS = (b"'|V0'", b"'<U0'", b"'|O'", b"'<c16'", b"(True,)", b"(-1,)", b"(0,)", b"()", b"L", b"\x02\x00", b"\x03\x00")


@pytest.mark.parametrize("count", fuzz.counts(300))
@pytest.mark.parametrize("reader", READ)
def test_damaged_arrays_are_read_or_refused(reader: str, count: int, tmp_path: Path) -> None:
    read = fuzz.through(tmp_path / "x.npy", READ[reader])
    tally = fuzz.check(read, [npy(array) for array in WHOLE[reader]], count, pieces=(*fuzz.PIECES, *ITEMS))
    assert min(tally) > count / 50
