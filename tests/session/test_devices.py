"""Devices: those there are, and the fastest of them."""

import msgspec
import pytest
import torch

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.datasets import DATASETS
from tui_gan.session import devices


def test_the_cpu_is_always_there_and_first() -> None:
    assert devices.available()[0] == "cpu"
    assert devices.check("cpu") == "cpu"


@pytest.mark.parametrize("device", ["cuda:99", "cuda:123456789012"])
def test_a_device_that_is_not_there_is_refused_with_those_that_are(device: str) -> None:
    with pytest.raises(UsageError, match="this machine has: cpu"):
        devices.check(device)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA")
def test_without_cuda_it_is_refused() -> None:
    with pytest.raises(UsageError, match="'cuda' is not there"):
        devices.check("cuda")


def test_where_there_is_one_device_it_is_the_fastest(config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "available", lambda: ("cpu",))
    assert devices.fastest(config, knobs, DATASETS["gaussian"](True))[0] == "cpu"


def test_of_two_the_one_that_was_timed_faster_is_taken_and_said(config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    timed = {"cpu": 0.004, "cuda": 0.001}
    monkeypatch.setattr(devices, "available", lambda: tuple(timed))
    monkeypatch.setattr(devices, "Trainer", lambda config, dataset, device: device)
    monkeypatch.setattr(devices, "_seconds_a_step", lambda trainer, knobs: timed[trainer])
    best, said = devices.fastest(config, knobs, DATASETS["gaussian"](True))
    assert best == "cuda"
    assert "cpu 4.00 ms" in said
    assert "cuda 1.00 ms" in said


def test_timing_steps_leaves_torchs_own_stream_alone(config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "available", lambda: ("cpu", "cpu"))
    before = torch.random.get_rng_state()
    best, said = devices.fastest(config, Knobs(batch_size=8), DATASETS["gaussian"](True))
    assert best == "cpu"
    assert "ms a step" in said
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize(
    ("most", "taken", "best", "tried"),
    [
        (1, {}, 1, []),
        (2, {1: 4.0, 2: 3.0}, 2, [1, 2]),
        (2, {1: 4.0, 2: 3.8}, 1, [1, 2]),
        (16, {1: 8.0, 2: 4.0, 4: 3.9, 8: 9.0, 16: 0.1}, 2, [1, 2, 4, 8]),
        (6, {1: 8.0, 2: 7.5, 4: 5.0, 6: 3.0}, 6, [1, 2, 4, 6]),
    ],
)
def test_more_threads_are_taken_as_long_as_they_help(
    config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch, most: int, taken: dict[int, float], best: int, tried: list[int]
) -> None:
    now, asked = [1], []

    def seconds(trainer: object, knobs: Knobs) -> float:
        asked.append(now[0])
        return taken[now[0]] / 1000

    monkeypatch.setattr(devices.torch, "set_num_threads", lambda count: now.__setitem__(0, count))
    monkeypatch.setattr(devices, "_seconds_a_step", seconds)
    monkeypatch.setattr(devices, "_timed", lambda trainer, knobs, most: 0.01)
    found, said = devices.helpful_threads(config, knobs, DATASETS["gaussian"](True), most)
    assert (found, asked) == (best, tried)
    assert now == [best]
    if tried:
        assert said.startswith(f"CPU threads: {best}, as many as help here (1: {taken[1]:g} ms a step, 2: ")


def test_a_device_on_which_a_step_takes_long_is_timed_by_one(config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    timed: list[int] = []
    monkeypatch.setattr(devices, "available", lambda: ("cpu", "meta"))
    monkeypatch.setattr(devices, "_timed", lambda trainer, knobs, most: timed.append(most) or (9.0 if trainer.device == "cpu" else 0.01))
    best, said = devices.fastest(config, knobs, DATASETS["gaussian"](True))
    assert best == "meta"
    assert timed == [1, 1, devices.WARM_UP, devices.TIMED]
    assert said == "device: meta, the faster here (cpu 9000.00 ms a step, meta 10.00 ms a step)"


def test_where_a_step_takes_long_it_is_timed_once_with_all_threads(config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    now, timed = [1], []

    def seconds(trainer: object, knobs: Knobs, most: int) -> float:
        timed.append((now[0], most))
        return 58.0

    monkeypatch.setattr(devices.torch, "set_num_threads", lambda count: now.__setitem__(0, count))
    monkeypatch.setattr(devices, "_timed", seconds)
    config = msgspec.structs.replace(config, steps=39_063)
    found, said = devices.helpful_threads(config, knobs, DATASETS["gaussian"](True), 4)
    assert (found, now, timed) == (4, [4], [(4, 1)])
    assert said == "CPU threads: 4; a step takes about 58 s, all 39,063 about 26 days"


@pytest.mark.parametrize(
    ("seconds", "text"), [(9.0, "9 seconds"), (300.0, "5 minutes"), (8_000.0, "2 hours"), (7e5, "8 days"), (1e9, "32 years")]
)
def test_a_long_time_is_told_in_its_largest_unit(seconds: float, text: str) -> None:
    assert devices.lasting(seconds) == text


def test_threads_are_timed_by_steps_of_a_trainer_apart(config: Config, knobs: Knobs) -> None:
    before = torch.get_num_threads()
    found, said = devices.helpful_threads(config, knobs, DATASETS["gaussian"](True), 2)
    assert found in (1, 2)
    assert torch.get_num_threads() == found
    assert "ms a step" in said
    torch.set_num_threads(before)
