"""GANs with an inference network: an encoder that learns with the generator to invert it."""

import dataclasses

from msgspec.structs import replace

from tui_gan.contract.config import Config, Optimizer
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.presets.ours import DIGITS, GRID2D, MNIST, RING2D
from tui_gan.presets.preset import Preset

ALI = "after Dumoulin et al. 2016 (ALI), arXiv:1606.00704"
BIGAN = "after Donahue et al. 2016 (BiGAN), arXiv:1605.09782"
UNARY = "with the unary term of Donahue and Simonyan 2019, arXiv:1907.02544"
DATA = "data of Srivastava et al. 2017, arXiv:1705.07761"
OF_PLANE = ("modes", "hq", "reverse_kl", "own_mode", "reconstruction", "sliced_w1")
OF_IMAGES = ("reconstruction_ratio", "encoder_1nn", "encoder_features_1nn", "reconstruction")


def _plane(preset: Preset, name: str, modes: str) -> Preset:
    judge = replace(preset.config.discriminator, condition="concat")
    encoder = Network(widths=(96,) * 3, fourier=32, fourier_scale=4.0)
    config = replace(preset.config, preset=name, inference="gaussian", unary=True, encoder=encoder, discriminator=judge, metrics=OF_PLANE)
    return Preset(
        summary=f"{modes}, whose latents an encoder learns to infer.",
        source=f"ours, {ALI}, {UNARY}; {DATA}",
        config=config,
        knobs=preset.knobs,
        columns=2,
        with_data={"metrics": ("sliced_w1", "mmd", "reconstruction", "reconstruction_ratio"), "metric": "sliced_w1"},
    )


def _images(preset: Preset, name: str, summary: str, credits: str, more: tuple[str, ...], encoder: Network) -> Preset:
    judge = replace(preset.config.discriminator, condition="concat")
    return Preset(
        summary=summary,
        source=f"ours, {BIGAN}; {credits}",
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
# Wider images make D the stronger player: without the normalised encoder, more R1 and a slower D it soon tells codes from latents. With
# more of cycle consistency G learns to reconstruct before it learns to generate.
_PAIRED = replace(MNIST.config, regularizers={"r1": 3.0}, unary=True, cycle_consistency=0.003)
MNIST_BIGAN = _images(
    dataclasses.replace(MNIST, config=_PAIRED, knobs=dataclasses.replace(MNIST.knobs, discriminator_lr=5e-4)),
    "mnist-bigan",
    "Handwritten digits of 28x28 and an encoder that infers their latents, without labels.",
    f"{UNARY}, and cycle consistency after Li et al. 2017, arXiv:1709.01215; data of LeCun, Cortes and Burges (1998)",
    ("classifier_frechet", "feature_precision", "feature_recall"),
    Network(widths=(512, 512), activation="relu", norm="batch", output="tanh"),
)
_PERCEPTRON = Network(widths=(1024, 1024), norm="batch", norm_first=False, init="normal", init_scale=0.02)
MNIST_BIGAN_2016 = Preset(
    summary="Handwritten digits and an encoder that infers their latents, by the settings of the BiGAN paper.",
    source="Donahue et al. 2016 (BiGAN), arXiv:1605.09782, section 4.2, and its code; data of LeCun, Cortes and Burges (1998)",
    deviations=(
        "z enters the first layer of D beside x and the first of G alone, in the code the second of D and both of G; normalisation has "
        "factors and the other layers biases, the code has neither; the rates stay as they are, in the code they fall a hundredfold over "
        "the second 200 of its 400 epochs"
    ),
    config=Config(
        preset="mnist-bigan-2016",
        steps=156_250,
        dataset="mnist",
        training=50_000,
        sampling="epochs",
        standardize=False,
        latent="uniform",
        latent_dim=50,
        stratified=False,
        inference="deterministic",
        encoder=replace(_PERCEPTRON, output="tanh"),
        generator=replace(_PERCEPTRON, norm_first=True, activation="relu", output="sigmoid"),
        discriminator=replace(_PERCEPTRON, condition="concat"),
        objective="halved",
        updates="simultaneous",
        regularizers={"l2": 2.5e-5},
        generator_l2=2.5e-5,
        optimizer=Optimizer(beta1=0.5, beta2=0.999),
        average_decay=0.0,
        metrics=MNIST_BIGAN.config.metrics,
        metric=MNIST_BIGAN.config.metric,
        evaluate_every=10_000,
        preview_every=500,
        fixed_latents=64,
    ),
    knobs=Knobs(generator_lr=2e-4, discriminator_lr=2e-4, batch_size=128, checkpoint_every=10_000),
    with_data=MNIST.with_data,
)

INFERENCE = (RING2D_ALI, GRID2D_ALI, DIGITS_BIGAN, MNIST_BIGAN, MNIST_BIGAN_2016)
