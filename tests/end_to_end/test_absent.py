"""What happens to a run while nobody is there: it is kept, and told to whoever comes; neither clocks nor a suspended machine end it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.test_faults import MAIN, broken
from tests.end_to_end.test_signalled import visit
from tests.program import Program
from tests.terminal import terminal
from tests.wire.visited import until
from tui_gan.contract.snapshot import Status
from tui_gan.session import lock
from tui_gan.wire import AbsentError

BREAK = """
from tui_gan.gan.trainer import Trainer
import torch
def broken(self, knobs):
    step(self, knobs)
    if self.steps_done == 330: {what}
step, Trainer.step = Trainer.step, broken
"""
# The clock on the wall is a day ahead, or behind, while a file says so.
CLOCK = """
import os, time
def jumping(): return real() + 86400 * (os.path.exists("ahead") - os.path.exists("behind"))
real, time.time = time.time, jumping
"""
# Another host to which a lock of this one does not reach.
ELSEWHERE = "import fcntl; fcntl.flock = lambda file, how: None"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Path]:
    """A run directory; whoever trains there is killed at the end."""
    path = tmp_path / "run"
    yield path
    with contextlib.suppress(AbsentError), contextlib.closing(visit(path)) as left:
        os.kill(left.welcome.pid, signal.SIGKILL)


def begin(fault: str, cwd: Path, *words: str) -> None:
    """Let a run without a terminal begin, in a process that is broken like this."""
    with broken(fault, cwd, "--detach", *words) as opened:
        assert opened.wait_end() == 0


@pytest.mark.parametrize(
    ("what", "status", "told"),
    [
        pytest.param('self.now.loss_sums += float("nan")', Status.PAUSED, "non-finite", marks=pytest.mark.slow),
        pytest.param('raise torch.OutOfMemoryError("no memory")', Status.PAUSED, "ran out of memory", marks=pytest.mark.slow),
        ('raise ValueError("a step broke")', Status.FAILED, "a step broke"),
    ],
    ids=["a loss", "memory", "an exception"],
)
def test_what_goes_wrong_while_nobody_is_there_is_told_to_whoever_comes(
    what: str, status: Status, told: str, run: Path, tmp_path: Path
) -> None:
    begin(BREAK.format(what=what), tmp_path)
    with contextlib.closing(visit(run)) as here:
        until(lambda: here.look().status is status)
    with terminal("attach", str(run), cwd=tmp_path) as opened:
        opened.wait_for(lambda text: status.name in text and told in text)
        opened.press("q")
        assert opened.wait_end() == 0
    holder = lock.read(run)
    assert holder is not None
    assert holder.ended in ("stopped", "failed")
    assert any((run / "checkpoints").iterdir())


def test_neither_a_clock_that_jumps_nor_a_suspended_machine_harms_a_run(run: Path, tmp_path: Path, program: Program) -> None:
    begin(CLOCK, tmp_path)
    with contextlib.closing(visit(run)) as here:
        for name in ("ahead", "behind"):
            (tmp_path / name).touch()
            before = here.look()
            until(lambda before=before: here.look().step > before.step + 100)
            now = here.look()
            assert 0 < now.seconds - before.seconds < 60
            listed = json.loads(program("runs", "--json").out)["runs"]
            assert [each["status"] for each in listed] == ["detached"]
            (tmp_path / name).unlink()
        before = here.look()
        os.kill(here.welcome.pid, signal.SIGSTOP)
        time.sleep(2.5)
        os.kill(here.welcome.pid, signal.SIGCONT)
        begun = time.monotonic()
        until(lambda: here.look().step > before.step)
        # What it did before it was stopped and since, and not the time between.
        assert here.look().seconds - before.seconds < 1.5 + time.monotonic() - begun
        assert not here.ended


@pytest.mark.slow
def test_a_host_whose_locks_do_not_reach_this_one_is_refused_by_name(run: Path, tmp_path: Path) -> None:
    name = ("unshare", "--uts", "sh", "-c", 'hostname elsewhere && exec "$@"', "sh")
    if subprocess.run((*name, "true"), capture_output=True).returncode:
        pytest.skip("a host name of its own takes rights that this user does not have")
    begin("", tmp_path, "--checkpoint-every", "50")
    with contextlib.closing(visit(run)) as here:
        until(lambda: here.look().step > 50)
        pid, before = here.welcome.pid, here.look().step
        words = ["tui-gan", "resume", str(run), "--headless"]
        program = [sys.executable, "-c", f"import sys; sys.argv = {words!r}\n{ELSEWHERE}\n{MAIN}"]
        refused = subprocess.run((*name, *program), capture_output=True, text=True, cwd=tmp_path)
        assert refused.returncode == 2
        assert f"is in use by process {pid} on {os.uname().nodename}; wait for it, or stop it there" in refused.stderr
        until(lambda: here.look().step > before)
