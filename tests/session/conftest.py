"""Whole runs on this thread: commands are handed out at their steps, snapshots are collected."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tui_gan.contract import commands
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Snapshot
from tui_gan.session import checkpoint, rundir
from tui_gan.session.plan import Outcome, Plan
from tui_gan.session.rundir import RunDirectory
from tui_gan.session.session import Session
from tui_gan.session.start import start


class Script:
    """An inbox that gives each command at its step, below 0 in pre-training, or at once when the run rests; when none is left, Stop."""

    def __init__(self, script: Mapping[int, Sequence[object]]) -> None:
        self.waiting = [(step, command) for step in sorted(script) for command in script[step]]
        self.session: Session | None = None

    def empty(self) -> bool:
        assert self.session is not None
        return not self.waiting or self.waiting[0][0] > self.session.run.position

    def get(self) -> object:
        return self.waiting.pop(0)[1] if self.waiting else commands.Stop()


@dataclasses.dataclass
class Ended:
    """A run that has ended, and what it showed on the way."""

    outcome: Outcome
    session: Session
    snapshots: list[Snapshot]
    directory: RunDirectory

    def checkpoint(self, step: int) -> Path:
        return checkpoint.step_path(self.directory.checkpoints, step)


def carried_out(plan: Plan, script: Mapping[int, Sequence[object]]) -> Ended:
    inbox, snapshots = Script(script), []
    session = inbox.session = start(plan, inbox, snapshots.append)  # type: ignore[arg-type]
    return Ended(session.train(), session, snapshots, plan.run)


@pytest.fixture
def train(tmp_path: Path, config: Config, knobs: Knobs) -> Callable[..., Ended]:
    """Begin a run and train it to its end: `train("name", {step: [command, ...]}, hold=..., until=...)`."""

    def train(name: str = "run", script: Mapping[int, Sequence[object]] = {}, **changes: object) -> Ended:
        live: Any = changes.pop("knobs", knobs)
        directory, made = rundir.create(tmp_path / name, changes.pop("config", config), live)  # type: ignore[arg-type]
        plan = Plan(run=directory, config=made, knobs=live, until=made.steps)
        return carried_out(dataclasses.replace(plan, **changes), script)  # type: ignore[arg-type]

    return train


@pytest.fixture
def resume(tmp_path: Path) -> Callable[..., Ended]:
    """Go on with a run from its newest checkpoint: `resume("name", until, {step: [command, ...]})`."""

    def resume(name: str = "run", until: int = 40, script: Mapping[int, Sequence[object]] = {}, **changes: object) -> Ended:
        directory = RunDirectory(tmp_path / name)
        stored = checkpoint.stored(directory.checkpoints)
        newest = stored[max(stored)]
        about = checkpoint.read_about(newest)
        plan = Plan(directory, about.config, about.knobs, until, step=about.step, seconds=about.seconds, checkpoint=newest)
        return carried_out(dataclasses.replace(plan, **changes), script)  # type: ignore[arg-type]

    return resume
