"""The pace: so many steps a second, by a clock of the test's own; what waits costs nothing, delays nothing and changes nothing."""

import queue
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.session.conftest import Script
from tests.session.test_exactness import assert_same
from tui_gan.contract.commands import ChangeSetting, Pause, Redo, Resume, SetKnob, SlowMotion, Step, Stop, TurnKnob, Undo
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Status
from tui_gan.gan.trainer import Trainer
from tui_gan.session.pacer import Pacer

Train = Callable[..., Any]
STEP = 0.001


class Time:
    """A clock that only moves when a step is trained or somebody waits.

    Attributes:
        began: when each step was trained; `waits` are the seconds of each wait.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.began: list[float] = []
        self.waits: list[float] = []
        self.commands: list[tuple[float, object]] = []

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Under which a step takes STEP seconds, and waiting for the inbox the time that is waited."""
    clock, step = Time(), Trainer.step

    def trained(trainer: Trainer, knobs: Knobs) -> None:
        clock.began.append(clock.now)
        step(trainer, knobs)
        clock.now += STEP

    get = Script.get

    def waited(script: Script, timeout: float | None = None) -> object:
        if timeout is None:
            return get(script)
        assert timeout > 0
        due = clock.commands[0][0] if clock.commands else float("inf")
        if due <= clock.now + timeout:
            clock.waits.append(due - clock.now)
            clock.now = due
            return clock.commands.pop(0)[1]
        clock.waits.append(timeout)
        clock.now += timeout
        raise queue.Empty

    monkeypatch.setattr(time, "perf_counter", clock.perf_counter)
    monkeypatch.setattr(Trainer, "step", trained)
    monkeypatch.setattr(Script, "get", waited)
    return clock


@pytest.fixture
def paced() -> Knobs:
    return Knobs(batch_size=8, device="cpu", checkpoint_every=10, pace=10.0)


def gaps(clock: Time) -> list[float]:
    return [later - earlier for earlier, later in zip(clock.began, clock.began[1:], strict=False)]


def test_steps_follow_each_other_at_the_pace(train: Train, clock: Time, paced: Knobs) -> None:
    ended = train(knobs=paced, hold=True)
    assert ended.outcome.step == 40
    assert gaps(clock) == pytest.approx([0.1] * 39)


def test_waiting_is_no_training_time(train: Train, clock: Time, paced: Knobs) -> None:
    ended = train(knobs=paced, script={30: [None]}, hold=True)
    assert ended.outcome.seconds == pytest.approx(40 * STEP)
    assert ended.outcome.steps_per_second == pytest.approx(1 / STEP)
    shown = ended.snapshots[1]
    assert (shown.paced, shown.status) == (True, Status.RUNNING)
    assert shown.steps_per_second == pytest.approx(1 / STEP)
    assert shown.seconds == pytest.approx(30 * STEP)


@pytest.mark.parametrize("half", [pytest.param(0, marks=pytest.mark.slow), 23])
def test_the_pace_changes_no_weight_and_survives_a_resume(train: Train, resume: Train, clock: Time, paced: Knobs, half: int) -> None:
    whole = train("whole")
    assert_same(whole.checkpoint(40), train("paced", knobs=paced, hold=True).checkpoint(40))
    train("halves", {half: [Stop()]}, knobs=paced, hold=True)
    clock.began.clear()
    again = resume("halves", 40, hold=True)
    assert again.session.run.knobs.pace == 10
    assert gaps(clock) == pytest.approx([0.1] * (39 - half))
    assert_same(whole.checkpoint(40), again.checkpoint(40))


def test_a_command_is_obeyed_at_once_while_it_waits(train: Train, clock: Time, paced: Knobs) -> None:
    clock.commands = [(1000.04, None), (1000.05, SetKnob("pace", 0.0))]
    ended = train(knobs=paced, hold=True)
    assert ended.snapshots[1].step == 1
    assert ended.snapshots[1].paced
    # What was waited for is not waited for any longer, and nothing afterwards.
    assert clock.began[1] == pytest.approx(1000.05)
    assert gaps(clock)[1:] == pytest.approx([STEP] * 38)
    assert not ended.snapshots[-1].paced


def test_a_pause_in_a_wait_is_a_pause(train: Train, clock: Time, paced: Knobs) -> None:
    clock.commands = [(1000.05, Pause())]
    ended = train(knobs=paced, script={100: [None, Resume()]}, hold=True)
    assert (ended.snapshots[1].status, ended.snapshots[1].step, ended.snapshots[1].paced) == (Status.PAUSED, 1, False)
    assert ended.outcome.step == 40


def test_a_slower_pace_holds_from_the_step_before(train: Train, clock: Time, paced: Knobs) -> None:
    clock.commands = [(1000.05, SetKnob("pace", 2.0))]
    train(knobs=paced, hold=True, until=4)
    assert gaps(clock) == pytest.approx([0.5] * 3)


def test_nobody_there_nothing_is_paced(train: Train, clock: Time, paced: Knobs) -> None:
    ended = train(knobs=paced, script={10: [None]})
    assert clock.waits == []
    assert not ended.snapshots[1].paced


def test_steps_that_are_asked_for_and_slow_motion_are_not_slowed(train: Train, clock: Time, paced: Knobs) -> None:
    script = {0: [Step(5)], 5: [Step(), *[SlowMotion()] * 20, Stop()]}
    train(knobs=paced, script=script, hold=True)
    assert clock.waits == []
    assert len(clock.began) >= 6


def test_a_training_that_is_slower_than_the_pace_is_not_called_paced(train: Train, clock: Time, paced: Knobs) -> None:
    knobs = Knobs(**{**vars(paced), "pace": 500.0})
    shown = train(knobs=knobs, script={10: [None]}, hold=True).snapshots[1]
    assert shown.paced
    knobs = Knobs(**{**vars(paced), "pace": 1 / STEP * 2})
    shown = train("slow", knobs=knobs, script={10: [None]}, hold=True).snapshots[1]
    assert not shown.paced


def until(config: Config, step: int) -> Config:
    return msgspec.structs.replace(config, pace_until=step)


@pytest.mark.parametrize("checkpoint_every", [10, 7])
def test_a_pace_ends_at_its_step_and_says_so(train: Train, resume: Train, clock: Time, config: Config, checkpoint_every: int) -> None:
    knobs = Knobs(batch_size=8, device="cpu", checkpoint_every=checkpoint_every, pace=10.0)
    script = {20: [Stop()]}
    ended = train(config=until(config, 20), knobs=knobs, script=script, hold=True)
    assert gaps(clock) == pytest.approx([0.1] * 19)
    texts = [event.text for event in ended.session.run.events]
    assert texts[0] == "paced: 10 steps a second until step 20"
    assert "the pace of 10 steps a second ends here: full speed from now on" in texts
    clock.waits.clear()
    again = resume("run", 40, hold=True)
    assert clock.waits == []
    assert again.session.run.knobs.pace == 0


@pytest.mark.parametrize("change", [SetKnob("pace", 20.0), TurnKnob("pace", 1), ChangeSetting("knobs.pace", 20)])
def test_a_pace_that_somebody_sets_is_kept(train: Train, clock: Time, config: Config, paced: Knobs, change: object) -> None:
    ended = train(config=until(config, 20), knobs=paced, script={15: [change]}, hold=True)
    run = ended.session.run
    assert run.knobs.pace == 20
    assert run.config.pace_until == 0
    assert gaps(clock)[-20:] == pytest.approx([0.05] * 20)
    texts = [(event.text, event.kind) for event in run.events if event.step == 15]
    assert texts == [("pace: 20 (was 10)", "info")]


def test_undo_and_redo_of_a_pace(train: Train, clock: Time, config: Config, paced: Knobs) -> None:
    script = {5: [Pause(), SetKnob("pace", "off"), None, Undo(), None, Redo(), None, Undo(), Resume()], 30: [Pause(), None, Stop()]}
    ended = train(config=until(config, 20), knobs=paced, script=script, hold=True)
    off, back, again, later = ended.snapshots[1:5]
    assert [each.knobs.pace for each in (off, back, again, later)] == [0, 10, 0, 0]
    assert (off.undo, back.redo) == ("pace: off -> 10", "pace: 10 -> off")
    # Taken back after its end, it is one that was asked for.
    script = {5: [SetKnob("pace", 0.0)], 30: [Undo(), Pause(), None, Resume()]}
    ended = train("later", config=until(config, 20), knobs=paced, script=script, hold=True)
    assert ended.session.run.knobs.pace == 10
    assert ended.session.run.config.pace_until == 0


def test_undo_of_something_else_does_not_bring_a_pace_back_that_has_ended(train: Train, clock: Time, config: Config, paced: Knobs) -> None:
    script = {5: [TurnKnob("k_steps")], 30: [Undo(), Redo(), Undo()]}
    ended = train(config=until(config, 20), knobs=paced, script=script, hold=True)
    assert (ended.session.run.knobs.pace, ended.session.run.knobs.k_steps) == (0, 1)
    assert gaps(clock)[20:] == pytest.approx([STEP] * 19)


def test_a_late_step_does_not_delay_the_next_and_a_long_gap_is_not_made_up(clock: Time) -> None:
    pacer = Pacer()
    assert pacer.left(10) == 0
    pacer.begin(10)
    clock.now += 0.13
    assert pacer.left(10) == 0
    pacer.begin(10)
    assert pacer.left(10) == pytest.approx(0.07)
    clock.now += 5
    pacer.begin(10)
    assert pacer.left(10) == pytest.approx(0.1)
    assert pacer.left(0) == 0
