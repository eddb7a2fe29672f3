"""Faults put into the real program on a pseudo-terminal: what its user sees, and what is saved."""

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from tests.end_to_end.test_screen import step
from tests.terminal import Terminal

MAIN = "from tui_gan.cli import main; main()"


@contextlib.contextmanager
def broken(fault: str, cwd: Path, *words: str, anew: bool = False) -> Iterator[Terminal]:
    """`tui-gan run toy1d --out run` at full speed, begun after the lines of `fault` have been run in the same process."""
    arguments = ["tui-gan", "run", "toy1d", "--pace", "0", "--out", "run", *words]
    opened = Terminal([sys.executable, "-c", f"import sys; sys.argv = {arguments!r}\n{fault}\n{MAIN}"], cwd, anew=anew)
    try:
        yield opened
    finally:
        opened.close()


def events(cwd: Path) -> list[dict]:
    lines = [json.loads(line) for line in (cwd / "run" / "log.jsonl").read_text().splitlines()]
    return [line for line in lines if line["kind"] == "event"]


def test_a_screen_that_breaks_leaves_a_clean_terminal_a_saved_run_and_its_traceback_in_the_log(tmp_path: Path) -> None:
    fault = """
from tui_gan.ui.panels.quality import Quality
def inside(self, view, width, height):
    if view.snapshot.step > 50: raise RuntimeError("a panel broke")
    return original(self, view, width, height)
original, Quality.inside = Quality.inside, inside
"""
    with broken(fault, tmp_path) as opened:
        assert opened.wait_end() == 1
        assert opened.is_clean()
        assert b"the screen failed (RuntimeError: a panel broke); the run is saved" in opened.raw
        assert b"Traceback" not in opened.raw
    assert "a panel broke" in events(tmp_path)[-1]["traceback"]
    newest = max((tmp_path / "run" / "checkpoints").iterdir())
    assert load_file(newest)["counts"][0] == int(newest.stem[5:]) > 0


def test_a_loss_that_is_not_finite_pauses_with_advice_and_an_exception_is_shown_logged_and_left_with_status_1(tmp_path: Path) -> None:
    fault = """
from tui_gan.gan.trainer import Trainer
def step(self, knobs):
    if self.steps_done == 470: raise ValueError("a step broke")
    original(self, knobs)
    if self.steps_done == 330 and knobs.generator_lr > 1e-3: self.now.loss_sums += float("nan")
original, Trainer.step = Trainer.step, step
"""
    with broken(fault, tmp_path) as opened:
        opened.wait_for(lambda text: "PAUSED" in text and "non-finite" in text and "lower a learning rate" in text)
        opened.press("g")
        opened.wait_for("0.001")
        # The run goes on, beyond the step at which the loss was not finite.
        opened.press(" ")
        opened.wait_for(lambda text: "FAILED" in text and "a step broke" in text and step(text) >= 400)
        opened.press("q")
        assert opened.wait_end() == 1
        assert opened.is_clean()
    assert any("last good step, 250" in event["text"] for event in events(tmp_path))
    assert any("a step broke" in event.get("traceback", "") for event in events(tmp_path))


@pytest.mark.slow
def test_who_leaves_during_a_long_step_is_told_that_its_end_is_awaited(tmp_path: Path) -> None:
    fault = """
import time
from pathlib import Path
from tui_gan.gan.trainer import Trainer
def step(self, knobs):
    if self.steps_done == 60:
        Path("long").touch()
        while not Path("over").exists(): time.sleep(.05)
    original(self, knobs)
original, Trainer.step = Trainer.step, step
"""
    with broken(fault, tmp_path) as opened:
        opened.wait_for(lambda text: (tmp_path / "long").exists())
        opened.press("q", "q")
        opened.wait_for("saving once the current step ends")
        (tmp_path / "over").touch()
        assert opened.wait_end() == 0
        assert opened.is_clean()
    assert (tmp_path / "run" / "checkpoints" / "step-00000061.safetensors").exists()
