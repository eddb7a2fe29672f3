"""Epochs: every sample once before any again, at the same place after a resume, whatever the sizes of batches."""

import dataclasses
from collections import Counter

import msgspec
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.datasets import DATASETS, Dataset, epochs, of_column
from tui_gan.gan.trainer import Trainer


def numbered(count: int = 20) -> Dataset:
    """Samples that are their own rows."""
    return of_column(torch.arange(count, dtype=torch.float64).numpy(), False)


@given(size=st.integers(1, 30), seed=st.integers(0, 9), batches=st.lists(st.integers(1, 70), min_size=1, max_size=9))
def test_each_epoch_has_every_row_once(size: int, seed: int, batches: list[int]) -> None:
    drawn, found = 0, []
    for batch in batches:
        rows = epochs.rows(drawn, batch, size, seed)
        assert rows.shape == (batch,)
        found += rows.tolist()
        drawn += batch
    for start in range(0, len(found) // size * size, size):
        assert sorted(found[start : start + size]) == list(range(size))
    # Nothing but the number of samples drawn so far counts.
    assert found == epochs.rows(0, drawn, size, seed).tolist()


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    orders = [tuple(epochs.order(50, seed, epoch).tolist()) for seed in (0, 1) for epoch in (0, 1, 2)]
    assert len(set(orders)) == 6
    assert tuple(range(50)) not in orders
    firsts = Counter(int(epochs.order(4, 0, epoch)[0]) for epoch in range(400))
    assert all(60 < firsts[row] < 140 for row in range(4))


def in_epochs(config: Config, dataset: Dataset, **changes: object) -> Trainer:
    return Trainer(msgspec.structs.replace(config, sampling="epochs", fixed_latents=16, **changes), dataset, "cpu")


@pytest.mark.parametrize("updates", ["alternating", "same_batch", "simultaneous"])
def test_a_step_takes_the_next_samples_and_the_latents_stay_as_they_were(config: Config, knobs: Knobs, updates: str) -> None:
    trainer = in_epochs(config, numbered(), updates=updates)
    other = Trainer(trainer.config, numbered(), "cpu")
    taken = torch.cat([trainer.chance.batch(knobs).x for _ in range(5)])
    assert sorted(taken[:, 0].tolist()) == sorted([*range(20), *range(20)])
    other.step(dataclasses.replace(knobs, k_steps=3))
    assert other.now.drawn == 3 * knobs.batch_size
    # They draw nothing from the stream of the latents.
    assert torch.equal(trainer.now.stream.get_state(), Trainer(trainer.config, numbered(), "cpu").now.stream.get_state())


def test_the_way_of_sampling_may_change_while_it_trains(config: Config, knobs: Knobs) -> None:
    trainer = in_epochs(config, numbered())
    trainer.step(knobs)
    replacing = trainer.under(msgspec.structs.replace(trainer.config, sampling="replacement"))
    replacing.step(knobs)
    assert replacing.now.drawn == 0
    again = replacing.under(trainer.config)
    again.step(knobs)
    assert again.now.drawn == knobs.batch_size
    kept = trainer.under(msgspec.structs.replace(trainer.config, objective="hinge"))
    assert kept.now.drawn == trainer.now.drawn
    # Of other data the epochs go on where they were.
    fewer = trainer.under(trainer.config, numbered(7))
    fewer.step(knobs)
    assert fewer.now.drawn == 2 * knobs.batch_size


def test_epochs_need_an_end(config: Config) -> None:
    with pytest.raises(UsageError, match="epochs need a finite data set"):
        in_epochs(config, DATASETS["gaussian"](True))
