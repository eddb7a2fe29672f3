"""Readers of the user's numbers: what is written is what is read, and one line for whatever cannot be learned from."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_gan.contract.errors import UsageError
from tui_gan.data.tables import READERS, read_finite, read_table, sha256

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def npy(array: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npy_claiming(header: str) -> bytes:
    """A NPY file whose header says anything at all, followed by sixteen bytes."""
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + bytes(16)


def zipped() -> bytes:
    file = io.BytesIO()
    np.savez(file, np.arange(3.0))
    return file.getvalue()


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    def write(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


GOOD = {
    "plain.csv": "1\n2\n4\n",
    "no-last-newline.csv": "1\n2\n4",
    "header.csv": "height\n1\n2\n4\n",
    "quoted-header.csv": '"height (cm)"\n1\n2\n4\n',
    "comments.csv": "# measured in May\n1 # first\n2\n#\n4\n",
    "comment-then-header.csv": "# measured in May\nheight\n1\n2\n4\n",
    "bom.csv": b"\xef\xbb\xbf1\n2\n4\n",
    "bom-and-header.csv": b"\xef\xbb\xbfheight\n1\n2\n4\n",
    "blank-lines.csv": "\n1\n\n   \n2\n4\n\n\n",
    "windows.csv": "height\r\n1\r\n2\r\n4\r\n",
    "spaces.csv": "  1\n 2  \n4\n",
    "exponents.csv": "1e0\n2.0E+00\n+4.\n",
    "UPPER.CSV": "1\n2\n4\n",
    "plain.txt": "1\n2\n4\n",
    "header.txt": "height\n1\n2\n4\n",
    "tabs.txt": "\t1\n\t2\n4\t\n",
    "flat.npy": npy(np.array([1.0, 2.0, 4.0])),
    "column.npy": npy(np.array([[1.0], [2.0], [4.0]])),
    "int.npy": npy(np.array([1, 2, 4])),
    "uint8.npy": npy(np.array([1, 2, 4], dtype=np.uint8)),
    "float32.npy": npy(np.array([1, 2, 4], dtype=np.float32)),
    "big-endian.npy": npy(np.array([1, 2, 4], dtype=">f8")),
    "fortran.npy": npy(np.asfortranarray([[1.0], [2.0], [4.0]])),
    "UPPER.NPY": npy(np.array([1.0, 2.0, 4.0])),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_input_is_read(name: str, written: Callable[..., Path]) -> None:
    table = read_table(written(name, GOOD[name]), columns=1)
    assert table.tolist() == [[1.0], [2.0], [4.0]]
    assert table.dtype == np.float64


BAD = {
    "empty.csv": ("", ["empty"]),
    "blank.csv": ("\n\n", ["empty"]),
    "header-alone.csv": ("height\n", ["empty"]),
    "comments-alone.csv": ("# nothing\n", ["empty"]),
    "empty.txt": ("", ["empty"]),
    "empty.npy": (b"", ["empty"]),
    "no-rows.npy": (npy(np.zeros(0)), []),
    "no-columns.npy": (npy(np.zeros((3, 0))), []),
    "ragged.csv": ("1\n2\n3,4\n5\n", ["line 3", "2 columns", "have 1"]),
    "ragged.txt": ("x\n1\n2\n3 4\n", ["line 4", "2 columns"]),
    "word.csv": ("1\n2\ntwo\n", ["line 3", "'two'", "not a number"]),
    "word-after-header.csv": ("# c\nheight\n1\n\nx\n", ["line 5", "'x'"]),
    "second-header.csv": ("a\nb\n1\n2\n", ["line 2", "'b'"]),
    "decimal-comma.csv": ("1;5\n2;5\n", ["line 2", "'2;5'"]),
    "trailing-comma.csv": ("1,\n2,\n", ["line 1", "''"]),
    "underscore.csv": ("1\n1_000\n2\n", ["line 2", "'1_000'"]),
    "complex.csv": ("1\n2j\n", ["line 2", "'2j'"]),
    "nan.csv": ("1\nnan\n2\n", ["line 2", "finite"]),
    "nan-first.csv": ("nan\n1\n2\n", ["line 1", "finite"]),
    "inf.txt": ("1\n2\n-inf\n", ["line 3", "finite"]),
    "overflow.csv": ("1\n1e999\n", ["line 2", "finite"]),
    "nan.npy": (npy(np.array([1.0, np.nan, 2.0])), ["row 2", "finite"]),
    "inf.npy": (npy(np.array([1.0, 2.0, np.inf])), ["row 3", "finite"]),
    "constant.csv": ("3\n3\n3\n", ["constant (3)"]),
    "one-number.csv": ("3\n", ["one row"]),
    "constant.npy": (npy(np.full(5, 0.25)), ["constant (0.25)"]),
    "two-columns.csv": ("1,2\n3,4\n", ["2 columns", "learns from 1"]),
    "two-columns.txt": ("1 2\n3 4\n", ["2 columns", "learns from 1"]),
    "two-columns.npy": (npy(np.ones((3, 2))), ["2 columns", "learns from 1"]),
    "garbage.csv": (bytes(range(256)) * 4, ["UTF-8"]),
    "garbage.txt": (b"\x00\x01\x02" * 50, []),
    "utf16.csv": ("1\n2\n".encode("utf-16"), ["UTF-8"]),
    "garbage.npy": (bytes(range(256)) * 4, []),
    "text.npy": ("1\n2\n3\n", []),
    "objects.npy": (npy(np.array([1, "a", None], dtype=object), allow_pickle=True), []),
    "strings.npy": (npy(np.array(["1", "2"])), ["real numbers"]),
    "complex.npy": (npy(np.array([1j, 2.0])), ["real numbers"]),
    "booleans.npy": (npy(np.array([True, False])), ["real numbers"]),
    "fields.npy": (npy(np.zeros(3, dtype=[("a", "f8")])), ["real numbers"]),
    "scalar.npy": (npy(np.float64(3)), ["shape ()"]),
    "cube.npy": (npy(np.ones((2, 2, 2))), ["shape (2, 2, 2)"]),
    "archive.npy": (zipped(), []),
    "truncated.npy": (npy(np.arange(100.0))[:-8], []),
    "cut-header.npy": (npy(np.arange(100.0))[:40], []),
    "terabytes.npy": (npy_claiming("{'descr': '<f8', 'fortran_order': False, 'shape': (500000000000,), }"), []),
    "overflowing.npy": (npy_claiming(f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({2**62}, 8), }}"), []),
    "negative.npy": (npy_claiming("{'descr': '<f8', 'fortran_order': False, 'shape': (-2,), }"), []),
    "code.npy": (npy_claiming("__import__('os').system('true')"), []),
    "long-header.npy": (b"\x93NUMPY\x01\x00\x60\xea" + b"{" * 60_000, []),
    "huge.csv": ("1e300\n-1e300\n", ["too large", "scale"]),
    "huge.npy": (npy(np.array([1e200, 0, -1e200])), ["too large"]),
    "no-spread-at-all.csv": ("1e-300\n2e-300\n", ["shift or scale"]),
    "no-spread.csv": ("1e16\n10000000000000002\n", ["shift or scale"]),
    "numbers.parquet": ("1\n2\n", ["'.parquet'", "known: .csv, .txt, .npy"]),
    "numbers": ("1\n2\n", ["known: .csv, .txt, .npy"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_in_one_line_that_names_the_file(name: str, written: Callable[..., Path]) -> None:
    content, parts = BAD[name]
    path = written(name, content)
    with pytest.raises(UsageError) as caught:
        read_table(path, columns=1)
    text = str(caught.value)
    assert "\n" not in text
    assert [part for part in [str(path), *parts] if part not in text] == []
    assert len(text) < len(str(path)) + 300


@pytest.mark.parametrize("suffix", READERS)
def test_a_missing_file_and_a_directory_are_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{suffix}"
    with pytest.raises(UsageError, match="No such file"):
        read_table(path, 1)
    path.mkdir()
    with pytest.raises(UsageError, match="is a directory"):
        read_table(path, 1)


@pytest.mark.parametrize("suffix", READERS)
def test_a_file_without_permission_is_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{suffix}"
    path.write_text("1\n2\n")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(UsageError, match="Permission denied"):
        read_table(path, 1)


@given(values=st.lists(FINITE, min_size=1, max_size=30), separator=st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_what_is_written_as_text_is_what_is_read(values: list[float], separator: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    for suffix in (".csv", ".txt"):
        path = tmp_path_factory.getbasetemp() / f"numbers{suffix}"
        path.write_bytes(separator.join(map(repr, values)).encode())
        assert read_finite(path, columns=1)[:, 0].tolist() == values


@given(rows=st.lists(st.tuples(FINITE, FINITE, FINITE), min_size=1, max_size=10))
def test_columns_keep_their_places(rows: list[tuple[float, ...]], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "columns.csv"
    path.write_text("a, b, c\n" + "".join(", ".join(map(repr, row)) + "\n" for row in rows))
    assert [tuple(row) for row in read_finite(path, columns=3).tolist()] == rows


@given(values=st.lists(FINITE, min_size=1, max_size=30), shape=st.sampled_from([(-1,), (-1, 1)]))
def test_what_is_saved_as_npy_is_what_is_read(
    values: list[float], shape: tuple[int, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "numbers.npy"
    path.write_bytes(npy(np.array(values).reshape(shape)))
    assert read_finite(path, columns=1)[:, 0].tolist() == values


@given(content=st.binary(max_size=200))
@pytest.mark.parametrize("suffix", READERS)
def test_any_bytes_are_read_or_refused(suffix: str, content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(content)
    refusal = ""
    try:
        table = read_table(path, columns=1)
    except UsageError as error:
        refusal = str(error)
    assert "\n" not in refusal
    assert refusal or np.isfinite(table).all()


def test_the_array_read_does_not_hang_on_the_file(written: Callable[..., Path]) -> None:
    path = written("x.npy", npy(np.array([1.0, 2.0])))
    table = read_table(path, 1)
    path.write_bytes(npy(np.array([8.0, 9.0])))
    assert table[:, 0].tolist() == [1.0, 2.0]


def test_the_checksum_is_sha256(written: Callable[..., Path]) -> None:
    assert sha256(written("x", b"abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
