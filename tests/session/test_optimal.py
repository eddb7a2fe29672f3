"""D* on the line, against closed forms."""

import dataclasses
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from tui_gan.contract.config import Config, Noise
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.gan.datasets import DATASETS, Line, fixed, of_column
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe import observer
from tui_gan.session.observe.optimal import optimal


def build(config: Config, **changes: Any) -> Trainer:
    return Trainer(msgspec.structs.replace(config, **changes), DATASETS["gaussian"](True), "cpu")


class Shifted(torch.nn.Module):
    """A generator whose samples are N(mean, sd) in training units."""

    def __init__(self, mean: float, sd: float) -> None:
        super().__init__()
        self.mean, self.sd = torch.nn.Parameter(torch.tensor(mean)), sd

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.mean + self.sd * z


def best(trainer: Trainer, knobs: Knobs, mean: float = 0.0, sd: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """The middles of the bins in training units, and D* there."""
    truth = trainer.dataset.truth
    assert isinstance(truth, Line)
    trainer.generator = torch.nn.Sequential(Shifted(mean, sd))
    picture = observer(trainer).picture(trainer, knobs)
    found = optimal(picture, truth, trainer, knobs)  # type: ignore[arg-type]
    assert found is not None
    middles = (picture.edges[1:] + picture.edges[:-1]) / 2  # type: ignore[union-attr]
    return (middles - trainer.dataset.location) / trainer.dataset.scale, found


def normal(x: np.ndarray, mean: float, sd: float) -> np.ndarray:
    return np.exp(-0.5 * ((x - mean) / sd) ** 2) / sd


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("noise", [0.0, 0.8])
def test_it_is_that_of_the_densities_that_d_is_shown(config: Config, knobs: Knobs, smoothing: float, noise: float) -> None:
    trainer = build(config, label_smoothing=smoothing, instance_noise=Noise(sd=noise), fixed_latents=16_384)
    x, found = best(trainer, knobs, 0.7, 0.6)
    p, q = normal(x, 0.0, np.hypot(1.0, noise)), normal(x, 0.7, np.hypot(0.6, noise))
    near = np.abs(x) < 1.5
    assert found[near] == pytest.approx(((1 - smoothing) * p / (p + q))[near], abs=0.05)


@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize("whose", ["draws", "rows"])
def test_of_a_fixed_training_set_it_is_that_of_the_set(config: Config, knobs: Knobs, noise: float, whose: str) -> None:
    known = fixed(DATASETS["gaussian"](True), 6, seed=0)
    assert known.rows is not None
    points = known.in_units(known.rows(torch.arange(6), "cpu"))[:, 0]
    dataset = known if whose == "draws" else of_column(points, False)
    trainer = Trainer(msgspec.structs.replace(config, instance_noise=Noise(sd=noise), fixed_latents=16_384), dataset, "cpu")
    # Evenly over the line, so that D* shows p everywhere.
    mean, sd = (3.0 - dataset.location.item()) / dataset.scale.item(), 2.0 / dataset.scale.item()
    x, found = best(trainer, knobs, mean, sd)
    x = x * dataset.scale + dataset.location
    if noise:
        width = noise * dataset.scale.item()
        p = np.mean([normal(x, point, width) for point in points], 0)
        q = normal(x, 3.0, np.hypot(2.0, width))
        assert found == pytest.approx(p / (p + q), abs=0.03)
    else:
        # One of the draws lies within a bin and a half, or none does.
        near, apart = np.abs(x[:, None] - points).min(1), x[1] - x[0]
        assert found[near > 1.51 * apart].tolist() == [0.0] * int((near > 1.51 * apart).sum())
        assert found[near < 0.49 * apart].min() > 0.5


def test_it_is_of_the_generator_as_it_is_trained_and_not_of_its_average(config: Config, knobs: Knobs) -> None:
    trainer = build(config)
    x, same = best(trainer, knobs, 0.0, 1.0)
    assert same[np.abs(x) < 1] == pytest.approx(0.5, abs=0.15)
    x, away = best(trainer, knobs, 50.0, 1.0)
    assert np.nanmin(away[np.abs(x) < 1]) == 1.0


@pytest.mark.parametrize("changes", [{"objective": "wasserstein"}, {"objective": "relativistic"}, {"packing": 2}], ids=str)
def test_there_is_none_where_d_judges_no_single_sample(config: Config, knobs: Knobs, changes: dict[str, object]) -> None:
    trainer = build(config, **changes)
    picture = observer(trainer).picture(trainer, knobs)
    assert optimal(picture, trainer.dataset.truth, trainer, knobs) is None  # type: ignore[arg-type]


def test_under_minibatch_discrimination_there_is_none(config: Config, knobs: Knobs) -> None:
    trainer = build(config)
    picture = observer(trainer).picture(trainer, knobs)
    assert optimal(picture, trainer.dataset.truth, trainer, set_knob(knobs, "minibatch_discrimination", True)) is None  # type: ignore[arg-type]


def test_looking_at_it_changes_nothing_that_is_trained(config: Config, knobs: Knobs) -> None:
    trainer = build(config)
    trainer.step(knobs)
    before = trainer.state()
    picture = observer(trainer).picture(trainer, knobs)
    assert dataclasses.is_dataclass(picture)
    optimal(picture, trainer.dataset.truth, trainer, knobs)  # type: ignore[arg-type]
    after = trainer.state()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert trainer.generator.training
