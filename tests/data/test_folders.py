"""A folder of pictures: each is brought to the same form, what was done is said, and what cannot be used is named."""

import contextlib
import os
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.data.making import lay, noise, picture, ramp, refusal
from tui_gan.contract.errors import UsageError
from tui_gan.data import store
from tui_gan.data.files import fingerprint, walk
from tui_gan.data.images import ImageSet, read_images


def together(found: ImageSet) -> Any:
    return np.concatenate([found.train, found.test])


def bitmaps(found: ImageSet) -> set[bytes]:
    return {image.tobytes() for image in together(found)}


@pytest.mark.parametrize(("format", "suffix"), [("PNG", "png"), ("PPM", "pgm"), ("BMP", "BMP"), ("GIF", "gif"), ("TIFF", "tif")])
def test_pixels_are_kept_by_formats_that_lose_none(format: str, suffix: str, tmp_path: Path) -> None:
    images = noise(5, 6, 4)
    lay(tmp_path, {f"{number}.{suffix}": picture(image, format) for number, image in enumerate(images)})
    found = read_images(tmp_path, None, 1)
    assert found.train.dtype == np.uint8
    assert (found.train.shape, found.test.shape) == ((4, 1, 6, 4), (1, 1, 6, 4))
    assert bitmaps(found) == {image.tobytes() for image in images}
    assert found.train_labels is found.test_labels is None


def test_jpeg_and_webp_are_read_in_colour(tmp_path: Path) -> None:
    flat = np.full((8, 8, 3), (200, 100, 50), dtype=np.uint8)
    lay(tmp_path, {"a.jpg": picture(flat, "JPEG"), "deep/in/b.webp": picture(flat, "WEBP"), "deep/c.JPEG": picture(flat, "JPEG")})
    found = read_images(tmp_path, None, None)
    assert found.train.shape == (2, 3, 8, 8)
    assert np.abs(together(found).astype(int) - np.array([200, 100, 50])[:, None, None]).max() < 6


def test_the_centre_is_cropped_and_resized_and_the_notes_say_so(tmp_path: Path) -> None:
    wide = np.zeros((4, 8), dtype=np.uint8)
    wide[:, 2:6] = np.kron(np.array([[10, 20], [30, 240]], dtype=np.uint8), np.ones((2, 2), dtype=np.uint8))
    lay(tmp_path, {f"{number}.png": picture(wide) for number in range(3)})
    found = read_images(tmp_path, 2, 1)
    assert together(found).tolist() == [[[[10, 20], [30, 240]]]] * 3
    assert found.notes == (
        "3 images of 8x4 cropped to their centre square and resized to 2x2, grey",
        "1 of the 3 images is held out for measuring, chosen by a fixed seed",
    )
    lay(tmp_path, {"9.png": picture(noise(6, 4, 3))})
    said = read_images(tmp_path, 3, None).notes[0]
    assert said == "4 images of 2 sizes from 4x6 to 8x4 cropped to their centre square and resized to 3x3, RGB"


def test_without_a_size_all_must_have_one(tmp_path: Path) -> None:
    lay(tmp_path, {"a.png": picture(noise(4, 5)), "b.png": picture(noise(4, 5)), "c.png": picture(noise(7, 4))})
    said = refusal(lambda: read_images(tmp_path, None, None))
    assert f"{tmp_path / 'c.png'} is 4x7 where {tmp_path / 'a.png'} is 5x4" in said
    assert "--set size=32" in said


def test_what_is_passed_over_is_counted(tmp_path: Path) -> None:
    good = {f"{number}.png": picture(noise(3, 3)) for number in range(2)}
    others = {"README": b"about", "more/notes.txt": b"", ".DS_Store": b"x", "more/._0.png": b"x", ".git/0.png": b"x"}
    found = read_images(lay(tmp_path, good | others), None, None)
    assert len(together(found)) == 2
    assert "2 files skipped that are no images" in found.notes
    assert "3 hidden files or folders skipped" in found.notes


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, ["holds no images", "at least 2"]),
        ({"a.png": picture(noise(3, 3)), "b.txt": b""}, ["holds 1 image", "1 file skipped that is no image"]),
        ({"a.svg": b"<svg/>", "b.svg": b"<svg/>"}, ["holds no images", "2 files skipped that are no images"]),
    ],
    ids=["none", "one", "others"],
)
def test_fewer_than_two_images_are_refused(files: dict[str, bytes], expected: list[str], tmp_path: Path) -> None:
    said = refusal(lambda: read_images(lay(tmp_path, files), 8, 1))
    assert all(part in said for part in [str(tmp_path), *expected]), said


WHOLE = noise(40, 40, 3)
DAMAGED = {
    "empty.png": (b"", "is empty"),
    "text.png": (b"no image at all", "not a readable image"),
    "postscript.png": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a readable image"),
    **{
        f"cut-{format}.{format}": (picture(WHOLE, format)[: len(picture(WHOLE, format)) // 2], "is damaged")
        for format in ("png", "jpeg", "ppm", "bmp", "gif", "webp", "tiff")
    },
    "short.pgm": (b"P5\n9 9\n255\n123", "is damaged"),
    "overwritten.png": (picture(WHOLE)[:60] + bytes(40) + picture(WHOLE)[100:], "is damaged"),
    "wide.pfm.tif": (picture(Image.fromarray(np.ones((4, 4), dtype=np.float32)), "TIFF"), "32 bits"),
    "deep.tif": (picture(Image.fromarray(np.full((4, 4), 100_000, dtype=np.int32)), "TIFF"), "32 bits"),
}


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("channels", [1, None])
def test_a_damaged_picture_is_refused_with_its_name(name: str, channels: int | None, tmp_path: Path) -> None:
    content, expected = DAMAGED[name]
    lay(tmp_path, {"a.png": picture(noise(40, 40)), "b.png": picture(noise(40, 40)), f"sub/{name}": content})
    said = refusal(lambda: read_images(tmp_path, 8, channels))
    assert str(tmp_path / "sub" / name) in said
    assert expected in said
    assert "remove it" in said or "save it" in said


def test_a_damaged_tiff_writes_nothing_past_the_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    whole = picture(WHOLE, "TIFF", compression="tiff_adobe_deflate")
    lay(tmp_path, {"a.tif": whole, "b.tif": whole[:200] + bytes(1000) + whole[1200:]})
    assert "b.tif is damaged" in refusal(lambda: read_images(tmp_path, 8, 1))
    # Samples per pixel: Pillow logs a number that it cannot take.
    entry = b"\x15\x01\x03\x00\x01\x00\x00\x00"
    lay(tmp_path, {"b.tif": whole.replace(entry + b"\x03", entry + b"\x23")})
    assert "b.tif is" in refusal(lambda: read_images(tmp_path, 8, 1))
    assert capfd.readouterr() == ("", "")


def test_a_chunk_that_claims_gigabytes_takes_no_memory(tmp_path: Path) -> None:
    whole = picture(WHOLE)
    at = whole.index(b"IDAT")
    lay(tmp_path, {"a.png": whole, "b.png": whole[: at - 4] + b"\x7f\xff\xff\xff" + whole[at:]})
    tracemalloc.start()
    try:
        with contextlib.suppress(UsageError):
            read_images(tmp_path, 8, 1)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("most", [50, 120])
def test_a_picture_of_too_many_pixels_is_refused(most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", most)
    lay(tmp_path, {"a.png": picture(noise(5, 5)), "b.png": picture(noise(12, 12))})
    said = refusal(lambda: read_images(tmp_path, 8, 1))
    assert f"{tmp_path / 'b.png'} has more than {most} pixels" in said


def one(tmp_path: Path, name: str, content: bytes, channels: int | None = None) -> tuple[Any, tuple[str, ...]]:
    """What becomes of one picture, put into a folder twice."""
    folder = lay(tmp_path / "pictures", {name: content, f"again/{name}": content})
    found = read_images(folder, None, channels)
    assert (found.train == found.test).all()
    return found.train[0], found.notes


def test_greys_of_sixteen_bits_keep_their_scale(tmp_path: Path) -> None:
    wide = (ramp(4, 4).astype(np.uint16) * 257).copy()
    portable = b"P5\n4 4\n65535\n" + wide.astype(">u2").tobytes()
    for number, (name, content) in enumerate([("a.png", picture(wide)), ("a.tif", picture(wide, "TIFF")), ("a.pgm", portable)]):
        array, _ = one(tmp_path / str(number), name, content)
        assert (array[0] == ramp(4, 4)).all()


def test_palettes_become_their_colours(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putdata([0, 1])
    array, notes = one(tmp_path, "a.png", picture(image))
    assert array.transpose(1, 2, 0).tolist() == [[[255, 0, 0], [0, 0, 255]]]
    assert not any("transparency" in note for note in notes)


def test_one_bit_and_cmyk_are_read(tmp_path: Path) -> None:
    array, _ = one(tmp_path / "1", "a.png", picture(Image.fromarray(np.array([[True, False]]))))
    assert array.tolist() == [[[255, 0]]]
    array, _ = one(tmp_path / "2", "a.tif", picture(Image.new("CMYK", (2, 1)), "TIFF"))
    assert array.shape == (3, 1, 2)
    assert (array == 255).all()


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("RGBA", (1, 1), (10, 20, 30, 0)), [255, 255, 255]),
        (Image.new("RGBA", (1, 1), (0, 0, 0, 51)), [204, 204, 204]),
        (Image.new("LA", (1, 1), (0, 0)), [255]),
    ],
    ids=["clear", "faint", "grey"],
)
def test_what_is_transparent_lies_over_white(image: Image.Image, expected: list[int], tmp_path: Path) -> None:
    array, notes = one(tmp_path, "a.png", picture(image))
    assert array[:, 0, 0].tolist() == expected
    assert "2 images with transparency composited on white" in notes


def test_a_transparent_palette_lies_over_white_and_opaque_alpha_is_not_spoken_of(tmp_path: Path) -> None:
    image = Image.new("P", (1, 1), 1)
    image.putpalette([9, 9, 9, 7, 7, 7])
    array, _ = one(tmp_path / "1", "a.png", picture(image, transparency=1))
    assert array[:, 0, 0].tolist() == [255, 255, 255]
    _, notes = one(tmp_path / "2", "a.png", picture(Image.new("RGBA", (1, 1), (1, 2, 3, 255))))
    assert not any("transparency" in note for note in notes)


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_of_several_frames_is_taken(format: str, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    content = picture(frames[0], format, save_all=True, append_images=frames[1:])
    array, notes = one(tmp_path, f"a.{format.lower()}", content)
    assert np.abs(array[:, 4, 4].astype(int) - [255, 0, 0]).max() < 6
    assert "only the first frame taken of 2 images with several" in notes


@pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize("wide", [False, True], ids=["8-bit", "16-bit"])
def test_the_camera_s_orientation_is_respected(format: str, wide: bool, tmp_path: Path) -> None:
    if wide and format == "JPEG":
        pytest.skip("JPEG has no greys of 16 bits")
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = np.zeros((16, 32), dtype=np.uint16 if wide else np.uint8)
    lying[:, :16] = 65535 if wide else 255
    array, _ = one(tmp_path, f"a.{format.lower()}", picture(lying, format, exif=exif), channels=1)
    assert array.shape == (1, 32, 16)
    assert array[0, 2].min() > 250
    assert array[0, 30].max() < 5


def test_the_split_is_a_tenth_and_always_the_same(tmp_path: Path) -> None:
    lay(tmp_path, {f"{number:02}.pgm": picture(np.full((2, 2), number, dtype=np.uint8), "PPM") for number in range(40)})
    first, second = read_images(tmp_path, None, None), read_images(tmp_path, None, None)
    assert len(first.test) == 4
    assert (first.test == second.test).all()
    assert sorted(together(first)[:, 0, 0, 0]) == list(range(40))
    assert first.train[:, 0, 0, 0].tolist() == sorted(first.train[:, 0, 0, 0])


def test_what_is_too_large_for_memory_is_decoded_once(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, {f"{number}.png": picture(noise(6, 6, seed=number)) for number in range(20)})
    whole = read_images(tmp_path, 3, 1)
    assert not (cache / "decoded").exists()
    monkeypatch.setattr(store, "MEMORY_SHARE", 0.0)
    mapped = read_images(tmp_path, 3, 1)
    assert isinstance(mapped.train, np.memmap)
    assert isinstance(mapped.test, np.memmap)
    assert (mapped.train == whole.train).all()
    assert (mapped.test == whole.test).all()
    [made] = (cache / "decoded").iterdir()
    assert made.name == f"{fingerprint(tmp_path)}-3-1.npy"
    assert any(str(made) in note for note in mapped.notes)
    monkeypatch.setattr("tui_gan.data.folders.decode", None)
    again = read_images(tmp_path, 3, 1)
    assert (again.train == whole.train).all()
    assert f"20 images of 3x3, grey, decoded by an earlier run into {made}" in again.notes


def test_what_was_decoded_is_not_used_when_it_is_damaged_or_a_picture_has_changed(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MEMORY_SHARE", 0.0)
    lay(tmp_path, {f"{number}.pgm": picture(np.full((2, 2), number, dtype=np.uint8), "PPM") for number in range(4)})
    read_images(tmp_path, None, None)
    [made] = (cache / "decoded").iterdir()
    made.write_bytes(made.read_bytes()[:-1])
    assert sorted(together(read_images(tmp_path, None, None))[:, 0, 0, 0]) == [0, 1, 2, 3]
    lay(tmp_path, {"3.pgm": picture(np.full((2, 2), 99, dtype=np.uint8), "PPM")})
    os.utime(tmp_path / "3.pgm", (made.stat().st_mtime + 5,) * 2)
    assert sorted(together(read_images(tmp_path, None, None))[:, 0, 0, 0]) == [0, 1, 2, 99]


def test_a_failed_decoding_leaves_nothing_behind(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MEMORY_SHARE", 0.0)
    lay(tmp_path, {f"{number}.png": picture(noise(40, 40)) for number in range(4)} | {"5.png": picture(noise(40, 40))[:500]})
    assert "5.png is damaged" in refusal(lambda: read_images(tmp_path, 8, 1))
    assert list((cache / "decoded").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MEMORY_SHARE", 0.0)
    cache.write_text("in the way")
    lay(tmp_path, {f"{number}.png": picture(noise(4, 4)) for number in range(4)})
    assert "cannot keep decoded images in" in refusal(lambda: read_images(tmp_path, 8, 1))


def test_links_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    lay(tmp_path, {"a/1.png": picture(noise(3, 3)), "elsewhere/2.png": picture(noise(3, 3)), "elsewhere/3.png": b""})
    (tmp_path / "a" / "round").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "there").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "a" / "nowhere.png").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "a" / "pipe.png")
    assert [str(file.relative_to(tmp_path)) for file in walk(tmp_path / "a").files] == ["a/1.png", "a/there/2.png", "a/there/3.png"]


def test_the_fingerprint_is_of_names_and_sizes(tmp_path: Path) -> None:
    first, second, third = (lay(tmp_path / name, {"a/1.png": b"abc", "2.png": b"d"}) for name in ("x", "y", "z"))
    lay(second, {".hidden": b"whatever"})
    assert fingerprint(first) == fingerprint(second)
    lay(third, {"2.png": b"longer"})
    assert fingerprint(first) != fingerprint(third)
    assert fingerprint(first / "a" / "1.png") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert "No such file" in refusal(lambda: fingerprint(tmp_path / "missing"))


def test_real_pictures_are_read(real: Path) -> None:
    if not (real / "orl_faces").is_dir():
        pytest.skip("no orl_faces among the real sets here")
    found = read_images(real / "orl_faces", 48, 1)
    assert (found.train.shape, found.test.shape) == ((360, 1, 48, 48), (40, 1, 48, 48))
    assert "400 images of 92x112 cropped to their centre square and resized to 48x48, grey" in found.notes
    assert 60 < found.train.mean() < 160


def test_folders_are_classes_and_keep_their_pictures(tmp_path: Path) -> None:
    level = {"cat": 40, "dog/old": 90, "dog/young": 100, "fox": 200}
    lay(
        tmp_path,
        {
            f"{name}/{number}.png": picture(np.full((4, 4), value + number, np.uint8))
            for name, value in level.items()
            for number in range(4)
        },
    )
    found = read_images(tmp_path, None, 1)
    assert found.names == ("cat", "dog", "fox")
    assert not any("class" in note for note in found.notes)
    for name in ("owl", ".git", "dog/empty"):
        (tmp_path / name).mkdir()
    assert "no class for a folder without images: owl" in read_images(tmp_path, None, 1).notes
    for images, labels in ((found.train, found.train_labels), (found.test, found.test_labels)):
        assert labels is not None
        assert [0 if value < 60 else 1 if value < 150 else 2 for value in images[:, 0, 0, 0]] == labels.tolist()


@pytest.mark.parametrize("names", [("a.png", "cat/b.png", "dog/c.png"), ("cat/a.png", "cat/b.png", "cat/deep/c.png")])
def test_pictures_outside_of_folders_or_in_one_have_no_classes(names: tuple[str, ...], tmp_path: Path) -> None:
    lay(tmp_path, {name: picture(np.full((4, 4), 9, np.uint8)) for name in names})
    found = read_images(tmp_path, None, 1)
    assert (found.names, found.train_labels) == ((), None)
