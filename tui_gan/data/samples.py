"""Generated images from a file, to be measured."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.errors import UsageError
from tui_gan.data import npy
from tui_gan.data.files import reading

# Images whose range is looked at together.
PORTION = 4096


def read_image_samples(path: Path, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Read samples of images from NPY: floats in 0 .. 1 of shape (N, H, W), (N, C, H, W) or, flat, (N, D).

    Args:
        shape: (C, H, W) of one image.

    Returns:
        float32 (N, C, H, W).

    Raises:
        UsageError: with the file and what is right.
    """
    with reading(path):
        array = npy.mapped(path, "images")
    if array.dtype.kind != "f":
        cure = "; divide bytes by 255" if array.dtype == np.uint8 else ""
        raise UsageError(f"{path} holds {array.dtype}; samples of images are floats between 0 and 1{cure}")
    channels, height, width = shape
    fitting = [*([(height, width)] if channels == 1 else []), shape, (channels * height * width,)]
    if array.shape[1:] not in fitting:
        forms = " or ".join(f"(N, {', '.join(map(str, form))})" for form in fitting)
        raise UsageError(f"{path} has shape {array.shape}; samples of this data have shape {forms}")
    if not len(array):
        raise UsageError(f"{path} holds no image; its shape is {array.shape}")
    with np.errstate(over="ignore", invalid="ignore"):
        images = np.asarray(array, dtype=np.float32).reshape(-1, *shape)
    for first in range(0, len(images), PORTION):
        some = images[first : first + PORTION]
        bad = np.flatnonzero(~((some >= 0) & (some <= 1)).all(axis=(1, 2, 3)))
        if bad.size:
            worst = some[bad[0]]
            value = worst[~((worst >= 0) & (worst <= 1))][0]
            raise UsageError(f"{path}: image {first + bad[0] + 1} holds {value:g}; every number must lie between 0 and 1")
    return images
