"""What falls due and cannot be written."""

import errno
from pathlib import Path

import pytest

from tui_gan.session import writing
from tui_gan.session.writing import Writing


class Disk:
    """Writes that fail while it is full."""

    def __init__(self) -> None:
        self.full = False
        self.written: list[str] = []

    def write(self, what: str) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.written.append(what)


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def due(disk: Disk, said: list[str]) -> Writing:
    writes = {what: lambda what=what: disk.write(what) for what in ("log", "preview")}
    return Writing(writes, lambda: Path("runs/a"), lambda text, kind="info": said.append(f"{kind}: {text}"))


def test_what_fails_is_said_once_and_tried_again_until_all_is_written(
    disk: Disk, due: Writing, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "AGAIN", 0.0)
    disk.full = True
    due.write("log")
    due.write("preview")
    due.again()
    assert list(due.failed) == ["log", "preview"]
    assert said == ["warning: cannot write runs/a: No space left on device; training goes on, and it is tried again every 0 s"]
    disk.full = False
    due.again()
    assert (disk.written, due.failed) == (["log", "preview"], {})
    assert said[1:] == ["info: everything can be written again"]
    due.again()
    assert len(disk.written) == 2


def test_it_waits_before_it_tries_again(disk: Disk, due: Writing) -> None:
    disk.full = True
    due.write("log")
    disk.full = False
    due.again()
    assert disk.written == []
    due.write("log")
    assert due.failed == {}
