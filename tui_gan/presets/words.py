"""Two stages from words, after StackGAN: a small image of a word first, then a larger one of that image and the word."""

import dataclasses

from msgspec.structs import replace

from tui_gan.contract.config import Conditioning, Schedule
from tui_gan.presets.conditional import PROJECTION
from tui_gan.presets.ours import DIGITS, MNIST
from tui_gan.presets.preset import Preset

STACKGAN = "after StackGAN, Zhang et al. 2016, arXiv:1612.03242"
# The noise of conditioning augmentation, and z behind it.
NOISE, DIM = 32, 16
DEVIATIONS = (
    "ten words, zero to nine, in place of sentences and their encoder; both stages learn at once, as in the authors' later StackGAN-v2, "
    "and share one conditioning augmentation, linear in the word, where the source trains the first stage and then the second, each with "
    "its own; the KL divergence has weight .01 in place of 2, by which ten words are mistaken for each other; D is given the word by "
    "projection, where the source also shows it real images of other words; networks, R1, learning rates and the averaged generator are "
    "those of {preset}"
)


def _words(preset: Preset, name: str, size: str, half: str, said: str, data: str, metrics: tuple[str, ...]) -> Preset:
    return Preset(
        summary=f"Ten words, zero to nine, become images in two stages, {half} and then {size}: {said}.",
        source=f"ours, {STACKGAN}; {PROJECTION}; {data}",
        deviations=DEVIATIONS.format(preset=preset.config.preset),
        config=replace(
            preset.config,
            preset=name,
            classes=10,
            stages=2,
            conditioning=Conditioning(dim=NOISE, weight=0.01),
            latent_dim=NOISE + DIM,
            metrics=metrics,
            metric=metrics[0],
        ),
        knobs=preset.knobs,
        with_data=preset.with_data,
    )


# Two stages take twice as long a step.
STEPS = 6_000
DIGITS_STACKED_WORDS = _words(
    dataclasses.replace(DIGITS, config=replace(DIGITS.config, steps=STEPS, schedule=Schedule(kind="cosine", period=STEPS, floor=0.02))),
    "digits-stacked-words",
    "8x8",
    "4x4",
    "the digits that come with the program, and no file",
    "data of Alpaydin and Kaynak (1998), UCI, CC BY 4.0",
    ("class_accuracy", "first_stage_accuracy", "precision", "recall", "coverage"),
)
MNIST_STACKED_WORDS = _words(
    MNIST,
    "mnist-stacked-words",
    "28x28",
    "14x14",
    "the digits of MNIST, by fully connected networks",
    "data of LeCun, Cortes and Burges (1998)",
    ("classifier_frechet", "first_stage_frechet", "class_accuracy", "first_stage_accuracy"),
)

WORDS = (DIGITS_STACKED_WORDS, MNIST_STACKED_WORDS)
