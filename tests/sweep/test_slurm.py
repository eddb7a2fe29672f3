"""A sweep by jobs of a real SLURM cluster of one node, and processes of this machine under real signals."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.program import Program
from tests.sweep import slurm
from tui_gan.sweep.part import Status

pytestmark = pytest.mark.slow

SMALL = (
    "toy1d-aylien-2017-07",
    "--k-steps",
    "1,2",
    "--seeds",
    "2",
    "--set",
    "evaluate_every=100",
    "--metrics",
    "w1,sd",
    "--engine",
    "graph",
)


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Commands of SLURM reach a cluster of this node."""
    if reason := slurm.why_not():
        pytest.skip(reason)
    (tmp_path / "slurm").mkdir()
    with slurm.cluster(tmp_path / "slurm") as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield


def same(one: Path, other: Path) -> bool:
    """Whether the files hold the same lines; one process that goes on appends chunks that are behind later."""
    return all(
        sorted((one / name).read_bytes().splitlines()) == sorted((other / name).read_bytes().splitlines())
        for name in ("results.csv", "course.csv")
    )


def started(*words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tui_gan", "sweep", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def statuses(folder: Path) -> list[Status]:
    """Those of the two processes, once both have trained something."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        paths = [folder / "workers" / f"status-{part}.json" for part in (0, 1)]
        found = [msgspec.json.decode(path.read_bytes(), type=Status) for path in paths if path.exists()]
        if len(found) == 2 and all(each.done for each in found):
            return found
        time.sleep(0.1)
    raise TimeoutError


@pytest.mark.usefixtures("cluster")
def test_jobs_of_a_cluster_find_what_one_process_finds(program: Program, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    assert program("sweep", *SMALL, "--steps", 200, "--out", one).status == 0
    ended = program("sweep", *SMALL, "--steps", 200, "--out", two, "--backend", "slurm", "--slurm", "cpus_per_task=1,time=10")
    assert ended.status == 0, ended.err
    assert same(one, two)
    refused = program("sweep", *SMALL, "--out", tmp_path / "three", "--backend", "slurm", "--slurm", "partition=nosuch")
    assert refused.status == 2
    assert refused.err.splitlines()[-1] == "tui-gan: SLURM refuses the job: invalid partition specified: nosuch"


@pytest.mark.usefixtures("cluster")
def test_a_job_that_is_killed_is_followed_by_another(program: Program, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    process = started(*SMALL, "--steps", 1500, "--out", two, "--backend", "slurm", "--slurm", "cpus_per_task=1")
    # The one that has just begun: the other may have come to its end.
    found = statuses(two)
    place = next(place for place, each in enumerate(found) if each.state == "training")
    killed = found[place]
    os.kill(killed.process, signal.SIGKILL)
    _, said = process.communicate(timeout=500)
    assert process.returncode == 0, said
    assert f"process {place + 1} of 2 ({killed.process} on {killed.host}) died; its chunks are taken up again" in said
    assert program("sweep", *SMALL, "--steps", 1500, "--out", one).status == 0
    assert same(one, two)


@pytest.mark.usefixtures("cluster")
def test_jobs_save_when_the_sweep_is_stopped_and_none_stays(program: Program, tmp_path: Path) -> None:
    """One of the two jobs waits for the only node, as does all that it would train."""
    folder, cores = tmp_path / "two", os.cpu_count()
    process = started(*SMALL, "--steps", 1500, "--out", folder, "--backend", "slurm", "--slurm", f"cpus_per_task={cores}")
    status = folder / "workers" / "status-0.json"
    while not status.exists() or not msgspec.json.decode(status.read_bytes(), type=Status).done:
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=200)
    assert process.returncode == 128 + signal.SIGTERM, said
    assert subprocess.run(["squeue", "--noheader"], capture_output=True, text=True).stdout == ""
    assert (folder / "state-0.safetensors").exists() != (folder / "state-1.safetensors").exists()
    assert program("sweep", "--resume", folder, "--engine", "graph").status == 0
    assert program("sweep", *SMALL, "--steps", 1500, "--out", tmp_path / "one").status == 0
    assert same(tmp_path / "one", folder)


def test_a_key_on_the_terminal_saves_all_processes(program: Program, tmp_path: Path) -> None:
    """Ctrl+C reaches every process of the group: the one that leads saves by asking the others."""
    one, two = tmp_path / "one", tmp_path / "two"
    process = started(*SMALL, "--steps", 1500, "--out", two, "--backend", "local")
    statuses(two)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=200)
    assert process.returncode == 128 + signal.SIGINT, said
    assert "saving; once more" in said
    assert "Traceback" not in said
    assert "died" not in said
    assert not (two / "workers").exists()
    assert program("sweep", "--resume", two, "--backend", "local", "--workers", 1, "--engine", "graph").status == 0
    assert program("sweep", *SMALL, "--steps", 1500, "--out", one).status == 0
    assert same(one, two)


def test_processes_whose_leader_is_killed_go_on_and_are_disowned_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "two"
    process = started(*SMALL, "--steps", 1_000_000, "--out", folder, "--backend", "local")
    found = statuses(folder)
    process.kill()
    process.communicate()
    assert all(Path(f"/proc/{each.process}").exists() for each in found)
    process = started("--resume", folder, "--engine", "graph")
    while any(Path(f"/proc/{each.process}").exists() for each in found):
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=200)
    assert process.returncode == 128 + signal.SIGTERM, said
    assert not (folder / "workers").exists()
