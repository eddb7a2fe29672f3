"""Images of which a part is hidden, completed: one on the screen, or those of a file."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from tui_gan.contract.commands import Browse
from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError, quoted
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.outer import expanded
from tui_gan.contract.snapshot import Completed, frozen
from tui_gan.data.few import read_few, read_hidden
from tui_gan.data.levels import given
from tui_gan.gan.completion import beside, evidence, of_levels
from tui_gan.gan.datasets import Images
from tui_gan.gan.datasets.dataset import in_units
from tui_gan.gan.latents import LOOKED_AT, draw, paired
from tui_gan.gan.masks import completes, of_values
from tui_gan.gan.trainer import Trainer
from tui_gan.session import checkpoint
from tui_gan.session.observe import generated
from tui_gan.session.observe.images import as_bytes

# Completions of an image on the screen.
TIMES = 12
# Images of a file that are completed at once, and how wide a sheet of them becomes, in pixels, at most.
MOST, SHEET = 100, 1_600
# Parts of an image by name: the ends of what is hidden, down and across, in quarters.
PARTS = {
    "left": (0, 4, 0, 2),
    "right": (0, 4, 2, 4),
    "top": (0, 2, 0, 4),
    "bottom": (2, 4, 0, 4),
    "centre": (1, 3, 1, 3),
    "all": (0, 4, 0, 4),
}
BOX = re.compile(r"(\d{1,5}),(\d{1,5}),(\d{1,5}),(\d{1,5})")
REFUSED = "this run completes no images, as digits-inpaint and mnist-inpaint do"


def check(trainer: Trainer, asked: Browse) -> None:
    """Check that an image can be completed.

    Raises:
        UsageError: the run completes none, or there is no such image or mask.
    """
    if not completes(trainer.config):
        raise UsageError(REFUSED)
    images, (_, high, wide) = _held_out(trainer), trainer.dataset.shape
    if asked.image is None or not 0 <= asked.image < len(images):
        raise UsageError(f"there is no image {asked.image}: the images held out are 0 to {len(images) - 1}")
    if len(asked.mask) != high * wide or {*asked.mask} - {"0", "1"}:
        raise UsageError(f'the mask of an image of {wide}x{high} has {high * wide} characters, "0" where a pixel is hidden, else "1"')


def completion_of(trainer: Trainer, knobs: Knobs, asked: Browse) -> Completed:
    """Completions of one held-out image by the averaged generator, and what D says of each pixel; draws nothing of the training."""
    assert asked.image is not None, "checked before"
    images, shape = _held_out(trainer), trainer.dataset.shape
    levels = images[asked.image : asked.image + 1]
    pixels = torch.tensor([each == "1" for each in asked.mask], dtype=torch.float32).view(1, *shape[1:])
    known = evidence(of_levels(trainer.dataset, levels), of_values(pixels, shape)).expand(TIMES, -1)
    latents = with_noise(trainer.config, known, asked.image)
    made = trainer.sample(latents)
    units = np.clip(trainer.dataset.in_units(made), 0.0, 1.0)
    real, hidden = levels.cpu().numpy() / 255, 1 - pixels[0].numpy()
    apart = np.square(units - real).mean((0, 1)) * hidden
    return Completed(
        number=asked.image,
        images=len(images),
        original=_whole(levels)[0],
        mask=_locked(pixels[0].numpy().astype(np.uint8)),
        made=as_bytes(units),
        spread=frozen(units.std(0, ddof=1).mean(0)),
        observed=frozen(_observed(trainer, knobs, made, latents).mean((0, 1))),
        error=float(np.sqrt(apart.sum() / hidden.sum())) if hidden.any() else float("nan"),
    )


def of_images(generator: nn.Module, config: Config, x: Tensor, mask: Tensor, times: int, seed: int) -> Tensor:
    """Completions of images (N, *X) in training units of which (N, P) is observed, (N, times, *X), on the CPU."""
    known = evidence(x, mask).repeat_interleave(times, 0)
    return generated(generator, with_noise(config, known, seed), seed).view(len(x), times, *x.shape[1:])


def with_noise(config: Config, known: Tensor, seed: int) -> Tensor:
    """Latents of what is known of images, (N, 2 P), by noise of a stream of their own."""
    stream = torch.Generator().manual_seed(seed)
    return paired(
        draw(LOOKED_AT[config.latent], len(known), config.latent_dim, stream, scale=config.latent_scale), known, config.latent_dim
    )


def _observed(trainer: Trainer, knobs: Knobs, made: Tensor, latents: Tensor) -> NDArray[np.float64]:
    """What D says of each value of completions, (N, *X), each judged without the others' company."""
    hint = beside(trainer.config, latents, hidden=True).chunk(2, 1)[0]
    discriminator = trainer.discriminator.eval()
    try:
        with torch.no_grad():
            logits = discriminator.components(made, hint.to(made.device))  # type: ignore[operator]
    finally:
        discriminator.train()
    probabilities: NDArray[np.float64] = torch.sigmoid(logits).view(made.shape).cpu().double().numpy()
    return probabilities


def _held_out(trainer: Trainer) -> Tensor:
    truth = trainer.dataset.truth
    assert isinstance(truth, Images), "checked before"
    return truth.test if len(truth.test) else truth.train


def _whole(levels: Tensor) -> NDArray[np.uint8]:
    return _locked(np.ascontiguousarray(levels.cpu().numpy().transpose(0, 2, 3, 1)))


def _locked(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array


class Done(NamedTuple):
    """Images of a file, completed.

    Attributes:
        real: (N, C, H, W) float32 in 0 .. 1, and `mask` (N, H, W), 1 where observed.
        made: (N, times, C, H, W) float32 in 0 .. 1.
        held: how many images the file has.
    """

    real: NDArray[np.float32]
    mask: NDArray[np.float32]
    made: NDArray[np.float32]
    held: int


def of_file(stored: Path, path: Path, words: str, times: int, row: int | None, seed: int) -> Done:
    """Complete the images of a file by the averaged generator of a checkpoint.

    Args:
        words: what is hidden, as `mask_of` reads it.
        row: the number of the only image that is taken, from 1; None for the first MOST.

    Raises:
        UsageError: the run completes none, or image or mask cannot be read.
    """
    network, about = checkpoint.generator(stored)
    if not completes(about.config):
        raise UsageError(REFUSED)
    real, shape = read_few(path, about.shape, given(about.config.black, about.config.white)), about.shape
    if row is not None and not 1 <= row <= len(real):
        raise UsageError(f"{path} has the images 1 to {len(real)}, and no image {row}")
    held, real = len(real), real[:MOST] if row is None else real[row - 1 : row]
    mask = np.stack([mask_of(words, shape[1], shape[2], seed + number) for number in range(len(real))])
    x = torch.from_numpy(((real - np.float32(about.location[0])) / np.float32(about.scale[0])).astype(np.float32))
    completions = of_images(network, about.config, x, of_values(torch.from_numpy(mask), shape), times, seed)
    units = np.clip(in_units(completions, np.array(about.location).reshape(-1)[0], np.array(about.scale).reshape(-1)[0]), 0.0, 1.0)
    return Done(real, mask, units.astype(np.float32), held)


def mask_of(words: str, height: int, width: int, seed: int = 0) -> NDArray[np.float32]:
    """What is observed, (H, W), 1 or 0, by what is hidden: left, right, top, bottom, centre, all, random:SHARE, box:X,Y,W,H, or a picture.

    Raises:
        UsageError: it is none of these; the text says what can be given.
    """
    mask, (name, _, rest) = np.ones((height, width), dtype=np.float32), words.partition(":")
    if name in PARTS and not rest:
        top, bottom, left, right = PARTS[name]
        mask[top * height // 4 : bottom * height // 4, left * width // 4 : right * width // 4] = 0
        return mask
    if name == "random" and (share := _number(rest)) is not None and 0 <= share <= 1:
        mask[np.random.default_rng(seed).random(mask.shape) < share] = 0
        return mask
    if name == "box" and (match := BOX.fullmatch(rest)):
        x, y, wide, high = map(int, match.groups())
        if x + wide > width or y + high > height or not wide or not high:
            raise UsageError(f"the box {rest} is not within an image of {width}x{height}: give box:x,y,width,height in pixels")
        mask[y : y + high, x : x + wide] = 0
        return mask
    if words.strip() and name not in ("random", "box"):
        path = expanded(words)
        if path.suffix or path.exists():
            return read_hidden(path, height, width)
    forms = f"{', '.join(PARTS)}, random:.5, box:x,y,width,height or a picture that is black where a pixel is hidden"
    raise UsageError(f"cannot read the mask {quoted(words)}; give {forms}")


def sheet(done: Done) -> Image.Image:
    """A row for each image: as it is, what is observed of it, and its completions, enlarged by a whole factor."""
    grey = np.float32(0.4)
    masked = np.where(done.mask[:, None] > 0, done.real, grey)
    rows = np.concatenate((done.real[:, None], masked[:, None], done.made), 1)
    count, columns, channels, high, wide = rows.shape
    framed = np.pad(rows, ((0, 0), (0, 0), (0, 0), (0, 1), (0, 1)), constant_values=1.0)
    levels = framed.transpose(0, 3, 1, 4, 2).reshape(count * (high + 1), columns * (wide + 1), channels)
    factor = max(1, SHEET // levels.shape[1])
    enlarged = np.rint(levels * 255).astype(np.uint8).repeat(factor, 0).repeat(factor, 1)
    return Image.fromarray(enlarged[..., 0] if channels == 1 else enlarged)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
