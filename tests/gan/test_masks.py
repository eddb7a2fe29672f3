"""Masks: what each hides, by hand and in the mean."""

import msgspec
import pytest
import torch

from tui_gan.contract.completion import Completion
from tui_gan.contract.config import Config
from tui_gan.gan import masks

SHAPE = (3, 6, 4)


def drawn(name: str, count: int = 4_000) -> torch.Tensor:
    mask = masks.MASKS[name]
    return mask.of(torch.rand(count, mask.draws(SHAPE), generator=torch.Generator().manual_seed(0)), SHAPE)


@pytest.mark.parametrize("name", masks.MASKS)
def test_each_is_of_ones_and_zeros_for_every_pixel_also_at_the_ends_of_the_numbers(name: str) -> None:
    mask = masks.MASKS[name]
    ends = torch.tensor([0.0, 1 - 2.0**-24])[:, None].expand(2, mask.draws(SHAPE))
    for found in (drawn(name), mask.of(ends, SHAPE)):
        assert found.shape[1:] == SHAPE[1:]
        assert {*found.unique().tolist()} <= {0.0, 1.0}


def test_pixels_are_hidden_at_a_rate_that_is_even() -> None:
    rates = 1 - drawn("random").flatten(1).mean(1)
    # An even rate r and 24 pixels: each number of hidden ones is as likely as any other.
    counts = torch.bincount((24 * rates).round().long(), minlength=25) / 4_000
    assert counts == pytest.approx(1 / 25, abs=0.015)


def test_a_box_is_a_rectangle_with_even_sides_wherever_it_fits() -> None:
    hidden = 1 - drawn("box")
    down, across = hidden.amax(2), hidden.amax(1)
    assert torch.equal(hidden, down[:, :, None] * across[:, None])
    for along, size in ((down, 6), (across, 4)):
        assert ((along[:, 1:] != along[:, :-1]).sum(1) + (along[:, 0] > 0) + (along[:, -1] > 0) <= 2).all()
        assert torch.bincount(along.sum(1).long())[1:] / 4_000 == pytest.approx(1 / size, abs=0.03)
        assert along[:, 0].mean().item() == pytest.approx(along[:, -1].mean().item(), abs=0.03)


def test_a_half_is_the_left_the_right_the_upper_or_the_lower_one() -> None:
    kinds, counts = drawn("half").unique(dim=0, return_counts=True)
    assert len(kinds) == 4
    assert (kinds.mean((1, 2)) == 0.5).all()
    assert counts / 4_000 == pytest.approx(1 / 4, abs=0.03)


def test_those_that_are_named_are_as_likely_and_alike_for_all_channels(config: Config) -> None:
    mine = msgspec.structs.replace(config, completion=Completion(masks="all, half"))
    numbers = torch.rand(4_000, masks.draws(mine, SHAPE), generator=torch.Generator().manual_seed(0))
    found = masks.observed(mine, numbers, SHAPE).reshape(-1, *SHAPE)
    assert torch.equal(found[:, 0], found[:, 2])
    assert (found.flatten(1).sum(1) == 0).float().mean().item() == pytest.approx(0.5, abs=0.03)
    assert masks.chosen(mine) == ("half", "all")
