"""What the generator makes beside what it should make, and what the discriminator says of it."""

from typing import TYPE_CHECKING

import numpy as np

from tui_gan.contract.config import Config
from tui_gan.contract.objectives import TRAITS
from tui_gan.contract.outside import percent
from tui_gan.contract.snapshot import Floats, ImageGrid, Line1D, Plane2D
from tui_gan.session.export.grids import captioned, grid
from tui_gan.session.export.pictures import AREA, DIM, DISCRIMINATOR, FAINT, FAKE, REAL, Drawing, Moving, Plot, aspect, legend
from tui_gan.session.export.source import Source, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

# The highest density that is shown, in peaks of the real one.
HIGHEST = 2.5
# The least density of both kinds together at which the share of the real one is shown, in peaks of the real one.
LEAST = 0.02
GRID_WIDTH = 560
DASHED = (0, (2.0, 1.5))
OF_REAL = "probability of real"
# Of D(x) from 0 to 1: light enough for points of either colour.
VERDICTS = ("#ffffff", "#c9e7d6", "#74c297")


def distribution(source: Source) -> Drawing:
    """The checkpoint as a picture: densities and D(x) on the line, points over D(x) in the plane, or images."""
    config, step, seen = picture(source)
    title = f"{config.preset}, step {step:,}"
    if isinstance(seen, ImageGrid):
        real, fake = (grid(each[: len(seen.fake)], GRID_WIDTH) for each in (seen.real, seen.fake))
        cut = f", {percent(seen.cut)} of pixels cut to 0 .. 1" if seen.cut else ""
        cut += f", {percent(seen.unknown)} not finite" if seen.unknown else ""
        return Drawing(step, title, captioned([("real", real), (f"generated: {title}{cut}", fake)]))
    return Drawing(step, title, plot(seen, title, is_probability(config, step)))


def is_probability(config: Config, step: int) -> bool:
    """Whether D(x) at a step is an estimated probability: not by every objective, and not in pre-training, where D learns densities."""
    return TRAITS[config.objective].probability and step >= 0


def plot(seen: Line1D | Plane2D, title: str, probability: bool = True, highest: float | None = None) -> Plot:
    """A picture with its title, as a plot that can move.

    Args:
        probability: whether D(x) is an estimated probability.
        highest: on the line, the density at the upper end of the axis in peaks of the real one; None for what this picture needs.
    """
    if isinstance(seen, Plane2D):
        return Plot(6.0, 5.2, lambda figure: _plane(figure, seen, title, probability))
    # Of data that lie outside of the window it is 0.
    peak = float(seen.real.max()) or 1.0
    top = peak * highest if highest else 1.08 * min(max(peak, float(seen.fake.max())), HIGHEST * peak)
    return Plot(6.4, 4.4, lambda figure: _line(figure, seen, title, top, probability))


def _line(figure: "Figure", seen: Line1D, title: str, top: float, probability: bool) -> Moving:
    above, below = figure.subplots(2, sharex=True, height_ratios=(2.2, 1.0))
    area = above.stairs(seen.real, seen.edges, fill=True, color=AREA)
    real = above.stairs(seen.real, seen.edges, color=REAL, label="real, p")
    fake = above.stairs(seen.fake, seen.edges, color=FAKE, linewidth=1.8, label="generated, q")
    above.set(ylabel="density (1 / unit of x)", ylim=(0.0, top))
    legend(above, 2)
    heading = above.set_title(title, loc="right")
    ends = [_words(above, x, side) for x, side in ((0.01, "left"), (0.99, "right"), (0.5, "center"))]
    middles = (seen.edges[1:] + seen.edges[:-1]) / 2
    below.axhline(0.5, color=FAINT, linewidth=0.8)
    # It is D* for some objectives alone, and only where D is shown neither instance noise nor a fixed number of draws.
    (share,) = below.plot(middles, _share(seen), color=DIM, linewidth=1.0, linestyle=DASHED, label="p / (p + q)")
    (verdicts,) = below.plot(seen.axis, seen.discriminator, color=DISCRIMINATOR, linewidth=1.8, label="D(x)")
    below.set(xlabel="x (units of the data)", ylabel=OF_REAL if probability else "D(x)", xlim=(seen.edges[0], seen.edges[-1]))
    below.set(ylim=(-0.03, 1.03), yticks=(0.0, 0.5, 1.0))
    legend(below, 2)

    def show(seen: Line1D, title: str) -> None:
        area.set_data(seen.real)
        real.set_data(seen.real)
        fake.set_data(seen.fake)
        share.set_ydata(_share(seen))
        verdicts.set_ydata(seen.discriminator)
        heading.set_text(title)
        for end, text in zip(ends, sides(seen, top), strict=True):
            end.set_text(text)

    show(seen, title)
    return Moving((area, real, fake, share, verdicts, heading, *ends), show)


def sides(seen: Line1D, top: float) -> tuple[str, str, str]:
    """What is to the left of a line and to the right of it, and what goes beyond its top or is not finite; "" for nothing."""
    low, high = float(seen.edges[0]), float(seen.edges[-1])
    kinds = (("generated", seen.fake_outside), ("real", seen.real_outside))
    left = [f"{percent(each.left)} of {name} samples < {low:.3g}" for name, each in kinds if each.left]
    right = [f"{percent(each.right)} of {name} samples > {high:.3g}" for name, each in kinds if each.right]
    middle = [f"{name} up to {each.max():.3g}" for name, each in (("q", seen.fake), ("p", seen.real)) if each.max() > top]
    middle += [f"{percent(each.unknown)} of {name} samples not finite" for name, each in kinds if each.unknown]
    return "\n".join(left), "\n".join(right), "\n".join(middle)


def around(seen: Plane2D) -> str:
    """What is outside of a plane, and on which sides; "" for nothing."""
    lines = []
    for name, each in (("generated", seen.fake_outside), ("real", seen.real_outside)):
        places = (("left", each.left), ("right", each.right), ("below", each.below), ("above", each.above), ("not finite", each.unknown))
        parts = [f"{percent(share)} {place}" for place, share in places if share]
        if parts:
            lines.append(f"{name} points outside: {', '.join(parts)}")
    return "\n".join(lines)


def _words(axes: "Axes", x: float, side: str) -> "Text":
    """An empty text in the upper part of a plot, at a share of its width."""
    return axes.text(x, 0.97, "", transform=axes.transAxes, ha=side, va="top", fontsize=7.5, color=FAKE)


def _share(seen: Line1D) -> Floats:
    """p / (p + q) in each bin, (n,); NaN where there are too few samples of either kind to tell."""
    both = seen.real + seen.fake
    return np.divide(seen.real, both, out=np.full_like(both, np.nan), where=both > LEAST * seen.real.max())


def _plane(figure: "Figure", seen: Plane2D, title: str, probability: bool) -> Moving:
    from matplotlib.colors import LinearSegmentedColormap

    axes = figure.subplots()
    (left, bottom), (right, top) = seen.low.tolist(), seen.high.tolist()
    tint = LinearSegmentedColormap.from_list("verdicts", VERDICTS)
    ground = axes.imshow(seen.discriminator, tint, vmin=0.0, vmax=1.0, origin="lower", interpolation="bilinear")
    ground.set_extent((left, right, bottom, top))
    axes.set_aspect(aspect(right - left, top - bottom))
    count = len(seen.real)
    # The real points are larger, so that generated ones on top of them do not hide them.
    (real,) = axes.plot(*seen.real.T, "o", color=REAL, markersize=3.2, markeredgewidth=0.0, alpha=0.7, label="real")
    (fake,) = axes.plot(*seen.fake[:count].T, "o", color=FAKE, markersize=1.8, markeredgewidth=0.0, label="generated")
    axes.set(xlim=(left, right), ylim=(bottom, top), xlabel="x (units of the data)", ylabel="y (units of the data)")
    legend(axes, 2, markers=2.0)
    heading = axes.set_title(title, loc="right")
    label = f"D(x), {OF_REAL}" if probability else "D(x)"
    figure.colorbar(ground, ax=axes, label=label, ticks=(0.0, 0.5, 1.0), fraction=0.05, pad=0.02)

    words = _words(axes, 0.02, "left")

    def show(seen: Plane2D, title: str) -> None:
        ground.set_data(seen.discriminator)
        real.set_data(*seen.real.T)
        fake.set_data(*seen.fake[:count].T)
        heading.set_text(title)
        words.set_text(around(seen))

    show(seen, title)
    return Moving((ground, real, fake, heading, words), show)
