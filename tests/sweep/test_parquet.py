"""The results of a sweep as Parquet."""

import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from tui_gan.contract.errors import UsageError
from tui_gan.sweep import parquet


def test_columns_have_their_types_and_what_is_empty_is_null(tmp_path: Path) -> None:
    table = tmp_path / "results.csv"
    table.write_text("member,minibatch_discrimination,w1,collapsed_at\n0,on,0.25,\n1,off,nan,40\n")
    (written,) = parquet.write(table)
    read = pyarrow.parquet.read_table(written)
    assert written == tmp_path / "results.parquet"
    assert [str(each) for each in read.schema.types] == ["int64", "string", "double", "int64"]
    assert read["collapsed_at"].to_pylist() == [None, 40]
    assert read["w1"].to_pylist()[0] == 0.25


def test_without_its_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'tui-gan\[parquet\]'"):
        parquet.write(tmp_path / "results.csv")
