"""Devices: which there are, and which is the faster for a configuration."""

import time

import torch

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.datasets import Dataset
from tui_gan.gan.trainer import Trainer

WARM_UP, TIMED = 10, 30


def available() -> tuple[str, ...]:
    """The devices of this machine by the names that `--device` takes, the CPU first."""
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    cuda = ("cuda",) if gpus == 1 else tuple(f"cuda:{index}" for index in range(gpus))
    mps = ("mps",) if torch.backends.mps.is_available() else ()
    return ("cpu", *cuda, *mps)


def check(device: str) -> str:
    """Return `device` if this machine has it.

    Raises:
        UsageError: it is not there; the text names those that are.
    """
    kind, _, index = device.partition(":")
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    there = device in available() or (kind == "cuda" and int(index or 0) < gpus)
    if not there:
        raise UsageError(f"device {device!r} is not there (this machine has: {', '.join(available())}); try --device auto")
    return device


def fastest(config: Config, knobs: Knobs, dataset: Dataset) -> tuple[str, str]:
    """Find the device that trains this configuration faster, by timing steps of a scratch trainer on each.

    Returns:
        The device, and one line that says how it was found out.
    """
    devices = available()
    if len(devices) == 1:
        return devices[0], "device: cpu, the only one here"
    seconds = {device: _seconds_a_step(Trainer(config, dataset, device), knobs) for device in devices}
    best = min(seconds, key=seconds.__getitem__)
    timings = ", ".join(f"{device} {1000 * taken:.2f} ms a step" for device, taken in seconds.items())
    return best, f"device: {best}, the faster here ({timings})"


def _seconds_a_step(trainer: Trainer, knobs: Knobs) -> float:
    for _ in range(WARM_UP):
        trainer.step(knobs)
    trainer.is_finite()
    start = time.perf_counter()
    for _ in range(TIMED):
        trainer.step(knobs)
    trainer.is_finite()
    return (time.perf_counter() - start) / TIMED
