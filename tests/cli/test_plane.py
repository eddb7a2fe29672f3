"""Runs in the plane: their metrics, the user's own two columns, and what they can be turned into."""

from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import SMALL
from tests.program import Program
from tui_gan.presets import PRESETS

RING = ("run", "ring2d", "--headless", "--json", *SMALL)


def test_the_ring_is_measured_by_its_modes(program: Program) -> None:
    done = program(*RING, "--steps", 3)
    assert done.status == 0
    assert tuple(done.result["metrics"]) == PRESETS["ring2d"].config.metrics
    assert {"modes", "hq", "reverse_kl"} <= done.result["metrics"].keys()


def test_two_columns_of_the_users_own_are_measured_without_modes_and_gone_on_with(program: Program, two_columns: Path) -> None:
    done = program(*RING, "--steps", 3, "--data", two_columns, "--out", "new")
    assert done.status == 0, done.err
    assert list(done.result["metrics"]) == ["sliced_w1", "mmd", "js"]
    two_columns.unlink()
    assert program("eval", "new", "--json").result["metrics"] == pytest.approx(done.result["metrics"])
    assert program("resume", "new", "--headless", "--json", "--steps", 2).result["step"] == 5


@pytest.mark.parametrize(
    ("preset", "data", "parts"),
    [
        ("ring2d", "one.csv", ["one.csv has 1 column;", "learns from 2"]),
        ("toy1d", "two.csv", ["two.csv has 2 columns;", "learns from 1"]),
        ("moons", "folder", ["folder is a directory", "CSV, TXT or NPY"]),
        ("moons", "none", ["none", ".csv, .txt, .npy"]),
    ],
)
def test_data_of_another_form_is_refused_with_what_is_right(
    preset: str, data: str, parts: list[str], program: Program, here: Path, two_columns: Path
) -> None:
    (here / "one.csv").write_text("1\n2\n3\n")
    (here / "folder").mkdir()
    done = program("run", preset, "--headless", "--steps", 3, "--data", data)
    assert done.status == 2
    assert [part for part in parts if part not in done.line] == []
    assert not list(here.glob("runs/*"))


def test_a_resumed_run_in_the_plane_is_the_run_of_one_go(program: Program) -> None:
    whole = program(*RING, "--steps", 10, "--out", "whole").result
    program(*RING, "--steps", 4, "--out", "halves")
    assert program("resume", "halves", "--headless", "--json", "--steps", 6).result["metrics"] == whole["metrics"]


def test_samples_have_two_columns(a_plane_run: Path, program: Program) -> None:
    assert program("sample", "mine", "-n", 50, "--out", "x.npy").status == program("sample", "mine", "-n", 50, "--out", "x.csv").status == 0
    samples = np.load("x.npy")
    assert (samples.shape, samples.dtype) == ((50, 2), np.float64)
    assert np.loadtxt("x.csv", delimiter=",").tolist() == samples.tolist()


def test_what_was_sampled_in_the_plane_is_judged_like_the_run(a_plane_run: Path, program: Program) -> None:
    program("sample", "mine", "-n", 5000, "--out", "x.csv")
    ours = program("eval", "mine", "-n", 5000, "--metrics", "sliced_w1", "--json").result["metrics"]
    theirs = program("eval", "x.csv", "--preset", "ring2d", "--metrics", "sliced_w1", "--json").result["metrics"]
    assert theirs["sliced_w1"] == pytest.approx(ours["sliced_w1"], abs=0.02)
