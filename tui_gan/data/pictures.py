"""Pictures to bytes by Pillow: upright, eight bits a channel, on white, cropped to the centre square and resized."""

import contextlib
import ctypes
import functools
import io
import logging
import math
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError, _imaging

from tui_gan.contract.errors import UsageError, first_line
from tui_gan.data.imageset import Bytes, Shape
from tui_gan.data.levels import BYTES, WIDE, Extremes, Levels, LevelsError, as_bytes, extremes, said

# Formats that Pillow reads by itself: EPS, for one, would start another program.
FORMATS = ("PNG", "JPEG", "PPM", "BMP", "GIF", "WEBP", "TIFF")
SUFFIXES = frozenset(
    [".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".pgm", ".ppm", ".pbm", ".pnm", ".bmp", ".dib", ".gif", ".webp", ".tif", ".tiff"]
)
WHITE = (255, 255, 255, 255)


class Picture(NamedTuple):
    """A decoded picture (mode L or RGB, upright), what had to be done for it, the extremes of its values, and the levels of its kind."""

    image: Image.Image
    transparent: bool
    frames: bool
    extremes: Extremes
    levels: Levels


def is_grey(path: Path) -> bool:
    """Whether a picture's header promises greys alone.

    Raises:
        UsageError: it is no picture that can be read.
    """
    with _opened(path) as image:
        return _grey(image)


def decode(path: Path, channels: int | None, levels: Levels | None = None) -> Picture:
    """Read a picture's first frame as greys (1) or RGB (3), or as it is (None).

    Args:
        levels: which values are black and white; None for those of its kind.

    Raises:
        UsageError: it cannot be read, with its name and the reason.
    """
    with _opened(path) as opened:
        frames = bool(getattr(opened, "is_animated", False))
        opened.seek(0)
        opened.load()
        narrow, wide = _eight_bits(opened, path, levels)
        image = ImageOps.exif_transpose(narrow)
        mode = "L" if (channels or (1 if _grey(image) else 3)) == 1 else "RGB"
        transparent = False
        if image.has_transparency_data:
            image = image.convert("RGBA")
            lowest = image.getchannel("A").getextrema()[0]
            transparent = isinstance(lowest, int | float) and lowest < 255
            image = Image.alpha_composite(Image.new("RGBA", image.size, WHITE), image)
        image = image.convert(mode)
        if wide:
            return Picture(image, transparent, frames, wide, WIDE)
        extrema = np.array(image.getextrema())
        if levels:
            image = image.point(as_bytes(np.arange(256), levels).tolist() * len(image.getbands()))
        return Picture(image, transparent, frames, Extremes(float(extrema.min()), float(extrema.max())), BYTES)


def fit(image: Image.Image, size: int | None) -> Bytes:
    """Crop a picture (mode L or RGB) to its centre square and resize it, or leave it as it is (None).

    Returns:
        uint8 of shape (C, H, W).
    """
    if size is not None and image.size != (size, size):
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        # Where whole blocks of pixels become one, their mean is exact; elsewhere Lanczos blurs least.
        filter = Image.Resampling.LANCZOS if side % size else Image.Resampling.BOX
        image = image.crop((left, top, left + side, top + side)) if image.width != image.height else image
        image = image if side == size else image.resize((size, size), filter)
    array = np.asarray(image, dtype=np.uint8)
    return array[None] if array.ndim == 2 else np.ascontiguousarray(array.transpose(2, 0, 1))


def fit_array(array: Bytes, size: int | None, channels: int | None) -> Bytes:
    """Convert one (C, H, W) array as `fit` does a picture."""
    if array.shape == fitted_shape(array.shape, size, channels):
        return array
    image = Image.fromarray(array[0] if len(array) == 1 else np.ascontiguousarray(array.transpose(1, 2, 0)))
    return fit(image.convert("L" if (channels or len(array)) == 1 else "RGB"), size)


def fitted_shape(shape: tuple[int, ...], size: int | None, channels: int | None) -> Shape:
    """What (C, H, W) becomes when `size` and `channels` are asked for."""
    return channels or shape[0], size or shape[1], size or shape[2]


class _Bounded(io.BufferedReader):
    """A file of which no more is read than there is: memory is taken for as much as a damaged header asks for."""

    def __init__(self, raw: io.FileIO) -> None:
        super().__init__(raw)
        self.size = os.fstat(raw.fileno()).st_size

    def read(self, size: int | None = -1, /) -> bytes:
        """Read so many bytes, or as many as there are."""
        return super().read(size if size is None or size < 0 else min(size, max(0, self.size - self.tell())))


@functools.cache
def _quiet() -> None:
    """Keep what Pillow's parts would write past every line of ours: its log, and libtiff's errors, which no setting of it reaches."""
    logging.getLogger("PIL").addHandler(logging.NullHandler())
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(_imaging.__file__).TIFFSetErrorHandler(None)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    _quiet()
    try:
        with warnings.catch_warnings():
            # Pillow warns of what it mends; of what it cannot vouch for it raises, and a very large picture is to be refused too.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # Given a path, Pillow maps some files: a map of a file cut short later kills the process, and TIFFs are not turned upright.
            with path.open("rb", buffering=0) as raw, _Bounded(raw) as file, Image.open(file, formats=FORMATS) as image:
                yield image
    except (UsageError, MemoryError):
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise UsageError(f"{path} has more than {Image.MAX_IMAGE_PIXELS:,} pixels; shrink or remove it") from None
    except UnidentifiedImageError:
        fault = "not a readable image" if path.stat().st_size else "empty"
        raise UsageError(f"{path} is {fault}; repair or remove it ({', '.join(FORMATS)} are read)") from None
    # Pillow's readers raise whatever a damaged file makes them stumble over.
    except Exception as error:
        if isinstance(error, OSError) and error.strerror:
            raise UsageError(f"cannot read {path}: {error.strerror}") from None
        raise UsageError(f"{path} is damaged: {first_line(error) or type(error).__name__}; repair or remove it") from None


def _grey(image: Image.Image) -> bool:
    return image.mode in ("1", "L", "LA", "La", "I", "F") or image.mode.startswith("I;16")


def _eight_bits(image: Image.Image, path: Path, levels: Levels | None) -> tuple[Image.Image, Extremes | None]:
    """Bring greys of 16 and 32 bits to 8, and find their extremes; Pillow itself would cut them off at 255."""
    if not (image.mode in ("I", "F") or image.mode.startswith("I;16")):
        return image, None
    wide = np.asarray(image)
    span = extremes(wide)
    if not math.isfinite(span.low) or not math.isfinite(span.high):
        raise UsageError(f"{path} holds values that are not finite; repair or remove it")
    if not levels and (image.mode == "F" or span.low < WIDE.black or span.high > WIDE.white):
        raise LevelsError(f"{path} holds greys of 32 bits, {said(span)}; save it with 8 or 16", span)
    narrow = Image.fromarray(as_bytes(wide, levels or WIDE))
    narrow.info["exif"] = image.getexif().tobytes()
    return narrow, span
