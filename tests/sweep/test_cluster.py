"""Backends: what of them can be said without a job."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.program import Program
from tui_gan.contract.errors import UsageError
from tui_gan.sweep import cluster

PARTS = ("sweep", "toy1d-aylien-2017-07", "--seeds", "2", "--steps", "10")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--backend", "nosuch"), "unknown backend 'nosuch' (known: local, slurm)"),
        (("--backend", "locall"), "did you mean 'local'?"),
        (("--workers", "2"), "--workers is for --backend local or --backend slurm"),
        (("--slurm", "time=60"), "--slurm is for --backend slurm"),
        (("--backend", "local", "--slurm", "time=60"), "--slurm is for --backend slurm"),
        (("--backend", "slurm", "--slurm", "gpu"), "--slurm takes KEY=VALUE, such as partition=gpu,time=60, not 'gpu'"),
        (("--backend", "slurm", "--slurm", "=gpu"), "--slurm takes KEY=VALUE"),
        (("--backend", "slurm"), "--backend slurm needs SLURM's sbatch, srun and squeue on the PATH"),
    ],
    ids=str,
)
def test_what_it_refuses_is_one_line_and_leaves_nothing(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    ended = program(*PARTS, *words)
    assert ended.status == 2
    assert why in ended.line
    assert [*tmp_path.iterdir()] == []


def test_no_process_is_too_few(program: Program) -> None:
    ended = program(*PARTS, "--backend", "local", "--workers", "0")
    assert ended.status == 2
    assert ended.err.splitlines()[-1] == "Error: Invalid value for '--workers': Input should be greater than or equal to 1"


def test_without_submitit_it_says_what_to_install(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "submitit", None)
    ended = program(*PARTS, "--backend", "local")
    assert (ended.status, ended.line) == (2, "tui-gan: --backend local needs submitit: pip install 'tui-gan[slurm]'")


def test_options_are_numbers_where_they_look_like_it() -> None:
    found = cluster.options_of(["partition=gpu,time=60", "gres=gpu:1,shard:2,cpus-per-task=4", "time=1:00:00"])
    assert found == {"partition": "gpu", "time": "1:00:00", "gres": "gpu:1,shard:2", "cpus_per_task": 4}


def commands(folder: Path, **lines: str) -> str:
    """A directory of commands that say these lines, and end by a status where it is 0 no more."""
    for name, line in lines.items():
        (folder / name).write_text(f"#!/bin/sh\n{line}\n")
        (folder / name).chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


class Job:
    def __init__(self, job_id: str) -> None:
        self.job_id = job_id


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A cluster of these commands."""

    def slurm(options: tuple[str, ...] = (), **lines: str) -> cluster.Backend:
        place = tmp_path / "bin"
        place.mkdir(exist_ok=True)
        monkeypatch.setenv("PATH", commands(place, srun="exit 1", **lines))
        (tmp_path / "logs").mkdir(exist_ok=True)
        return cluster.made("slurm", tmp_path / "logs", options)

    return slurm


def test_jobs_that_the_queue_does_not_name_have_ended(slurm: Any) -> None:
    jobs = [Job("7"), Job("8"), Job("77")]
    assert slurm(squeue="echo 77; echo 9").gone(jobs) == {"7", "8"}
    assert slurm(squeue="echo slurm_load_jobs error: Unable to contact slurm controller >&2; exit 1").gone(jobs) == set()


def test_a_job_is_submitted_with_the_options(slurm: Any, tmp_path: Path) -> None:
    backend = slurm(("time=60,nice=5,cpus-per-task=2",), sbatch='echo Submitted batch job 12; cp "$1" "$(dirname "$1")/sent"')
    assert backend.submit(len, ()).job_id == "12"
    sent = (tmp_path / "logs" / "sent").read_text()
    for line in ("--time=60", "--nice=5", "--cpus-per-task=2", "--job-name=tui-gan"):
        assert f"#SBATCH {line}\n" in sent


def test_what_the_cluster_refuses_is_one_line(slurm: Any, capfd: pytest.CaptureFixture[str]) -> None:
    refusing = slurm(sbatch="echo 'sbatch: error: invalid partition specified: x\nsbatch: error: Batch job failed' >&2; exit 1")
    with pytest.raises(UsageError, match=r"^SLURM refuses the job: invalid partition specified: x$"):
        refusing.submit(len, ())
    assert capfd.readouterr().err == ""
    with pytest.raises(UsageError, match="--slurm: "):
        slurm(("setup=1",))


def test_a_process_takes_what_the_system_gives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = len(os.sched_getaffinity(0))
    monkeypatch.delenv("SLURM_CPUS_ON_NODE", raising=False)
    assert cluster.cores_here() == allowed
    monkeypatch.setenv("SLURM_CPUS_ON_NODE", "1")
    assert cluster.cores_here() == 1
    monkeypatch.setenv("SLURM_CPUS_ON_NODE", "1000")
    assert cluster.cores_here() == allowed
    assert cluster.Backend.cores(1000) == 1
