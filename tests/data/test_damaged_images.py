"""Damaged files of images, by a seed: each is read or refused in one line, whatever its bytes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests import fuzz
from tests.data.making import idx, labels, lay, noise, npz, picture, ramp, records
from tui_gan.data.few import read_few, read_hidden
from tui_gan.data.images import read_images
from tui_gan.data.levels import Levels

GREY, COLOUR, WIDE = ramp(6, 5), noise(6, 5, 3), (ramp(6, 5).astype(np.uint16) * 16)


def gzipped(data: bytes) -> bytes:
    import gzip

    return gzip.compress(data, mtime=0)


FILES = {
    "x.npz": [npz(images=noise(5, 4, 4)), npz(x_train=noise(5, 4, 4) / 255, y_train=labels(5), x_test=noise(2, 4, 4) / 255)],
    "x-ubyte": [idx(noise(5, 4, 4)), idx(noise(3, 7, 2))],
    "x.idx.gz": [gzipped(idx(noise(5, 4, 4))), gzipped(idx(noise(3, 7, 2)))],
    "x.bin": [records(3).tobytes(), records(12).tobytes()],
}
PICTURES = {
    "PNG": [
        picture(GREY),
        picture(COLOUR),
        picture(WIDE),
        picture(Image.fromarray(COLOUR).quantize(4)),
        picture(Image.new("RGBA", (4, 4))),
    ],
    "JPEG": [picture(GREY, "JPEG"), picture(COLOUR, "JPEG"), picture(COLOUR, "JPEG", progressive=True)],
    "GIF": [picture(GREY, "GIF"), picture(Image.fromarray(GREY), "GIF", save_all=True, append_images=[Image.fromarray(255 - GREY)])],
    "BMP": [picture(GREY, "BMP"), picture(COLOUR, "BMP")],
    "PPM": [picture(GREY, "PPM"), picture(COLOUR, "PPM"), b"P2\n3 2\n9\n1 2 3\n4 5 6\n", b"P5\n2 2\n4095\n" + WIDE[:2, :2].tobytes()],
    "WEBP": [picture(COLOUR, "WEBP"), picture(COLOUR, "WEBP", lossless=True)],
    "TIFF": [
        picture(GREY, "TIFF"),
        picture(WIDE, "TIFF"),
        picture(COLOUR, "TIFF", compression="tiff_lzw"),
        picture(COLOUR, "TIFF", compression="tiff_adobe_deflate"),
        picture(Image.fromarray(GREY.astype(np.float32)), "TIFF"),
    ],
}
PIECES = (
    *fuzz.PIECES,
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\0\0\0\1",
    b"IHDR",
    b"PLTE",
    b"65536 65536",
    b"\xff\xda",
    b"PK\1\2",
    b"\x1f\x8b",
)


def check(path: Path, size: int | None, levels: Levels | None) -> None:
    found = read_images(path, size, None, levels)
    assert found.train.dtype == found.test.dtype == np.uint8
    assert found.train.shape[1:] == found.test.shape[1:]
    assert all(each.isprintable() for each in found.notes)


@pytest.mark.parametrize("count", fuzz.counts(200))
@pytest.mark.parametrize("name", FILES)
def test_damaged_files_of_images_are_read_or_refused(name: str, count: int, tmp_path: Path) -> None:
    tally = fuzz.check(fuzz.through(tmp_path / name, lambda path: check(path, None, None)), FILES[name], count, pieces=PIECES)
    assert min(tally) > count / 100


# All formats together are given fuzz.MANY: a folder of pictures takes ten times as long to read as any other file here.
@pytest.mark.parametrize("count", fuzz.counts(60, fuzz.MANY // len(PICTURES) + 1))
@pytest.mark.parametrize("format", PICTURES)
def test_a_damaged_picture_is_read_or_refused(format: str, count: int, tmp_path: Path) -> None:
    lay(tmp_path, {"a.png": picture(GREY)})
    read = fuzz.through(tmp_path / "b.png", lambda path: check(path.parent, 4, Levels(0, 4095)))
    tally = fuzz.check(read, PICTURES[format], count, pieces=PIECES)
    assert min(tally) > count / 100


# Of one size each, so that what is whole can be taken.
FEW = {
    "x.npz": [npz(images=noise(5, 4, 4)), npz(images=noise(2, 4, 4) / 255)],
    "x-ubyte": [idx(noise(5, 4, 4)), idx(noise(3, 7, 2))],
    "x.png": [picture(ramp(4, 4)), picture(COLOUR), picture(WIDE)],
}


@pytest.mark.parametrize("count", fuzz.counts(100))
@pytest.mark.parametrize("name", FEW)
def test_a_few_images_of_a_damaged_file_are_read_or_refused(name: str, count: int, tmp_path: Path) -> None:
    def read(path: Path) -> None:
        found = read_few(path, (1, 4, 4))
        assert found.dtype == np.float32
        assert found.shape[1:] == (1, 4, 4)
        assert ((found >= 0) & (found <= 1)).all()

    tally = fuzz.check(fuzz.through(tmp_path / name, read), FEW[name], count, pieces=PIECES)
    assert min(tally) > count / 100


@pytest.mark.parametrize("count", fuzz.counts(100))
def test_a_damaged_mask_is_read_or_refused(count: int, tmp_path: Path) -> None:
    def read(path: Path) -> None:
        assert {*np.unique(read_hidden(path, 4, 4))} <= {0.0, 1.0}

    tally = fuzz.check(fuzz.through(tmp_path / "mask.png", read), [picture(ramp(4, 4)), picture(noise(4, 4, 3))], count, pieces=PIECES)
    assert min(tally) > count / 100
