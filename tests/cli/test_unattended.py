"""A run without a terminal: what it prints is kept and bounded, and it ends when nobody comes back."""

import getpass
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui_gan.cli import scope, unattended
from tui_gan.contract import commands
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Snapshot, Status


class Resting:
    """A run in no hurry: what its thread shows second by second, and what it is told."""

    def __init__(self, tmp_path: Path, linger: float, shown: list[Snapshot]) -> None:
        self.linger, self._shown, self.sent = linger, shown, []
        self.plan = type("Plan", (), {"run": type("Run", (), {"path": tmp_path})})
        self.seconds = 0

    @property
    def latest(self) -> Snapshot:
        return self._shown[min(self.seconds, len(self._shown) - 1)]

    def wait(self, seconds: float) -> bool:
        self.seconds += 1
        return bool(self.sent)

    def request_snapshot(self) -> None:
        """What is shown is the newest already."""

    def send(self, command: commands.Command) -> None:
        self.sent.append(command)


def shown(status: Status, step: int = 5, visitors: tuple[str, ...] = ()) -> Snapshot:
    return Snapshot("toy1d", status, step, 10, 1.0, 0.0, "cpu", ("cpu",), Knobs(), "run", visitors=visitors)


@pytest.mark.parametrize("status", unattended.AT_REST)
def test_who_rests_unvisited_for_long_enough_is_saved_and_ended(status: Status, tmp_path: Path) -> None:
    trains = [shown(Status.RUNNING, step) for step in range(10)]
    visited = [shown(status, 10, ("ann",))] * 20
    # Steps that somebody has asked for before he left.
    steps = [shown(status, 10 + step) for step in range(5)]
    run = Resting(tmp_path, 3.0, [*trains, *visited, *steps, shown(status, 14)])
    unattended.wait(run)  # type: ignore[arg-type]
    assert run.sent == [commands.Stop()]
    assert run.seconds - 1 == 10 + 20 + 5 + 2


def test_who_trains_is_left_alone_however_short_it_may_rest(tmp_path: Path) -> None:
    run = Resting(tmp_path, 0.0, [*(shown(Status.RUNNING, 7) for _ in range(100)), shown(Status.FINISHED, 10)])
    unattended.wait(run)  # type: ignore[arg-type]
    assert run.seconds > 100


def test_what_is_printed_without_end_is_cut_to_its_newest_lines(tmp_path: Path) -> None:
    console = tmp_path / "console.log"
    console.write_bytes(b"".join(b"line %d\n" % number for number in range(200_000)))
    unattended.bound(console)
    kept = console.read_bytes()
    assert len(kept) <= unattended.MOST // 2
    assert kept.startswith(b"line ")
    assert kept.endswith(b"\nline 199999\n")
    unattended.bound(console)
    assert console.read_bytes() == kept
    unattended.bound(tmp_path / "none")


def test_what_is_no_terminal_stays_when_the_terminal_is_left(tmp_path: Path) -> None:
    code = "import os, sys; from pathlib import Path; from tui_gan.cli import unattended; unattended.leave_terminal(Path('.'))\n"
    code += "print('to the pipe'); print(os.getsid(0) == os.getpid())"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "to the pipe\nTrue\n"
    assert (tmp_path / "console.log").read_text() == ""


def test_pipes_are_let_go_too_where_somebody_may_wait_at_their_end(tmp_path: Path) -> None:
    code = "from pathlib import Path; from tui_gan.cli import unattended; unattended.leave_terminal(Path('.'), pipes=True); print('here')"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert (tmp_path / "console.log").read_text() == "here\n"


def test_a_scope_is_entered_where_there_is_one_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(os, "execve", lambda path, words, environment: asked.append([*words, environment[scope.INSIDE]]))
    monkeypatch.setattr(sys, "argv", ["tui-gan", "run", "toy1d", "--detach"])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    systemd_run = tmp_path / "systemd-run"
    monkeypatch.setattr(scope, "LINGERING", tmp_path / "linger")
    for manager, lingers, answer, expected in ((False, True, 0, 0), (True, False, 0, 0), (True, True, 1, 0), (True, True, 0, 1)):
        if manager:
            (tmp_path / "systemd").mkdir(exist_ok=True)
        # Without lingering the manager, and its scopes with it, ends with the last session.
        (tmp_path / "linger" / getpass.getuser()).unlink(missing_ok=True)
        if lingers:
            (tmp_path / "linger").mkdir(exist_ok=True)
            (tmp_path / "linger" / getpass.getuser()).touch()
        systemd_run.write_text(f"#!/bin/sh\nexit {answer}\n")
        systemd_run.chmod(0o755)
        scope.enter()
        assert len(asked) == expected
    assert asked[0][1:6] == ["--user", "--scope", "--quiet", "--collect", "--"]
    assert asked[0][7:] == ["-m", "tui_gan", "run", "toy1d", "--detach", "1"]
    monkeypatch.setenv(scope.INSIDE, "1")
    scope.enter()
    assert len(asked) == 1
