"""What slow motion says of each kind of game: what the players are given, what each makes of it, who judges what, and each added term."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from tui_gan.contract.config import Completion
from tui_gan.contract.knobs import set_knob
from tui_gan.contract.snapshot import Stage
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS
from tui_gan.session.run import Run
from tui_gan.session.slow import begun
from tui_gan.session.sources import dataset_of

# Words of any game but the plain one.
OTHERS = ("class", "code", "stage", "E(x)", "labelled", "mask", "pixel", "Added", "weight 0")


def told(preset: str, **changes: Any) -> dict[str, Stage]:
    """The sub-steps of the first step of a preset, on a small batch, by their names."""
    config = msgspec.structs.replace(PRESETS[preset].config, **changes)
    knobs = set_knob(PRESETS[preset].knobs, "batch_size", 8)
    trainer = Trainer(config, dataset_of(config, Path())[0], "cpu")
    run = SimpleNamespace(trainer=trainer, knobs=knobs, step=0, version=0)
    return {stage.name: stage for stage in begun(cast(Run, run)).stages}


def test_a_game_of_samples_and_latents_says_nothing_of_others() -> None:
    text = " ".join(stage.text for stage in told("toy1d").values())
    assert [word for word in OTHERS if word in text] == []
    assert "G maps each latent z to a sample G(z). D computes a logit for each of the real and generated samples." in text


@pytest.mark.parametrize(
    ("preset", "changes", "said"),
    [
        (
            "ring2d-ali",
            {},
            {
                "D: generated samples": "The encoder E draws a code E(x) for each real sample x.",
                "D: forward pass": "D computes a logit for each of the pairs (x, E(x)), real, and (G(z), z), generated, with",
                "G: forward pass": "A second network of D computes a logit for each sample alone (unary term)",
                "G: loss": "G's loss is computed from the logits; G and E minimise it.",
                "G: backpropagation": "with respect to the weights of G and E.",
                "G: update": "a change of the weights of G and E, scaled",
            },
        ),
        (
            "digits-bigan",
            {"cycle_consistency": 0.1},
            {
                "D: generated samples": "The encoder E maps each real sample x to a code E(x).",
                "G: loss": "Added with a weight: cycle consistency, the squared distance of x and G(E(x)).",
            },
        ),
        (
            "ring2d-conditional",
            {},
            {
                "D: latents": "for each sample, with a class y, that of a real sample.",
                "D: generated samples": "G maps each latent z and its class y to a sample G(z, y).",
                "D: forward pass": "for each of the real and generated samples, given its class y, with",
            },
        ),
        (
            "digits-stacked-words",
            {},
            {
                "G: latents": "with a class y, as frequent as in the data.",
                "G: generated samples": "to an image of half the side; stage 2 maps that image and y to the sample G(z, y).",
                "D: forward pass": "For each stage a network of D computes a logit for each of the real and generated images of its stage",
                "G: loss": "conditioning, the KL divergence of the class's Gaussians from N(0, 1)",
            },
        ),
        (
            "digits-infogan",
            {},
            {
                "D: latents": "for each sample, with a categorical code of 10 values and 2 continuous codes in -1 .. 1.",
                "G: generated samples": "G maps each latent z and its codes c to a sample G(z, c).",
                "G: forward pass": "D also reads the codes c off the generated samples, as Q(c | x).",
                "D: loss": "Added with a weight: information, minus the mean of log Q(c | x).",
            },
        ),
        (
            "digits-few-labels",
            {},
            {
                "D: real samples": "8 labelled images are drawn beside it, with their classes.",
                "D: forward pass": "D also classifies the labelled images.",
                "D: loss": "labels, the cross-entropy of the labelled images",
                "G: loss": "feature matching, the squared distance between the mean features of D of real and of generated samples",
            },
        ),
        (
            "digits-few-labels",
            {"adversarial": 0.0},
            {"G: loss": "that of the objective has weight 0 in G, which minimises the added"},
        ),
        (
            "digits-inpaint",
            {"completion": Completion(masks="half", hint=0.9, error=1.0)},
            {
                "D: latents": "For each image a mask m of its observed pixels is drawn, and noise z",
                "D: real samples": "G is given their observed pixels.",
                "G: generated samples": "G maps z, m and the observed pixels to a completion: observed pixels stay",
                "D: forward pass": "each pixel of the completions, where a hint tells it the mask of 90% of them; shown are means",
                "G: loss": "completion error, the distance of completions from the image",
            },
        ),
    ],
)
def test_each_game_says_what_it_has_beside_samples_and_latents(preset: str, changes: dict[str, Any], said: dict[str, str]) -> None:
    stages = told(preset, **changes)
    assert [(name, stages[name].text) for name, part in said.items() if part not in stages[name].text] == []


def test_each_term_of_a_loss_has_its_name_and_its_value_and_all_add_up() -> None:
    numbers = dict(told("digits-few-labels", adversarial=0.5, generator_l2=0.1, historical_averaging=1.0)["G: loss"].numbers)
    assert [*numbers] == ["loss", "weight of it", "+ feature matching", "+ generator l2", "+ historical averaging", "total loss"]
    loss, weight, *terms, total = map(float, numbers.values())
    assert weight * loss + sum(terms) == pytest.approx(total, rel=1e-3)
    alone = dict(told("digits-few-labels", adversarial=0.0)["G: loss"].numbers)
    assert alone["+ feature matching"] == alone["total loss"]


def test_the_masks_of_completions_are_told_in_numbers() -> None:
    stages = told("digits-inpaint", completion=Completion(masks="half", error=1.0))
    assert dict(stages["D: latents"].numbers)["observed pixels"] == "50%"
    assert "hint" in stages["D: forward pass"].text
    assert "hint" not in told("digits-inpaint", completion=Completion(masks="half", hint=0.0, error=1.0))["D: forward pass"].text


def test_pairs_and_classes_that_are_packed_are_judged_jointly() -> None:
    forward = told("ring2d-conditional", packing=2, regularizers={})["D: forward pass"].text
    assert "D computes a logit for every 2 real and generated samples, with their classes y, jointly" in forward
