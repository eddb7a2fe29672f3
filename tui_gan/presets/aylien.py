"""The systems of AYLIEN's post, as their source has them."""

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
FAILING = "most seeds fail: {share} % of 4,096 end with W1 below .5, one standard deviation of the data"
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
        # The whole run in half a minute.
        pace_until=1_200,
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
        f"{FAILING.format(share=23)}; seed 6 succeeds (W1 .15), and seed 27 shows the mode collapse of the post: it finds the "
        "data at about step 800, and then its standard deviation sinks to 28 % of theirs"
    ),
    outcome_with_minibatch=(
        f"{FAILING.format(share=38)}; seed 17 succeeds (W1 .1 to .2, by the rounding of the processor), and seed 4 collapses to "
        "a standard deviation under 6 % of the data's, away from them"
    ),
    config=_aylien("toy1d-aylien-2016-08", "tanh", pretraining=1_000, minibatch=Minibatch(kernels=5, dim=3, company=0, self_distance=1.0)),
    knobs=Knobs(generator_lr=5e-3, discriminator_lr=5e-3, batch_size=12, checkpoint_every=600, pace=40.0),
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
        f"{FAILING.format(share=38)}; seed 42, which is the default, succeeds (W1 .12), and seed 26 shows the mode collapse of "
        "the post: it finds the data at step 200, and then its standard deviation sinks to 24 % of theirs"
    ),
    outcome_with_minibatch=(
        f"{FAILING.format(share=37)}; seed 9 succeeds (W1 .1), and seed 27 collapses to a standard deviation of 3 % of the "
        "data's, away from them"
    ),
    config=_aylien("toy1d-aylien-2016-12", "tanh", pretraining=1_000),
    knobs=Knobs(generator_lr=3e-2, discriminator_lr=3e-2, batch_size=12, checkpoint_every=600, pace=40.0),
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
        f"{FAILING.format(share=32)}; seed 11 succeeds (W1 .2 to .3, by the rounding of the processor), and seed 17 shows mode "
        "collapse: it finds the data, and its standard deviation sinks to 27 % of theirs"
    ),
    outcome_with_minibatch=(
        f"{FAILING.format(share=41)}; seed 0 succeeds (W1 .12 to .14), and seed 5 collapses to a standard deviation of 8 % of "
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
        pace_until=600,
    ),
    knobs=Knobs(generator_lr=1e-3, discriminator_lr=1e-3, batch_size=8, checkpoint_every=1_000, pace=40.0),
    columns=1,
)
