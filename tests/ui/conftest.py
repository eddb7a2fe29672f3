"""A fake run, and snapshots that are the same every time."""

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tui_gan.contract.commands import Command, Stop, Watch
from tui_gan.contract.diagnosis import Diagnosis, Floor, Moments
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import (
    Event,
    Gallery,
    Gpu,
    ImageGrid,
    Layer,
    Line1D,
    Machine,
    Plane2D,
    Predictions,
    Series,
    Setting,
    Snapshot,
    Stage,
    Status,
    frozen,
)
from tui_gan.ui.app import TuiGan
from tui_gan.ui.draw.palette import Look


@pytest.fixture(scope="session", autouse=True)
def colourful() -> Iterator[None]:
    """A terminal with all colours, whatever the tests run in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLORTERM", "truecolor")
        patch.delenv("NO_COLOR", raising=False)
        yield


class FakeRun:
    """The whole of a RunHandle: it keeps what it is sent, and answers a request by copying the newest snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.latest = snapshot
        self.sent: list[Command] = []
        self.requests = 0

    @property
    def commands(self) -> list[Command]:
        """What was sent, but for what the screen says of itself: which parts it looks at."""
        return [command for command in self.sent if not isinstance(command, Watch)]

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
    p, q = (np.convolve(bell(middle, *each), (0.25, 0.5, 0.25), "same") for each in ((4.0, 0.5), (3.4, 0.7)))
    return Line1D(
        edges=frozen(edges * scale),
        real=frozen(bell(middle, 4.0, 0.5) / scale),
        fake=frozen(bell(middle, 3.4, 0.7) / scale),
        axis=frozen(axis * scale),
        discriminator=frozen((real + 0.02) / (real + fake + 0.04)),
        latents=frozen(latents),
        mapped=frozen((3.4 + 0.7 * latents) * scale),
        optimal=frozen(p / (p + q)),
    )


def make_plane(size: float = 1.0) -> Plane2D:
    """Eight modes on a ring, of which the generator has found five."""
    random = np.random.default_rng(0)
    angles = np.arange(8) * np.pi / 4
    middles = 2.0 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    real = middles[random.integers(0, 8, 600)] + 0.12 * random.standard_normal((600, 2))
    fake = middles[random.integers(0, 5, 600)] + 0.2 * random.standard_normal((600, 2)) + 0.1
    x, y = np.meshgrid(np.linspace(-3, 3, 48), np.linspace(-3, 3, 48))
    near = np.exp(-(((x[..., None] - middles[:, 0]) ** 2 + (y[..., None] - middles[:, 1]) ** 2) / 0.5)).sum(axis=2)
    ends = frozen(np.full(2, 3.0 * size))
    return Plane2D(-ends, ends, frozen(real * size), frozen(fake * size), frozen(0.1 + 0.8 * near * (0.5 + (y < 0.5) / 2)))


def make_images(side: int = 28, channels: int = 1, number: int = 64) -> ImageGrid:
    """Rings with a stroke, clear as real images and blurred as generated ones."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[0:side, 0:side] / max(1, side - 1) * 2 - 1

    def drawn(number: int, width: float) -> Any:
        a, b, turn = random.uniform(0.3, 0.6, number), random.uniform(0.5, 0.75, number), random.uniform(0, 3, number)
        across = [part[:, None, None] for part in (a, b, turn)]
        ring = np.exp(-(((np.hypot(x / across[0], y / across[1]) - 1) / width) ** 2))
        stroke = np.exp(-(((x * np.cos(across[2]) + y * np.sin(across[2])) / width * 2) ** 2)) * (np.hypot(x, y) < 0.7)
        grey = np.maximum(ring, stroke)[..., None]
        tint = 1.0 if channels == 1 else random.uniform(0.2, 1.0, (number, 1, 1, channels))
        # Few levels keep the pictures of the screen small.
        return np.rint(85 * np.rint(3 * grey) * tint).astype(np.uint8)

    return ImageGrid(real=drawn(number, 0.25), fake=drawn(number, 0.5))


def make_predictions(**changes: Any) -> Predictions:
    """Of real samples 81 %, of generated ones 77 % are on the right side."""
    middles = (np.arange(20) + 0.5) / 20
    real, fake = middles**2.2 * (1.05 - middles), (1 - middles) ** 1.8 * (middles + 0.05)
    logits = np.linspace(-5, 5, 41)
    centres = (logits[1:] + logits[:-1]) / 2
    real_logits, fake_logits = bell(centres, 1.2, 1.3), bell(centres, -1.0, 1.1)
    values: dict[str, Any] = {
        "edges": frozen(np.linspace(0, 1, 21)),
        "real": frozen(real / real.sum()),
        "fake": frozen(fake / fake.sum()),
        "logit_edges": frozen(logits),
        "real_logits": frozen(real_logits / real_logits.sum()),
        "fake_logits": frozen(fake_logits / fake_logits.sum()),
        "real_right": 0.81,
        "fake_right": 0.77,
        "real_mean": 0.66,
        "fake_mean": 0.31,
        "overlap": 0.56,
    }
    return Predictions(**{**values, **changes})


def make_field(size: float = 1.0) -> Plane2D:
    """The plane with the map of a generator that bends a grid into an arc, and arrows towards the nearest mode."""
    plane = make_plane(size)
    u, v = np.meshgrid(np.linspace(-1, 1, 24), np.linspace(-1, 1, 24))
    manifold = np.stack([(2 + 0.4 * v) * np.cos(2 * u), (2 + 0.4 * v) * np.sin(2 * u)], axis=-1) * size
    starts = plane.fake[:64]
    ways = -starts / np.linalg.norm(starts, axis=1, keepdims=True)
    return dataclasses.replace(plane, manifold=frozen(manifold), arrows=frozen(np.stack([starts, ways], axis=1)))


LAYERS = (
    Layer("G", "linear 1 > 64", 3.4, 0.021),
    Layer("G", "linear 64 > 1", 1.2, 0.17),
    Layer("D", "linear 1 > 64", 4.1, 0.034),
    Layer("D", "linear 64 > 64", 5.6, 0.08),
    Layer("D", "linear 64 > 1", 0.9, float("nan")),
)
MACHINE = Machine(
    data=1.1e-4, discriminator=4.2e-4, generator=2.9e-4, other=8e-5, cpu=1.1, cores=2, memory=3.4e8, memory_total=8.2e9,
    gpus=(Gpu("H100", 0.43, 2.1e9, 8.5e10, 51.0),),
)  # fmt: skip
STAGES = (
    Stage("D 1/1: latents", "Numbers are drawn from the latent distribution.", (("count", "256"), ("mean", "0.01"), ("sd", "0.99"))),
    Stage("D 1/1: samples", "G turns them into samples.", (("mean", "3.41"), ("sd", "0.70"))),
)
SETTINGS = (
    Setting("objective", "non_saturating", True, ("non_saturating", "hinge", "wasserstein"), "what the players minimise"),
    Setting("regularizers.r1", 1.0, True, (), "weight of R1"),
    Setting("latent_dim", 1, False, (), "number of latent coordinates"),
)


def make_gallery(**changes: Any) -> Gallery:
    return Gallery(**{"kept": tuple(range(0, 2001, 100)), "step": 2000, **changes})


MEASURED = {
    "plane": {"modes": [1, 3, 4, 5], "hq": [0.2, 0.5, 0.7, 0.83], "reverse_kl": [2.0, 1.2, 0.8, 0.5], "sliced_w1": [1.0, 0.6, 0.4, 0.3]},
    "images": {"precision": [0.1, 0.5, 0.7, 0.8], "recall": [0.05, 0.2, 0.4, 0.5], "classifier_frechet": [90, 40, 21, 14.2]},
}


def make_other(kind: str, **changes: Any) -> Snapshot:
    """A run whose picture is no line."""
    base = make_snapshot()
    losses = {name: base.series[name] for name in ("generator_loss", "discriminator_loss")}
    measured = {name: Series(frozen([500.0, 1000.0, 1500.0, 2000.0]), frozen(values)) for name, values in MEASURED[kind].items()}
    picture = make_field() if kind == "plane" else make_images()
    values = {"preset": {"plane": "ring", "images": "mnist"}[kind], "picture": picture, "series": losses | measured}
    values |= {"floors": {}, "diagnosis": None}
    return dataclasses.replace(base, **{**values, **changes})


def make_diagnosis(**changes: Any) -> Diagnosis:
    """N(3.4, 0.7) where the data are N(4, 0.5)."""
    values: dict[str, Any] = {
        "samples": 4096,
        "rows": 0,
        "real": Moments(4.0, 0.5),
        "fake": Moments(3.4, 0.7),
        "metrics": {"w1": 0.6, "ks": 0.38, "js": 0.09, "sd_ratio": 1.4},
        "floors": {"w1": Floor(0.01, 0.02), "ks": Floor(0.0135, 0.0256), "js": Floor(0.0023, 0.003)},
        "agreement": "different",
        "findings": (),
    }
    return Diagnosis(**{**values, **changes})


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
        "predictions": make_predictions(),
        "floors": {"w1": Floor(0.009, 0.014)},
        "diagnosis": make_diagnosis(),
        "layers": LAYERS,
        "machine": MACHINE,
        "gallery": make_gallery(),
        "settings": SETTINGS,
        "undo": "k steps: 2 -> 1",
        "runs": ("toy1d-before", "toy1d-earlier"),
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
def other() -> Callable[..., Snapshot]:
    return make_other


@pytest.fixture
def planar() -> Callable[..., Plane2D]:
    return make_plane


@pytest.fixture
def imaged() -> Callable[..., ImageGrid]:
    return make_images


@pytest.fixture
def answers() -> Predictions:
    return make_predictions()


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
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            await body(pilot)

    asyncio.run(go())


async def _until(pilot: Any, true: Callable[[], bool]) -> None:
    """Wait until something is true, a minute at most, since a busy machine must fail no test."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it did not come true"
        await pilot.pause(0.01)


def _screen_text(app: TuiGan) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def _where(app: TuiGan, row: str, words: str) -> tuple[int, int]:
    """The column and the row, on the screen, of words in the first row that holds `row`."""
    y, line = next((y, line) for y, line in enumerate(_screen_text(app).split("\n")) if row in line)
    return line.index(words, line.index(row)), y


@pytest.fixture
def where() -> Callable[[TuiGan, str, str], tuple[int, int]]:
    return _where


@pytest.fixture
def watch() -> Callable[..., None]:
    return _watch


@pytest.fixture
def until() -> Callable[..., Awaitable[None]]:
    return _until


@pytest.fixture
def screen_text() -> Callable[[TuiGan], str]:
    return _screen_text
