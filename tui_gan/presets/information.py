"""InfoGAN: codes beside the latent that come to mean something without labels (Chen et al. 2016, arXiv:1606.03657)."""

from msgspec.structs import replace

from tui_gan.contract.config import Config, Information, Optimizer
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.presets.ours import DIGITS, MNIST
from tui_gan.presets.preset import Preset

CHEN = "after Chen et al. 2016 (InfoGAN), arXiv:1606.03657"
CODES = Information(categorical=10, continuous=2)

DIGITS_INFOGAN = Preset(
    summary="Handwritten digits of 8x8 without labels: one code comes to choose the digit, two others move its shape.",
    source=f"ours, {CHEN}; data of Alpaydin and Kaynak (1998), UCI, CC BY 4.0",
    config=replace(DIGITS.config, preset="digits-infogan", information=CODES, metrics=("code_accuracy", "precision", "recall", "coverage")),
    knobs=DIGITS.knobs,
    with_data=DIGITS.with_data,
)
_CONVOLUTIONS = Network(kind="dcgan", widths=(64, 1024), norm="batch", init="normal", init_scale=0.02)
MNIST_INFOGAN_2016 = Preset(
    summary="Handwritten digits without labels, by the convolutional networks of the InfoGAN paper.",
    source="Chen et al. 2016 (InfoGAN), arXiv:1606.03657, appendix C.1, and its code; data of LeCun, Cortes and Burges (1998)",
    deviations=(
        "the leaky ReLU of D has slope .2 below 0, in the code .01; batch normalisation behind the second layer of G takes one mean a "
        "channel, in the code one a unit; its factors begin at 1, there around it"
    ),
    config=Config(
        preset="mnist-infogan-2016",
        steps=5_000,
        dataset="mnist",
        training=55_000,
        sampling="epochs",
        standardize=False,
        latent="uniform",
        latent_dim=62,
        stratified=False,
        information=CODES,
        generator=replace(_CONVOLUTIONS, activation="relu", output="sigmoid"),
        discriminator=_CONVOLUTIONS,
        optimizer=Optimizer(beta1=0.5, beta2=0.999),
        average_decay=0.0,
        metrics=("code_accuracy", "classifier_frechet", "feature_precision", "feature_recall"),
        metric="code_accuracy",
        evaluated=2_000,
        evaluate_every=1_000,
        preview_every=100,
        fixed_latents=64,
    ),
    knobs=Knobs(generator_lr=1e-3, discriminator_lr=2e-4, batch_size=128, checkpoint_every=1_000),
    with_data=MNIST.with_data,
)
# For a CPU a quarter of the paper's channels and an eighth of its units, and so with larger learning rates.
_NARROW = Network(kind="dcgan", widths=(16, 128), norm="batch")
MNIST_INFOGAN = Preset(
    summary="Handwritten digits of 28x28 without labels: one code comes to choose the digit, two others move its shape.",
    source=f"ours, {CHEN}, with narrower networks; data of LeCun, Cortes and Burges (1998)",
    config=replace(
        MNIST_INFOGAN_2016.config,
        preset="mnist-infogan",
        steps=10_000,
        # Else the code of half of all seeds cuts two digits by their slant or width, and calls each half of both.
        information=replace(CODES, augment="affine"),
        generator=replace(_NARROW, activation="relu", output="sigmoid"),
        discriminator=_NARROW,
        average_decay=0.999,
        average_share=0.25,
        evaluate_every=2_000,
    ),
    knobs=Knobs(generator_lr=2e-3, discriminator_lr=1e-3, batch_size=64, checkpoint_every=2_000),
    with_data=MNIST.with_data,
)

INFORMATION = (DIGITS_INFOGAN, MNIST_INFOGAN, MNIST_INFOGAN_2016)
