"""tui-gan complete: what it writes, and each bad input as one line."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.program import Program

SMALL = ["--set", "generator.widths=[6]", "--set", "discriminator.widths=[6]", "--set", "evaluated=100"]


@pytest.fixture
def run(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    program("run", "digits-inpaint", "--headless", "--steps", "2", "--out", "r", *SMALL)
    levels = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
    Image.fromarray(levels).save("one.png")
    np.save("three.npy", np.stack([levels, levels.T, 255 - levels]).astype(np.float32)[:, None] / 255)
    np.save("other.npy", np.zeros((2, 1, 5, 5), dtype=np.float32))
    return "r"


def test_images_of_a_file_are_completed_and_each_bad_input_is_one_line(program: Program, run: str) -> None:
    said = program("complete", run, "three.npy", "--mask", "left", "-n", "4", "--out", "made.npy")
    assert said.out.strip() == "made.npy"
    made, given = np.load("made.npy"), np.load("three.npy")
    assert made.shape == (3, 4, 1, 8, 8)
    assert made.dtype == np.float32
    np.testing.assert_allclose(made[..., 4:], np.broadcast_to(given[:, None, ..., 4:], (3, 4, 1, 8, 4)), atol=1e-6)
    assert (made[:, 0] != made[:, 1]).any()
    assert said.err == ""
    np.save("many.npy", np.zeros((103, 1, 8, 8), dtype=np.float32))
    many = program("complete", run, "many.npy", "--mask", "left", "-n", "1", "--out", "many-made.npy")
    assert many.err.strip() == "the first 100 of 103 images; --row takes another one"
    assert len(np.load("many-made.npy")) == 100
    program("complete", run, "three.npy", "--mask", "left", "-n", "4", "--out", "again.npy")
    np.testing.assert_array_equal(np.load("again.npy"), made)
    program("complete", run, "three.npy", "--mask", "left", "--row", "2", "-n", "1", "--out", "row.npy")
    assert np.load("row.npy").shape == (1, 1, 1, 8, 8)
    program("complete", run, "one.png", "--mask", "random:.5")
    with Image.open("completed.png") as sheet:
        # Original, what is observed, and eight completions, each of eight pixels and a line.
        assert sheet.width % (10 * 9) == 0
        assert sheet.height * 10 == sheet.width
    for words, part in (
        (("three.npy", "--mask", "lefty"), "cannot read the mask 'lefty'"),
        (("three.npy", "--mask", "box:1.5,2,3,3"), "cannot read the mask 'box:1.5,2,3,3'"),
        (("three.npy", "--mask", ""), "cannot read the mask ''"),
        (("three.npy", "--mask", "left", "--row", "4"), "has the images 1 to 3, and no image 4"),
        (("other.npy", "--mask", "left"), "those of this run are 1x8x8"),
        (("none.png", "--mask", "left"), "none.png"),
        (("three.npy", "--mask", "left", "--out", "made.txt"), "kind of file of made.txt"),
        (("r/config.toml", "--mask", "left"), "unknown kind of file"),
    ):
        refused = program("complete", run, *words)
        assert refused.status == 2
        assert part in refused.line, words


def test_what_is_read_is_not_written_over(program: Program, run: str) -> None:
    Image.new("L", (8, 8)).save("mask.png")
    for out, mask in (("one.png", "left"), ("mask.png", "mask.png")):
        before = Path(out).read_bytes()
        refused = program("complete", run, "one.png", "--mask", mask, "--out", out)
        assert (refused.status, f"{out} is read, and would be written over" in refused.line) == (2, True)
        assert Path(out).read_bytes() == before


def test_files_are_read_by_the_levels_of_the_run_and_no_others_are_offered(program: Program, run: str) -> None:
    images = np.random.default_rng(0).integers(0, 4_096, (40, 8, 8)).astype(np.uint16)
    np.save("dark.npy", images)
    refused = program("complete", run, "dark.npy", "--mask", "left")
    assert (refused.status, "give images as uint8" in refused.line, "--set" in refused.line) == (2, True, False)
    words = ("run", "digits-inpaint", "--data", "dark.npy", "--set", "white=4095", "--headless", "--steps", "2", "--out", "d")
    words += ("--set", 'metrics=["completion_to_mean"]', "--set", "metric=completion_to_mean")
    assert program(*words, *SMALL).status == 0
    assert program("complete", "d", "dark.npy", "--mask", "left", "-n", "1", "--row", "3", "--out", "made.npy").status == 0
    np.testing.assert_allclose(np.load("made.npy")[0, 0, 0, :, 4:], images[2, :, 4:] / 4_095, atol=1 / 250)


def test_a_run_that_completes_nothing_is_refused(program: Program, run: str) -> None:
    program("run", "toy1d", "--headless", "--steps", "2", "--out", "t")
    refused = program("complete", "t", "one.png", "--mask", "left")
    assert refused.status == 2
    assert "this run completes no images" in refused.line
