"""A few images of a file: pictures and arrays as floats, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tui_gan.contract.errors import UsageError
from tui_gan.data.few import read_few, read_hidden

LEVELS = np.arange(16, dtype=np.uint8).reshape(4, 4) * 16


def test_a_picture_is_brought_to_the_size_and_an_array_stays(tmp_path: Path) -> None:
    Image.fromarray(LEVELS.repeat(2, 0).repeat(2, 1)).save(tmp_path / "large.png")
    np.save(tmp_path / "bytes.npy", LEVELS[None, None])
    np.save(tmp_path / "floats.npy", LEVELS[None, None].astype(np.float32) / 255)
    for name in ("large.png", "bytes.npy", "floats.npy"):
        found = read_few(tmp_path / name, (1, 4, 4))
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, LEVELS[None, None] / 255, atol=1e-6)
    assert read_few(tmp_path / "large.png", (3, 4, 4)).shape == (1, 3, 4, 4)


@pytest.mark.parametrize(
    ("name", "shape", "part"),
    [
        ("bytes.npy", (1, 5, 5), "those of this run are 1x5x5"),
        ("wide.png", (1, 4, 6), "has 4x4 pixels; this run's images have 6x4"),
        ("text.txt", (1, 4, 4), "unknown kind of file"),
        ("damaged.png", (1, 4, 4), "not a readable image"),
        ("missing.png", (1, 4, 4), "missing.png"),
        ("missing.npy", (1, 4, 4), "missing.npy"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path: Path, name: str, shape: tuple[int, ...], part: str) -> None:
    np.save(tmp_path / "bytes.npy", LEVELS[None, None])
    Image.fromarray(LEVELS).save(tmp_path / "wide.png")
    (tmp_path / "text.txt").write_text("x")
    (tmp_path / "damaged.png").write_bytes(b"no picture")
    with pytest.raises(UsageError) as refused:
        read_few(tmp_path / name, shape)
    assert part in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_mask_has_the_size_of_the_images(tmp_path: Path) -> None:
    Image.fromarray(LEVELS).save(tmp_path / "mask.png")
    np.testing.assert_array_equal(read_hidden(tmp_path / "mask.png", 4, 4), LEVELS >= 128)
    with pytest.raises(UsageError, match="has 4x4 pixels; this run's images have 5x5"):
        read_hidden(tmp_path / "mask.png", 5, 5)
    np.save(tmp_path / "mask.npy", LEVELS)
    with pytest.raises(UsageError, match="a mask is a picture"):
        read_hidden(tmp_path / "mask.npy", 4, 4)
