"""The lock of a run directory: who has it, who is refused, and what a crash leaves."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil
import pytest

from tui_gan.contract.errors import UsageError
from tui_gan.session import lock
from tui_gan.session.lock import NAME, Holder, Lock

HOLD = """
import time; from pathlib import Path; from tui_gan.session.lock import Lock
held = Lock(Path("."), "", "pts/9"); print(flush=True); time.sleep(600)
"""


def holds(run: Path) -> "subprocess.Popen[bytes]":
    """Another process that holds the lock."""
    process = subprocess.Popen([sys.executable, "-c", HOLD], cwd=run, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def test_the_second_is_refused_with_the_name_of_the_first_and_a_crash_releases_it(tmp_path: Path) -> None:
    with holds(tmp_path) as other:
        try:
            with pytest.raises(UsageError, match=f"is in use by process {other.pid}; `tui-gan attach .*` opens its screen"):
                Lock(tmp_path)
            holder = lock.read(tmp_path)
            assert holder is not None
            assert (holder.host, holder.pid, holder.terminal) == (socket.gethostname(), other.pid, "pts/9")
            assert lock.is_alive(holder, tmp_path)
        finally:
            other.send_signal(signal.SIGKILL)
    assert not lock.is_alive(holder, tmp_path)
    mine = Lock(tmp_path)
    assert mine.holder.pid == os.getpid()
    mine.release()


def test_what_is_said_of_a_run_is_there_whole_at_any_time(tmp_path: Path) -> None:
    mine = Lock(tmp_path, "/run/a-long-address-of-a-socket.sock", "pts/3")
    mine.change(socket="/s", terminal="")
    assert lock.read(tmp_path) == msgspec.structs.replace(mine.holder, socket="/s", terminal="")
    mine.change(ended="finished", step=40)
    mine.release()
    kept = json.loads((tmp_path / NAME).read_bytes())
    assert (kept["ended"], kept["step"], kept["pid"]) == ("finished", 40, os.getpid())
    holder = lock.read(tmp_path)
    assert holder is not None
    assert not lock.is_alive(holder, tmp_path)
    # Whoever has ended keeps nobody out.
    Lock(tmp_path).release()


def elsewhere(run: Path, age: float) -> None:
    """Another host trains there, or did so long ago, on a file system whose locks do not reach us."""
    (run / NAME).write_bytes(msgspec.json.encode(Holder("other\x1b[2J", 7, 1.0)))
    os.utime(run / NAME, (time.time() - age,) * 2)


def test_another_host_is_alive_while_it_touches_its_file(tmp_path: Path) -> None:
    elsewhere(tmp_path, 0.0)
    with pytest.raises(UsageError) as refused:
        Lock(tmp_path)
    assert "in use by process 7 on other\\x1b[2J; wait for it, or stop it there" in str(refused.value)
    elsewhere(tmp_path, lock.FRESH + 1)
    mine = Lock(tmp_path)
    os.utime(tmp_path / NAME, (1.0, 1.0))
    mine.beat()
    assert time.time() - (tmp_path / NAME).stat().st_mtime < lock.FRESH
    mine.release()


def test_a_number_that_another_process_has_now_is_not_the_run(tmp_path: Path) -> None:
    holder = Holder(socket.gethostname(), os.getpid(), psutil.Process().create_time() - 100)
    assert not lock.is_alive(holder, tmp_path)
    assert not lock.is_alive(msgspec.structs.replace(holder, pid=2**22 + 1), tmp_path)


def test_a_directory_that_is_made_again_is_locked_again(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    mine = Lock(run)
    run.rename(tmp_path / "moved")
    mine.beat()
    run.mkdir()
    mine.beat()
    assert lock.read(run) == lock.read(tmp_path / "moved") == mine.holder
    with pytest.raises(UsageError, match="in use"):
        Lock(run)
    mine.release()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"host": 3}',
        b"\xff" * 100,
        b"[" * 200_000,
        b'{"host": "a", "pid": "x", "started": 1}',
        b'{"host": "a", "pid": -1, "started": 1}',
    ],
)
def test_a_damaged_file_says_nothing_and_keeps_nobody_out(content: bytes, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(content)
    assert lock.read(tmp_path) is None
    mine = Lock(tmp_path)
    assert lock.read(tmp_path) == mine.holder
    mine.release()


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / NAME)
    assert lock.read(tmp_path) is None
    with pytest.raises(OSError, match="not an ordinary file"):
        Lock(tmp_path)


def test_a_clock_that_is_set_ends_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Lock(tmp_path)
    holder, begun, booted = mine.holder, psutil.Process().create_time(), psutil.boot_time()
    assert lock.is_alive(msgspec.structs.replace(holder, uptime=0.0, boot=""), tmp_path)
    monkeypatch.setattr(psutil, "boot_time", lambda: booted + 3600.0)
    # Where it moves the beginning of the machine alone.
    assert lock.is_alive(holder, tmp_path)
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: begun + 3600.0)
    assert lock.is_alive(holder, tmp_path)
    # Another process of that number, later, in a file of an earlier version, and as early after the machine has begun anew.
    assert not lock.is_alive(msgspec.structs.replace(holder, uptime=holder.uptime - 60.0), tmp_path)
    assert not lock.is_alive(msgspec.structs.replace(holder, uptime=0.0, boot=""), tmp_path)
    assert not lock.is_alive(msgspec.structs.replace(holder, boot="another"), tmp_path)
    mine.release()
