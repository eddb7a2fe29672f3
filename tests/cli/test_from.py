"""`tui-gan run PRESET --from RUN`: what it takes, what it tells, and what it refuses in one line."""

import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tests.program import Program

SHORT = ("run", "toy1d", "--headless", "--json", "--batch-size", 16, "--steps", 6)


def generator(run: str, step: int) -> dict[str, torch.Tensor]:
    tensors = load_file(Path(run) / f"checkpoints/step-{step:08}.safetensors")
    return {name: value for name, value in tensors.items() if name.startswith("generator.")}


@pytest.mark.parametrize("name", ["mine", "runs/mine", "runs/mine/checkpoints/step-00000020.safetensors", "~/mine"])
def test_a_run_is_named_as_everywhere_and_a_checkpoint_by_its_file(
    a_run: Path, name: str, program: Program, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(here / "runs"))
    step = 20 if "step" in name else 30
    done = program(*SHORT, "--generator-lr", 1e-7, "--from", name, "--out", "new")
    assert (done.status, done.result["step"]) == (0, 6)
    assert f"begins with the networks of runs/mine at step {step};" in done.err
    parent, child = generator("runs/mine", step), generator("new", 6)
    assert max(float((parent[each] - child[each]).abs().max()) for each in parent) < 1e-5


def test_runs_tells_the_parent_also_when_it_has_gone(a_run: Path, program: Program) -> None:
    program(*SHORT, "--from", "mine", "--out", "runs/new")
    shutil.rmtree(a_run)
    (row,) = program("runs", "--json").result["runs"]
    assert row["parent"] == {"run": "runs/mine", "step": 30}
    assert "from runs/mine at step 30" in program("runs").out
    resumed = program("resume", "new", "--headless", "--json", "--steps", 4)
    assert (resumed.status, resumed.result["step"]) == (0, 10)


def test_a_checkpoint_outside_a_run_is_its_own_name(a_run: Path, program: Program) -> None:
    (a_run / "checkpoints/step-00000030.safetensors").rename("kept.safetensors")
    done = program(*SHORT, "--from", "kept.safetensors", "--out", "runs/new")
    assert "begins with the networks of kept.safetensors at step 30" in done.err
    rows: dict[str, Any] = {row["run"]: row["parent"] for row in program("runs", "--json").result["runs"]}
    assert rows == {"runs/mine": None, "runs/new": {"run": "kept.safetensors", "step": 30}}


REFUSED: list[tuple[list[str], int, str]] = [
    (["--generator", "64x2"], 2, "generator.0.weight has the shape (32, 1) there, and here (64, 1) is needed"),
    (["--from", "none"], 3, "no run 'none'"),
    (["--from", "runs"], 3, "runs holds no run"),
    (["--from", "empty"], 3, "runs/empty holds no checkpoint"),
    (["--from", "none.safetensors"], 3, "cannot read none.safetensors: No such file"),
    (["--from", "text.safetensors"], 3, "text.safetensors is not a whole safetensors file"),
    (["--from", "foreign.safetensors"], 3, "is a safetensors file, but not a checkpoint of tui-gan"),
    (["--from", "text.txt"], 3, "no run 'text.txt'"),
    (["--from", ""], 2, "--from takes a run"),
]


@pytest.mark.parametrize(("words", "status", "said"), REFUSED, ids=[said for _, _, said in REFUSED])
def test_what_does_not_fit_or_is_none_is_refused_in_one_line_and_leaves_nothing(
    a_run: Path, words: list[str], status: int, said: str, program: Program
) -> None:
    from safetensors.torch import save_file

    for name in ("text.txt", "text.safetensors"):
        Path(name).write_text("no checkpoint")
    save_file({"x": torch.zeros(2)}, "foreign.safetensors")
    Path("runs/empty").mkdir()
    Path("runs/empty/config.toml").write_text('preset = "toy1d"')
    source = [] if "--from" in words else ["--from", "mine"]
    done = program(*SHORT, *words, *source, "--out", "new")
    assert done.status == status
    assert said in done.line
    assert not Path("new").exists()


def test_another_kind_of_data_is_refused(a_plane_run: Path, program: Program) -> None:
    done = program(*SHORT, "--from", "mine", "--out", "new")
    assert done.status == 2
    assert "the networks of runs/mine at step 30 do not fit those of this run: generator.0.weight" in done.line


def test_what_is_known_of_a_preset_over_seeds_is_not_told_of_other_beginnings(program: Program) -> None:
    words = ("run", "toy1d-aylien-2017-07", "--headless", "--steps", 3)
    first = program(*words, "--out", "first")
    then = program(*words, "--from", "first", "--out", "then")
    assert "most seeds fail" in first.err
    assert "most seeds fail" not in then.err
    assert "begins with the networks of first at step 3" in then.err


def test_a_run_without_a_checkpoint_is_begun_anew_with_the_same_parent(a_run: Path, program: Program) -> None:
    program(*SHORT, "--from", "mine", "--out", "new")
    shutil.rmtree("new/checkpoints")
    line = program("resume", "new", "--headless").line
    name, *words = shlex.split(line.split("`")[1])
    assert (name, words[:2]) == ("tui-gan", ["run", "toy1d"])
    again = program(*words, "--headless", "--json")
    assert again.status == 0
    assert "begins with the networks of runs/mine at step 30" in again.err
