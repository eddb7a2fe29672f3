"""The real program on terminals that change their size without end, and on those that do not read."""

import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end.test_screen import step
from tests.terminal import Terminal, entered, terminal
from tests.wire.visited import until

LAST = (120, 36)
# Stops itself, as SIGSTOP does, with all of its threads, when torch is looked for for the first time.
STOPS_BEFORE_TORCH = """
import signal, sys, threading
class Stops:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            sys.meta_path.remove(self)
            # Sent to this thread, it is obeyed before another line of it runs.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
sys.meta_path.insert(0, Stops())
from tui_gan.cli import main
sys.exit(main())
"""


def storm(opened: Terminal, sizes: int, seed: int) -> None:
    """Resize a few milliseconds apart, and read what comes."""
    chance = random.Random(seed)
    for _ in range(sizes):
        opened.resize(chance.randint(1, 250), chance.randint(1, 80))
        opened.read(chance.uniform(0.001, 0.006))
    opened.resize(*LAST)


def stands_whole(text: str) -> bool:
    """Whether the screen is drawn for its last size: the frame of the panels ends in the last column, and the keys in the last row."""
    lines = text.split("\n")
    return len(lines) == LAST[1] and "? help" in lines[-1] and sum(len(line) == LAST[0] for line in lines) > LAST[1] // 2


@pytest.mark.slow
@pytest.mark.parametrize(("storms", "sizes"), [(1, 100), (21, 300)])
def test_after_a_storm_of_sizes_the_newest_is_drawn_and_a_key_is_heard(tmp_path: Path, storms: int, sizes: int) -> None:
    waited = []
    for number in range(storms):
        with terminal("run", "toy1d", "--out", f"run-{number}", cwd=tmp_path) as opened:
            opened.wait_for("RUNNING")
            storm(opened, sizes, number)
            opened.wait_for(stands_whole)
            storm(opened, sizes, storms + number)
            began = time.monotonic()
            opened.press("q")
            assert opened.wait_end() == 0, opened.text
            waited.append(time.monotonic() - began)
            assert opened.is_clean()
        assert "Traceback" not in (tmp_path / f"run-{number}" / "log.jsonl").read_text()
    print(f"{storms} storms of {sizes} sizes: the longest wait for q {max(waited):.1f} s")


@pytest.mark.slow
def test_on_a_terminal_that_does_not_read_keys_are_heard_and_training_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "run" / "log.jsonl"

    def logged(name: str) -> bool:
        return f'"name":"{name}"' in log.read_text().replace(" ", "")

    with terminal("run", "toy1d", "--out", "run", cwd=tmp_path) as opened:
        opened.wait_for("RUNNING")
        opened.press("?")
        opened.wait_for("Escape closes")
        # Each scrolls the help, which is a frame.
        for number in range(200):
            opened.press(entered("up" if number % 2 else "down"))
            if number % 40 == 0:
                opened.resize(LAST[0] - number // 40, LAST[1])
            time.sleep(0.015)
        opened.press("\x1b")
        opened.press("K")
        until(lambda: logged("k_steps"))
        reached = log.stat().st_size
        until(lambda: log.stat().st_size > reached)
        opened.press("1", " ")
        until(lambda: logged("pause"))
        # And when it reads again, the newest is what it gets.
        opened.resize(*LAST)
        opened.wait_for(lambda text: "PAUSED" in text and stands_whole(text))
        opened.press("q")
        until(lambda: "stopped at step" in log.read_text())
        assert opened.wait_end() == 0
        assert opened.is_clean()


def test_words_stand_on_the_terminal_before_torch_is_loaded_and_no_key_is_lost_meanwhile(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STOPS_BEFORE_TORCH, "run", "toy1d", "--out", "run", "--pace", "0"]
    opened = Terminal(command, tmp_path, anew=True)
    try:
        stopped = 0
        while not stopped:
            opened.read(0.05)
            stopped, status = os.waitpid(opened.process.pid, os.WNOHANG | os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        while opened.read(0.1):
            pass
        lines = opened.text.split("\n")
        assert "LOADING" in lines[0]
        assert "loading ...  space: begin paused" in opened.text
        assert lines[-1].startswith(" space begin paused  ? help")
        assert "torch" not in Path(f"/proc/{opened.worker}/maps").read_text()
        opened.press(" ", "?")
        os.kill(opened.process.pid, signal.SIGCONT)
        opened.wait_for("Escape closes")
        opened.press("\x1b")
        opened.wait_for(lambda text: "PAUSED" in text and step(text) == 0)
        opened.press("q")
        assert opened.wait_end() == 0
        assert opened.is_clean()
    finally:
        opened.close()
