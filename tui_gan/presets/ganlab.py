"""The four distributions of GAN Lab, each with the configuration that its authors published for it."""

from tui_gan.contract.config import Config, Optimizer
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.presets.preset import Preset

METRICS = ("sliced_w1", "mmd", "js")


def _ganlab(summary: str, published: int, config: Config, knobs: Knobs, outcome: str = "") -> Preset:
    return Preset(
        summary=summary,
        source=(
            "Kahng et al. 2018, 'GAN Lab: understanding complex deep generative models using interactive visual experimentation', "
            "doi 10.1109/TVCG.2018.2864500, and its code ganlab"
        ),
        quirks=(
            "the real samples are weighted by .95 in D's loss; the data come from a fixed set of 12,000 points; what the source calls n "
            f"hidden layers are n + 1; its published model of this name was trained for {published:,} steps"
        ),
        deviations=(
            "each epoch takes the points in another order and latents are drawn anew for each batch, where the source goes round 12,000 "
            "points and 12,000 latents in one order; the losses are computed from logits, where the source takes the logarithm of a "
            "probability"
        ),
        outcome=outcome,
        config=config,
        knobs=knobs,
        columns=2,
        with_data={
            "training": 0,
            "standardize": True,
            "generator": {"output": "linear"},
            "metrics": METRICS,
        },
    )


def _config(
    name: str, latent: str, generator: tuple[int, ...], discriminator: tuple[int, ...], metrics: tuple[str, ...] = METRICS
) -> Config:
    return Config(
        preset=f"ganlab-{name}",
        steps=5_000,
        threads=1,
        dataset=f"ganlab_{name}",
        training=12_000,
        sampling="epochs",
        standardize=False,
        latent=latent,
        latent_dim=2,
        stratified=False,
        generator=Network(widths=generator, activation="relu", output="tanh", init="lecun"),
        discriminator=Network(widths=discriminator, activation="relu", init="lecun"),
        objective="weighted",
        optimizer=Optimizer(kind="sgd"),
        average_decay=0.0,
        metrics=metrics,
        metric="sliced_w1",
        evaluate_every=500,
        preview_every=50,
        pace_until=400,
    )


def _knobs(discriminator_lr: float, generator_lr: float, k_steps: int) -> Knobs:
    return Knobs(
        k_steps=k_steps, generator_lr=generator_lr, discriminator_lr=discriminator_lr, batch_size=150, checkpoint_every=1_000, pace=40.0
    )


GANLAB = (
    _ganlab(
        "The line of GAN Lab, with networks of five and six units a layer.",
        466,
        _config("line", "unit", (5, 5), (6, 6)),
        _knobs(0.03, 0.01, 2),
        "few seeds succeed as fast as the published model: of 64, 17 have a sliced W1 below .1 at step 466 and 44 at step "
        "5,000 (median .069)",
    ),
    _ganlab(
        "The two Gaussians of GAN Lab.",
        1_931,
        _config("gaussians", "truncated_normal", (8, 8), (8, 8)),
        _knobs(0.1, 0.03, 2),
    ),
    _ganlab(
        "The ring of GAN Lab.",
        812,
        _config("ring", "unit", (10, 10), (9, 9, 9)),
        _knobs(0.1, 0.03, 3),
    ),
    _ganlab(
        "The three disjoint Gaussians of GAN Lab.",
        1_710,
        _config("disjoint", "truncated_normal", (10, 10, 10), (11, 11, 11), ("modes", "hq", "reverse_kl", *METRICS)),
        _knobs(0.1, 0.03, 1),
        "most seeds fail: of 64, 15 have samples at all three modes at step 1,710 and 8 at step 5,000; seed 9 succeeds (all modes, 94 % of "
        "the samples at one), and seed 48 collapses to one mode",
    ),
)
