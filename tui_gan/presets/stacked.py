"""Stacked MNIST: three random digits as red, green and blue, a test of mode collapse with 1,000 modes."""

from msgspec.structs import replace

from tui_gan.contract.config import Config, Optimizer, Schedule
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
        regularizers={"r1": 0.5, "r2": 0.5},
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
    knobs=Knobs(generator_lr=1e-3, discriminator_lr=1e-3, batch_size=64, checkpoint_every=5_000),
    with_data=WITH_DATA,
)

STACKED = (STACKED_MNIST,)
