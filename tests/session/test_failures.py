"""What goes wrong becomes a state that can be seen and mended, and the last good state is saved."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.logs import log_of
from tui_gan.contract.commands import Request, Resume, Save, SetKnob, Stop
from tui_gan.contract.snapshot import Status
from tui_gan.gan.objectives import OBJECTIVES
from tui_gan.gan.trainer import Trainer
from tui_gan.session import checkpoint, runlog
from tui_gan.session.obey import OBEY

Train = Callable[..., Any]


@pytest.fixture
def break_loss(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the generator's loss be something else from its n-th update on, for so many updates."""

    def break_loss(update: int, times: int, breaks: Callable[[torch.Tensor], torch.Tensor]) -> None:
        objective = OBJECTIVES["non_saturating"]
        calls = 0

        def broken(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
            nonlocal calls
            calls += 1
            loss = objective.generator_loss(real, fake)
            return breaks(loss) if update <= calls < update + times else loss

        monkeypatch.setitem(OBJECTIVES, "non_saturating", objective._replace(generator_loss=broken))

    return break_loss


def finite(path: Path) -> bool:
    tensors, _ = checkpoint.read(path)
    return all(bool(value.isfinite().all()) for value in tensors.values())


def steps_of(path: Path) -> list[int]:
    return [entry["step"] for entry in log_of(path)]


def test_a_loss_that_is_not_finite_pauses_with_advice_and_the_run_can_go_on(train: Train, break_loss: Callable[..., None]) -> None:
    break_loss(18, 3, lambda loss: loss * torch.nan)
    ended = train(script={19: [], 100: [None, SetKnob("generator_lr", 1e-4), Resume(), None]}, hold=True)
    paused, going = ended.snapshots[1], ended.snapshots[-1]
    assert paused.status is Status.PAUSED
    assert "lower a learning rate" in paused.advice
    assert "non-finite by step 20" in paused.events[-1].text
    assert paused.events[-1].kind == "error"
    assert paused.step < 18
    assert paused.picture is not None
    assert torch.tensor(paused.picture.mapped).isfinite().all()
    assert going.advice == "finished; to go on, {more_steps}"
    assert (ended.outcome.status, ended.outcome.step, ended.outcome.error) == ("finished", 40, None)
    assert finite(ended.checkpoint(40))
    steps = steps_of(ended.directory.log)
    assert steps == sorted(steps)


def test_without_anybody_there_it_saves_the_last_good_state_and_fails(train: Train, break_loss: Callable[..., None]) -> None:
    break_loss(18, 1000, lambda loss: loss * torch.inf)
    ended = train()
    assert ended.outcome.status == "failed"
    assert ended.outcome.error.exit_code == 1
    assert "non-finite" in str(ended.outcome.error)
    newest = max(checkpoint.stored(ended.directory.checkpoints))
    assert newest == ended.outcome.step < 18
    assert finite(ended.checkpoint(newest))


def test_a_state_that_was_given_up_is_not_what_is_resumed(
    train: Train, resume: Train, knobs: Any, break_loss: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_loss(18, 1000, lambda loss: loss * torch.nan)
    often = knobs.__class__(batch_size=8, device="cpu", checkpoint_every=1)
    ended = train(knobs=often)
    good = ended.outcome.step
    assert max(checkpoint.stored(ended.directory.checkpoints)) == good
    monkeypatch.undo()
    assert resume(until=good + 3).outcome.step == good + 3
    steps = steps_of(ended.directory.log)
    assert steps == sorted(steps)


def test_a_stop_before_the_bad_loss_was_noticed_saves_the_last_good_state(train: Train, break_loss: Callable[..., None]) -> None:
    break_loss(17, 1000, lambda loss: loss * torch.nan)
    ended = train(script={18: [Stop()]})
    newest = max(checkpoint.stored(ended.directory.checkpoints))
    assert newest == ended.outcome.step < 17
    assert newest > 0
    assert finite(ended.checkpoint(newest))
    assert "non-finite" in str(ended.outcome.error)


def test_a_bad_loss_from_the_first_step_goes_back_to_the_beginning(train: Train, break_loss: Callable[..., None]) -> None:
    break_loss(1, 1000, lambda loss: loss * torch.nan)
    ended = train()
    assert (ended.outcome.status, ended.outcome.step) == ("failed", 0)
    assert finite(ended.checkpoint(0))


def raises(loss: torch.Tensor) -> torch.Tensor:
    raise ArithmeticError("the objective broke")


@pytest.mark.parametrize("hold", [False, True])
def test_an_exception_in_a_step_is_a_failure_with_its_traceback(train: Train, break_loss: Callable[..., None], hold: bool) -> None:
    break_loss(18, 1000, raises)
    ended = train(script={100: [None, Resume(), None]} if hold else {}, hold=hold)
    assert ended.outcome.status == "failed"
    assert ended.outcome.error.exit_code == 1
    assert "ArithmeticError: the objective broke" in str(ended.outcome.error)
    assert "\n" not in str(ended.outcome.error)
    assert str(ended.directory.log) in str(ended.outcome.error)
    logged = [entry["traceback"] for entry in log_of(ended.directory.log) if "traceback" in entry]
    assert len(logged) == 1
    assert "raise ArithmeticError" in logged[0]
    assert finite(ended.checkpoint(max(checkpoint.stored(ended.directory.checkpoints))))
    if hold:
        assert ended.snapshots[-1].status is Status.FAILED
        assert "raise ArithmeticError" in ended.snapshots[-1].failure
        assert ended.snapshots[-1].series["generator_loss"].steps[-1] <= 15


class FullDisk:
    """A disk that is full for a time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        whole = checkpoint.write_atomically
        monkeypatch.setattr(checkpoint, "write_atomically", lambda path, content: self.refuse(path) or whole(path, content))

    def refuse(self, path: Path) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))


def test_a_full_disk_stops_nothing_and_what_is_due_is_written_when_there_is_room(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk(monkeypatch)
    trained = Trainer.step

    def step(trainer: Trainer, knobs: Any) -> None:
        trained(trainer, knobs)
        disk.full = trainer.steps_done < 25 and trainer.steps_done > 15

    monkeypatch.setattr(Trainer, "step", step)
    monkeypatch.setattr("tui_gan.session.writing.AGAIN", 0.0)
    ended = train(script={19: [None], 22: [Save(), None], 26: [None], 100: [Stop()]}, hold=True, until=28)
    before, during, after = ended.snapshots[1:4]
    assert (before.advice, during.status, during.step) == (None, Status.RUNNING, 22)
    assert during.advice.startswith("free disk space (cannot write ")
    assert "No space left on device; the newest checkpoint is step 10; tried again every " in during.advice
    assert after.advice is None
    assert [event.step for event in after.events if "training goes on" in event.text] == [20]
    assert [event.step for event in after.events if "can be written again" in event.text] == [25]
    assert (ended.outcome.status, ended.outcome.error) == ("finished", None)
    assert {25, 28} <= checkpoint.stored(ended.directory.checkpoints).keys()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_who_saves_by_hand_is_told_why_not_and_what_would_help(train: Train, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, content: bytes) -> None:
        raise OSError(number, os.strerror(number), str(path))

    answers: list[tuple[bool, str]] = []
    monkeypatch.setattr(checkpoint, "write_atomically", refuse)
    asked = Request(Save(), "ann", 1, lambda obeyed, why: answers.append((obeyed, why)))
    ended = train(script={6: [asked, None]}, until=8)
    assert answers[0] == (False, f"cannot write {ended.checkpoint(6)}: {os.strerror(number)}")
    assert ended.snapshots[1].status is Status.RUNNING
    assert ended.snapshots[1].advice.startswith("free disk space (")


def test_whoever_asked_for_what_broke_the_run_is_told_what_broke_and_has_not_asked_for_its_end(
    train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("adaptive")

    answers: list[tuple[bool, str]] = []
    monkeypatch.setitem(OBEY, SetKnob, broken)
    asked = Request(SetKnob("k_steps", 2), "ann", 1, lambda obeyed, why: answers.append((obeyed, why)))
    ended = train(script={6: [asked]})
    assert answers == [(False, "training failed: KeyError: 'adaptive'")]
    assert ended.outcome.status == "failed"
    texts = [event.text for event in ended.session.run.events]
    assert any(text.startswith("stopped at step") for text in texts)
    assert not any("ann" in text for text in texts)


def test_a_full_disk_without_anybody_there_ends_with_status_2_and_the_older_checkpoints(
    train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch)
    trained = Trainer.step

    def step(trainer: Trainer, knobs: Any) -> None:
        trained(trainer, knobs)
        disk.full = trainer.steps_done > 15

    monkeypatch.setattr(Trainer, "step", step)
    ended = train()
    assert ended.outcome.status == "failed"
    assert ended.outcome.error.exit_code == 2
    assert "No space left on device" in str(ended.outcome.error)
    assert f"`tui-gan resume {ended.directory.path}` continues" in str(ended.outcome.error)
    stored = checkpoint.stored(ended.directory.checkpoints)
    assert max(stored) == 10
    assert checkpoint.read(stored[10])[1].step == 10
    assert list(ended.directory.checkpoints.glob("*.partial")) == []


def test_a_full_disk_before_the_first_checkpoint_sends_nobody_to_resume(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    FullDisk(monkeypatch).full = True
    ended = train()
    assert "there is no checkpoint yet; free disk space, then start a new run with another --out" in str(ended.outcome.error)


def test_no_memory_on_the_device_goes_back_and_advises(train: Train, break_loss: Callable[..., None]) -> None:
    def exhausted(loss: torch.Tensor) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    break_loss(18, 1, exhausted)
    ended = train(script={100: [None, Resume()]}, hold=True)
    assert "lower the batch size" in ended.snapshots[1].advice
    assert ended.snapshots[1].step <= 15
    assert ended.outcome.status == "finished"


def test_a_knob_turned_after_the_good_state_is_logged_again_where_it_is_in_force(train: Train, break_loss: Callable[..., None]) -> None:
    break_loss(18, 3, lambda loss: loss * torch.nan)
    ended = train(script={15: [SetKnob("batch_size", 32)], 100: [Resume()]}, hold=True)
    lines = [entry for entry in log_of(ended.directory.log) if entry["kind"] == "command" and entry["name"] == "batch_size"]
    assert [entry["value"] for entry in lines] == [32]
    assert lines[0]["step"] < 15


def test_a_device_that_dies_leaves_the_run_on_the_cpu_with_its_traceback_in_the_log(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    step, load_state = Trainer.step, Trainer.load_state
    dead: list[Trainer] = []

    def breaks(self: Trainer, knobs: Any) -> None:
        if self.steps_done == 25:
            dead.append(self)
            raise RuntimeError("CUDA error: unspecified launch failure")
        step(self, knobs)

    def loads(self: Trainer, state: Any) -> None:
        if self in dead:
            raise RuntimeError("CUDA error: unspecified launch failure")
        load_state(self, state)

    monkeypatch.setattr(Trainer, "step", breaks)
    monkeypatch.setattr(Trainer, "load_state", loads)
    ended = train(hold=True, script={100: [None, Stop()]})
    assert ended.snapshots[-1].status is Status.FAILED
    assert "launch failure" in ended.snapshots[-1].failure
    assert ended.session.run.trainer is not dead[0]
    assert ended.outcome.status == "failed"
    assert finite(ended.checkpoint(ended.outcome.step))
    assert any("launch failure" in entry.get("traceback", "") for entry in log_of(ended.directory.log))


@pytest.fixture
def no_log(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the disk of the log be full from a step on; checkpoints go elsewhere."""

    def no_log(from_step: int) -> None:
        written = runlog.RunLog.flush
        now = [0]
        trained = Trainer.step

        def step(trainer: Trainer, knobs: Any) -> None:
            trained(trainer, knobs)
            now[0] = trainer.steps_done

        def flush(log: runlog.RunLog) -> None:
            if now[0] >= from_step:
                raise OSError(errno.ENOSPC, "No space left on device", str(log._path))
            written(log)

        monkeypatch.setattr(Trainer, "step", step)
        monkeypatch.setattr(runlog.RunLog, "flush", flush)

    return no_log


@pytest.mark.parametrize("hold", [False, True])
def test_a_log_that_cannot_be_written_does_not_cost_the_state(train: Train, no_log: Callable[[int], None], hold: bool) -> None:
    no_log(33)
    ended = train(script={100: [None, Stop()]} if hold else {}, hold=hold)
    assert ended.outcome.status == "failed"
    assert ended.outcome.error.exit_code == 2
    assert max(checkpoint.stored(ended.directory.checkpoints)) == ended.outcome.step == 40
    assert [event.step for event in ended.snapshots[-1].events if "training goes on" in event.text] == [35]
    said = str(ended.outcome.error)
    # What is said at the end names the checkpoint that was written then, not that of before.
    assert f"cannot write {ended.directory.log}: No space left on device; the newest checkpoint is step 40; free disk space" in said
    assert f"`tui-gan resume {ended.directory.path}` continues from there" in said


@pytest.mark.parametrize("hold", [False, True])
def test_a_state_that_cannot_be_saved_is_tried_again_and_what_is_lost_is_said(
    train: Train, hold: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, trained = FullDisk(monkeypatch), Trainer.step

    def step(trainer: Trainer, knobs: Any) -> None:
        trained(trainer, knobs)
        disk.full = trainer.steps_done > 15

    monkeypatch.setattr(Trainer, "step", step)
    ended = train(script={17: [Stop()]} if hold else {}, hold=hold, until=18)
    left = 17 if hold else 18
    assert f"the newest checkpoint is step 10, without the {left - 10} steps since; free disk space" in str(ended.outcome.error)
    assert "continues from there" in str(ended.outcome.error)


def test_a_preview_that_cannot_be_written_leaves_nothing_and_is_made_later(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    written = Path.write_bytes

    def write_bytes(path: Path, content: bytes) -> int:
        if not "step-00000017" <= path.name < "step-00000019":
            return written(path, content)
        written(path, content[:50])
        # A disk that is full gives no name.
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    monkeypatch.setattr("tui_gan.session.writing.AGAIN", 0.0)
    ended = train()
    assert (ended.outcome.status, ended.outcome.error) == ("finished", None)
    previews = ended.directory.previews
    assert not list(ended.directory.path.rglob("*.partial"))
    kept = [int(path.stem[5:]) for path in sorted(previews.iterdir())]
    assert (17 in kept, 18 in kept, 19 in kept) == (False, False, True)
    said = [event for event in ended.snapshots[-1].events if "cannot write" in event.text]
    assert [event.step for event in said] == [17]
    assert f"cannot write {previews / 'step-00000017.safetensors'}: No space left on device; training goes on" in said[0].text


def test_a_file_in_place_of_the_checkpoints_is_an_error_that_names_it(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, trained = tmp_path / "run" / "checkpoints", Trainer.step

    def step(trainer: Trainer, knobs: Any) -> None:
        trained(trainer, knobs)
        if trainer.steps_done == 7:
            folder.rmdir()
            folder.write_text("mine")

    monkeypatch.setattr(Trainer, "step", step)
    ended = train("run")
    assert ended.outcome.error.exit_code == 2
    said = str(ended.outcome.error)
    assert f"cannot write {folder / 'step-00000040.safetensors'}: Not a directory; there is no checkpoint yet; see that it can be" in said
    assert folder.read_text() == "mine"
