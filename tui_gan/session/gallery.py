"""The gallery: pictures of steps that were kept, the way between two latents, and the nearest training images."""

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from torch import Tensor

from tui_gan.contract.commands import Browse
from tui_gan.contract.errors import UsageError, cut, first_line
from tui_gan.contract.outer import printable
from tui_gan.contract.snapshot import Bytes, Floats, Gallery, ImageGrid, Picture, frozen
from tui_gan.contract.training import trained
from tui_gan.gan.datasets import Dataset, Images, Line
from tui_gan.gan.latents import between, paired, with_classes
from tui_gan.gan.masks import completes
from tui_gan.gan.metrics.nearest import to_nearest
from tui_gan.gan.metrics.pixels import of_bytes, rows
from tui_gan.gan.networks.inference import encoded
from tui_gan.gan.trainer import Trainer
from tui_gan.session import completing, previews
from tui_gan.session.observe import Observer
from tui_gan.session.observe.images import SHOWN, ImagesObserver, as_bytes, generated
from tui_gan.session.observe.plane import PlaneObserver
from tui_gan.session.run import Run

Arrays = dict[str, NDArray[Any]]
WALK = 17
# Real numbers whose reconstructions are asked for.
ON_THE_LINE = 256
# Images whose nearest are looked for while the run trains, and the training images that are looked through.
WHILE_TRAINING, SEARCHED = 16, 60_000
# Training images that are brought to one contrast at once.
PORTION = 100


class Browser:
    """What a front end browses beside a run.

    Attributes:
        asked: what the gallery is to show.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.asked = Browse()
        self._kept: tuple[int, Arrays] | None = None
        # The kept picture as it was made last, and of what; and of kept images, by the number of them that were looked for.
        self._made: tuple[Arrays, Observer, bool, Picture] | None = None
        self._nearest: dict[int, tuple[Bytes, Floats]] = {}

    def browse(self, asked: Browse) -> None:
        """Show this from now on; where its step is kept no longer, the nearest one that is.

        Raises:
            UsageError: there is no preview, no such latent or class, or nothing to be near to, or the preview cannot be read.
        """
        classes, latents = len(self.run.trainer.names), len(self.run.trainer.fixed_latents)
        if asked.walk and not all(0 <= each < (classes or latents) for each in asked.walk):
            of = f"the classes 0 to {classes - 1}" if classes else f"the fixed latents 0 to {latents - 1}"
            raise UsageError(f"a walk leads from one of {of} to another, not {asked.walk}")
        if asked.of_class is not None and not 0 <= asked.of_class < classes:
            known = f"its classes are 0 to {classes - 1}" if classes else "this generator is not conditional"
            raise UsageError(f"there is no class {asked.of_class}: {known}")
        if asked.inferred and self.run.config.inference == "none":
            raise UsageError("this run has no inference network, which ring2d-ali and digits-bigan have")
        if asked.stages and self.run.config.stages == 1:
            raise UsageError("this run has one stage; digits-stacked-words and mnist-stacked-words have two")
        if asked.image is not None:
            completing.check(self.run.trainer, asked)
        codes = self.run.config.information.continuous
        if asked.code is not None and not (0 <= asked.code < codes and isinstance(self.run.observer, ImagesObserver)):
            raise UsageError(f"there is no continuous code {asked.code} to move along rows of images: this run has {codes}")
        if asked.nearest and not isinstance(self.run.trainer.dataset.truth, Images):
            raise UsageError("nearest training images are shown for images only")
        self._kept = None if asked.step is None else self._read(asked.step)
        self._nearest.clear()
        self.asked = asked

    def gallery(self, resting: bool, wide: bool = False) -> Gallery:
        """What was asked for; while the run trains the nearest images of the first WHILE_TRAINING alone.

        Args:
            wide: whether the picture of a kept step is to hold every sample.
        """
        run, of_class = self.run, None if self._kept else self.asked.of_class
        step = self._kept[0] if self._kept else run.step
        picture = self._picture(self._kept[1], wide) if self._kept else None
        if of_class is not None:
            picture = run.observer.picture(run.trainer, run.knobs, wide, of_class)
        code = None if self._kept else self.asked.code
        if code is not None and isinstance(run.observer, ImagesObserver):
            picture = run.observer.along(run.trainer, code)
        steps = tuple(step for step, _ in previews.stored(self.run.files.run.previews))
        walk = self._walk(*self.asked.walk) if self.asked.walk else None
        count = SHOWN if resting else WHILE_TRAINING
        near, distances = self._near(count, picture if of_class is not None else None) if self.asked.nearest else (None, None)
        real = again = latents = None
        if self.asked.inferred:
            real, again, latents, distances = inferred(run.trainer, _real(run))
        first = None
        if self.asked.stages and isinstance(run.observer, ImagesObserver):
            first, distances = run.observer.stages(run.trainer, of_class)
        # What it can be asked for, in words.
        named = run.trainer.names
        classes = tuple(name if name.startswith("mode ") else f"class {name}" for name in named) if run.config.classes else named
        return Gallery(
            kept=steps,
            step=step,
            picture=picture,
            walk=walk,
            nearest=near,
            distances=distances,
            classes=classes,
            of_class=of_class,
            codes=run.config.information.continuous,
            code=code,
            real=real,
            again=again,
            latents=latents,
            first=first,
            completes=completes(run.config),
            completed=None if self.asked.image is None else completing.completion_of(run.trainer, run.knobs, self.asked),
        )

    def _read(self, wanted: int) -> tuple[int, Arrays]:
        """The kept step that is nearest to `wanted`, and its arrays, of which a picture can be made."""
        stored = dict(previews.stored(self.run.files.run.previews))
        if not stored:
            raise UsageError("no preview has been kept yet")
        step = min(stored, key=lambda step: abs(step - wanted))
        try:
            arrays = previews.read(stored[step])
            self.run.observer.kept(arrays)
            return step, arrays
        except (OSError, SafetensorError, KeyError, ValueError, IndexError) as error:
            why = cut(printable(first_line(error)))
            raise UsageError(f"cannot read the preview {stored[step].name}: {type(error).__name__}: {why}") from None

    def _picture(self, arrays: Arrays, wide: bool) -> Picture:
        """The picture of a kept step, the same object while nothing that it shows has changed."""
        of = arrays, self.run.observer, wide
        if self._made is None or any(before is not now for before, now in zip(self._made, of, strict=False)):
            self._made = (*of, self.run.observer.kept(arrays, wide))
        return self._made[3]

    def _walk(self, start: int, end: int) -> Bytes | Floats:
        trainer = self.run.trainer
        config, first = trainer.config, trainer.fixed_latents
        ends = [first[start], first[end]]
        if trainer.names:
            ends = [*with_classes(config, first[:1].repeat(2, 1), torch.tensor([start, end]))]
        if completes(config):
            # One image is completed all the way, since what is between two masks or two photographs is no evidence.
            ends[1] = paired(ends[1], ends[0][config.latent_dim :], config.latent_dim)
        latents = between(config.latent, ends[0], ends[1], WALK, config.latent_dim)
        samples = trainer.dataset.in_units(trainer.sample_alike(latents))
        return as_bytes(samples) if samples.ndim > 2 else frozen(samples)

    def _near(self, count: int, of_class: Picture | None) -> tuple[Bytes, Floats]:
        """The training images that are nearest to the first `count` that are shown, and their distances."""
        trainer = self.run.trainer
        if isinstance(of_class, ImageGrid):
            return nearest(of_class.fake[:count], trainer)
        if self._kept is None:
            return nearest(generated(trainer, count), trainer)
        if count not in self._nearest:
            picture = self.run.observer.kept(self._kept[1])
            assert isinstance(picture, ImageGrid)
            self._nearest[count] = nearest(picture.fake[:count], trainer)
        return self._nearest[count]


def _real(run: Run) -> Bytes | Floats:
    """Real samples as they are shown; on the line quantiles."""
    truth, observer = run.trainer.dataset.truth, run.observer
    if isinstance(truth, Line):
        return truth.quantiles(ON_THE_LINE)[:, None]
    assert isinstance(observer, ImagesObserver | PlaneObserver)
    return observer.real


def inferred(trainer: Trainer, real: Bytes | Floats) -> tuple[Bytes | Floats, Bytes | Floats, Floats, Floats]:
    """Real samples as they are shown, what the averaged generator makes of their codes, the codes, and how far both are apart.

    Distances are root mean squares of the differences of pixels in 0 .. 1, and of points Euclidean.
    """
    dataset, images = trainer.dataset, real.ndim > 2
    units = real.transpose(0, 3, 1, 2) / 255 if images else real
    generator = trainer.averaged()
    x = torch.from_numpy(((units - dataset.location) / dataset.scale).astype(np.float32)).to(trainer.device)
    codes = encoded(generator, x)
    again = dataset.in_units(trainer.sample(codes))
    distances = np.linalg.norm((again - units).reshape(len(real), -1), axis=1)
    if images:
        return real, as_bytes(again), frozen(codes.cpu().double().numpy()), frozen(distances / math.sqrt(units[0].size))
    return real, frozen(again), frozen(codes.cpu().double().numpy()), frozen(distances)


def nearest(images: Bytes, trainer: Trainer) -> tuple[Bytes, Floats]:
    """The training image nearest to each of the images, (n, H, W, C) alike, of the first SEARCHED that the run trains on.

    Of stacks that are drawn afresh it is the nearest of all that can be drawn, found channel by channel; of a fixed number of them, of
    those that are kept. With `contrast` it is that of the images as they are shown, each brought to one contrast.

    Returns:
        The images, and the root mean square differences of their pixels in 0 .. 1, (n,).
    """
    truth = trainer.dataset.truth
    assert isinstance(truth, Images)
    afresh = truth.stacks is not None and not trainer.dataset.count
    part = trained(len(truth.train), trainer.config.training, trainer.config.training_skip)
    train = (truth.stacks.train if truth.stacks and afresh else truth.train[part])[:SEARCHED]
    if trainer.config.contrast and trainer.dataset.rows:
        train = _as_shown(trainer.dataset, len(train))
    x = of_bytes(torch.from_numpy(images.transpose(0, 3, 1, 2).copy()))
    # The squares of the distances of channels add up, so that each has its own nearest.
    parts = x.reshape(-1, *train.shape[1:])
    which, distances = to_nearest(rows(parts), train)
    squares = distances.reshape(len(x), -1).square().sum(1)
    neighbours = np.ascontiguousarray(train[which].reshape(x.shape).numpy().transpose(0, 2, 3, 1))
    neighbours.setflags(write=False)
    return neighbours, frozen(squares.sqrt().numpy() / math.sqrt(x[0].numel()))


def _as_shown(dataset: Dataset, count: int) -> Tensor:
    """The first `count` images that are trained on as pictures show them, uint8 (count, C, H, W)."""
    assert dataset.rows is not None, "they have an end"
    scale, location = float(dataset.scale[0]), float(dataset.location[0])
    # In float32, which takes a third of the time of float64, and in portions, which stay in the processor's cache.
    parts = (dataset.rows(which, "cpu").mul_(scale).add_(location) for which in torch.split(torch.arange(count), PORTION))
    return torch.cat([part.clamp_(0, 1).mul_(255).round_().to(torch.uint8) for part in parts])
