"""Gallery: what the generator makes, now or at a step that was kept, on the way between two latents, or beside what is real."""

import dataclasses

import numpy as np

from tui_gan.contract.snapshot import Bytes, Completed, Floats, ImageGrid, Line1D, Picture, Plane2D
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.gallery import walk
from tui_gan.ui.draw.gallery.completion import Mask, Spot, completion
from tui_gan.ui.draw.gallery.inference import spaces
from tui_gan.ui.draw.gallery.pairs import pairs
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.pictures.distribution import distribution
from tui_gan.ui.draw.pictures.picture import drawn
from tui_gan.ui.draw.pictures.samples import samples

# From this height on a line has something below its distribution, which keeps this share in percent.
TWO_PARTS, UPPER = 16, 58


@dataclasses.dataclass(frozen=True, eq=False)
class Exhibit:
    """What is on show.

    Attributes:
        picture: of the run now, or at a step that was kept.
        between: samples on the way between `ends`; None for no walk.
        nearest: the real image nearest to each generated one, at `distances`; None where they are not looked for.
        real: samples, `again` what an inference network makes of them, and `latents` their codes; None where none is asked.
        first: the first stage's image of each generated one, which stand `distances` apart; None where they are not asked for.
        done: an image that is completed, `mask` what of it is observed as it is asked for, and `at` the pixel of the cursor; None for
            none. `keys` are those that change it, with what they do.
        larger: so many sizes larger than images are by themselves.
    """

    picture: Picture
    between: Bytes | Floats | None = None
    ends: walk.Ends = ("latent 0", "latent 1")
    nearest: Bytes | None = None
    distances: Floats | None = None
    real: Bytes | Floats | None = None
    again: Bytes | Floats | None = None
    latents: Floats | None = None
    first: Bytes | None = None
    done: Completed | None = None
    mask: Mask | None = None
    at: Spot = (0, 0)
    keys: tuple[tuple[str, str], ...] = ()
    larger: int = 0


def gallery(exhibit: Exhibit, width: int, height: int, look: Look) -> Canvas:
    """Draw it in all the room."""
    picture, between = exhibit.picture, exhibit.between
    if exhibit.done is not None and exhibit.mask is not None:
        return completion(exhibit.done, exhibit.mask, exhibit.at, width, height, look, exhibit.keys)
    if exhibit.real is not None and exhibit.again is not None:
        return _inferred(exhibit, exhibit.real, exhibit.again, width, height, look)
    if isinstance(picture, ImageGrid):
        if between is not None and between.ndim == 4:
            return walk.images(between.astype(np.uint8, copy=False), exhibit.ends, width, height, look)
        if exhibit.nearest is not None and exhibit.distances is not None:
            return pairs(picture.fake, exhibit.nearest, exhibit.distances, width, height, look)
        if exhibit.first is not None and exhibit.distances is not None:
            return pairs(exhibit.first, picture.fake, exhibit.distances, width, height, look)
        return drawn(picture, width, height, look, exhibit.larger)
    points = None if between is None else np.asarray(between, dtype=np.float64)
    if isinstance(picture, Line1D):
        return _line(picture, points, exhibit.ends, width, height, look)
    return drawn(picture, width, height, look) if points is None else walk.points(picture, points, exhibit.ends, width, height, look)


def _inferred(exhibit: Exhibit, real: Bytes | Floats, again: Bytes | Floats, width: int, height: int, look: Look) -> Canvas:
    """Real samples with what an inference network makes of them: images in pairs, points from latent to data space."""
    if real.ndim == 4 and exhibit.distances is not None:
        return pairs(real.astype(np.uint8, copy=False), again.astype(np.uint8, copy=False), exhibit.distances, width, height, look)
    if isinstance(exhibit.picture, Plane2D) and exhibit.latents is not None and exhibit.latents.shape[1] > 1:
        points = np.asarray(real, dtype=np.float64), np.asarray(again, dtype=np.float64)
        return spaces(exhibit.picture, exhibit.latents[:, :2], *points, width, height, look)
    return drawn(exhibit.picture, width, height, look)


def _line(picture: Line1D, between: Floats | None, ends: walk.Ends, width: int, height: int, look: Look) -> Canvas:
    """The distribution, and below it the walk, or where each latent goes."""
    canvas = Canvas(width, height)
    upper = height
    if height >= TWO_PARTS and (between is not None or picture.latents.size):
        upper = height * UPPER // 100
        rows = height - upper - 1
        below = samples(picture, width, rows, look) if between is None else walk.line(picture, between, ends, width, rows, look)
        canvas.paste(0, upper + 1, below)
    canvas.paste(0, 0, distribution(picture, width, upper, look))
    return canvas
