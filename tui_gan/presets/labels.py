"""Few labels: a discriminator that also classifies, by the labels of a few images (Salimans et al. 2016, arXiv:1606.03498)."""

from msgspec.structs import replace

from tui_gan.contract.config import Noise
from tui_gan.contract.network import Network
from tui_gan.presets.ours import DIGITS, MNIST
from tui_gan.presets.preset import Preset

SALIMANS = "after Salimans et al. 2016, arXiv:1606.03498, section 5"
# G lowers the distance of features alone, and D has no penalty: noise on what it is shown takes its place.
GAME = {"objective": "halved", "adversarial": 0.0, "feature_matching": 1.0, "regularizers": {}, "lazy": 1}

DIGITS_LABELS = Preset(
    summary="Handwritten digits of 8x8 of which 50 are labelled: D learns to classify, helped by images without labels.",
    source=f"ours, {SALIMANS}; data of Alpaydin and Kaynak (1998), UCI, CC BY 4.0",
    config=replace(
        DIGITS.config,
        preset="digits-few-labels",
        labels=50,
        discriminator=Network(widths=(250, 250), outputs=10),
        instance_noise=Noise(sd=0.3),
        metrics=("test_errors", "labels_alone", "precision", "recall"),
        **GAME,
    ),
    knobs=DIGITS.knobs,
    with_data=DIGITS.with_data,
)
MNIST_LABELS = Preset(
    summary="Handwritten digits of 28x28 of which 100 are labelled: D learns to classify, helped by images without labels.",
    source=f"ours, {SALIMANS}; data of LeCun, Cortes and Burges (1998)",
    config=replace(
        MNIST.config,
        preset="mnist-few-labels",
        labels=100,
        discriminator=Network(widths=(500, 250, 250), outputs=10),
        instance_noise=Noise(sd=0.3),
        metrics=("test_errors", "labels_alone", "classifier_frechet", "feature_recall"),
        **GAME,
    ),
    knobs=MNIST.knobs,
    with_data=MNIST.with_data,
)

LABELS = (DIGITS_LABELS, MNIST_LABELS)
