"""The journal of a run: what was asked of it and by whom, what became of that, and what happened, each with a number."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tui_gan.contract.outer import check_ordinary
from tui_gan.session.entries import Step

NAME, BEFORE = "journal.jsonl", "journal.1.jsonl"
# Bytes of a file, after which it becomes the one before, and of the longest line that is read.
LARGEST, LONGEST = 4 * 2**20, 2**20


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened.

    Attributes:
        number: it ascends over the whole run, resumes included.
        kind: a request that somebody made, or an event.
        source: who asked; "" for an event of the run itself.
        text: what was asked, in the words of --plain, or what happened.
        level: of an event: info, change, note, warning or error.
        obeyed: of a request, with why not.
    """

    number: Annotated[int, Meta(ge=1, le=2**53)]
    step: Step
    kind: Literal["request", "event"]
    text: str
    source: str = ""
    level: str = "info"
    obeyed: bool = True
    why: str = ""


class Journal:
    """The journal of a run that trains; it is bounded, and what cannot be written of it stops nothing."""

    def __init__(self, run: Path) -> None:
        self._path = run / NAME
        self._before = run / BEFORE
        self._next = max((line.number for line in lines(run)), default=0) + 1
        # What a run that was killed has torn at the end keeps nothing from being read.
        self._torn = _is_torn(self._path)

    def add(self, step: int, kind: Literal["request", "event"], text: str, **more: str | bool) -> None:
        """Append a line; the file is opened anew each time, so that it is there again after the directory has been made again."""
        # What was typed may hold what no file in UTF-8 can.
        said = {name: value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value for name, value in more.items()}
        text = text.encode(errors="backslashreplace").decode()
        line = Line(number=self._next, step=step, kind=kind, text=text, **said)  # type: ignore[arg-type]
        self._next += 1
        with contextlib.suppress(OSError):
            with self._path.open("ab") as file:
                file.write(b"\n" * self._torn + msgspec.json.encode(line) + b"\n")
                self._torn = False
                full = file.tell() > LARGEST
            if full:
                os.replace(self._path, self._before)


def _is_torn(path: Path) -> bool:
    with contextlib.suppress(OSError):
        check_ordinary(path)
        with path.open("rb") as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                return file.read(1) != b"\n"
    return False


def lines(run: Path, since: int = 0) -> Iterator[Line]:
    """What the journal of a run directory holds after the number `since`; a damaged line costs itself alone."""
    for name in (BEFORE, NAME):
        with contextlib.suppress(OSError):
            check_ordinary(run / name)
            with (run / name).open("rb") as file:
                while content := file.readline(LONGEST):
                    line = _read(content)
                    if line is not None and line.number > since:
                        yield line


def _read(content: bytes) -> Line | None:
    # A line that is just being written is none yet.
    if not content.endswith(b"\n"):
        return None
    try:
        return msgspec.json.decode(content, type=Line)
    except (ValueError, RecursionError):
        return None
