"""The training as an animation, from the previews that a run keeps."""

import contextlib
import io
import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from tui_gan.contract.errors import UnreadableError
from tui_gan.contract.snapshot import Floats, ImageGrid, Line1D, Picture, Plane2D
from tui_gan.session.export.distribution import is_probability, plot
from tui_gan.session.export.grids import captioned, grid
from tui_gan.session.export.pictures import film
from tui_gan.session.export.source import Kept, Made, Source, kept, of_preview

FRAMES, FEWEST, LARGEST = 120, 60, 5_000_000
# Milliseconds that a frame stands: so that the whole takes SECONDS, within these limits; the last one is held.
SHORTEST, LONGEST, HELD = 60, 250, 2500
SECONDS = 8.0
COLOURS = 256
DOTS_PER_INCH = 100
# Images are shown up to so many, and to so many pixels of their own, which hardly can be made smaller.
IMAGES, PIXELS, GRID_WIDTH = 36, 16_384, 400
# The density at the upper end of the axis, in peaks of the real one.
HIGHEST = 1.7
# The share of the frames that goes evenly over the previews; the rest goes to where most changes from one to the next.
EVENLY = 0.2

Preview = tuple[int, Path]


def gif(source: Source) -> Made:
    """At most FRAMES previews, more of them where more changes, with the same axes and colours in every frame; played again and again.

    Where it takes more than LARGEST bytes, there are fewer frames, but FEWEST if there are so many. One of them at a time stands in
    memory in full; of the others, what has changed, one byte a pixel. Damaged previews are left out, unless all are.
    """
    every = kept(source)
    seen = _changes(every)
    store = every._replace(previews=[each for each in every.previews if each in seen])
    changes, damaged = np.array([seen[each] for each in store.previews]), len(every.previews) - len(seen)
    # The same colours for all, so that what does not change is the same in every frame and takes no room.
    palette = _palette(list(_frames(store, _at(store, chosen(changes, 3)))))
    most = FRAMES
    while len(content := _animated(store, _at(store, chosen(changes, most)), palette)) > LARGEST and most > FEWEST:
        most = max(FEWEST, most * 2 // 3)
    said = f"{damaged} damaged previews were left out" if damaged > 1 else "1 damaged preview was left out"
    return Made(store.previews[-1][0], content, said if damaged else "")


def chosen(changes: Floats, most: int) -> list[int]:
    """The places of at most `most` of n previews, the first and the last among them, with about the same change between each two.

    Args:
        changes: (n,) how much each differs from the one before; the first is not looked at.
    """
    count = len(changes)
    if count <= most:
        return list(range(count))
    if most < 2:
        return [0]
    steps = changes[1:]
    distances = (1.0 - EVENLY) * steps / (steps.mean() or 1.0) + EVENLY
    # A leap that is wider than what lies between two frames cannot be divided: it counts as just that, and the others get the rest.
    widest = np.sort(distances)[::-1][: most - 1]
    between = (distances.sum() - np.cumsum(widest) + widest) / np.arange(most - 1, 0, -1)
    reached = np.concatenate([[0.0], np.cumsum(np.minimum(distances, between[(widest <= between).argmax()]))])
    places = np.searchsorted(reached, np.linspace(0.0, reached[-1], most) * (1.0 - 1e-9))
    return sorted({0, count - 1, *places.tolist()})


def _at(store: Kept, places: Sequence[int]) -> list[Preview]:
    return [store.previews[place] for place in places]


def _changes(store: Kept) -> dict[Preview, float]:
    """How much each whole preview differs from the one before: the mean change of what is drawn, in heights and widths of the picture.

    Raises:
        UnreadableError: none is whole.
    """
    changes: dict[Preview, float] = {}
    before, refused = None, None
    for each in store.previews:
        try:
            seen = of_preview(store, each[1])
        except FileNotFoundError:
            # A run that goes on has just removed it.
            changes[each] = 0.0
        except UnreadableError as error:
            refused = refused or error
        else:
            changes[each] = float(np.nan_to_num(_change(before, seen), posinf=0.0)) if before is not None else 0.0
            before = seen
    if refused and not changes:
        raise refused
    return changes


def _change(before: Picture, after: Picture) -> float:
    if isinstance(before, ImageGrid) and isinstance(after, ImageGrid):
        count = min(len(before.fake), len(after.fake))
        return _mean(after.fake[:count] / 255.0 - before.fake[:count] / 255.0)
    if isinstance(before, Line1D) and isinstance(after, Line1D):
        return _mean((after.fake - before.fake) / (after.real.max() or 1.0)) + _mean(after.discriminator - before.discriminator)
    assert isinstance(before, Plane2D)
    assert isinstance(after, Plane2D)
    size, count = after.high - after.low, min(len(before.fake), len(after.fake))
    return _mean(np.clip((after.fake[:count] - before.fake[:count]) / size, -1.0, 1.0)) + _mean(after.discriminator - before.discriminator)


def _mean(change: Floats) -> float:
    return float(np.abs(change).mean())


def _animated(store: Kept, previews: Sequence[Preview], palette: Image.Image) -> bytes:
    first, *others = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in _frames(store, previews))
    stands = round(min(LONGEST, max(SHORTEST, 1000 * SECONDS / len(previews))))
    file = io.BytesIO()
    first.save(file, "GIF", save_all=True, append_images=others, duration=[stands] * len(others) + [HELD], loop=0, optimize=True)
    return file.getvalue()


def _frames(store: Kept, previews: Sequence[Preview]) -> Iterator[Image.Image]:
    pictures = _pictures(store, previews)
    begin = next(pictures, None)
    if begin is None:
        raise UnreadableError("the previews of the run have just been removed")
    (first, title), together = begin, itertools.chain([begin], pictures)
    if isinstance(first, ImageGrid):
        count = max(1, min(IMAGES, PIXELS // math.prod(first.fake.shape[1:3])))
        return (captioned([(title, grid(each.fake[:count], GRID_WIDTH))]) for each, title in together if isinstance(each, ImageGrid))
    # What is said of D(x) stands still, so it is what holds of all frames.
    probability = is_probability(store.config, previews[0][0])
    return film(plot(first, title, probability, HIGHEST), together, DOTS_PER_INCH)


def _pictures(store: Kept, previews: Sequence[Preview]) -> Iterator[tuple[Picture, str]]:
    for step, path in previews:
        # A run that goes on may just have removed it.
        with contextlib.suppress(FileNotFoundError):
            yield of_preview(store, path), f"{store.config.preset}, step {step:,}"


def _palette(frames: Sequence[Image.Image]) -> Image.Image:
    """The COLOURS that these frames need most, with white itself among them."""
    together = Image.new("RGB", (frames[0].width, sum(frame.height for frame in frames)))
    for number, frame in enumerate(frames):
        together.paste(frame, (0, number * frame.height))
    chosen = together.quantize(COLOURS, Image.Quantize.MEDIANCUT)
    colours = np.array(chosen.getpalette(), dtype=np.uint8).reshape(-1, 3)
    # Pillow looks for the nearest colour in steps of 4 levels.
    colours[(colours > 255 - 8).all(axis=1)] = 255
    chosen.putpalette(colours.tobytes())
    return chosen
