"""Runs on the user's own images and columns: what is shown, kept and said of them, and what is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from safetensors.torch import load_file

from tui_gan.contract.commands import ChangeSetting, Save, Stop, Undo
from tui_gan.contract.config import Config, Minibatch
from tui_gan.contract.errors import UnreadableError, UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.contract.snapshot import ImageGrid, Plane2D
from tui_gan.data.files import fingerprint
from tui_gan.gan.datasets import Images
from tui_gan.session import checkpoint, previews, rundir, samples, start
from tui_gan.session.observe.images import as_bytes
from tui_gan.session.sources import columns_of, dataset_of, shape_of

Train = Callable[..., Any]
LOGGED = ("augment_probability", "overfitting")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Eighty grey images of 9x10 pixels."""
    path = tmp_path / "mine.npy"
    np.save(path, np.random.default_rng(0).integers(0, 256, (80, 9, 10), dtype=np.uint8))
    return path


@pytest.fixture
def drawing(config: Config, pictures: Path) -> Config:
    return msgspec.structs.replace(
        config,
        preset="images",
        steps=10,
        dataset="images",
        data=str(pictures),
        size=8,
        generator=Network(kind="dcgan", widths=(3,), norm="batch", activation="relu", output="tanh"),
        discriminator=Network(kind="dcgan", widths=(3,)),
        minibatch=Minibatch(kernels=2, dim=2),
        latent_dim=4,
        stratified=False,
        metrics=("precision", "recall"),
        metric="recall",
        evaluated=100,
        evaluate_every=5,
        preview_every=5,
        fixed_latents=100,
        keep=1,
    )


def test_augmentations_are_turned_live_and_their_probability_is_kept_and_brought_back(train: Train, resume: Train, drawing: Config) -> None:
    config = msgspec.structs.replace(drawing, augment_images=500, log_every=1)
    turned = [ChangeSetting("augment", "translation,cutout"), ChangeSetting("augment_target", 0.01)]
    script = {2: turned, 6: [ChangeSetting("augment_target", 0.0)], 8: [Undo()]}
    whole = train("whole", {**script, 6: [Save(), *script[6]]}, config=msgspec.structs.replace(config, keep=9))
    ended = whole.session.run
    train("halves", {2: turned, 5: [Save(), Stop()]}, config=config)
    halves = resume("halves", 10, {6: script[6], 8: script[8]})
    one, other = load_file(whole.checkpoint(10)), load_file(halves.checkpoint(10))
    assert [name for name in one if not np.array_equal(one[name], other[name])] == []
    series = ended.history.series()
    told = {name: dict(zip(series[name].steps.tolist(), series[name].values.tolist(), strict=True)) for name in LOGGED}
    assert list(told["augment_probability"]) == [3, 4, 5, 6, 9, 10]
    assert list(told["overfitting"]) == [*range(3, 11)]
    # Where it was when it was turned off, and on from there by one batch more or less.
    before, after = told["augment_probability"][6], told["augment_probability"][9]
    assert abs(after - before) in (0.0, pytest.approx(ended.knobs.batch_size / 500))
    assert load_file(whole.checkpoint(6))["coefficients.augment_probability"].item() == pytest.approx(before)


def test_a_run_on_images_shows_and_keeps_bytes(train: Train, resume: Train, drawing: Config) -> None:
    ended = train(config=drawing, script={5: [None]})
    picture = ended.snapshots[1].picture
    assert isinstance(picture, ImageGrid)
    assert picture.real.shape == picture.fake.shape == (64, 8, 8, 1)
    assert picture.real.dtype == picture.fake.dtype == np.uint8
    assert not picture.real.flags.writeable
    assert not picture.fake.flags.writeable
    assert ended.snapshots[-1].picture.real is picture.real
    assert not np.array_equal(ended.snapshots[-1].picture.fake, picture.fake)
    for _, path in previews.stored(ended.directory.previews):
        kept = previews.read(path)
        assert list(kept) == ["fake"]
        assert (kept["fake"].shape, kept["fake"].dtype) == ((64, 8, 8, 1), np.uint8)
    assert np.array_equal(kept["fake"], ended.snapshots[-1].picture.fake)
    assert set(ended.outcome.metrics) == {"precision", "recall"}
    assert ended.snapshots[-1].predictions.real.sum() == pytest.approx(1)


def test_what_was_done_to_the_data_is_said(train: Train, drawing: Config) -> None:
    events = [event.text for event in train(config=drawing).session.run.events]
    assert any("80 images" in text and "8x8" in text for text in events)
    assert any("held out" in text for text in events)


def test_it_goes_on_bit_for_bit_and_draws_the_same_samples(train: Train, resume: Train, drawing: Config) -> None:
    whole = train("whole", config=drawing)
    train("halves", config=drawing, until=4)
    halves = resume("halves", 10)
    one, other = (load_file(ended.checkpoint(10)) for ended in (whole, halves))
    assert [name for name in one if not np.array_equal(one[name], other[name])] == []
    drawn, about = samples.of_checkpoint(whole.checkpoint(10), 3, 7)
    assert (drawn.shape, drawn.dtype) == ((7, 1, 8, 8), np.float32)
    assert ((drawn >= 0) & (drawn <= 1)).all()
    assert (about.shape, about.location, about.scale) == ((1, 8, 8), (0.5,), (0.5,))


def test_the_best_checkpoint_by_a_metric_of_which_more_is_better_is_kept(
    train: Train, resume: Train, drawing: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {0: 0.1, 2: 0.3, 4: 0.9, 6: 0.2, 8: 0.5, 10: 0.4}
    run = "tui_gan.session.measuring"
    steps: list[int] = []
    monkeypatch.setattr(f"{run}.evaluation_seed", lambda config, step: steps.append(step) or 0)
    monkeypatch.setattr(f"{run}.measure", lambda *_: {"precision": 0.0, "recall": values.get(steps[-1], 0.0)})
    often = Knobs(batch_size=8, device="cpu", checkpoint_every=2)
    ended = train(config=drawing, knobs=often, until=6)
    assert list(checkpoint.stored(ended.directory.checkpoints)) == [4, 6]
    ended = resume(until=10)
    assert {step: checkpoint.read_about(path).metric for step, path in checkpoint.stored(ended.directory.checkpoints).items()} == {
        4: 0.9,
        10: 0.4,
    }


@pytest.mark.parametrize("change", ["gone", "changed"])
def test_data_that_is_no_longer_there_is_refused_in_one_line(train: Train, resume: Train, drawing: Config, change: str) -> None:
    ended = train(config=drawing, until=2)
    data = ended.directory.path / checkpoint.read_about(ended.checkpoint(2)).config.data
    if change == "gone":
        data.unlink()
    else:
        np.save(data, np.zeros((80, 8, 8), dtype=np.uint8))
    with pytest.raises(UnreadableError) as caught:
        resume(until=4)
    assert "\n" not in str(caught.value)
    assert ("No such file" if change == "gone" else "its checksum differs") in str(caught.value)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"data": ""}, "give --data"),
    ({"metrics": ("w1",), "metric": "w1"}, "w1 is not defined for this data"),
    ({"standardize": True, "generator": Network(output="sigmoid")}, "tanh or linear as generator.output, not sigmoid"),
    ({"contrast": 55.0}, "cannot reach the range of this data"),
    ({"size": 9}, "9x9 cannot be halved"),
    ({"generator": Network(kind="dcgan", widths=(3,), output_bias="data")}, "no bias for each pixel"),
    ({"discriminator": Network(kind="aylien", widths=(3, 3, 3))}, "judges rows of numbers"),
    ({"regularizers": {"r1": 1.0}, "discriminator": Network(norm="batch")}, "judges each sample independently"),
    ({"metrics": ("classifier_frechet",), "metric": "classifier_frechet"}, "28x28"),
    ({"pretraining": 5}, "set pretraining to 0"),
    ({"dataset": "imagez", "data": ""}, "imagez"),
]


@pytest.mark.parametrize(("changes", "part"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_what_does_not_go_with_images_is_refused_in_one_line(train: Train, drawing: Config, changes: dict[str, Any], part: str) -> None:
    with pytest.raises(UsageError) as caught:
        train(config=msgspec.structs.replace(drawing, **changes))
    assert "\n" not in str(caught.value)
    assert part in str(caught.value)


def test_too_few_images_to_measure_by_are_refused_before_the_start(train: Train, drawing: Config, tmp_path: Path) -> None:
    few = tmp_path / "few.npy"
    np.save(few, np.random.default_rng(0).integers(0, 256, (4, 8, 8), dtype=np.uint8))
    with pytest.raises(UsageError, match="needs at least 6 training images") as caught:
        train(config=msgspec.structs.replace(drawing, data=str(few)))
    assert "\n" not in str(caught.value)


def test_what_a_metric_lacks_later_ends_the_run_with_its_checkpoints_kept(
    train: Train, drawing: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui_gan.session import measuring

    measure, asked = measuring.measure, []

    def breaks(*arguments: Any) -> dict[str, float]:
        asked.append(1)
        if len(asked) > 2:
            raise UsageError("the library is gone")
        return measure(*arguments)

    monkeypatch.setattr(measuring, "measure", breaks)
    ended = train(config=drawing, knobs=Knobs(batch_size=8, device="cpu", checkpoint_every=5))
    assert (ended.outcome.status, str(ended.outcome.error), ended.outcome.error.exit_code) == ("failed", "the library is gone", 2)
    assert list(checkpoint.stored(ended.directory.checkpoints)) == [5]


def test_the_memory_of_large_networks_is_told_before_the_start(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "TOLD_FROM", 1)
    events = [event.text for event in train(until=2).session.run.events]
    told = [text for text in events if "GB for each checkpoint" in text]
    assert len(told) == 1
    assert "million parameters: about" in told[0]


def test_networks_that_no_memory_holds_are_refused_before_they_are_built(
    train: Train, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(*_: object) -> None:
        raise AssertionError("a trainer of that size would be built")

    monkeypatch.setattr(start, "Trainer", build)
    with pytest.raises(UsageError, match="GB of memory free") as caught:
        train(config=msgspec.structs.replace(config, generator=Network(widths=(65_536,) * 8)))
    assert "\n" not in str(caught.value)


def test_a_run_on_the_users_columns(train: Train, config: Config, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("".join(f"{x},{x * x}\n" for x in np.linspace(0, 3, 50)))
    changed = msgspec.structs.replace(config, dataset="ring", data=str(path), metrics=("sliced_w1",), metric="sliced_w1", steps=5)
    ended = train(config=changed)
    assert isinstance(ended.snapshots[-1].picture, Plane2D)
    about = checkpoint.read_about(ended.checkpoint(5))
    assert about.shape == (2,)
    assert len(about.location) == len(about.scale) == 2
    drawn, _ = samples.of_checkpoint(ended.checkpoint(5), 0, 9)
    assert drawn.shape == (9, 2)
    with pytest.raises(UsageError, match="modes is not defined"):
        train("other", config=msgspec.structs.replace(changed, metrics=("sliced_w1", "modes")))


def test_the_shape_of_a_sample_is_known_before_files_are_read(config: Config) -> None:
    shapes = {"gaussian": (1,), "ring": (2,), "mnist": (1, 28, 28), "cifar10": (3, 32, 32), "images": (3, 32, 32), "digits": (1, 8, 8)}
    shapes["stacked-mnist"] = (3, 28, 28)
    for name, shape in shapes.items():
        changed = msgspec.structs.replace(config, dataset=name)
        assert shape_of(changed) == shape
        assert columns_of(changed) == (shape[0] if len(shape) == 1 else 0)
    dataset, notes = dataset_of(msgspec.structs.replace(config, dataset="digits", standardize=False), Path())
    assert dataset.shape == (1, 8, 8)
    assert notes


def test_pixels_are_cut_to_their_range_and_what_is_no_number_is_black() -> None:
    images = np.array([0.0, 1.0, 0.5, -3.0, 7.0, np.nan, np.inf, -np.inf, 0.1, 0.999]).reshape(1, 1, 2, 5)
    assert as_bytes(images)[0, :, :, 0].ravel().tolist() == [0, 255, 128, 0, 255, 0, 255, 0, 26, 255]


def test_large_image_files_and_folders_stay_where_they_are(tmp_path: Path, config: Config, knobs: Knobs, pictures: Path) -> None:
    packed = tmp_path / "mine.npz"
    np.savez(packed, np.load(pictures))
    run, made = rundir.create(tmp_path / "run", msgspec.structs.replace(config, data=str(packed)), knobs)
    assert made.data == str(packed)
    assert not list(run.path.glob("data*"))


def test_a_run_that_goes_on_tells_of_its_data_only_what_differs(
    train: Train, resume: Train, drawing: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = [event.text for event in train(config=drawing, until=4).session.run.events]
    again = [event.text for event in resume(until=6).session.run.events]
    assert [text for text in again if "held out" in text] == [text for text in first if "held out" in text]
    found = start.dataset_of
    monkeypatch.setattr(start, "dataset_of", lambda *arguments: (found(*arguments)[0], (*found(*arguments)[1], "something new")))
    later = [event.text for event in resume(until=8).session.run.events]
    assert later.count("something new") == 1
    assert len(set(later)) == len(later)


def test_black_and_white_reach_the_files_and_those_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, np.linspace(0, 4095, 96).astype(np.uint16).reshape(6, 4, 4))
    config = Config(preset="images", dataset="images", data=str(path), data_sha256=fingerprint(path), white=4095.0)
    dataset, notes = dataset_of(config, tmp_path)
    assert "values from 0 to 4,095, of which 0 is black and 4095 is white" in notes
    assert isinstance(dataset.truth, Images)
    assert max(int(part.max()) for part in (dataset.truth.train, dataset.truth.test)) == 255
    for other in (Config(preset="toy1d", white=1.0), Config(preset="digits", dataset="digits", black=-1.0, white=1.0)):
        with pytest.raises(UsageError, match="are for files of your own images"):
            dataset_of(other, tmp_path)
