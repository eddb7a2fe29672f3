"""`tui-gan optimize`: a search that goes on, and what it refuses."""

import itertools
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import Program

WORDS = ("toy1d-aylien-2017-07", "--steps", "60", "--set", "generator_lr=1e-4:1e-1:log", "--set", "k_steps=1:3:lin")


def test_it_finds_the_best_and_says_how_to_run_it(program: Program, tmp_path: Path) -> None:
    ended = program("optimize", *WORDS, "--trials", 4, "--out", tmp_path / "search")
    assert ended.status == 0
    trials = [line for line in ended.err.splitlines() if line.startswith("trial ")]
    values = [float(line.rpartition(" ")[2]) for line in trials]
    best, command = ended.out.splitlines()
    assert len(trials) == 4
    assert best.startswith("best: trial ")
    assert float(best.rpartition(" ")[2]) == min(values)
    assert command.startswith("tui-gan run toy1d-aylien-2017-07 --steps 60 --set seed=0 --set generator_lr=")
    # It goes on from there, and does no more than is wanted.
    again = program("optimize", *WORDS, "--trials", 5, "--out", tmp_path / "search", "--json")
    assert "4 done" in again.err
    assert sum(line.startswith("trial ") for line in again.err.splitlines()) == 1
    found = json.loads(again.out.splitlines()[-1])["best"]
    assert found["metric"] == "w1"
    assert found["value"] <= min(values) + 1e-3
    assert set(found["values"]) == {"generator_lr", "k_steps"}
    assert isinstance(found["values"]["k_steps"], int)


@pytest.mark.slow
def test_two_processes_share_a_directory(program: Program, tmp_path: Path) -> None:
    words = ["optimize", *WORDS, "--trials", "8", "--out", str(tmp_path / "search")]
    with subprocess.Popen([sys.executable, "-m", "tui_gan", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as other:
        assert other.stderr is not None
        began = list(itertools.takewhile(lambda line: not line.startswith("trial "), other.stderr))
        # This process is the second, from the first trial of the other on.
        mine = program(*words)
        _, rest = other.communicate(timeout=240)
    assert (mine.status, other.returncode) == (0, 0), (mine.err, began, rest)
    numbers = [line.split(":")[0] for line in (mine.err + rest).splitlines() if line.startswith("trial ")]
    # The first of the other has been read above; the last may be begun by both before either has ended it.
    assert 7 <= len(numbers) == len(set(numbers)) <= 8
    assert "trial 0" not in numbers


def test_the_last_line_measures_what_was_searched_for(program: Program, tmp_path: Path) -> None:
    words = ("optimize", "toy1d-aylien-2017-07", "--set", "k_steps=1,2", "--metric", "ks", "--steps", 5, "--trials", 2)
    found = program(*words, "--out", tmp_path / "search", "--json").result["best"]["value"]
    best = program(*words, "--out", tmp_path / "search").out.splitlines()[-1]
    ended = program(*shlex.split(best)[1:], "--headless", "--json", "--out", tmp_path / "run")
    assert ended.result["metrics"]["ks"] == pytest.approx(found, rel=1e-5)


def test_the_last_line_names_a_value_with_a_comma_as_it_is_typed(program: Program, tmp_path: Path) -> None:
    words = ("--set", 'discriminator="8,7"', "--set", "data=", "--steps", 1, "--trials", 1)
    best, command = program("optimize", "toy1d", *words, "--out", tmp_path / "search").out.splitlines()
    assert 'discriminator "8,7", data "": w1' in best
    assert shlex.split(command)[-4:] == ["--set", "discriminator=8,7", "--set", "data="]


def test_trials_of_another_length_are_not_mixed(program: Program, tmp_path: Path) -> None:
    assert program("optimize", *WORDS, "--trials", 1, "--out", tmp_path).status == 0
    for words, said in ((("--seeds", 2), "of 60 steps, 1 seed, and these would be of 60 steps, 2 seeds"), (("--steps", 90), "90 steps")):
        refused = program("optimize", *WORDS, *words, "--trials", 2, "--out", tmp_path)
        assert (refused.status, said in refused.line) == (2, True)


def test_it_searches_on_own_data(program: Program, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("\n".join(str(number % 7) for number in range(200)))
    words = ("toy1d", "--set", f"data={tmp_path / 'own.csv'}", "--set", "k_steps=1,2", "--steps", 5, "--trials", 1)
    ended = program("optimize", *words, "--out", tmp_path / "search")
    assert (ended.status, "best: trial 0" in ended.out) == (0, True), ended.err


def test_values_that_do_not_go_together_are_a_trial_that_says_why(program: Program, tmp_path: Path) -> None:
    words = ("--set", "discriminator.norm=batch", "--set", "regularizers.r1=1,2", "--steps", 2, "--trials", 2)
    ended = program("optimize", "toy1d", *words, "--out", tmp_path)
    assert ended.status == 0
    assert ended.out.strip() == "no trial has ended with a finite metric"
    lines = [line for line in ended.err.splitlines() if line.startswith("trial ")]
    assert len(lines) == 2
    assert all("refused: r1 needs a discriminator that judges each sample independently" in line for line in lines)


@pytest.mark.parametrize(
    ("given", "whole"), [("regularizers.r1=1:9:lin", False), ("generator_lr=1:10:log", False), ("k_steps=1:3.0:lin", True)]
)
def test_whole_numbers_are_tried_where_the_setting_takes_no_others(program: Program, tmp_path: Path, given: str, whole: bool) -> None:
    ended = program("optimize", "toy1d", "--set", given, "--steps", 1, "--trials", 2, "--out", tmp_path, "--json")
    values = [line.split(":")[1].split()[1] for line in ended.err.splitlines() if line.startswith("trial ")]
    assert ["." not in value for value in values] == [whole, whole]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "optimize takes a preset"),
        (("toy1d",), "optimize takes a preset"),
        (("toy1d", "--set", "seed=0,1"), "--seeds says how many seeds there are"),
        (("toy1d", "--set", "device=cpu,cuda"), "trials are trained on the CPU; leave device out of --set"),
        (("toy1d", "--set", "metric=w1,ks"), "--metric says what is searched by"),
        (("toy1d", "--set", "steps=10,20", "--steps", "30"), "steps is given by an option and by --set"),
        (("nosuch", "--set", "k_steps=1,2"), "nosuch"),
        (("toy1d", "--set", "k_steps=2:1:lin"), "to a larger one"),
        (("toy1d", "--set", "k_steps=0:3:lin"), "k_steps"),
        (("toy1d", "--set", "nosuch=1,2"), "nosuch"),
        (("toy1d", "--set", "objective=hinge,nosuch,wasserstein"), "unknown objective 'nosuch'"),
        (("toy1d", "--set", "k_steps=1:4.5:lin"), "expected a whole number"),
        (("toy1d", "--set", "k_steps=1,2", "--set", "k_steps=1:3:lin"), "given twice"),
        (("toy1d", "--set", "k_steps=1,2", "--metric", "nosuch"), "nosuch"),
        (("toy1d", "--set", "k_steps=1,2", "--metric", "hq"), "not defined"),
        (("toy1d", "--set", "k_steps=1,2", "--metric", "mean"), "neither less nor more"),
    ],
    ids=str,
)
def test_what_it_refuses_is_one_line_and_leaves_nothing(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = program("optimize", *words)
    assert ended.status == 2
    (line,) = ended.err.strip().splitlines()
    assert why in line
    assert [*tmp_path.iterdir()] == []


def test_a_directory_that_holds_something_else_is_left_alone(program: Program, tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text("of a run")
    ended = program("optimize", *WORDS, "--trials", 1, "--out", tmp_path)
    assert (ended.status, ended.line.endswith("is not empty and holds no search; name another --out")) == (2, True)
    assert [each.name for each in tmp_path.iterdir()] == ["journal.jsonl"]


def test_a_directory_of_another_search_is_left_alone(program: Program, tmp_path: Path) -> None:
    assert program("optimize", *WORDS, "--trials", 1, "--out", tmp_path).status == 0
    ended = program("optimize", *WORDS[:5], "--trials", 2, "--out", tmp_path)
    assert ended.status == 2
    assert "over other ranges" in ended.err
