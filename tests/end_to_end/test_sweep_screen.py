"""A sweep on its screen: the real program on a pseudo-terminal."""

import os
import signal
from pathlib import Path

import pytest

from tests.terminal import Terminal, terminal

SWEEP = ("sweep", "toy1d-aylien-2017-07", "--k-steps", "1,2", "--generator-lr", "1e-3,1e-2", "--seeds", "2", "--engine", "graph")
MEASURED = ("--set", "evaluate_every=20", "--set", "evaluated=256")


def sweep(folder: Path, steps: int) -> tuple[str, ...]:
    return (*SWEEP, *MEASURED, "--steps", str(steps), "--out", str(folder))


def measured(opened: Terminal) -> None:
    opened.wait_for(
        lambda text: "share of members whose samples show a mode collapse" in text and "collapsed" in text and " at step " in text
    )


@pytest.mark.slow
def test_a_member_is_opened_as_a_run_and_the_sweep_goes_on_behind_it(tmp_path: Path) -> None:
    folder = tmp_path / "sweep"
    with terminal(*sweep(folder, 100_000), cwd=tmp_path) as opened:
        measured(opened)
        opened.press("\x1b[C", "v")
        opened.wait_for("median of w1 over the members that have not failed")
        opened.press("\r")
        opened.wait_for("open as a run")
        opened.press("\x1b[C", "\r")
        # The screen of the run: k is 2, and the seed the second.
        opened.wait_for("events")
        opened.press("q")
        opened.wait_for("open as a run")
        opened.press("\x1b")
        opened.wait_for("TRAINING")
        opened.press("q")
        assert opened.wait_end() == 0
        assert "`tui-gan sweep --resume" in opened.text
        assert opened.is_clean()
    (run,) = (tmp_path / "runs").iterdir()
    assert run.name == "sweep-member-5"
    assert len((folder / "results.csv").read_text().splitlines()) == 1 + 8


def test_one_that_comes_to_its_end_stays_on_the_screen_and_then_tells_its_table(tmp_path: Path) -> None:
    with terminal(*sweep(tmp_path / "sweep", 20), cwd=tmp_path, size=(80, 24)) as opened:
        opened.wait_for("FINISHED")
        opened.press("q")
        assert opened.wait_end() == 0
        assert "results.csv" in opened.text
        assert "median" in opened.text
        assert opened.is_clean()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_it_and_leaves_the_terminal_clean(tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / "sweep"
    with terminal(*sweep(folder, 100_000), cwd=tmp_path) as opened:
        measured(opened)
        os.kill(opened.process.pid, number)
        assert opened.wait_end() == 128 + number
        assert opened.is_clean()
    assert (folder / "state-0.safetensors").exists()


@pytest.mark.slow
def test_a_terminal_that_is_lost_saves_it(tmp_path: Path) -> None:
    folder = tmp_path / "sweep"
    with terminal(*sweep(folder, 100_000), cwd=tmp_path) as opened:
        measured(opened)
        opened.hang_up()
        assert opened.process.wait(60) == 128 + signal.SIGHUP
    assert (folder / "state-0.safetensors").exists()
