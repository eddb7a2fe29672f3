"""A new run out of the screen: a setting that cannot change live is typed, asked for, and in force in a new run directory."""

import tomllib
from pathlib import Path

import pytest

from tests.end_to_end.test_screen import training
from tests.terminal import Terminal, terminal


def typed(opened: Terminal, key: str, value: str) -> None:
    """Choose a setting in the view of knobs, type its value, and ask for the new run."""
    opened.press("6")
    opened.wait_for(lambda text: "knobs and settings" in text and "settings that change live" in text)
    opened.press("/", *key, "\r")
    opened.wait_for(f"▸{key} ")
    opened.press("\r")
    opened.wait_for(f"{key} = ")
    opened.press(*value, "\r")
    opened.wait_for(f"--set {key}={value}")
    opened.press("R")
    opened.wait_for(f"start a new one with {key}={value}?")


@pytest.mark.slow
def test_a_new_run_begins_with_what_was_changed_and_a_value_that_is_not_allowed_ends_with_one_line(tmp_path: Path) -> None:
    first = tmp_path / "first"
    with terminal("run", "toy1d", "--out", str(first), "--seed", "7", cwd=tmp_path) as opened:
        training(opened)
        opened.press("K")
        opened.wait_for(lambda text: "k steps ◂ 2" in " ".join(text.split()))
        typed(opened, "preview_every", "50")
        opened.press("y")
        # The new run has nothing that could be undone, or no view of knobs on its screen.
        opened.wait_for(lambda text: "preview_every=50" not in text and "RUNNING" in text and "undo  k steps" not in text)
        training(opened)
        assert opened.raw.count(b"stopped at step") == 1
        typed(opened, "preview_every", "none")
        opened.press("y")
        assert opened.wait_end() == 2
        assert opened.is_clean()
        assert opened.raw.count(b"stopped at step") == 2
        assert b"preview_every: expected a whole number, got a text" in opened.raw
        assert b"Traceback" not in opened.raw
    assert list((first / "checkpoints").glob("step-*.safetensors"))
    (second,) = (tmp_path / "runs").iterdir()
    table = tomllib.loads((second / "config.toml").read_text())
    assert (table["preview_every"], table["seed"], table["knobs"]["k_steps"]) == (50, 7, 2)
    assert list((second / "checkpoints").glob("step-*.safetensors"))
