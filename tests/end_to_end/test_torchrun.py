"""Two real processes of torchrun: one run, whose screen follows keys and size, and which a death ends with a checkpoint."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.program import Program
from tests.terminal import NOWHERE, PATIENCE, Terminal
from tui_gan.session.checkpoint import stored

TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "-m", "tui_gan")
SMALL = ("--generator", "dcgan4", "--discriminator", "dcgan4", "--set", "evaluated=100", "--steps", "1000000")
pytestmark = pytest.mark.slow


class Started(NamedTuple):
    """torchrun, with the process ids of its ranks."""

    process: "subprocess.Popen[str]"
    ranks: dict[str, int]
    run: Path


def ranks_of(pid: int) -> dict[str, int]:
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        variables = dict(each.split("=", 1) for each in Path(f"/proc/{child}/environ").read_text().split("\0") if "=" in each)
        found[variables.get("RANK", "")] = int(child)
    return found


@pytest.fixture
def training(tmp_path: Path) -> Iterator[Started]:
    environment = {**os.environ, **NOWHERE, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [*TORCHRUN, "run", "digits", "--headless", *SMALL, "--out", str(tmp_path / "run")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=environment) as process:
        assert process.stderr
        for line in process.stderr:
            if "steps/s" in line:
                break
        yield Started(process, ranks_of(process.pid), tmp_path / "run")
        if process.poll() is None:
            process.kill()


def gone(pid: int) -> bool:
    end = time.monotonic() + PATIENCE
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_a_death_ends_the_run_with_a_checkpoint_and_one_line(training: Started, program: Program) -> None:
    os.kill(training.ranks["1"], signal.SIGKILL)
    _, said = training.process.communicate(timeout=PATIENCE)
    (newest,) = stored(training.run / "checkpoints")
    (line,) = [line for line in said.splitlines() if line.startswith("tui-gan:")]
    assert line.startswith(f"tui-gan: rank 1 has gone; the run is saved at step {newest:,}")
    # The launcher may end rank 0 while that leaves, and fails for the rank that went.
    assert training.process.returncode == 1
    done = program("resume", training.run, "--headless", "--steps", "3", "--json")
    assert (done.status, done.result["step"]) == (0, newest + 3)


def test_a_stop_is_a_stop(training: Started, program: Program) -> None:
    assert program("stop", training.run).status == 0
    assert training.process.wait(PATIENCE) == 0
    assert stored(training.run / "checkpoints")


def test_nobody_follows_one_who_was_killed(training: Started) -> None:
    os.kill(training.ranks["0"], signal.SIGKILL)
    assert gone(training.ranks["1"])
    _, said = training.process.communicate(timeout=PATIENCE)
    assert "tui-gan:" not in said


def test_the_screen_is_that_of_one_process(tmp_path: Path) -> None:
    words = ["run", "digits", *SMALL, "--out", "run", "--pace", "0"]
    opened = Terminal([*TORCHRUN, *words], tmp_path, anew=True)
    try:
        opened.wait_for("2 processes share each step")
        opened.press("K")
        opened.wait_for("k steps: 2 (was 1)")
        opened.resize(100, 30)
        opened.wait_for(lambda text: any(line.startswith("╭") and line.rstrip().endswith("╮") for line in text.splitlines()))
        opened.press("q")
        assert opened.wait_end() == 0
        assert opened.is_clean()
    finally:
        opened.close()
    assert stored(tmp_path / "run" / "checkpoints")
