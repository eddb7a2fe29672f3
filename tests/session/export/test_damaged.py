"""Whatever the log, configuration, checkpoints and previews of a run hold, they are read, or refused in one line."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from socket import gethostname
from typing import NamedTuple

import msgspec
import numpy as np
import psutil
import pytest
from safetensors import safe_open

from tests import fuzz
from tui_gan.cli.visiting import became
from tui_gan.contract.errors import UnreadableError
from tui_gan.session import checkpoint, journal, lock, overlays, previews, rundir
from tui_gan.session.course import course
from tui_gan.session.export import animation
from tui_gan.session.export.source import kept, of_preview, source_of
from tui_gan.session.history import History
from tui_gan.session.runlog import RunLog
from tui_gan.wire import place as meeting

KINDS = ("line", "plane", "images")
# What `start` turns into a line that names the checkpoint.
NO_HISTORY = (KeyError, ValueError, TypeError, OverflowError)


class Reader(NamedTuple):
    """A reader of bytes, and whole files for it."""

    read: Callable[[bytes], object]
    wholes: Sequence[bytes]


def newest(run: Path) -> Path:
    return max((run / "checkpoints").iterdir())


def of_log(runs: dict[str, Path], place: Path) -> Reader:
    log = place / "log.jsonl"

    def read(data: bytes) -> None:
        log.write_bytes(data)
        for name, series in overlays.series(course(log)).items():
            assert name.isidentifier()
            assert len(series.steps) == len(series.values)
            assert (np.diff(series.steps) > 0).all()
        RunLog(log, 20).close()
        assert data.startswith(log.read_bytes())

    return Reader(read, [(runs["line"] / "log.jsonl").read_bytes()])


def of_journal(runs: dict[str, Path], place: Path) -> Reader:
    path = place / journal.NAME

    def read(data: bytes) -> None:
        path.write_bytes(data)
        before = [line.number for line in journal.lines(place)]
        # A resumed run goes on with it.
        journal.Journal(place).add(40, "event", "one more", level="info")
        assert [line.number for line in journal.lines(place)][-1] == max(before, default=0) + 1

    return Reader(read, [(runs["line"] / journal.NAME).read_bytes()])


def of_lock(runs: dict[str, Path], place: Path) -> Reader:
    socket = str(meeting.folder() / "a.sock")
    holders = [
        lock.Holder(gethostname(), os.getpid(), psutil.Process().create_time(), socket, "pts/1"),
        lock.Holder(gethostname(), 2**22 + 1, 1.7e9, "", "", "finished", 40),
        lock.Holder("elsewhere", 3, 1.7e9, "/run/user/1/tui-gan/a.sock"),
    ]

    def read(data: bytes) -> None:
        (place / lock.NAME).write_bytes(data)
        if holder := lock.read(place):
            assert became(holder, place)
            assert lock.in_use(place, holder)
            assert meeting.trusted_address(place, holder.socket).parent == meeting.folder()
        else:
            raise UnreadableError("nobody")

    return Reader(read, [msgspec.json.encode(holder) + b"\n" for holder in holders])


def of_config(runs: dict[str, Path], place: Path) -> Reader:
    run = rundir.RunDirectory(place)

    def read(data: bytes) -> None:
        run.config.write_bytes(data)
        rundir.read_config(run)

    return Reader(read, [(runs[kind] / "config.toml").read_bytes() for kind in KINDS])


def of_checkpoint(runs: dict[str, Path], place: Path) -> Reader:
    path = place / "step-00000040.safetensors"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        checkpoint.read(path)

    return Reader(read, [newest(runs[kind]).read_bytes() for kind in KINDS])


def of_description(runs: dict[str, Path], place: Path) -> Reader:
    path = place / "step-00000040.safetensors"
    wholes = []
    for kind in KINDS:
        with safe_open(newest(runs[kind]), framework="np") as file:
            wholes.append(file.metadata()[checkpoint.KEY].encode())

    def read(data: bytes) -> None:
        # Built in place of a file around each of them, which would take the most time.
        about = checkpoint._about(path, {checkpoint.KEY: data.decode(errors="replace")})
        checkpoint._expected(path, about)

    return Reader(read, wholes)


def of_history(runs: dict[str, Path], place: Path) -> Reader:
    tensors, _ = checkpoint.read(newest(runs["line"]))
    arrays = {name.removeprefix("history."): value.numpy() for name, value in tensors.items() if name.startswith("history.")}

    def read(data: bytes) -> None:
        changed, start = {}, 0
        for name, array in arrays.items():
            part = data[start : start + array.nbytes].ljust(array.nbytes, b"\0")
            changed[name], start = np.frombuffer(part, np.float64).reshape(array.shape), start + array.nbytes
        try:
            history = History.from_arrays(changed)
        except NO_HISTORY as error:
            raise UnreadableError(f"{type(error).__name__}: {error}") from None
        for series in history.series().values():
            assert (np.diff(series.steps) > 0).all()

    return Reader(read, [b"".join(array.tobytes() for array in arrays.values())])


def of_previews(kind: str) -> Callable[[dict[str, Path], Path], Reader]:
    def reader(runs: dict[str, Path], place: Path) -> Reader:
        store, path = kept(source_of(str(runs[kind]))), place / "step-00000010.safetensors"
        first = of_preview(store, store.previews[0][1])

        def read(data: bytes) -> None:
            path.write_bytes(data)
            change = animation._change(first, of_preview(store, path))
            assert not change < 0
            store.observer.kept(previews.read(path), wide=True)

        return Reader(read, [path.read_bytes() for _, path in store.previews[::8]])

    return reader


READERS = {
    "log": of_log,
    "lock": of_lock,
    "journal": of_journal,
    "configuration": of_config,
    "checkpoint": of_checkpoint,
    "description": of_description,
    "history": of_history,
    **{f"previews of {kind}": of_previews(kind) for kind in KINDS},
}


@pytest.mark.parametrize("count", fuzz.counts(150))
@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_a_file_of_a_run_is_read_or_refused_in_one_line(
    reader: Callable[[dict[str, Path], Path], Reader], count: int, runs: dict[str, Path], tmp_path: Path
) -> None:
    read, wholes = reader(runs, tmp_path)
    for whole in wholes:
        read(whole)
    tally = fuzz.check(read, wholes, count, count)
    # Damage must reach what lies behind the first refusal.
    assert tally.taken > count / 50
