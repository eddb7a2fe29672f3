"""The real program on a pseudo-terminal: what its user sees, presses and leaves behind."""

import json
import os
import re
import signal
import time
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from tests.program import Program
from tests.terminal import Terminal, terminal
from tui_gan.ui.panels import PANELS
from tui_gan.ui.views import VIEWS

# Longer than the slowest panel waits between two drawings.
SILENCE = 1.3


def step(text: str) -> int:
    """The step that the header shows."""
    found = re.search(r"step ([\d,]+)", text)
    return int(found[1].replace(",", "")) if found else -1


def words(text: str) -> str:
    """The screen as words, however they are spaced."""
    return " ".join(text.split())


def stands(text: str, title: str) -> bool:
    """Whether a panel of this title is on the screen."""
    return re.search(rf"[╭+][─-] {re.escape(title)} ", text) is not None


def training(opened: Terminal) -> None:
    opened.wait_for(lambda text: "RUNNING" in text and step(text) > 0)


def log(run: Path) -> list[dict]:
    return [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]


def commands(run: Path) -> list[tuple[str, object]]:
    return [(line["name"], line["value"]) for line in log(run) if line["kind"] == "command"]


def newest(run: Path) -> Path:
    return max((run / "checkpoints").glob("step-*.safetensors"))


def test_every_key_acts_and_is_seen_and_quitting_leaves_a_checkpoint_and_a_clean_terminal(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with terminal("run", "toy1d", "--out", str(run), cwd=tmp_path, paced=True) as opened:
        # A toy begins at a pace that can be followed, until its key ends that.
        opened.wait_for(lambda text: "paced 40/s" in text and 0 < step(text) < 400)
        opened.press("r")
        opened.wait_for(lambda text: step(text) >= 400 and "paced" not in text.splitlines()[0])
        for key, seen in (
            ("K", "k steps ◂ 2"),
            ("k", "k steps ◂ 1"),
            ("m", "minibatch ◂ on"),
            ("m", "minibatch ◂ off"),
            ("G", "G lr ◂ 0.005"),
            ("g", "G lr ◂ 0.002"),
            ("L", "D lr ◂ 0.005"),
            ("l", "D lr ◂ 0.002"),
            ("B", "batch ◂ 512"),
            ("b", "batch ◂ 256"),
            ("I", "save every ◂ 5,000"),
            ("v", "is the only device here"),
            ("e", "w1 0."),
            ("x", "exported"),
            ("c", "saved a checkpoint"),
        ):
            opened.press(key)
            opened.wait_for(lambda text, seen=seen: seen in words(text))
        opened.press(" ")
        before = step(opened.wait_for("PAUSED"))
        opened.press("s")
        opened.wait_for(lambda text: step(text) == before + 1)
        opened.press("?")
        opened.wait_for(lambda text: "discriminator updates per step" in words(text))
        opened.press("\x1b")
        opened.wait_for(lambda text: "discriminator updates per step" not in words(text))
        opened.press(" ")
        training(opened)
        opened.press("q")
        assert opened.wait_end() == 0
        assert opened.is_clean()
    assert re.search(r"step-\d{8}", newest(run).name)
    for command in (("k_steps", 2), ("minibatch_discrimination", True), ("generator_lr", 0.005), ("batch_size", 512), ("pause", True)):
        assert command in commands(run)
    steps = [line["step"] for line in log(run)]
    assert steps == sorted(steps)
    assert list((run / "pictures").glob("distribution-*.png"))


@pytest.mark.parametrize("preset", ["toy1d", *(pytest.param(name, marks=pytest.mark.slow) for name in ("ring2d", "digits"))])
def test_a_paused_screen_sends_nothing_in_any_view_and_is_saved_where_it_is_closed(tmp_path: Path, preset: str) -> None:
    run = tmp_path / "run"
    with terminal("run", preset, "--out", str(run), cwd=tmp_path, size=(80, 24)) as opened:
        training(opened)
        opened.press(" ")
        opened.wait_for("PAUSED")
        for number, (view, shown) in enumerate(VIEWS.items(), 1):
            opened.press(str(number))
            if preset == "digits" and view == "layers":
                opened.wait_for("this run has no layers")
                opened.wait_for(lambda text: "no layers" not in text)
            elif shown.panel:
                opened.wait_for(lambda text, title=PANELS[shown.panel].title: f"─ {title} ─" in text)
            # What stands there once the answer has been drawn, and what is computed aside has come, stays.
            quiet(opened)
        os.kill(opened.worker, signal.SIGKILL)
        # Whatever ends it, the parent leaves the terminal as it was.
        assert opened.wait_end() == 137
        assert opened.is_clean()


def quiet(opened: Terminal, patience: float = 30.0) -> None:
    """Read until nothing has come for a while."""
    end, silent_since = time.monotonic() + patience, time.monotonic()
    while time.monotonic() - silent_since < SILENCE:
        assert time.monotonic() < end, "the screen does not come to rest"
        if opened.read(0.1):
            silent_since = time.monotonic()


@pytest.mark.slow
def test_watching_changes_nothing_and_a_finished_run_stays_until_q(tmp_path: Path, program: Program) -> None:
    screen, headless = tmp_path / "screen", tmp_path / "headless"
    asked = ("run", "toy1d", "--steps", "700", "--seed", "5", "--pace", "0", "--out")
    with terminal(*asked, str(screen), cwd=tmp_path) as opened:
        opened.wait_for(lambda text: "FINISHED" in text and step(text) == 700)
        quiet(opened)
        assert opened.process.poll() is None
        opened.press("q")
        assert opened.wait_end() == 0
    assert program(*asked, headless, "--headless").status == 0
    assert [path.stem for path in (screen / "checkpoints").iterdir()] == ["step-00000700"]
    watched, unwatched = load_file(newest(screen)), load_file(newest(headless))
    assert watched.keys() == unwatched.keys()
    for name, tensor in watched.items():
        assert (tensor == unwatched[name]).all(), name


def test_a_fatal_signal_saves_leaves_the_terminal_clean_and_tells_itself(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with terminal("run", "toy1d", "--out", str(run), cwd=tmp_path) as opened:
        training(opened)
        opened.process.send_signal(signal.SIGTERM)
        assert opened.wait_end() == 143
        assert opened.is_clean()
    assert log(run)[-1]["step"] == int(newest(run).stem[5:])


@pytest.mark.slow
@pytest.mark.parametrize("size", [(20, 5), (40, 12), (80, 24), (200, 60)], ids=str)
def test_every_size_shows_the_state_and_quits(tmp_path: Path, size: tuple[int, int]) -> None:
    with terminal("run", "toy1d", cwd=tmp_path, size=size, anew=size == (80, 24)) as opened:
        if size == (80, 24):
            # While it loads, the key that pauses says and does how it will begin.
            opened.wait_for("space: begin paused")
            opened.press(" ")
            opened.wait_for("space begin at once")
            opened.wait_for(lambda text: "PAUSED" in text and step(text) == 0)
            opened.press(" ")
        text = opened.wait_for("RUNNING" if size[0] >= 40 else lambda text: opened.received > 0 and bool(text.strip()))
        if size == (80, 24):
            opened.wait_for(lambda text: "distribution" in text and "losses" in text and "ln 2" in text)
            opened.press("c")
            opened.wait_for("saved a checkpoint")
        opened.press("q")
        assert opened.wait_end() == 0
        assert text


def test_a_resize_storm_breaks_nothing_and_ctrl_c_quits_with_status_0_after_saving(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with terminal("run", "toy1d", "--out", str(run), cwd=tmp_path) as opened:
        training(opened)
        for round_ in range(40):
            opened.resize(10 + (round_ * 37) % 190, 3 + (round_ * 13) % 57)
            opened.read(0.02)
        opened.resize(120, 36)
        opened.wait_for(lambda text: "RUNNING" in text and "distribution" in text and "knobs" in text)
        opened.press("\x03")
        assert opened.wait_end() == 0
        assert opened.is_clean()
    assert load_file(newest(run))["counts"][0] == int(newest(run).stem[5:]) > 0


def test_a_device_that_is_not_there_closes_the_screen_with_one_line(tmp_path: Path) -> None:
    with terminal("run", "toy1d", "--device", "cuda:7", cwd=tmp_path) as opened:
        assert opened.wait_end() == 2
        assert opened.is_clean()
        assert b"device 'cuda:7' is not there" in opened.raw
        assert b"Traceback" not in opened.raw
    assert not list((tmp_path / "runs").glob("*"))


def test_a_dumb_terminal_is_refused_in_one_line(tmp_path: Path) -> None:
    with terminal("run", "toy1d", cwd=tmp_path, TERM="dumb") as opened:
        assert opened.wait_end() == 2
        assert "add --headless" in words(opened.text)
