"""NPY and NPZ: images as they are written, and one line for whatever they cannot be."""

import contextlib
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.making import labels, lay, noise, npy, npy_claiming, npz, refusal
from tui_gan.contract.errors import UsageError
from tui_gan.data import store
from tui_gan.data.images import read_images

GREY = noise(20, 6, 5)
COLOUR = noise(20, 3, 6, 5)


def everything(path: Path, size: int | None = None, channels: int | None = None) -> Any:
    """The images of a file in their order, for files whose first value numbers the images."""
    found = read_images(path, size, channels)
    images = np.concatenate([found.train, found.test])
    return images[np.argsort(images[:, 0, 0, 0], kind="stable")]


def numbered(array: Any) -> Any:
    """The array with each image's first value its number, whichever axis the channels are on."""
    made = array.copy()
    made.reshape(len(made), -1)[:, 0] = np.arange(len(made))
    return made


GOOD = {
    "grey": (lambda grey, colour: grey, 1),
    "channels-first": (lambda grey, colour: colour, 3),
    "one-channel-first": (lambda grey, colour: grey[:, None], 1),
    "one-channel-last": (lambda grey, colour: grey[..., None], 1),
    "channels-last": (lambda grey, colour: np.ascontiguousarray(colour.transpose(0, 2, 3, 1)), 3),
    "fortran": (lambda grey, colour: np.asfortranarray(colour), 3),
    "float32": (lambda grey, colour: grey.astype(np.float32) / 255, 1),
    "float64-big-endian": (lambda grey, colour: (colour / 255).astype(">f8"), 3),
    "float16": (lambda grey, colour: (grey / 255).astype(np.float16), 1),
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("kind", ["npy", "npz"])
def test_each_layout_and_type_is_read(name: str, kind: str, tmp_path: Path) -> None:
    make, channels = GOOD[name]
    grey, colour = numbered(GREY), numbered(COLOUR)
    content = npy(make(grey, colour)) if kind == "npy" else npz(whatever=make(grey, colour))
    found = everything(lay(tmp_path, {f"x.{kind}": content}) / f"x.{kind}")
    assert found.dtype == np.uint8
    assert (found == (grey[:, None] if channels == 1 else colour)).all()


def test_floats_are_rounded(tmp_path: Path) -> None:
    path = lay(tmp_path, {"x.npy": npy(np.full((4, 2, 2), 0.5))}) / "x.npy"
    assert (read_images(path, None, None).train == 128).all()


ODD = np.zeros((4, 3, 3), dtype=np.float32)
BAD = {
    "empty.npy": (b"", ["empty"]),
    "empty.npz": (b"", ["empty"]),
    "above.npy": (npy(ODD + np.arange(4)[:, None, None]), ["image 3 holds 2.0", "between 0 and 1"]),
    "below.npy": (npy(ODD - 0.25), ["image 1 holds -0.25"]),
    "nan.npz": (npz(images=np.where(np.arange(4)[:, None, None] == 3, np.nan, ODD)), ["images", "image 4 holds nan"]),
    "inf.npy": (npy(ODD + np.inf), ["holds inf"]),
    "int64.npy": (npy(np.zeros((4, 3, 3), dtype=np.int64)), ["int64", "uint8"]),
    "bool.npy": (npy(np.zeros((4, 3, 3), dtype=bool)), ["bool"]),
    "text.npy": (npy(np.array([["a"]])), ["real numbers", "<U1"]),
    "flat.npy": (npy(noise(4, 784)), ["(4, 784)", "(N, H, W)"]),
    "five.npy": (npy(noise(4, 1, 1, 3, 3)), ["(4, 1, 1, 3, 3)"]),
    "four-channels.npy": (npy(noise(4, 8, 8, 4)), ["(4, 8, 8, 4)", "1 or 3 channels"]),
    "ambiguous.npy": (npy(noise(4, 3, 8, 3)), ["(4, 3, 8, 3)", "first or last"]),
    "scalar.npy": (npy(np.uint8(3)), ["()"]),
    "none.npy": (npy(noise(0, 3, 3)), ["(0, 3, 3)"]),
    "no-pixels.npz": (npz(a=noise(3, 0, 3)), ["(3, 0, 3)"]),
    "one.npy": (npy(noise(1, 3, 3)), ["1 image"]),
    "objects.npy": (npy(np.array([1, None], dtype=object), allow_pickle=True), ["never loaded"]),
    "objects.npz": (npz(images=np.array([1, None], dtype=object)), ["never loaded"]),
    "truncated.npy": (npy(GREY)[:-1], ["claims 600 bytes", "599 follow"]),
    "terabytes.npy": (npy_claiming("(1000000, 1000, 1000)"), ["claims 1,000,000,000,000 bytes", "16 follow"]),
    "overflowing.npy": (npy_claiming(f"({2**62}, 8, 8)"), ["more than any memory"]),
    "untold.npy": (npy_claiming("(20, 6, 5)").replace(b"(", b"["), ["not a NPY file"]),
    "unended.npy": (npy_claiming("L20, 6, 5)").replace(b"False", b"\x11alse"), ["not a NPY file"]),
    "unended.npz": (npz(images=GREY)[:60], ["not a NPZ file"]),
    "garbage.npy": (bytes(range(256)), ["not a NPY file"]),
    "garbage.npz": (bytes(range(256)), ["not a NPZ file"]),
    "truncated.npz": (npz(images=GREY)[:-30], ["not a NPZ file"]),
    "overwritten.npz": (npz(images=GREY).replace(npz(images=GREY)[200:230], bytes(30)), ["not a NPZ file"]),
    "nothing.npz": (npz(), ["no arrays"]),
    "unnamed.npz": (npz(a=GREY, b=GREY), ["'a', 'b'", "x_train"]),
    "few-labels.npz": (npz(x_train=GREY, y_train=labels(19)), ["y_train", "19 labels for 20 images"]),
    "float-labels.npz": (npz(x_train=GREY, y_train=np.zeros(20)), ["whole numbers"]),
    "one-hot.npz": (npz(x_train=GREY, y_train=np.eye(20, dtype=np.int64)), ["(20, 20)", "one an image"]),
    "negative-labels.npz": (npz(x_train=GREY, y_train=np.arange(20) - 1), ["label -1"]),
    "few-test-labels.npz": (npz(x_train=GREY, x_test=GREY, y_test=labels(3)), ["y_test", "3 labels"]),
    "two-sizes.npz": (npz(train=GREY, test=noise(3, 4, 4)), ["5x6", "4x4", "one size"]),
    "bad-test.npz": (npz(train=GREY, test=noise(3, 4)), ["test has shape (3, 4)"]),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_array_of_images_is_refused(name: str, tmp_path: Path) -> None:
    content, expected = BAD[name]
    said = refusal(lambda: read_images(lay(tmp_path, {name: content}) / name, None, None))
    assert all(part in said for part in [str(tmp_path / name), *expected]), said


@pytest.mark.parametrize(
    ("member", "compression"),
    [
        (npy_claiming("(1000000, 1000, 1000)"), zipfile.ZIP_STORED),
        (npy_claiming("(1000000, 1000, 1000)"), zipfile.ZIP_DEFLATED),
        (npy_claiming("(4, 2, 2)", held=17), zipfile.ZIP_STORED),
        (npy_claiming("(4, 2, 2)", held=20_000_000), zipfile.ZIP_DEFLATED),
        (npy_claiming("(4, 2, 2)", held=15), zipfile.ZIP_DEFLATED),
        (npy_claiming("(-4, 2, 2)"), zipfile.ZIP_STORED),
        (npy_claiming("(4, 2, 2)"), zipfile.ZIP_LZMA),
        (npy(GREY).replace(b"NUMPY\x01", b"NUMPY\x09"), zipfile.ZIP_STORED),
        (b"no array", zipfile.ZIP_STORED),
    ],
    ids=["terabyte", "terabyte-packed", "longer", "bomb", "shorter", "negative", "lzma", "version", "text"],
)
def test_a_member_whose_size_is_not_what_its_header_claims_is_refused(member: bytes, compression: int, tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("images.npy", member)
    assert str(path) in refusal(lambda: read_images(path, None, None))


def test_an_archive_that_lies_about_its_members_is_refused(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("images.npy", npy_claiming("(1000, 1000, 1000)"))
    content, true = file.getvalue(), len(npy_claiming(""))
    claimed = (true - 16 + 10**9).to_bytes(4, "little")
    path = lay(tmp_path, {"x.npz": content.replace(true.to_bytes(4, "little"), claimed)}) / "x.npz"
    assert "at most" in refusal(lambda: read_images(path, None, None))


@pytest.mark.parametrize("keys", [("x_train", "y_train", "x_test", "y_test"), ("train", "train_labels", "test", "test_labels")])
def test_an_archive_keeps_its_split_and_labels(keys: tuple[str, ...], tmp_path: Path) -> None:
    arrays = (GREY, labels(20)[:, None], noise(4, 6, 5, seed=1), labels(4))
    path = lay(tmp_path, {"x.npz": npz(**dict(zip(keys, arrays, strict=True)), other=np.zeros(3))}) / "x.npz"
    found = read_images(path, None, None)
    assert (found.train[:, 0] == GREY).all()
    assert (found.test[:, 0] == arrays[2]).all()
    assert found.train_labels is not None
    assert found.test_labels is not None
    assert found.train_labels.tolist() == labels(20).tolist()
    assert found.test_labels.tolist() == labels(4).tolist()
    assert found.train_labels.dtype == np.int64
    assert "4 more for measuring" in found.notes


def test_labels_stay_with_their_images_when_some_are_held_out(tmp_path: Path) -> None:
    images = np.repeat(np.arange(100, dtype=np.uint8), 4).reshape(100, 2, 2)
    found = read_images(lay(tmp_path, {"x.npz": npz(images=images, labels=np.arange(100))}) / "x.npz", None, None)
    assert len(found.test) == 10
    assert (found.train[:, 0, 0, 0] == found.train_labels).all()
    assert (found.test[:, 0, 0, 0] == found.test_labels).all()
    assert found.test_labels is not None
    assert found.test_labels.tolist() == sorted(found.test_labels.tolist())


@pytest.mark.parametrize(
    ("array", "size", "channels", "shape", "note"),
    [
        (noise(10, 8, 8), 4, None, (1, 4, 4), "10 images of 8x8 resized to 4x4, grey"),
        (noise(10, 8, 8), None, 3, (3, 8, 8), "10 images of 8x8, RGB from grey"),
        (noise(10, 6, 9, 3), 6, None, (3, 6, 6), "10 images of 9x6 cropped to their centre square, RGB"),
        (noise(10, 6, 9, 3), 5, 1, (1, 5, 5), "10 images of 9x6 cropped to their centre square and resized to 5x5, grey from RGB"),
        (noise(10, 8, 8), 8, 1, (1, 8, 8), "10 images of 8x8, grey"),
    ],
)
def test_arrays_are_brought_to_what_is_asked(array: Any, size: int, channels: int, shape: Any, note: str, tmp_path: Path) -> None:
    for name, content in (("x.npy", npy(array)), ("x.npz", npz(images=array / 255))):
        found = read_images(lay(tmp_path, {name: content}) / name, size, channels)
        assert found.train.shape == (9, *shape)
        assert found.test.shape == (1, *shape)
        assert found.notes[0] == note


def test_shrinking_by_a_whole_number_takes_the_mean_of_each_block(tmp_path: Path) -> None:
    blocks = np.kron(noise(10, 4, 4), np.ones((2, 2), dtype=np.uint8))
    assert (everything(lay(tmp_path, {"x.npy": npy(numbered(noise(10, 4, 4)))}) / "x.npy").shape) == (10, 1, 4, 4)
    found = read_images(lay(tmp_path, {"y.npy": npy(blocks)}) / "y.npy", 4, None)
    kept = {image.tobytes() for image in np.concatenate([found.train, found.test])}
    assert kept == {image.tobytes() for image in noise(10, 4, 4)}


def test_what_is_too_large_for_memory_is_mapped_from_a_file_that_is_used_again(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lay(tmp_path, {"x.npy": npy(noise(30, 4, 4) / 255)}) / "x.npy"
    whole = read_images(path, None, None)
    monkeypatch.setattr(store, "MEMORY_SHARE", 0.0)
    mapped = read_images(path, None, None)
    assert isinstance(mapped.train, np.memmap)
    assert (mapped.train == whole.train).all()
    assert (mapped.test == whole.test).all()
    [made] = (cache / "decoded").iterdir()
    assert any(str(made) in note and "decoded once" in note for note in mapped.notes)
    assert any("earlier run" in note for note in read_images(path, None, None).notes)
    read_images(path, 2, None)
    assert len(list((cache / "decoded").iterdir())) == 2


def test_an_archive_that_memory_cannot_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = lay(tmp_path, {"x.npz": npz(images=GREY)}) / "x.npz"
    monkeypatch.setattr(store, "MEMORY_SHARE", 0.0)
    assert "NPY file" in refusal(lambda: read_images(path, None, None))


@settings(max_examples=50)
@given(content=st.binary(max_size=100) | st.binary(max_size=60).map(lambda rest: npy_claiming("(3, 2, 2)", held=0) + rest))
@pytest.mark.parametrize("kind", ["npy", "npz"])
def test_any_bytes_are_read_or_refused(kind: str, content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{kind}"
    if kind == "npz":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("images.npy", content)
    else:
        path.write_bytes(content)
    with contextlib.suppress(UsageError):
        assert read_images(path, None, None).train.dtype == np.uint8
