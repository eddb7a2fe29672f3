"""The manifold is the generator on a grid of latents, the arrows are minus the slope of its loss."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.gan import company, judging
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.latents import LATENTS, draw
from tui_gan.gan.objectives import OBJECTIVES
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


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("gate", [False, True])
def test_arrows_are_finite_differences_of_the_generators_loss(config: Config, knobs: Knobs, objective: str, gate: bool) -> None:
    trainer, opened = build(config, objective=objective), set_knob(knobs, "minibatch_discrimination", gate)
    trainer.step(opened)
    found = arrows(trainer, opened)
    assert found.shape == (64, 2, 2)
    assert np.linalg.norm(found[:, 1], axis=1).max() == pytest.approx(1)
    fake, real = company.fake(trainer, opened, 64), company.real(trainer, opened, 64)
    dataset, double = trainer.dataset, trainer.discriminator.double()

    def loss(points: np.ndarray) -> float:
        x = torch.from_numpy((points - dataset.location) / dataset.scale)
        with torch.no_grad():
            logits = judging.logits(trainer, x, opened, fake.company.double())
            compared = judging.logits(trainer, real.samples.double(), opened, real.company.double())
        return trainer.objective.generator_loss(compared, logits).item()

    slopes = np.zeros((6, 2))
    for index in range(6):
        for axis in range(2):
            ends = []
            for side in (-1, 1):
                moved = dataset.in_units(fake.samples)
                moved[index, axis] += side * 1e-4
                ends.append(loss(moved))
            slopes[index, axis] = (ends[1] - ends[0]) / 2e-4
    double.float()
    assert dataset.in_units(fake.samples) == pytest.approx(found[:, 0])
    # Scaled as a whole, so that all have one factor.
    factor = np.linalg.norm(found[:6, 1]) / np.linalg.norm(slopes)
    assert found[:6, 1] == pytest.approx(-factor * slopes, abs=2e-3)


def test_unequal_scales_turn_the_arrows(config: Config, knobs: Knobs) -> None:
    """A loss that falls alike along both axes in training units falls slower along the one with the larger unit."""
    dataset = DATASETS["correlated"](True)
    wide = type(dataset)(dataset.shape, dataset.sample, dataset.location, np.array([1.0, 4.0]), dataset.truth)
    trainer = build(config)
    trainer.dataset = wide
    ahead = arrows(trainer, knobs)[:, 1]
    trainer.dataset = type(dataset)(dataset.shape, dataset.sample, dataset.location, np.array([1.0, 1.0]), dataset.truth)
    plain = arrows(trainer, knobs)[:, 1]
    assert ahead[:, 1] / ahead[:, 0] == pytest.approx(plain[:, 1] / plain[:, 0] / 4)


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
