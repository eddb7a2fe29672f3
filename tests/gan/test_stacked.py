"""Stacked images: what is drawn, of what, and by which stream."""

import numpy as np
import pytest
import torch

from tui_gan.contract.errors import UsageError
from tui_gan.gan.datasets import Dataset, Stacks, of_stacks
from tui_gan.gan.datasets.stacked import KEPT
from tui_gan.gan.engines.words import drawn, of_streams

DIGITS = 50


def grey(level: int, count: int) -> torch.Tensor:
    """Images of one level each, from `level` on, uint8 (count, 1, 4, 4)."""
    return (level + torch.arange(count))[:, None, None, None].expand(-1, 1, 4, 4).to(torch.uint8)


def made(standardize: bool = True, training: int = 0, seed: int = 0) -> Dataset:
    return of_stacks(Stacks(grey(0, DIGITS), grey(200, 20)), None, standardize, training=training, seed=seed)


def levels(dataset: Dataset, x: torch.Tensor) -> np.ndarray:
    """The level of each channel, (N, 3), after checking that a channel is one image."""
    found = np.rint(dataset.in_units(x) * 255).astype(int)
    assert (found == found[:, :, :1, :1]).all()
    return found[:, :, 0, 0]


@pytest.mark.parametrize("standardize", [True, False])
def test_each_channel_is_an_image_of_its_own_as_the_stream_draws_it(standardize: bool) -> None:
    dataset = made(standardize)
    x = dataset.sample(6_000, torch.Generator().manual_seed(3), "cpu")
    numbers = torch.randint(DIGITS, (6_000, 3), generator=torch.Generator().manual_seed(3))
    assert x.shape == (6_000, 3, 4, 4)
    assert x.dtype == torch.float32
    expected = numbers.float() / 127.5 - 1 if standardize else numbers.float() / 255
    assert torch.allclose(x[:, :, 0, 0], expected, atol=1e-7)
    assert (levels(dataset, x) == numbers.numpy()).all()
    # Channels are independent and even: correlations within 4 standard errors of 0.
    assert np.abs(np.corrcoef(numbers.numpy().T)[np.triu_indices(3, 1)]).max() < 4 / np.sqrt(6_000)


def test_batches_have_no_end_and_what_is_known_of_them_is_the_same_every_time() -> None:
    one, other = made(), made(seed=9)
    assert (one.count, one.rows, one.classes) == (0, None, None)
    assert torch.equal(one.truth.train, other.truth.train)
    assert one.truth.train.shape == one.truth.test.shape == (KEPT, 3, 4, 4)
    assert one.truth.train.max() < DIGITS
    assert one.truth.test.min() >= 200
    assert one.truth.train_labels is None
    assert one.truth.features is None


def test_a_fixed_number_of_stacks_is_drawn_once_by_the_seed() -> None:
    dataset = made(training=7)
    assert dataset.count == 7
    rows = levels(dataset, dataset.rows(torch.arange(7), "cpu"))
    assert (dataset.truth.train[:, :, 0, 0].numpy() == rows).all()
    x = levels(dataset, dataset.sample(500, torch.Generator().manual_seed(0), "cpu"))
    assert {tuple(each) for each in x} == {tuple(each) for each in rows}
    assert (rows == levels(dataset, made(training=7).rows(torch.arange(7), "cpu"))).all()
    assert (rows != levels(dataset, made(training=7, seed=1).rows(torch.arange(7), "cpu"))).any()


def test_on_a_device_without_numbers_the_shapes_are_right() -> None:
    assert made().sample(5, torch.Generator(), "meta").shape == (5, 3, 4, 4)


def test_more_stacks_than_are_kept_are_refused() -> None:
    with pytest.raises(UsageError, match="at most 10,000,000 stacks, not 10,000,001; 0 draws afresh"):
        made(training=10_000_001)


def test_many_members_draw_from_words_what_each_draws_from_its_stream() -> None:
    dataset = made()
    streams = [torch.Generator().manual_seed(seed) for seed in (4, 5)]
    found = drawn(lambda stream: [dataset.sample(4, stream, "cpu")], of_streams(streams), 3)
    assert found is not None
    for member, seed in enumerate((4, 5)):
        stream = torch.Generator().manual_seed(seed)
        for step in range(3):
            assert torch.equal(found[0][step, member], dataset.sample(4, stream, "cpu"))
