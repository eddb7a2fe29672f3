"""Runs of images: the digits that come along, the known sets, and the user's own."""

import types
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.cli.conftest import SMALL
from tests.data.making import lay, noise, picture
from tests.program import Program
from tui_gan.contract.toml import read_toml

OWN = ("run", "images", "--headless", "--steps", 3, "--json", *SMALL)


def test_the_digits_need_no_file(program: Program) -> None:
    done = program("run", "digits", "--headless", "--steps", 3, "--json", *SMALL)
    assert done.status == 0
    assert len(done.out.splitlines()) == 1
    assert done.result["metrics"].keys() == {"precision", "recall", "coverage"}


def test_without_data_it_says_what_can_be_given(program: Program, here: Path) -> None:
    done = program(*OWN)
    assert (done.status, done.out) == (2, "")
    assert "--data" in done.line
    assert "a folder" in done.line
    assert not list(here.glob("runs/*"))


def test_a_folder_is_learned_where_it_is_and_gone_on_with(program: Program, pictures: Path) -> None:
    done = program(*OWN, "--set", "size=8", "--data", "pictures", "--out", "new")
    assert done.status == 0, done.err
    assert done.result["step"] == 3
    assert read_toml(Path("new/config.toml"))["data"] == str(pictures.resolve())
    assert not list(Path("new").glob("data*"))
    assert program("eval", "new", "--json").status == 0
    assert program("resume", "new", "--headless", "--steps", 2, "--json").result["step"] == 5
    lay(pictures, {"more.png": picture(noise(12, 10, 3))})
    for words in (("resume", "new", "--headless", "--steps", 2), ("eval", "new")):
        changed = program(*words)
        assert changed.status == 3
        assert "not the data that the run was trained on" in changed.line
        assert ("--preset or --data names other data" in changed.line) is (words[0] == "eval")
    assert program("eval", "new", "--data", "pictures").status == 0


def test_what_was_done_to_the_data_is_told_on_stderr_alone(program: Program, pictures: Path) -> None:
    done = program(*OWN, "--set", "size=8", "--data", "pictures", "--out", "new")
    assert len(done.out.splitlines()) == 1
    lines = done.err.splitlines()
    assert "12 images of 10x12 cropped to their centre square and resized to 8x8, RGB" in lines
    assert "1 of the 12 images is held out for measuring, chosen by a fixed seed" in lines
    resumed = program("resume", "new", "--headless", "--steps", 2).err.splitlines()
    assert "resumed at step 3" in resumed
    assert [line for line in resumed if line.startswith("12 images")] == []


@pytest.mark.parametrize("size", [0, 1])
def test_a_resumed_run_of_images_is_the_run_of_one_go(size: int, program: Program) -> None:
    network = ("--discriminator", "8-dropout.2") if size else ()
    words = ("run", "digits", "--headless", "--json", *SMALL, *network)
    whole = program(*words, "--steps", 10, "--out", "whole").result
    program(*words, "--steps", 4, "--out", "halves")
    assert program("resume", "halves", "--headless", "--json", "--steps", 6).result["metrics"] == whole["metrics"]


def test_an_array_is_learned_where_it_is(program: Program, here: Path) -> None:
    np.save(here / "mine.npy", noise(40, 8, 8))
    convolutions = ("--generator", "dcgan2", "--discriminator", "dcgan2")
    done = program(*OWN, "--set", "size=8", "--set", "channels=1", *convolutions, "--data", "mine.npy", "--out", "new")
    assert done.status == 0, done.err
    assert not list(Path("new").glob("data*"))


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        ("none", ["none", "No such file"]),
        ("none.npy", ["none.npy", "No such file"]),
        ("two.csv", ["two.csv", "a folder of images"]),
        ("empty", ["empty", "no images"]),
        ("pictures/0.png", ["0.png is one image", "folder"]),
        ("wild.npy", ["wild.npy"]),
    ],
)
def test_what_are_no_images_is_refused_by_the_name_that_was_given(
    data: str, parts: list[str], program: Program, here: Path, pictures: Path, two_columns: Path
) -> None:
    (here / "empty").mkdir()
    np.save(here / "wild.npy", np.full((5, 8, 8), 3.0))
    done = program(*OWN, "--data", data)
    assert (done.status, done.out) == (2, "")
    assert [part for part in parts if part not in done.line] == []
    assert "runs/" not in done.line
    assert not list(here.glob("runs/*"))


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--set", "metrics=[w1]", "--set", "metric=w1"], ["w1 is not defined for this data", "precision"]),
        (["--set", "standardize=true", "--set", "generator.output=sigmoid"], ["standardize", "tanh"]),
        (["--set", "pretraining=5"], ["pretraining"]),
        (["--generator", "dcgan2", "--set", "generator.activation=maxout"], ["maxout is for networks of the kind mlp"]),
    ],
    ids=str,
)
def test_what_does_not_go_with_images_is_refused_in_one_line(words: list[str], parts: list[str], program: Program, here: Path) -> None:
    done = program("run", "digits", "--headless", "--steps", 3, *words)
    assert done.status == 2
    assert [part for part in parts if part not in done.line] == []
    assert not list(here.glob("runs/*"))


@pytest.mark.parametrize(("preset", "metric"), [("images", "precision"), ("mnist", "classifier_frechet")])
def test_too_few_images_for_the_metrics_are_refused_before_the_run(preset: str, metric: str, program: Program, here: Path) -> None:
    lay(here / "few", {f"{number}.png": picture(noise(28, 28, seed=number)) for number in range(3 if preset == "images" else 15)})
    done = program("run", preset, "--headless", "--steps", 3, "--data", "few", *SMALL)
    assert done.status == 2
    assert [part for part in (metric, "needs at least", "images") if part not in done.line] == []
    assert not list(here.glob("runs/*"))


@pytest.mark.parametrize("preset", ["mnist", "fashion-mnist-dcgan", "cifar10", "goodfellow-cifar10"])
@pytest.mark.parametrize("variable", [True, False], ids=["TUI_GAN_DATA", "cache"])
def test_a_known_set_that_is_not_here_says_what_to_fetch_and_where_to_put_it(
    preset: str, variable: bool, program: Program, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "empty").mkdir()
    if variable:
        monkeypatch.setenv("TUI_GAN_DATA", str(here / "empty"))
    done = program("run", preset, "--headless", "--steps", 3, "--json")
    assert (done.status, done.out) == (2, "")
    files, home, folder = {
        "mnist": ("t10k-labels-idx1-ubyte.gz (md5 ec29112dd5afa0611ce80d1b7f02629c)", "yann.lecun.com", "mnist"),
        "fashion-mnist-dcgan": ("train-images-idx3-ubyte.gz (md5 8d4fb7e6c68d591d4c3dfef9ec88bf0d)", "zalandoresearch", "fashion-mnist"),
    }.get(preset, ("cifar-10-binary.tar.gz (md5 c32a1d4ab5d03f1284b67883e8d87530)", "www.cs.toronto.edu", "cifar10"))
    place = str(here / "empty" / folder) if variable else "TUI_GAN_DATA"
    assert [part for part in (files, home, place) if part not in done.line] == []
    assert not list(here.glob("runs/*"))


def test_networks_too_large_for_the_machine_are_refused_before_they_are_built(
    program: Program, here: Path, sets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: types.SimpleNamespace(available=2**30))
    done = program("run", "goodfellow-cifar10", "--headless", "--steps", 3, "--device", "cpu", "--json")
    assert (done.status, done.out) == (2, "")
    assert [
        part for part in ("million parameters", "GB of memory", "this machine has 1.1 GB of memory free") if part not in done.line
    ] == []
    assert not list(here.glob("runs/*"))
