"""The systems of the sources, with their settings and quirks."""

import math

from msgspec.structs import replace

from tui_gan.contract.config import Config, Minibatch, Optimizer, Schedule
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.presets.preset import Preset

AYLIEN = "AYLIEN, 'An introduction to Generative Adversarial Networks (with code in TensorFlow)', 2016, and its code gan-intro"
PICTURE = (
    "the picture has 4,096 generated points, its own bins, and D(x) at 128 points, where the source has 10,000 points and 99 bins of "
    "-8 to 8; random numbers are not TensorFlow's, so that a seed gives another run"
)
RAW_LOGARITHM = (
    "the losses are computed from logits, where the source takes the logarithm of a probability, which is infinite once that rounds "
    f"to 0: this ends 3 of 10 runs of the source with minibatch discrimination, which go on here; {PICTURE}"
)
FAILING = "most seeds fail: of the seeds 0 to {last}, {count} end with W1 below .5, one standard deviation of the data"
# tf.train.AdamOptimizer by default.
TENSORFLOW_ADAM = Optimizer(kind="adam_hat", beta1=0.9, beta2=0.999)
LINE_METRICS = ("w1", "ks", "mean", "sd", "sd_ratio", "js")


def _aylien(name: str, activation: str, **changes: object) -> Config:
    config = Config(
        preset=name,
        steps=1_200,
        seed=42,
        threads=1,
        standardize=False,
        latent="grid",
        stratified=False,
        generator=Network(widths=(4,), activation="softplus", init="normal"),
        discriminator=Network(kind="aylien", widths=(8, 8, 8), activation=activation, init="normal"),
        minibatch=Minibatch(kernels=5, dim=3, company=0),
        optimizer=Optimizer(kind="sgd"),
        schedule=Schedule(kind="staircase", period=150, factor=0.95),
        average_decay=0.0,
        metrics=LINE_METRICS,
        evaluate_every=300,
        log_every=10,
        preview_every=10,
    )
    return replace(config, **changes)


AYLIEN_2016_08 = Preset(
    summary="The toy of the blog post as it was published: 13 parameters learn N(4, 0.5).",
    source=f"{AYLIEN}, version of August 2016",
    quirks=(
        "the discriminator is pre-trained on the density of the data, both networks are trained by plain gradient descent, and "
        "minibatch discrimination adds 1 to the distance of a sample from itself"
    ),
    deviations=RAW_LOGARITHM,
    outcome=(
        f"{FAILING.format(last=39, count=9)}; seed 6 succeeds (W1 .15), and seed 27 shows the mode collapse of the post: it finds the "
        "data at about step 800, and then its standard deviation sinks to 28 % of theirs"
    ),
    outcome_with_minibatch=(
        f"{FAILING.format(last=39, count=14)}; seed 17 succeeds (W1 .1 to .2, by the rounding of the processor), and seed 4 collapses to "
        "a standard deviation under 6 % of the data's, away from them"
    ),
    config=_aylien("toy1d-aylien-2016-08", "tanh", pretraining=1_000, minibatch=Minibatch(kernels=5, dim=3, company=0, self_distance=1.0)),
    knobs=Knobs(generator_lr=5e-3, discriminator_lr=5e-3, batch_size=12, checkpoint_every=600),
    columns=1,
    with_data={"pretraining": 0},
)
AYLIEN_2016_12 = Preset(
    summary="The toy of the blog post with a higher learning rate.",
    source=f"{AYLIEN}, version of December 2016",
    quirks=(
        "the discriminator is pre-trained on the density of the data, and the learning rate is .03, or .005 when minibatch "
        "discrimination is on from the start"
    ),
    deviations=RAW_LOGARITHM,
    outcome=(
        f"{FAILING.format(last=39, count=14)}; seed 42, which is the default, succeeds (W1 .12), and seed 26 shows the mode collapse of "
        "the post: it finds the data at step 200, and then its standard deviation sinks to 24 % of theirs"
    ),
    outcome_with_minibatch=(
        f"{FAILING.format(last=39, count=16)}; seed 9 succeeds (W1 .1), and seed 27 collapses to a standard deviation of 3 % of the "
        "data's, away from them"
    ),
    config=_aylien("toy1d-aylien-2016-12", "tanh", pretraining=1_000),
    knobs=Knobs(generator_lr=3e-2, discriminator_lr=3e-2, batch_size=12, checkpoint_every=600),
    columns=1,
    with_data={"pretraining": 0},
    with_minibatch={"knobs": {"generator_lr": 5e-3, "discriminator_lr": 5e-3}},
)
AYLIEN_2017_07 = Preset(
    summary="The toy of the blog post in its last version: ReLU and Adam, no pre-training.",
    source=f"{AYLIEN}, version of July 2017",
    quirks=(
        "probabilities below 1e-5 are clamped before the logarithm, so that the generator gets no gradient from samples that the "
        "discriminator rejects with certainty"
    ),
    deviations=PICTURE,
    outcome=(
        f"{FAILING.format(last=39, count=12)}; seed 11 succeeds (W1 .2 to .3, by the rounding of the processor), and seed 17 shows mode "
        "collapse: it finds the data, and its standard deviation sinks to 27 % of theirs"
    ),
    outcome_with_minibatch=(
        f"{FAILING.format(last=23, count=9)}; seed 0 succeeds (W1 .12 to .14), and seed 5 collapses to a standard deviation of 8 % of "
        "the data's, away from them"
    ),
    config=_aylien(
        "toy1d-aylien-2017-07",
        "relu",
        steps=5_001,
        objective="clamped",
        optimizer=TENSORFLOW_ADAM,
        schedule=Schedule(),
        evaluate_every=500,
        preview_every=20,
    ),
    knobs=Knobs(generator_lr=1e-3, discriminator_lr=1e-3, batch_size=8, checkpoint_every=1_000),
    columns=1,
)
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
        preview_every=200,
    ),
    knobs=Knobs(generator_lr=1e-2, discriminator_lr=1e-2, batch_size=500, checkpoint_every=5_000),
    columns=2,
)
MNIST_MLP = Preset(
    summary="A small fully connected GAN of MNIST digits.",
    source="'Creating data from noise', blog post on GANs with MNIST; batch and latents from its apparent parent",
    quirks="no regularization of the discriminator; 16 samples of fixed latents are kept every 1,000 steps",
    deviations=(
        "where an epoch ends within a batch, the next one fills it, as TensorFlow does since 1.0, where earlier versions drop the rest; "
        "the 5,000 images that are held out are TensorFlow's, the first of the training set"
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
        preview_every=1_000,
        fixed_latents=16,
    ),
    knobs=Knobs(generator_lr=1e-3, discriminator_lr=1e-3, batch_size=128, checkpoint_every=20_000),
    with_data={"training": 0, "training_skip": 0},
)

GOODFELLOW = "Goodfellow et al. 2014, arXiv:1406.2661, and its code adversarial"
# pylearn2's learning rule.
VELOCITY = "the learning rate multiplies the velocity, where in the source it enters it, which differs by 4e-6 of an update"


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
)
