"""Optimisers against their formulas, schedules at published values."""

import itertools
import math
from collections.abc import Callable

import pytest
import torch

from tui_gan.contract.config import Optimizer
from tui_gan.gan import optimizers
from tui_gan.gan.optimizers import OPTIMIZERS, SCHEDULES, Moments, Pace, moments_of, momentum_at, move_

Schedule = Callable[[int, float, float, float], float]

every_optimizer = pytest.mark.parametrize("name", OPTIMIZERS)
every_schedule = pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)


def moved(name: str, weights: list[torch.Tensor], gradients: list[list[float] | None], moments: Moments, fused: bool = True) -> None:
    settings = Optimizer(kind=name, beta1=0.5, beta2=0.9)
    found = [None if each is None else torch.tensor(each, dtype=torch.float64) for each in gradients]
    move_(settings, weights, found, moments, rate=0.1, momentum=0.6, fused=fused)


def weight(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def by_hand(name: str, theta: float, gradients: list[float]) -> float:
    first = second = last = 0.0
    for t, gradient in enumerate(gradients, 1):
        if name.endswith("sgd"):
            now = first = 0.6 * first + gradient
        else:
            first = 0.5 * first + 0.5 * gradient
            second = 0.9 * second + 0.1 * gradient**2
            now = (first / (1 - 0.5**t)) / (math.sqrt(second / (1 - 0.9**t)) + 1e-8)
            if name == "adam_hat":
                # tf.train.AdamOptimizer: lr_t = lr sqrt(1 - beta2^t) / (1 - beta1^t), theta -= lr_t m / (sqrt(v) + epsilon).
                now = math.sqrt(1 - 0.9**t) / (1 - 0.5**t) * first / (math.sqrt(second) + 1e-8)
        # Daskalakis et al. 2018, algorithm 1.
        theta -= 0.1 * (2 * now - last if name.startswith("optimistic") else now)
        last = now
    return theta


@every_optimizer
@pytest.mark.parametrize("fused", [False, True])
# Gradients of the size of epsilon tell where it stands.
@pytest.mark.parametrize("size", [1.0, 1e-8])
def test_three_updates_by_hand(name: str, fused: bool, size: float) -> None:
    theta, moments = weight(1.0, -2.0), Moments()
    gradients = [[0.3 * size, 2.0 * size], [-0.7 * size, 1.0 * size], [0.2 * size, 0.0]]
    for each in gradients:
        moved(name, [theta], [each], moments, fused)
    expected = [by_hand(name, start, [each[index] for each in gradients]) for index, start in enumerate((1.0, -2.0))]
    assert theta.tolist() == pytest.approx(expected, rel=1e-9)


@every_optimizer
@pytest.mark.parametrize("fused", [False, True])
def test_gradients_of_another_memory_layout_move_the_weights_that_they_are_of(name: str, fused: bool) -> None:
    """As second derivatives of convolutions have."""
    gradient = torch.arange(1.0, 13.0).view(3, 4)
    one, other = (torch.zeros(3, 4, requires_grad=True) for _ in range(2))
    strided = gradient.t().contiguous().t()
    assert strided.stride() != one.stride()
    moments: list[Moments] = [{}, {}]
    for scale in (1.0, -0.5):
        for theta, found, kept in zip((one, other), (gradient, strided), moments, strict=True):
            move_(Optimizer(kind=name), [theta], [scale * found], kept, rate=0.1, momentum=0.6, fused=fused)
    assert torch.equal(one, other)


@pytest.mark.parametrize("fused", [False, True])
def test_adam_is_fused_where_it_is_told(fused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bool] = []
    adam = optimizers.adam_
    monkeypatch.setattr(optimizers, "adam_", lambda *given, fused, **how: taken.append(fused) or adam(*given, fused=fused, **how))
    moved("adam", [weight(1.0)], [[1.0]], {}, fused)
    assert taken == [fused]


@every_optimizer
def test_weights_without_gradient_stay_and_may_join_later(name: str) -> None:
    early, late, moments = weight(1.0), weight(5.0), Moments()
    moved(name, [early, late], [[1.0], None], moments)
    assert late.item() == 5
    assert moments.keys() == {0}
    moved(name, [early, late], [[1.0], [1.0]], moments)
    assert late.item() == pytest.approx(by_hand(name, 5.0, [1.0]))
    assert early.item() == pytest.approx(by_hand(name, 1.0, [1.0, 1.0]))


@every_optimizer
def test_all_that_is_kept_is_tensors_and_nothing_where_there_is_nothing_to_keep(name: str) -> None:
    for momentum in (0.0, 0.5):
        theta, moments = weight(1.0), Moments()
        move_(Optimizer(kind=name), [theta], [torch.ones_like(theta)], moments, rate=0.1, momentum=momentum)
        assert all(isinstance(value, torch.Tensor) for kept in moments.values() for value in kept.values())
        assert bool(moments) is (momentum > 0 or name != "sgd")


@pytest.mark.parametrize("name", ["sgd", "optimistic_sgd"])
@pytest.mark.parametrize("whole", [False, True], ids=["in place", "as a function"])
def test_where_momentum_is_0_on_the_way_the_velocity_goes_on(name: str, whole: bool) -> None:
    settings, theta, moments = Optimizer(kind=name, momentum=0.0, momentum_end=0.9, momentum_steps=3), weight(1.0), Moments()
    by_hand = velocity = last = 0.0
    for step, (momentum, gradient) in enumerate([(0.0, 0.3), (0.0, -0.7), (0.5, 0.2), (0.0, 1.1), (0.9, 0.4)]):
        found = torch.tensor([gradient], dtype=torch.float64)
        if whole and step:
            function = OPTIMIZERS[name].moved
            assert function
            after, moments[0] = function(theta.detach(), found, moments[0], Pace(0.1, momentum, 0.0, 0.0))
            theta = after
        else:
            move_(settings, [theta], [found], moments, rate=0.1, momentum=momentum)
        velocity = momentum * velocity + gradient
        by_hand, last = by_hand - 0.1 * (2 * velocity - last if name.startswith("optimistic") else velocity), velocity
    assert theta.item() == pytest.approx(1.0 + by_hand, rel=1e-12)
    assert moments_of(settings, [theta]).keys() == {f"0.{kept}" for kept in moments[0]}


@every_schedule
@pytest.mark.parametrize("floor", [0.0, 0.01])
def test_factors_begin_at_1_never_rise_and_stay_over_the_floor(schedule: Schedule, floor: float) -> None:
    factors = [schedule(step, 100.0, 0.95, floor) for step in (*range(400), 10**5, 10**9)]
    assert factors[0] == 1
    assert all(one >= other for one, other in itertools.pairwise(factors))
    assert min(factors) >= floor
    assert all(isinstance(factor, float) for factor in factors)


def test_schedules_at_published_values() -> None:
    assert SCHEDULES["staircase"](1200, 150, 0.95, 0.0) == pytest.approx(0.95**8)
    assert SCHEDULES["staircase"](1199, 150, 0.95, 0.0) == pytest.approx(0.95**7)
    assert SCHEDULES["staircase"](149, 150, 0.95, 0.0) == 1
    assert SCHEDULES["exponential"](600_000, 1, 1 / 1.000004, 0.0) == pytest.approx(math.exp(-600_000 * math.log(1.000004)))
    assert SCHEDULES["exponential"](10_000_000, 1, 1 / 1.000004, 1e-5) == 1e-5
    assert SCHEDULES["hyperbolic"](3000, 1500, 0.95, 0.0) == pytest.approx(1 / 3)
    assert SCHEDULES["constant"](10**9, 1, 0.5, 0.0) == 1


@pytest.mark.parametrize(("name", "quarter"), [("cosine", (1 + math.sqrt(0.5)) / 2), ("linear", 0.75)])
def test_schedules_that_end_are_0_at_their_period_and_stay(name: str, quarter: float) -> None:
    schedule = SCHEDULES[name]
    assert schedule(25, 100, 0.95, 0.0) == pytest.approx(quarter)
    assert schedule(50, 100, 0.95, 0.0) == pytest.approx(0.5)
    assert [schedule(step, 100, 0.95, 0.0) for step in (100, 101, 10**6)] == [0, 0, 0]
    assert [schedule(step, 100, 0.95, 0.1) for step in (99, 100, 10**6)] == [0.1, 0.1, 0.1]


def test_momentum_goes_linearly_to_its_end() -> None:
    assert [momentum_at(step, 0.5, 0.7, 250) for step in (0, 125, 250, 10**6)] == pytest.approx([0.5, 0.6, 0.7, 0.7])
    assert [momentum_at(step, 0.5, 0.0, 0) for step in (0, 99)] == [0.5, 0.5]


def test_momentum_by_epoch_is_pylearn2s_momentum_adjustor() -> None:
    start, saturate, epoch = 1, 250, 500
    for step in (0, 1, 499, 500, 501, 999, 1_000, 62_345, 124_499, 124_500, 10**6):
        # Its count is 1 in the first epoch, and one more after each.
        alpha = min(1.0, max(0.0, (step // epoch + 1 - start) / (saturate - start)))
        found = momentum_at(step, 0.5, 0.7, (saturate - start) * epoch, epoch)
        assert found == pytest.approx(0.5 * (1 - alpha) + 0.7 * alpha, rel=1e-12)
