"""`eval`: of files of samples, of runs against other data, by metrics that are or are not defined."""

import math
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from scipy import stats

from tests.program import Program
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.data.files import fingerprint
from tui_gan.gan.datasets import Line, of_columns
from tui_gan.gan.metrics import METRICS
from tui_gan.gan.networks.inference import encoded
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS
from tui_gan.session.measuring import INFERRED
from tui_gan.session.sources import dataset_of
from tui_gan.sweep.opening import as_run
from tui_gan.sweep.plan import Spec


def test_true_samples_on_the_line_are_near_the_truth_by_every_metric(program: Program) -> None:
    samples = np.random.default_rng(0).normal(4, 0.5, 10_000)
    np.save("x.npy", samples)
    found = program("eval", "x.npy", "--preset", "toy1d", "--json").result["metrics"]
    assert set(found) == {name for name, metric in METRICS.items() if Line in metric.ways and not metric.of}
    assert found["ks"] == pytest.approx(stats.kstest(samples, "norm", (4, 0.5)).statistic, abs=1e-9)
    assert found["w1"] < 0.02
    assert 0 <= found["js"] < 0.005
    assert found["mean"] == pytest.approx(samples.mean())


def test_what_a_perfect_generator_gets_is_said_beside(program: Program) -> None:
    np.save("x.npy", np.random.default_rng(0).normal(4, 0.5, 1_000))
    found = program("eval", "x.npy", "--preset", "toy1d", "--metrics", "ks,sd", "--json").result
    assert found["floors"].keys() == {"ks"}
    assert found["floors"]["ks"] == pytest.approx(0.87 / 1_000**0.5, rel=0.2)
    said = program("eval", "x.npy", "--preset", "toy1d", "--metrics", "ks,sd").out.splitlines()
    assert f"(floor {found['floors']['ks']:.3g})" in said[0]
    assert "floor" not in said[1]


def test_true_samples_of_the_ring_have_all_its_modes(program: Program) -> None:
    random = np.random.default_rng(0)
    angles = 2 * np.pi * random.integers(0, 8, 1000) / 8
    points = np.stack((np.cos(angles), np.sin(angles)), 1) + random.normal(0, 0.01, (1000, 2))
    np.savetxt("x.csv", points, delimiter=",")
    done = program("eval", "x.csv", "--preset", "ring2d", "--json")
    assert len(done.out.splitlines()) == 1
    found = done.result["metrics"]
    assert found["modes"] == 8
    assert found["hq"] == pytest.approx(0.99, abs=0.01)
    assert 0 <= found["reverse_kl"] < 0.01


@pytest.mark.parametrize("shape", [(50, 8, 8), (50, 1, 8, 8), (50, 64)], ids=str)
def test_images_are_read_in_every_form(shape: tuple[int, ...], program: Program) -> None:
    np.save("x.npy", np.random.default_rng(0).random(shape))
    done = program("eval", "x.npy", "--preset", "digits", "--json")
    assert done.status == 0
    assert {"parzen", "precision", "recall", "nearest_train"} <= done.result["metrics"].keys()
    assert not {"fid", "kid", "classifier_frechet"} & done.result["metrics"].keys()


def changed(value: float) -> np.ndarray:
    images = np.random.default_rng(0).random((20, 8, 8))
    images[4, 2, 2] = value
    return images


@pytest.mark.parametrize(
    ("array", "parts"),
    [
        (changed(0.5)[:, :, :7], ["(20, 8, 7)", "(N, 8, 8) or (N, 1, 8, 8) or (N, 64)"]),
        (changed(1.5), ["image 5 holds 1.5", "between 0 and 1"]),
        (changed(-0.5), ["image 5 holds -0.5"]),
        (changed(np.nan), ["image 5 holds nan"]),
        ((changed(0.5) * 255).astype(np.uint8), ["uint8", "between 0 and 1", "divide bytes by 255"]),
        (changed(0.5)[:2], ["precision needs at least", "here are 2"]),
        (changed(0.5)[:0], ["holds no image"]),
    ],
    ids=["shape", "above", "below", "nan", "uint8", "few", "none"],
)
def test_images_that_cannot_be_judged_are_refused_in_one_line(array: np.ndarray, parts: list[str], program: Program) -> None:
    np.save("x.npy", array)
    done = program("eval", "x.npy", "--preset", "digits", "--metrics", "precision", "--json")
    assert (done.status, done.out) == (2, "")
    assert [part for part in parts if part not in done.line] == []


def test_a_file_is_judged_against_the_users_own_data(program: Program, two_columns: Path) -> None:
    mine, own = (
        program("eval", "two.csv", "--preset", "ring2d", *words, "--json").result["metrics"] for words in ((), ("--data", "two.csv"))
    )
    assert own["sliced_w1"] == own["js"] == 0
    assert mine["sliced_w1"] > 1
    assert "modes" in mine
    assert "modes" not in own


def test_a_run_is_judged_against_other_data(a_plane_run: Path, program: Program, two_columns: Path) -> None:
    own, moons, mine = (
        program("eval", "mine", "-n", 500, *words, "--json").result["metrics"]
        for words in ((), ("--preset", "moons"), ("--data", "two.csv"))
    )
    assert "modes" in own
    assert "modes" not in moons
    assert own["sliced_w1"] != moons["sliced_w1"] != mine["sliced_w1"]


def test_other_data_are_compared_with_whole_whatever_the_run_was_trained_on(program: Program, here: Path) -> None:
    draws = np.random.default_rng(0)
    np.savetxt("mine.csv", draws.normal(size=500))
    np.savetxt("other.csv", np.concatenate((draws.normal(0.0, 0.01, 100), draws.normal(5.0, 1.0, 4_900))))
    words = ("--data", "mine.csv", "--set", "training=100", "--set", "sampling=epochs", "--batch-size", 50)
    assert program("run", "toy1d", *words, "--headless", "--steps", 1, "--out", "of100").status == 0
    found = program("eval", "of100", "--data", "other.csv", "--json").result["metrics"]
    assert found["w1"] > 3


def test_an_encoder_is_judged_on_other_data_in_the_units_that_it_has_learned(program: Program, here: Path) -> None:
    points = np.random.default_rng(0).normal(size=(300, 2))
    np.savetxt("own.csv", points, delimiter=",")
    np.savetxt("far.csv", points + 4, delimiter=",")
    changes = {"data": str(here / "own.csv"), "data_sha256": fingerprint(here / "own.csv"), "evaluated": 100, "fixed_latents": 64}
    players = {
        "generator": Network(widths=(8,)),
        "encoder": Network(widths=(8,)),
        "discriminator": Network(widths=(8,), condition="concat"),
    }
    metric = {"metrics": ("reconstruction",), "metric": "reconstruction"}
    config = msgspec.structs.replace(PRESETS["ring2d-ali"].config, **players, **metric, **changes)
    trainer = Trainer(config, dataset_of(config, here)[0], "cpu")
    run = as_run(trainer, Spec(0, {}, config, Knobs()), math.nan, sweep="s", copied=False)
    found = program("eval", run, "--data", "far.csv", "--metrics", "reconstruction", "--json").result["metrics"]
    # Reconstructions of the far points, by hand.
    far = of_columns(np.loadtxt("far.csv", delimiter=","), True)
    real = far.in_units(far.sample(INFERRED, torch.Generator().manual_seed(1), "cpu"))
    x = torch.from_numpy((real - points.mean(axis=0)) / points.std(axis=0)).float()
    generator = trainer.averaged()
    again = generator(encoded(generator, x)).detach().double().numpy() * points.std(axis=0) + points.mean(axis=0)
    assert found["reconstruction"] == pytest.approx(np.linalg.norm(real - again, axis=1).mean(), rel=1e-4)


def test_a_run_is_measured_by_as_many_samples_as_asked(a_run: Path, program: Program) -> None:
    own, same, more = (program("eval", "mine", *words, "--json").result["metrics"] for words in ((), ("-n", 10_000), ("--number", 20_000)))
    assert own == same
    assert own["w1"] != more["w1"] == pytest.approx(own["w1"], abs=0.05)


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["mine", "--metrics", "modes"], ["modes is not defined for this data", "w1"]),
        (["mine", "--metrics", "w1,fid"], ["fid is not defined for this data"]),
        (["mine", "--metrics", "w1,"], ["--metrics names no metric beside a comma"]),
        (["mine", "--preset", "ring2d"], ["mine makes single numbers", "rows of 2 numbers"]),
        (["mine", "--preset", "digits"], ["mine makes single numbers", "images of 1x8x8"]),
        (["mine", "--preset", "toy1d", "--data", "two.csv"], ["two.csv has 2 columns"]),
        (["mine", "--data", "none.csv"], ["none.csv", "No such file"]),
        (["two.csv"], ["two.csv", "--preset", "`tui-gan presets` lists them all"]),
        (["two.csv", "--preset", "ring2d", "-n", "10"], ["--number", "two.csv"]),
        (["two.csv", "--preset", "toy1d"], ["two.csv has 2 columns"]),
        (["two.csv", "--preset", "ring2d", "--metrics", "w1"], ["w1 is not defined for this data", "sliced_w1"]),
        (["two.csv", "--preset", "digits"], ["read from .npy, not .csv"]),
        (["two.csv", "--preset", "images"], ["--data", "a folder"]),
    ],
    ids=str,
)
def test_what_cannot_be_measured_is_one_line_and_status_2(
    words: list[str], parts: list[str], a_run: Path, program: Program, two_columns: Path
) -> None:
    done = program("eval", *words, "--json")
    assert (done.status, done.out) == (2, "")
    assert [part for part in parts if part not in done.line] == []


@pytest.mark.parametrize("metric", ["fid", "kid"])
def test_a_metric_whose_library_is_not_here_says_what_to_install(
    metric: str, an_image_run: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch_fidelity", None)
    done = program("eval", "mine", "--metrics", metric)
    assert done.status == 2
    assert "tui-gan[fidelity]" in done.line


def test_images_are_sampled_as_numbers_between_0_and_1(an_image_run: Path, program: Program) -> None:
    assert program("sample", "mine", "-n", 40, "--out", "x.npy").status == 0
    samples = np.load("x.npy")
    assert (samples.shape, samples.dtype) == ((40, 1, 8, 8), np.float32)
    assert 0 <= samples.min() < samples.max() <= 1
    assert program("eval", "x.npy", "--preset", "digits").status == 0
    refused = program("sample", "mine", "--out", "x.csv")
    assert refused.status == 2
    assert "images are written as .npy, not .csv" in refused.line
    assert not Path("x.csv").exists()
