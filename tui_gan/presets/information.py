"""InfoGAN: codes beside the latent that come to mean something without labels (Chen et al. 2016, arXiv:1606.03657)."""

from msgspec.structs import replace

from tui_gan.contract.config import Information
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
MNIST_INFOGAN = Preset(
    summary="Handwritten digits of 28x28 without labels: one code comes to choose the digit, two others move its shape.",
    source=f"ours, {CHEN}; data of LeCun, Cortes and Burges (1998)",
    config=replace(
        MNIST.config,
        preset="mnist-infogan",
        information=CODES,
        metrics=("code_accuracy", "classifier_frechet", "feature_precision", "feature_recall"),
    ),
    knobs=MNIST.knobs,
    with_data=MNIST.with_data,
)

INFORMATION = (DIGITS_INFOGAN, MNIST_INFOGAN)
