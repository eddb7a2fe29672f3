"""Before the first step and before the last: pre-training, early stopping, and what survives a resume on the way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from safetensors.torch import load_file

from tests.logs import log_of
from tui_gan.contract.commands import Pause, Resume, Save, Step, Stop
from tui_gan.contract.config import Config, EarlyStop, Optimizer
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.contract.snapshot import Status
from tui_gan.gan.judging import judge
from tui_gan.gan.trainer import Trainer
from tui_gan.session import checkpoint, previews

Train = Callable[..., Any]
STEPS, LESSONS = 20, 40


class Lessons(Exception):
    """Raised to end a run in the middle of its pre-training."""


@pytest.fixture
def taught(config: Config) -> Config:
    return msgspec.structs.replace(
        config,
        steps=STEPS,
        standardize=False,
        pretraining=LESSONS,
        discriminator=Network(kind="aylien", widths=(5, 4, 3), activation="tanh"),
        optimizer=Optimizer(kind="sgd", momentum=0.5),
        evaluate_every=10,
    )


def at_lesson(monkeypatch: pytest.MonkeyPatch, lesson: int, act: Callable[[Trainer], None]) -> None:
    """Do something right after a step of pre-training."""
    step = Trainer.pretrain_step

    def taught(trainer: Trainer, knobs: Knobs) -> None:
        step(trainer, knobs)
        if trainer.pretrained == lesson:
            act(trainer)

    monkeypatch.setattr(Trainer, "pretrain_step", taught)


def series_of(ended: Any, name: str) -> list[float]:
    return ended.session.run.history.series()[name].steps.tolist()


def logged(path: Path) -> list[int]:
    return [entry["step"] for entry in log_of(path)]


def test_the_discriminator_is_taught_before_step_0(train: Train, taught: Config) -> None:
    ended = train(config=taught, script={-33: [None], 5: [None]})
    first, later, after = ended.snapshots[:3]
    assert first.phase == "pre-training 0 / 40"
    assert (later.phase, later.step, later.status) == ("pre-training 7 / 40", 0, Status.RUNNING)
    assert (after.phase, after.step) == ("", 5)
    assert series_of(ended, "pretraining_loss") == [-30, -20, -10, 0]
    assert series_of(ended, "w1") == [0, 10, 20]
    steps = logged(ended.directory.log)
    assert steps == sorted(steps)
    assert steps[-1] == STEPS
    assert -30 in steps
    assert [step for step, _ in previews.stored(ended.directory.previews)] == list(range(21))
    assert any("pre-training done: 40 steps" in event.text for event in ended.session.run.events)
    assert ended.session.run.trainer.pretrained == LESSONS


def test_a_pause_and_a_step_in_it_show_where_it_stands(train: Train, taught: Config) -> None:
    ended = train(config=taught, script={-40: [Step(15), Step(1)], -24: [Stop()]}, hold=True)
    assert ended.session.run.phase == "pre-training 16 / 40"
    assert ended.snapshots[-1].phase == "pre-training 16 / 40"
    assert ended.snapshots[-1].status is Status.PAUSED
    axis = torch.from_numpy(ended.snapshots[-1].picture.axis.copy()).float()[:, None]
    shown = judge(ended.session.run.trainer, axis, ended.session.run.knobs, axis)[:, 0].tolist()
    assert ended.snapshots[-1].picture.discriminator.tolist() == pytest.approx(shown, rel=1e-5)


@pytest.mark.parametrize("half", [1, 15, 20, 39, 40])
def test_a_run_that_was_stopped_in_it_goes_on_bit_for_bit(train: Train, resume: Train, taught: Config, half: int) -> None:
    whole = train("whole", config=taught)
    stopped = train("halves", {half - LESSONS: [Stop()]}, config=taught)
    assert stopped.session.run.trainer.pretrained == half
    where = f"in pre-training {half} / {LESSONS}" if half < LESSONS else "at step 0"
    assert stopped.session.run.events[-1].text == f"stopped {where}"
    halves = resume("halves", STEPS)
    one, other = (load_file(ended.checkpoint(STEPS)) for ended in (whole, halves))
    assert one.keys() == other.keys()
    assert [name for name in one if not torch.equal(one[name], other[name])] == []
    steps = logged(halves.directory.log)
    assert steps == sorted(steps)
    taught_at = [entry["pretrained"] for entry in log_of(halves.directory.log) if "pretrained" in entry]
    assert taught_at == [10, 20, 30, 40]


def test_lines_that_will_be_written_again_are_cut(train: Train, resume: Train, taught: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    at_lesson(monkeypatch, 35, lambda trainer: (_ for _ in ()).throw(Lessons))
    broken = train("run", {-28: [Save()]}, config=taught)
    assert broken.outcome.status == "failed"
    monkeypatch.undo()
    checkpoint_of_12 = train("other", {-28: [Stop()]}, config=taught).checkpoint(0).read_bytes()
    # As a crash leaves it: a log that is ahead of the newest checkpoint.
    broken.checkpoint(0).write_bytes(checkpoint_of_12)
    ended = resume("run", STEPS)
    taught_at = [entry["pretrained"] for entry in log_of(ended.directory.log) if "pretrained" in entry]
    assert taught_at == sorted(set(taught_at))
    assert taught_at[-1] == LESSONS


def test_a_loss_that_is_not_finite_in_it_goes_back_one_interval(train: Train, taught: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    spoilt = []

    def spoil(trainer: Trainer) -> None:
        if not spoilt:
            spoilt.append(trainer.pretrained)
            with torch.no_grad():
                trainer.discriminator.logit.bias.fill_(torch.nan)

    at_lesson(monkeypatch, 33, spoil)
    ended = train(config=taught, script={100: [None, Resume()]}, hold=True)
    paused = ended.snapshots[1]
    assert (paused.status, paused.phase) == (Status.PAUSED, "pre-training 20 / 40")
    assert paused.series["pretraining_loss"].steps.tolist() == [-30, -20]
    assert ended.outcome.status == "finished"
    assert series_of(ended, "pretraining_loss") == [-30, -20, -10, 0]
    assert series_of(ended, "w1") == [0, 10, 20]
    steps = logged(ended.directory.log)
    assert steps == sorted(steps)


def test_going_back_from_the_game_into_it_measures_step_0_again(train: Train, taught: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    step, spoilt = Trainer.step, []

    def breaks(trainer: Trainer, knobs: Knobs) -> None:
        step(trainer, knobs)
        if trainer.steps_done == 3 and not spoilt:
            spoilt.append(3)
            trainer.now.loss_sums.fill_(torch.nan)

    monkeypatch.setattr(Trainer, "step", breaks)
    ended = train(config=taught, script={100: [None, Resume()]}, hold=True)
    assert ended.snapshots[1].phase == "pre-training 30 / 40"
    assert series_of(ended, "pretraining_loss") == [-30, -20, -10, 0]
    assert series_of(ended, "w1") == [0, 10, 20]
    assert [each for each, _ in previews.stored(ended.directory.previews)] == list(range(21))


@pytest.mark.parametrize("counts", [[0, 0, 41, 1], [0, 0, -1, 1], [0, 0, 40, 0]], ids=str)
def test_a_pretraining_that_cannot_be_is_refused(train: Train, resume: Train, taught: Config, counts: list[int]) -> None:
    path = train("run", {-25: [Stop()]}, config=taught).checkpoint(0)
    tensors, about = checkpoint.read(path)
    checkpoint.write(path, {**tensors, "counts": torch.tensor(counts)}, about)
    with pytest.raises(checkpoint.UnreadableError, match="its counts are"):
        resume("run", STEPS)


def stopping(config: Config, evaluations: int = 3, **changes: Any) -> Config:
    stop = EarlyStop(**{"metric": "w1", "threshold": 1e9, "evaluations": evaluations, **changes})
    return msgspec.structs.replace(config, evaluate_every=5, stop=stop)


def test_without_anybody_there_a_run_ends_when_the_metric_has_met_its_threshold(train: Train, resume: Train, config: Config) -> None:
    ended = train(config=stopping(config))
    assert (ended.outcome.status, ended.outcome.step, ended.outcome.error) == ("finished", 10, None)
    assert checkpoint.read_about(ended.checkpoint(10)).met == -1
    assert "early stopping at step 10: w1 has reached 1e+09 in 3 evaluations in a row" in [
        event.text for event in ended.snapshots[-1].events
    ]
    metrics = {step: checkpoint.read_about(path).metric for step, path in checkpoint.stored(ended.directory.checkpoints).items()}
    assert 10 in metrics
    again = resume(until=40)
    assert (again.outcome.status, again.outcome.step) == ("finished", 40)


def test_with_somebody_there_it_pauses_once_and_goes_on(train: Train, config: Config) -> None:
    ended = train(config=stopping(config), script={100: [None, Resume(), None]}, hold=True)
    paused = ended.snapshots[1]
    assert (paused.status, paused.step) == (Status.PAUSED, 10)
    assert paused.advice.startswith("{pause} continues (early stopping at step 10")
    assert ended.snapshots[-1].status is Status.FINISHED
    assert ended.snapshots[-1].advice == "finished; to go on, {more_steps}"
    assert (ended.outcome.status, ended.outcome.step) == ("finished", 40)


def test_a_threshold_that_is_not_met_stops_nothing(train: Train, config: Config) -> None:
    assert train(config=stopping(config, threshold=-1.0)).outcome.step == 40


def test_the_count_in_a_row_survives_a_resume(train: Train, resume: Train, config: Config) -> None:
    train("run", {12: [Stop()]}, config=stopping(config, evaluations=5))
    ended = resume("run", 40)
    assert (ended.outcome.status, ended.outcome.step) == ("finished", 20)
    train("begun", {0: [Stop()]}, config=stopping(config, evaluations=2))
    assert resume("begun", 40).outcome.step == 5


def test_what_was_met_on_a_course_that_was_given_up_does_not_count(train: Train, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    step, spoilt = Trainer.step, []

    def breaks(trainer: Trainer, knobs: Knobs) -> None:
        step(trainer, knobs)
        if trainer.steps_done == 13 and not spoilt:
            spoilt.append(13)
            trainer.now.loss_sums.fill_(torch.nan)

    monkeypatch.setattr(Trainer, "step", breaks)
    ended = train(config=stopping(config, evaluations=5), script={100: [None, Resume(), None, Resume()]}, hold=True)
    assert ended.snapshots[1].step == 5
    assert next(each.step for each in ended.snapshots if each.advice and "early stopping" in each.advice) == 20


def test_a_stop_at_the_last_step_is_a_stop_and_then_the_end(train: Train, config: Config) -> None:
    ended = train(config=stopping(config), script={100: [Resume()]}, until=10, hold=True)
    assert [each.status for each in ended.snapshots[1:]] == [Status.PAUSED, Status.FINISHED]
    assert train("headless", config=stopping(config), until=10).outcome.status == "finished"


def test_a_paused_snapshot_shows_the_state_after_its_step_and_its_knobs(train: Train) -> None:
    ended = train(script={3: [Pause(), None, Step(), None, None]}, hold=True)
    shown = ended.snapshots[-1]
    assert shown.step == 4
    run = ended.session.run
    assert run.observer.picture(run.trainer, run.knobs).mapped.tolist() == shown.picture.mapped.tolist()
