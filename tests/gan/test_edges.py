"""The edges of what is drawn, loaded and begun with."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from tests.gan.by_hand import discriminator_loss, watched
from tui_gan.contract.config import Config, Noise, Optimizer
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan.beginning import networks
from tui_gan.gan.datasets import DATASETS, of_column, of_columns, of_images
from tui_gan.gan.datasets.dataset import Dataset, Images, gathered
from tui_gan.gan.datasets.images import normalised
from tui_gan.gan.diagnosis import plane
from tui_gan.gan.latents import LATENTS, between, draw
from tui_gan.gan.optimizers import OPTIMIZERS, Method, Moved, move_
from tui_gan.gan.trainer import Trainer

Build = Callable[..., Trainer]


@pytest.mark.parametrize(("output", "standardize"), [("tanh", True), ("sigmoid", False)])
@pytest.mark.parametrize("level", [0, 255])
def test_pixels_that_are_always_black_or_white_have_a_finite_bias(config: Config, output: str, standardize: bool, level: int) -> None:
    train = torch.full((8, 1, 2, 2), 128, dtype=torch.uint8)
    train[:, :, 0, 0] = level
    data = of_images(Images(train, train[:2]), standardize)
    network = Network(widths=(6,), output=output, output_bias="data", init="uniform", init_scale=1e-4)
    made, _ = networks(msgspec.structs.replace(config, generator=network), data)
    shown = data.in_units(made(torch.zeros(1, 1)))[0, 0]
    np.testing.assert_allclose(shown, [[level / 255, 128 / 255], [128 / 255, 128 / 255]], atol=1e-4)
    assert all(weight.isfinite().all() for weight in made.parameters())


@pytest.mark.parametrize("kind", ["adaptive_l2", "historical"])
def test_a_state_that_was_loaded_is_not_written_to(build_trainer: Build, knobs: Knobs, kind: str) -> None:
    changes: dict[str, Any] = {"regularizers": {"adaptive_l2": 0.1}} if kind == "adaptive_l2" else {"historical_averaging": 1.0}
    one, other = build_trainer(**changes), build_trainer(**changes)
    one.step(knobs)
    state = one.state()
    kept = {name: value.clone() for name, value in state.items()}
    other.load_state(state)
    for _ in range(3):
        other.step(knobs)
    other.clear_losses()
    assert all(torch.equal(value, kept[name]) for name, value in state.items())


def test_draws_inside_differ_from_step_to_step_and_with_the_pretraining(build_trainer: Build, knobs: Knobs) -> None:
    """The stream of draws inside a step is set by seed, step and steps of pre-training; each of them makes another."""

    def drawn(**at: int) -> torch.Tensor:
        trainer = build_trainer(instance_noise=Noise(sd=1.0), seed=at.get("seed", 0))
        trainer.now.steps_done, trainer.now.pretrained = at.get("steps", 0), at.get("pretrained", 0)
        trainer.prepared(knobs)
        return torch.rand(4)

    places = [{}, {"seed": 1}, {"steps": 1}, {"pretrained": 1}, {"seed": 1, "steps": 1}]
    found = [drawn(**place) for place in places]
    assert all(torch.equal(one, drawn(**place)) for one, place in zip(found, places, strict=True))
    assert not any(torch.equal(found[i], found[j]) for i in range(5) for j in range(i))


def test_without_an_end_the_rows_are_drawn_and_with_one_they_are_taken_in_epochs(config: Config, knobs: Knobs) -> None:
    values = np.linspace(0, 1, 24)
    trainer = Trainer(msgspec.structs.replace(config, sampling="epochs", packing=2), of_column(values, False), "cpu")
    seen = [trainer.chance.batch(knobs).x.flatten() for _ in range(3)]
    # Three batches of twice eight are two epochs of 24.
    assert [len(each) for each in seen] == [16, 16, 16]
    both = torch.cat(seen)
    for epoch in (both[:24], both[24:]):
        np.testing.assert_allclose(np.sort(epoch.numpy()), values, atol=1e-6)
    assert trainer.now.drawn == 48
    assert not torch.equal(both[:24], both[24:])


@pytest.mark.parametrize("pretraining", [False, True])
def test_mean_losses_are_those_of_all_steps_since_they_were_cleared(build_trainer: Build, knobs: Knobs, pretraining: bool) -> None:
    whole, single = build_trainer(coordination="accuracy"), build_trainer(coordination="accuracy")
    found = []
    for number in range(4):
        for trainer in (whole, single):
            trainer.pretrain_step(knobs) if pretraining else trainer.step(knobs)
        found.append(single.mean_losses())
        assert single.now.losses_summed == 1
        single.clear_losses()
        assert (single.now.losses_summed, single.now.loss_sums.tolist(), single.now.accuracy_sum.item()) == (0, [0, 0], 0)
        assert whole.now.losses_summed == number + 1
        torch.testing.assert_close(whole.mean_losses(), torch.stack(found).mean(0))
    assert found[0].isfinite().all()
    assert (found[0][0].item() == 0) is pretraining
    assert found[0][1] != found[1][1]


def test_real_and_fake_are_judged_in_one_pass_where_each_is_judged_alone(build_trainer: Build, knobs: Knobs) -> None:
    """Also with dropout, which then leaves out units of each sample apart."""
    trainer = build_trainer(discriminator=Network(widths=(20,), dropout=0.5))
    real, fake = trainer.chance.batch(knobs).x, trainer.chance.batch(knobs).x
    torch.manual_seed(5)
    _, logits = discriminator_loss(trainer, real, fake, knobs)
    torch.manual_seed(5)
    both = trainer.discriminator(torch.cat((real, fake)))
    torch.testing.assert_close(torch.cat(logits), both)


@pytest.mark.parametrize(
    ("changes", "data", "stirs"),
    [
        ({}, "gaussian", False),
        ({"regularizers": {"r1": 1.0, "l2": 1.0}}, "ring", False),
        ({"regularizers": {"r1_difference": 1.0}}, "gaussian", False),
        ({"regularizers": {"r1_difference": 1.0}, "packing": 2}, "gaussian", True),
        ({"regularizers": {"r1_difference": 1.0}}, "ring", True),
        ({"regularizers": {"r1_difference": 0.0}}, "ring", False),
        ({"regularizers": {"gradient_penalty": 1.0}}, "gaussian", True),
        ({"instance_noise": Noise(sd=0.1)}, "gaussian", True),
        ({"instance_noise": Noise(sd=0.0, steps=9)}, "gaussian", False),
        ({"generator": Network(widths=(4,), dropout=0.1)}, "gaussian", True),
        ({"discriminator": Network(widths=(4,), dropout=0.1)}, "gaussian", True),
        ({"discriminator": Network(widths=(4,), input_dropout=0.1)}, "gaussian", True),
    ],
    ids=str,
)
def test_torchs_own_stream_is_set_where_a_step_draws_from_it(
    config: Config, knobs: Knobs, changes: dict[str, Any], data: str, stirs: bool
) -> None:
    metric = "w1" if data == "gaussian" else "sliced_w1"
    trainer = Trainer(msgspec.structs.replace(config, metrics=(metric,), metric=metric, **changes), DATASETS[data](True), "cpu")
    assert trainer.game.stirs is stirs
    torch.manual_seed(123)
    before = torch.random.get_rng_state()
    trainer.step(knobs)
    assert torch.equal(before, torch.random.get_rng_state()) is not stirs


@pytest.mark.parametrize("player", ["generator", "discriminator"])
@pytest.mark.parametrize("value", [float("nan"), float("-inf")])
def test_a_weight_of_either_player_that_is_no_number_is_noticed(build_trainer: Build, player: str, value: float) -> None:
    trainer = build_trainer()
    assert trainer.is_finite() is True
    with torch.no_grad():
        next(getattr(trainer, player).parameters()).view(-1)[-1] = value
    assert trainer.is_finite() is False


@pytest.mark.parametrize(("device", "fused"), [("cpu", True), ("cuda", True), ("cuda:1", True), ("mps", False)])
def test_the_fused_update_is_taken_where_there_is_one(device: str, fused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Moved] = []
    monkeypatch.setitem(OPTIMIZERS, "adam", Method(given.append))
    # A weight of which its place alone is asked, since the device may not be there.
    weight: Any = SimpleNamespace(device=torch.device(device), stride=lambda: (1,))
    move_(Optimizer(kind="adam", beta1=0.3, beta2=0.7), [weight], [torch.zeros(2)], {}, rate=0.1, momentum=0.0)
    (moved,) = given
    assert (moved.fused, (moved.beta1, moved.beta2)) == (fused, (0.3, 0.7))


def test_momentum_of_both_players_moves_by_the_steps(build_trainer: Build, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    moving = Optimizer(kind="sgd", momentum=0.5, momentum_end=0.9, momentum_steps=4, momentum_every=2)
    trainer = build_trainer(optimizer=moving)
    moves = watched(trainer, monkeypatch)
    for _ in range(6):
        trainer.step(knobs)
    for name in ("G", "D"):
        assert [moved.momentum for player, moved in moves if player == name] == pytest.approx([0.5, 0.5, 0.7, 0.7, 0.9, 0.9])


@pytest.mark.parametrize("name", ["ring", "grid", "moons", "spiral", "correlated"])
def test_where_the_plane_lies_and_how_wide_it_is_agrees_with_many_points(name: str) -> None:
    data: Dataset = DATASETS[name](True)
    many = data.truth.points(400_000)  # type: ignore[union-attr]
    error = many.std(0) / np.sqrt(len(many))
    assert (np.abs(many.mean(0) - data.location) < 5 * error).all()
    np.testing.assert_allclose(data.scale, many.std(0), rtol=5e-3)


def test_the_spiral_is_that_of_its_integrals() -> None:
    """With r = 1/4 + 3/4 u and the angle 4 pi (r - 1/4) = 3 pi u, by Simpson's rule over u."""
    u = np.linspace(0, 1, 20_001)
    weights = np.ones_like(u)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    weights /= weights.sum()
    radius = 0.25 + 0.75 * u
    x, y = radius * np.cos(3 * np.pi * u), radius * np.sin(3 * np.pi * u)
    data = DATASETS["spiral"](True)
    for axis, values in enumerate((x, y)):
        mean = (weights * values).sum()
        assert data.location[axis] == pytest.approx(mean, abs=1e-6)
        assert data.scale[axis] == pytest.approx(np.sqrt((weights * values**2).sum() - mean**2 + 0.02**2), abs=1e-6)


def test_repeated_points_are_within_reach_of_each_other() -> None:
    """Where the fifth neighbour is a copy the reach is 0, and a copy lies within it."""
    places = np.random.default_rng(0).standard_normal((20, 2))
    truth = of_columns(np.repeat(places, 100, axis=0), True).truth
    samples = np.repeat(places, 100, axis=0)[np.random.default_rng(1).permutation(2_000)]
    samples[::5] += 0.5
    (off,) = (each for each in plane.findings(samples, truth) if each.kind == "off")  # type: ignore[arg-type]
    assert (off.share, off.expected) == (pytest.approx(0.2, abs=0.01), 0)


@pytest.mark.parametrize("name", LATENTS)
def test_the_way_between_two_latents_begins_and_ends_at_them(name: str) -> None:
    start, end = draw(LATENTS[name], 2, 6, torch.Generator().manual_seed(3))
    found = between(name, start, end, 5)
    assert found.shape == (5, 6)
    torch.testing.assert_close(found[[0, -1]], torch.stack((start, end)))
    straight = torch.stack([start + share * (end - start) for share in (0, 0.25, 0.5, 0.75, 1)])
    assert torch.allclose(found, straight, atol=1e-5) is (name not in ("normal", "sphere"))


def test_the_great_circle_turns_evenly() -> None:
    angles = torch.tensor([0.2, 0.2 + 2.0])
    start, end = torch.stack((angles.cos(), angles.sin()), 1)
    shares = torch.linspace(0, 1, 9)
    expected = torch.stack(((0.2 + 2 * shares).cos(), (0.2 + 2 * shares).sin()), 1)
    torch.testing.assert_close(between("sphere", start, end, 9), expected)
    # Of latents of different lengths it is the same sum of both.
    mixed = between("normal", start, 3 * end, 3)[1]
    torch.testing.assert_close(mixed, (start + 3 * end) * torch.sin(torch.tensor(1.0)) / torch.sin(torch.tensor(2.0)))


@pytest.mark.parametrize("factor", [1.0, 2.0, -1.0, -0.5])
def test_through_0_the_way_is_straight(factor: float) -> None:
    start = torch.tensor([0.6, -0.8, 0.2])
    found = between("normal", start, factor * start, 5)
    torch.testing.assert_close(found, torch.stack([start * (1 + share * (factor - 1)) for share in (0, 0.25, 0.5, 0.75, 1)]))


def test_the_contrast_that_output_takes_is_that_of_the_first_ten_thousand_images() -> None:
    train = torch.zeros(10_010, 1, 2, 2, dtype=torch.uint8)
    train[:10_000, :, 0, 0] = 200
    train[10_000:, :, 0, 0] = 10
    data = of_images(Images(train, train[:2]), True, contrast=5.0)
    # One pixel of four at c has the norm c sqrt(3) / 2 about its mean.
    assert data.scale == pytest.approx(200 / 255 * np.sqrt(3) / 2 / 5)
    dim = torch.full((1, 1, 2, 2), 0.5)
    for contrast, is_told in ((2e-3, True), (5e-4, False)):
        dim[0, 0, 0, 0] = 0.5 + contrast
        assert (normalised(dim, 1.0).norm().item() > 0.9) is is_told


def test_samples_are_copied_to_a_device_once() -> None:
    """The device without memory stands for any other."""
    pool = torch.arange(6.0)[:, None]
    moves: list[object] = []

    class Watched(torch.Tensor):
        def to(self, *where: Any, **how: Any) -> torch.Tensor:
            moves.append(where[0])
            return torch.Tensor.to(self, *where, **how)

    sample, rows = gathered(pool.as_subclass(Watched), lambda rows: rows * 2)
    assert torch.equal(rows(torch.tensor([4, 1]), "cpu"), torch.tensor([[8.0], [2.0]]))
    assert moves == []
    for _ in range(2):
        assert sample(3, torch.Generator(), "meta").shape == (3, 1)
    assert moves == ["meta"]


def test_a_live_change_keeps_the_coefficients_whose_weights_stay_and_begins_the_others(build_trainer: Build) -> None:
    trainer = build_trainer(regularizers={"adaptive_l2": 0.1})
    trainer.coefficients["adaptive_l2"] = torch.tensor(0.7)
    for weights, expected in (({"adaptive_l2": 0.1}, 0.7), ({"adaptive_l2": 0.1, "r1": 1.0}, 0.7), ({"adaptive_l2": 0.2}, 0.2)):
        changed = trainer.under(msgspec.structs.replace(trainer.config, regularizers=weights))
        assert changed.coefficients["adaptive_l2"].item() == pytest.approx(expected)
    assert trainer.under(msgspec.structs.replace(trainer.config, regularizers={})).coefficients == {}


def test_the_first_step_that_follows_the_accuracy_has_one_update(build_trainer: Build, knobs: Knobs) -> None:
    turned = set_knob(knobs, "k_steps", 5)
    assert build_trainer(coordination="accuracy").k_steps(turned) == 1
    assert build_trainer(coordination="fixed").k_steps(turned) == 5
