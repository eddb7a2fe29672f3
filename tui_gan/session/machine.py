"""What a run costs the machine: where the time of a step goes, processor, memory and GPUs."""

import contextlib
import functools
import math
import os
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import torch

from tui_gan.contract.snapshot import Gpu, Machine
from tui_gan.gan.trainer import Trainer

# Seconds of training between two steps that are measured.
EVERY = 1.0
REMEMBERED = 5
# What takes time in a step. Where both players move at once, the discriminator's loss and gradients are its own, and all else there,
# such as the samples for both, counts as the generator's.
PARTS = ("data", "discriminator", "generator", "other")


class Stopwatch:
    """Counts the seconds of each part on its own, also where one part lies within another.

    Args:
        wait: returns when the device has done what it was given.
    """

    def __init__(self, wait: Callable[[], None]) -> None:
        self.seconds = dict.fromkeys((*PARTS, ""), 0.0)
        self._wait, self._part = wait, ""
        self._since = time.perf_counter()

    @contextlib.contextmanager
    def measuring(self, part: str) -> Iterator[None]:
        """Count for `part` until the end of the block, and then again for what was counted for before."""
        before = self._switch(part)
        try:
            yield
        finally:
            self._switch(before)

    def _switch(self, part: str) -> str:
        self._wait()
        now = time.perf_counter()
        self.seconds[self._part] += now - self._since
        before, self._part, self._since = self._part, part, now
        return before


class Meter:
    """Reads the clocks of the machine, and measures a step now and then."""

    def __init__(self) -> None:
        self._splits: deque[dict[str, float]] = deque(maxlen=REMEMBERED)
        self._process = psutil.Process()
        self._read = self._used()
        self._due = 0.0

    @property
    def known(self) -> bool:
        """Whether a step has been measured."""
        return bool(self._splits)

    @property
    def split(self) -> dict[str, float]:
        """The seconds of each part; the median of the last steps that were measured, since one may have waited for the screen."""
        return {part: statistics.median(each[part] for each in self._splits) if self._splits else math.nan for part in PARTS}

    @contextlib.contextmanager
    def measuring(self, trainer: Trainer) -> Iterator[None]:
        """Measure the step that is trained in the block, if it is time to; the step is the same."""
        if time.perf_counter() < self._due:
            yield
            return
        watch = Stopwatch(functools.partial(_wait, trainer.device))
        before, trainer.engine.part = trainer.engine.part, watch.measuring
        try:
            yield
        finally:
            trainer.engine.part = before
        self._due = time.perf_counter() + EVERY
        # What pre-trains is no step of the game.
        if watch.seconds["other"]:
            self._splits.append({part: watch.seconds[part] for part in PARTS})

    def machine(self) -> Machine:
        """The figures of now; the processor's are those since they were read last."""
        (then, before), (now, used) = self._read, self._used()
        self._read = now, used
        return Machine(
            **self.split,
            cpu=(used - before) / max(now - then, 1e-3),
            cores=os.cpu_count() or 1,
            memory=float(self._process.memory_info().rss),
            memory_total=float(psutil.virtual_memory().total),
            gpus=gpus(),
        )

    def _used(self) -> tuple[float, float]:
        """The clock, and the processor seconds of all threads."""
        times = self._process.cpu_times()
        return time.perf_counter(), times.user + times.system


def gpus() -> tuple[Gpu, ...]:
    """Every GPU that NVML knows; none without NVML."""
    nvml = _nvml()
    if nvml is None:
        return ()
    try:
        handles = [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(nvml.nvmlDeviceGetCount())]
        return tuple(_gpu(nvml, handle) for handle in handles)
    except nvml.NVMLError:
        return ()


@functools.cache
def _nvml() -> Any:
    """NVIDIA's own binding of its management library, ready for use; None where either is missing."""
    try:
        # torch tells the memory of its own process alone; nvidia-smi is a process of its own, and takes a second to answer.
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    return pynvml


def _gpu(nvml: Any, handle: Any) -> Gpu:
    def known(read: Callable[[], Any]) -> float:
        try:
            return float(read())
        except nvml.NVMLError:
            return math.nan

    name = nvml.nvmlDeviceGetName(handle)
    return Gpu(
        name=name.decode(errors="replace") if isinstance(name, bytes) else str(name),
        use=known(lambda: nvml.nvmlDeviceGetUtilizationRates(handle).gpu) / 100,
        memory=known(lambda: nvml.nvmlDeviceGetMemoryInfo(handle).used),
        memory_total=known(lambda: nvml.nvmlDeviceGetMemoryInfo(handle).total),
        temperature=known(lambda: nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU)),
    )


def _wait(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
    elif device == "mps":
        torch.mps.synchronize()
