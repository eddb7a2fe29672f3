"""The first minutes with the real program: beginning paused, Escape and a key at once, and going on after the end."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.test_screen import stands, step
from tests.terminal import terminal

SHORT = ("--steps", "60", "--batch-size", "16", "--set", "evaluated=200")


@pytest.mark.slow
def test_a_run_begins_paused_and_goes_on_after_its_end(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with terminal("run", "toy1d", *SHORT, "--paused", "--out", str(run), cwd=tmp_path, anew=True) as opened:
        opened.wait_for("begins paused; space: begin at once")
        opened.wait_for(lambda text: "PAUSED" in text and step(text) == 0)
        opened.wait_for("space go on")
        # What is typed for the filter is no key; Escape and the key at once are both.
        opened.press("6")
        opened.wait_for("latent_scale")
        opened.press("/r1")
        opened.wait_for("filter r1")
        assert "label_smoothing" not in opened.text
        opened.press("\x1b1")
        opened.wait_for(lambda text: stands(text, "distribution"))
        opened.press("?")
        opened.wait_for("Escape closes")
        opened.press("\x1b6")
        opened.wait_for(lambda text: "knobs and settings" in text and "label_smoothing" in text)
        opened.press("1", " ")
        opened.wait_for(lambda text: "FINISHED" in text and step(text) == 60)
        opened.wait_for("finished; to go on, raise steps in the knobs view (6, or space)")
        opened.press(" ")
        opened.wait_for("▸steps")
        opened.press("\r", "120\r")
        opened.wait_for(lambda text: "FINISHED" in text and step(text) == 120)
        opened.press("q")
        assert opened.wait_end() == 0
        assert opened.is_clean()
    commands = [
        line
        for line in map(json.loads, (run / "log.jsonl").read_text().splitlines())
        if line["kind"] == "command" and line["name"] != "device"
    ]
    assert [(line["step"], line["name"], line["value"]) for line in commands][:3] == [
        (0, "pause", True),
        (0, "pause", False),
        (60, "steps", 120),
    ]
