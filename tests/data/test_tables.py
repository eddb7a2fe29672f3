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

from tests import fuzz
from tests.data.making import refusal
from tui_gan.contract.errors import UsageError
from tui_gan.data import text
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
    table = read_table(written(name, GOOD[name]), columns=1).values
    assert table.tolist() == [[1.0], [2.0], [4.0]]
    assert table.dtype == np.float64


BAD = {
    "empty.csv": ("", ["empty"]),
    "blank.csv": ("\n\n", ["holds no numbers"]),
    "header-alone.csv": ("height\n", ["holds no numbers"]),
    "comments-alone.csv": ("# nothing\n", ["holds no numbers"]),
    "empty.txt": ("", ["empty"]),
    "empty.npy": (b"", ["empty"]),
    "no-rows.npy": (npy(np.zeros(0)), []),
    "no-columns.npy": (npy(np.zeros((3, 0))), []),
    "ragged.csv": ("1\n2\n3,4\n5\n", ["line 3", "2 columns", "have 1"]),
    "ragged.txt": ("x\n1\n2\n3 4\n", ["line 4", "2 columns"]),
    "word.csv": ("1\n2\ntwo\n", ["line 3", "'two'", "not a number"]),
    "word-after-header.csv": ("# c\nheight\n1\n\nx\n", ["line 5", "'x'"]),
    "second-header.csv": ("a\nb\n1\n2\n", ["line 2", "'b'"]),
    "semicolons.csv": ("1;5\n2;5\n", ["2 columns", "separated by semicolons", "learns from 1"]),
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


READ = {
    "names": ("height\n1\n2.5\n", 1, [[1], [2.5]], "2 rows of 1 column, names in line 1: height"),
    "no names": ("1\n2.5\n4\n", 1, [[1], [2.5], [4]], "3 rows of 1 column, no names"),
    "two": ("x,y\n1,2\n3,4\n", 2, [[1, 2], [3, 4]], "2 rows of 2 columns, names in line 1: x, y; separated by commas"),
    "two, no names": ("1,2\n3,4\n", 2, [[1, 2], [3, 4]], "2 rows of 2 columns, no names; separated by commas"),
    "two, as short": ("1,2\n13,24\n", 2, [[1, 2], [13, 24]], "no names; separated by commas"),
    "two, signed": ("175,-30\n168,25\n", 2, [[175, -30], [168, 25]], "no names; separated by commas"),
    "semicolons": ("x;y\n1;2\n3;4", 2, [[1, 2], [3, 4]], "names in line 1: x, y; separated by semicolons"),
    "German": ("x;y\n1,5;2,25\n-3;4,5e1", 2, [[1.5, 2.25], [-3, 45]], "separated by semicolons; decimal commas"),
    "German thousandths": ("x;y\n1,500;2,250\n3,125;4,500", 2, [[1.5, 2.25], [3.125, 4.5]], "decimal commas"),
    "tabs": ("x\ty\n1\t2\n3\t4", 2, [[1, 2], [3, 4]], "separated by tabs"),
    "tabs, German": ("1,5\t2\n3\t4,25", 2, [[1.5, 2], [3, 4.25]], "separated by tabs; decimal commas"),
    "bars": ("x|y\n1|2\n3|4", 2, [[1, 2], [3, 4]], "separated by vertical bars"),
    "spaces": ("x  y\n 1  2\n3 4 ", 2, [[1, 2], [3, 4]], "names in line 1: x, y; separated by white space"),
    "declared": ("sep=;\nx;y\n1;2\n3;4", 2, [[1, 2], [3, 4]], "names in line 2: x, y; separated by semicolons"),
    "decimal commas": ("Hoehe\n175,30\n168,25\n", 1, [[175.3], [168.25]], "2 rows of 1 column, names in line 1: Hoehe; decimal commas"),
    "decimal thousandths": ("Hoehe\n175,305\n168,255\n", 1, [[175.305], [168.255]], "decimal commas"),
    "quoted decimal commas": ('x,y\n"1,5","2,25"\n"3,5","4"\n', 2, [[1.5, 2.25], [3.5, 4]], "separated by commas; decimal commas"),
    "as many names as columns": ("a,b\n1,2\n3,4\n", 2, [[1, 2], [3, 4]], "names in line 1: a, b; separated by commas"),
    "pandas' own names": (
        "0\n161.5\n175.25\n",
        1,
        [[161.5], [175.25]],
        "names in line 1: 0 (the numbers of the columns, which are no row)",
    ),
    "pandas' own two names": ("0,1\n1.5,2\n3,4\n", 2, [[1.5, 2], [3, 4]], "names in line 1: 0, 1 (the numbers"),
    "0.0 is a number": ("0.0\n1\n", 1, [[0], [1]], "2 rows of 1 column, no names"),
    "other numbers are numbers": ("1,0\n1.5,2\n", 2, [[1, 0], [1.5, 2]], "no names"),
    "pandas' index": (
        ",x\n0,1.5\n1,2.5\n",
        1,
        [[1.5], [2.5]],
        "2 rows of 1 column, names in line 1: x; the column without a name numbers the rows",
    ),
    "pandas' index and names": (",0,1\n0,1.5,2\n1,2.5,3\n", 2, [[1.5, 2], [2.5, 3]], "names in line 1: 0, 1 (the numbers of the columns"),
    "pandas' index saved twice": ("Unnamed: 0,x\n0,1.5\n1,2.5\n", 1, [[1.5], [2.5]], "names in line 1: x; the column without"),
    "R's row names": ('"","x"\n"1",1.5\n"2",2.5\n', 1, [[1.5], [2.5]], "names in line 1: x; the column without"),
    "quotes": ('"height"\n"175.005"\n"168.5"\n', 1, [[175.005], [168.5]], "names in line 1: height"),
    "a separator in quotes": ('"height, cm","weight"\n"1","2"\n3,4\n', 2, [[1, 2], [3, 4]], "names in line 1: height, cm, weight;"),
    "a line break in quotes": ('"height\n(cm)"\n1\n2\n', 1, [[1], [2]], "names in line 2: height\\n(cm)"),
    "a comma in a name": ("Height, cm\n1.5\n2\n", 1, [[1.5], [2]], "names in line 1: Height, cm"),
    "a name of words": ("height in cm\n1\n2\n", 1, [[1], [2]], "names in line 1: height in cm"),
    "empty last cells": ("height,\n175.0,\n168.5,\n", 1, [[175], [168.5]], "2 rows of 1 column, names in line 1: height"),
    "some empty last cells": ("1,\n2\n4,\n", 1, [[1], [2], [4]], "3 rows of 1 column"),
    "several empty last cells": ("x;y;;\n1;2;;\n3;4;;\n", 2, [[1, 2], [3, 4]], "2 rows of 2 columns, names in line 1: x, y;"),
    "old Macintosh": ("height\r1\r2", 1, [[1], [2]], "names in line 1: height"),
    "mark of UTF-8": ("\ufeffheight\r\n1\r\n2\r\n", 1, [[1], [2]], "names in line 1: height"),
    "UTF-16": ("Größe\n1\n2\n".encode("utf-16"), 1, [[1], [2]], "names in line 1: Größe; in UTF-16-LE"),
    "UTF-16, big end first": (b"\xfe\xff" + "x\n1\n2\n".encode("utf-16-be"), 1, [[1], [2]], "in UTF-16-BE"),
    "UTF-16 without a mark": ("Größe\r\n1\r\n2\r\n".encode("utf-16-le"), 1, [[1], [2]], "names in line 1: Größe; in UTF-16-LE"),
    "UTF-16 so, big end first": ("x;y\n1,5;2\n3;4\n".encode("utf-16-be"), 2, [[1.5, 2], [3, 4]], "decimal commas; in UTF-16-BE"),
    "UTF-32": ("x\n1\n2\n".encode("utf-32"), 1, [[1], [2]], "in UTF-32-LE"),
    "Latin-1": ("Größe\n1\n2\n".encode("latin-1"), 1, [[1], [2]], "names in line 1: Größe; in Latin-1"),
    "end of file of DOS": (b"1\r\n2\r\n\x1a", 1, [[1], [2]], "2 rows"),
    "rules and comments": (
        "#####\n# May\n#####\nx\n1 # first\n## more\n#\n#TODO\n2\n",
        1,
        [[1], [2]],
        "2 rows of 1 column, names in line 4: x",
    ),
    "many names": (
        ",".join(f"c{number}" for number in range(12)) + "\n" + "1.5," * 11 + "2\n",
        12,
        [[1.5] * 11 + [2]],
        "c7, ...; separated",
    ),
    "a long name": ("x" * 100 + "\n1\n2\n", 1, [[1], [2]], f"names in line 1: {'x' * 40} ..."),
}


@pytest.mark.parametrize("name", READ)
def test_a_table_is_read_as_it_is_written_and_that_is_said(name: str, written: Callable[..., Path]) -> None:
    content, columns, expected, said = READ[name]
    table = read_finite(written("x.csv", content), columns)
    assert table.values.tolist() == expected
    [note] = table.notes
    assert said in note


TEXT = {
    "white space": ("x y\n1\t2\n3  4\n", 2, [[1, 2], [3, 4]], "names in line 1: x, y; separated by white space"),
    "white space, German": ("1,5 2\n3 4,25\n", 2, [[1.5, 2], [3, 4.25]], "separated by white space; decimal commas"),
    "decimal commas": ("x\n1,5\n2,5\n", 1, [[1.5], [2.5]], "names in line 1: x; decimal commas"),
    "commas": ("1.5,2\n3,4\n", 2, [[1.5, 2], [3, 4]], "no names; separated by commas"),
    "commas and spaces": ("1, 2\n3, 4\n", 2, [[1, 2], [3, 4]], "separated by commas"),
    "names and commas": ("a,b\n1,2\n3,4\n", 2, [[1, 2], [3, 4]], "names in line 1: a, b; separated by commas"),
    "a title": ("all that we have\n1 2\n3 4\n", 2, [[1, 2], [3, 4]], "a title in line 1: all that we have"),
    "R's row names": ('"x" "y"\n"1" 0.5 2\n"2" 0.7 3\n', 2, [[0.5, 2], [0.7, 3]], "names in line 1: x, y; the column without a name"),
    "spaces in quotes": ('"height in cm" weight\n1 2\n3 4\n', 2, [[1, 2], [3, 4]], "names in line 1: height in cm, weight;"),
}


@pytest.mark.parametrize("name", TEXT)
def test_other_text_is_read_likewise(name: str, written: Callable[..., Path]) -> None:
    content, columns, expected, said = TEXT[name]
    table = read_finite(written("x.txt", content), columns)
    assert table.values.tolist() == expected
    assert said in table.notes[0]


DOUBTFUL = {
    "decimal commas without a name": ("175,30\n168,25\n", 1, ["line 1", "'175,30' may be one number with a decimal comma"]),
    "decimal commas or two columns": ("# c\n175,30\n168,25\n", 2, ["line 2", "put a line of names above"]),
    "a fraction that begins with 0": ("175,305\n168,05\n", 2, ["line 1", "'175,305' may be"]),
    "perhaps decimal commas": ("175,3\n168,2\n", 1, ["2 columns", "if its commas are decimal, write points"]),
    "decimal commas for two columns": ("Hoehe\n175,30\n168,25\n", 2, ["1 column", "decimal commas", "learns from 2"]),
    "some decimal commas": ("Hoehe\n175,30\n168\n181,9\n", 1, ["line 2", "if its comma is decimal"]),
    "some decimal commas below": ("Hoehe\n" + "175,30\n" * 3000 + "168\n", 1, ["line 3002", "'168' has no decimal comma"]),
    "thousandths or thousands": ('h\n"161,439"\n"175,668"\n', 1, ["line 2", "161.439 or 161439"]),
    "thousands": ('h\n"1,234.5"\n"2,000.0"\n', 1, ["line 2", "'1,234.5'", "separator of thousands"]),
    "German thousands": ("x;y\n1.234,5;2\n2,5;3\n", 2, ["line 2", "'1.234,5'", "thousands"]),
    "a point below decimal commas": ("x;y\n" + "1,5;2\n" * 3000 + "1.25;2\n", 2, ["line 3002", "'1.25'", "comma begins the fraction"]),
    "Swiss thousands": ("h\n1'234\n2'345\n", 1, ["line 2", "thousands"]),
    "thousands by spaces": ("1 234\n5 678\n", 2, ["line 1", "1234 or 2 numbers"]),
    "thousands by spaces, German": ("h\n1 234,5\n2 345,6\n", 1, ["line 2", "no spaces in numbers"]),
    "fewer names than columns": ("data\n1.5,2.5\n3,4\n", 2, ["line 1", "1 name,", "2 columns", "give each column a name, or none"]),
    "more names than columns": ("a;b;c\n1;2\n3;4\n", 2, ["3 names", "2 columns"]),
    "an index with gaps": (",x\n0,1.5\n2,2.5\n", 1, ["first column has no name"]),
    "an index that ends": (",x\n" + "".join(f"{row},1.5\n" for row in range(5000)) + "7,2\n", 1, ["first column has no name"]),
    "an error first": ("#N/A\n1\n2\n", 1, ["line 1", "'#N/A' is an error value of a spreadsheet"]),
    "errors": ("height\n170\n#N/A\n#REF!\n", 1, ["line 3", "'#N/A'"]),
    "an error below": ("h\n" + "1\n2\n" * 9000 + "#DIV/0!\n", 1, ["line 18002", "'#DIV/0!'"]),
    "an error among cells": ("h,k\n1,#NULL!\n2,3\n", 2, ["line 2", "'#NULL!'"]),
    "an error in quotes": ('h\n1\n"#NUM!"\n', 1, ["line 3", "'#NUM!'"]),
    "an error in German": ("h;k\n1;2\n3;#WERT!\n", 2, ["line 3", "'#WERT!'"]),
    "#NV": ("h\n1\n#NV\n", 1, ["line 3", "'#NV'"]),
    "an error in Spanish": ("h\n1\n#¿NOMBRE?\n", 1, ["line 3", "'#¿NOMBRE?'"]),
    "an error in Russian": ("h\n1\n#ДЕЛ/0!\n", 1, ["line 3", "'#ДЕЛ/0!'"]),
    "too wide": ("h\n1\n########\n2\n", 1, ["line 3", "'########'"]),
    "empty cells": ("h,k\n1,\n2,3\n,4\n", 2, ["line 2", "an empty cell, as in 2 lines"]),
    "an empty cell in quotes": ('h\n1\n""\n', 1, ["line 3", "an empty cell;"]),
    "missing": ("h\n1\nNA\n2\nnull\n-\n", 1, ["line 3", "'NA' stands for no number, as in 3 lines"]),
    "missing at first": ("NA\n1\n2\n", 1, ["line 1", "'NA' stands for no number"]),
    "infinite": ("h\n-Infinity\n1\n", 1, ["line 2", "'-Infinity'; every number must be finite"]),
    "too large": ("h\n1e400\n1\n", 1, ["line 2", "'1e400'; every number must be finite"]),
    "underscores at first": ("1_000\n2\n3\n", 1, ["line 1", "'1_000' is not a number"]),
    "hexadecimal": ("h\n0x10\n2\n", 1, ["line 2", "'0x10' is not a number"]),
    "full width": ("h\n１２\n2\n", 1, ["line 2", "'１２' is not a number"]),
    "Arabic": ("h\n٣\n2\n", 1, ["line 2", "'٣' is not a number"]),
    "units": ("h\n175 cm\n168 cm\n", 1, ["line 2", "'175 cm' is not a number"]),
    "units at first": ("175 cm\n168\n", 1, ["line 1", "'175 cm' is not a number"]),
    "a name and a number": ("x,1\n1,2\n", 2, ["line 1", "'x' is not a number"]),
    "an open quote": ('"1\n2\n3\n', 1, ["line 1", "is not a number"]),
    "no row": ("x,y\n", 2, ["holds no numbers"]),
    "controls": ("a\x1b[2J\n1\n2\n", 1, ["not text in UTF-8, UTF-16 or Latin-1"]),
    "many digits": ("1" * 300_000 + "x\n2\n", 1, ["line 1", "is not a number"]),
    "many empty cells": ("x;y\n1;2" + ";" * 200_000 + "\n3;z\n", 2, ["line 3", "'z'"]),
    "a long cell": ('"' + "1" * 200_000, 1, []),
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_leaves_a_doubt_is_refused_with_its_cause(name: str, written: Callable[..., Path]) -> None:
    content, columns, parts = DOUBTFUL[name]
    path = written("x.csv", content)
    said = refusal(lambda: read_finite(path, columns))
    assert [part for part in [str(path), *parts] if part not in said] == []
    assert len(said) < len(str(path)) + 300


def test_a_comma_may_be_either_in_text_without_names(written: Callable[..., Path]) -> None:
    for columns in (1, 2):
        said = refusal(lambda columns=columns: read_finite(written("x.txt", "1,2\n3,4\n"), columns))
        assert "line 1: '1,2' may be one number with a decimal comma, or several numbers" in said


@pytest.mark.parametrize(
    "content", ["x;y\n1,5;2\n3,5;4\n", "x,y\n1.5,2,\n3.5,4,\n", "x y\n1.5 2 # c\n3.5 4\n", '"x","y"\n"1.5","2"\n3.5,4\n']
)
def test_the_fast_way_and_the_way_by_lines_read_alike(content: str, written: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = written("x.csv", content)
    fast = read_finite(path, 2)
    monkeypatch.setattr(text, "_fast", lambda *arguments: None)
    slow = read_finite(path, 2)
    assert fast.values.tolist() == slow.values.tolist() == [[1.5, 2], [3.5, 4]]
    assert fast.notes == slow.notes


def test_an_array_says_its_rows_and_kind(written: Callable[..., Path]) -> None:
    assert read_finite(written("x.npy", npy(np.arange(6, dtype=">f4").reshape(3, 2))), 2).notes == ("3 rows of 2 columns, >f4",)


@pytest.mark.parametrize("suffix", READERS)
def test_a_fifo_is_refused_at_once(suffix: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / f"x{suffix}")
    assert "it is a FIFO" in refusal(lambda: read_finite(tmp_path / f"x{suffix}", 1))


WHOLE = [
    b"height\n175.5\n168.25\n1e3\n",
    b"x,y\n1.5,2\n-3,4e-2\n",
    b"x;y\n1,5;2\n-3,25;4\n",
    b'"a";"b"\n"1";"2"\n3;4;\n',
    b"0\n1.5\n2.5\n",
    b",x\n0,1.5\n1,2.5\n",
    b"1\t2\n3\t4\n",
    b"# c\nx y\n1 2 # d\n3 4\n",
    "Größe\n1,5\n2,5\n".encode("latin-1"),
    "x;y\r\n1;2\r\n".encode("utf-16"),
]
CELLS = (
    b"#N/A",
    b"#WERT!",
    b"NA",
    b"1_000",
    b"0x1F",
    b"1,234.5",
    b"inf",
    b";",
    b"\t",
    b"|",
    b" ",
    b"sep=|\n",
    b"\xfe\xff",
    b'"\n"',
    b"\x1a",
    b",,,,",
)


@pytest.mark.parametrize("count", fuzz.counts(500))
@pytest.mark.parametrize("suffix", [".csv", ".txt"])
def test_damaged_tables_are_read_or_refused(suffix: str, count: int, tmp_path: Path) -> None:
    def read(path: Path) -> None:
        table = read_finite(path, 1)
        assert np.isfinite(table.values).all()
        assert table.values.shape[1] == 1
        assert table.notes[0].isprintable()

    tally = fuzz.check(fuzz.through(tmp_path / f"x{suffix}", read), WHOLE, count, pieces=(*fuzz.PIECES, *CELLS))
    assert min(tally) > count / 50


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
        assert read_finite(path, columns=1).values[:, 0].tolist() == values


@given(rows=st.lists(st.tuples(FINITE, FINITE, FINITE), min_size=1, max_size=10))
def test_columns_keep_their_places(rows: list[tuple[float, ...]], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "columns.csv"
    path.write_text("a, b, c\n" + "".join(", ".join(map(repr, row)) + "\n" for row in rows))
    assert [tuple(row) for row in read_finite(path, columns=3).values.tolist()] == rows


@given(values=st.lists(FINITE, min_size=1, max_size=30), shape=st.sampled_from([(-1,), (-1, 1)]))
def test_what_is_saved_as_npy_is_what_is_read(
    values: list[float], shape: tuple[int, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "numbers.npy"
    path.write_bytes(npy(np.array(values).reshape(shape)))
    assert read_finite(path, columns=1).values[:, 0].tolist() == values


@given(content=st.binary(max_size=200))
@pytest.mark.parametrize("suffix", READERS)
def test_any_bytes_are_read_or_refused(suffix: str, content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(content)
    refusal = ""
    try:
        table = read_table(path, columns=1).values
    except UsageError as error:
        refusal = str(error)
    assert "\n" not in refusal
    assert refusal or np.isfinite(table).all()


def test_the_array_read_does_not_hang_on_the_file(written: Callable[..., Path]) -> None:
    path = written("x.npy", npy(np.array([1.0, 2.0])))
    table = read_table(path, 1).values
    path.write_bytes(npy(np.array([8.0, 9.0])))
    assert table[:, 0].tolist() == [1.0, 2.0]


def test_the_checksum_is_sha256(written: Callable[..., Path]) -> None:
    assert sha256(written("x", b"abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_last_column_of_a_labelled_table_is_the_class(tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text("x,y,kind\n0.5,1,7\n-2,3,2\n4,0,7\n1,1,2.5\n")
    table = read_table(file, 2, labelled=True)
    assert table.values.tolist() == [[0.5, 1], [-2, 3], [4, 0], [1, 1]]
    assert table.names == ("2", "2.5", "7")
    assert table.labels is not None
    assert table.labels.tolist() == [2, 0, 2, 1]
    assert "3 classes" in table.notes[-1]
    file.write_text("0.5,1,1234567\n-2,3,1234568\n4,0,0.1\n")
    assert read_table(file, 2, labelled=True).names == ("0.1", "1234567", "1234568")
    with pytest.raises(UsageError, match="3 columns"):
        read_table(file, 2)
    file.write_text("1,2,3\n4,5,3\n")
    with pytest.raises(UsageError, match="column 3 is constant"):
        read_table(file, 2, labelled=True)
