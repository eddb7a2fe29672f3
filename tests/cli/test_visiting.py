"""A run that trains, asked from a shell: what it says of itself, what it obeys and refuses, and in whose name."""

import contextlib
import errno
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.logs import log_of
from tests.program import Program
from tests.wire.visited import until
from tui_gan.contract import commands
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Status
from tui_gan.session import lock, rundir
from tui_gan.session.plan import Plan
from tui_gan.session.thread import RunThread
from tui_gan.wire import place
from tui_gan.wire.client import Visit

LONG = 60.0


Begun = Callable[[str], RunThread]


@pytest.fixture
def begun(config: Config, knobs: Knobs) -> Iterator[Begun]:
    """Begins a run of very many steps, and ends it with the test."""
    runs: list[RunThread] = []

    def begun(name: str) -> RunThread:
        directory, made = rundir.create(Path(name), config, knobs)
        runs.append(RunThread(Plan(directory, made, knobs, 10**9, hold=True)))
        runs[-1].start()
        return runs[-1]

    yield begun
    for run in runs:
        run.send(commands.Stop())
        assert run.wait(LONG)


@pytest.fixture
def training(begun: Begun) -> RunThread:
    """A run "mine" in the working directory, which is empty otherwise."""
    run = begun("mine")
    until(lambda: run.latest.status is not Status.LOADING)
    return run


@pytest.mark.usefixtures("training")
def test_a_run_says_what_it_is_doing(program: Program) -> None:
    done = program("state", "mine", "--json")
    assert done.status == 0
    facts = done.result
    assert (facts["status"], facts["steps"], facts["knobs"]["k_steps"]) == ("running", 10**9, 1)
    assert facts["settings"]["objective"] == "non_saturating"
    assert facts["settings"]["generator.widths"] == [6]
    assert set(facts["metrics"]) == {"w1", "mean", "sd", "sd_ratio"}
    assert facts["measured"] <= facts["step"]
    assert len(facts["visitors"]) == 1
    assert program("state", "mine", "--json").result["step"] >= facts["step"]
    assert program("state", "mine").out.splitlines()[0] == "Training toy1d on cpu."


@pytest.mark.usefixtures("training")
def test_what_is_obeyed_is_said_logged_and_in_force(program: Program) -> None:
    done = program("tell", "mine", "k 3", "--as", "script")
    assert (done.status, done.out) == (0, "K steps: 3 (was 1) (asked by script).\n")
    assert program("tell", "mine", "label_smoothing 0.1").status == 0
    assert program("tell", "mine", "set regularizers.r1=2").status == 0
    facts = program("state", "mine", "--json").result
    assert (facts["knobs"]["k_steps"], facts["settings"]["label_smoothing"], facts["settings"]["regularizers.r1"]) == (3, 0.1, 2.0)
    (line,) = [line for line in log_of(Path("mine/log.jsonl")) if line["kind"] == "command" and line["name"] == "k_steps"]
    assert (line["value"], line["source"]) == (3, "script")


@pytest.mark.usefixtures("training")
@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("k 99", "k_steps must lie between 1 and 20, not 99"),
        ("set steps_ 3", "steps_"),
        ("set latent_dim 3", "cannot change while the run trains"),
        ("undo", "nothing to undo"),
        ("step 0", "a whole number from 1 on"),
        ("note", "Type note and what is to be remembered"),
        ("set objective", "such as: set objective hinge"),
        ("objective", "such as: set objective hinge"),
        ("step x", "a whole number"),
        ("save now", "Type save alone"),
        ("k 99999999999999999999999999", "k_steps"),
        ("steps 99999999999999999999999999", "steps"),
        ("k [[[[1]]]]", "k_steps"),
        ("k 1979-05-27T07:32:00Z", "k_steps"),
        ("objective \udcff", "objective"),
        ("set a\udcffb=3", "unknown key"),
    ],
)
def test_what_is_refused_is_status_2_and_the_reason(typed: str, why: str, program: Program) -> None:
    done = program("tell", "mine", typed)
    assert done.status == 2
    assert why in done.line
    asked = program("tell", "mine", typed, "--json")
    assert (asked.status, asked.result["obeyed"]) == (2, False)
    assert why in asked.result["said"][0]


@pytest.mark.usefixtures("training")
@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("set objective", "Type set, a setting and its value"),
        ("objective", "Type set, a setting"),
        ("set", "Type set"),
        ("step two", "a whole number"),
    ],
)
def test_what_lacks_a_value_is_status_2(typed: str, why: str, program: Program) -> None:
    done = program("tell", "mine", typed)
    assert done.status == 2
    assert why in done.line


@pytest.mark.usefixtures("training")
def test_steps_are_answered_when_they_have_been_trained(program: Program) -> None:
    program("pause", "mine")
    before = program("state", "mine", "--json").result["step"]
    assert program("tell", "mine", "step 30").out == f"Paused at step {before + 30:,}.\n"
    assert program("state", "mine", "--json").result["step"] == before + 30


def test_steps_that_something_else_cuts_short_are_refused(training: RunThread, program: Program) -> None:
    program("pause", "mine")
    answers: list[tuple[bool, str]] = []
    training.ask(commands.Request(commands.Step(10**6), "one", 1, lambda obeyed, why: answers.append((obeyed, why))))
    program("pause", "mine")
    ((obeyed, why),) = answers
    assert not obeyed
    assert why.startswith("interrupted at step ")


def test_an_unknown_part_is_refused_and_the_run_trains_on(training: RunThread, program: Program) -> None:
    answers: list[tuple[bool, str]] = []
    training.ask(commands.Request(commands.Watch(("nothing",)), "one", 1, lambda obeyed, why: answers.append((obeyed, why))))
    assert program("state", "mine", "--json").result["status"] == "running"
    ((obeyed, why),) = answers
    assert not obeyed
    assert "unknown part of a snapshot 'nothing'" in why


def test_a_stop_that_cannot_save_is_refused_with_the_reason(training: RunThread, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "checkpoint")

    program("pause", "mine")
    step = program("state", "mine", "--json").result["step"]
    # At every tenth step it is saved already.
    program("tell", "mine", f"step {2 if step % 10 == 9 else 1}")
    monkeypatch.setattr("tui_gan.session.checkpoint.write", full)
    done = program("stop", "mine")
    assert done.status == 2
    assert "cannot write checkpoint: No space left on device" in done.line


@pytest.mark.parametrize("name", ["", "x" * 65, "\x1b[2J"])
def test_a_name_that_no_terminal_should_get_is_refused(name: str, program: Program) -> None:
    done = program("pause", "nowhere", "--as", name)
    assert done.status == 2
    assert "--as: a visitor has a name of 1 to 64 characters" in done.line


def test_help_needs_no_run(program: Program) -> None:
    assert "set objective hinge: change a setting." in program("tell", "nowhere", "help").out


ALONE = [(typed, f"{typed.split()[0]} is only for a conversation, with --plain") for typed in ("every 30", "quit", "detach")]


@pytest.mark.parametrize(("typed", "why"), [("paus", "did you mean 'pause'?"), ("", "such as 'k 3'"), ("quit", "`tui-gan stop`"), *ALONE])
def test_what_is_no_command_is_refused_before_anybody_is_asked(typed: str, why: str, program: Program) -> None:
    done = program("tell", "nowhere", typed)
    assert done.status == 2
    assert why in done.line


@pytest.mark.usefixtures("training")
def test_words_that_ask_are_answered_and_change_nothing(program: Program) -> None:
    assert "k_steps is 1: discriminator updates" in program("tell", "mine", "k").out
    assert "Step " in program("tell", "mine", "status").out
    assert json.loads(program("tell", "mine", "knobs", "--json").out)["obeyed"]


@pytest.mark.usefixtures("training")
def test_pause_go_save_and_stop(program: Program) -> None:
    assert program("pause", "mine").out.startswith("Paused at step")
    step = program("state", "mine", "--json").result["step"]
    assert program("state", "mine", "--json").result["step"] == step
    assert "aved a checkpoint at step" in program("save", "mine").out
    assert Path(f"mine/checkpoints/step-{step:08}.safetensors").is_file()
    assert program("go", "mine").out == "Training toy1d on cpu.\n"
    done = program("stop", "mine", "--as", "me")
    assert done.status == 0
    assert done.out.startswith("the run has stopped at step")
    assert log_of(Path("mine/log.jsonl"))[-1]["text"].endswith("(asked by me)")
    # Nobody is there any more.
    for words in (("state", "mine"), ("tell", "mine", "k 3"), ("stop", "mine")):
        gone = program(*words)
        assert gone.status == 3
        assert re.search("nothing trains in mine: it has stopped at step [0-9]+; `tui-gan resume mine` goes on with it", gone.line)


def test_a_visitor_moves_no_weight(tmp_path: Path, config: Config, knobs: Knobs, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from safetensors.torch import load_file

    monkeypatch.chdir(tmp_path)
    for name, visited in (("alone", False), ("visited", True)):
        directory, made = rundir.create(Path(name), config, knobs)
        run = RunThread(Plan(directory, made, knobs, made.steps))
        run.start()
        while visited and not run.wait(0.0):
            program("state", name, "--json")
        assert run.wait(LONG)
    one, other = (load_file(tmp_path / name / "checkpoints" / f"step-{config.steps:08}.safetensors") for name in ("alone", "visited"))
    assert all((one[key] == other[key]).all() for key in one)


def test_where_no_socket_can_be_made_the_run_trains_and_says_so(
    tmp_path: Path, config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    directory, made = rundir.create(tmp_path / "run", config, knobs)
    run = RunThread(Plan(directory, made, knobs, made.steps))
    run.start()
    assert run.wait(LONG)
    assert run.outcome
    assert run.outcome.status == "finished"
    assert any(line.get("text", "").startswith("nobody can visit this run: cannot make") for line in log_of(directory.log))


def test_a_run_is_visited_from_its_first_second_and_obeys_when_it_has_loaded(
    begun: Begun, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = threading.Event()
    monkeypatch.setattr("tui_gan.session.thread.load_torch", lambda: loaded.wait(LONG))
    run = begun("mine")
    until(lambda: place.address(Path("mine")).exists())
    assert program("state", "mine", "--json").result["status"] == "loading"
    with contextlib.closing(Visit(place.address(Path("mine")), "one")) as visit:
        visit.send(commands.SetKnob("k_steps", 3))
        assert visit.look().status is Status.LOADING
        loaded.set()
        assert visit.ask(commands.Pause(), LONG).obeyed
        assert visit.look().knobs.k_steps == 3
    run.send(commands.Stop())
    assert run.wait(LONG)


@pytest.mark.usefixtures("training")
def test_all_runs_are_asked_and_one_that_refuses_keeps_nothing_from_the_others(begun: Begun, program: Program) -> None:
    other = begun("other")
    until(lambda: other.latest.status is Status.RUNNING)
    for words in (("pause",), ("pause", "mine", "--all")):
        assert program(*words).line == "tui-gan: tui-gan pause takes a run, or --all for every run of yours that trains"
    done = program("pause", "--all", "--as", "me")
    assert done.err == ""
    assert (done.status, {line.partition(": ")[0] for line in done.out.splitlines()}) == (
        0,
        {str(Path(name).resolve()) for name in ("mine", "other")},
    )
    assert other.latest.status is Status.PAUSED
    for words in (("tell", "other", "set steps 1"), ("go", "other")):
        assert program(*words).status == 0
    until(lambda: other.latest.status is Status.FINISHED)
    done = program("go", "--all")
    assert (done.status, len(done.out.splitlines())) == (2, 1)
    assert re.match(r"tui-gan: \S+/other: the run has finished", done.line)
    assert program("stop", "other").status == 0


@pytest.mark.usefixtures("training")
def test_runs_are_listed_with_what_has_become_of_each(begun: Begun, program: Program) -> None:
    ended = begun("runs/ended")
    ended.send(commands.Stop())
    assert ended.wait(LONG)
    crashed = begun("runs/crashed")
    until(lambda: crashed.latest.status is Status.RUNNING)
    crashed.send(commands.Stop())
    assert crashed.wait(LONG)
    # A process that was killed says nothing of its end.
    holder = lock.read(Path("runs/crashed"))
    assert holder is not None
    (Path("runs/crashed") / lock.NAME).write_bytes(msgspec.json.encode(msgspec.structs.replace(holder, ended="", started=1.0, uptime=1e9)))
    first, *rest = program("runs", "--json").result["runs"]
    assert (first["run"], first["status"], first["pid"], first["visitors"]) == (str(Path("mine").resolve()), "detached", os.getpid(), [])
    assert first["step"] >= 0
    assert (first["steps"], first["device"], first["host"]) == (10**9, "cpu", holder.host)
    assert set(first["metrics"]) == {"w1", "mean", "sd", "sd_ratio"}
    assert first["best"] <= first["value"] == first["metrics"]["w1"]
    assert [(row["run"], row["status"], row["pid"]) for row in rest] == [("runs/crashed", "crashed", None), ("runs/ended", "stopped", None)]
    line, *_ = program("runs").out.splitlines()
    assert re.search(rf"mine +detached +step [0-9]+/1000000000 +w1 [0-9.e-]+ .*cpu {holder.host}:{os.getpid()} +[0-9]+ (s|min|h)$", line)


def test_a_run_that_cannot_be_saved_says_so_in_the_list_and_trains_on(training: RunThread, program: Program) -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "x")

    def fail(*_: object) -> None:
        raise full

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tui_gan.session.checkpoint.write", fail)
        assert program("tell", "mine", "save").status == 2
        (row,) = program("runs", "--json").result["runs"]
        assert row["status"] == "detached"
        assert "free disk space (cannot write x: No space left on device" in row["problem"]
        assert "No space left on device" in program("runs").out
    assert program("save", "mine").status == 0
    (row,) = program("runs", "--json").result["runs"]
    assert (row["status"], row["problem"]) == ("detached", None)


def test_the_journal_is_told_as_it_is_and_as_it_grows(training: RunThread, program: Program, capfd: pytest.CaptureFixture[str]) -> None:
    assert program("tell", "mine", "k 3", "--as", "ann").status == 0
    assert program("tell", "mine", "note it turns here", "--as", "ann").out == "Note: it turns here (asked by ann).\n"
    refused = program("tell", "mine", "objective hinges", "--as", "bob")
    assert refused.status == 2
    told = program("events", "mine").out
    assert re.search(r"^ +[0-9]+  step [0-9,]+: ann asked for k_steps 3: obeyed$", told, re.MULTILINE)
    assert re.search(r"^ +[0-9]+  step [0-9,]+: note: it turns here \(asked by ann\)$", told, re.MULTILINE)
    assert re.search(r"^ +[0-9]+  step [0-9,]+: bob asked for objective hinges: refused: .*did you mean 'hinge'", told, re.MULTILINE)
    lines = [json.loads(line) for line in program("events", "mine", "--json").out.splitlines()]
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert {"number", "step", "kind", "text", "source", "level", "obeyed", "why"} == set(lines[0])
    first = next(line["number"] for line in lines if line["source"] == "bob")
    since = [json.loads(line) for line in program("events", "mine", "--json", "--since", first - 1).out.splitlines()]
    assert since == lines[first - 1 :]
    # It ends with the run, and misses nothing of it.
    ending = threading.Timer(0.5, lambda: training.send(commands.Stop()))
    ending.start()
    followed = program("events", "mine", "--follow", "--since", first).out.splitlines()
    assert "asked for stop: obeyed" in followed[-1]
    for words in (("events",), ("events", "none"), ("events", "mine", "--since", -1)):
        assert program(*words).status in (2, 3)


def test_of_a_run_that_does_not_answer_it_is_said_that_its_numbers_are_older(
    tmp_path: Path, config: Config, knobs: Knobs, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    directory, _ = rundir.create(tmp_path / "runs" / "mine", config, knobs)
    for address, said in (
        (str(tmp_path / "nobody"), "does not answer; the numbers are those of its newest checkpoint"),
        ("", "no checkpoint"),
    ):
        held = lock.Lock(directory.path, address)
        (row,) = program("runs", "--json").result["runs"]
        held.release()
        assert (row["alive"], row["status"], row["problem"]) == (True, "detached", said)
