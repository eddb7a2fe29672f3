"""A run on its thread: begun once, watched from outside, ended for certain."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.logs import log_of
from tui_gan.contract import commands
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Snapshot, Status
from tui_gan.session import checkpoint, rundir
from tui_gan.session.plan import Plan
from tui_gan.session.thread import RunThread

LONG = 60.0
Begin = Callable[..., RunThread]


@pytest.fixture
def begin(tmp_path: Path, config: Config, knobs: Knobs) -> Iterator[Begin]:
    """Make a run of very many steps on a thread, and see to it that it ends."""
    made: list[RunThread] = []

    def begin(hold: bool = False, **changes: object) -> RunThread:
        changed = msgspec.structs.replace(config, **{"steps": 10**9, **changes})
        directory, resolved = rundir.create(tmp_path / "run", changed, knobs)
        made.append(RunThread(Plan(directory, resolved, knobs, resolved.steps, hold=hold)))
        return made[-1]

    yield begin
    for run in made:
        run.send(commands.Stop())
        run.start()
        assert run.wait(LONG)


def next_snapshot(run: RunThread) -> Snapshot:
    """Ask, and wait for the answer."""
    assert run.outcome is None, run.outcome
    before = run.latest
    run.request_snapshot()
    while run.latest is before and not run.wait(0.001):
        pass
    return run.latest


def test_before_it_begins_it_says_so_and_keeps_what_is_sent(begin: Begin) -> None:
    run = begin()
    assert (run.latest.status, run.latest.step, run.latest.picture) == (Status.LOADING, 0, None)
    run.send(commands.Pause())
    run.send(commands.TurnKnob("k_steps"))
    run.start()
    while (shown := next_snapshot(run)).status is not Status.PAUSED:
        pass
    assert (shown.step, next_snapshot(run).knobs.k_steps) == (0, 2)


def test_a_second_start_changes_nothing(begin: Begin) -> None:
    run = begin(steps=5)
    run.start()
    run.start()
    assert run.wait(LONG)
    run.start()
    assert run.outcome is not None
    assert run.outcome.step == 5


def test_it_trains_answers_and_ends_when_told(begin: Begin) -> None:
    run = begin()
    run.start()
    first = next_snapshot(run)
    while next_snapshot(run).step <= first.step:
        pass
    assert run.latest.status is Status.RUNNING
    assert run.outcome is None
    run.send(commands.Stop())
    assert run.wait(LONG)
    assert run.outcome is not None
    assert run.outcome.status == "stopped"
    assert (run.latest.status, run.latest.step) == (Status.STOPPED, run.outcome.step)
    assert checkpoint.stored(Path(run.latest.directory) / "checkpoints").keys() >= {run.outcome.step}


def test_a_finished_run_that_is_held_stays_until_it_is_stopped(begin: Begin) -> None:
    run = begin(hold=True, steps=3)
    run.start()
    while next_snapshot(run).status is not Status.FINISHED:
        pass
    assert not run.wait(0)
    run.send(commands.Stop())
    assert run.wait(LONG)
    assert run.outcome is not None
    assert run.outcome.status == "finished"


@pytest.mark.parametrize("changes", [{"objective": "x"}, {"latent": "x"}, {"metric": "x"}, {"dataset": "x"}], ids=str)
def test_a_configuration_that_names_nothing_ends_with_status_2_and_leaves_no_trace(begin: Begin, changes: dict[str, str]) -> None:
    run = begin(**changes)
    run.start()
    assert run.wait(LONG)
    assert run.outcome is not None
    assert run.outcome.error is not None
    assert run.outcome.error.exit_code == 2
    assert "'x'" in str(run.outcome.error)
    assert not Path(run.latest.directory).exists()


def test_what_nobody_foresaw_ends_with_status_1_and_its_traceback_in_the_log(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("nobody foresaw")

    monkeypatch.setattr("tui_gan.session.start.Trainer", broken)
    run = begin()
    run.start()
    assert run.wait(LONG)
    assert run.outcome is not None
    assert run.outcome.error is not None
    assert run.outcome.error.exit_code == 1
    assert "nobody foresaw" in str(run.outcome.error)
    entries = list(log_of(Path(run.latest.directory) / "log.jsonl"))
    assert "ZeroDivisionError" in entries[-1]["traceback"]


@pytest.mark.parametrize("name", ["log.jsonl", "previews"])
def test_a_place_that_cannot_be_written_ends_with_status_2(begin: Begin, name: str) -> None:
    run = begin()
    path = Path(run.latest.directory) / name
    if path.is_dir():
        path.rmdir()
        path.write_text("")
    else:
        path.mkdir()
    run.start()
    assert run.wait(LONG)
    assert run.outcome is not None
    assert run.outcome.error is not None
    assert run.outcome.error.exit_code == 2
    assert "cannot write" in str(run.outcome.error)
