"""Files that appear under their names when they are whole, or not at all."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A name beside `path` to write under; what is there at the end takes the place of `path`.

    Raises:
        OSError: it could not be written; it names `path`, and nothing of it is left behind.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        # The system names the other name, or, where a disk is full, none.
        error.filename = str(path)
        raise


def copy(file: int, path: Path) -> None:
    """Write all that an open file holds, which may have lost its own name, to `path`.

    Raises:
        OSError: it could not be read or written.
    """
    with open(file, "rb", closefd=False) as source, replacing(path) as partial, partial.open("wb") as target:
        source.seek(0)
        shutil.copyfileobj(source, target)
