"""Runs that are killed at any moment, also while they write, and terminals that are lost again and again."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.test_detached import ended, run, same, until, visit  # noqa: F401
from tests.end_to_end.test_screen import log, newest, step, training
from tests.logs import log_of
from tests.program import Program
from tests.terminal import PATIENCE, terminal
from tui_gan.session import checkpoint, lock
from tui_gan.wire import AbsentError

# So small, and saved so often, that most of the time goes into writing.
WRITES = ("--set", "generator=4", "--set", "discriminator=4", "--set", "log_every=1", "--set", "evaluated=200", "--batch-size", "8")
EVERY = 5
# Imported once: each run is a fork of it that is killed.
PROGRAM = """
import glob, os, sys, time
import torch
from tui_gan.cli import main
import tui_gan.session.start, tui_gan.headless, tui_gan.cli.front
for line in sys.stdin:
    folder, delay, *words = line.split()
    before = {*glob.glob(folder)}
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        sys.argv = ["tui-gan", *words]
        main()
    # Below 0 it is killed while it begins, or else when it has saved something.
    end = time.monotonic() + 60
    while float(delay) > 0 and {*glob.glob(folder)} <= before and time.monotonic() < end:
        time.sleep(0.002)
    time.sleep(abs(float(delay)))
    os.kill(child, 9)
    _, status = os.waitpid(child, 0)
    print(status, flush=True)
"""


@pytest.mark.parametrize("times", [1, pytest.param(200, marks=pytest.mark.slow)])
def test_a_run_that_is_killed_at_any_moment_goes_on_from_its_newest_whole_checkpoint(
    times: int, tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    place, chance, reached = Path("runs/killed"), random.Random(times), 0
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forks:
        assert forks.stdin is not None
        assert forks.stdout is not None
        for number in range(times):
            delay = -chance.uniform(0.0, 0.5) if number % 8 == 7 else chance.uniform(0.0, 0.2)
            words = ["resume", str(place), "--headless", "--steps", "1000000"]
            if not [*place.glob("checkpoints/step-*.safetensors")]:
                # Killed before its first; a resume would say how to begin it anew.
                shutil.rmtree(place, ignore_errors=True)
                words = ["run", "toy1d", "--headless", "--out", str(place), *WRITES, "--checkpoint-every", str(EVERY), "--pace", "0"]
            forks.stdin.write(f"{place}/checkpoints/step-*.safetensors {delay} {' '.join(words)}\n")
            forks.stdin.flush()
            assert int(forks.stdout.readline()) == signal.SIGKILL
            if (holder := lock.read(place)) is None:
                # Not even begun.
                continue
            assert (holder.ended, lock.is_alive(holder, place)) == ("", False)
            stored = checkpoint.stored(place / "checkpoints")
            # Each that has a name is whole.
            steps = [checkpoint.read(path)[1].step for path in stored.values()]
            assert steps == [*stored]
            last = max((entry["step"] for entry in log_of(place / "log.jsonl") if entry["kind"] == "scalars"), default=0)
            assert reached <= max(steps, default=0)
            assert last - max(steps, default=0) <= EVERY
            reached = max(steps, default=0)
    assert reached > times
    (row,) = program("runs", "--json").result["runs"]
    assert (row["status"], row["step"], row["pid"]) == ("crashed", reached, None)
    assert program("resume", place, "--headless", "--steps", 3).status == 0
    assert int(newest(place).stem[5:]) == reached + 3
    assert not [*place.rglob("*.partial")]
    assert json.loads((place / lock.NAME).read_text())["ended"] == "finished"


@pytest.mark.parametrize("times", [pytest.param(50, marks=pytest.mark.slow)])
def test_a_terminal_that_is_lost_again_and_again_costs_not_a_step(times: int, run: Path, tmp_path: Path, program: Program) -> None:  # noqa: F811
    asked = ("run", "toy1d", "--steps", "20000", "--seed", "3", "--pace", "0", "--out")
    with terminal(*asked, str(run), "--set", "linger=0", cwd=tmp_path) as opened:
        training(opened)
        opened.hang_up()
        assert opened.process.wait(PATIENCE) == 129
    with contextlib.closing(visit(run)) as here:
        pid = here.welcome.pid
        for number in range(times - 1):
            with terminal("attach", str(run), cwd=tmp_path) as opened:
                opened.wait_for(lambda text: step(text) > 0 or "nothing trains" in text)
                if number % 3 == 0:
                    opened.hang_up()
                elif number % 3 == 1:
                    os.killpg(opened.process.pid, signal.SIGHUP)
                else:
                    os.killpg(opened.process.pid, signal.SIGKILL)
                until(lambda opened=opened: opened.process.poll() is not None)
        with contextlib.suppress(AbsentError):
            assert here.welcome.pid == pid
    until(lambda: ended(run))
    assert program(*asked, tmp_path / "undisturbed", "--headless").status == 0
    steps = [entry["step"] for entry in log(run) if entry["kind"] == "scalars"]
    assert steps == list(range(50, 20_001, 50))
    assert same(run, tmp_path / "undisturbed")
