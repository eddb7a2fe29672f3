"""Signals that come twice to a run without a terminal, whatever it is doing: it saves, and ends by the first within five seconds."""

import contextlib
import os
import signal
import time
from pathlib import Path

import pytest

from tests.end_to_end.test_faults import broken
from tests.logs import log_of
from tests.wire.visited import until
from tui_gan.session import checkpoint, lock
from tui_gan.wire import AbsentError, place
from tui_gan.wire.client import Visit

# Also beside much else.
WITHIN = 15.0
# Each makes a moment of the trainer last for a second, from which on the marker is there.
SLOW_DISK = """
from pathlib import Path
def slow(self, target):
    if "checkpoints" in self.parts:
        open("marker", "a").close()
        time.sleep(1.0)
    return replace(self, target)
replace, Path.replace = Path.replace, slow
"""
SLOWLY_BACK = """
from tui_gan.gan.trainer import Trainer
def nan(self, knobs):
    step(self, knobs)
    if self.steps_done == 330: self.now.loss_sums += float("nan")
def slow(self, state):
    open("marker", "a").close()
    time.sleep(1.0)
    return load(self, state)
step, Trainer.step = Trainer.step, nan
load, Trainer.load_state = Trainer.load_state, slow
"""
# What the program does, and how it is broken for that.
PHASES = {"loading": "", "training": "", "saving": SLOW_DISK, "rolling back": SLOWLY_BACK}


def visit(run: Path) -> Visit:
    return Visit(place.address(run), "test")


def step(run: Path) -> int:
    with contextlib.closing(visit(run)) as here:
        return here.look().step


def is_met(run: Path) -> bool:
    with contextlib.suppress(AbsentError, ValueError), contextlib.closing(visit(run)):
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "phase", ["saving", *(pytest.param(each, marks=pytest.mark.slow) for each in ("loading", "training", "rolling back"))]
)
def test_two_signals_save_a_run_without_a_terminal(phase: str, number: signal.Signals, tmp_path: Path) -> None:
    run, every = tmp_path / "run", 100 if phase == "saving" else 10**6
    with broken(f"import time{PHASES[phase]}", tmp_path, "--detach", "--checkpoint-every", str(every), anew=phase == "loading") as opened:
        if phase == "loading":
            until(lambda: is_met(run))
        else:
            assert opened.wait_end() == 0
            until(lambda: (tmp_path / "marker").exists() if PHASES[phase] else step(run) > 10)
        holder = lock.read(run)
        assert holder is not None
        begun = time.monotonic()
        for _ in range(2):
            with contextlib.suppress(ProcessLookupError):
                os.kill(holder.pid, number)
            time.sleep(0.2)
        if phase == "loading":
            assert opened.wait_end() == 128 + number
            assert opened.is_clean()
        else:
            # An orphan of a process that was forked for a test is this process's child.
            assert os.waitstatus_to_exitcode(os.waitpid(holder.pid, 0)[1]) == 128 + number
        assert time.monotonic() - begun < WITHIN
    ended = lock.read(run)
    assert ended is not None
    assert ended.ended == "stopped"
    stored = checkpoint.stored(run / "checkpoints")
    newest = checkpoint.read(stored[max(stored)])[1]
    assert newest.step == max(stored) == ended.step
    assert log_of(run / "log.jsonl")[-1]["step"] <= newest.step
    assert [path.name for path in run.rglob("*.partial")] == []
