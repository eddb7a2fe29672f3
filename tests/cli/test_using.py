"""`sample`, `eval` and `export`: what can be done with a run that has learned."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from scipy import stats

from tests.program import Program
from tui_gan.session import checkpoint
from tui_gan.session.export import EXPORTERS


def newest(run: Path) -> Path:
    stored = checkpoint.stored(run / "checkpoints")
    return stored[max(stored)]


@pytest.mark.parametrize("suffix", [".npy", ".csv", ".NPY"])
def test_samples_are_written_as_many_as_asked(suffix: str, a_run: Path, program: Program) -> None:
    out = Path(f"samples{suffix}")
    done = program("sample", "mine", "-n", 77, "--out", out)
    assert (done.status, done.out.strip()) == (0, str(out))
    samples = np.load(out) if suffix.lower() == ".npy" else np.loadtxt(out)
    assert samples.shape == (77,)
    assert samples.dtype == np.float64
    assert np.isfinite(samples).all()


def test_samples_are_the_same_in_every_form_and_differ_by_seed(a_run: Path, program: Program) -> None:
    program("sample", "mine", "-n", 50, "--out", "a.npy")
    program("sample", newest(a_run), "-n", 50, "--out", "b.csv", "--seed", 0)
    program("sample", a_run, "-n", 50, "--out", "c.npy", "--seed", 1)
    assert np.load("a.npy").tolist() == np.loadtxt("b.csv").tolist()
    assert np.load("a.npy").tolist() != np.load("c.npy").tolist()


@pytest.mark.parametrize(("out", "part"), [("none/x", "none"), ("file/x", "file"), ("x" * 300, "too long")])
def test_a_place_that_cannot_be_written_is_one_line_and_status_2(out: str, part: str, a_run: Path, program: Program, here: Path) -> None:
    (here / "file").write_text("mine")
    for suffix, *words in (("csv", "sample", "mine"), ("safetensors", "export", "mine", "--to", "safetensors")):
        done = program(*words, "--out", f"{out}.{suffix}")
        assert done.status == 2
        assert part in done.line
    assert not list(here.rglob("*.partial"))


def test_samples_do_not_take_the_place_of_a_directory(a_run: Path, program: Program, here: Path) -> None:
    (here / "folder.npy").mkdir()
    done = program("sample", "mine", "--out", "folder.npy")
    assert done.status == 2
    assert "folder.npy" in done.line
    assert list(here.glob("folder.npy*")) == [here / "folder.npy"]


def test_samples_in_a_file_are_judged_against_the_data_of_a_preset(program: Program) -> None:
    np.save("exact.npy", stats.norm.ppf((np.arange(5000) + 0.5) / 5000, 4, 0.5))
    np.savetxt("off.csv", np.load("exact.npy") + 1)
    exact = program("eval", "exact.npy", "--preset", "toy1d", "--json").result["metrics"]
    off = program("eval", "off.csv", "--preset", "toy1d", "--json").result["metrics"]
    assert exact["w1"] == pytest.approx(0, abs=1e-12)
    assert off["w1"] == pytest.approx(1)
    assert exact["mean"] == pytest.approx(4)


def test_what_was_sampled_is_judged_like_the_run(a_run: Path, program: Program) -> None:
    program("sample", "mine", "-n", 10_000, "--out", "x.npy")
    run, samples = (
        program("eval", "mine", "--json").result["metrics"],
        program("eval", "x.npy", "--preset", "toy1d", "--json").result["metrics"],
    )
    assert samples["mean"] == pytest.approx(run["mean"], abs=0.05)
    assert samples["w1"] == pytest.approx(run["w1"], abs=0.05)


@pytest.mark.parametrize("to", EXPORTERS)
def test_an_export_goes_into_the_run_or_where_it_is_told(to: str, an_image_run: Path, program: Program) -> None:
    inside = program("export", "mine", "--to", to)
    named = program("export", newest(an_image_run), "--to", to, "--out", f"named.{to}")
    assert (inside.status, named.status) == (0, 0)
    written = Path(inside.out.strip())
    assert written.is_relative_to("runs/mine")
    assert named.out.strip() == f"named.{to}"
    assert written.read_bytes() == Path(f"named.{to}").read_bytes()


def test_what_is_drawn_can_be_chosen(a_run: Path, program: Program) -> None:
    done = program("export", "mine", "--to", "svg", "--what", "curves")
    assert (done.status, done.out.strip()) == (0, "runs/mine/pictures/curves-00000030.svg")


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["mine", "--to", "pmg"], ["unknown export 'pmg'", "did you mean 'png'", "safetensors"]),
        (["mine", "--to", "png", "--what", "curve"], ["did you mean 'curves'", "distribution", "samples"]),
        (["mine", "--to", "csv", "--what", "samples"], ["a file of csv holds the curves alone, not 'samples'", "png or svg"]),
        (["mine", "--to", "png", "--out", "x.svg"], ["x.svg", ".png"]),
        (["mine", "--to", "png", "--out", "none/x.png"], ["none/x.png", "no folder none"]),
    ],
    ids=str,
)
def test_what_cannot_be_exported_is_one_line_and_status_2(words: list[str], parts: list[str], a_run: Path, program: Program) -> None:
    done = program("export", *words)
    assert (done.status, done.out) == (2, "")
    assert [part for part in parts if part not in done.line] == []


def test_without_matplotlib_a_plot_is_one_line_and_status_2(a_run: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = program("export", "mine", "--to", "png")
    assert (done.status, done.out) == (2, "")
    assert "pip install 'tui-gan[pictures]'" in done.line
    assert program("export", "mine", "--to", "csv").status == 0


@pytest.mark.parametrize(("to", "part"), [("png", "no checkpoint"), ("gif", "no previews"), ("csv", "no series")])
def test_a_run_that_lacks_what_it_is_made_of_is_one_line_and_status_3(to: str, part: str, a_run: Path, program: Program) -> None:
    shutil.rmtree(a_run / "checkpoints")
    shutil.rmtree(a_run / "previews")
    (a_run / "log.jsonl").unlink()
    done = program("export", "mine", "--to", to)
    assert (done.status, done.out) == (3, "")
    assert part in done.line


def test_a_checkpoint_alone_is_enough(a_run: Path, program: Program) -> None:
    shutil.copy(newest(a_run), "alone.safetensors")
    shutil.rmtree("runs")
    assert program("sample", "alone.safetensors", "--out", "x.npy").status == 0
    assert program("eval", "alone.safetensors", "--json").status == 0
    exported = Path(program("export", "alone.safetensors", "--to", "safetensors").out.strip())
    with safe_open(exported, framework="pt") as file:
        assert json.loads(file.metadata()["tui_gan"])["preset"] == "toy1d"


@pytest.mark.parametrize("share", [0.0, 0.05, 0.7])
def test_a_truncated_checkpoint_is_one_line_and_status_3(share: float, a_run: Path, program: Program) -> None:
    path = newest(a_run)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    log = (a_run / "log.jsonl").read_bytes()
    for words in (
        ("resume", "mine", "--headless"),
        ("sample", "mine", "--out", "x.npy"),
        ("eval", "mine"),
        ("export", "mine", "--to", "safetensors"),
    ):
        done = program(*words)
        assert done.status == 3
        assert path.name in done.line
    assert (a_run / "log.jsonl").read_bytes() == log
    assert "step-00000030" in program("runs").out


def test_a_state_that_is_none_is_one_line_and_status_3(a_run: Path, program: Program) -> None:
    path = newest(a_run)
    tensors, about = checkpoint.read(path)
    tensors["stream"].zero_()
    checkpoint.write(path, tensors, about)
    done = program("resume", "mine", "--headless", "--steps", 3)
    assert done.status == 3
    assert path.name in done.line


def _fifo(path: Path) -> None:
    os.mkfifo(path)


PLACES: dict[str, Callable[[Path], None]] = {"a folder": Path.mkdir, "a FIFO": _fifo, "a device": lambda path: path.symlink_to("/dev/zero")}


READ: list[tuple[str, list[str]]] = [
    ("log.jsonl", ["export", "mine", "--to", "csv"]),
    ("log.jsonl", ["export", "mine", "--to", "png", "--what", "curves"]),
    *(
        ("checkpoints/step-00000030.safetensors", words)
        for words in (
            ["export", "mine", "--to", "png"],
            ["sample", "mine", "--out", "x.npy"],
            ["eval", "mine"],
            ["resume", "mine", "--headless"],
        )
    ),
]
# Each is read with a FIFO in its place, which blocks whoever opens it, and the others take turns; the rest is among the longer checks.
TURNS = ("a folder", "a device")
MISPLACED = [
    pytest.param(name, words, put, marks=pytest.mark.slow if put == TURNS[turn % 2] else (), id=f"{put}-{name}-{words}")
    for turn, (name, words) in enumerate(READ)
    for put in PLACES
]


@pytest.mark.parametrize(("name", "words", "put"), MISPLACED)
def test_what_is_no_file_in_its_place_is_one_line_and_status_3(
    name: str, words: list[str], put: str, a_run: Path, program: Program
) -> None:
    (a_run / name).unlink()
    PLACES[put](a_run / name)
    done = program(*words)
    assert (done.status, done.out) == (3, "")
    assert str(a_run.relative_to(Path.cwd()) / name) in done.line
    assert program("runs").status == 0


@pytest.mark.parametrize("put", PLACES.values(), ids=PLACES)
def test_a_run_goes_on_without_its_file_of_settings_and_is_listed_with_what_is_wrong(
    put: Callable[[Path], None], a_run: Path, program: Program
) -> None:
    (a_run / "config.toml").unlink()
    put(a_run / "config.toml")
    resumed = program("resume", "mine", "--headless")
    assert resumed.status == 0
    assert "config.toml cannot be read; resume continues with the checkpoint's settings" in resumed.err
    done = program("runs", "--json")
    assert done.status == 0
    (row,) = done.result["runs"]
    assert "config.toml" in row["problem"]


@pytest.mark.parametrize("put", PLACES.values(), ids=PLACES)
def test_a_log_that_is_no_file_cannot_be_gone_on_with(put: Callable[[Path], None], a_run: Path, program: Program) -> None:
    (a_run / "log.jsonl").unlink()
    put(a_run / "log.jsonl")
    done = program("resume", "mine", "--headless", "--steps", 5)
    assert done.status == 2
    assert "log.jsonl" in done.line


def test_damaged_lines_of_the_log_are_left_out_and_told(a_run: Path, program: Program) -> None:
    before = program("export", "mine", "--to", "csv")
    table = Path(before.out.strip()).read_bytes()
    log = a_run / "log.jsonl"
    first, rest = log.read_bytes().split(b"\n", 1)
    log.write_bytes(first + b"\n\xff\n" + b'{"kind":"scalars","step":1,"x":' + b"9" * 400 + b"}\n" + rest)
    done = program("export", "mine", "--to", "csv")
    assert (done.status, done.out) == (0, before.out)
    assert done.err == "2 damaged lines of log.jsonl were left out\n"
    assert Path(done.out.strip()).read_bytes() == table
    resumed = program("resume", "mine", "--headless", "--steps", 5)
    assert resumed.status == 0
    assert resumed.err.count("2 damaged lines of log.jsonl were left out") == 1
    again = program("resume", "mine", "--headless", "--steps", 5)
    assert "damaged" not in again.err


def test_a_conditional_run_is_asked_for_a_class_and_measured_by_it(program: Program, here: Path) -> None:
    words = "run ring2d-conditional --headless --steps 4 --out runs/c --set evaluated=200 --set fixed_latents=64"
    assert program(*words.split()).status == 0
    assert program(*["sample", "runs/c", "-n", "40", "--class"], "mode 3", "--out", "one.npy").status == 0
    assert program(*["sample", "runs/c", "-n", "40", "--out", "all.npy"]).status == 0
    one, every = np.load(here / "one.npy"), np.load(here / "all.npy")
    assert one.shape == every.shape == (40, 2)
    # Every eighth of all classes in turn is of class 3, from the same latent.
    np.testing.assert_allclose(one[3::8], every[3::8], rtol=1e-5)
    assert not np.allclose(one[4::8], every[4::8])
    told = json.loads(program(*["eval", "runs/c", "--json", "--metrics", "class_accuracy,hq"]).out)
    assert 0 <= told["metrics"]["class_accuracy"] <= 1
    assert program("sample", "runs/c", "-n", "40", "--class", "3", "--out", "number.npy").status == 0
    assert np.array_equal(np.load(here / "number.npy"), one)
    for name in ("mode 9", "9"):
        refused = program("sample", "runs/c", "--class", name, "--out", "x.npy")
        assert (refused.status, "unknown mode 'mode 9'; did you mean 'mode 7'? (known: mode 0" in refused.line) == (2, True)


def test_two_stages_are_asked_for_a_word_and_measured_stage_by_stage(program: Program, here: Path) -> None:
    words = "run digits-stacked-words --headless --steps 2 --out runs/w --set evaluated=200 --set fixed_latents=64"
    assert program(*words.split()).status == 0
    for name in ("3", "three"):
        assert program("sample", "runs/w", "-n", "20", "--class", name, "--out", f"{name}.npy").status == 0
    threes = np.load(here / "three.npy")
    assert threes.shape == (20, 1, 8, 8)
    assert np.array_equal(threes, np.load(here / "3.npy"))
    told = json.loads(program(*["eval", "runs/w", "--json", "--metrics", "class_accuracy,first_stage_accuracy"]).out)
    assert {*told["metrics"]} == {"class_accuracy", "first_stage_accuracy"}
    refused = program("sample", "runs/w", "--class", "eleven", "--out", "x.npy")
    assert (refused.status, "eleven" in refused.err) == (2, True)
    refused = program("export", "runs/w", "--to", "safetensors")
    assert (refused.status, "this one has two stages" in refused.err) == (2, True)


def test_an_unconditional_run_cannot_be_asked_for_a_class(a_run: Path, program: Program) -> None:
    refused = program("sample", str(a_run), "--class", "3", "--out", "x.npy")
    assert refused.status == 2
    assert "--class is for conditional generators" in refused.err


def test_an_inference_network_is_asked_for_latents(program: Program, here: Path) -> None:
    words = "run ring2d-ali --headless --steps 3 --out runs/i --set evaluated=100 --set fixed_latents=64"
    assert program(*words.split()).status == 0
    (here / "points.csv").write_text("0.5,0.1\n-1,0\n0,1\n")
    assert program(*["encode", "runs/i", "points.csv", "--out", "z.npy"]).status == 0
    assert program(*["encode", "runs/i", "points.csv", "--out", "z.csv"]).status == 0
    codes = np.load(here / "z.npy")
    assert codes.shape == (3, 2)
    np.testing.assert_allclose(np.loadtxt(here / "z.csv", delimiter=","), codes)
    for words, part in (
        ("encode runs/i points.csv --out z.txt", "unknown kind of file"),
        ("encode runs/i nothing.csv --out z.npy", "nothing.csv"),
        ("encode runs/i z.npy --out y.txt", "y.txt"),
        ("encode runs/i points.csv --out points.csv", "points.csv is read, and would be written over"),
    ):
        refused = program(*words.split())
        assert refused.status == 2
        assert part in refused.line
    told = json.loads(program(*["eval", "runs/i", "--json", "--metrics", "reconstruction,own_mode,hq"]).out)
    assert set(told["metrics"]) == {"reconstruction", "own_mode", "hq"}


def test_a_run_without_one_has_no_latents_to_tell(a_run: Path, program: Program, here: Path) -> None:
    (here / "x.csv").write_text("1\n2\n")
    refused = program("encode", str(a_run), "x.csv", "--out", "z.npy")
    assert refused.status == 2
    assert "has no inference network" in refused.line
