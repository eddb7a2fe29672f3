"""Small files of images for tests, whole or with a header that says anything."""

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tui_gan.contract.errors import UsageError


def noise(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def idx(array: NDArray[Any], kind: int = 8) -> bytes:
    return bytes([0, 0, kind, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(np.uint8).tobytes()


def idx_claiming(*shape: int, held: int = 16) -> bytes:
    return bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + bytes(held)


def labels(count: int) -> NDArray[np.uint8]:
    return np.arange(count, dtype=np.uint8) % 10


def mnist_files(count: int = 20, held: int = 6, side: int = 28) -> dict[str, bytes]:
    """The four raw files of a set like MNIST, under their plain names."""
    return {
        "train-images-idx3-ubyte": idx(noise(count, side, side)),
        "train-labels-idx1-ubyte": idx(labels(count)),
        "t10k-images-idx3-ubyte": idx(noise(held, side, side, seed=1)),
        "t10k-labels-idx1-ubyte": idx(labels(held)),
    }


def records(count: int, seed: int = 0) -> NDArray[np.uint8]:
    """CIFAR-10 records, labels 0 to 9 in turn."""
    made = noise(count, 3073, seed=seed)
    made[:, 0] = labels(count)
    return made


def npy(array: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def npy_claiming(shape: str, descr: str = "'|u1'", held: int = 16) -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + bytes(held)


def picture(array: NDArray[Any] | Image.Image, format: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image = array if isinstance(array, Image.Image) else Image.fromarray(array)
    image.save(file, format, **options)
    return file.getvalue()


def lay(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files below a folder, whose own folders are made."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def refusal(act: Callable[[], object]) -> str:
    """The one line with which an act is refused."""
    with pytest.raises(UsageError) as caught:
        act()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def ramp(height: int, width: int) -> NDArray[np.uint8]:
    return (np.arange(height * width) * 255 // (height * width - 1)).astype(np.uint8).reshape(height, width)
