"""A walk through the real program that presses every key of the table, in the view where it works."""

import re
from pathlib import Path

import pytest

from tests.terminal import Terminal, entered, terminal
from tui_gan.ui.keys import KEYS, Key
from tui_gan.ui.views import VIEWS

# What opens something over the view, or takes what is typed, and is left by Escape.
OPENS = {"help", "palette", "draw", "filter", "find", "overlay", "type", "restart", "train", "note"}
LEAVE = {"quit", "interrupt", "detach"}
KIND = {"toy1d": "line", "ring2d": "plane", "digits": "images"}


def step(text: str) -> int:
    found = re.search(r"step ([\d,]+)", text)
    return int(found[1].replace(",", "")) if found else -1


def keys_of(view: str, kind: str) -> list[Key]:
    """The keys of a view's panel, and in the overview those that work everywhere."""
    panel = VIEWS[view].panel
    return [key for key in KEYS if key.works(panel, kind) and key.name not in LEAVE]


def settled(opened: Terminal) -> str:
    """The screen once nothing comes for a moment."""
    opened.wait_for(lambda _: not opened.read(0.1), patience=10)
    return opened.text


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["toy1d", "ring2d", "digits"])
def test_every_key_of_the_table(tmp_path: Path, preset: str) -> None:
    run = tmp_path / "run"
    with terminal("run", preset, "--out", str(run), cwd=tmp_path) as opened:
        opened.wait_for(lambda text: "RUNNING" in text and step(text) > 0)
        opened.press(" ")
        opened.wait_for("PAUSED")
        for number, (view, shown) in enumerate(VIEWS.items(), 1):
            opened.press(str(number))
            if preset == "digits" and shown.panel == "layers":
                opened.wait_for("this run has no layers")
                continue
            for key in keys_of(view, KIND[preset]):
                opened.press(entered(key.key))
                opened.read(0.02)
                if key.name in OPENS:
                    settled(opened)
                    # The next key comes at once, and is a key of its own all the same.
                    opened.press("\x1b")
                assert opened.process.poll() is None, f"it ended after {key.name}: {opened.text}"
            settled(opened)
        opened.press("1")
        text = opened.wait_for("knobs")
        assert "FAILED" not in text
        opened.press("q")
        assert opened.wait_end() == 0, opened.text
        assert opened.is_clean()
    assert "Traceback" not in (run / "log.jsonl").read_text()
