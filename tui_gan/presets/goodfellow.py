"""The systems of the first GAN paper, as their source has them."""

import math

from msgspec.structs import replace

from tui_gan.contract.config import Config, Optimizer, Schedule
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.presets.preset import Preset

GOODFELLOW = "Goodfellow et al. 2014, arXiv:1406.2661, and its code adversarial"
# pylearn2's learning rule.
VELOCITY = (
    "the momentum sums gradients, and the learning rate multiplies the sum, where the source sums learning rate times gradient; since the "
    "rate falls by 4e-6 of itself a step, updates differ by about as much"
)


def _momentum(epoch: int) -> Optimizer:
    """Momentum that rises after each epoch, of so many steps: .5 in the first and .7 from the 250th on."""
    return Optimizer(kind="sgd", momentum=0.5, momentum_end=0.7, momentum_steps=249 * epoch, momentum_every=epoch)


GOODFELLOW_MNIST = Preset(
    summary="The network of the first GAN paper on MNIST, whose Parzen figure is 225.",
    source=f"{GOODFELLOW}/mnist.yaml",
    quirks=(
        "both networks are updated simultaneously, by gradients at the same weights; no stopping rule was published, and the run ends "
        "when the momentum has risen for 250 epochs"
    ),
    deviations=VELOCITY,
    config=Config(
        preset="goodfellow-mnist",
        steps=125_000,
        dataset="mnist",
        training=50_000,
        sampling="epochs",
        standardize=False,
        latent="uniform",
        latent_dim=100,
        latent_scale=math.sqrt(3),
        stratified=False,
        generator=Network(widths=(1200, 1200), activation="relu", output="sigmoid", output_bias="data", init="uniform", init_scale=0.05),
        discriminator=Network(
            widths=(240, 240), activation="maxout", pieces=5, dropout=0.5, input_dropout=0.2, init="uniform", init_scale=0.005
        ),
        objective="halved",
        updates="simultaneous",
        optimizer=_momentum(500),
        schedule=Schedule(kind="exponential", factor=1 / 1.000004, floor=1e-5),
        average_decay=0.0,
        metrics=("parzen", "parzen_se"),
        metric="parzen",
        evaluate_every=10_000,
        preview_every=500,
        fixed_latents=64,
    ),
    knobs=Knobs(generator_lr=0.1, discriminator_lr=0.1, batch_size=100, checkpoint_every=10_000),
)
GOODFELLOW_CIFAR10 = Preset(
    summary="The fully connected network of the first GAN paper on CIFAR-10, of 127 million parameters.",
    source=f"{GOODFELLOW}, on CIFAR-10",
    quirks=(
        "each image is normalised to mean 0 and norm 55, which cannot be undone for a generated image, so that samples are shown with "
        "mean 1/2 and the mean contrast of the data"
    ),
    deviations=VELOCITY,
    config=replace(
        GOODFELLOW_MNIST.config,
        preset="goodfellow-cifar10",
        # An epoch is 400 steps here, and the source's floor of 1e-6 another share of the learning rate.
        steps=100_000,
        dataset="cifar10",
        training=40_000,
        contrast=55.0,
        keep=1,
        latent="normal",
        latent_scale=1.0,
        generator=Network(widths=(8000, 8000), activation="relu,sigmoid", init="uniform", init_scale=0.05, last_init_scale=0.5),
        discriminator=Network(
            widths=(1600, 1600), activation="maxout", pieces=5, dropout=0.5, input_dropout=0.2, init="uniform", init_scale=0.005
        ),
        optimizer=_momentum(400),
        schedule=replace(GOODFELLOW_MNIST.config.schedule, floor=4e-5),
        metrics=("precision", "recall"),
        metric="recall",
    ),
    knobs=Knobs(generator_lr=0.025, discriminator_lr=0.025, batch_size=100, checkpoint_every=10_000),
)
GOODFELLOW_FACES = Preset(
    summary="The network of the first GAN paper for faces of 48x48 grey pixels, of 104 million parameters: your own, by --data.",
    source=f"{GOODFELLOW}/tfd_pretrain, on the Toronto Face Database, which is not public; a folder of faces stands in",
    quirks="both networks are updated simultaneously, and the incoming weights of each unit have a norm of at most 1.9365",
    deviations=(
        "the settings are those of the source's first stage, which it trains for 50 epochs; in its second stage two more layers are put "
        "before this generator and trained with it for 22 epochs, and the published Parzen figure, 2057, is of that; an epoch of the "
        f"momentum is counted as 1,000 steps; {VELOCITY}"
    ),
    config=replace(
        GOODFELLOW_MNIST.config,
        preset="goodfellow-faces",
        steps=50_000,
        dataset="images",
        training=0,
        size=48,
        channels=1,
        keep=1,
        latent="normal",
        latent_scale=1.0,
        generator=Network(
            widths=(8000, 8000),
            activation="relu,sigmoid",
            output="sigmoid",
            output_bias="data",
            init="uniform",
            init_scale=0.05,
            last_sparse=100,
            sigmoid_bias=-2.0,
            column_norm=1.9365,
        ),
        discriminator=Network(
            widths=(1200, 1200),
            activation="maxout",
            pieces=5,
            dropout=0.5,
            input_dropout=0.2,
            init="uniform",
            init_scale=0.005,
            column_norm=1.9365,
        ),
        optimizer=_momentum(1_000),
        schedule=replace(GOODFELLOW_MNIST.config.schedule, floor=2e-5),
    ),
    knobs=Knobs(generator_lr=0.05, discriminator_lr=0.05, batch_size=100, checkpoint_every=10_000),
)
