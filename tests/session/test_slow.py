"""Slow motion: a rehearsal without effect, stage by stage, and a step that is the one rehearsed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from safetensors.torch import load_file

from tests.logs import log_of
from tui_gan.contract.commands import ChangeSetting, Evaluate, Pause, Resume, Save, SlowMotion, Step, TurnKnob, UpdateGenerator
from tui_gan.contract.config import Config, Noise, Optimizer
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.contract.snapshot import Status
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.losses import WEIGHTS
from tui_gan.gan.rehearsal import rehearsed
from tui_gan.gan.trainer import Trainer

Train = Callable[..., Any]

VARIANTS: dict[str, dict[str, Any]] = {
    "minimax": {"objective": "minimax"},
    "relativistic": {"objective": "relativistic", "regularizers": {"r1": 0.1, "r2": 0.1}},
    "wasserstein": {"objective": "wasserstein", "regularizers": {"gradient_penalty": 10.0}},
    "simultaneous": {"updates": "simultaneous", "historical_averaging": 0.1},
    "extragradient": {"updates": "extragradient", "optimizer": Optimizer(kind="optimistic_adam", lookahead_steps=4)},
    "same batch": {"updates": "same_batch", "regularizers": {"adaptive_l2": 0.1}, "coordination": "accuracy"},
    "packing": {"packing": 2, "objective": "zero_sum"},
    "dropout": {"discriminator": Network(widths=(8,), dropout=0.4), "instance_noise": Noise(sd=0.2)},
    "norm": {"generator": Network(widths=(6,), norm="batch"), "average_decay": 0.0, "feature_matching": 1.0, "generator_l2": 0.1},
}


def of(config: Config, **changes: Any) -> Config:
    return msgspec.structs.replace(config, **changes)


def assert_equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    assert [name for name in one if not torch.equal(one[name], other[name])] == []


def assert_same(one: Path, other: Path) -> None:
    assert_equal(load_file(one), load_file(other))


@pytest.mark.parametrize("gate", [False, True], ids=["alone", "minibatch"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_rehearsal_is_the_step_and_leaves_the_trainer_as_it_is(config: Config, knobs: Knobs, variant: str, gate: bool) -> None:
    knobs = set_knob(set_knob(knobs, "minibatch_discrimination", gate), "k_steps", 2)
    trainer = Trainer(of(config, **VARIANTS[variant]), DATASETS["gaussian"](True), "cpu")
    for _ in range(2):
        trainer.step(knobs)
    trainer.averaged()
    before, drawn = trainer.state(), torch.random.get_rng_state()
    found = rehearsed(trainer, knobs)
    assert_equal(before, trainer.state())
    assert torch.equal(drawn, torch.random.get_rng_state())
    weights = {"D": list(trainer.discriminator.parameters()), "G": list(trainer.generator.parameters())}
    was = {player: [weight.detach().clone() for weight in each] for player, each in weights.items()}
    reports = trainer.step(knobs)
    found.trainer.averaged()
    trainer.averaged()
    assert_equal(found.trainer.state(), trainer.state())
    last = found.updates[-1].moves["G"]
    changes = torch.cat([(weight.detach() - old).flatten() for weight, old in zip(weights["G"], was["G"], strict=True)])
    assert last.largest == pytest.approx(float(changes.abs().max()))
    assert last.distance == pytest.approx(float(changes.norm()), rel=1e-5)
    gradient = torch.cat([each.flatten() for each in reports[-1].gradients["G"] if each is not None])
    assert last.gradient == pytest.approx(float(gradient.norm()), rel=1e-5)


def test_the_losses_rehearsed_are_those_of_the_step(config: Config, knobs: Knobs) -> None:
    trainer = Trainer(of(config, regularizers={"r1_difference": 2.0, "l2": 0.5}, generator_l2=0.1), DATASETS["gaussian"](True), "cpu")
    first, last = rehearsed(trainer, knobs).updates
    assert set(first.moves["D"].terms) == {"r1_difference", "l2"}
    matrices = trainer.discriminator.active(False)
    assert first.moves["D"].terms["l2"] == pytest.approx(
        0.25 * sum(float(each.detach().square().sum()) for each in matrices if each.dim() > 1)
    )
    squares = sum(float(each.detach().square().sum()) for each in trainer.generator.parameters() if each.dim() > 1)
    assert last.moves["G"].terms == {WEIGHTS: pytest.approx(0.05 * squares, rel=1e-4)}
    trainer.step(knobs)
    assert trainer.mean_losses().tolist() == pytest.approx([last.moves["G"].loss, first.moves["D"].loss])
    assert last.real is None
    assert last.real_logits is None


def presses(count: int) -> list[Any]:
    return [each for _ in range(count) for each in (SlowMotion(), None)]


STAGES = ["latents", "real samples", "generated samples", "forward pass", "loss", "backpropagation", "update"]


def test_stage_after_stage_is_shown_and_the_last_trains_the_step(train: Train) -> None:
    ended = train(script={5: presses(13), 6: [None, SlowMotion(), None]}, hold=True)
    shown = [each for each in ended.snapshots if each.stages]
    names = [f"D: {name}" for name in STAGES] + [f"G: {name}" for name in STAGES if name != "real samples"]
    assert [len(each.stages) for each in shown[:12]] == list(range(1, 13))
    assert {each.step for each in shown[:12]} == {5}
    assert [each.name for each in shown[12].stages] == names
    trained = next(each for each in shown if each.step == 6)
    assert [each.name for each in trained.stages] == names
    assert trained.status is Status.PAUSED
    assert len(shown[-1].stages) == 1
    assert shown[-1].step == 6
    assert ended.outcome.step == 6
    assert_same(ended.checkpoint(6), train("plain", until=6).checkpoint(6))
    commands = [(entry["name"], entry["value"]) for entry in log_of(ended.directory.log) if entry["kind"] == "command"]
    assert commands == [("pause", True), ("step", 1)]
    assert all(stage.text.endswith(".") and stage.numbers for stage in trained.stages)


@pytest.mark.parametrize(
    ("changes", "k", "g", "names"),
    [
        ({}, 2, 1, ["D 1/2", "D 2/2", "G"]),
        ({}, 1, 3, ["D", "G 1/3", "G 2/3", "G 3/3"]),
        ({"updates": "simultaneous"}, 2, 1, ["D 1/2", "D 2/2 and G"]),
        ({"updates": "simultaneous"}, 1, 1, ["D and G"]),
        ({"updates": "extragradient"}, 1, 1, ["D and G, extrapolation", "D and G"]),
        ({"updates": "extragradient"}, 1, 2, ["G 1/2", "D and G 2/2, extrapolation", "D and G 2/2"]),
        ({"optimizer": Optimizer(lookahead_steps=3)}, 1, 1, ["D", "G", "lookahead"]),
        ({"updates": "same_batch", "objective": "relativistic"}, 1, 1, ["D", "G"]),
    ],
)
def test_stages_bear_the_names_of_their_updates(
    train: Train, config: Config, knobs: Knobs, changes: dict[str, Any], k: int, g: int, names: list[str]
) -> None:
    turned = set_knob(set_knob(knobs, "k_steps", k), "generator_steps", g)
    ended = train(config=of(config, **changes), knobs=turned, script={5: presses(30)}, hold=True)
    last = max((each for each in ended.snapshots if each.step in (5, 6)), key=lambda each: len(each.stages))
    assert list(dict.fromkeys(stage.name.partition(":")[0] for stage in last.stages)) == names
    if changes.get("updates") == "same_batch":
        latents = next(stage for stage in last.stages if stage.name == "G: latents")
        assert latents.text == "The latents of D's last update are used again."
        pairs = next(stage for stage in last.stages if stage.name == "D: forward pass").numbers
        assert pairs[-1][0] == "pairs with the higher logit on real"


def test_latents_are_told_without_their_classes_and_as_used_again_where_they_are(train: Train, config: Config) -> None:
    changes = {"dataset": "ring", "latent_dim": 2, "classes": 8, "updates": "same_batch", "metrics": ("sliced_w1",), "metric": "sliced_w1"}
    ended = train(config=of(config, **changes, evaluated=200), script={5: presses(30)}, hold=True)
    last = max((each for each in ended.snapshots if each.step in (5, 6)), key=lambda each: len(each.stages))
    latents = {stage.name: stage for stage in last.stages if stage.name.endswith(": latents")}
    assert dict(latents["D: latents"].numbers)["dimension"] == "2"
    assert latents["D: latents"].text.startswith("A latent z is drawn")
    assert latents["G: latents"].text == "The latents of D's last update are used again."


@pytest.mark.parametrize(
    "command",
    [TurnKnob("k_steps"), ChangeSetting("objective", "hinge"), UpdateGenerator(), Step()],
    ids=lambda command: type(command).__name__,
)
def test_what_changes_the_run_ends_slow_motion(train: Train, command: Any) -> None:
    ended = train(script={5: [SlowMotion(), SlowMotion(), None, command, None, SlowMotion(), None]}, hold=True)
    shown = [len(each.stages) for each in ended.snapshots if each.step >= 5]
    assert 2 in shown
    assert 0 in shown[shown.index(2) :]
    assert shown[-1] == 1


def test_what_only_looks_keeps_it(train: Train) -> None:
    ended = train(script={5: [SlowMotion(), SlowMotion(), Evaluate(), Save(), Pause(), None, SlowMotion(), None]}, hold=True)
    assert [len(each.stages) for each in ended.snapshots if each.stages] == [2, 3]


def test_going_on_ends_it(train: Train) -> None:
    ended = train(script={5: [SlowMotion(), Resume()], 7: [None]})
    assert ended.snapshots[-1].stages == ()
    assert_same(ended.checkpoint(40), train("plain").checkpoint(40))


def test_there_is_none_in_pre_training_or_at_the_end(train: Train, config: Config) -> None:
    ended = train(script={-2: [SlowMotion(), None], 40: [SlowMotion(), None]}, config=of(config, pretraining=4), hold=True)
    assert "not during pre-training" in ended.snapshots[1].events[-1].text
    assert "the run has finished" in ended.snapshots[-1].events[-1].text
    assert ended.snapshots[-1].stages == ()


def test_images_and_planes_are_told_in_their_own_numbers(train: Train, config: Config) -> None:
    plane = of(config, dataset="ring", latent_dim=2, metrics=("sliced_w1",), metric="sliced_w1", evaluated=200)
    ended = train(config=plane, script={2: presses(3)}, hold=True)
    real = dict(ended.snapshots[-1].stages[1].numbers)
    assert real["samples"] == "8"
    assert real["mean"].count(",") == 1
    images = of(config, preset="digits", dataset="digits", metrics=("recall",), metric="recall", evaluated=200)
    ended = train("images", config=images, script={2: presses(3)}, hold=True)
    assert "the first" not in dict(ended.snapshots[-1].stages[1].numbers)
