"""Numbers made of words are those that PyTorch draws, of every data set and every kind of latents."""

import numpy as np
import pytest
import torch

from tui_gan.gan.datasets import DATASETS, Images, fixed, of_column, of_columns, of_images
from tui_gan.gan.engines import words
from tui_gan.gan.engines.words import Step, UnlikeError
from tui_gan.gan.latents import LATENTS

SEEDS, STEPS = (0, 1, 2**40), 3


def streams() -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in SEEDS]


def check(step: Step) -> None:
    made, drawn = streams(), streams()
    found = words.drawn(step, words.of_streams(made), STEPS)
    alone = [[step(stream) for _ in range(STEPS)] for stream in drawn]
    for place, each in enumerate(found):
        expected = torch.stack([torch.stack([alone[run][at][place] for run in range(len(SEEDS))]) for at in range(STEPS)])
        torch.testing.assert_close(each, expected, rtol=1e-5, atol=1e-5)
    assert [stream.get_state().tolist() for stream in made] == [stream.get_state().tolist() for stream in drawn]


def test_this_pytorch_makes_its_numbers_so() -> None:
    assert words.as_pytorch()


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("count", [8, 12, 24, 256])
def test_samples_of_every_data_set_are_those_that_are_drawn_alone(name: str, count: int) -> None:
    sample = DATASETS[name](True).sample
    check(lambda stream: [sample(count, stream, "cpu"), sample(count, stream, "cpu")])


def test_samples_of_what_was_read_from_files_are_those_that_are_drawn_alone() -> None:
    column, columns = np.linspace(0.0, 1.0, 11), np.linspace(0.0, 1.0, 22).reshape(11, 2)
    images = torch.arange(12 * 16, dtype=torch.uint8).reshape(12, 1, 4, 4)
    for dataset in (
        of_column(column, True),
        of_columns(columns, True),
        of_images(Images(images, images), True),
        fixed(DATASETS["ring"](True), 20, 1),
    ):
        check(lambda stream, sample=dataset.sample: [sample(8, stream, "cpu")])


@pytest.mark.parametrize("name", LATENTS)
@pytest.mark.parametrize("stratified", [False, True])
def test_latents_of_every_kind_are_those_that_are_drawn_alone(name: str, stratified: bool) -> None:
    latent = LATENTS[name]
    check(lambda stream: [latent.drawn(6, 3, stream, stratified), torch.rand(2, generator=stream)])


@pytest.mark.parametrize(
    "step",
    [
        lambda stream: [torch.randperm(4, generator=stream)],
        lambda stream: [torch.randn(3, generator=stream)],
        lambda stream: [torch.randint(2**40, (4,), generator=stream)],
        lambda stream: [torch.empty(4).normal_(generator=stream)],
    ],
    ids=["permutation", "odd normals", "a wide range", "in place"],
)
def test_what_is_not_made_of_words_here_leaves_the_streams_where_they_are(step: Step) -> None:
    before = streams()
    with pytest.raises(UnlikeError):
        words.drawn(step, words.of_streams(before), 2)
    assert [stream.get_state().tolist() for stream in before] == [stream.get_state().tolist() for stream in streams()]


def test_an_odd_number_of_words_is_left_to_pytorch() -> None:
    before = streams()
    with pytest.raises(UnlikeError, match="odd number"):
        words.drawn(lambda stream: [torch.rand(3, generator=stream)], words.of_streams(before), 1)
    assert before[0].get_state().equal(streams()[0].get_state())
    check(lambda stream: [torch.rand(3, generator=stream), torch.rand(1, generator=stream)])
