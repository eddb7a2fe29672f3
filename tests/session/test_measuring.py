"""A generator is measured against other data in the units of the data that it has learned."""

import dataclasses
from collections.abc import Callable

import msgspec
import numpy as np
import pytest
import torch

from tests.gan import test_completion, test_staged
from tui_gan.contract.config import Config
from tui_gan.gan.datasets import DATASETS, fixed, of_columns
from tui_gan.gan.metrics import measure
from tui_gan.gan.networks.inference import Inferring
from tui_gan.gan.trainer import Trainer
from tui_gan.session.measuring import known_of

Build = Callable[..., Trainer]


def test_an_encoder_is_given_samples_in_its_own_units(config: Config) -> None:
    doubling = torch.nn.Linear(2, 2, bias=False)
    doubling.weight.data = 2 * torch.eye(2)
    network = Inferring(torch.nn.Sequential(doubling), torch.nn.Sequential(torch.nn.Identity()), stochastic=False)
    location, scale = np.array([1.0, -2.0]), np.array([3.0, 0.5])
    other = of_columns(np.random.default_rng(0).normal(5.0, 2.0, (50, 2)), True)
    given = msgspec.structs.replace(config, inference="deterministic")
    found = known_of(np.zeros((1, 2)), network, given, other, 0, (), (location, scale))["encoder"]
    assert found.real.mean(axis=0) == pytest.approx([5.0, 5.0], abs=1.0)
    np.testing.assert_allclose(found.encode(found.real), (found.real - location) / scale, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(found.again, 2 * found.real - location, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["ring", "gaussian"])
def test_an_encoder_is_asked_of_samples_that_it_was_not_trained_on_where_there_are_others(config: Config, name: str) -> None:
    data = fixed(DATASETS[name](True), 20, 0)
    size = data.shape[0]
    network = Inferring(*(torch.nn.Sequential(torch.nn.Linear(size, size)) for _ in range(2)), stochastic=False)
    given = msgspec.structs.replace(config, inference="deterministic")
    real = known_of(np.zeros((1, size)), network, given, data, 0, (), data.scaling)["encoder"].real
    assert data.rows is not None
    seen = data.in_units(data.rows(torch.arange(20), "cpu"))
    assert len(np.unique(real.round(9), axis=0)) > 2_000
    assert real.std() == pytest.approx(
        DATASETS[name](True).in_units(DATASETS[name](True).sample(9_000, torch.Generator(), "cpu")).std(), rel=0.1
    )
    assert np.abs(real[:, None, 0] - seen[None, :, 0]).min(axis=1).max() > 0


@pytest.mark.parametrize(
    ("build", "name"), [(test_completion.trainer_of, "completion_error"), (test_staged.trainer_of, "first_stage_accuracy")]
)
def test_what_it_makes_does_not_depend_on_the_units_of_the_data_it_is_compared_with(config: Config, build: Build, name: str) -> None:
    trainer = build(config, metrics=(name,), metric=name, evaluated=100)
    other = dataclasses.replace(trainer.dataset, location=np.array([0.1]), scale=np.array([0.3]))
    own, same = (
        measure(
            units,
            trainer.dataset.truth,
            (name,),
            known_of(units, trainer.averaged(), trainer.config, dataset, 0, trainer.shares, trainer.dataset.scaling),
        )
        for units in (np.zeros((100, *trainer.dataset.shape)),)
        for dataset in (trainer.dataset, other)
    )
    assert own == same
    assert np.isfinite(own[name])
