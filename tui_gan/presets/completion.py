"""Any-subset conditionals: images of which any part is hidden, completed in several ways (after GAIN)."""

import dataclasses

from msgspec.structs import replace

from tui_gan.contract.completion import Completion
from tui_gan.contract.config import Config, Optimizer, Schedule
from tui_gan.contract.network import Network
from tui_gan.presets.ours import DIGITS, MNIST
from tui_gan.presets.preset import Preset

GAIN = "after Yoon et al. 2018 (GAIN), arXiv:1806.02920, and Gneiting and Raftery 2007"
METRICS = ("averaged_to_knn", "completion_to_mean", "completion_to_knn", "class_kept", "completion_spread", "spread_growth")
OF_DIGITS = "data of Alpaydin and Kaynak (1998), UCI, CC BY 4.0"


def _completed(config: Config, name: str, side: int, layers: int, steps: int) -> Config:
    return replace(
        config,
        preset=name,
        steps=steps,
        latent_dim=side * side,
        # What is hidden is drawn wider than this noise: the network widens it. Wider noise spreads completions sooner than it learns them.
        latent_scale=0.1,
        stratified=False,
        completion=Completion(masks="random,box,half", hint=0.0, error=50.0),
        generator=Network(widths=(512,) * layers, activation="relu", norm="batch", output="tanh"),
        discriminator=Network(widths=(256, 256), condition="concat"),
        regularizers={},
        lazy=1,
        schedule=Schedule(kind="cosine", period=steps, floor=0.02),
        average_decay=0.999,
        average_share=0.25,
        metrics=METRICS,
        metric="averaged_to_knn",
        evaluated=1_000,
        fixed_latents=64,
    )


DIGITS_INPAINT = Preset(
    summary="Handwritten digits of 8x8 of which any part is hidden, and several completions of each.",
    source=f"ours, {GAIN}; {OF_DIGITS}",
    config=replace(_completed(DIGITS.config, "digits-inpaint", 8, 3, 6_000), evaluate_every=1_000),
    knobs=dataclasses.replace(DIGITS.knobs, batch_size=128, generator_lr=2e-3),
    with_data=DIGITS.with_data,
)
MNIST_INPAINT = Preset(
    summary="Handwritten digits of 28x28 of which any part is hidden, and several completions of each.",
    source=f"ours, {GAIN}; data of LeCun, Cortes and Burges (1998)",
    config=replace(_completed(MNIST.config, "mnist-inpaint", 28, 2, 4_000), evaluate_every=2_000),
    knobs=dataclasses.replace(MNIST.knobs, batch_size=128),
    with_data=MNIST.with_data,
)
DIGITS_GAIN = Preset(
    summary="Handwritten digits of 8x8 of which pixels at random are hidden, by the settings of GAIN, whose completions hardly differ.",
    source=f"Yoon et al. 2018 (GAIN), arXiv:1806.02920; {OF_DIGITS}",
    deviations="pixels are hidden anew in each batch, at a rate drawn for each image, where GAIN hides a fifth of a table once; what is "
    "shown and measured is a moving average of G's weights",
    config=replace(
        DIGITS_INPAINT.config,
        preset="digits-gain",
        steps=10_000,
        latent="unit",
        latent_scale=0.01,
        standardize=False,
        completion=Completion(masks="random", hint=0.9, observed=100.0),
        generator=Network(widths=(64, 64), activation="relu", output="sigmoid"),
        discriminator=Network(widths=(64, 64), activation="relu", condition="concat"),
        optimizer=Optimizer(beta1=0.9, beta2=0.999),
        schedule=Schedule(),
    ),
    knobs=dataclasses.replace(DIGITS.knobs, batch_size=128),
    with_data=DIGITS.with_data,
)

COMPLETION = (DIGITS_INPAINT, MNIST_INPAINT, DIGITS_GAIN)
