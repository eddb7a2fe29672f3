"""A sweep whose members are known, and a handle that keeps what it is asked for."""

import dataclasses
import itertools
from collections.abc import Callable

import numpy as np
import pytest

from tui_gan.contract.axes import Axis
from tui_gan.contract.sweep import Population, Portrayed, Stage, SweepState

AXES = (
    Axis("k_steps", (1, 2)),
    Axis("generator_lr", (1e-3, 1e-2, 0.1)),
    Axis("minibatch_discrimination", (False, True)),
    Axis("steps", (9,)),
)
SEEDS = 5
SHAPES = {"line": (1, 24), "plane": (16, 16), "images": (14, 14)}


class Handle:
    """The whole of a SweepHandle."""

    def __init__(self, latest: SweepState) -> None:
        self.latest = latest
        self.asked: list[object] = []

    def toggle_pause(self) -> None:
        self.asked.append("pause")

    def save(self) -> None:
        self.asked.append("save")

    def open(self, member: int) -> None:
        self.asked.append(member)

    def stop(self) -> None:
        self.asked.append("stop")
        self.latest = dataclasses.replace(self.latest, stage=Stage.STOPPED, over=True)


@pytest.fixture
def population() -> Callable[..., Population]:
    """All members measured: w1 is 10 k + the place of the rate, and one tenth for each seed; the larger rate collapses with its seed 0."""

    def make(kind: Portrayed = "line", measured: bool = True) -> Population:
        combinations = [*itertools.product(*(range(len(axis.values)) for axis in AXES), range(SEEDS))]
        count = len(combinations)
        values = np.array([[10.0 * (k + 1) + rate + seed / 10, -1.0 - seed] for k, rate, _, _, seed in combinations])
        collapsed = np.array([rate == 2 and seed == 0 for _, rate, _, _, seed in combinations])
        real = np.zeros(SHAPES[kind], dtype=np.uint8)
        real[:, 3:5] = 200
        portraits = np.zeros((count, *real.shape), dtype=np.uint8)
        portraits[:, :, 8] = 255
        if not measured:
            values, collapsed, portraits = np.full_like(values, np.nan), collapsed & False, portraits * 0
        steps = np.full(count, 40 if measured else -1)
        return Population(AXES, SEEDS, ("w1", "sd"), steps, values, collapsed, collapsed & False, portraits, real, kind, collapsed & False)

    return make


@pytest.fixture
def state(population: Callable[..., Population]) -> SweepState:
    return SweepState("toy1d", Stage.TRAINING, population(), 100, 2400, 6000, 1234.0, 75.0)
