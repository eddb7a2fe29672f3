"""The real program on terminals as they come: without a size, sending what they like, and shared with a shell."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from tests.end_to_end.test_faults import broken
from tests.end_to_end.test_screen import commands, quiet, step, training
from tests.terminal import PROGRAM, Terminal, terminal

# Bytes that are no keys: no text, reports of a mouse that was not asked for, answers, and what has no end.
NOISE = (
    b"\xff\xfe\x80",
    b"\xc3",
    b"\x1b[M\x20\xc3\xa9",
    b"\x1b[MkKq",
    b"\x1b[M\xa0\xff\xff",
    b"\x1b[32;10;10M",
    b"\x1b[?2048;1$y\x1b[48;0;0;0;0t",
    b"\x1b]11;rgb:kkkk/gggg/llll\x1b\\",
    b"\x1bP>|kKgGlL\x1b\\",
    b"\x1b[?62;4c\x1b[>0;10;1c",
    b"\x1b[<0;99999999999999999999;1M",
    b"\x1b[99999999999u\x1b[55296u",
    b"\x00\x00",
    b"\x1b[200~" + 10_000 * b"kKgG\n" + b"\x1b[201~",
    b"\x1b[1;",
    b"kK" * 5_000,
    b"\x1b]0;" + 10_000 * b"kKgG",
)


def read_for(opened: Terminal, seconds: float) -> int:
    """Take in what comes in so many seconds; returns how many bytes."""
    before, end = opened.received, time.monotonic() + seconds
    while time.monotonic() < end:
        opened.read(0.05)
    return opened.received - before


@pytest.mark.slow
def test_a_terminal_without_a_size_that_sends_what_it_likes_and_continues_what_was_not_stopped(tmp_path: Path) -> None:
    run = tmp_path / "run"
    opened = Terminal([*PROGRAM, "run", "toy1d", "--paused", "--out", str(run)], tmp_path, (80, 24), told=(0, 0))
    try:
        opened.wait_for(lambda text: "PAUSED" in text and "q quit" in text.split("\n")[23])
        quiet(opened)
        assert opened.received < 100_000
        # Afterwards it is told of its size.
        opened.resize(100, 30)
        opened.wait_for(lambda text: "q quit" in text.split("\n")[29])
        quiet(opened)
        for noise in NOISE:
            at = 0
            while at < len(noise):
                at += os.write(opened.master, noise[at : at + 4000])
                opened.read(0.02)
            # Longer than what has no end is waited for.
            read_for(opened, 1.3 if noise == NOISE[-1] else 0.15)
        opened.press("K")
        opened.wait_for("k steps    ◂   2")
        for _ in range(3):
            os.kill(opened.process.pid, signal.SIGCONT)
            read_for(opened, 0.1)
        # A stop that nobody was told of, after which somebody else has used the terminal.
        os.killpg(opened.process.pid, signal.SIGSTOP)
        opened.screen.reset()
        os.killpg(opened.process.pid, signal.SIGCONT)
        opened.wait_for(lambda text: "PAUSED" in text and "k steps    ◂   2" in text and "q quit" in text.split("\n")[29])
        # There is no shell that could continue it.
        opened.press("\x1a")
        opened.wait_for("has no such shell")
        opened.press("K")
        opened.wait_for("k steps    ◂   3")
        opened.press("q")
        assert opened.wait_end() == 0
        assert opened.is_clean()
    finally:
        opened.close()
    assert turned(run) == [("k_steps", 2), ("k_steps", 3)]


@pytest.mark.parametrize("told", [(1, 1), pytest.param((2, 3), marks=pytest.mark.slow), pytest.param((100, 0), marks=pytest.mark.slow)])
def test_a_terminal_of_a_few_cells_is_left_with_q(tmp_path: Path, told: tuple[int, int]) -> None:
    opened = Terminal([*PROGRAM, "run", "toy1d"], tmp_path, told=told)
    try:
        while b"\x1b[?2004h" not in opened.raw:
            assert opened.read(60)
        opened.press("q")
        assert opened.wait_end() == 0
        assert opened.is_clean()
        assert opened.received < 100_000
    finally:
        opened.close()


@pytest.mark.slow
def test_ctrl_z_gives_the_shell_its_terminal_and_fg_brings_the_screen_back(tmp_path: Path) -> None:
    settings = tmp_path / "inputrc"
    settings.write_text("set enable-bracketed-paste off\n")
    opened = Terminal(["bash", "--norc", "--noprofile", "-i"], tmp_path, (100, 30), {"PS1": "shell> ", "INPUTRC": str(settings)})
    try:
        opened.wait_for("shell>")
        opened.press("stty -a | md5sum >before\n", " ".join([*PROGRAM, "run toy1d --pace 0 --out run\n"]))
        training(opened)
        # What is typed after it is not for the screen.
        opened.press("\x1akK")
        opened.wait_for("Stopped")
        assert opened.modes() == set()
        time.sleep(2.0)
        opened.press("\x15stty -a | md5sum >stopped\n")
        read_for(opened, 0.5)
        came_back(opened, "fg\n")
        opened.press("\x1a")
        opened.wait_for("Stopped")
        # In the background it trains without a screen, and the keys are the shell's.
        opened.press("bg\n")
        read_for(opened, 0.5)
        assert opened.modes() == set()
        opened.press("echo kK; stty -a | md5sum >background\n")
        opened.wait_for("kK")
        came_back(opened, "fg\n")
        opened.press("q")
        opened.wait_for("stopped at step")
        opened.wait_for(lambda text: "shell>" in text[text.rindex("stopped at step") :])
        assert opened.modes() == set()
        opened.press("stty -a | md5sum >after\n", "exit\n")
        opened.wait_end()
    finally:
        opened.close()
    assert {(tmp_path / name).read_text() for name in ("before", "stopped", "background", "after")} == {(tmp_path / "before").read_text()}
    assert turned(tmp_path / "run") == []


def turned(run: Path) -> list[tuple[str, object]]:
    """Which knobs have been turned by keys; the device is chosen by the program, and it begins paused where it is told to."""
    return [(name, value) for name, value in commands(run) if name not in ("device", "pause")]


def came_back(opened: Terminal, typed: str) -> None:
    """Type a line, and see that the screen stands whole and trains on."""
    opened.screen.reset()
    opened.press(typed)
    training(opened)
    opened.wait_for(lambda text: "q quit" in text.split("\n")[29] and "k steps    ◂   1" in text and "losses" in text)
    before = step(opened.text)
    opened.wait_for(lambda text: step(text) > before)


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGQUIT, 131), *(pytest.param(*each, marks=pytest.mark.slow) for each in ((signal.SIGTERM, 143), (signal.SIGUSR1, 138)))],
    ids=str,
)
def test_a_signal_that_ends_the_process_saves_the_run_and_leaves_the_terminal_as_it_was(tmp_path: Path, number: int, status: int) -> None:
    with terminal("run", "toy1d", "--out", "run", cwd=tmp_path) as opened:
        training(opened)
        os.kill(opened.process.pid, number)
        assert opened.wait_end() == status
        assert opened.is_clean()
        assert re.search(r"stopped at step \d", opened.text)


STUCK = {
    "screen": """
from tui_gan.ui.panels.losses import Losses
def inside(self, frame, width, height):
    while frame.snapshot.step > 20: time.sleep(0.01)
    return original(self, frame, width, height)
original, Losses.inside = Losses.inside, inside
""",
    "training": """
from tui_gan.gan.trainer import Trainer
def step(self, knobs):
    while self.steps_done > 20: time.sleep(0.01)
    original(self, knobs)
original, Trainer.step = Trainer.step, step
""",
}


@pytest.mark.parametrize("what", [pytest.param(what, marks=pytest.mark.slow) for what in STUCK])
def test_what_is_stuck_is_ended_by_signals_and_leaves_the_terminal_as_it_was(tmp_path: Path, what: str) -> None:
    with broken("import time\n" + STUCK[what], tmp_path) as opened:
        opened.wait_for(lambda text: "RUNNING" in text)
        read_for(opened, 2.0)
        os.kill(opened.process.pid, signal.SIGTERM)
        read_for(opened, 2.2)
        if what == "training":
            assert opened.process.poll() is None
            os.kill(opened.process.pid, signal.SIGTERM)
        assert opened.wait_end(20) == 143
        assert opened.is_clean()


@pytest.mark.slow
def test_an_input_that_breaks_ends_the_screen_with_the_run_saved_and_not_unheard(tmp_path: Path) -> None:
    fault = """
from tui_gan.ui.unofficial import Reading
def messages(self, token): raise RuntimeError("the input broke")
Reading.messages = messages
"""
    with broken(fault, tmp_path) as opened:
        training(opened)
        opened.press("k")
        assert opened.wait_end() == 1
        assert opened.is_clean()
        assert b"the screen failed (RuntimeError: the input broke); the run is saved" in opened.raw
