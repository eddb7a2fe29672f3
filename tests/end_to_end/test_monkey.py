"""A monkey at the keyboard of the real program: nothing breaks, and a paused run learns nothing."""

import random
import time
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from tests.end_to_end.test_screen import step
from tests.terminal import Terminal, entered, terminal
from tui_gan.contract.snapshot import Status
from tui_gan.ui.keys import KEYS

SEED = 20260
LEAVE = ("quit", "interrupt", "detach")
# What trains, moves the networks, or begins another run.
TRAINS = ("pause", "step", "slow", "update_discriminator", "update_generator", "device", "restart")
ROUND = 50
# Steps of seconds would be waited for without end.
DEAR = ("batch_size_raise", "k_steps_raise", "train")


def typed(without: tuple[str, ...]) -> list[str]:
    """What a monkey may press: every key but some, and those that lists and questions know."""
    kept = [key for key in KEYS if key.name not in (*LEAVE, *without)]
    taken = {key.key for key in KEYS if key.name in (*LEAVE, *without)}
    found = {key.key for key in kept} | {"tab", "enter", "backspace", "escape", "up", "down", "left", "right"}
    # From the list of actions a monkey could leave, and so it could by answering a question with yes.
    return sorted(entered(key) for key in found - taken - {"ctrl+p"})


def play(opened: Terminal, keys: list[str], presses: int) -> None:
    """Press keys by the seed, resize now and then, and see that the program lives."""
    monkey = random.Random(SEED)
    for done in range(0, presses, ROUND):
        for _ in range(ROUND):
            key = monkey.choice(keys)
            # A question that may stand there is answered with no.
            opened.press("n" if key == "y" and monkey.random() < 0.5 else key)
            opened.read(0.002)
        if done % (5 * ROUND) == 0:
            opened.resize(monkey.randint(20, 200), monkey.randint(5, 60))
        opened.read(0.05)
        assert opened.process.poll() is None, f"it ended after {done} presses: {opened.text}"
    opened.resize(120, 36)


def come_back(opened: Terminal) -> None:
    """Leave whatever is open, and come to the overview."""
    for _ in range(4):
        opened.press("\x1b")
        opened.wait_for(lambda _: not opened.read(0.3))
    opened.press("1")
    opened.wait_for("knobs")


def come_to_rest(opened: Terminal, run: Path, rest: float) -> None:
    """Pause, once the run has done all that it was told in a hurry: nothing more is logged for longer than any command takes."""
    log = run / "log.jsonl"
    for _ in range(60):
        # A screen that is still being drawn for its new size does not say it yet, and the key would end a pause.
        if "PAUSED" not in opened.wait_for(lambda text: any(status.name in text.split("\n")[0] for status in Status)):
            opened.press(" ")
        before, end = log.stat().st_size, time.monotonic() + rest
        while time.monotonic() < end:
            opened.read(0.1)
        if "PAUSED" in opened.text and log.stat().st_size == before:
            return
    raise AssertionError(f"it does not come to rest: {opened.text}")


@pytest.mark.parametrize(
    ("presses", "rest"), [pytest.param(40, 1.0, marks=pytest.mark.slow), pytest.param(5_000, 20.0, marks=pytest.mark.slow)]
)
def test_a_monkey_breaks_nothing_while_it_trains_and_moves_no_weight_while_it_is_paused(tmp_path: Path, presses: int, rest: float) -> None:
    run = tmp_path / "run"
    with terminal("run", "toy1d", "--out", str(run), cwd=tmp_path) as opened:
        opened.wait_for("RUNNING")
        play(opened, typed(("restart", *DEAR)), presses)
        come_back(opened)
        come_to_rest(opened, run, rest)
        # Players may have moved since that step was saved; the next has not been.
        before_it = step(opened.text)
        opened.press("s")
        opened.wait_for(lambda text: step(text) == before_it + 1)
        opened.press("c")
        saved = run / "checkpoints" / f"step-{step(opened.text):08}.safetensors"
        opened.wait_for(lambda _: saved.is_file())
        before = load_file(saved)
        play(opened, typed((*TRAINS, *DEAR)), presses)
        come_back(opened)
        come_to_rest(opened, run, rest)
        assert step(opened.text) == int(saved.stem[5:])
        opened.press("q")
        assert opened.wait_end() == 0, opened.text
        assert opened.is_clean()
    after = load_file(saved)
    weights = [name for name in before if name.startswith(("generator.", "discriminator."))]
    assert weights
    assert [name for name in weights if (before[name] != after[name]).any()] == []
    assert "Traceback" not in (run / "log.jsonl").read_text()
