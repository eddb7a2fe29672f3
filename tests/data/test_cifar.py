"""CIFAR-10 in its binary form: whichever batches are there are read, and the notes say which."""

from pathlib import Path

import numpy as np
import pytest

from tests.data.making import lay, records, refusal
from tui_gan.data.cifar import RECORD, TEST, TRAIN
from tui_gan.data.images import read_images


def test_a_record_is_a_label_and_three_planes(tmp_path: Path) -> None:
    made = records(20)
    lay(tmp_path, {TRAIN[0]: made.tobytes(), TEST: records(4, seed=1).tobytes()})
    found = read_images(tmp_path, None, None)
    assert (found.train.shape, found.test.shape) == ((20, 3, 32, 32), (4, 3, 32, 32))
    assert (found.train.reshape(20, -1) == made[:, 1:]).all()
    assert found.train_labels is not None
    assert found.train_labels.tolist() == made[:, 0].tolist()
    assert found.train_labels.dtype == np.int64


@pytest.mark.parametrize("inside", ["", "cifar-10-batches-bin/"])
@pytest.mark.parametrize(
    ("names", "note"),
    [
        (TRAIN[:1], "data_batch_1.bin of the five training batches; no test_batch.bin"),
        ((TRAIN[1], TRAIN[4]), "data_batch_2.bin and data_batch_5.bin of the five training batches; no test_batch.bin"),
        ((*TRAIN[:3], TEST), "data_batch_1.bin, data_batch_2.bin and data_batch_3.bin of the five training batches, and test_batch.bin"),
        ((*TRAIN, TEST), "all of the five training batches, and test_batch.bin"),
    ],
    ids=["one", "two", "three", "all"],
)
def test_the_batches_that_are_there_are_read_in_their_order(inside: str, names: tuple[str, ...], note: str, tmp_path: Path) -> None:
    lay(tmp_path, {f"{inside}{name}": records(10, seed=seed).tobytes() for seed, name in enumerate(names)})
    found = read_images(tmp_path, None, None)
    assert note in found.notes
    count = 10 * len([name for name in names if name in TRAIN])
    assert f"{count} images of 32x32, RGB" in found.notes
    if TEST in names:
        assert (len(found.train), len(found.test)) == (count, 10)
        assert found.train[10, 0, 0, 0] == records(10, seed=1)[0, 1]
    else:
        assert (len(found.train), len(found.test)) == (count - count // 10, count // 10)
        assert f"{count // 10} of the {count} images" in found.notes[-1]


def test_one_batch_is_read_by_its_name(tmp_path: Path) -> None:
    found = read_images(lay(tmp_path, {"mine.bin": records(10).tobytes()}) / "mine.bin", 16, 1)
    assert (found.train.shape, found.test.shape) == ((9, 1, 16, 16), (1, 1, 16, 16))
    assert found.notes[0] == "10 images of 32x32 resized to 16x16, grey from RGB"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ["0 bytes", "3,073"]),
        (records(2).tobytes()[:-1], ["6,145 bytes", "3,073"]),
        (records(2).tobytes() + b"\0", ["6,147 bytes"]),
        (bytes(RECORD) + b"\x0b" + bytes(RECORD - 1), ["record 2", "label 11", "0 to 9"]),
        (records(1).tobytes(), ["holds 1 image"]),
    ],
    ids=["empty", "cut", "trailing", "label", "one"],
)
def test_a_damaged_batch_is_refused(content: bytes, expected: list[str], tmp_path: Path) -> None:
    said = refusal(lambda: read_images(lay(tmp_path, {TRAIN[2]: content}), None, None))
    assert all(part in said for part in [str(tmp_path), *expected]), said
