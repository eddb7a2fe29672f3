"""Stacked MNIST: three random digits as red, green and blue, a test of mode collapse with 1,000 modes."""

from tui_gan.contract.config import Config, Optimizer
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.presets.preset import Preset
from tui_gan.presets.sources import PACGAN

# Without the digits of MNIST no triples can be named.
WITH_DATA = {"size": 28, "channels": 3, "training": 0, "metrics": ("precision", "recall", "coverage"), "metric": "recall"}

STACKED_MNIST = Preset(
    summary="Three random digits of MNIST as red, green and blue: a test of mode collapse with 1,000 modes.",
    source="ours, with the objective of Huang et al. 2024, arXiv:2501.05441; data after Metz et al. 2016, arXiv:1611.02163",
    config=Config(
        preset="stacked-mnist",
        steps=50_000,
        dataset="stacked-mnist",
        latent_dim=64,
        stratified=False,
        generator=Network(kind="dcgan", widths=(24,), activation="relu", norm="batch", output="tanh"),
        discriminator=Network(kind="dcgan", widths=(16,)),
        objective="relativistic",
        regularizers={"r1": 1.0, "r2": 1.0},
        lazy=8,
        optimizer=Optimizer(beta1=0.0, beta2=0.99),
        average_decay=0.999,
        average_share=0.25,
        metrics=("stacked_modes", "stacked_kl"),
        metric="stacked_kl",
        evaluated=10_000,
        evaluate_every=5_000,
        evaluate_from=1_000,
        preview_every=500,
        fixed_latents=64,
    ),
    knobs=Knobs(generator_lr=1e-3, discriminator_lr=1e-3, batch_size=32, checkpoint_every=5_000),
    with_data=WITH_DATA,
)

STACKED_MNIST_PACGAN = Preset(
    summary="PacGAN on stacked MNIST: D judges two images at once, whose figures are 1,000 modes and KL .06.",
    source=f"{PACGAN}, the VEEGAN setting of stacked MNIST",
    quirks=(
        "batch normalisation in both networks, of the generator by the slots of a pack; the images come from a fixed set of 128,000, which "
        "is gone through in epochs; the generator is updated twice a step, on the latents of D's update; pixels from 0 to 1, and a "
        "generator that ends in tanh"
    ),
    deviations=(
        "the digits are MNIST's training images alone, where the source takes those for testing too; its pairs are drawn "
        "once and gone through in the same order in each epoch; its networks halve 28 pixels four times with kernels of 5x5 (28, 14, 7, 4, "
        "2) and ours twice with 4x4, so that they are smaller; its classifier is another"
    ),
    config=Config(
        preset="stacked-mnist-pacgan",
        steps=100_000,
        dataset="stacked-mnist",
        training=128_000,
        sampling="epochs",
        standardize=False,
        latent="uniform",
        latent_dim=100,
        stratified=False,
        generator=Network(
            kind="dcgan",
            widths=(64,),
            activation="relu",
            norm="batch",
            norm_by_slot=True,
            output="tanh",
            init="normal",
            init_scale=0.02,
        ),
        discriminator=Network(kind="dcgan", widths=(64,), norm="batch", init="normal", init_scale=0.02),
        packing=2,
        updates="same_batch",
        optimizer=Optimizer(kind="adam_hat", beta1=0.5, beta2=0.999),
        average_decay=0.0,
        metrics=("stacked_modes", "stacked_kl"),
        metric="stacked_kl",
        evaluated=10_000,
        evaluate_every=5_000,
        evaluate_from=1_000,
        preview_every=500,
        fixed_latents=64,
    ),
    knobs=Knobs(generator_steps=2, generator_lr=2e-4, discriminator_lr=2e-4, batch_size=64, checkpoint_every=5_000),
    with_data=WITH_DATA,
)

STACKED = (STACKED_MNIST, STACKED_MNIST_PACGAN)
