"""The manifold is the generator on a grid of latents; the arrows are how a small step of its would move free samples."""

import copy
import math
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from tests.gan.by_hand import update
from tui_gan.contract.config import Config, Information, Noise, Optimizer
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.contract.snapshot import Plane2D
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.datasets.plane import of_columns
from tui_gan.gan.engines.eager import Eager
from tui_gan.gan.latents import LATENTS, draw
from tui_gan.gan.objectives import OBJECTIVES
from tui_gan.gan.state import Learner
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe import field, observer, with_field
from tui_gan.session.observe.field import SPANS, arrows, manifold, span


def build(config: Config, **changes: Any) -> Trainer:
    plain: dict[str, Any] = {"dataset": "ring", "latent_dim": 2, "metrics": ("sliced_w1",), "metric": "sliced_w1"}
    return Trainer(msgspec.structs.replace(config, **{**plain, **changes}), DATASETS["ring"](changes.get("standardize", True)), "cpu")


def test_every_distribution_of_latents_is_spanned() -> None:
    assert SPANS.keys() == LATENTS.keys()


@pytest.mark.parametrize("latent", LATENTS)
@pytest.mark.parametrize("dim", [1, 2, 3, 16])
def test_a_span_covers_what_the_distribution_does(latent: str, dim: int) -> None:
    points = span(latent, dim)
    assert points.shape == ((1, 64, dim) if dim == 1 or latent == "grid" or (latent, dim) == ("sphere", 2) else (24, 24, dim))
    drawn = draw(LATENTS[latent], 5_000, dim, torch.Generator().manual_seed(0))
    low, high = drawn[:, :2].quantile(0.05, 0), drawn[:, :2].quantile(0.95, 0)
    assert (points[..., :2].flatten(0, 1).amin(0) <= low + 1e-6).all()
    assert (points[..., :2].flatten(0, 1).amax(0) >= high - 1e-6).all()
    if latent == "sphere":
        assert points.norm(dim=2).flatten().tolist() == pytest.approx([math.sqrt(dim)] * points[..., 0].numel(), rel=1e-5)
    elif latent == "grid":
        assert (points == points[..., :1]).all()
    else:
        assert (points[..., 2:] == 0).all()
    if len(points) > 1 and latent != "sphere":
        assert (points[0].diff(dim=0)[:, 0] > 0).all()
        assert (points[:, 0].diff(dim=0)[:, 1] > 0).all()


@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_the_manifold_is_the_generator_on_the_grid(config: Config, latent_dim: int) -> None:
    trainer = build(config, latent_dim=latent_dim, latent_scale=1.5)
    found = manifold(trainer)
    grid = 1.5 * span("normal", latent_dim)
    row, column = (0, 17) if latent_dim == 1 else (5, 17)
    with torch.no_grad():
        x = trainer.generator_average(grid[row, column][None])[0].double().numpy()
    assert found.shape == (*grid.shape[:2], 2)
    assert found[row, column] == pytest.approx(x * trainer.dataset.scale + trainer.dataset.location, rel=1e-5)
    assert not found.flags.writeable


def test_continuous_codes_are_held_on_the_manifold_and_each_value_of_a_categorical_one_has_its_own(config: Config, knobs: Knobs) -> None:
    trainer = build(config, information=Information(continuous=2))
    found, grid = manifold(trainer), span("normal", 2)
    with torch.no_grad():
        x = trainer.generator_average(torch.cat((grid[5, 17], torch.zeros(2)))[None])[0].double().numpy()
    assert found[5, 17] == pytest.approx(x * trainer.dataset.scale + trainer.dataset.location, rel=1e-5)
    for information in (Information(categorical=3), Information(categorical=3, continuous=1)):
        trainer = build(config, information=information)
        picture = with_field(observer(trainer).picture(trainer, knobs), trainer, knobs)
        assert isinstance(picture, Plane2D)
        assert picture.manifold is None
        assert picture.arrows is not None


SPREADS = np.array([1.0, 100.0])
BATCH = 32


def wide(config: Config, **changes: Any) -> Trainer:
    """A trainer of plain gradient steps whose average is the generator itself, on columns of sd 1 and 100."""
    values = np.random.default_rng(0).normal(size=(500, 2)) * SPREADS + [3.0, -50.0]
    plain: dict[str, Any] = {
        "metrics": ("sliced_w1",),
        "metric": "sliced_w1",
        "latent_dim": 2,
        "average_decay": 0.0,
        "optimizer": Optimizer(kind="sgd"),
    }
    return Trainer(msgspec.structs.replace(config, **{**plain, **changes}), of_columns(values, True), "cpu")


def table(trainer: Trainer, rows: int) -> None:
    """Give it a generator whose samples are free: one weight for each coordinate of each of `rows` samples."""
    torch.manual_seed(4)
    free = torch.nn.Linear(rows, 2, bias=False)
    torch.nn.init.normal_(free.weight)
    trainer.generator = torch.nn.Sequential(free)
    trainer.generator_average = copy.deepcopy(trainer.generator)
    trainer.now.average, trainer._average_weights = trainer.generator_average, list(trainer.generator_average.parameters())
    trainer.now.players["G"] = Learner(trainer.generator)
    trainer.engine = Eager(trainer.game, trainer.now)
    trainer.now.fixed_latents = torch.eye(rows)


def moved(trainer: Trainer, knobs: Knobs, latents: torch.Tensor, rate: float = 1e-4) -> np.ndarray:
    """How far a small step of the generator moves its samples, in units of the data, the real samples in the order of the dataset."""
    before = trainer.dataset.in_units(trainer.generator(latents))
    slow = set_knob(knobs, "generator_lr", rate)
    update(trainer, "G", slow, latents, trainer.dataset.sample(len(latents), torch.Generator().manual_seed(1), "cpu"))
    return trainer.dataset.in_units(trainer.generator(latents)) - before


def angles(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    cosines = (one * other).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)
    return np.degrees(np.arccos(np.clip(cosines, -1, 1)))


TOGETHER: dict[str, dict[str, Any]] = {
    "alone": {},
    "minibatch": {"gate": True},
    "packing": {"packing": 2},
    "packed minibatch": {"packing": 2, "gate": True},
    "batch norm": {"discriminator": Network(widths=(8, 7), norm="batch")},
    "feature matching": {"feature_matching": 3.0},
    "spectral": {"discriminator": Network(widths=(8, 7), spectral=True)},
}


# Each objective and each way to judge samples together in one of two; the others are among the longer checks.
FREE = [
    pytest.param(objective, how, marks=pytest.mark.slow if (row + column) % 2 else ())
    for row, objective in enumerate(OBJECTIVES)
    for column, how in enumerate(TOGETHER)
]


@pytest.mark.parametrize(("objective", "how"), FREE)
def test_free_samples_move_along_their_arrows(config: Config, knobs: Knobs, objective: str, how: str) -> None:
    """A whole batch whose samples are free weights of the generator, by the step that trains it."""
    changes = dict(TOGETHER[how])
    opened = set_knob(set_knob(knobs, "batch_size", BATCH), "minibatch_discrimination", changes.pop("gate", False))
    rows = BATCH * changes.get("packing", 1)
    trainer = wide(config, objective=objective, latent_dim=rows, **changes)
    for _ in range(5):
        trainer.step(opened)
    table(trainer, rows)
    found = arrows(trainer, opened)
    assert found[:, 0] == pytest.approx(trainer.dataset.in_units(trainer.generator(torch.eye(rows))))
    assert np.linalg.norm(found[:, 1], axis=1).max() == pytest.approx(1)
    way = moved(trainer, opened, torch.eye(rows), rate=0.05)
    # The arrows of relativistic pairs are the mean over pairs, of which a step takes one of each sample: only their lengths differ.
    paired = objective == "relativistic"
    if not paired:
        assert way / np.linalg.norm(way, axis=1).max() == pytest.approx(found[:, 1], abs=5e-3)
    if not paired or how in ("alone", "feature matching"):
        sizeable = np.linalg.norm(way, axis=1) > 0.01 * np.linalg.norm(way, axis=1).max()
        assert np.median(angles(way[sizeable], found[sizeable, 1])) < 1


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("gate", [False, True])
def test_a_generators_own_small_step_goes_along_the_arrows(config: Config, knobs: Knobs, objective: str, gate: bool) -> None:
    """Its samples share their weights, which turns them a little; a direction in the wrong units stands nearly across."""
    opened = set_knob(set_knob(knobs, "batch_size", 64), "minibatch_discrimination", gate)
    trainer = wide(config, objective=objective, generator=Network(widths=(64, 64)))
    for _ in range(30):
        trainer.step(opened)
    found = arrows(trainer, opened)
    way = moved(trainer, opened, trainer.fixed_latents[:64], rate=0.01)
    assert np.median(angles(way, found[:, 1])) < 15
    # In training units too, where no column is louder than the other.
    assert np.median(angles(way / SPREADS, found[:, 1] / SPREADS)) < 60


def test_arrows_of_a_linear_critic_are_its_weights_in_units_of_the_data(config: Config, knobs: Knobs) -> None:
    """C = w x falls for the generator of Wasserstein along w in training units, which is w times the scale in units of the data."""
    trainer = wide(config, objective="wasserstein")
    body = trainer.discriminator.body
    with torch.no_grad():
        for layer in (body[0], body[2]):
            layer.weight.zero_()
            layer.weight[:2, :2] = torch.eye(2)
            layer.bias.fill_(1_000.0)
        trainer.discriminator.logit.weight.zero_()
        trainer.discriminator.logit.weight[0, :2] = torch.tensor([3.0, -0.5])
    scale = trainer.dataset.scale
    way = np.array([3.0, -0.5]) * scale
    assert arrows(trainer, knobs)[:, 1] == pytest.approx(np.tile(way / np.linalg.norm(way), (64, 1)), rel=1e-4)


def test_arrows_hold_what_a_sample_does_to_the_others(config: Config, knobs: Knobs) -> None:
    """With D reading the minibatch features alone, two samples that lie close are driven apart by their own feature and each other's."""
    opened = set_knob(set_knob(knobs, "batch_size", 64), "minibatch_discrimination", True)
    trainer = wide(config, latent_dim=64)
    for _ in range(20):
        trainer.step(opened)
    table(trainer, 64)
    x = trainer.generator(torch.eye(64)).detach().requires_grad_()
    whole = -torch.autograd.grad(torch.nn.functional.softplus(-trainer.discriminator(x, True)).mean(), x)[0].double().numpy()
    own = torch.stack([trainer.discriminator(x[i : i + 1], True, x[torch.arange(64) != i].detach())[0, 0] for i in range(64)])
    alone = -torch.autograd.grad(torch.nn.functional.softplus(-own).mean(), x)[0].double().numpy()
    found = arrows(trainer, opened)[:, 1]
    whole, alone = whole * trainer.dataset.scale, alone * trainer.dataset.scale
    assert found == pytest.approx(whole / np.linalg.norm(whole, axis=1).max(), abs=1e-4)
    assert found != pytest.approx(alone / np.linalg.norm(alone, axis=1).max(), abs=1e-2)


def test_arrows_under_instance_noise_are_those_of_the_noisy_samples(config: Config, knobs: Knobs) -> None:
    """The mean over many steps of free samples, each with noise of its own."""
    opened = set_knob(knobs, "batch_size", 64)
    trainer = wide(config, latent_dim=64, instance_noise=Noise(sd=1.0))
    for _ in range(30):
        trainer.step(opened)
    table(trainer, 64)
    found = arrows(trainer, opened)[:, 1]
    x = trainer.generator(torch.eye(64)).detach()
    slopes = torch.zeros_like(x)
    for _ in range(400):
        noisy = (x + torch.randn_like(x)).requires_grad_()
        slopes -= torch.autograd.grad(torch.nn.functional.softplus(-trainer.discriminator(noisy)).sum(), noisy)[0]
    way = slopes.double().numpy() * trainer.dataset.scale
    assert np.median(angles(way / SPREADS, found / SPREADS)) < 15
    assert (arrows(trainer, opened)[:, 1] == found).all()


@pytest.mark.parametrize("batch", [2, 8, 48, 200])
def test_a_batch_of_any_size_gives_an_arrow_for_each_point(config: Config, knobs: Knobs, batch: int) -> None:
    opened = set_knob(set_knob(knobs, "batch_size", batch), "minibatch_discrimination", True)
    trainer = build(config, packing=2)
    trainer.step(opened)
    assert arrows(trainer, opened).shape == (64, 2, 2)


@pytest.mark.parametrize("weight", [0.0, math.nan, math.inf])
def test_where_there_is_no_slope_there_are_no_arrows(config: Config, knobs: Knobs, weight: float) -> None:
    trainer = build(config)
    with torch.no_grad():
        trainer.discriminator.logit.weight.fill_(weight)
    found = arrows(trainer, knobs)
    assert (found[:, 1] == 0).all()
    assert np.isfinite(found[:, 0]).all()


@pytest.mark.parametrize("changes", [{"packing": 2}, {"fixed_latents": 4}, {"latent": "sphere", "latent_dim": 3}], ids=str)
def test_the_field_is_drawn_into_the_picture_and_touches_nothing(config: Config, knobs: Knobs, changes: dict[str, Any]) -> None:
    trainer, opened = build(config, **changes), set_knob(knobs, "minibatch_discrimination", True)
    trainer.step(opened)
    state, gradients = trainer.state(), [weight.grad for weight in trainer.discriminator.parameters()]
    plain = observer(trainer).picture(trainer, opened)
    found = with_field(plain, trainer, opened)
    assert found.fake is plain.fake
    assert found.manifold is not None
    assert found.arrows is not None
    assert len(found.arrows) == min(field.ARROWS, trainer.config.fixed_latents)
    after = trainer.state()
    assert [name for name in state if not torch.equal(state[name], after[name])] == []
    assert all(weight.grad is grad for weight, grad in zip(trainer.discriminator.parameters(), gradients, strict=True))
    assert trainer.discriminator.training
