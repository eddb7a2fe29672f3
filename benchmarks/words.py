"""Trains a preset of two stages over seeds, and holds its second stage against the first: class kept, and Frechet distance.

python -m benchmarks.words [digits-stacked-words] [--seeds 0-4] [--steps N] [--workers 2]

The distance is `classifier_frechet`. Digits of 8x8, real ones too, are enlarged, bilinear, to the 28x28 that its classifier knows, so that
these values stand beside each other and no others.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from benchmarks.quality import some_seeds
from tui_gan.contract.knobs import set_knob
from tui_gan.gan.datasets import Images
from tui_gan.gan.latents import in_turn
from tui_gan.gan.metrics.classes import Asked, accuracy
from tui_gan.gan.metrics.frechet import features_of, frechet
from tui_gan.gan.networks.staged import First
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS
from tui_gan.session.observe import as_measured, evaluation_seed, generate
from tui_gan.session.sources import dataset_of

SIDE, KEPT = 28, 0.95


class Stage(NamedTuple):
    """What a stage makes: the share of its images that are of the word asked for, and their distance."""

    kept: float
    distance: float


def trained(seed: int, preset: str, steps: int | None) -> tuple[Stage, Stage]:
    """Both stages of a seed, trained to its end, the first one's images enlarged."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    config, knobs = PRESETS[preset].config, set_knob(PRESETS[preset].knobs, "device", "cpu")
    config = msgspec.structs.replace(config, seed=seed, steps=steps or config.steps)
    trainer = Trainer(config, dataset_of(config, Path())[0], "cpu")
    while trainer.steps_done < config.steps:
        trainer.step(knobs)
    whole = trainer.averaged()
    return stage(trainer, First(whole)), stage(trainer, whole)


def stage(trainer: Trainer, generator: torch.nn.Module) -> Stage:
    """What a generator makes, measured."""
    config, dataset, truth = trainer.config, trainer.dataset, trainer.dataset.truth
    assert isinstance(truth, Images)
    samples = generate(generator, config, evaluation_seed(config, trainer.steps_done), config.evaluated, trainer.shares)
    units = as_measured(dataset.in_units(samples), truth)
    classes = in_turn(trainer.shares, config.evaluated).numpy()
    mnist = dataset_of(PRESETS["mnist"].config, Path())[0].truth
    assert isinstance(mnist, Images)
    assert mnist.features is not None
    real, fake = (features_of(enlarged(images), mnist.features) for images in (truth.test.float() / 255, torch.from_numpy(units)))
    return Stage(accuracy(Asked(units, classes), truth), frechet(fake, real))


def enlarged(images: Tensor) -> Tensor:
    """Images in the size that the classifier knows."""
    return images if images.shape[-1] == SIDE else interpolate(images, size=(SIDE, SIDE), mode="bilinear", align_corners=False)


def told(seed: int, stages: Sequence[Stage]) -> str:
    """One line of the table."""
    each = ", ".join(f"stage {number} class {one.kept:.2%} distance {one.distance:.3g}" for number, one in enumerate(stages, 1))
    held = stages[1].kept >= KEPT and stages[1].distance < stages[0].distance
    return f"seed {seed}: {each}: {'met' if held else 'MISSED'}"


def main() -> None:
    """Print a line a seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("preset", nargs="?", default="digits-stacked-words")
    parser.add_argument("--seeds", type=some_seeds, default=range(5))
    parser.add_argument("--steps", type=int)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with ProcessPoolExecutor(max_workers=options.workers) as pool:
        for seed, stages in zip(
            options.seeds, pool.map(partial(trained, preset=options.preset, steps=options.steps), options.seeds), strict=True
        ):
            print(told(seed, stages), flush=True)


if __name__ == "__main__":
    main()
