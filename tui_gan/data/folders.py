"""A folder of pictures, nested or not, to a set of images."""

import dataclasses
from collections import Counter
from pathlib import Path

import numpy as np

from tui_gan.contract.errors import UsageError
from tui_gan.data.files import Listing, changed, walk
from tui_gan.data.imageset import COLOURS, Bytes, Extent, ImageSet, Labels, described, held_count, held_first, held_off
from tui_gan.data.levels import Extremes, Levels, note
from tui_gan.data.pictures import SUFFIXES, decode, fit, is_grey
from tui_gan.data.store import Rows, gather, kept, kept_name, reused_note


def read_folder(folder: Path, size: int | None, channels: int | None, levels: Levels | None = None) -> ImageSet:
    """Read every picture below a folder, and hold a tenth of them out.

    Args:
        folder: with pictures, told by their suffixes, at any depth.
        size: side of the square to bring them to, or None to keep the one size that all have.
        channels: 1 for greys, 3 for RGB, or None for greys if all are grey.
        levels: which values are black and white, or None for those of each picture's kind.

    Raises:
        UsageError: with the picture that cannot be used and why.
    """
    listing = walk(folder)
    paths = tuple(path for path in listing.files if path.suffix.lower() in SUFFIXES)
    passed_over = _passed_over(listing, len(paths))
    if len(paths) < 2:
        what = "1 image" if paths else "no images"
        others = f" ({'; '.join(passed_over)})" if passed_over else ""
        raise UsageError(f"{folder} holds {what}{others}; at least 2 are needed, one to learn from and one to measure by")
    held = held_count(len(paths))
    name = kept_name(folder, size, channels, levels)
    since = changed(folder)
    images = kept(name, len(paths), since)
    if images is not None:
        done: tuple[str, ...] = (f"{len(paths):,} images of {_extent(images)}, {COLOURS[images.shape[1]]}, {reused_note(name)}",)
    else:
        images, done = _decoded(paths, size, channels, levels, name, since)
    names, labels = _classes(folder, paths)
    empty = sorted(each.name for each in folder.iterdir() if names and each.is_dir() and each.name not in names and each.name[0] != ".")
    if empty:
        passed_over += (f"no class for {'a folder' if len(empty) == 1 else 'folders'} without images: {', '.join(empty)}",)
    if labels is not None:
        labels = labels[held_first(len(paths), held)]
    return dataclasses.replace(held_off(images, labels, held, (*done, *passed_over)), names=names)


def _classes(folder: Path, paths: tuple[Path, ...]) -> tuple[tuple[str, ...], Labels | None]:
    """The folders in which all pictures lie, by name, and of which each is; none where some lie in no folder, or all in one."""
    within = [path.relative_to(folder).parts for path in paths]
    names = tuple(sorted({parts[0] for parts in within}))
    if any(len(parts) == 1 for parts in within) or len(names) < 2:
        return (), None
    places = {name: place for place, name in enumerate(names)}
    return names, np.array([places[parts[0]] for parts in within], dtype=np.int64)


def _decoded(
    paths: tuple[Path, ...], size: int | None, channels: int | None, levels: Levels | None, name: str, since: float
) -> tuple[Bytes, tuple[str, ...]]:
    channels = channels or (1 if all(is_grey(path) for path in paths) else 3)
    model = paths[0]
    sides = fit(decode(model, channels, levels).image, size).shape[1:]
    extents: set[Extent] = set()
    seen: Counter[str] = Counter()
    ranges: dict[Levels, Extremes] = {}

    def read(index: int) -> Bytes:
        picture = decode(paths[index], channels, levels)
        array = fit(picture.image, size)
        if array.shape[1:] != sides:
            mismatch = f"{picture.image.width}x{picture.image.height} where {model} is {sides[1]}x{sides[0]}"
            raise UsageError(f"{paths[index]} is {mismatch}; resize all to one size, or give a size, such as --set size=32")
        extents.add(picture.image.size)
        seen.update(transparent=picture.transparent, frames=picture.frames)
        ranges[picture.levels] = picture.extremes.with_others(ranges.get(picture.levels, picture.extremes))
        return array

    rows = Rows((channels, sides[0], sides[1]), read)
    order = held_first(len(paths), held_count(len(paths)))
    images, kept_note = gather(rows, order.tolist(), lambda: name, since)
    transparent = f"{_counted(seen['transparent'], 'image')} with transparency composited on white" if seen["transparent"] else ""
    frames = f"only the first frame taken of {_counted(seen['frames'], 'image')} with several" if seen["frames"] else ""
    said = described(len(paths), extents, size, COLOURS[channels])
    notes = [note(span, levels or default, levels is None) for default, span in ranges.items()]
    # Where pictures of one kind are bright, those of another may well be dark.
    dark = notes if all(notes) else []
    return images, tuple(filter(None, (said, *dark, transparent, frames, *kept_note)))


def _passed_over(listing: Listing, pictures: int) -> tuple[str, ...]:
    others = len(listing.files) - pictures
    notes = (
        f"{_counted(others, 'file')} skipped that {'is no image' if others == 1 else 'are no images'}" if others else "",
        f"{_counted(listing.hidden, 'hidden file')} or folder{'' if listing.hidden == 1 else 's'} skipped" if listing.hidden else "",
    )
    return tuple(filter(None, notes))


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _extent(images: Bytes) -> str:
    return f"{images.shape[3]}x{images.shape[2]}"
