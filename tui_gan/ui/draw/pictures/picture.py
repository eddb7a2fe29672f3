"""Picture: that of a run, whatever its kind."""

from tui_gan.contract.snapshot import ImageGrid, Picture, Plane2D
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.pictures.classes import LOWEST, by_class
from tui_gan.ui.draw.pictures.distribution import distribution
from tui_gan.ui.draw.pictures.images import images
from tui_gan.ui.draw.pictures.plane import plane


def drawn(picture: Picture, width: int, height: int, look: Look, larger: int = 0) -> Canvas:
    """Histograms and D(x) on a line, points over D(x) in a plane, or images, so many sizes `larger` than fill the room best."""
    if isinstance(picture, Plane2D):
        return plane(picture, width, height, look)
    if isinstance(picture, ImageGrid):
        if picture.names and height >= LOWEST and width and picture.fake.size:
            return by_class(picture, width, height, look, larger)
        return images(picture, width, height, look, larger)
    return distribution(picture, width, height, look)
