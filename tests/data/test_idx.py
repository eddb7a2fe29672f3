"""IDX: what is written is read, and a damaged or mislabelled file is refused before memory is taken."""

import contextlib
import gzip
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.making import idx, idx_claiming, labels, lay, mnist_files, noise, refusal
from tui_gan.contract.errors import UsageError
from tui_gan.data.idx import candidates, find, lacks, read_folder, read_idx
from tui_gan.data.images import read_images

IMAGES = noise(20, 5, 4)
GOOD = idx(IMAGES)
PACKED = gzip.compress(GOOD)


@pytest.mark.parametrize("name", candidates("train-images"))
@pytest.mark.parametrize("content", [GOOD, PACKED], ids=["raw", "packed"])
def test_a_file_is_read_under_each_of_its_names(name: str, content: bytes, tmp_path: Path) -> None:
    lay(tmp_path, {name: content})
    found = read_images(tmp_path / name, None, None)
    assert (found.train.shape, found.test.shape) == ((18, 1, 5, 4), (2, 1, 5, 4))
    assert found.train.dtype == np.uint8
    everything = np.concatenate([found.train, found.test])[:, 0]
    assert sorted(image.tobytes() for image in everything) == sorted(image.tobytes() for image in IMAGES)
    assert found.notes == ("20 images of 4x5, grey", "2 of the 20 images are held out for measuring, chosen by a fixed seed")
    assert find(tmp_path, "train-images") == tmp_path / name


BAD = {
    "empty": (b"", ["empty"]),
    "empty-packed": (gzip.compress(b""), ["empty"]),
    "magic-cut": (GOOD[:3], ["cut short"]),
    "header-cut": (GOOD[:10], ["cut short within its header"]),
    "cut": (GOOD[:-1], ["cut short", "400 bytes", "holds 399"]),
    "cut-and-packed": (gzip.compress(GOOD[:-1]), ["cut short", "400 bytes", "holds 399"]),
    "packed-and-cut": (PACKED[:-20], ["damaged"]),
    "packed-and-cut-at-the-end": (PACKED[:-1], ["damaged"]),
    "packed-header-cut": (PACKED[:5], ["damaged"]),
    "packed-and-overwritten": (PACKED[:40] + b"\xff" * 20 + PACKED[60:], ["damaged"]),
    "wrong-sum": (PACKED[:-8] + bytes(4) + PACKED[-4:], ["damaged", "CRC"]),
    "trailing": (GOOD + b"\0", ["more than the 400 bytes"]),
    "trailing-and-packed": (gzip.compress(GOOD + b"\0"), ["more than the 400 bytes"]),
    "two-packed": (PACKED + PACKED, ["more than the 400 bytes"]),
    "trailing-after-packed": (PACKED + b"rest", ["damaged"]),
    "bomb": (gzip.compress(GOOD + bytes(20_000_000), 1), ["more than the 400 bytes"]),
    "labels": (idx(labels(20)), ["holds labels where images should be"]),
    "colour": (idx(noise(2, 3, 4, 5)), ["holds 4 dimensions"]),
    "floats": (idx(IMAGES, kind=13), ["0x0d", "unsigned bytes"]),
    "text": (b"P5\n5 4\n255\n", ["not an IDX file", "50350a35"]),
    "no-dimensions": (bytes([0, 0, 8, 0]), ["not an IDX file"]),
    "no-images": (idx(noise(0, 5, 4)), ["holds no images", "0 x 5 x 4"]),
    "no-pixels": (idx_claiming(3, 0, 4), ["holds no images"]),
    "terabytes": (idx_claiming(2**31, 2**20, 2**20), ["claims", "too short"]),
    "terabytes-packed": (gzip.compress(idx_claiming(2**31, 2**20, 2**20)), ["claims", "too short"]),
    "gigabytes-packed": (gzip.compress(idx_claiming(1000, 1000, 1000)), ["claims", "too short"]),
    "one-image": (idx(noise(1, 5, 4)), ["holds 1 image"]),
}


@pytest.mark.parametrize("name", BAD)
def test_a_damaged_file_is_refused_with_its_name_and_the_reason(name: str, tmp_path: Path) -> None:
    content, expected = BAD[name]
    path = lay(tmp_path, {"train-images-idx3-ubyte.gz": content}) / "train-images-idx3-ubyte.gz"
    tracemalloc.start()
    said = refusal(lambda: read_images(path, None, None))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert all(part in said for part in [str(path), *expected]), said
    assert most < 2_000_000


@settings(max_examples=50)
@given(content=st.binary(max_size=60) | st.binary(max_size=30).map(lambda rest: b"\0\0\x08\x03\0\0\0\x02\0\0\0\x03\0\0\0\x02" + rest))
def test_any_bytes_are_read_or_refused(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    for packed in (content, gzip.compress(content)):
        path = tmp_path_factory.getbasetemp() / "any-idx3-ubyte"
        path.write_bytes(packed)
        with contextlib.suppress(UsageError):
            assert idx(read_idx(path, 3)) == content


def test_a_folder_of_four_files_keeps_its_split_and_labels(tmp_path: Path) -> None:
    found = read_images(lay(tmp_path, mnist_files()), None, None)
    assert (found.train.shape, found.test.shape) == ((20, 1, 28, 28), (6, 1, 28, 28))
    assert found.train_labels is not None
    assert found.test_labels is not None
    assert found.train_labels.dtype == found.test_labels.dtype == np.int64
    assert (found.train_labels == labels(20)).all()
    assert (found.test_labels == labels(6)).all()
    assert (found.train[:, 0] == noise(20, 28, 28)).all()


def test_a_folder_without_test_images_has_some_held_out_with_their_labels(tmp_path: Path) -> None:
    images = np.repeat(labels(50), 16).reshape(50, 4, 4)
    found = read_images(lay(tmp_path, {"train-images-idx3-ubyte": idx(images), "train-labels-idx1-ubyte": idx(labels(50))}), None, None)
    assert (len(found.train), len(found.test)) == (45, 5)
    assert (found.train[:, 0, 0, 0] == found.train_labels).all()
    assert (found.test[:, 0, 0, 0] == found.test_labels).all()


def test_a_known_set_has_known_labels_and_one_for_each_image(tmp_path: Path) -> None:
    lay(tmp_path, mnist_files() | {"train-labels-idx1-ubyte": idx(np.array([3] * 17 + [10, 0, 1]))})
    assert "label 18 is 10" in refusal(lambda: read_folder(tmp_path, classes=10))
    assert read_folder(tmp_path).train_labels is not None
    lay(tmp_path, {"train-labels-idx1-ubyte": idx(labels(19))})
    assert "19 labels for the 20 images of train-images-idx3-ubyte" in refusal(lambda: read_folder(tmp_path))
    lay(tmp_path, {"train-labels-idx1-ubyte": GOOD})
    assert "holds images where labels should be" in refusal(lambda: read_folder(tmp_path))


def test_what_a_set_lacks_is_named(tmp_path: Path) -> None:
    assert len(lacks(tmp_path)) == 4
    lay(tmp_path, mnist_files())
    assert lacks(tmp_path) == ()
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    assert lacks(tmp_path) == ("t10k-labels-idx1-ubyte.gz",)
