"""The systems of the sources, with their settings and quirks."""

from msgspec.structs import replace

from tui_gan.contract.config import Config, Optimizer
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.presets.aylien import AYLIEN_2016_08, AYLIEN_2016_12, AYLIEN_2017_07, TENSORFLOW_ADAM
from tui_gan.presets.ganlab import GANLAB
from tui_gan.presets.goodfellow import GOODFELLOW_CIFAR10, GOODFELLOW_FACES, GOODFELLOW_MNIST
from tui_gan.presets.preset import Preset

NIPS2016 = Preset(
    summary="A toy in the plane: two correlated Gaussians, minimax, watched through the histograms of D's predictions.",
    source="bayesianbiologist, 'Generative Adversarial Networks are the hotness at NIPS 2016', blog post, 2016",
    quirks=(
        "the generator's loss is minus the discriminator's with the L2 term included, so that this term, meant to keep weights small, "
        "makes those of the generator grow; both networks are updated on the same batch"
    ),
    config=Config(
        preset="nips2016",
        steps=40_001,
        threads=1,
        dataset="correlated",
        standardize=False,
        latent="unit",
        latent_dim=2,
        stratified=False,
        generator=Network(widths=(64, 64), activation="relu", init="truncated_normal"),
        discriminator=Network(widths=(64, 64), activation="relu", outputs=2, init="truncated_normal"),
        objective="zero_sum",
        regularizers={"l2": 0.005},
        generator_l2=-0.005,
        updates="same_batch",
        optimizer=Optimizer(kind="sgd"),
        average_decay=0.0,
        metrics=("sliced_w1", "mmd", "js"),
        metric="sliced_w1",
        evaluate_every=2_000,
        evaluate_from=300,
        preview_every=200,
        pace_until=400,
    ),
    knobs=Knobs(generator_lr=1e-2, discriminator_lr=1e-2, batch_size=500, checkpoint_every=5_000, pace=40.0),
    columns=2,
)
MNIST_MLP = Preset(
    summary="A small fully connected GAN of MNIST digits.",
    source="'Creating data from noise', blog post on GANs with MNIST; batch and latents from its apparent parent",
    quirks=(
        "no regularization of the discriminator; 16 samples of fixed latents are kept every 1,000 steps; the first 5,000 training images "
        "are held out, as TensorFlow does"
    ),
    deviations=(
        "where an epoch ends within a batch, the next epoch fills it, as in later versions of TensorFlow, where earlier ones drop the "
        "rest and take the first epoch in the order of the file"
    ),
    config=Config(
        preset="mnist-mlp",
        steps=100_000,
        dataset="mnist",
        training=55_000,
        training_skip=5_000,
        sampling="epochs",
        standardize=False,
        latent="uniform",
        latent_dim=100,
        stratified=False,
        generator=Network(widths=(392,), activation="relu", output="sigmoid", init="he"),
        discriminator=Network(widths=(128,), activation="relu", init="he"),
        optimizer=TENSORFLOW_ADAM,
        average_decay=0.0,
        metrics=("parzen", "parzen_se"),
        metric="parzen",
        evaluate_every=50_000,
        evaluate_from=1_000,
        preview_every=1_000,
        fixed_latents=16,
    ),
    knobs=Knobs(generator_lr=1e-3, discriminator_lr=1e-3, batch_size=128, checkpoint_every=20_000),
    with_data={"training": 0, "training_skip": 0},
)

PACGAN = "Lin et al. 2018, 'PacGAN: the power of two samples in generative adversarial networks', arXiv:1712.04086, and its code PacGAN"
RING2D_PACGAN = Preset(
    summary="PacGAN on the ring of eight Gaussians: D judges two samples at once.",
    source=PACGAN,
    quirks=(
        "both networks are updated simultaneously; the generator normalises the samples of each slot of a pack by themselves, and the "
        "points come from a fixed set of 100,000"
    ),
    deviations=(
        "the pairs are drawn anew for each batch from the 100,000 points, where the source draws 100,000 pairs of them once and goes "
        "through these in epochs; population statistics of batch normalisation average variances, where the source averages standard "
        "deviations; the generator's loss lacks the source's term of the real pairs, whose gradient by the generator is 0; the source's "
        "Adam lets beta1 decay by 1e-8 of itself a step"
    ),
    config=Config(
        preset="ring2d-pacgan",
        steps=400_000,
        threads=1,
        dataset="ring",
        training=100_000,
        standardize=False,
        latent_dim=2,
        stratified=False,
        generator=Network(
            widths=(400,) * 4,
            activation="relu",
            norm="batch",
            norm_epsilon=1e-4,
            norm_momentum=0.05,
            norm_bias=False,
            norm_by_slot=True,
            init="normal",
            init_scale=0.02,
        ),
        discriminator=Network(widths=(200,) * 3, activation="maxout", pieces=5, init="normal", init_scale=0.02),
        packing=2,
        updates="simultaneous",
        optimizer=Optimizer(kind="adam_hat", beta1=0.8, beta2=0.999),
        average_decay=0.0,
        metrics=("modes", "hq", "reverse_kl", "sliced_w1"),
        metric="sliced_w1",
        evaluated=2_500,
        evaluate_every=2_000,
        preview_every=1_000,
    ),
    knobs=Knobs(generator_lr=1e-4, discriminator_lr=1e-4, batch_size=100, checkpoint_every=10_000),
    columns=2,
    with_data={"metrics": ("sliced_w1", "mmd", "js"), "metric": "sliced_w1", "training": 0},
)
GRID2D_PACGAN = Preset(
    summary="PacGAN on the grid of twenty-five Gaussians: D judges two samples at once.",
    source=PACGAN,
    quirks=RING2D_PACGAN.quirks,
    deviations=RING2D_PACGAN.deviations,
    config=replace(RING2D_PACGAN.config, preset="grid2d-pacgan", dataset="grid"),
    knobs=RING2D_PACGAN.knobs,
    columns=2,
    with_data=RING2D_PACGAN.with_data,
)

SOURCES = (
    AYLIEN_2016_08,
    AYLIEN_2016_12,
    AYLIEN_2017_07,
    NIPS2016,
    MNIST_MLP,
    GOODFELLOW_MNIST,
    GOODFELLOW_CIFAR10,
    GOODFELLOW_FACES,
    RING2D_PACGAN,
    GRID2D_PACGAN,
    *GANLAB,
)
