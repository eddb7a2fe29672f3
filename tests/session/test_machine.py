"""What a run costs the machine: the split of a step, the processor, and GPUs through a stand-in for NVML."""

import math
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
import torch

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.chance import Chance
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.engines.eager import Eager, untimed
from tui_gan.gan.orders import ORDERS
from tui_gan.gan.trainer import Trainer
from tui_gan.session import machine
from tui_gan.session.machine import PARTS, Meter, Stopwatch, gpus


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> types.SimpleNamespace:
    clock = types.SimpleNamespace(now=0.0)
    monkeypatch.setattr(machine, "time", types.SimpleNamespace(perf_counter=lambda: clock.now))
    return clock


def build(config: Config, **changes: Any) -> Trainer:
    return Trainer(msgspec.structs.replace(config, **changes), DATASETS["gaussian"](True), "cpu")


def test_a_part_within_another_counts_for_itself_alone(clock: types.SimpleNamespace) -> None:
    waits: list[float] = []
    watch = Stopwatch(lambda: waits.append(clock.now))
    clock.now += 100
    with watch.measuring("other"):
        clock.now += 1
        with watch.measuring("generator"):
            clock.now += 2
            with watch.measuring("data"):
                clock.now += 4
            clock.now += 8
        clock.now += 16
    clock.now += 100
    assert watch.seconds == {"data": 4, "discriminator": 0, "generator": 10, "other": 17, "": 100}
    assert waits == [100, 101, 103, 107, 115, 131]


@pytest.mark.parametrize("updates", ORDERS)
@pytest.mark.parametrize("objective", ["non_saturating", "relativistic"])
def test_a_measured_step_is_the_same_step(config: Config, knobs: Knobs, updates: str, objective: str) -> None:
    plain, watched = (build(config, updates=updates, objective=objective) for _ in range(2))
    meter = Meter()
    for _ in range(3):
        plain.step(knobs)
        meter._due = 0.0
        with meter.measuring(watched):
            watched.step(knobs)
    before, after = plain.state(), watched.state()
    assert [name for name in before if not torch.equal(before[name], after[name])] == []
    assert all(meter.split[part] > 0 for part in PARTS)
    assert watched.engine.part is untimed


def test_the_split_adds_up_to_the_step(config: Config, knobs: Knobs, clock: types.SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    costs = {(Chance, "batch"): 1.0, (Chance, "latents"): 2.0, (Eager, "_discriminator_loss"): 8.0, (Trainer, "follow"): 32.0}
    for (kind, name), cost in costs.items():
        method: Any = getattr(kind, name)

        def slow(*arguments: Any, method: Any = method, cost: float = cost, **named: Any) -> Any:
            clock.now += cost
            return method(*arguments, **named)

        monkeypatch.setattr(kind, name, slow)
    for updates, expected in {
        "alternating": {"data": 5.0, "discriminator": 8.0, "generator": 0.0, "other": 32.0},
        "simultaneous": {"data": 3.0, "discriminator": 8.0, "generator": 0.0, "other": 32.0},
    }.items():
        trainer, meter = build(config, updates=updates), Meter()
        with meter.measuring(trainer):
            clock.now += 1000.0
            trainer.step(knobs)
            clock.now += 1000.0
        assert meter.split == expected


def test_a_step_is_measured_now_and_then(
    config: Config, knobs: Knobs, clock: types.SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer, meter = build(config), Meter()
    costs = iter((0.01, 0.02, 0.05))
    monkeypatch.setattr(Trainer, "follow", lambda trainer: setattr(clock, "now", clock.now + next(costs)))
    assert not meter.known
    clock.now = 10.0
    with meter.measuring(trainer):
        trainer.step(knobs)
    assert meter.known
    assert meter.split["other"] == pytest.approx(0.01)
    for now, measured in ((10.5, False), (11.1, True)):
        clock.now = now
        with meter.measuring(trainer):
            assert (trainer.engine.part is not untimed) is measured
            trainer.step(knobs)
    # The step in between was not measured.
    assert meter.split["other"] == pytest.approx((0.01 + 0.05) / 2)


def test_pretraining_is_no_step_of_the_game(config: Config, knobs: Knobs) -> None:
    trainer, meter = build(config, pretraining=5), Meter()
    with meter.measuring(trainer):
        trainer.pretrain_step(knobs)
    assert not meter.known


def test_a_step_that_breaks_leaves_the_trainer_as_it_was(config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer, meter = build(config), Meter()

    def breaks(*_: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(Trainer, "follow", breaks)
    with pytest.raises(RuntimeError, match="broken"), meter.measuring(trainer):
        trainer.step(knobs)
    assert trainer.engine.part is untimed
    assert not meter.known


def test_processor_and_memory_are_those_of_the_process() -> None:
    meter = Meter()
    sum(range(2_000_000))
    found = meter.machine()
    assert 0 < found.cpu <= 2 * found.cores
    assert 1e6 < found.memory < found.memory_total
    assert all(math.isnan(getattr(found, part)) for part in PARTS)


@pytest.fixture
def nvml(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Two GPUs, of which the second tells neither use nor temperature."""

    class NVMLError(Exception):
        pass

    def told(value: object) -> Callable[..., object]:
        def read(handle: int, *_: object) -> object:
            if handle:
                raise NVMLError("not supported")
            return value

        return read

    memory = types.SimpleNamespace(used=3 * 2**30, total=80 * 2**30)
    stand_in: Any = types.ModuleType("pynvml")
    vars(stand_in).update(
        NVMLError=NVMLError,
        NVML_TEMPERATURE_GPU=0,
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: 2,
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetName=lambda handle: ["H100", b"old binding"][handle],
        nvmlDeviceGetUtilizationRates=told(types.SimpleNamespace(gpu=25)),
        nvmlDeviceGetMemoryInfo=lambda handle: memory,
        nvmlDeviceGetTemperature=told(41),
    )
    monkeypatch.setitem(sys.modules, "pynvml", stand_in)
    machine._nvml.cache_clear()
    yield stand_in
    machine._nvml.cache_clear()


def test_gpus_are_told_as_their_driver_does(nvml: Any) -> None:
    first, second = gpus()
    assert (first.name, first.use, first.memory, first.memory_total, first.temperature) == ("H100", 0.25, 3 * 2**30, 80 * 2**30, 41)
    assert (second.name, second.memory) == ("old binding", 3 * 2**30)
    assert math.isnan(second.use)
    assert math.isnan(second.temperature)


@pytest.mark.parametrize("broken", ["nvmlInit", "nvmlDeviceGetCount", "nvmlDeviceGetName"])
def test_where_nvml_fails_there_are_no_gpus(nvml: Any, broken: str) -> None:
    def fails(*_: object) -> None:
        raise nvml.NVMLError("no driver")

    setattr(nvml, broken, fails)
    assert gpus() == ()


def test_without_the_library_there_are_no_gpus(nvml: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert gpus() == ()
