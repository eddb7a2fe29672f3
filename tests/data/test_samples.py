"""Files of generated images: every form that they may have, and one line for what they may not be."""

from pathlib import Path

import numpy as np
import pytest

from tests.data.making import npy, npy_claiming, refusal
from tui_gan.data import samples
from tui_gan.data.samples import read_image_samples

GREY, COLOUR = (1, 4, 5), (3, 4, 5)
RANDOM = np.random.default_rng(0).random((6, 60))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", ">f4"])
@pytest.mark.parametrize(
    ("form", "shape"),
    [((6, 4, 5), GREY), ((6, 1, 4, 5), GREY), ((6, 20), GREY), ((6, 3, 4, 5), COLOUR), ((6, 60), COLOUR)],
    ids=str,
)
def test_every_form_becomes_images(form: tuple[int, ...], shape: tuple[int, ...], dtype: str, tmp_path: Path) -> None:
    array = RANDOM[:, : int(np.prod(shape))].reshape(form).astype(dtype)
    np.save(tmp_path / "x.npy", array)
    found = read_image_samples(tmp_path / "x.npy", shape)
    assert (found.shape, found.dtype) == ((6, *shape), np.float32)
    assert np.array_equal(found.reshape(form), array.astype(np.float32))


def test_both_ends_of_the_range_are_in_it(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([0.0, 1.0]).repeat(20).reshape(2, 4, 5))
    assert set(read_image_samples(tmp_path / "x.npy", GREY).ravel().tolist()) == {0.0, 1.0}


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e-6, 1.001])
def test_a_number_out_of_range_is_found_in_whatever_portion_it_lies(value: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "PORTION", 2)
    images = RANDOM[:, :20].reshape(6, 4, 5).copy()
    images[4, 1, 1] = value
    np.save(tmp_path / "x.npy", images)
    assert f"image 5 holds {np.float32(value):g}; every number must lie between 0 and 1" in refusal(
        lambda: read_image_samples(tmp_path / "x.npy", GREY)
    )


@pytest.mark.parametrize(
    ("content", "shape", "part"),
    [
        (npy(np.zeros((2, 5, 4))), GREY, "(N, 4, 5) or (N, 1, 4, 5) or (N, 20)"),
        (npy(np.zeros((2, 4, 5))), COLOUR, "(N, 3, 4, 5) or (N, 60)"),
        (npy(np.zeros((2, 4, 5, 3))), COLOUR, "(2, 4, 5, 3)"),
        (npy(np.zeros(())), GREY, "shape ()"),
        (npy(np.zeros(20)), GREY, "shape (20,)"),
        (npy(np.zeros((0, 4, 5))), GREY, "no image"),
        (npy(np.zeros((2, 4, 5), np.uint8)), GREY, "divide bytes by 255"),
        (npy(np.zeros((2, 4, 5), int)), GREY, "int64"),
        (npy(np.zeros((2, 4, 5), complex)), GREY, "complex128"),
        (npy(np.array([["a"]])), GREY, "<U1"),
        (npy(np.array([None]), allow_pickle=True), GREY, "never loaded"),
        (npy_claiming("(1000000000, 4, 5)", "'<f4'"), GREY, "80,000,000,000 bytes of numbers, and 16 follow"),
        (npy(np.zeros((2, 4, 5)))[:100], GREY, "cut short within its header"),
        (b"hello", GREY, "not a NPY file"),
        (b"", GREY, "is empty"),
    ],
)
def test_what_holds_no_such_images_is_refused(content: bytes, shape: tuple[int, ...], part: str, tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    path.write_bytes(content)
    text = refusal(lambda: read_image_samples(path, shape))
    assert str(path) in text
    assert part in text


@pytest.mark.parametrize("name", ["none.npy", "folder.npy"])
def test_what_cannot_be_opened_is_refused_in_the_words_of_the_system(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.npy").mkdir()
    text = refusal(lambda: read_image_samples(tmp_path / name, GREY))
    assert text.startswith(f"cannot read {tmp_path / name}: ")
