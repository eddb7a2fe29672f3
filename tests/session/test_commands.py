"""Each command: what it does to the run, and the line that it leaves in the log."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.logs import log_of
from tui_gan.contract.commands import Evaluate, Export, Pause, Resume, Save, SetKnob, Step, Stop, TogglePause, TurnKnob
from tui_gan.contract.snapshot import Snapshot, Status
from tui_gan.session import checkpoint
from tui_gan.session.export import EXPORTERS

Train = Callable[..., Any]


def commands_in(path: Path) -> list[tuple[int, str, Any]]:
    return [(entry["step"], entry["name"], entry["value"]) for entry in log_of(path) if entry["kind"] == "command"]


def events_of(snapshot: Snapshot) -> list[str]:
    return [event.text for event in snapshot.events]


def test_a_paused_run_rests_and_answers_until_it_goes_on(train: Train) -> None:
    ended = train(script={7: [Pause(), None, TurnKnob("k_steps"), None, Resume(), None]})
    paused, turned, going = ended.snapshots[1:4]
    assert [each.status for each in (paused, turned, going)] == [Status.PAUSED, Status.PAUSED, Status.RUNNING]
    assert [each.step for each in (paused, turned, going)] == [7, 7, 7]
    assert turned.knobs.k_steps == 2
    assert paused.seconds == turned.seconds
    assert ended.outcome.step == 40
    assert commands_in(ended.directory.log) == [(7, "pause", True), (7, "k_steps", 2), (7, "pause", False)]


def test_toggling_pauses_and_goes_on(train: Train) -> None:
    ended = train(script={3: [TogglePause(), None, TogglePause(), None]})
    assert [each.status for each in ended.snapshots[1:3]] == [Status.PAUSED, Status.RUNNING]
    assert commands_in(ended.directory.log) == [(3, "pause", True), (3, "pause", False)]


@pytest.mark.parametrize(("count", "steps"), [(1, 1), (5, 5)])
def test_step_trains_so_many_and_rests(train: Train, count: int, steps: int) -> None:
    ended = train(script={4: [Step(count)], 4 + steps: [None, None]}, hold=True)
    assert ended.snapshots[-1].step == 4 + steps
    assert ended.snapshots[-1].status is Status.PAUSED
    assert ended.outcome.step == 4 + steps
    assert commands_in(ended.directory.log)[0] == (4, "step", steps)


def test_steps_asked_for_at_once_are_all_owed(train: Train) -> None:
    ended = train(script={4: [Step(2), Step(), Step()]}, hold=True)
    assert (ended.outcome.step, ended.outcome.status) == (8, "stopped")


def test_a_turned_knob_is_in_force_at_its_step_and_logged_with_its_value(train: Train) -> None:
    sent = [TurnKnob("batch_size", -1), SetKnob("generator_lr", 0.25), TurnKnob("minibatch_discrimination"), None]
    ended = train(script={6: sent, 7: [TurnKnob("minibatch_discrimination", -1)]})
    shown = ended.snapshots[1]
    assert (shown.step, shown.knobs.batch_size, shown.knobs.generator_lr, shown.knobs.minibatch_discrimination) == (6, 4, 0.25, True)
    logged = [
        (6, "batch_size", 4),
        (6, "generator_lr", 0.25),
        (6, "minibatch_discrimination", True),
        (7, "minibatch_discrimination", False),
    ]
    assert commands_in(ended.directory.log) == logged
    assert [event.step for event in shown.events if event.kind == "change"] == [6, 6, 6]
    assert checkpoint.read_about(ended.checkpoint(40)).knobs.batch_size == 4


@pytest.mark.parametrize(
    ("command", "part"),
    [
        (Step(0), "step takes a whole number from 1 on, not 0"),
        (Step(-3), "step takes a whole number from 1 on, not -3"),
        (SetKnob("k_steps", 99), "between 1 and 20"),
        (SetKnob("k_steps", "x"), "a whole number"),
        (SetKnob("k_step", 2), "did you mean 'k_steps'"),
        (TurnKnob("k_step"), "did you mean 'k_steps'"),
        (SetKnob("device", "cuda:99"), "cuda:99"),
        (SetKnob("device", "gpu"), "device"),
        (SetKnob("device", "auto"), "auto times the devices at the start of a run; now choose one: cpu"),
        (Export("pickle"), "unknown export 'pickle'"),
    ],
    ids=str,
)
def test_a_command_that_cannot_be_obeyed_is_an_event_and_the_run_goes_on(train: Train, command: Any, part: str) -> None:
    ended = train(script={5: [command, None]})
    shown = ended.snapshots[1]
    assert part in shown.events[-1].text
    assert shown.events[-1].kind == "warning"
    assert (shown.step, shown.status, shown.knobs.device) == (5, Status.RUNNING, "cpu")
    assert ended.outcome.status == "finished"
    assert commands_in(ended.directory.log) == []


def test_a_knob_at_the_end_of_its_range_says_so(train: Train) -> None:
    shown = train(script={1: [TurnKnob("k_steps", -1), None]}).snapshots[1]
    assert shown.knobs.k_steps == 1
    assert "limit of its range" in shown.events[-1].text


@pytest.mark.skipif(torch.cuda.is_available() or torch.backends.mps.is_available(), reason="there is another device")
def test_the_only_device_says_so(train: Train) -> None:
    ended = train(script={1: [TurnKnob("device"), None]})
    assert "the only device here" in ended.snapshots[1].events[-1].text
    assert ended.outcome.status == "finished"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_a_run_moves_to_the_gpu_and_back_and_resumes_there(train: Train, resume: Train) -> None:
    moves = {5: [TurnKnob("minibatch_discrimination")], 10: [SetKnob("device", "cuda"), None], 20: [SetKnob("device", "cpu"), None]}
    ended = train(script=moves)
    assert [each.device for each in ended.snapshots[1:3]] == ["cuda", "cpu"]
    assert all(event.kind != "error" for event in ended.session.run.events)
    gone = train("gone", {30: [SetKnob("device", "cuda")]}, until=35)
    again = resume("gone", 40)
    assert again.session.run.trainer.device == "cuda"
    assert next(again.session.run.trainer.generator.parameters()).is_cuda
    assert gone.outcome.status == again.outcome.status == "finished"


def test_save_writes_a_checkpoint_of_this_step(train: Train) -> None:
    ended = train(script={13: [Save(), Save(), None]}, until=15)
    assert ended.checkpoint(13).is_file()
    assert "saved a checkpoint at step 13" in events_of(ended.snapshots[1])
    assert any(entry["kind"] == "scalars" and entry["step"] == 13 for entry in log_of(ended.directory.log))


def test_evaluate_measures_and_shows(train: Train) -> None:
    ended = train(script={13: [Evaluate(), None]}, until=15)
    assert "w1" in ended.snapshots[1].events[-1].text
    assert ended.snapshots[1].series["w1"].steps[-1] == 13
    measured = [entry for entry in log_of(ended.directory.log) if entry["kind"] == "metrics"]
    assert [entry["step"] for entry in measured] == [0, 10, 13, 15]


@pytest.mark.parametrize("to", [pytest.param(to, marks=pytest.mark.slow) if to == "gif" else to for to in EXPORTERS])
def test_export_writes_into_the_run_directory(train: Train, to: str) -> None:
    ended = train(script={13: [Export(to), None]}, until=15)
    name, path, _ = ended.snapshots[1].events[-1].text.partition(str(ended.directory.path))
    assert name == "exported "
    assert (13, "export") in [entry[:2] for entry in commands_in(ended.directory.log)]
    exported = ended.directory.path / ended.snapshots[1].events[-1].text.removeprefix("exported ")
    assert path
    assert exported.stat().st_size > 0


def test_stop_saves_and_ends(train: Train) -> None:
    ended = train(script={13: [Stop(), TurnKnob("k_steps")]})
    assert (ended.outcome.status, ended.outcome.step, ended.outcome.error) == ("stopped", 13, None)
    assert checkpoint.read_about(ended.checkpoint(13)).step == 13
    assert set(ended.outcome.metrics) == {"w1", "mean", "sd", "sd_ratio"}


def test_stop_before_the_first_step_saves_too(train: Train) -> None:
    ended = train(script={0: [Stop()]})
    assert (ended.outcome.status, ended.outcome.step) == ("stopped", 0)
    assert ended.checkpoint(0).is_file()


@pytest.mark.parametrize("command", [Pause(), Resume(), TogglePause(), Step(3)], ids=str)
def test_a_finished_run_that_is_held_does_not_train_but_answers(train: Train, command: Any) -> None:
    ended = train(script={40: [None, command, None, Evaluate(), None]}, hold=True)
    assert ended.snapshots[-1].status is Status.FINISHED
    assert ended.outcome.step == 40
    assert any("the run has finished" in text for text in events_of(ended.snapshots[-1]))
    assert ended.outcome.status == "finished"


def test_commands_sent_before_a_snapshot_are_in_it(train: Train) -> None:
    ended = train(script={2: [TurnKnob("k_steps"), TurnKnob("k_steps"), None, TurnKnob("k_steps", -1), None]})
    assert [each.knobs.k_steps for each in ended.snapshots[1:3]] == [3, 2]
