"""GANs with an inference network: an encoder that learns with the generator to invert it."""

import dataclasses

from msgspec.structs import replace

from tui_gan.contract.network import Network
from tui_gan.presets.ours import DIGITS, GRID2D, MNIST, RING2D
from tui_gan.presets.preset import Preset

ALI = "after Dumoulin et al. 2016 (ALI), arXiv:1606.00704"
BIGAN = "after Donahue et al. 2016 (BiGAN), arXiv:1605.09782"
OF_PLANE = ("modes", "hq", "reverse_kl", "own_mode", "reconstruction", "sliced_w1")
OF_IMAGES = ("reconstruction_ratio", "encoder_1nn", "reconstruction")


def _plane(preset: Preset, name: str, modes: str) -> Preset:
    judge = replace(preset.config.discriminator, condition="concat")
    encoder = Network(widths=(96,) * 3, fourier=32, fourier_scale=4.0)
    config = replace(preset.config, preset=name, inference="gaussian", encoder=encoder, discriminator=judge, metrics=OF_PLANE)
    return Preset(
        summary=f"{modes}, whose latents an encoder learns to infer.",
        source=f"ours, {ALI}; data of Srivastava et al. 2017, arXiv:1705.07761",
        config=config,
        knobs=preset.knobs,
        columns=2,
        with_data={"metrics": ("sliced_w1", "mmd", "reconstruction", "reconstruction_ratio"), "metric": "sliced_w1"},
    )


def _images(preset: Preset, name: str, summary: str, data: str, more: tuple[str, ...], encoder: Network) -> Preset:
    judge = replace(preset.config.discriminator, condition="concat")
    return Preset(
        summary=summary,
        source=f"ours, {BIGAN}; {data}",
        config=replace(
            preset.config,
            preset=name,
            latent="uniform",
            inference="deterministic",
            encoder=encoder,
            discriminator=judge,
            metrics=(*more, *OF_IMAGES),
        ),
        knobs=preset.knobs,
        with_data=preset.with_data,
    )


RING2D_ALI = _plane(RING2D, "ring2d-ali", "Eight Gaussians on a ring")
# A map of twenty-five modes and its inverse take longer than the map alone.
_GRID = replace(
    GRID2D.config,
    steps=30_000,
    schedule=replace(GRID2D.config.schedule, period=30_000),
    instance_noise=replace(GRID2D.config.instance_noise, steps=9_000),
)
GRID2D_ALI = _plane(dataclasses.replace(GRID2D, config=_GRID), "grid2d-ali", "Twenty-five Gaussians on a grid")
DIGITS_BIGAN = _images(
    DIGITS,
    "digits-bigan",
    "Handwritten digits of 8x8, which come with the program, and an encoder that infers their latents.",
    "data of Alpaydin and Kaynak (1998), UCI, CC BY 4.0",
    ("precision", "recall", "coverage"),
    Network(widths=(128, 128), output="tanh"),
)
# Wider images make D the stronger player: without the normalised encoder, more R1 and a slower D it soon tells codes from latents.
MNIST_BIGAN = _images(
    dataclasses.replace(
        MNIST, config=replace(MNIST.config, regularizers={"r1": 30.0}), knobs=dataclasses.replace(MNIST.knobs, discriminator_lr=5e-4)
    ),
    "mnist-bigan",
    "Handwritten digits of 28x28 and an encoder that infers their latents, without labels.",
    "data of LeCun, Cortes and Burges (1998)",
    ("classifier_frechet", "feature_precision", "feature_recall"),
    Network(widths=(512, 512), activation="relu", norm="batch", output="tanh"),
)

INFERENCE = (RING2D_ALI, GRID2D_ALI, DIGITS_BIGAN, MNIST_BIGAN)
