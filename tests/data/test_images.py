"""Known sets by name: found where they are, or told how to get; and files and folders told apart."""

import gzip
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.data.making import idx, labels, lay, mnist_files, noise, picture, records, refusal
from tui_gan.data import places
from tui_gan.data.cifar import TRAIN
from tui_gan.data.files import fingerprint
from tui_gan.data.images import IMAGE_SETS, READERS, ImageSet, named, read_images
from tui_gan.data.samples import read_image_samples

PUBLISHED = [name for name in IMAGE_SETS if name != "digits"]


def files_of(name: str) -> dict[str, bytes]:
    return {TRAIN[0]: records(20).tobytes()} if name == "cifar10" else mnist_files()


def check_form(found: ImageSet) -> None:
    """Assert what every set promises."""
    for images, numbers in ((found.train, found.train_labels), (found.test, found.test_labels)):
        assert images.dtype == np.uint8
        assert images.ndim == 4
        assert len(images) >= 1
        assert numbers is not None
        assert numbers.dtype == np.int64
        assert numbers.shape == (len(images),)
    assert found.train.shape[1:] == found.test.shape[1:]
    assert all("\n" not in note for note in found.notes)


@pytest.fixture(autouse=True)
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the hub's library were not installed."""
    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])
    monkeypatch.delitem(sys.modules, "datasets", raising=False)


class Absent:
    def find_spec(self, name: str, *rest: Any) -> None:
        if name == "datasets":
            raise ModuleNotFoundError("No module named 'datasets'", name="datasets")


def test_the_digits_come_with_the_package() -> None:
    found = named("digits")
    check_form(found)
    assert (found.train.shape, found.test.shape) == ((1498, 1, 8, 8), (299, 1, 8, 8))
    both = np.concatenate([found.train, found.test])
    assert set(np.unique(both)) == {round(ink * 255 / 16) for ink in range(17)}
    assert found.train_labels is not None
    assert found.test_labels is not None
    counts = np.bincount(np.concatenate([found.train_labels, found.test_labels]))
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    # A nought is empty in its middle, a one is not.
    middle = both[:, 0, 3:5, 3:5].mean(axis=(1, 2))
    numbers = np.concatenate([found.train_labels, found.test_labels])
    assert middle[numbers == 0].mean() < 30 < 150 < middle[numbers == 1].mean()


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("where", ["variable", "cache"])
def test_a_published_set_is_found(name: str, where: str, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if where == "variable":
        monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    folder = lay((tmp_path if where == "variable" else cache / "data") / name, files_of(name))
    found = named(name)
    check_form(found)
    assert f"from {folder}" in found.notes


def test_the_variable_s_folder_comes_first_if_it_is_whole(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(cache / "data" / "mnist", mnist_files(count=30))
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    lay(tmp_path / "mnist", mnist_files(count=20))
    assert len(named("mnist").train) == 20
    (tmp_path / "mnist" / "t10k-labels-idx1-ubyte").unlink()
    assert len(named("mnist").train) == 30


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_set_that_is_missing_says_what_to_fetch_and_where_to_put_it(name: str, cache: Path) -> None:
    said = refusal(lambda: named(name))
    official = places.OFFICIAL[name]
    expected = [official.home, *official.files, *official.files.values(), str(cache / "data" / name), places.VARIABLE, "tui-gan[hub]"]
    assert all(part in said for part in expected), said


def test_a_part_of_a_set_is_named_and_the_variable_s_folder_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    files = mnist_files()
    del files["t10k-images-idx3-ubyte"]
    said = refusal(lambda: named(lay(tmp_path / "mnist", files).name))
    assert f"{tmp_path / 'mnist'} lacks t10k-images-idx3-ubyte.gz" in said
    assert f"into {tmp_path / 'mnist'} or" in said


def test_an_unknown_name_lists_the_known() -> None:
    said = refusal(lambda: named("minst"))
    assert "did you mean 'mnist'" in said
    assert all(name in said for name in IMAGE_SETS)


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ({"train-images-idx3-ubyte": idx(noise(20, 28, 28))[:-1]}, "cut short"),
        ({"train-labels-idx1-ubyte": idx(labels(20) + 1)}, "label 10 is 10"),
        ({"t10k-labels-idx1-ubyte": idx(labels(5))}, "5 labels for the 6 images"),
        ({"t10k-images-idx3-ubyte": idx(labels(6))}, "holds labels where images should be"),
        ({"train-images-idx3-ubyte": idx(noise(20, 14, 14))}, "14x14"),
    ],
)
def test_a_damaged_set_is_refused_not_passed_over(damage: dict[str, bytes], expected: str, cache: Path) -> None:
    lay(cache / "data" / "mnist", mnist_files() | damage)
    assert expected in refusal(lambda: named("mnist"))


def test_a_set_of_another_size_is_refused(cache: Path) -> None:
    lay(cache / "data" / "mnist", mnist_files(side=14))
    assert "holds images of 14x14; mnist has 28x28" in refusal(lambda: named("mnist"))


def test_a_copy_that_is_not_the_official_one_is_used_and_told(cache: Path) -> None:
    files = {f"{name}.gz": gzip.compress(content) for name, content in mnist_files().items()}
    lay(cache / "data" / "mnist", files)
    notes = named("mnist").notes
    assert len([note for note in notes if "differs from the official file (md5 " in note]) == 4
    lay(cache / "data" / "cifar10" / "cifar-10-batches-bin", {TRAIN[1]: records(20).tobytes()})
    assert any("differs from the official file (sha1 " in note for note in named("cifar10").notes)


SHAPES = {"mnist": (60_000, 10_000), "fashion-mnist": (60_000, 10_000)}


@pytest.mark.parametrize("name", SHAPES)
def test_the_real_sets_are_whole_and_official(name: str, real: Path) -> None:
    found = named(name)
    check_form(found)
    assert (len(found.train), len(found.test)) == SHAPES[name]
    assert found.test_labels is not None
    assert np.bincount(found.test_labels).min() > 800
    assert not any("differs" in note for note in found.notes)


def test_the_real_cifar_is_read_from_the_batches_that_are_there(real: Path) -> None:
    if not (real / "cifar10" / TRAIN[0]).is_file():
        pytest.skip("no CIFAR-10 among the real sets here")
    found = named("cifar10")
    check_form(found)
    assert found.train.shape[1:] == (3, 32, 32)
    assert not any("differs" in note for note in found.notes)


def fake_hub(monkeypatch: pytest.MonkeyPatch, load: Any) -> list[str]:
    asked: list[str] = []

    def load_dataset(repository: str) -> Any:
        asked.append(repository)
        return load(repository)

    module = ModuleType("datasets")
    module.load_dataset = load_dataset  # type: ignore[attr-defined]
    module.disable_progress_bars = lambda: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "datasets", module)
    return asked


def hub_half(repository: str, count: int) -> dict[str, Any]:
    colour = "cifar10" in repository
    images = noise(count, 32, 32, 3) if colour else noise(count, 28, 28)
    return {"img" if colour else "image": [Image.fromarray(image) for image in images], "label": labels(count).tolist()}


@pytest.mark.parametrize(
    ("name", "repository"),
    [("mnist", "ylecun/mnist"), ("fashion-mnist", "zalando-datasets/fashion_mnist"), ("cifar10", "uoft-cs/cifar10")],
)
def test_the_hub_is_asked_when_the_files_are_not_there(name: str, repository: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = fake_hub(monkeypatch, lambda repository: {"train": hub_half(repository, 12), "test": hub_half(repository, 3)})
    found = named(name)
    check_form(found)
    assert asked == [repository]
    assert (len(found.train), len(found.test)) == (12, 3)
    colour = noise(12, 32, 32, 3).transpose(0, 3, 1, 2) if name == "cifar10" else noise(12, 28, 28)[:, None]
    assert (found.train == colour).all()
    assert found.notes == (f"loaded from the hub, {repository}",)


def test_the_hub_is_not_asked_when_the_files_are_there(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = fake_hub(monkeypatch, None)
    lay(cache / "data" / "mnist", mnist_files())
    named("mnist")
    assert asked == []


def test_a_hub_that_fails_gives_the_same_message_with_the_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(repository: str) -> Any:
        raise ConnectionError("no route\nto the hub")

    fake_hub(monkeypatch, load)
    said = refusal(lambda: named("mnist"))
    assert "yann.lecun.com" in said
    assert said.endswith("the hub failed: ConnectionError: no route")


def test_a_hub_that_gives_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_hub(monkeypatch, lambda repository: {"train": hub_half("cifar10", 3)})
    assert "the hub failed: KeyError" in refusal(lambda: named("mnist"))


@pytest.mark.parametrize("ending", READERS)
def test_each_kind_of_file_says_what_the_system_refuses(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{ending}"
    assert f"cannot read {path}: No such file" in refusal(lambda: read_images(path, None, None))
    os.mkfifo(path)
    assert f"cannot read {path}: it is a FIFO" in refusal(lambda: read_images(path, None, None))
    path.unlink()
    path.write_bytes(b"")
    assert str(path) in refusal(lambda: read_images(path, None, None))


def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    path.write_bytes(b"x")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert "Permission denied" in refusal(lambda: read_images(path, None, None))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("x.csv", "folder of images"), ("x", ".npz"), ("x.gz", "ubyte.gz"), ("x.png", "one image; give the folder"), ("x.JPG", "one image")],
)
def test_other_kinds_of_file_are_refused(name: str, expected: str, tmp_path: Path) -> None:
    path = lay(tmp_path, {name: picture(noise(3, 3))}) / name
    said = refusal(lambda: read_images(path, None, None))
    assert str(path) in said
    assert expected in said


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["fifo", "device"])
def test_what_is_no_ordinary_file_is_refused_before_it_is_read(make: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    make(path)
    for read in (fingerprint, lambda path: read_images(path, None, None), lambda path: read_image_samples(path, (1, 8, 8))):
        said = refusal(lambda read=read: read(path))
        assert said.startswith(f"cannot read {path}: it is a ")
        assert said.endswith("not an ordinary file or folder")


def test_a_published_set_of_what_is_no_ordinary_file_is_not_there(cache: Path) -> None:
    folder = cache / "data" / "mnist"
    folder.mkdir(parents=True)
    for name in mnist_files():
        os.mkfifo(folder / name)
    assert "are not here" in refusal(lambda: named("mnist"))
