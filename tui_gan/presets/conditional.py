"""Conditional GANs: both players are given the class of each sample."""

from msgspec.structs import replace

from tui_gan.contract.config import Config, Optimizer, Schedule
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.presets.ours import DIGITS, MNIST, RING2D
from tui_gan.presets.preset import Preset

PROJECTION = "the class enters D as in Miyato and Koyama 2018, arXiv:1802.05637"

RING2D_CONDITIONAL = Preset(
    summary="Eight Gaussians on a ring, each a class: the generator is asked for one of them.",
    source=f"ours, ring2d as a conditional GAN; {PROJECTION}",
    config=replace(
        RING2D.config, preset="ring2d-conditional", classes=8, metrics=("modes", "hq", "reverse_kl", "class_accuracy", "sliced_w1")
    ),
    knobs=RING2D.knobs,
    columns=2,
    with_data=RING2D.with_data,
)
DIGITS_CONDITIONAL = Preset(
    summary="Handwritten digits of 8x8 by class, which come with the program: ask for a 3 and get one, within two minutes.",
    source=f"ours, digits as a conditional GAN; {PROJECTION}; data of Alpaydin and Kaynak (1998), UCI, CC BY 4.0",
    config=replace(
        DIGITS.config, preset="digits-conditional", classes=10, metrics=("class_accuracy", "precision", "recall", "coverage", "tstr")
    ),
    knobs=DIGITS.knobs,
    with_data=DIGITS.with_data,
)
MNIST_CONDITIONAL = Preset(
    summary="Handwritten digits of 28x28 by class, by fully connected networks that a laptop trains.",
    source=f"ours, mnist as a conditional GAN; {PROJECTION}; data of LeCun, Cortes and Burges (1998)",
    config=replace(
        MNIST.config,
        preset="mnist-conditional",
        classes=10,
        metrics=("class_accuracy", "classifier_frechet", "class_frechet", "feature_precision", "feature_recall", "tstr"),
    ),
    knobs=MNIST.knobs,
    with_data=MNIST.with_data,
)
MNIST_CONDITIONAL_2014 = Preset(
    summary="The first conditional GAN on MNIST, whose Parzen figure is 132.",
    source="Mirza and Osindero 2014, arXiv:1411.1784, section 4.1",
    deviations=(
        "the paper gives neither the start of the weights nor limits on them, nor over how many steps the momentum rises to .7, nor "
        "whether D's loss is the sum over real and generated images or their mean: ours are those of goodfellow-mnist, since with the "
        "sum it diverges within 1,000 steps; "
        "whether the players move in turn is not told either: they move at once, as there; nor is it told whether samples are made with "
        "dropout: ours are, as those that D is shown"
    ),
    config=Config(
        preset="mnist-conditional-2014",
        steps=125_000,
        dataset="mnist",
        training=50_000,
        sampling="epochs",
        standardize=False,
        latent="unit",
        latent_dim=100,
        stratified=False,
        classes=10,
        generator=Network(
            kind="mirza",
            widths=(200, 1000, 1200),
            activation="relu",
            output="sigmoid",
            output_bias="data",
            dropout=0.5,
            init="uniform",
            init_scale=0.05,
        ),
        discriminator=Network(
            kind="mirza",
            widths=(240, 50, 240),
            activation="maxout",
            condition="concat",
            dropout=0.5,
            init="uniform",
            init_scale=0.005,
        ),
        objective="halved",
        updates="simultaneous",
        optimizer=Optimizer(kind="sgd", momentum=0.5, momentum_end=0.7, momentum_steps=249 * 500, momentum_every=500),
        schedule=Schedule(kind="exponential", factor=1 / 1.00004, floor=1e-5),
        average_decay=0.0,
        metrics=("parzen", "parzen_se", "class_accuracy"),
        metric="parzen",
        evaluate_every=10_000,
        preview_every=500,
        fixed_latents=64,
    ),
    knobs=Knobs(generator_lr=0.1, discriminator_lr=0.1, batch_size=100, checkpoint_every=10_000),
)

CONDITIONAL = (RING2D_CONDITIONAL, DIGITS_CONDITIONAL, MNIST_CONDITIONAL, MNIST_CONDITIONAL_2014)
