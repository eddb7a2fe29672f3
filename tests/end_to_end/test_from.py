"""A run that begins with the networks of another, on the screen, and goes on when the other has gone."""

import re
import shutil
from pathlib import Path

import pytest

from tests.end_to_end.test_screen import commands, newest, training
from tests.program import Program
from tests.terminal import terminal


@pytest.mark.slow
def test_a_run_from_another_is_told_on_the_screen_saved_and_resumed_without_it(tmp_path: Path, program: Program) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert program("run", "toy1d", "--headless", "--steps", 300, "--out", first).status == 0
    with terminal("run", "toy1d", "--from", "first", "--out", "second", "--set", "objective=hinge", cwd=tmp_path) as opened:
        training(opened)
        opened.wait_for("begins with the networks of first at")
        opened.press("q")
        assert opened.wait_end() == 0
        assert opened.is_clean()
    assert commands(second)[0] == ("from", [str(newest(first)), 300])
    shutil.rmtree(first)
    step = int(re.findall(r"\d+", newest(second).name)[0])
    done = program("resume", second, "--headless", "--json", "--steps", 20)
    assert (done.status, done.result["step"]) == (0, step + 20)


def test_networks_that_do_not_fit_end_the_screen_with_one_line(tmp_path: Path, program: Program) -> None:
    assert program("run", "toy1d", "--headless", "--steps", 3, "--out", tmp_path / "first").status == 0
    with terminal("run", "toy1d", "--from", "first", "--out", "second", "--generator", "16", cwd=tmp_path) as opened:
        assert opened.wait_end() == 2
        assert opened.is_clean()
        assert b"generator.0.weight has the shape (32, 1) there, and here (16, 1) is needed" in opened.raw
        assert b"Traceback" not in opened.raw
    assert not (tmp_path / "second").exists()
