"""When a program pays, by made-up times."""

import pytest
import torch
from torch import nn

from tui_gan.contract.config import Config
from tui_gan.gan import state
from tui_gan.gan.state import State
from tui_gan.session.timing import ENOUGH, WARM_UP, Mean, Timing


@pytest.fixture
def small(config: Config) -> State:
    """Of 20 numbers."""
    return state.begun(config, nn.Linear(4, 2), nn.Linear(4, 2), torch.Generator(), torch.zeros(1, 1), "cpu")


def timed(seconds: float, steps: int = ENOUGH) -> Mean:
    mean = Mean()
    for _ in range(steps):
        mean.add(seconds)
    return mean


def test_the_first_steps_do_not_count() -> None:
    mean = Mean()
    for step in range(WARM_UP + 5):
        mean.add(1.0 if step < WARM_UP else 0.002)
    assert mean.value == pytest.approx(0.002)
    assert mean.text == "2 ms"
    assert not mean.enough
    mean.add(0.008, ENOUGH)
    assert mean.enough
    assert mean.value == pytest.approx((5 * 0.002 + 0.008) / (5 + ENOUGH))


@pytest.mark.parametrize(
    ("seconds", "left", "engine", "pays"),
    [
        # 0.8 of a millisecond each is saved, against twice a minute.
        (0.001, 140_000, "compiled", False),
        (0.001, 160_000, "compiled", True),
        (0.001, 7_000, "graph", False),
        (0.001, 8_000, "graph", True),
    ],
)
def test_what_is_saved_must_be_twice_the_cost(small: State, seconds: float, left: int, engine: str, pays: bool) -> None:
    assert Timing(eager=timed(seconds)).pays(small, 2, 256, left, engine) is pays


def test_arithmetic_remains_on_the_cpu(small: State) -> None:
    timing = Timing(eager=timed(0.001))
    # 6 x 20 x 2 x 80,000 products and sums are .96 ms.
    assert not timing.pays(small, 2, 80_000, 1_000_000, "compiled")
    assert timing.pays(small, 2, 80_000, 1_000_000, "graph")


def test_nothing_is_concluded_from_few_steps(small: State) -> None:
    assert not Timing(eager=timed(1.0, ENOUGH - 1)).pays(small, 2, 256, 10**9, "compiled")
    assert not Timing(eager=timed(1.0), by_program=timed(2.0, ENOUGH - 1)).loses


def test_a_program_that_is_no_faster_loses() -> None:
    assert not Timing(eager=timed(0.002), by_program=timed(0.001)).loses
    slower = Timing(eager=timed(0.001), by_program=timed(0.002))
    assert slower.loses
    assert slower.compared == "1 ms a step; by a program it takes 2 ms"
