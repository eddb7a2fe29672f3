"""The averaged generator: its weights, and the statistics of its normalisation."""

import copy
import math
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
    follow_([average], [weight], 0.9, 0.25, 1)
    assert torch.allclose(average, torch.full((3,), 0.8))
    follow_([average], [weight], 0.9, 0.25, 10_000)
    assert torch.allclose(average, torch.full((3,), 0.82))
    follow_([average], [weight], 0.0, 0.25, 10_000)
    assert torch.equal(average, weight)


def test_the_whole_share_is_the_mean_of_all_steps() -> None:
    average, values = torch.full((2,), 7.0), torch.randn(20, 2)
    seen = torch.cat((average[None], values))
    for step, value in enumerate(values, start=1):
        follow_([average], [value], 0.99999, 1.0, step)
        assert torch.allclose(average, seen[: step + 1].mean(0), atol=1e-5)


@pytest.mark.parametrize("whole", [True, False])
def test_a_trainers_average_is_the_mean_of_the_weights_of_all_its_steps(
    build_trainer: Callable[..., Trainer], knobs: Knobs, whole: bool
) -> None:
    """From the start on, each once; also over a save and a load."""
    trainer = build_trainer(average_decay=0.99999, average_share=1.0)
    seen = [[weight.detach().clone() for weight in trainer.generator.parameters()]]
    for step in range(12):
        trainer.step(knobs)
        seen.append([weight.detach().clone() for weight in trainer.generator.parameters()])
        if step == 5 and not whole:
            state, trainer = trainer.state(), build_trainer(average_decay=0.99999, average_share=1.0)
            trainer.load_state(state)
    for index, average in enumerate(trainer.generator_average.parameters()):
        torch.testing.assert_close(average.detach(), torch.stack([each[index] for each in seen]).mean(0))


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_a_share_weighs_the_steps_by_a_power_of_their_number(share: float) -> None:
    """d = t / (t + a) with a = 1 / share gives step i the weight a / (i + a) prod of j / (j + a) over the j after it."""
    steps, a = 40, 1 / share
    values = torch.randn(steps, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    average = torch.tensor([9.0], dtype=torch.float64)
    for step, value in enumerate(values, start=1):
        follow_([average], [value[None]], 0.99999, share, step)
    weights = [a / (i + a) * math.prod(j / (j + a) for j in range(i + 1, steps + 1)) for i in range(1, steps + 1)]
    begun = math.prod(j / (j + a) for j in range(1, steps + 1))
    assert begun + sum(weights) == pytest.approx(1)
    assert average.item() == pytest.approx(9 * begun + sum(w * v for w, v in zip(weights, values.tolist(), strict=True)))


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
