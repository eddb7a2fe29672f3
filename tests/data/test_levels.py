"""Which values of images are black and white: what few bits in many leave dark is said, with the setting that stretches it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.data.making import idx, lay, noise, npy, npz, picture, records, refusal
from tui_gan.data import store
from tui_gan.data.images import ImageSet, read_images
from tui_gan.data.levels import Extremes, Levels, as_bytes, extremes, given, note


def steps(count: int, high: float, dtype: str, low: float = 0) -> Any:
    """Images of 4x4 whose values go from `low` to `high` in equal steps."""
    values = np.linspace(low, high, count * 16)
    return (values if np.dtype(dtype).kind == "f" else np.rint(values)).astype(dtype).reshape(count, 4, 4)


def folder(path: Path, images: Any, format: str, suffix: str) -> Path:
    return lay(path, {f"{number:02}.{suffix}": picture(image, format) for number, image in enumerate(images)})


def together(found: ImageSet) -> Any:
    return np.sort(np.concatenate([found.train, found.test]).ravel())


@pytest.mark.parametrize(("format", "suffix"), [("TIFF", "tif"), ("PNG", "png")])
@pytest.mark.parametrize(
    ("high", "said"),
    [
        (4000, "values from 0 to 4,000 of 65,535: at most 6.1% as bright as white; --set white=4095 stretches them"),
        (1023, "values from 0 to 1,023 of 65,535: at most 1.6% as bright as white; --set white=1023 stretches them"),
        (16000, "values from 0 to 16,000 of 65,535: at most 24.4% as bright as white; --set white=16383 stretches them"),
        (60, "values from 0 to 60 of 65,535: at most 0.1% as bright as white; --set white=60 stretches them"),
    ],
)
def test_few_bits_in_pictures_of_sixteen_are_said(high: int, said: str, format: str, suffix: str, tmp_path: Path) -> None:
    found = read_images(folder(tmp_path, steps(6, high, "uint16"), format, suffix), None, None)
    assert said in found.notes
    assert together(found).max() == round(high / 257)


@pytest.mark.parametrize("images", [steps(6, 65535, "uint16"), steps(6, 40000, "uint16"), steps(6, 255, "uint8"), steps(6, 130, "uint8")])
def test_of_bright_images_nothing_is_said(images: Any, tmp_path: Path) -> None:
    assert not any("values" in each for each in read_images(folder(tmp_path, images, "PNG", "png"), None, None).notes)


def test_where_pictures_of_one_kind_are_bright_the_others_may_be_dark(tmp_path: Path) -> None:
    folder(tmp_path / "wide", steps(3, 4000, "uint16"), "PNG", "png")
    folder(tmp_path / "narrow", steps(3, 255, "uint8"), "PNG", "png")
    assert not any("values" in each for each in read_images(tmp_path, None, None).notes)


@pytest.mark.parametrize(("format", "suffix"), [("TIFF", "tif"), ("PNG", "png")])
def test_white_stretches_what_few_bits_hold(format: str, suffix: str, tmp_path: Path) -> None:
    images = steps(6, 4095, "uint16")
    found = read_images(folder(tmp_path, images, format, suffix), None, None, Levels(0, 4095))
    assert (together(found) == np.rint(images.ravel() * (255 / 4095))).all()
    assert "values from 0 to 4,095, of which 0 is black and 4095 is white" in found.notes


def test_what_lies_beyond_black_and_white_is_cut_off_and_that_is_said(tmp_path: Path) -> None:
    images = steps(6, 4095, "uint16")
    found = read_images(folder(tmp_path, images, "TIFF", "tif"), None, None, Levels(1000, 3000))
    assert (together(found) == np.rint((np.clip(images.ravel(), 1000, 3000) - 1000.0) * (255 / 2000))).all()
    assert "values from 0 to 4,095, cut off at black 1000 and white 3000" in found.notes


@pytest.mark.parametrize("colour", [False, True])
def test_pictures_of_eight_bits_are_stretched_too(colour: bool, tmp_path: Path) -> None:
    images = steps(6, 16, "uint8")
    folder(tmp_path, [np.stack([each] * 3, axis=-1) for each in images] if colour else images, "PNG", "png")
    assert (
        "values from 0 to 16 of 255: at most 6.3% as bright as white; --set white=16 stretches them"
        in read_images(tmp_path, None, None).notes
    )
    found = read_images(tmp_path, None, None, Levels(0, 16))
    assert found.train.shape[1] == (3 if colour else 1)
    assert (np.unique(together(found)) == np.unique(np.rint(images * (255 / 16)))).all()


@pytest.mark.parametrize(
    ("images", "range_said", "cure"),
    [
        (steps(6, 1, "float32"), "values from 0 to 1;", "--set white=1"),
        (steps(6, 1, "float32", low=-1), "values from -1 to 1;", "--set black=-1 --set white=1"),
        (steps(6, 4000, "float32"), "values from 0 to 4,000;", "--set white=4095"),
        (steps(6, 100_000, "int32"), "values from 0 to 100,000;", "--set white=131071"),
        (steps(6, 500, "int32", low=-500), "values from -500 to 500;", "--set black=-500 --set white=511"),
    ],
)
def test_greys_of_thirty_two_bits_need_black_and_white(images: Any, range_said: str, cure: str, tmp_path: Path) -> None:
    # Which picture is refused depends on its own values, so each has them all.
    folder(tmp_path, [np.concatenate(images), np.concatenate(images)], "TIFF", "tif")
    said = refusal(lambda: read_images(tmp_path, None, None))
    assert f"greys of 32 bits, {range_said}" in said
    assert said.endswith(cure)
    levels = Levels(images.min(), images.max())
    assert (together(read_images(tmp_path, None, None, levels))[::2] == np.sort(as_bytes(images, levels).ravel())).all()


@pytest.mark.parametrize(
    ("images", "range_said", "cure"),
    [
        (steps(6, 4000, "uint16"), "holds uint16, values from 0 to 4,000;", "--set white=4095"),
        (steps(6, 1000, "int16", low=-200), "holds int16, values from -200 to 1,000;", "--set black=-200 --set white=1023"),
        (steps(6, 4000, "int32"), "holds int32, values from 0 to 4,000;", "--set white=4095"),
        (steps(6, 1, "bool"), "holds bool, values from 0 to 1;", "--set white=1"),
        (steps(6, 1, "float32", low=-1), "image 1 holds -1.0, and all values from -1 to 1;", "--set black=-1 --set white=1"),
        (steps(6, 4095, ">f8"), "and all values from 0 to 4,095;", "--set white=4095"),
    ],
)
@pytest.mark.parametrize("kind", ["npy", "npz"])
def test_arrays_of_other_values_need_black_and_white(kind: str, images: Any, range_said: str, cure: str, tmp_path: Path) -> None:
    path = lay(tmp_path, {f"x.{kind}": npy(images) if kind == "npy" else npz(images=images)}) / f"x.{kind}"
    said = refusal(lambda: read_images(path, None, None))
    assert range_said in said
    assert "uint8" in said or "floats must lie between 0 and 1" in said
    assert said.endswith(cure)
    low, high = images.min().item(), images.max().item()
    found = read_images(path, None, None, Levels(low, high))
    expected = np.rint((images.astype(float) - low) * (255 / (high - low)))
    assert (together(found) == np.sort(expected.ravel())).all()


DARK = {
    "x.npy": npy(steps(6, 16, "uint8")),
    "x.npz": npz(images=steps(6, 16, "uint8")),
    "x-ubyte": idx(steps(6, 16, "uint8")),
    "x.bin": (records(6) % 10).tobytes(),
}


@pytest.mark.parametrize("name", DARK)
def test_dark_bytes_in_files_are_said_and_stretched(name: str, tmp_path: Path) -> None:
    path = lay(tmp_path, {name: DARK[name]}) / name
    high = 9 if name == "x.bin" else 16
    assert any(f"values from 0 to {high} of 255" in each and f"--set white={high} " in each for each in read_images(path, None, None).notes)
    found = read_images(path, None, None, Levels(0, high))
    assert together(found).max() == 255


def test_dark_floats_are_said(tmp_path: Path) -> None:
    path = lay(tmp_path, {"x.npy": npy(steps(6, 0.0625, "float64"))}) / "x.npy"
    said = "values from 0 to 0.0625 of 1: at most 6.2% as bright as white; --set white=0.0625 stretches them"
    assert said in read_images(path, None, None).notes


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_has_no_place_between_black_and_white(value: float, tmp_path: Path) -> None:
    images = steps(6, 1, "float32")
    images[2, 1, 1] = value
    path = lay(tmp_path / "a", {"x.npy": npy(images)}) / "x.npy"
    assert "image 3 holds" in refusal(lambda: read_images(path, None, None, Levels(0, 1)))
    folder(tmp_path / "b", [Image.fromarray(images[2])] * 2, "TIFF", "tif")
    assert "not finite" in refusal(lambda: read_images(tmp_path / "b", None, None, Levels(0, 1)))


def test_what_was_decoded_for_other_levels_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MEMORY_SHARE", 0.0)
    folder(tmp_path / "a", steps(6, 4095, "uint16"), "TIFF", "tif")
    path = lay(tmp_path / "b", {"x.npy": npy(steps(6, 1, "float32"))}) / "x.npy"
    for source, wide in ((tmp_path / "a", 4095.0), (path, 1.0)):
        highest = [together(read_images(source, None, None, levels)).max() for levels in (Levels(0, wide), Levels(0, wide * 4))]
        assert highest == [255, 64]


@pytest.mark.parametrize(
    ("dtype", "high", "said"),
    [("<f8", 1e308, "values from 0 to 1e+308;"), ("f16", np.longdouble("1e4000"), "holds inf"), ("<f8", 2.0**40, "1,099,511,627,776;")],
)
def test_numbers_of_any_size_are_refused_in_one_line(dtype: str, high: Any, said: str, tmp_path: Path) -> None:
    images = np.zeros((3, 2, 2), dtype)
    images[1, 1, 1] = high
    path = lay(tmp_path, {"x.npy": npy(images)}) / "x.npy"
    text = refusal(lambda: read_images(path, None, None))
    assert said in text
    assert len(text) < len(str(path)) + 300


def test_what_is_far_beyond_white_is_white(tmp_path: Path) -> None:
    images = np.zeros((3, 2, 2))
    images[:, 1, 1] = 1e308
    path = lay(tmp_path, {"x.npy": npy(images)}) / "x.npy"
    assert np.unique(together(read_images(path, None, None, Levels(0, 1e-3)))).tolist() == [0, 255]


def test_white_is_the_larger_value() -> None:
    assert given(0, 0) is None
    assert given(-1, 0) == Levels(-1, 0)
    assert given(0, 4095) == Levels(0, 4095)
    for black, white in ((5, 0), (5, 5), (0, -1), (0, 1e-320)):
        assert "white is the larger value" in refusal(lambda black=black, white=white: given(black, white))


def test_extremes_are_those_of_every_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_gan.data.levels.PIECE", 100)
    values = noise(50, 5, 5).astype(np.int64)
    values[3, 1, 1], values[44, 2, 2] = -7, 999
    assert extremes(values) == Extremes(-7, 999)


def test_of_images_that_are_all_black_nothing_stretches() -> None:
    assert note(Extremes(0, 0), Levels(0, 255), own_levels=True) == ""
