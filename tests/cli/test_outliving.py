"""What doctor says of runs that leave their terminal."""

import getpass
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from tests.program import Program
from tui_gan.cli import outliving, scope


@pytest.fixture
def logind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose logind answers by what the file says."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in (("loginctl", "cat kills"), ("systemd-run", "exit 0")):
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    (tmp_path / "systemd").mkdir()
    (tmp_path / "linger").mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(scope, "LINGERING", tmp_path / "linger")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("kills", "lingers", "said", "cured"),
    [
        ("no", False, "logind leaves it alone", False),
        ("no", True, "and you linger", False),
        ("yes", True, "begun with --detach outlives its session, in a scope of its own", False),
        ("yes", False, "logind ends a run with your last session", True),
    ],
)
def test_what_logind_does_to_a_run_is_told_with_the_cure(kills: str, lingers: bool, said: str, cured: bool, logind: Path) -> None:
    (logind / "kills").write_text(f"{kills}\n")
    if lingers:
        (logind / "linger" / getpass.getuser()).touch()
    (_, finding, cure), *_ = outliving.outliving()
    assert said in finding
    assert bool(cure) == cured
    assert not cured or f"loginctl enable-linger {getpass.getuser()}" in str(cure)


def test_without_logind_nothing_ends_a_run(logind: Path) -> None:
    # It has no manager to ask.
    (logind / "bin" / "loginctl").write_text("#!/bin/sh\nexit 1\n")
    (_, finding, cure), *_ = outliving.outliving()
    assert ("no logind here" in finding, cure) == (True, None)


@pytest.mark.parametrize(("kind", "remote"), [("ext4", False), ("tmpfs", False), ("nfs4", True), ("cifs", True), ("fuse.sshfs", True)])
def test_what_the_runs_lie_on_is_told(kind: str, remote: bool, logind: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = [SimpleNamespace(mountpoint="/", fstype="ext4"), SimpleNamespace(mountpoint=str(logind.resolve()), fstype=kind)]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: mounts)
    *_, (name, finding, cure) = outliving.outliving()
    assert (name, kind in finding, bool(cure)) == ("runs", True, remote)


def test_a_folder_that_is_open_to_others_is_told_with_the_cure(logind: Path, program: Program) -> None:
    (logind / "tui-gan").mkdir(mode=0o755)
    told = program("doctor")
    assert "visitors   cannot find a run" in told.out
    assert "`chmod 700" in told.out
