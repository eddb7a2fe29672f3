"""What comes from outside: homes in paths, names that a terminal would obey, and a working directory that is gone."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from tests.program import Done, Program
from tui_gan.contract.snapshot import Event
from tui_gan.session import checkpoint
from tui_gan.session.checkpoint import About

SHORT = ("run", "toy1d", "--headless", "--steps", 2)
# Colours, a title with BEL, a new line, C1's CSI, a text turned round, half a pair, and what Rich would take for markup and pictures.
ODD = "a\x1b[31mb\x1b]0;t\a\nc\x9b2Jd\u202ee\ud800 [bold] :fire:"
SHOWN = r"a\x1b[31mb\x1b]0;t\x07\nc\x9b2Jd\u202ee\ud800 [bold] :fire:"


@pytest.fixture
def home(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that is not the working directory."""
    home = here.parent / f"{here.name}-home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    (home / "line.csv").write_text("\n".join(map(str, np.linspace(0.0, 1.0, 50))))
    return home


def settled(path: Path) -> dict[str, Any]:
    """The settings of a run."""
    return tomllib.loads((path / "config.toml").read_text())


def harmless(done: Done) -> bool:
    """Whether a terminal that shows all that was written obeys nothing but the ends of lines."""
    return all(letter.isprintable() or letter == "\n" for letter in done.out + done.err)


def test_a_home_is_expanded_in_every_path(program: Program, here: Path, home: Path) -> None:
    (home / "c.toml").write_text('data = "~/line.csv"\n')
    assert program(*SHORT, "--out", "~/one", "--config", "~/c.toml").status == 0
    assert program(*SHORT, "--out", "~/two", "--data", "~/line.csv").status == 0
    assert program(*SHORT, "--out", "~/three", "--set", "data=~/line.csv").status == 0
    for name in ("one", "two", "three"):
        assert (home / name / "data.csv").read_bytes() == (home / "line.csv").read_bytes()
        assert settled(home / name)["data"] == "data.csv"
    assert program("resume", "~/one", "--headless", "--steps", 1).status == 0
    assert program("sample", "~/one", "--out", "~/samples.npy", "-n", 5).out.strip() == str(home / "samples.npy")
    assert program("export", "~/one", "--to", "csv", "--out", "~/curves.csv").out.strip() == str(home / "curves.csv")
    assert program("eval", "~/samples.npy", "--preset", "toy1d", "--data", "~/line.csv").status == 0
    newest = max((home / "one/checkpoints").iterdir())
    assert program("eval", f"~/{newest.relative_to(home)}", "-n", 100).status == 0
    assert list(here.iterdir()) == []


def test_a_folder_called_tilde_is_named_with_its_place(program: Program, here: Path, home: Path) -> None:
    done = program(*SHORT, "--out", "./~")
    assert done.status == 0
    assert (here / "~/config.toml").is_file()
    assert f"`tui-gan resume '{here}/~' --steps N` goes on" in done.err
    shutil.copy(home / "line.csv", here / "~x.csv")
    assert program(*SHORT, "--out", "two", "--data", "./~x.csv").status == 0
    assert list(home.iterdir()) == [home / "line.csv"]


@pytest.mark.parametrize(
    "words",
    [
        (*SHORT, "--out", "~nobody-here/x"),
        (*SHORT, "--config", "~nobody-here/x"),
        (*SHORT, "--data", "~nobody-here/x"),
        (*SHORT, "--set", "data=~nobody-here/x"),
        (*SHORT, "--config", "c.toml"),
        ("resume", "~nobody-here/x", "--headless"),
        ("sample", "x", "--out", "~nobody-here/x"),
        ("export", "~nobody-here/x", "--to", "png"),
        ("eval", "~nobody-here/x"),
    ],
    ids=lambda words: " ".join(map(str, words[-3:])),
)
def test_a_home_that_nobody_has_is_one_line(words: tuple[object, ...], program: Program, here: Path) -> None:
    (here / "c.toml").write_text('data = "~nobody-here/x"\n')
    done = program(*words)
    assert done.status == 2
    assert "~nobody-here/x names the home of a user who has none; write ./ before" in done.line
    assert list(here.iterdir()) == [here / "c.toml"]


def test_the_users_own_files_are_found_below_a_home_that_the_system_leaves_as_it_is(
    program: Program, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_config_path", lambda name: Path("~/own", name))
    (home / "own/tui-gan").mkdir(parents=True)
    (home / "own/tui-gan/config.toml").write_text('[keys]\npause = "f5"\n')
    found = program("keys", "--json").result
    assert found["file"] == str(home / "own/tui-gan/config.toml")
    assert found["keys"]["pause"]["key"] == "f5"


def test_known_sets_are_found_below_a_home_in_the_variable(
    program: Program, sets: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(sets, home / "sets")
    monkeypatch.setenv("TUI_GAN_DATA", "~/sets")
    small = ("--set", "generator=8", "--set", "discriminator=8", "--set", "evaluated=200")
    assert program("run", "mnist", "--headless", "--steps", 1, "--out", "x", *small).status == 0


def test_nothing_that_a_terminal_obeys_comes_out_of_a_name_that_was_typed(program: Program, here: Path) -> None:
    odd = ODD.replace("\ud800", os.fsdecode(b"\xff"))
    shown = SHOWN.replace("ud800", "udcff")
    for words in (
        ("run", odd, "--headless"),
        (*SHORT, "--out", odd),
        (*SHORT, "--config", odd),
        (*SHORT, "--generator", odd),
        (*SHORT, "--set", odd),
        (*SHORT, "--set", f"{odd}=1"),
        (*SHORT, "--set", f"objective={odd}"),
        (*SHORT, "--set", f"data={odd}"),
        (*SHORT, "--device", odd),
        ("resume", odd, "--headless"),
        ("eval", odd),
        ("eval", "x.csv", "--preset", odd),
        ("eval", f"{odd}.npy", "--preset", "toy1d"),
        ("sample", odd, "--out", "x.npy"),
        ("sample", "x", "--out", odd),
        ("export", odd, "--to", "png"),
        ("export", "x", "--to", odd),
        ("presets", odd),
    ):
        done = program(*words)
        assert done.status in (2, 3), words
        assert harmless(done), (words, done)
        assert shown in done.line.replace("\\\\", "\\") or "written as text" in done.line, (words, done)
    for words in (("run", f"--{odd}"), ("run", "toy1d", "--steps", odd), (odd,), ("runs", odd)):
        done = program(*words)
        assert done.status == 2
        assert "Usage" in done.err
        assert harmless(done), (words, done)
    assert list(here.iterdir()) == []


def test_a_run_whose_name_a_terminal_would_obey_is_gone_on_with_by_the_command_that_is_named(
    a_run: Path, program: Program, here: Path
) -> None:
    name = "it's\x1b[31m \\n\n\x9b\u202e"
    a_run.rename(here / "runs" / name)
    listed = program("runs")
    assert harmless(listed)
    assert "it's\\x1b[31m \\n\\n\\x9b\\u202e" in listed.out
    assert json.loads(program("runs", "--json").out)["runs"][0]["run"] == f"runs/{name}"
    done = program("resume", f"runs/{name}", "--headless", "--steps", 1)
    assert done.status == 0
    assert harmless(done)
    command = done.err.partition("`tui-gan resume ")[2].partition(" --steps N`")[0]
    asked = subprocess.run(["bash", "-c", f"printf %s {command}"], capture_output=True, check=True).stdout
    assert os.fsdecode(asked) == f"runs/{name}"
    for words in (("sample", f"runs/{name}", "--out", f"{name}.npy"), ("export", f"runs/{name}", "--to", "csv")):
        done = program(*words)
        assert done.status == 0
        assert harmless(done)
        assert len(done.out.splitlines()) == 1


@pytest.fixture
def foreign(a_run: Path) -> Path:
    """A run whose checkpoint has a preset and events that a terminal would obey."""
    stored = checkpoint.stored(a_run / "checkpoints")
    newest = stored[max(stored)]
    with safe_open(newest, framework="numpy") as file:
        about = msgspec.json.decode(file.metadata()[checkpoint.KEY], type=About)
    odd = ODD.replace("\ud800", "")
    events = tuple(Event(about.step, f"{kind}: {odd}", kind) for kind in ("info", "warning", "error"))
    config = msgspec.structs.replace(about.config, preset=odd)
    evil = msgspec.structs.replace(about, events=events, config=config)
    save_file(load_file(newest), newest, {checkpoint.KEY: msgspec.json.encode(evil).decode()})
    return a_run


@pytest.mark.parametrize("way", ["--headless", "--plain"])
def test_a_foreign_checkpoint_tells_a_terminal_nothing_that_it_obeys(way: str, foreign: Path, program: Program) -> None:
    done = program("resume", "mine", way, "--steps", 3)
    assert done.status == 0, done.err
    assert harmless(done), done
    assert f"arning: {SHOWN.replace(chr(92) + 'ud800', '')}" in done.out + done.err


def test_a_run_whose_configuration_is_a_fifo_is_listed_and_goes_on(program: Program, a_run: Path) -> None:
    (a_run / "config.toml").unlink()
    os.mkfifo(a_run / "config.toml")
    problem = "cannot read runs/mine/config.toml: it is a FIFO, not an ordinary file or folder"
    assert program("runs", "--json").result["runs"][0]["problem"] == problem
    assert program("resume", "mine", "--headless", "--steps", 1).status == 0


def test_a_working_directory_that_is_gone_is_one_line_and_nothing_is_made(program: Program, here: Path) -> None:
    gone = here / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    for words in (
        SHORT,
        (*SHORT, "--out", here / "new"),
        ("resume", "x", "--headless"),
        ("runs",),
        ("presets", "toy1d"),
        ("sample", "x", "--out", here / "x.npy"),
        ("eval", "x"),
        ("export", "x", "--to", "png"),
        ("doctor",),
    ):
        done = program(*words)
        assert done.status == 2
        assert done.line == "tui-gan: the working directory does not exist any more; cd to one that does"
    assert program("--version").status == 0
    assert program("--help").status == 0
    assert list(here.iterdir()) == []


def test_a_fifo_or_a_device_is_refused_before_it_is_opened(program: Program, a_run: Path, here: Path) -> None:
    for name in ("f.toml", "f.npy", "f.csv", "f.safetensors"):
        os.mkfifo(here / name)
    for words in (
        (*SHORT, "--config", "f.toml"),
        (*SHORT, "--config", "/dev/zero"),
        ("sample", "mine", "--out", "f.npy"),
        ("export", "mine", "--to", "csv", "--out", "f.csv"),
        ("export", "mine", "--to", "safetensors", "--out", "f.safetensors"),
    ):
        done = program(*words)
        assert done.status == 2
        assert "not an ordinary file or folder" in done.line
    assert not list(here.glob("*.partial"))


@pytest.mark.parametrize("words", [("--version",), ("--help",), ("presets",), ("keys",), ("runs",)], ids=lambda words: words[0])
def test_output_that_cannot_be_written_is_one_line(words: tuple[str, ...], program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w") as full:
        monkeypatch.setattr("sys.stdout", full)
        done = program(*words)
        monkeypatch.undo()
        # What is left in it cannot be written at its end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())
    assert done.status == 2
    assert done.line == "tui-gan: cannot write the output: No space left on device"


def test_the_numbers_of_closed_streams_are_given_to_no_file(here: Path) -> None:
    code = (
        "import sys; sys.argv = ['tui-gan', '--version']; from tui_gan.cli import main\n"
        "try: main()\n"
        "except SystemExit as left: file = open('opened', 'w'); file.write(f'{left.code or 0} {file.fileno()}')"
    )
    subprocess.run(["bash", "-c", 'exec 0<&- 1>&- 2>&-; exec "$@"', "bash", sys.executable, "-c", code], check=False)
    status, number = map(int, (here / "opened").read_text().split())
    assert status == 0
    assert number > 2
