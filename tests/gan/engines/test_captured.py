"""The step that is captured against the eager one, and the capture with stand-ins for what only a GPU has."""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
import torch

from tests.gan.engines.test_whole import doubled, in_double
from tests.stand_in import ALIKE, stand_in, weights_of
from tui_gan.contract.config import Config, Noise, Optimizer
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.engines import captured
from tui_gan.gan.engines.captured import Captured, Static, step_, why_not
from tui_gan.gan.optimizers import OPTIMIZERS
from tui_gan.gan.orders import ORDERS
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS

LIGHT = 100_000


def check_agreement(config: Config, data: Any, knobs: Knobs) -> None:
    """After one eager step, which makes the moments, each further one by either, in float64 but for the scalars of a step."""
    eager, static = (in_double(Trainer(config, data, "cpu")) for _ in range(2))
    for trainer in (eager, eager, eager, eager, static):
        hyper, program = trainer.prepared(knobs)
        trainer.end([trainer.engine.update(each, hyper, program) for each in doubled(trainer.chance.step(knobs, hyper, program))])
    engine = Static(static.game, static.now)
    for _ in range(3):
        hyper, _ = static.prepared(knobs)
        given, program = static.called._given(knobs, static.now)
        step_(engine, doubled(given), hyper, program)
    found, expected = static.state(), eager.state()
    for name in set(expected) - {"counts"}:
        torch.testing.assert_close(found[name], expected[name], rtol=1e-4, atol=2e-6, msg=lambda text, name=name: f"{name}: {text}")


# Each order and each optimizer with some other; all of both are among the longer checks.
TOGETHER = {*zip(itertools.cycle(ORDERS), OPTIMIZERS, strict=False), *zip(ORDERS, itertools.cycle(OPTIMIZERS), strict=False)}


@pytest.mark.parametrize(
    ("order", "optimizer"),
    [pytest.param(*each, marks=() if each in TOGETHER else pytest.mark.slow) for each in itertools.product(ORDERS, OPTIMIZERS)],
)
def test_the_step_that_is_captured_is_the_eager_one(config: Config, knobs: Knobs, order: str, optimizer: str) -> None:
    changes: dict[str, Any] = {
        "regularizers": {"l2": 0.01, "adaptive_l2": 0.02, "r1": 0.1, "r1_difference": 0.1, "gradient_penalty": 0.2},
        "packing": 2,
        "updates": order,
        "feature_matching": 1.0,
        "instance_noise": Noise(sd=0.3, steps=10),
        "historical_averaging": 0.1,
        "coordination": "accuracy",
        "optimizer": Optimizer(
            kind=optimizer,
            momentum=0.5,
            momentum_end=0.9,
            momentum_steps=10 if OPTIMIZERS[optimizer].momentum else 0,
            lookahead_steps=2,
        ),
        "generator": Network(widths=(6,), column_norm=0.4),
        "discriminator": Network(widths=(7, 5), column_norm=0.3),
        "average_decay": 0.9,
    }
    for minibatch in (False, True):
        turned = set_knob(set_knob(knobs, "minibatch_discrimination", minibatch), "k_steps", 2)
        turned = set_knob(turned, "generator_steps", 1 + minibatch)
        check_agreement(msgspec.structs.replace(config, **changes), DATASETS["gaussian"](True), turned)


@pytest.mark.parametrize("preset", ALIKE.values())
def test_every_light_preset(preset: str) -> None:
    if weights_of(preset) > LIGHT:
        pytest.skip("it takes long")
    config, knobs = PRESETS[preset].config, PRESETS[preset].knobs
    data = stand_in(config)
    trainer = Trainer(config, data, "cpu")
    if why := why_not(trainer.game, trainer.now, "cuda"):
        pytest.skip(why)
    check_agreement(config, data, knobs)


@pytest.mark.parametrize(
    ("changes", "device", "why"),
    [
        ({}, "cpu", "CUDA graphs need an NVIDIA GPU"),
        ({}, "mps", "CUDA graphs need an NVIDIA GPU"),
        ({"discriminator": Network(widths=(5,), dropout=0.5)}, "cuda", "dropout draws inside the networks"),
        ({"generator": Network(widths=(5,), dropout=0.5)}, "cuda:1", "dropout draws inside the networks"),
        ({}, "cuda:1", ""),
    ],
)
def test_what_cannot_be_captured(build_trainer: Callable[..., Trainer], changes: dict[str, Any], device: str, why: str) -> None:
    trainer = build_trainer(**changes)
    assert why_not(trainer.game, trainer.now, device) == why


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A graph whose replay takes the step that was captured; what is done on the way."""
    done: list[str] = []
    taken: list[Callable[[], None]] = []

    class Graph:
        def __init__(self) -> None:
            done.append("capture")

        def replay(self) -> None:
            taken[-1]()

    class Stream:
        def wait_stream(self, other: object) -> None:
            pass

    class Event:
        def synchronize(self) -> None:
            done.append("waited")

        def record(self) -> None:
            pass

    def take(engine: Static, given: Any, hyper: Any, program: Any) -> None:
        if capturing:
            taken.append(lambda: step_(engine, given, hyper, program))
        else:
            step_(engine, given, hyper, program)

    capturing: list[bool] = []

    @contextlib.contextmanager
    def graph(made: Graph, capture_error_mode: str) -> Iterator[None]:
        assert capture_error_mode == "thread_local"
        capturing.append(True)
        yield
        capturing.clear()

    monkeypatch.setattr(captured, "step_", take)
    for name, value in {
        "CUDAGraph": Graph, "Stream": Stream, "Event": Event, "graph": graph, "current_stream": Stream,
        "stream": lambda stream: contextlib.nullcontext(),
    }.items():  # fmt: skip
        monkeypatch.setattr(captured.torch.cuda, name, value)
    return done


def test_a_capture_leaves_the_state_as_it_was_and_is_replayed_on_what_it_is_given(
    build_trainer: Callable[..., Trainer], knobs: Knobs, gpu: list[str]
) -> None:
    eager, trainer = build_trainer(), build_trainer()
    for each in (eager, trainer):
        each.step(knobs)
    before = trainer.state()
    call = trainer.called.captured(knobs)
    assert all(torch.equal(value, before[name]) for name, value in trainer.state().items())
    steps = 2 * captured.UNDER_WAY + 1
    assert trainer.calls(knobs, steps, lambda: call) == steps
    for _ in range(steps):
        eager.step(knobs)
    found, expected = trainer.state(), eager.state()
    for name in expected:
        torch.testing.assert_close(found[name], expected[name], rtol=1e-3, atol=1e-5)
    assert gpu.count("capture") == 1
    assert gpu.count("waited") == steps + 1


def test_a_state_that_is_another_is_captured_anew(build_trainer: Callable[..., Trainer], knobs: Knobs, gpu: list[str]) -> None:
    trainer = build_trainer()
    trainer.step(knobs)
    call = trainer.called.captured(knobs)
    assert isinstance(call, Captured)
    trainer.calls(knobs, 2, lambda: call)
    learner = trainer.now.players["G"]
    learner.moments = {place: {name: value.clone() for name, value in kept.items()} for place, kept in learner.moments.items()}
    before = learner.moments[0]["exp_avg"].clone()
    trainer.calls(knobs, 1, lambda: call)
    assert gpu.count("capture") == 2
    assert not torch.equal(before, learner.moments[0]["exp_avg"])
