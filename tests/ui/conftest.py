"""A fake run, and snapshots that are the same every time."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest

from tui_gan.contract.commands import Command, Stop
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Event, Line1D, Series, Snapshot, Status, frozen
from tui_gan.ui.app import TuiGan
from tui_gan.ui.draw.palette import Look


class FakeRun:
    """The whole of a RunHandle: it keeps what it is sent, and answers a request by copying the newest snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.latest = snapshot
        self.sent: list[Command] = []
        self.requests = 0

    def request_snapshot(self) -> None:
        self.requests += 1
        self.latest = dataclasses.replace(self.latest, step=self.latest.step + (self.latest.status is Status.RUNNING))

    def send(self, command: Command) -> None:
        self.sent.append(command)
        if isinstance(command, Stop):
            self.latest = dataclasses.replace(self.latest, status=Status.STOPPED)


def bell(axis: Any, mean: float, sd: float) -> Any:
    return np.exp(-0.5 * ((axis - mean) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))


def make_picture(scale: float = 1.0) -> Line1D:
    edges = np.linspace(1.0, 7.0, 65)
    middle = (edges[1:] + edges[:-1]) / 2
    axis = np.linspace(1.0, 7.0, 121)
    real, fake = bell(axis, 4.0, 0.5), bell(axis, 3.4, 0.7)
    latents = np.linspace(-2.5, 2.5, 101)
    return Line1D(
        edges=frozen(edges * scale),
        real=frozen(bell(middle, 4.0, 0.5) / scale),
        fake=frozen(bell(middle, 3.4, 0.7) / scale),
        axis=frozen(axis * scale),
        discriminator=frozen((real + 0.02) / (real + fake + 0.04)),
        latents=frozen(latents),
        mapped=frozen((3.4 + 0.7 * latents) * scale),
    )


def make_snapshot(status: Status = Status.PAUSED, scale: float = 1.0, **changes: Any) -> Snapshot:
    steps = np.arange(50.0, 2001.0, 50.0)
    measured = np.arange(500.0, 2001.0, 500.0)
    values: dict[str, Any] = {
        "preset": "toy1d",
        "status": status,
        "step": 2000,
        "steps": 100_000,
        "seconds": 83.0,
        "steps_per_second": 1030.0,
        "device": "cpu",
        "devices": ("cpu", "cuda"),
        "knobs": Knobs(device="cpu"),
        "directory": "runs/toy1d",
        "series": {
            "generator_loss": Series(frozen(steps), frozen(0.7 + np.exp(-steps / 500))),
            "discriminator_loss": Series(frozen(steps), frozen(1.4 - 0.8 * np.exp(-steps / 500))),
            "w1": Series(frozen(measured), frozen([0.9, 0.2, 0.05, 0.02])),
            "sd_ratio": Series(frozen(measured), frozen([0.5, 0.8, 0.95, 1.02])),
        },
        "picture": make_picture(scale),
        "events": (
            Event(0, "run runs/toy1d"),
            Event(1000, "k steps: 2 (was 1)", "change"),
            Event(1500, "the batch is small", "warning"),
            Event(2000, "checkpoint step-00002000"),
        ),
    }
    return Snapshot(**{**values, **changes})


@pytest.fixture
def seen() -> Callable[..., Snapshot]:
    return make_snapshot


@pytest.fixture
def picture() -> Callable[..., Line1D]:
    return make_picture


@pytest.fixture
def run_of() -> Callable[[Snapshot], FakeRun]:
    return FakeRun


@pytest.fixture(params=[False, True], ids=["unicode", "ascii"])
def look(request: pytest.FixtureRequest) -> Look:
    return Look(ascii_only=request.param)


@pytest.fixture
def plain() -> Look:
    return Look(ascii_only=True)


def _watch(app: TuiGan, body: Callable[[Any], Awaitable[None]], size: tuple[int, int] = (120, 36)) -> None:
    """Run the app without a terminal, do `body` with its pilot, and let an exception of either through."""

    async def go() -> None:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await body(pilot)

    asyncio.run(go())


async def _until(pilot: Any, true: Callable[[], bool]) -> None:
    """Wait until something is true, a few seconds at most."""
    for _ in range(300):
        if true():
            return
        await pilot.pause(0.01)
    raise AssertionError("it did not come true")


def _screen_text(app: TuiGan) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


@pytest.fixture
def watch() -> Callable[..., None]:
    return _watch


@pytest.fixture
def until() -> Callable[..., Awaitable[None]]:
    return _until


@pytest.fixture
def screen_text() -> Callable[[TuiGan], str]:
    return _screen_text
