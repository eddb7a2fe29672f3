"""The words of many streams as tensors are those that PyTorch draws, on and on, and the streams go on behind them."""

import pytest
import torch
from torch import Tensor

from tests.stand_in import stand_in
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.engines import words
from tui_gan.gan.engines.twister import WORDS, Twister
from tui_gan.presets import PRESETS

SEEDS = (0, 1, 2**40)


def streams(taken: int = 0) -> list[torch.Generator]:
    made = [torch.Generator().manual_seed(seed) for seed in SEEDS]
    for stream in made:
        drawn(stream, taken)
    return made


def drawn(stream: torch.Generator, count: int) -> Tensor:
    """So many words without their highest bit, each of which PyTorch makes a whole number of."""
    return torch.empty(count, dtype=torch.int32).random_(generator=stream).long()


@pytest.mark.parametrize("taken", [0, 1, WORDS - 1, WORDS, WORDS + 1])
def test_words_are_those_that_are_drawn_and_the_streams_stand_behind_them(taken: int) -> None:
    mine, theirs = streams(taken), streams(taken)
    twister = Twister.of_streams(mine, "cpu")
    # Within a block, up to its end, over several and none.
    for count in (1, WORDS - 2, 0, 2 * WORDS + 5, 7):
        found = twister.take(count)
        assert found.shape == (len(SEEDS), count)
        assert torch.equal(found & (2**31 - 1), torch.stack([drawn(each, count) for each in theirs]))
        assert not found.numel() or (found.min() >= 0 and found.max() < 2**32)
    twister.settle(mine)
    for one, other in zip(mine, theirs, strict=True):
        assert torch.equal(one.get_state(), other.get_state())
        assert torch.equal(torch.randn(20, generator=one), torch.randn(20, generator=other))


def test_all_32_bits_are_those_of_the_generator() -> None:
    found = Twister.of_streams(streams(), "cpu").take(2)
    for mine, stream in zip(found, streams(), strict=True):
        word = int(torch.empty(1, dtype=torch.int64).random_(-(2**63), None, generator=stream))
        assert mine.tolist() == [(word >> 32) & (2**32 - 1), word & (2**32 - 1)]


def test_streams_that_have_not_drawn_equally_much_are_no_twister() -> None:
    with pytest.raises(ValueError, match="different places"):
        Twister.of_streams([*streams(), *streams(3)], "cpu")


def test_streams_of_seeds_are_those_of_the_generator() -> None:
    seeds = [*SEEDS, 2**63 - 1]
    found, few = Twister.of_seeds(torch.tensor(seeds)).take(WORDS + 3), words.of_seeds(seeds)(5)
    assert torch.equal(found & (2**31 - 1), torch.stack([drawn(torch.Generator().manual_seed(seed), WORDS + 3) for seed in seeds]))
    assert torch.equal(few, found[:, :5])


def test_an_odd_number_of_words_can_be_taken() -> None:
    (found,) = words.drawn(lambda stream: [torch.rand(3, generator=stream)], Twister.of_streams(streams(), "cpu").take, 3)
    expected = [torch.stack([torch.rand(3, generator=stream) for _ in range(3)]) for stream in streams()]
    torch.testing.assert_close(found, torch.stack(expected, 1))


@pytest.mark.parametrize("name", [*DATASETS, "digits", "stacked-mnist"])
def test_samples_of_every_data_set_are_made_where_the_words_are(name: str) -> None:
    dataset = DATASETS[name](True) if name in DATASETS else stand_in(PRESETS[name].config)
    draws = [dataset.sample] if dataset.classes is None else [dataset.sample, dataset.classes.sample]
    for draw in draws:

        def step(stream: torch.Generator, draw: object = draw) -> list[Tensor]:
            made = draw(16, stream, "meta")  # type: ignore[operator]
            return [made] if isinstance(made, Tensor) else [*made]

        assert all(each.is_meta for each in words.drawn(step, Twister.of_streams(streams(), "meta").take, 2))
