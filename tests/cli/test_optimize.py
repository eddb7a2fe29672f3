"""`tui-gan optimize`: a search that goes on, and what it refuses."""

import itertools
import json
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
    assert command.startswith("tui-gan run toy1d-aylien-2017-07 --set generator_lr=")
    # It goes on from there, and does no more than is wanted.
    again = program("optimize", *WORDS, "--trials", 5, "--out", tmp_path / "search", "--json")
    assert "of which 4 are done" in again.err
    assert sum(line.startswith("trial ") for line in again.err.splitlines()) == 1
    found = json.loads(again.out.splitlines()[-1])["best"]
    assert found["metric"] == "w1"
    assert found["value"] <= min(values) + 1e-3
    assert set(found["values"]) == {"generator_lr", "k_steps"}
    assert isinstance(found["values"]["k_steps"], int)


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


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "optimize takes a preset"),
        (("toy1d",), "optimize takes a preset"),
        (("nosuch", "--set", "k_steps=1,2"), "nosuch"),
        (("toy1d", "--set", "k_steps=2:1:lin"), "to a larger one"),
        (("toy1d", "--set", "k_steps=0:3:lin"), "k_steps"),
        (("toy1d", "--set", "nosuch=1,2"), "nosuch"),
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


def test_a_directory_of_another_search_is_left_alone(program: Program, tmp_path: Path) -> None:
    assert program("optimize", *WORDS, "--trials", 1, "--out", tmp_path).status == 0
    ended = program("optimize", *WORDS[:5], "--trials", 2, "--out", tmp_path)
    assert ended.status == 2
    assert "over other ranges" in ended.err
