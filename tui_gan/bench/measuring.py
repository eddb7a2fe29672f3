"""Speeds of several ways to train, taken in turns, so that what slows the machine down slows all of them."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import torch

from tui_gan.bench.plain import Loop
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.datasets import Dataset
from tui_gan.gan.trainer import Trainer
from tui_gan.session.compiling import WHY_NOT, Compiling

# Trains some steps, and returns how many.
Train = Callable[[], int]
PLAIN = "plain"
ENGINES = ("eager", *WHY_NOT)
# Between two looks at the clock.
SOME = 8
# Steps that are left, of a run without an end.
WITHOUT_END = 1_000_000_000


class Way(NamedTuple):
    """A way to train, and why it cannot be, which is "" where it can."""

    train: Train
    why_not: str = ""


class Speed(NamedTuple):
    """Of one way.

    Attributes:
        steps_per_second: of each round; `over_plain` their ratios to those of the plain loop.
    """

    steps_per_second: list[float]
    over_plain: list[float]

    @property
    def median(self) -> float:
        """Steps a second."""
        return statistics.median(self.steps_per_second)

    @property
    def ratio(self) -> float:
        """Over the plain loop."""
        return statistics.median(self.over_plain)


def ways(config: Config, knobs: Knobs, dataset: Dataset, device: str, tell: Callable[[str], object]) -> Iterator[tuple[str, Way]]:
    """The plain loop and each engine, ready to train, by name; an engine that needs a program has it made first.

    Args:
        config: of which the engine is not read.
        tell: what is waited for.
    """
    from msgspec.structs import replace

    loop = Loop(config, knobs, dataset, device)

    def plain() -> int:
        for _ in range(SOME):
            loop.step()
        return SOME

    yield PLAIN, Way(plain)
    for engine in ENGINES:
        trainer = Trainer(replace(config, engine=engine), dataset, device)
        if engine != "eager" and (why := WHY_NOT[engine](trainer.game, trainer.now, device)):
            yield engine, Way(lambda: 0, why)
        else:
            yield engine, _engine(trainer, knobs, tell)


def _engine(trainer: Trainer, knobs: Knobs, tell: Callable[[str], object]) -> Way:
    def eagerly() -> int:
        for _ in range(SOME):
            trainer.step(knobs)
        # As a run does, lest the sums of the losses grow without end.
        trainer.clear_losses()
        return SOME

    if trainer.config.engine == "eager":
        return Way(eagerly)
    failures: list[str] = []
    compiling = Compiling(lambda text: failures.append(text) if "cannot be" in text else tell(text))

    def by_program() -> int:
        return compiling.train(trainer, knobs, SOME, WITHOUT_END)

    in_a_row = 0
    while in_a_row < 2 * trainer.config.lazy and not failures:
        done = by_program()
        in_a_row = in_a_row + done if done else 0
        if not done:
            trainer.step(knobs)
    compiling.close()
    return Way(by_program, failures[0] if failures else "")


def measured(them: Mapping[str, Way], rounds: int, seconds: float, device: str) -> dict[str, Speed]:
    """Train in each way for so many seconds, in turn, so many times."""
    speeds: dict[str, list[float]] = {name: [] for name, engine in them.items() if not engine.why_not}
    for name in speeds:
        _steps_per_second(them[name].train, seconds / 4, device)
    for each in range(rounds):
        for name in list(speeds) if each % 2 else reversed(list(speeds)):
            speeds[name].append(_steps_per_second(them[name].train, seconds, device))
    return {name: Speed(rates, [rate / plain for rate, plain in zip(rates, speeds[PLAIN], strict=True)]) for name, rates in speeds.items()}


def _steps_per_second(train: Train, seconds: float, device: str) -> float:
    _wait_for(device)
    begun, done = time.perf_counter(), 0
    while time.perf_counter() < begun + seconds:
        done += train()
    _wait_for(device)
    return done / (time.perf_counter() - begun)


def _wait_for(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
