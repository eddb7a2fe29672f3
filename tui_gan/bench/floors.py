"""What a step cannot be shorter than on this machine: its arithmetic at the speed of a large product, its weights at that of a copy."""

import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch.utils.flop_counter import FlopCounterMode

from tui_gan.contract.knobs import Knobs
from tui_gan.gan.optimizers import moments_of
from tui_gan.gan.trainer import Trainer

SIDE, BYTES, REPEATED = 1024, 1 << 27, 5


class Machine(NamedTuple):
    """What a device can do.

    Attributes:
        flops: operations of float32 a second in a product of large matrices.
        bandwidth: bytes a second that a large copy reads and writes.
    """

    flops: float
    bandwidth: float


class Floor(NamedTuple):
    """Of a step, in seconds.

    Attributes:
        arithmetic: of its products and convolutions; `memory` of its weights and moments, each read and written once an update.
    """

    arithmetic: float
    memory: float

    @property
    def seconds(self) -> float:
        """The greater of both."""
        return max(self.arithmetic, self.memory)


def machine(device: str) -> Machine:
    """Measure the device with the threads that it has, the best of several times."""
    matrix = torch.rand(SIDE, SIDE, device=device)
    product = torch.empty_like(matrix)
    source = torch.zeros(BYTES // 4, device=device)
    target = torch.empty_like(source)
    return Machine(
        2 * SIDE**3 / _least(lambda: torch.mm(matrix, matrix, out=product), device),
        2 * BYTES / _least(lambda: target.copy_(source), device),
    )


def floor(trainer: Trainer, knobs: Knobs, of: Machine) -> Floor:
    """The floor of a mean step, from one period of the lazy regularizers, which the trainer trains."""
    period = trainer.config.lazy
    with FlopCounterMode(display=False) as counted:
        for _ in range(period):
            trainer.step(knobs)
    moved = 0
    for player, learner in trainer.now.players.items():
        kept = moments_of(trainer.config.optimizer, learner.weights)
        numbers = sum(each.numel() for each in (*learner.weights, *kept.values()))
        # The gradient is written and read.
        numbers += sum(each.numel() for each in learner.weights)
        moved += 2 * 4 * numbers * (trainer.k_steps(knobs) if player == "D" else knobs.generator_steps)
    return Floor(counted.get_total_flops() / period / of.flops, moved / of.bandwidth)


def _least(act: Callable[[], object], device: str) -> float:
    def once() -> float:
        begun = time.perf_counter()
        act()
        if device.startswith("cuda"):
            torch.cuda.synchronize(device)
        return time.perf_counter() - begun

    once()
    return min(once() for _ in range(REPEATED))
