"""Our own presets, which do the jobs of the sources better."""

from msgspec.structs import replace

from tui_gan.contract.config import Config, Noise, Optimizer, Schedule
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.presets.preset import Preset

# The classifier knows digits; what it sees of clothes is not what tells clothes apart.
FASHION_METRICS = ("classifier_frechet", "precision", "recall", "coverage")
PLANE_METRICS = ("sliced_w1", "mmd", "js")

TOY1D = Preset(
    summary="A generator learns a distribution on the line, by default N(4, 0.5), or the numbers of --data.",
    source="ours, after the toy of the AYLIEN post 'An introduction to Generative Adversarial Networks' (2016), made robust",
    config=Config(
        preset="toy1d",
        threads=1,
        regularizers={"r1_difference": 1.0},
        schedule=Schedule(kind="hyperbolic", period=1000),
        metrics=("w1", "ks", "mean", "sd", "sd_ratio", "js"),
        pace_until=400,
    ),
    knobs=Knobs(pace=40.0),
    columns=1,
)

_RING = Config(
    preset="ring2d",
    steps=12_000,
    threads=1,
    dataset="ring",
    latent_dim=2,
    stratified=False,
    generator=Network(widths=(96,) * 3, activation="relu"),
    discriminator=Network(widths=(96,) * 3, fourier=32, fourier_scale=4.0),
    objective="relativistic",
    regularizers={"r1": 0.1, "r2": 0.1},
    instance_noise=Noise(sd=1.0, steps=3_600, end=0.01),
    schedule=Schedule(kind="cosine", period=12_000, floor=0.01),
    metrics=("modes", "hq", "reverse_kl", "sliced_w1"),
    metric="reverse_kl",
    evaluated=2_500,
    evaluate_every=500,
    pace_until=400,
)
_RING_KNOBS = Knobs(generator_lr=3e-3, discriminator_lr=3e-3, batch_size=128, pace=40.0)
# Between modes that are far apart the generator has to be steep, which weaker penalties allow; the larger batch keeps that calm.
_APART = {"r1": 0.05, "r2": 0.05}
_APART_KNOBS = Knobs(generator_lr=3e-3, discriminator_lr=3e-3, batch_size=256, pace=40.0)
RING2D = Preset(
    summary="Eight Gaussians on a ring, the test of mode collapse; or the two columns of --data.",
    source="ours, with the objective of Huang et al. 2024, arXiv:2501.05441; data of Srivastava et al. 2017, arXiv:1705.07761",
    config=replace(_RING, regularizers=_APART),
    knobs=_APART_KNOBS,
    columns=2,
    with_data={"metrics": PLANE_METRICS, "metric": "sliced_w1"},
)
GRID2D = Preset(
    summary="Twenty-five Gaussians on a grid, the harder test of mode collapse; or the two columns of --data.",
    source=RING2D.source,
    config=replace(RING2D.config, preset="grid2d", dataset="grid"),
    knobs=_APART_KNOBS,
    columns=2,
    with_data=RING2D.with_data,
)
MOONS = Preset(
    summary="Two interleaved half circles.",
    source="ours; the shape of scikit-learn's make_moons",
    config=replace(_RING, preset="moons", dataset="moons", metrics=PLANE_METRICS, metric="sliced_w1", evaluate_every=2_000),
    knobs=_RING_KNOBS,
    columns=2,
)
SPIRAL = Preset(
    summary="One arm of a spiral.",
    source="ours",
    config=replace(MOONS.config, preset="spiral", dataset="spiral"),
    knobs=_RING_KNOBS,
    columns=2,
)

_MNIST = Config(
    preset="mnist",
    steps=200_000,
    dataset="mnist",
    training=50_000,
    latent_dim=64,
    stratified=False,
    generator=Network(widths=(512, 512), activation="relu", norm="batch", output="tanh"),
    discriminator=Network(widths=(512, 512)),
    regularizers={"r1": 1.0},
    lazy=8,
    optimizer=Optimizer(beta1=0.5, beta2=0.999),
    # At a constant rate the generator goes on wandering, and its samples lose in precision what they gain in variety.
    schedule=Schedule(kind="hyperbolic", period=5_000),
    average_decay=0.99999,
    average_share=1.0,
    # In pixels a blurred digit lies near many real ones, and precision calls black images real.
    metrics=("classifier_frechet", "feature_precision", "feature_recall", "feature_coverage"),
    metric="classifier_frechet",
    evaluate_every=10_000,
    preview_every=500,
    fixed_latents=64,
)
MNIST = Preset(
    summary="Handwritten digits of 28x28, by fully connected networks that a laptop trains.",
    source="ours; data of LeCun, Cortes and Burges (1998)",
    config=_MNIST,
    knobs=Knobs(generator_lr=1e-3, discriminator_lr=1e-3, batch_size=64, checkpoint_every=10_000),
    with_data={"size": 28, "channels": 1},
)
FASHION_MNIST = Preset(
    summary="Clothes of 28x28, by fully connected networks that a laptop trains.",
    source="ours; data of Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747",
    config=replace(_MNIST, preset="fashion-mnist", dataset="fashion-mnist", metrics=FASHION_METRICS),
    knobs=MNIST.knobs,
    with_data=MNIST.with_data,
)
DIGITS = Preset(
    summary="Handwritten digits of 8x8 that come with the program: no file, no network, readable within two minutes.",
    source="ours; data of Alpaydin and Kaynak (1998), UCI, CC BY 4.0",
    config=replace(
        _MNIST,
        preset="digits",
        dataset="digits",
        training=0,
        threads=1,
        steps=12_000,
        latent_dim=16,
        generator=Network(widths=(128, 128), activation="relu", norm="batch", output="tanh"),
        discriminator=Network(widths=(128, 128)),
        schedule=Schedule(kind="cosine", period=12_000, floor=0.02),
        average_decay=0.999,
        average_share=0.25,
        metrics=("precision", "recall", "coverage"),
        metric="recall",
        evaluated=2_000,
        evaluate_every=2_000,
        preview_every=200,
    ),
    knobs=Knobs(generator_lr=1e-3, discriminator_lr=1e-3, batch_size=64, checkpoint_every=4_000),
    with_data={"size": 8, "channels": 1},
)

_DCGAN = replace(
    _MNIST,
    preset="mnist-dcgan",
    training=0,
    schedule=Schedule(),
    average_decay=0.999,
    average_share=0.25,
    generator=Network(kind="dcgan", widths=(32,), activation="relu", norm="batch", output="tanh"),
    discriminator=Network(kind="dcgan", widths=(32,)),
    evaluated=2_000,
)
_DCGAN_KNOBS = Knobs(generator_lr=5e-4, discriminator_lr=5e-4, batch_size=64, checkpoint_every=1_000)
MNIST_DCGAN = Preset(
    summary="Handwritten digits by convolutions.",
    source="ours, after Radford et al. 2015 (DCGAN), arXiv:1511.06434",
    config=_DCGAN,
    knobs=_DCGAN_KNOBS,
    with_data=MNIST.with_data,
)
FASHION_MNIST_DCGAN = Preset(
    summary="Clothes by convolutions.",
    source="ours, after Radford et al. 2015 (DCGAN), arXiv:1511.06434; data of Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747",
    config=replace(_DCGAN, preset="fashion-mnist-dcgan", dataset="fashion-mnist", metrics=FASHION_METRICS),
    knobs=_DCGAN_KNOBS,
    with_data=MNIST.with_data,
)
CIFAR10 = Preset(
    summary="Small colour photographs by convolutions; a GPU is advised.",
    source="ours, after Radford et al. 2015 (DCGAN), arXiv:1511.06434; data of Krizhevsky (2009)",
    config=replace(
        _DCGAN,
        preset="cifar10",
        dataset="cifar10",
        latent_dim=128,
        generator=Network(kind="dcgan", widths=(64,), activation="relu", norm="batch", output="tanh"),
        discriminator=Network(kind="dcgan", widths=(64,)),
        metrics=("precision", "recall", "coverage"),
        metric="recall",
    ),
    knobs=_DCGAN_KNOBS,
    with_data={"size": 32, "channels": 3},
)
IMAGES = Preset(
    summary="Your own images, by --data: a folder of pictures, or an IDX, CIFAR-10, NPY or NPZ file, brought to 32x32.",
    source="ours, after Radford et al. 2015 (DCGAN), arXiv:1511.06434",
    config=replace(CIFAR10.config, preset="images", dataset="images", size=32),
    knobs=_DCGAN_KNOBS,
)

OURS = (
    TOY1D,
    RING2D,
    GRID2D,
    MOONS,
    SPIRAL,
    DIGITS,
    MNIST,
    FASHION_MNIST,
    MNIST_DCGAN,
    FASHION_MNIST_DCGAN,
    CIFAR10,
    IMAGES,
)
