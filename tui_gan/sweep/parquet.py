"""The results of a sweep as Parquet files, typed columns beside the text of the CSV files."""

from pathlib import Path

from tui_gan.contract.errors import UsageError


def write(*tables: Path) -> list[Path]:
    """Write each CSV file once more beside itself, numbers as numbers, what is empty as null; returns where.

    Raises:
        UsageError: pyarrow is not there.
        OSError: a file could not be written.
    """
    try:
        from pyarrow import csv, parquet
    except ImportError:
        raise UsageError("Parquet needs pyarrow: pip install 'tui-gan[parquet]'") from None
    written = [table.with_suffix(".parquet") for table in tables]
    for table, target in zip(tables, written, strict=True):
        parquet.write_table(csv.read_csv(table), target)
    return written
