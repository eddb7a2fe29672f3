"""The small sweep, and how it is begun."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sweep.small import AXES, EVERY, STEPS, Begin, specs_of
from tests.sweep.tracing import trace_once
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.sweep import plan, saved
from tui_gan.sweep.plan import Data, Spec
from tui_gan.sweep.programs import Programs
from tui_gan.sweep.results import Results
from tui_gan.sweep.sweep import Sweep, Told


@pytest.fixture(autouse=True)
def _traced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    trace_once(monkeypatch)


@pytest.fixture
def specs(config: Config, knobs: Knobs) -> list[Spec]:
    return specs_of(config, knobs)


@pytest.fixture
def begin(specs: list[Spec], config: Config) -> Begin:
    """Begin a sweep of these members, or take one up that was saved."""

    def begin(folder: Path, tell: Callable[[Told], None] = lambda told: None, again: bool = False, **more: Any) -> Sweep:
        folder.mkdir(exist_ok=True)
        data = Data()
        groups = plan.groups(specs, data)
        rows = saved.gather(folder, config.metrics, [each for _, each in plan.numbered(groups)]) if again else []
        results = Results(folder, specs, [axis.name for axis in AXES], config.metrics, rows)
        programs = Programs("graph", lambda text: None)
        made = Sweep(folder, groups, data, results, programs, STEPS, EVERY, tell, threading.Event(), **more)
        if again:
            made.restore()
        return made

    return begin
