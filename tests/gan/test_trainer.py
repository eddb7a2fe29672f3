"""The trainer: who moves when, what a knob does, and a state that is whole."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from tests.gan.by_hand import update, watched
from tui_gan.contract.config import EarlyStop, Optimizer, Schedule
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.gan.judging import judge
from tui_gan.gan.objectives import OBJECTIVES
from tui_gan.gan.trainer import Trainer
from tui_gan.gan.values import Player

State = dict[str, torch.Tensor]
Build = Callable[..., Trainer]
Differing = Callable[[State, State], set[str]]


def owners(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def updates(trainer: Trainer, player: Player) -> set[float]:
    return {float(moments["step"]) for moments in trainer.now.players[player].moments.values()}


@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_step_is_k_updates_of_d_and_one_of_g(trainer: Trainer, knobs: Knobs, k: int) -> None:
    for steps in (1, 2):
        trainer.step(set_knob(knobs, "k_steps", k))
        assert updates(trainer, "D") == {steps * k}
        assert updates(trainer, "G") == {steps}
        assert trainer.steps_done == steps


@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_g_learns_while_d_stays_bit_for_bit(build_trainer: Build, knobs: Knobs, objective: str, gate: bool, differing: Differing) -> None:
    trainer = build_trainer(objective=objective)
    knobs = set_knob(knobs, "minibatch_discrimination", gate)
    trainer.step(knobs)
    before = trainer.state()
    update(trainer, "G", knobs)
    assert owners(differing(before, trainer.state())) == {"generator", "generator_optimizer", "stream"}


@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_d_learns_while_g_stays_bit_for_bit(build_trainer: Build, knobs: Knobs, objective: str, gate: bool, differing: Differing) -> None:
    trainer = build_trainer(objective=objective)
    knobs = set_knob(knobs, "minibatch_discrimination", gate)
    trainer.step(knobs)
    before = trainer.state()
    update(trainer, "D", knobs)
    assert owners(differing(before, trainer.state())) == {"discriminator", "discriminator_optimizer", "stream"}


def test_what_g_learned_from_does_not_flow_into_ds_next_update(build_trainer: Build, knobs: Knobs) -> None:
    trainer, free = build_trainer(), build_trainer()
    for each in (trainer, free):
        update(each, "D", knobs)
    before = {name: value.clone() for name, value in trainer.generator.state_dict().items()}
    update(trainer, "G", knobs)
    assert all(weight.grad is None for weight in trainer.discriminator.parameters())
    # On the same samples its next gradients are those of a discriminator from which nobody has learned.
    trainer.generator.load_state_dict(before)
    real, latents = trainer.chance.batch(knobs).x, trainer.chance.latents(knobs)
    found, expected = (update(each, "D", knobs, latents, real).gradients["D"] for each in (trainer, free))
    gradients = [(one, other) for one, other in zip(found, expected, strict=True) if one is not None or other is not None]
    assert len(gradients) == len(trainer.discriminator.active(False))
    assert all(torch.equal(*pair) for pair in gradients)


def test_fixed_latents_are_fixed(trainer: Trainer, knobs: Knobs) -> None:
    before = trainer.fixed_latents.clone()
    assert before.shape == (trainer.config.fixed_latents, trainer.config.latent_dim)
    for _ in range(3):
        trainer.step(knobs)
    assert torch.equal(before, trainer.fixed_latents)


@pytest.mark.parametrize("gate", [False, True])
def test_a_state_loaded_elsewhere_goes_on_in_equal_steps(build_trainer: Build, knobs: Knobs, gate: bool, differing: Differing) -> None:
    trainer, other = build_trainer(), build_trainer(seed=9)
    opened = set_knob(knobs, "minibatch_discrimination", gate)
    for _ in range(3):
        trainer.step(opened)
    saved = trainer.state()
    other.load_state(saved)
    assert differing(saved, other.state()) == set()
    for _ in range(3):
        trainer.step(knobs)
        other.step(knobs)
    assert differing(trainer.state(), other.state()) == set()
    assert differing(trainer.state(), saved) > {"stream", "counts"}


def test_a_state_is_a_copy(trainer: Trainer, knobs: Knobs, differing: Differing) -> None:
    saved = trainer.state()
    kept = {name: value.clone() for name, value in saved.items()}
    trainer.step(knobs)
    trainer.load_state(saved)
    trainer.step(knobs)
    assert differing(saved, kept) == set()


def test_going_back_undoes_an_optimiser_that_has_begun_since(trainer: Trainer, knobs: Knobs, differing: Differing) -> None:
    start = trainer.state()
    trainer.step(set_knob(knobs, "minibatch_discrimination", True))
    trainer.load_state(start)
    assert differing(start, trainer.state()) == set()


def test_a_trainer_moves_in_the_same_state(trainer: Trainer, knobs: Knobs, differing: Differing) -> None:
    trainer.step(knobs)
    other = trainer.on("cpu")
    assert differing(trainer.state(), other.state()) == set()
    trainer.step(knobs)
    other.step(knobs)
    assert differing(trainer.state(), other.state()) == set()


@pytest.mark.parametrize("device", ["cuda:99", "nonsense"])
def test_a_move_that_fails_leaves_everything_as_it_was(trainer: Trainer, knobs: Knobs, device: str, differing: Differing) -> None:
    trainer.step(knobs)
    before = trainer.state()
    with pytest.raises((RuntimeError, AssertionError)):
        trainer.on(device)
    assert differing(before, trainer.state()) == set()
    assert trainer.device == "cpu"
    trainer.step(knobs)


@pytest.mark.parametrize(
    ("name", "value", "moved"),
    [
        ("generator_lr", 0.5, {"generator", "generator_average"}),
        ("discriminator_lr", 0.5, {"discriminator", "generator", "generator_optimizer", "generator_average", "loss_sums"}),
        ("batch_size", 4, {"stream", "discriminator", "generator", "generator_average", "loss_sums"}),
        ("k_steps", 2, {"stream", "discriminator", "generator", "generator_average", "loss_sums"}),
        ("minibatch_discrimination", True, {"discriminator", "discriminator_optimizer", "generator", "generator_average", "loss_sums"}),
    ],
)
def test_a_knob_takes_effect_in_the_next_step(
    build_trainer: Build, knobs: Knobs, name: str, value: Any, moved: set[str], differing: Differing
) -> None:
    one, other = build_trainer(), build_trainer()
    one.step(knobs)
    other.step(set_knob(knobs, name, value))
    found = owners(differing(one.state(), other.state()))
    assert moved <= found
    if name == "generator_lr":
        assert found == moved


def test_rates_follow_their_schedule(build_trainer: Build, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = build_trainer(schedule=Schedule(kind="hyperbolic", period=3))
    moves = watched(trainer, monkeypatch)
    for _ in range(4):
        trainer.step(knobs)
    assert [moved.rate / knobs.generator_lr for player, moved in moves if player == "G"] == pytest.approx([1, 3 / 4, 3 / 5, 1 / 2])
    constant = build_trainer()
    moves = watched(constant, monkeypatch)
    constant.step(knobs)
    constant.step(knobs)
    assert [moved.rate for player, moved in moves if player == "D"] == [knobs.discriminator_lr] * 2


def test_no_average_apart_means_the_weights_themselves(build_trainer: Build, knobs: Knobs) -> None:
    trainer = build_trainer(average_decay=0.0)
    for _ in range(3):
        trainer.step(knobs)
    average = trainer.generator_average.state_dict()
    assert all(torch.equal(value, average[name]) for name, value in trainer.generator.state_dict().items())


def test_losses_are_means_since_they_were_cleared(trainer: Trainer, knobs: Knobs) -> None:
    assert trainer.mean_losses().tolist() == [0.0, 0.0]
    trainer.step(knobs)
    first = trainer.mean_losses()
    trainer.step(knobs)
    both = trainer.mean_losses()
    trainer.clear_losses()
    trainer.load_state({**trainer.state()})
    trainer.step(knobs)
    assert trainer.now.losses_summed == 1
    assert first.isfinite().all()
    assert not torch.equal(first, both)


def test_a_weight_that_is_not_finite_is_noticed(trainer: Trainer) -> None:
    assert trainer.is_finite()
    with torch.no_grad():
        trainer.discriminator.logit.bias[0] = torch.inf
    assert not trainer.is_finite()


def test_looking_changes_nothing(trainer: Trainer, knobs: Knobs, differing: Differing) -> None:
    trainer.step(knobs)
    before, default = trainer.state(), torch.random.get_rng_state()
    trainer.sample(trainer.fixed_latents)
    for gate in (False, True):
        verdicts = judge(trainer, torch.linspace(-3, 3, 11)[:, None], set_knob(knobs, "minibatch_discrimination", gate), torch.zeros(5, 1))
        assert verdicts.shape == (11, 1)
        assert ((verdicts > 0) & (verdicts < 1)).all()
    trainer.mean_losses()
    trainer.is_finite()
    assert differing(before, trainer.state()) == set()
    assert torch.equal(default, torch.random.get_rng_state())


def test_building_and_training_leave_torchs_own_stream_alone(build_trainer: Build, knobs: Knobs) -> None:
    before = torch.random.get_rng_state()
    build_trainer().step(knobs)
    assert torch.equal(before, torch.random.get_rng_state())


def test_equal_seeds_give_equal_weights_whatever_was_drawn_before(build_trainer: Build, knobs: Knobs, differing: Differing) -> None:
    one = build_trainer(seed=5)
    torch.rand(17)
    same, other = build_trainer(seed=5), build_trainer(seed=6)
    for trainer in (one, same, other):
        trainer.step(knobs)
    assert differing(one.state(), same.state()) == set()
    assert {"generator.0.weight", "discriminator.body.0.weight", "fixed_latents", "stream"} <= differing(one.state(), other.state())


UNKNOWN: list[dict[str, Any]] = [
    {"objective": "non_saturatin"},
    {"latent": "norma"},
    {"updates": "simultaneus"},
    {"augment": "cutout,translatoin"},
    {"coordination": "acuracy"},
    {"optimizer": Optimizer(kind="adm")},
    {"schedule": Schedule(kind="cosin")},
    {"metric": "ww1"},
    {"metrics": ("w1", "kss")},
    {"stop": EarlyStop(metric="kss")},
    {"regularizers": {"r1_diference": 1.0}},
]


@pytest.mark.parametrize("changes", UNKNOWN, ids=lambda changes: next(iter(changes)))
def test_an_unknown_name_is_refused_with_the_nearest(build_trainer: Build, changes: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="did you mean"):
        build_trainer(**changes)


def test_the_average_keeps_no_history_of_the_weights_it_was_made_of(trainer: Trainer, knobs: Knobs) -> None:
    trainer.step(knobs)
    for weight in trainer.generator_average.parameters():
        assert weight.grad_fn is None
        assert not weight.requires_grad
