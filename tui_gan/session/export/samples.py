"""What the generator makes of the fixed latents, without the data; a checkpoint alone is enough."""

from typing import TYPE_CHECKING

import numpy as np

from tui_gan.contract.snapshot import Floats
from tui_gan.gan.datasets.dataset import in_units
from tui_gan.gan.sampling import dropouts
from tui_gan.session import checkpoint
from tui_gan.session.export.grids import grid
from tui_gan.session.export.pictures import FAKE, Drawing, Plot, aspect
from tui_gan.session.export.source import Source
from tui_gan.session.observe import generated
from tui_gan.session.observe.images import SHOWN, as_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINTS = 4096


def samples(source: Source) -> Drawing:
    """The map from z to x on the line, the generated points in the plane, or a grid of images in their own pixels."""
    tensors, _ = checkpoint.read(source.stored)
    network, about = checkpoint.generator(source.stored)
    latents = tensors["fixed_latents"][: SHOWN if len(about.shape) > 1 else POINTS]
    made = in_units(generated(network, latents), np.array(about.location), np.array(about.scale))
    title = f"{about.config.preset}, step {about.step:,}"
    known = np.isfinite(made).reshape(len(made), -1).all(axis=1)
    if not known.all():
        # A plot leaves them out.
        title += f", {int((~known).sum()):,} of {len(made):,} samples not finite"
    if len(about.shape) > 1:
        return Drawing(about.step, f"{title}: {len(made)} generated images", grid(as_bytes(made)))
    if about.shape == (1,):
        first: Floats = latents[:, 0].double().numpy()
        # Each class or code has a curve of its own.
        only = latents.shape[1] == 1 and not dropouts(network)
        return Drawing(about.step, title, Plot(4.8, 3.6, lambda figure: _map(figure, first, made[:, 0], only, title)))
    return Drawing(about.step, title, Plot(4.8, 4.8, lambda figure: _points(figure, made, title)))


def _map(figure: "Figure", latents: Floats, made: Floats, only: bool, title: str) -> None:
    axes = figure.subplots()
    order = np.argsort(latents, kind="stable")
    if only:
        axes.plot(latents[order], made[order], color=FAKE, linewidth=1.8)
    else:
        axes.plot(latents, made, ".", color=FAKE, markersize=2.5, markeredgewidth=0.0)
    axes.set(xlabel="latent z" if only else "first coordinate of the latent z", ylabel="generated x = G(z) (units of the data)")
    axes.set_title(title)


def _points(figure: "Figure", made: Floats, title: str) -> None:
    axes = figure.subplots()
    axes.plot(*made.T, ".", color=FAKE, markersize=2.5, markeredgewidth=0.0, alpha=0.6)
    width, height = (np.ptp(made, axis=0) + np.finfo(np.float64).tiny).tolist()
    axes.set_aspect(aspect(width, height), "datalim")
    axes.set(xlabel="x (units of the data)", ylabel="y (units of the data)")
    axes.set_title(f"{title}: {len(made):,} generated points")
