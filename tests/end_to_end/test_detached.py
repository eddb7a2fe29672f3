"""A run that has left its terminal, or lost it: it trains on in the same process without a missed step, and is come back to."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from tests.end_to_end.test_screen import log, newest, step, training
from tests.program import Program
from tests.terminal import PATIENCE, terminal
from tests.wire.visited import until
from tui_gan.session import lock
from tui_gan.wire import AbsentError, place
from tui_gan.wire.client import Visit


def visit(run: Path) -> Visit:
    return Visit(place.address(run), "test")


def is_alive(run: Path) -> bool:
    with contextlib.suppress(AbsentError), contextlib.closing(visit(run)):
        return True
    return False


def ended(run: Path) -> bool:
    """Whether a run has said so itself; a visit would keep one that rests from ending."""
    holder = lock.read(run)
    return holder is not None and bool(holder.ended)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Path]:
    """A run directory; whoever trains there is killed at the end, terminal or not."""
    path = tmp_path / "run"
    yield path
    with contextlib.suppress(AbsentError), contextlib.closing(visit(path)) as left:
        if left.welcome.pid != os.getpid():
            os.kill(left.welcome.pid, signal.SIGKILL)


def weights(run: Path) -> dict[str, Any]:
    return load_file(newest(run))


def same(one: Path, other: Path) -> bool:
    first, second = weights(one), weights(other)
    return first.keys() == second.keys() and all((tensor == second[name]).all() for name, tensor in first.items())


def test_a_script_that_reads_what_is_said_does_not_wait_for_the_end(run: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tui_gan", "run", "toy1d", "--detach", "--paused", "--out", str(run)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert "is paused without a terminal" in done.stdout
    assert is_alive(run)


def test_what_is_left_by_d_trains_on_and_is_the_same_run_when_somebody_comes_back(run: Path, tmp_path: Path, program: Program) -> None:
    asked = ("run", "toy1d", "--steps", "1500", "--out")
    with terminal(*asked, str(run), cwd=tmp_path) as opened:
        training(opened)
        with contextlib.closing(visit(run)) as here:
            pid = here.welcome.pid
        opened.press("D")
        assert opened.wait_end() == 0
        assert opened.is_clean()
        assert b"the run trains on; `tui-gan attach" in opened.raw
    with terminal("attach", str(run), "--as", "ann", cwd=tmp_path, size=(100, 30)) as first, terminal("watch", cwd=tmp_path) as second:
        first.wait_for(lambda text: step(text) > 0 and "distribution" in text)
        second.wait_for(lambda text: step(text) > 0 and "2 visitors" in text)
        second.press("K")
        second.wait_for("this screen only watches")
        first.press("1", "b")
        first.wait_for("(asked by ann)")
        first.wait_for(lambda text: "FINISHED" in text)
        # One who is not alone is asked before all lose the run.
        first.press("q")
        first.wait_for("Save and end the run?")
        first.press("n")
        second.press("q")
        assert second.wait_end() == 0
        first.wait_for(lambda text: "visitors" not in text)
        with contextlib.closing(visit(run)) as here:
            assert here.welcome.pid == pid
        first.press("D")
        assert first.wait_end() == 0
        assert b"the run has finished and waits; `tui-gan attach" in first.raw
    with terminal("attach", str(run), cwd=tmp_path) as first:
        first.wait_for(lambda text: "FINISHED" in text)
        first.press("q")
        assert first.wait_end() == 0
        assert re.search(rb"the run has finished at step 1,500; `tui-gan resume \S+ --steps N` goes on", first.raw)
        assert first.is_clean()
    until(lambda: ended(run))
    until(lambda: "finished at step 1500" in (run / "console.log").read_text())
    (asked_for,) = [entry for entry in log(run) if entry["kind"] == "command" and "source" in entry]
    assert (asked_for["name"], asked_for["source"]) == ("batch_size", "ann")


@pytest.mark.parametrize(
    "how", [pytest.param(how, marks=pytest.mark.slow) for how in ("the window is closed", "the parent is killed", "a signal")]
)
def test_a_run_that_loses_its_terminal_has_the_weights_of_one_that_did_not(run: Path, tmp_path: Path, program: Program, how: str) -> None:
    asked = ("run", "toy1d", "--steps", "1000", "--seed", "3", "--pace", "0", "--out")
    with terminal(*asked, str(run), "--set", "linger=0", cwd=tmp_path) as opened:
        training(opened)
        if how == "the window is closed":
            opened.hang_up()
            assert opened.process.wait(PATIENCE) == 129
        elif how == "a signal":
            opened.process.send_signal(signal.SIGHUP)
            assert opened.wait_end() == 129
            assert opened.is_clean()
        else:
            opened.process.send_signal(signal.SIGKILL)
            assert opened.process.wait(PATIENCE) == -9
    assert is_alive(run)
    assert program(*asked, tmp_path / "undisturbed", "--headless").status == 0
    until(lambda: ended(run))
    assert newest(run).stem == "step-00001000"
    steps = [entry["step"] for entry in log(run) if entry["kind"] == "scalars"]
    assert steps == list(range(50, 1001, 50))
    assert same(run, tmp_path / "undisturbed")


@pytest.mark.slow
def test_whoever_wants_a_hang_up_to_save_says_so_in_his_file(run: Path, tmp_path: Path, program: Program) -> None:
    (tmp_path / "tui-gan").mkdir()
    (tmp_path / "tui-gan" / "config.toml").write_text('on_hangup = "save"\n')
    with terminal("run", "toy1d", "--out", str(run), cwd=tmp_path, XDG_CONFIG_HOME=str(tmp_path)) as opened:
        training(opened)
        opened.hang_up()
        assert opened.process.wait(PATIENCE) == 129
    assert not is_alive(run)
    saved = int(newest(run).stem[5:])
    assert log(run)[-1]["step"] == saved
    assert program("resume", run, "--headless", "--steps", 5).status == 0
    assert int(newest(run).stem[5:]) == saved + 5


@pytest.mark.parametrize("front_end", ["--headless", pytest.param("--plain", marks=pytest.mark.slow)])
def test_a_run_without_a_screen_survives_its_terminal_too_and_a_later_signal_saves_it(run: Path, tmp_path: Path, front_end: str) -> None:
    with terminal("run", "toy1d", front_end, "--out", str(run), cwd=tmp_path) as opened:
        opened.wait_for("steps/s" if front_end == "--headless" else "Training toy1d")
        until(lambda: is_alive(run))
        opened.hang_up()
        with contextlib.closing(visit(run)) as here:
            pid, before = here.welcome.pid, here.look().step
            until(lambda: here.look().step > before)
            # The shell may send one as well.
            os.kill(pid, signal.SIGHUP)
            until(lambda: (run / "console.log").exists())
            time.sleep(2.1)
            assert not here.ended
            os.kill(pid, signal.SIGHUP)
            here.wait()
        assert opened.process.wait(PATIENCE) == 129
    assert log(run)[-1]["step"] == int(newest(run).stem[5:]) > 0
    until(lambda: "stopped at step" in (run / "console.log").read_text())


def test_who_reads_sentences_detaches_by_a_word(run: Path, tmp_path: Path) -> None:
    with terminal("run", "toy1d", "--plain", "--out", str(run), cwd=tmp_path) as opened:
        opened.wait_for("Training toy1d")
        opened.press("detach\r")
        assert opened.wait_end() == 0
        assert b"the run trains on; `tui-gan attach" in opened.raw
    with contextlib.closing(visit(run)) as here:
        before = here.look().step
        until(lambda: here.look().step > before)


def test_a_run_begins_without_a_terminal_and_ends_when_it_has_rested_for_long_enough(run: Path, tmp_path: Path) -> None:
    with terminal("run", "toy1d", "--detach", "--steps", "200", "--set", "linger=1", "--out", str(run), cwd=tmp_path) as opened:
        assert opened.wait_end() == 0
        assert b"trains without a terminal; `tui-gan attach" in opened.raw
    until(lambda: ended(run))
    until(lambda: "finished at step 200" in (run / "console.log").read_text())


def test_what_keeps_a_detached_run_from_beginning_is_said_on_the_terminal(run: Path, tmp_path: Path) -> None:
    with terminal("run", "toy1d", "--detach", "--device", "cuda:7", "--out", str(run), cwd=tmp_path) as opened:
        assert opened.wait_end() == 2
        assert b"device 'cuda:7' is not there" in opened.raw
    assert not run.exists()


def test_a_screen_that_loses_its_terminal_leaves_the_run_alone(run: Path, tmp_path: Path) -> None:
    with terminal("run", "toy1d", "--detach", "--out", str(run), cwd=tmp_path) as opened:
        assert opened.wait_end() == 0
    for signalled in (True, False):
        with terminal("attach", cwd=tmp_path) as opened:
            opened.wait_for(lambda text: step(text) > 0)
            if signalled:
                opened.process.send_signal(signal.SIGTERM)
                assert opened.wait_end() == 143
                assert opened.is_clean()
            else:
                opened.hang_up()
                assert opened.process.wait(PATIENCE) == 129
    with contextlib.closing(visit(run)) as here:
        os.kill(here.welcome.pid, signal.SIGKILL)
        here.wait()
    with terminal("attach", str(run), cwd=tmp_path) as opened:
        assert opened.wait_end() == 3
        assert b"nothing trains in" in opened.raw
