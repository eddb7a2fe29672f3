"""The real program's manners: the user's own files, the clipboard, and sentences in place of a screen."""

import base64
import json
import os
import re
from pathlib import Path

import pytest

from tests.end_to_end.test_screen import commands, newest, quiet, stands, step, training, words
from tests.program import Program
from tests.terminal import terminal
from tui_gan.ui.keys import view_keys
from tui_gan.ui.panels import PANELS
from tui_gan.ui.views import VIEWS


@pytest.mark.slow
def test_the_users_keys_are_in_force_the_screen_begins_as_it_was_left_and_what_is_copied_reaches_the_terminal(tmp_path: Path) -> None:
    own = tmp_path / "own"
    file = own / "tui-gan" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('theme = "light"\n[keys]\npause = "p"\nregularization_lower = "space"\n')
    places = {"XDG_CONFIG_HOME": str(own), "XDG_STATE_HOME": str(own)}
    # How another run was left says nothing of a new one.
    left = {str(tmp_path / "other"): ["curves", None]}
    (file.parent / "screen.json").write_text(json.dumps({"light": None, "runs": left}))
    for first in (True, False):
        # A run goes on in the view that it was left in.
        words = ("run", "toy1d") if first else ("resume", next((tmp_path / "runs").iterdir()).name)
        with terminal(*words, cwd=tmp_path, **places) as opened:
            training(opened)
            assert stands(opened.text, "distribution" if first else "curves")
            opened.wait_for("p pause")
            opened.press("5")
            opened.wait_for(lambda text: stands(text, "curves"))
            opened.press("p")
            opened.wait_for("PAUSED")
            if not first:
                opened.press("y")
                opened.wait_for("copied to the clipboard")
                opened.wait_for(lambda text: "copied" not in text)
                quiet(opened)
            shown = step(opened.text)
            opened.press("q")
            assert opened.wait_end() == 0
    sent = bytes(opened.raw).partition(b"\x1b]52;c;")[2].partition(b"\a")[0]
    assert f"step                      {shown} of " in base64.b64decode(sent).decode()
    run = next((tmp_path / "runs").iterdir())
    assert json.loads((own / "tui-gan" / "screen.json").read_text()) == {"light": None, "runs": left | {str(run): ["curves", None]}}


def test_a_wrong_file_is_one_line_before_anything_is_made(tmp_path: Path) -> None:
    file = tmp_path / "tui-gan" / "config.toml"
    file.parent.mkdir()
    file.write_text('[keys]\npause = "q"\n')
    with terminal("run", "toy1d", cwd=tmp_path, size=(300, 24), XDG_CONFIG_HOME=str(tmp_path)) as opened:
        assert opened.wait_end() == 2
        assert f"tui-gan: {file}: the key 'q' is taken twice: by pause and by quit" in opened.text
        assert opened.is_clean()
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_every_view_in_ascii_where_the_terminal_has_no_utf8_and_without_colours(tmp_path: Path) -> None:
    with terminal("run", "toy1d", cwd=tmp_path, LC_ALL="C", NO_COLOR="1") as opened:
        training(opened)
        for key in view_keys():
            opened.press(key.key)
            opened.wait_for(lambda text, key=key: stands(text, heading(VIEWS[key.name].panel)))
            assert opened.text.isascii(), key.name
        opened.press("1", "\x10")
        opened.wait_for("write a checkpoint now")
        opened.press("\x1b")
        opened.wait_for(lambda text: "write a checkpoint now" not in text)
        opened.press("?")
        opened.wait_for(lambda text: "discriminator updates per step" in words(text))
        assert opened.text.isascii()
        opened.press("?")
        opened.wait_for(lambda text: "discriminator updates per step" not in words(text))
        opened.press("q")
        assert opened.wait_end() == 0
    assert b"\x1b[1m" in opened.raw
    assert colours(bytes(opened.raw)) == set()


def colours(raw: bytes) -> set[bytes]:
    """Every code that gives letters or their ground a colour."""
    codes = [code for sequence in re.findall(rb"\x1b\[([\d;:]*)m", raw) for code in re.split(rb"[;:]", sequence)]
    return {code for code in codes if code.isdigit() and (30 <= int(code) <= 49 or 90 <= int(code) <= 107)}


def heading(panel: str) -> str:
    """What stands in the frame of a panel."""
    return PANELS[panel or "distribution"].title


def test_a_run_is_told_in_sentences_and_answers_to_words(tmp_path: Path) -> None:
    run = tmp_path / "run"
    asked = ("--plain", "--paused", "--steps", "60", "--set", "evaluated=200", "--out", str(run))
    with terminal("run", "toy1d", *asked, cwd=tmp_path, size=(100, 200)) as opened:
        opened.wait_for("Loading PyTorch.")
        opened.wait_for("Paused at step 0.")
        opened.press("go\n")
        opened.wait_for("Training toy1d on cpu.")
        opened.wait_for("Finished; to go on, type 'set steps N'")
        opened.press("set steps 100000\n")
        opened.wait_for(lambda text: text.count("Training toy1d on cpu.") == 2)
        for typed, said in (
            ("help", "save and quit."),
            ("k 3", "K steps: 3 (was 1)."),
            ("minibatch_discrimination on", "Minibatch discrimination: on (was off)."),
            ("k", "k_steps is 3: discriminator updates per step."),
            ("k 99", "between 1 and 20"),
            ("evaluate", "W1 0."),
            ("save", "Saved a checkpoint"),
            ("paus", "Unknown command 'paus'; did you mean 'pause'?"),
            ("pause", "Paused at step"),
            ("status", "of 100,000"),
            ("undo", "Minibatch discrimination: off (was on)."),
        ):
            # It may have been said before, of something else.
            before = words(opened.text).lower().count(said.lower())
            opened.press(typed + "\n")
            opened.wait_for(lambda text, said=said, before=before: words(text).lower().count(said.lower()) > before)
        opened.press("step 2\n")
        opened.press("go\n")
        opened.wait_for(lambda text: text.count("Training toy1d on cpu.") == 3)
        opened.press("quit\n")
        assert opened.wait_end() == 0
        assert "Saving." in opened.text
        assert b"\x1b" not in opened.raw
    assert ("k_steps", 3) in commands(run)
    assert ("step", 2) in commands(run)
    assert newest(run).is_file()


def test_without_a_terminal_sentences_end_with_the_run(tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open(os.devnull) as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        done = program("run", "toy1d", "--plain", "--pace", 0, "--steps", 50)
    assert done.status == 0
    lines = done.out.splitlines()
    assert lines[0] == "Loading PyTorch."
    assert "Training toy1d on cpu." in lines
    assert "Finished at step 50." in lines
    # Whoever looks between the last step and the end is told the state, and never how to go on.
    assert lines[-1] in ("Finished at step 50.", "The run has finished.")
    assert all(line.endswith((".", ",")) for line in lines)


def test_one_front_end_at_a_time(program: Program) -> None:
    done = program("run", "toy1d", "--plain", "--headless")
    assert (done.status, done.line) == (2, "tui-gan: choose one of --headless, --plain and --detach")
