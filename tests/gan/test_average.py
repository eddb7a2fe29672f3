"""The averaged generator: its weights, and the statistics of its normalisation."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import nn

from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.gan.average import follow_, settle_
from tui_gan.gan.trainer import Trainer

BATCH = Network(widths=(6, 5), norm="batch")


def network() -> nn.Sequential:
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 3), nn.BatchNorm1d(3))


def test_the_weights_follow_by_the_decay_which_begins_short() -> None:
    average, weight = torch.zeros(3), torch.ones(3)
    follow_([average], [weight], 0.9, 0.25, 0)
    assert torch.allclose(average, torch.full((3,), 0.8))
    follow_([average], [weight], 0.9, 0.25, 10_000)
    assert torch.allclose(average, torch.full((3,), 0.82))
    follow_([average], [weight], 0.0, 0.25, 10_000)
    assert torch.equal(average, weight)


def test_the_whole_share_is_the_mean_of_all_steps() -> None:
    average, values = torch.full((2,), 7.0), torch.randn(20, 2)
    seen = torch.cat((average[None], values))
    for step, value in enumerate(values, start=1):
        follow_([average], [value], 0.99999, 1.0, step - 1)
        assert torch.allclose(average, seen[: step + 1].mean(0), atol=1e-5)


def test_settled_statistics_are_those_of_the_networks_own_activations() -> None:
    trained, latents = network(), torch.randn(500, 2)
    average = copy.deepcopy(trained).eval()
    settle_(average, trained, latents, 0.9)
    first = average[0](latents)
    assert torch.allclose(average[1].running_mean, first.mean(0), atol=1e-5)
    assert torch.allclose(average[1].running_var, first.var(0), rtol=1e-4)
    assert not average.training
    # What was settled normalises: each unit of the last norm has mean 0 and variance 1 on the same latents.
    out = average(latents)
    assert torch.allclose(out.mean(0), torch.zeros(3), atol=1e-4)
    assert torch.allclose(out.var(0), torch.ones(3), atol=1e-2)


def test_a_copy_has_the_statistics_of_what_it_copies() -> None:
    trained = network()
    trained(torch.randn(50, 2))
    average = copy.deepcopy(network()).eval()
    settle_(average, trained, torch.randn(50, 2), 0.0)
    assert all(torch.equal(own, other) for own, other in zip(average.buffers(), trained.buffers(), strict=True))


@pytest.mark.parametrize("decay", [0.0, 0.99])
def test_looking_at_the_average_changes_nothing_that_is_trained(build_trainer: Callable[..., Trainer], decay: float) -> None:
    seen, unseen = (build_trainer(generator=BATCH, average_decay=decay) for _ in range(2))
    for _ in range(6):
        for trainer in (seen, unseen):
            trainer.step(Knobs(batch_size=8))
        seen.sample(seen.fixed_latents[:5])
    seen.averaged(), unseen.averaged()
    first, second = seen.state(), unseen.state()
    assert all(torch.equal(first[name], second[name]) for name in first)
