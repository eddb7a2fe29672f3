"""Few labels: a discriminator that also classifies, by the labels of a few images (Salimans et al. 2016, arXiv:1606.03498)."""

import dataclasses

from msgspec.structs import replace

from tui_gan.contract.config import Config, Noise, Schedule
from tui_gan.contract.network import Network
from tui_gan.presets.ours import DIGITS, MNIST
from tui_gan.presets.preset import Preset

SALIMANS = "after Salimans et al. 2016, arXiv:1606.03498, section 5"
# The learning rate of the source, by which the images without labels come to help; at a third of it they hardly do.
RATE = 3e-3


def _few(config: Config, name: str, labels: int, widths: tuple[int, ...], metrics: tuple[str, ...]) -> Config:
    """Noise on what D is shown takes the place of penalties, and G also matches features."""
    return replace(
        config,
        preset=name,
        labels=labels,
        discriminator=Network(widths=widths, outputs=10),
        feature_matching=1.0,
        instance_noise=Noise(sd=0.6),
        regularizers={},
        lazy=1,
        metrics=("test_errors", "labels_alone", *metrics),
        metric="test_errors",
    )


DIGITS_LABELS = Preset(
    summary="Handwritten digits of 8x8 of which 50 are labelled: D learns to classify, helped by images without labels.",
    source=f"ours, {SALIMANS}; data of Alpaydin and Kaynak (1998), UCI, CC BY 4.0",
    config=replace(
        _few(DIGITS.config, "digits-few-labels", 50, (250, 250), ("precision", "recall")),
        steps=3_000,
        schedule=Schedule(kind="cosine", period=3_000, floor=0.02),
        evaluate_every=500,
    ),
    knobs=dataclasses.replace(DIGITS.knobs, generator_lr=RATE, discriminator_lr=RATE),
    with_data=DIGITS.with_data,
)
MNIST_LABELS = Preset(
    summary="Handwritten digits of 28x28 of which 100 are labelled: D learns to classify, helped by images without labels.",
    source=f"ours, {SALIMANS}; data of LeCun, Cortes and Burges (1998)",
    config=_few(MNIST.config, "mnist-few-labels", 100, (500, 250, 250), ("classifier_frechet", "feature_recall")),
    knobs=dataclasses.replace(MNIST.knobs, generator_lr=RATE, discriminator_lr=RATE),
    with_data=MNIST.with_data,
)

LABELS = (DIGITS_LABELS, MNIST_LABELS)
