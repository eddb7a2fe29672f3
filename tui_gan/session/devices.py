"""Devices: which there are, which is the faster for a configuration, and how many threads of the CPU help it."""

import time

import torch

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.datasets import Dataset
from tui_gan.gan.trainer import Trainer

# Steps, and the seconds after which no further one is timed.
WARM_UP, TIMED, LONG_ENOUGH = 10, 30, 0.5
# Seconds of a first step from which on no further one is spent on timing: its operations are so large that more threads do help.
HEAVY = 5.0
UNITS = {"years": 31_557_600.0, "days": 86_400.0, "hours": 3_600.0, "minutes": 60.0}
# By which share of the time more threads have to be faster to be taken.
MARGIN = 0.1


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


def helpful_threads(config: Config, knobs: Knobs, dataset: Dataset, most: int) -> tuple[int, str]:
    """Find the number of threads that trains this configuration fastest on the CPU, by timing steps of a scratch trainer with 1, 2, 4, ...

    On a busy machine, and with small networks, more of them wait for each other longer than they save. Where one step with all of them
    takes seconds, all are taken.

    Args:
        most: threads that are tried.

    Returns:
        The number, which is PyTorch's from now on, and one line that says how it was found out.
    """
    counts = [*(1 << power for power in range(most.bit_length()) if 1 << power < most), most]
    if len(counts) == 1:
        return most, ""
    trainer = Trainer(config, dataset, "cpu")
    torch.set_num_threads(most)
    if (heavy := _timed(trainer, knobs, 1)) > HEAVY:
        return most, f"CPU threads: {most}; a step takes about {heavy:.0f} s, all {config.steps:,} about {lasting(heavy * config.steps)}"
    seconds: dict[int, float] = {}
    best = counts[0]
    for count in counts:
        torch.set_num_threads(count)
        seconds[count] = _seconds_a_step(trainer, knobs)
        if seconds[count] < (1 - MARGIN) * seconds[best]:
            best = count
        elif seconds[count] > (1 + MARGIN) * seconds[best]:
            break
    torch.set_num_threads(best)
    timings = ", ".join(f"{count}: {1000 * taken:.3g} ms a step" for count, taken in seconds.items())
    return best, f"CPU threads: {best}, as many as help here ({timings})"


def lasting(seconds: float) -> str:
    """A long time in its largest unit: "26 days", "3 hours"."""
    unit, length = next(((name, each) for name, each in UNITS.items() if seconds >= 2 * each), ("seconds", 1.0))
    return f"{seconds / length:,.0f} {unit}"


def _seconds_a_step(trainer: Trainer, knobs: Knobs) -> float:
    # The first step on a GPU also begins it.
    if (heavy := _timed(trainer, knobs, 1)) > HEAVY and trainer.device == "cpu":
        return heavy
    _timed(trainer, knobs, WARM_UP)
    return _timed(trainer, knobs, TIMED)


def _timed(trainer: Trainer, knobs: Knobs, most: int) -> float:
    """Seconds a step of so many, or of fewer that take long enough."""
    start, done = time.perf_counter(), 0
    while done < most and time.perf_counter() < start + LONG_ENOUGH:
        trainer.step(knobs)
        done += 1
    trainer.is_finite()
    return (time.perf_counter() - start) / done
