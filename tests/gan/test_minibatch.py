"""Minibatch discrimination: the formula of Salimans et al., and a gate that leaves nothing behind."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from torch.func import grad

from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.gan import minibatch
from tui_gan.gan.minibatch import MinibatchDiscrimination
from tui_gan.gan.trainer import Trainer

Differing = Callable[[dict[str, torch.Tensor], dict[str, torch.Tensor]], set[str]]


def layer(features: int, kernels: int, dim: int, limit: int = 0, seed: int = 0) -> MinibatchDiscrimination:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return MinibatchDiscrimination(features, kernels, dim, limit).double()


def rows_of(module: MinibatchDiscrimination, hidden: np.ndarray) -> np.ndarray:
    """M, (B, dim, kernels)."""
    return (hidden @ module.projection.detach().numpy()).reshape(len(hidden), module.dim, module.kernels)


def by_loops(module: MinibatchDiscrimination, hidden: np.ndarray) -> list[list[float]]:
    """o(x_i)_b = mean over the others j of exp(-sum over c of |M_ibc - M_jbc|), one number at a time."""
    rows = rows_of(module, hidden)
    batch = len(rows)
    others = min(module.limit or batch, batch - 1)
    found = []
    for i in range(batch):
        features = []
        for b in range(module.kernels):
            total = 0.0
            # One more behind than before where the number is odd.
            for place in (*range(-(others // 2), 0), *range(1, (others + 1) // 2 + 1)):
                j = (i + place) % batch
                total += math.exp(-sum(abs(rows[i, c, b] - rows[j, c, b]) for c in range(module.dim)))
            features.append(total / others)
        found.append(features)
    return found


@settings(max_examples=30)
@given(
    batch=st.integers(2, 7),
    features=st.integers(1, 4),
    kernels=st.integers(1, 4),
    dim=st.integers(1, 4),
    limit=st.integers(0, 9),
    seed=st.integers(0, 99),
)
def test_features_are_those_of_the_formula(batch: int, features: int, kernels: int, dim: int, limit: int, seed: int) -> None:
    module = layer(features, kernels, dim, limit, seed)
    hidden = np.random.default_rng(seed).normal(size=(batch, features))
    found = module(torch.from_numpy(hidden)).detach().numpy()
    np.testing.assert_allclose(found, by_loops(module, hidden), rtol=1e-10, atol=1e-13)


def test_over_the_whole_batch_they_are_the_sums_of_the_paper_over_the_others() -> None:
    module = layer(3, 4, 2)
    hidden = np.random.default_rng(0).normal(size=(6, 3))
    rows = rows_of(module, hidden)
    sums = np.stack([np.exp(-cdist(rows[:, :, b], rows[:, :, b], "cityblock")).sum(1) - 1 for b in range(4)], axis=1)
    np.testing.assert_allclose(module(torch.from_numpy(hidden)).detach().numpy(), sums / 5, rtol=1e-10)


def test_features_in_company_agree_with_scipy() -> None:
    module = layer(4, 3, 2, limit=1)
    stream = np.random.default_rng(0)
    hidden, company = stream.normal(size=(5, 4)), stream.normal(size=(9, 4))
    own, others = rows_of(module, hidden), rows_of(module, company)
    expected = np.stack([np.exp(-cdist(own[:, :, b], others[:, :, b], "cityblock")).mean(1) for b in range(3)], axis=1)
    found = module(torch.from_numpy(hidden), torch.from_numpy(company)).detach().numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_sample_alone_has_no_company() -> None:
    assert layer(2, 3, 2)(torch.ones(1, 2, dtype=torch.float64)).tolist() == [[0.0, 0.0, 0.0]]


def test_equal_samples_are_as_close_as_can_be_and_far_ones_not_at_all() -> None:
    module = layer(2, 3, 2)
    same = module(torch.ones(6, 2, dtype=torch.float64))
    torch.testing.assert_close(same, torch.ones_like(same))
    far = module(torch.arange(6, dtype=torch.float64)[:, None].repeat(1, 2) * 1e6)
    torch.testing.assert_close(far, torch.zeros_like(far))


@pytest.mark.parametrize(("batches", "batch", "limit"), [*itertools.product([1], [5, 6], [0, 1, 4, 5]), (2, 5, 3), (2, 6, 4)])
def test_gradients_are_those_of_finite_differences_and_so_are_theirs(batch: int, limit: int, batches: int) -> None:
    module = layer(3, 2, 2, limit)
    hidden = torch.randn(batch * batches, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).requires_grad_()
    assert torch.autograd.gradcheck(lambda h: module(h, None, batches), hidden)
    assert torch.autograd.gradgradcheck(lambda h: module(h, None, batches), hidden)


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("batch", [5, 6])
def test_as_a_function_they_and_their_derivatives_are_the_same(batch: int, limit: int) -> None:
    module = layer(3, 2, 2, limit)
    hidden = torch.randn(batch, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))

    def of(h: torch.Tensor) -> torch.Tensor:
        return (module(h).sin()).sum()

    def of_slope(h: torch.Tensor) -> torch.Tensor:
        return grad(of)(h).square().sum()

    leaf = hidden.clone().requires_grad_()
    (slope,) = torch.autograd.grad(of(leaf), leaf, create_graph=True)
    (second,) = torch.autograd.grad(slope.square().sum(), leaf)
    (fast,) = torch.autograd.grad(of(leaf), leaf)
    torch.testing.assert_close(grad(of)(hidden), slope.detach(), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(fast, slope.detach(), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(grad(of_slope)(hidden), second, rtol=1e-12, atol=1e-12)


def test_batches_that_follow_each_other_are_judged_apart() -> None:
    module = layer(3, 2, 2, limit=3)
    hidden = torch.randn(12, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(module(hidden, None, 3), torch.cat([module(each) for each in hidden.chunk(3)]), rtol=1e-12, atol=1e-12)


def test_a_sample_in_company_does_not_see_its_own_batch() -> None:
    module = layer(2, 3, 2)
    hidden = torch.randn(5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(module(hidden, hidden[:2])[3:4], module(hidden[3:4], hidden[:2]))


def minibatch_state(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: value for name, value in trainer.state().items() if name.startswith("discriminator.minibatch")}


def test_a_gate_that_was_never_open_leaves_no_gradient_and_no_momentum(trainer: Trainer, knobs: Knobs, differing: Differing) -> None:
    before = minibatch_state(trainer)
    reports = [report for _ in range(3) for report in trainer.step(knobs)]
    assert before
    assert differing(before, minibatch_state(trainer)) == set()
    of_discriminator = [report.gradients["D"] for report in reports if "D" in report.gradients]
    assert len(of_discriminator) == 3
    for place, (name, weight) in enumerate(trainer.discriminator.named_parameters()):
        assert weight is trainer.now.players["D"].weights[place]
        assert all((gradients[place] is None) is name.startswith("minibatch") for gradients in of_discriminator)
        assert (place in trainer.now.players["D"].moments) is not name.startswith("minibatch")


def test_closing_the_gate_freezes_what_momentum_would_move(trainer: Trainer, knobs: Knobs, differing: Differing) -> None:
    opened = set_knob(knobs, "minibatch_discrimination", True)
    for _ in range(4):
        trainer.step(opened)
    players = trainer.now.players
    frozen, shapes = minibatch_state(trainer), {name: value.shape for name, value in trainer.state().items()}
    (place,) = (place for place, weight in enumerate(players["D"].weights) if weight is trainer.discriminator.minibatch.projection)
    moments = [value.clone() for value in players["D"].moments[place].values()]
    assert moments
    for _ in range(4):
        trainer.step(knobs)
    assert differing(frozen, minibatch_state(trainer)) == set()
    after = list(players["D"].moments[place].values())
    assert all(torch.equal(one, other) for one, other in zip(moments, after, strict=True))
    trainer.step(opened)
    assert differing(frozen, minibatch_state(trainer)) == set(frozen)
    assert {name: value.shape for name, value in trainer.state().items()} == shapes


@pytest.mark.parametrize("gate", [False, True])
def test_without_features_a_logit_depends_on_its_sample_alone(trainer: Trainer, gate: bool) -> None:
    x = torch.randn(6, 1, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        together = trainer.discriminator(x, gate)
        apart = trainer.discriminator(x[:3], gate)
    assert torch.allclose(together[:3], apart, atol=1e-6) is not gate


def test_windows_and_sheared_rows_are_right_and_so_are_their_derivatives() -> None:
    line = torch.arange(5.0, dtype=torch.float64, requires_grad=True)
    assert minibatch._windows(line, 3).tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
    rows = torch.arange(8.0, dtype=torch.float64).reshape(1, 2, 4).requires_grad_()
    assert minibatch._sheared(rows).tolist() == [[[1, 2], [4, 5]]]
    for of, each in ((lambda x: minibatch._windows(x, 3), line), (minibatch._sheared, rows)):
        assert torch.autograd.gradcheck(of, each)
        assert torch.autograd.gradgradcheck(of, each)
