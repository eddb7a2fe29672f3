"""Changes that no front end makes by itself: odd values, on a full disk, of metrics that cannot be had, between logged steps."""

import errno
import os
from collections.abc import Callable
from typing import Any

import pytest

from tests.logs import log_of
from tui_gan.contract.commands import ChangeSetting, Command, Export, Pause, Save, SetKnob, SlowMotion, Step, Stop, Undo
from tui_gan.contract.errors import UsageError
from tui_gan.contract.snapshot import Status
from tui_gan.gan.datasets import Line
from tui_gan.gan.metrics import METRICS
from tui_gan.session import obey, runlog

Train = Callable[..., Any]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        # A thread that rounds the smallest numbers to 0 takes 0 for more than the smallest of all.
        ("average_share", 0),
        ("schedule.period", 0),
        ("schedule.factor", 0),
        ("latent_scale", 0),
        ("schedule.period", 3e-308),
        ("stop.threshold", float("nan")),
        ("stop.threshold", float("inf")),
        ("generator_l2", float("nan")),
        ("regularizers.r1", 10**400),
        ("lazy", "\ud800"),
        ("objective", "\ud800"),
        ("regularizers", []),
        ("metrics", [[]]),
        ("\ud800", 1),
        ("", {"": None}),
    ],
)
def test_an_odd_value_is_refused_and_the_run_can_be_taken_up(train: Train, resume: Train, key: str, value: Any) -> None:
    ended = train(script={6: [ChangeSetting("schedule.kind", "staircase"), ChangeSetting(key, value), None]}, until=10)
    shown = ended.snapshots[1]
    assert (shown.status, shown.events[-1].kind, shown.undo) == (Status.RUNNING, "warning", "schedule.kind: staircase -> constant")
    assert ended.outcome.error is None
    assert resume(until=15).outcome.step == 15


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], Command]:
    """Makes the command after which the log has no room, or room again."""
    full, write = [False], os.write

    class Fill(Command, frozen=True):
        fills: bool

    def written(file: int, content: bytes) -> int:
        if full[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, content)

    monkeypatch.setitem(obey.OBEY, Fill, lambda session, command: full.__setitem__(0, command.fills))
    monkeypatch.setattr(runlog.os, "write", written)
    return Fill


def test_on_a_full_disk_a_change_can_be_taken_back_and_the_log_tells_of_both_when_there_is_room(
    train: Train, disk: Callable[[bool], Command]
) -> None:
    sent = [SetKnob("k_steps", 2), disk(True), ChangeSetting("objective", "hinge"), None, Undo(), None, disk(False), Undo(), None]
    ended = train(script={6: sent}, hold=True)
    changed, undone, both = ended.snapshots[1:4]
    assert changed.status is Status.RUNNING
    assert "objective: hinge (was non_saturating)" in [event.text for event in changed.events]
    assert (changed.undo, undone.undo, undone.redo) == (
        "objective: hinge -> non_saturating",
        "k steps: 2 -> 1",
        "objective: non_saturating -> hinge",
    )
    assert (both.undo, both.knobs.k_steps) == ("", 1)
    logged = [(entry["name"], entry["value"]) for entry in log_of(ended.directory.log) if entry["kind"] == "command"]
    assert logged[:4] == [("k_steps", 2), ("objective", "hinge"), ("objective", "non_saturating"), ("k_steps", 1)]


def test_a_metric_that_cannot_be_had_is_refused_before_it_keeps_the_run_from_being_saved(
    train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(samples: object, truth: object) -> float:
        raise UsageError("it needs a library")

    monkeypatch.setitem(METRICS, "ks", METRICS["ks"]._replace(ways={Line: lacking}, asked=True))
    ended = train(script={6: [ChangeSetting("metrics", ["w1", "ks"]), None, Stop()]})
    assert ended.snapshots[1].events[-1].text == "it needs a library"
    assert ended.checkpoint(6).is_file()


def test_a_save_before_a_new_loss_was_summed_logs_none(train: Train) -> None:
    ended = train(script={7: [ChangeSetting("objective", "hinge"), Save(), Export("csv")]})
    losses = {entry["step"]: entry["generator_loss"] for entry in log_of(ended.directory.log) if entry["kind"] == "scalars"}
    assert list(losses) == [5, 10, 15, 20, 25, 30, 35, 40]
    assert all(losses.values())


def test_slow_motion_waits_for_few_steps_and_not_for_many(train: Train) -> None:
    ended = train(script={5: [Pause(), Step(3), SlowMotion(), None, Step(10**6), SlowMotion(), None]}, hold=True)
    few, many = [each for each in ended.snapshots if each.stages]
    assert (few.step, many.step) == (8, 8)
