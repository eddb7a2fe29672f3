"""Snapshots of real runs of each kind, with all that can be watched."""

import contextlib
import queue
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.wire.visited import Run
from tui_gan.contract.commands import WATCHED, Browse, ChangeSetting, Pause, SlowMotion, Stop, TurnKnob, Watch
from tui_gan.contract.config import Config, Network
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Snapshot
from tui_gan.session import rundir
from tui_gan.session.plan import Plan
from tui_gan.session.start import start
from tui_gan.wire.client import Visit
from tui_gan.wire.server import Server

SMALL = Config(
    preset="toy1d",
    steps=30,
    threads=1,
    evaluated=200,
    generator=Network(widths=(6,)),
    discriminator=Network(widths=(8, 7)),
    log_every=1,
    evaluate_every=4,
    preview_every=5,
)
KINDS: dict[str, dict[str, Any]] = {
    "line": {},
    "plane": {"dataset": "ring", "latent_dim": 2, "metrics": ("sliced_w1",), "metric": "sliced_w1"},
    "images": {
        "dataset": "digits",
        "latent_dim": 4,
        "generator": Network(widths=(6,), output="tanh"),
        "metrics": ("recall",),
        "metric": "recall",
    },
}
WALK = Browse(step=5, walk=(0, 1), nearest=True)
# Between two snapshots: steps of training, and what a user does.
BETWEEN = (None, None, TurnKnob("k_steps"), None, Watch(()), None, Watch(WATCHED), WALK, None, ChangeSetting("label_smoothing", 0.1), None)
AT_LAST = (Pause(), SlowMotion(), None, SlowMotion(), None, Browse(), None, Stop())


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Snapshot]]:
    """In their order, by the kind of the run."""
    return {
        kind: _shown(tmp_path_factory.mktemp(kind) / "run", msgspec.structs.replace(SMALL, **changes)) for kind, changes in KINDS.items()
    }


def _shown(path: Path, config: Config) -> list[Snapshot]:
    knobs = Knobs(batch_size=8, device="cpu")
    directory, made = rundir.create(path, config, knobs)
    shown: list[Snapshot] = []
    waiting = [Watch(WATCHED), *BETWEEN, *AT_LAST]

    class Inbox:
        """Hands out one command a step."""

        step = -1

        def empty(self) -> bool:
            if not waiting or session.run.step == self.step or session.run.step > 10_000:
                return True
            self.step = session.run.step
            return False

        def get(self, timeout: float | None = None) -> Any:
            if not waiting:
                raise queue.Empty
            return waiting.pop(0)

    session = start(Plan(directory, made, knobs, made.steps, hold=True), Inbox(), shown.append)  # type: ignore[arg-type]
    session.train()
    return shown


@pytest.fixture
def run(snapshots: dict[str, list[Snapshot]]) -> Iterator[Run]:
    made = Run(snapshots["plane"])
    yield made
    made.close()


@pytest.fixture
def address(tmp_path: Path) -> Path:
    return tmp_path / "s"


@pytest.fixture
def server(run: Run, address: Path) -> Iterator[Server]:
    made = Server(run, Path("/runs/a"), address)
    yield made
    made.close("the run has ended")


@pytest.fixture
def visit(server: Server, address: Path) -> Iterator[Callable[..., Visit]]:
    with contextlib.ExitStack() as left:

        def visit(name: str = "one", asks: bool = True) -> Visit:
            made = Visit(address, name, asks)
            left.callback(made.close)
            return made

        yield visit
