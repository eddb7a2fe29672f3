"""What was typed wrong: one line on stderr that says what is right, exit status 2 or 3, and nothing lost."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.program import Program

# The words, the exit status, and what the line must say.
WRONG_RUNS: list[tuple[list[str], list[str]]] = [
    (["run", "toy1", "--headless"], ["unknown preset 'toy1'", "did you mean 'toy1d'"]),
    (["run", "toy1d", "--headless", "--steps", "0"], ["steps", ">= 1"]),
    (["run", "toy1d", "--headless", "--steps", "-5"], ["steps", ">= 1"]),
    (["run", "toy1d", "--headless", "--seed", "-1"], ["seed", ">= 0"]),
    (["run", "toy1d", "--headless", "--seed", str(2**63)], ["seed"]),
    (["run", "toy1d", "--headless", "--device", "gpu"], ["device", "cpu", "'gpu'"]),
    (["run", "toy1d", "--headless", "--device", "cuda:99"], ["cuda:99", "this machine has: cpu"]),
    (["run", "toy1d", "--headless", "--k-steps", "21"], ["k_steps", "between 1 and 20"]),
    (["run", "toy1d", "--headless", "--batch-size", "1"], ["batch_size", "between 2 and 8192"]),
    (["run", "toy1d", "--headless", "--generator-lr", "nan"], ["generator_lr", "between"]),
    (["run", "toy1d", "--headless", "--generator-lr", "-1"], ["generator_lr", "between"]),
    (["run", "toy1d", "--headless", "--checkpoint-every", "0"], ["checkpoint_every", "between"]),
    (["run", "toy1d", "--headless", "--generator", "1" * 5000], ["cannot read the network '1111", "1... (give widths"]),
    (["run", "toy1d", "--headless", "--discriminator", "8x" + "1" * 5000], ["cannot read the network '8x1111"]),
    (["run", "toy1d", "--headless", "--generator", "65536x64"], ["million parameters", "GB of memory free"]),
    (["run", "toy1d", "--headless", "--set", "generator=" + "1" * 5000], ["cannot read the network '1111"]),
    (["run", "toy1d", "--headless", "--set", "steps=" + "1" * 5000], ["steps", "expected a whole number"]),
    (["run", "toy1d", "--headless", "--set", "metrics=" + "[" * 3000], ["metrics"]),
    (["run", "toy1d", "--headless", "--set", "a." * 3000 + "b=1"], ["unknown key 'a'"]),
    (["run", "toy1d", "--headless", "--data", ""], ["the path is empty"]),
    (["run"], ["tui-gan run toy1d", "tui-gan presets"]),
    (["resume"], ["resume takes a run", "tui-gan runs"]),
    (["run", "toy1d"], ["terminal", "--headless"]),
    (["run", "toy1d", "--paused"], ["terminal", "--headless"]),
    (["run", "toy1d", "--headless", "--paused"], ["--paused", "leave it out"]),
    (["run", "toy1d", "--plain", "--paused"], ["--paused", "leave it out"]),
    (["resume", "folder", "--headless", "--paused"], ["--paused", "leave it out"]),
    (["run", "toy1d", "--headless", "--config", "none.toml"], ["none.toml", "No such file"]),
    (["run", "toy1d", "--headless", "--config", "folder"], ["folder", "directory"]),
    (["run", "toy1d", "--headless", "--data", "none.csv"], ["none.csv", "No such file"]),
    (["run", "toy1d", "--headless", "--data", "folder.csv"], ["folder.csv", "directory"]),
    (["run", "toy1d", "--headless", "--data", "ragged.csv"], ["ragged.csv", "line 3"]),
    (["run", "toy1d", "--headless", "--data", "words.csv"], ["words.csv", "line 2", "'two'"]),
    (["run", "toy1d", "--headless", "--data", "nan.csv"], ["nan.csv", "line 2", "finite"]),
    (["run", "toy1d", "--headless", "--data", "empty.csv"], ["empty.csv", "empty"]),
    (["run", "toy1d", "--headless", "--data", "constant.csv"], ["constant.csv", "constant"]),
    (["run", "toy1d", "--headless", "--data", "columns.csv"], ["columns.csv", "2 columns"]),
    (
        ["run", "toy1d", "--headless", "--data", "part.csv", "--set", "training=2"],
        ["part.csv (rows 1 to 2, by training", "column 1 is constant (3)"],
    ),
    (["run", "toy1d", "--headless", "--data", "ok.csv", "--set", "training=1"], ["ok.csv (row 1", "holds one row"]),
    (
        ["run", "toy1d", "--headless", "--data", "far.csv", "--set", "standardize=false"],
        ["far.csv: without standardize", "no float32 holds all of them"],
    ),
    (["run", "toy1d", "--headless", "--set", "stages=2"], ["two stages", "set stages to 1"]),
    (["run", "ganlab-ring", "--headless", "--set", "conditioning.dim=1"], ["conditioning augmentation", "conditioning.dim to 0"]),
    (["run", "toy1d", "--headless", "--data", "numbers.xls"], ["numbers.xls", "known: .csv, .txt, .npy"]),
    (["run", "toy1d", "--headless", "--out", "numbers.xls"], ["numbers.xls", "is a file"]),
    (["run", "toy1d", "--headless", "--out", "numbers.xls/below"], ["numbers.xls/below", "--out"]),
    (["run", "toy1d", "--headless", "--out", "x" * 300], ["File name too long"]),
    (
        ["run", "toy1d", "--headless", "--out", "taken"],
        ["already holds a run", "--config taken/config.toml --out taken-2"],
    ),
    (["resume", "nothing"], ["terminal", "--headless"]),
    (["resume", "folder", "--headless", "--device", "gpu"], []),
    (["sample", "folder", "--out", "x.txt"], [".npy, .csv"]),
    (["sample", "folder", "--out", "x"], [".npy, .csv"]),
    (["eval", "folder", "--metrics", "w2"], ["unknown metric 'w2'", "w1"]),
    (["eval", "ok.csv"], ["ok.csv", "--preset", "`tui-gan presets` lists them all"]),
    (["eval", "numbers.xls", "--preset", "toy1d"], ["numbers.xls", ".npy, .csv, .txt"]),
    (["eval", "ok.csv", "--preset", "toy1d", "--metrics", ""], ["--metrics names no metric"]),
    (["sweep", "toy1d", "--metrics", "", "--seeds", "1", "--steps", "1"], ["--metrics names no metric"]),
    (["optimize", "toy1d", "--metric", "", "--set", "generator_lr=1e-4:1e-1:log"], ["--metric names no metric"]),
    (["run", "toy1d", "--headless", "--set", "metric="], ["no metric is named"]),
    (["eval", "ok.csv", "--preset", "toy"], ["unknown preset 'toy'", "did you mean 'toy1d'"]),
    (["eval", "nan.csv", "--preset", "toy1d"], ["nan.csv", "line 2"]),
    (["eval", "none.npy", "--preset", "toy1d"], ["none.npy", "No such file"]),
    (["export", "folder", "--to", "onnx"], ["unknown export 'onnx'", "safetensors"]),
    (["presets", "toy"], ["unknown preset 'toy'", "did you mean 'toy1d'"]),
]
UNREADABLE: list[tuple[list[str], list[str]]] = [
    (["resume", "nothing", "--headless"], ["no run 'nothing'", "tui-gan runs"]),
    (["resume", "folder", "--headless"], ["folder", "no run"]),
    (["resume", "numbers.xls", "--headless"], ["numbers.xls"]),
    (["resume", "x" * 300, "--headless"], []),
    (["resume", "taken", "--headless"], ["taken", "no checkpoint"]),
    (["sample", "nothing", "--out", "x.npy"], ["no run 'nothing'"]),
    (["sample", "nothing.safetensors", "--out", "x.npy"], ["nothing.safetensors", "No such file"]),
    (["sample", "text.safetensors", "--out", "x.npy"], ["text.safetensors"]),
    (["eval", "nothing"], ["no run 'nothing'"]),
    (["eval", "text.safetensors"], ["text.safetensors"]),
    (["export", "nothing", "--to", "safetensors"], ["no run 'nothing'"]),
    (["export", "taken", "--to", "safetensors"], ["no checkpoint"]),
]
TYPERS_OWN = [
    ["run", "toy1d", "--headless", "--seed", "x"],
    ["run", "toy1d", "--headless", "--seed", "1" * 5000],
    ["run", "toy1d", "--headless", "--steps", "1" * 5000],
    ["run", "toy1d", "--headless", "--k-step", "3"],
    ["run", "toy1d", "--headless", "--steps", "many"],
    ["rum"],
    ["resume", "x", "--headless", "--steps", "0"],
    ["sample", "x", "--out", "x.npy", "-n", "0"],
    ["sample", "x", "--out", "x.npy", "-n", "100000000000"],
    ["sample", "x"],
    ["export", "x"],
]
FILES = {
    "ragged.csv": "1\n2\n3,4\n",
    "words.csv": "1\ntwo\n3\n",
    "nan.csv": "1\nnan\n",
    "empty.csv": "",
    "constant.csv": "3\n3\n",
    "columns.csv": "1,2\n3,4\n",
    "part.csv": "3\n3\n4\n5\n",
    "far.csv": "1e140\n-1e140\n0\n",
    "ok.csv": "1\n2\n",
    "numbers.xls": "1\n2\n",
    "text.safetensors": "nothing of the kind",
}


@pytest.fixture(autouse=True)
def laid_out(here: Path) -> dict[str, bytes]:
    """Files that are wrong in all the ways above; what lies there must stay."""
    for name, content in FILES.items():
        (here / name).write_text(content)
    for folder in ("folder", "folder.csv", "taken/checkpoints"):
        (here / folder).mkdir(parents=True)
    (here / "taken/config.toml").write_text('preset = "toy1d"\n')
    return contents(here)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def shown(words: Any) -> str:
    return " ".join(each[:20] for each in words if each != "--headless")


@pytest.mark.parametrize(("words", "parts"), WRONG_RUNS, ids=[shown(words) for words, _ in WRONG_RUNS])
def test_wrong_usage_is_one_line_and_status_2(
    words: list[str], parts: list[str], program: Program, here: Path, laid_out: dict[str, bytes]
) -> None:
    done = program(*words)
    assert done.status == 2 or (words[1] == "folder" and done.status == 3)
    assert [part for part in parts if part not in done.line] == []
    assert contents(here) == laid_out
    assert not list(here.glob("runs/*"))


@pytest.mark.parametrize(("words", "parts"), UNREADABLE, ids=[shown(words) for words, _ in UNREADABLE])
def test_what_cannot_be_read_is_one_line_and_status_3(
    words: list[str], parts: list[str], program: Program, here: Path, laid_out: dict[str, bytes]
) -> None:
    done = program(*words)
    assert done.status == 3
    assert [part for part in parts if part not in done.line] == []
    assert contents(here) == laid_out


@pytest.mark.parametrize("words", TYPERS_OWN, ids=shown)
def test_typers_own_errors_keep_their_form(words: list[str], program: Program, here: Path, laid_out: dict[str, bytes]) -> None:
    done = program(*words)
    assert done.status == 2
    assert "Usage" in done.err
    assert contents(here) == laid_out


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("stepz = 3", ["'stepz'", "did you mean 'steps'"]),
        ("[knobs]\nk_step = 3", ["'knobs.k_step'", "did you mean 'k_steps'"]),
        ("[generator]\nwidth = 3", ["'generator.width'", "did you mean 'widths'"]),
        ("k_steps = 3", ["c.toml: 'k_steps' is a knob", "[knobs]"]),
        ("[knob]\nk_steps = 3", ["'knob'", "did you mean 'knobs'"]),
        ("knobs = 3", ["'knobs' is a table"]),
        ("[steps]\na = 1", ["steps", "a whole number"]),
        ("steps 3", ["not TOML", "line 1"]),
        ("steps = 0", ["steps", ">= 1"]),
        ("steps = 'x'", ["steps", "a whole number"]),
        ("seed = 2020-01-01", ["seed", "a whole number"]),
        ("[knobs]\nk_steps = 0", ["k_steps", "between 1 and 20"]),
        ("preset = 'toy2d'", ["'toy2d'", "'toy1d'"]),
        ("preset = 3", ["preset"]),
        ("data = 'none.csv'", ["none.csv", "No such file"]),
        ("objective = 'non_saturatin'", ["did you mean 'non_saturating'"]),
        ("latent = 'norma'", ["did you mean 'normal'"]),
        ("dataset = 'gausian'", ["did you mean 'gaussian'"]),
        ("metric = 'w2'", ["unknown metric 'w2'"]),
        ("[generator]\nkind = 'mpl'", ["did you mean 'mlp'"]),
        ("[discriminator]\nactivation = 'tahn'", ["did you mean 'tanh'"]),
    ],
)
def test_a_wrong_configuration_file_is_one_line_and_status_2(content: str, parts: list[str], program: Program, here: Path) -> None:
    (here / "c.toml").write_text(content)
    before = contents(here)
    done = program("run", "toy1d", "--headless", "--steps", "3", "--config", "c.toml")
    assert done.status == 2
    assert [part for part in parts if part not in done.line] == []
    assert contents(here) == before
    assert not (here / "runs").exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA")
@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_a_device_that_is_not_there_leaves_no_run(device: str, program: Program, here: Path) -> None:
    done = program("run", "toy1d", "--headless", "--device", device, "--out", "new")
    assert done.status == 2
    assert "--device auto" in done.line
    assert not (here / "new").exists()


def test_a_wrong_run_with_json_still_says_it_in_one_line(program: Program) -> None:
    done = program("run", "toy1d", "--headless", "--device", "cuda:99", "--json")
    assert done.status == 2
    assert done.line


@pytest.fixture
def lock() -> Iterator[Callable[..., None]]:
    """Take the permissions of a path away until the end of the test."""
    locked: list[tuple[Path, int]] = []

    def lock(path: Path, mode: int) -> None:
        locked.append((path, path.stat().st_mode))
        path.chmod(mode)
        if os.access(path, os.R_OK | os.W_OK):
            pytest.skip("this user may do everything")

    yield lock
    for path, mode in reversed(locked):
        path.chmod(mode)


def test_a_place_without_permission_is_refused(program: Program, here: Path, lock: Callable[..., None]) -> None:
    (here / "locked").mkdir()
    lock(here / "locked", 0o500)
    done = program("run", "toy1d", "--headless", "--out", "locked/run")
    assert done.status == 2
    assert "Permission denied" in done.line


@pytest.mark.parametrize(
    ("name", "mode", "status"),
    [
        ("", 0o000, 3),
        ("config.toml", 0o000, 0),
        ("log.jsonl", 0o400, 2),
        ("previews", 0o500, 2),
        ("checkpoints", 0o000, 3),
        ("checkpoints", 0o500, 2),
        ("checkpoints/step-00000030.safetensors", 0o000, 3),
    ],
)
def test_a_run_without_permission_is_not_gone_on_with(
    name: str, mode: int, status: int, a_run: Path, program: Program, lock: Callable[..., None]
) -> None:
    lock(a_run / name, mode)
    done = program("resume", a_run, "--headless", "--steps", "100")
    assert done.status == status
    assert status == 0 or "ermission denied" in done.err.splitlines()[-1]


@pytest.mark.parametrize("stream", ["stdin", "stdout"])
def test_a_stream_that_is_closed_is_no_terminal(stream: str, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"sys.{stream}", None)
    done = program("run", "toy1d")
    assert done.status == 2
    assert "--headless" in done.line


def test_a_headless_run_needs_no_stream_at_all(program: Program, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(f"sys.{stream}", None)
    assert program("run", "toy1d", "--headless", "--json", "--steps", "3", "--out", "new").status == 0
    assert (here / "new/checkpoints/step-00000003.safetensors").is_file()
