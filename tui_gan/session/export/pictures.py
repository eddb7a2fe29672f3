"""Drawings as files: plots by matplotlib, which need not be installed, and grids of pixels by Pillow alone."""

import base64
import contextlib
import dataclasses
import io
import logging
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from xml.sax.saxutils import escape

from PIL import Image

from tui_gan.contract.errors import UsageError
from tui_gan.contract.snapshot import Picture
from tui_gan.session.export.source import Made, Source

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Those of the light theme of the screen, a pair that the colour-blind can tell apart; a test holds the two together.
REAL, AREA, FAKE = "#0072b2", "#a8e0f0", "#b54a00"
DISCRIMINATOR, GENERATOR = "#008850", "#a8397c"
TEXT, DIM, FAINT = "#22272e", "#616b76", "#bcc4cc"

DOTS_PER_INCH = 200
LONGEST = 4.0
STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.0,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": DIM,
    "axes.labelcolor": TEXT,
    "axes.titlecolor": TEXT,
    "axes.linewidth": 0.8,
    "xtick.color": DIM,
    "ytick.color": DIM,
    "xtick.labelcolor": TEXT,
    "ytick.labelcolor": TEXT,
    "text.color": TEXT,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "legend.columnspacing": 1.4,
    "lines.linewidth": 1.4,
    # What a run is called is no formula.
    "text.parse_math": False,
    # Text stays text, and names inside the file do not change from one writing to the next.
    "svg.fonttype": "none",
    "svg.hashsalt": "tui-gan",
}


class Moving(NamedTuple):
    """The parts of a plot that differ from picture to picture, from the hindmost to the foremost, and how they show another one."""

    parts: Sequence["Artist"]
    show: Callable[[Any, str], None]


@dataclasses.dataclass(frozen=True)
class Plot:
    """A plot, `width` x `height` inches, that `paint` draws on an empty figure; it says what of it can move."""

    width: float
    height: float
    paint: Callable[["Figure"], Moving | None]


@dataclasses.dataclass(frozen=True)
class Drawing:
    """What is drawn of a run at a step, with a title in words.

    Attributes:
        content: a plot, or the pixels themselves.
        remark: what is to be told of it; "" for nothing.
    """

    step: int
    title: str
    content: Plot | Image.Image
    remark: str = ""


Draw = Callable[[Source], Drawing]


def png(draw: Draw, source: Source) -> Made:
    """A drawing as PNG; its bytes depend on what is drawn alone."""
    drawing, file = draw(source), io.BytesIO()
    if isinstance(drawing.content, Image.Image):
        drawing.content.save(file, "PNG", optimize=True)
    else:
        with painted(drawing.content) as (figure, _):
            figure.savefig(file, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return Made(drawing.step, file.getvalue(), drawing.remark)


def svg(draw: Draw, source: Source) -> Made:
    """A drawing as SVG, with text as text and pixels as an image within; its bytes depend on what is drawn alone."""
    drawing = draw(source)
    if isinstance(drawing.content, Image.Image):
        return Made(drawing.step, _around(drawing.content, drawing.title).encode(), drawing.remark)
    with painted(drawing.content) as (figure, _):
        file = io.BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Title": drawing.title})
    return Made(drawing.step, file.getvalue(), drawing.remark)


def film(plot: Plot, pictures: Iterable[tuple[Picture, str]], dots_per_inch: int) -> Iterator[Image.Image]:
    """A plot that moves, as RGB, once for each picture and its title; what does not move is drawn once."""
    with painted(plot) as (figure, moving):
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        canvas: Any = FigureCanvasAgg(figure)
        figure.set_dpi(dots_per_inch)
        assert moving, "only a plot that moves is filmed"
        canvas.draw()
        figure.set_layout_engine("none")
        for part in moving.parts:
            part.set_animated(True)
        canvas.draw()
        ground = canvas.copy_from_bbox(figure.bbox)
        for picture, title in pictures:
            canvas.restore_region(ground)
            moving.show(picture, title)
            for part in moving.parts:
                figure.draw_artist(part)
            yield Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba()).convert("RGB")


@contextlib.contextmanager
def painted(plot: Plot) -> Iterator[tuple["Figure", Moving | None]]:
    """A plot as a figure, to be written in the style of all of them; pyplot, which no thread but the first may use, has no part in it.

    Raises:
        UsageError: matplotlib is not installed.
    """
    try:
        from matplotlib import style
        from matplotlib.figure import Figure
    except ImportError:
        raise UsageError("plots are drawn by matplotlib, which is not installed: pip install 'tui-gan[pictures]'") from None
    # What it says of its fonts when it is used first would be written across the screen.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    with style.context(["default", STYLE]), warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box, which needs no line of its own.
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        figure = Figure((plot.width, plot.height), layout="constrained")
        moving = plot.paint(figure)
        # Labels move when the numbers beside them do: room for all is found here, and once more when it is written.
        figure.draw_without_rendering()
        yield figure, moving


def legend(axes: "Axes", columns: int, height: float = 1.0, markers: float = 1.0) -> None:
    """A legend in one row above the axes, where it covers nothing.

    Args:
        height: of its lower end, in heights of the axes.
        markers: how much larger than in the plot its markers are.
    """
    place = (0.0, height)
    axes.legend(loc="lower left", bbox_to_anchor=place, ncols=columns, markerscale=markers, borderaxespad=0.0, borderpad=0.3)


def aspect(width: float, height: float) -> Literal["equal", "auto"]:
    """Equal scales in both directions of a plane, unless it would be a mere strip."""
    return "equal" if 1 / LONGEST <= width / height <= LONGEST else "auto"


def _around(image: Image.Image, title: str) -> str:
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    size = f'width="{image.width}" height="{image.height}"'
    content = base64.b64encode(file.getvalue()).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {image.width} {image.height}">\n'
        f"<title>{escape(title)}</title>\n"
        f'<image {size} style="image-rendering: pixelated" href="data:image/png;base64,{content}"/>\n'
        "</svg>\n"
    )
