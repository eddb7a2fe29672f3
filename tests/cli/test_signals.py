"""A headless run that a signal ends: it saves its last step first, and says by its exit status which signal it was."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from safetensors.torch import load_file

from tests.logs import log_of
from tests.program import Program
from tui_gan.presets import PRESETS
from tui_gan.session import checkpoint

# Whoever started these tests may have told them to ignore signals; the program starts with none ignored but those named.
PROGRAM = """
import signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
for name in sys.argv[1].split():
    signal.signal(signal.Signals[name], signal.SIG_IGN)
del sys.argv[1]
from tui_gan.cli import main
main()
"""
PATIENCE = 120.0
KNOBS = ("--batch-size", "16", "--minibatch-discrimination", "--checkpoint-every", "50")
EVERY = PRESETS["toy1d"].config.log_every


class Running(NamedTuple):
    process: subprocess.Popen[str]
    run: Path

    def trained(self) -> int:
        """The last step in the log."""
        return max((entry["step"] for entry in log_of(self.run / "log.jsonl") if entry["kind"] == "scalars"), default=0)

    def wait_for_step(self, step: int) -> None:
        begun = time.monotonic()
        while self.trained() < step:
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() - begun < PATIENCE
            time.sleep(0.02)

    def ended(self) -> tuple[int, dict[str, Any], str]:
        out, err = self.process.communicate(timeout=PATIENCE)
        assert "Traceback" not in out + err
        return self.process.returncode, json.loads(out.splitlines()[-1]), err


Begin = Callable[..., Running]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Begin a run without end that ignores the signals of these names."""
    begun = []

    def begin(ignored: str = "") -> Running:
        run = tmp_path / "begun"
        words = ["run", "toy1d", "--headless", "--json", *KNOBS, "--pace", "100", "--steps", str(10**9), "--out", str(run)]
        command = [sys.executable, "-c", PROGRAM, ignored, *words]
        begun.append(Running(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True), run))
        return begun[-1]

    yield begin
    for each in begun:
        each.process.kill()
        each.process.communicate()


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), pytest.param("SIGHUP", 129, marks=pytest.mark.slow)])
def test_a_signal_saves_the_last_step_and_is_the_exit_status(name: str, status: int, begin: Begin, program: Program) -> None:
    mine = begin()
    mine.wait_for_step(EVERY)
    mine.process.send_signal(signal.Signals[name])
    code, result, err = mine.ended()
    assert code == status
    assert (result["status"], result["run"]) == ("stopped", str(mine.run))
    assert f"stopped at step {result['step']}" in err
    stored = checkpoint.stored(mine.run / "checkpoints")
    assert max(stored) == result["step"] >= EVERY
    assert checkpoint.read(stored[result["step"]])[1].step == result["step"]
    resumed = program("resume", mine.run, "--headless", "--json", "--steps", 5)
    assert (resumed.status, resumed.result["step"]) == (0, result["step"] + 5)


@pytest.mark.slow
def test_a_run_in_use_is_left_alone_an_ignored_signal_stays_ignored_and_another_process_goes_on_as_if_nothing_had_been(
    begin: Begin, program: Program
) -> None:
    mine = begin("SIGHUP")
    mine.wait_for_step(EVERY)
    done = program("resume", mine.run, "--headless", "--steps", 1)
    assert done.status == 2
    assert f"is in use by process {mine.process.pid}; `tui-gan attach" in done.line
    mine.process.send_signal(signal.SIGHUP)
    mine.wait_for_step(mine.trained() + 100)
    mine.process.send_signal(signal.SIGTERM)
    code, result, _ = mine.ended()
    assert (code, result["status"]) == (143, "stopped")
    steps = [entry["step"] for entry in log_of(mine.run / "log.jsonl") if entry["kind"] == "scalars"]
    assert steps[:-1] == list(range(EVERY, steps[-1], EVERY))
    assert result["step"] >= EVERY + 100
    last = result["step"] + 7
    resumed = program("resume", mine.run, "--headless", "--json", "--steps", 7)
    whole = program("run", "toy1d", "--headless", "--json", *KNOBS, "--steps", last, "--out", "whole")
    assert resumed.result["metrics"] == whole.result["metrics"]
    one, other = (load_file(checkpoint.step_path(run / "checkpoints", last)) for run in (mine.run, Path("whole")))
    assert one.keys() == other.keys()
    assert [name for name in one if not torch.equal(one[name], other[name])] == []
