"""The front end that speaks in sentences, with a run that is made up."""

import dataclasses
from collections.abc import Callable

import pytest

from tui_gan import plain
from tui_gan.contract import commands
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Event, Series, Snapshot, Stage, Status, frozen


def snapshot(status: Status = Status.RUNNING, **changes: object) -> Snapshot:
    values = {"discriminator_loss": 1.38, "generator_loss": 0.69, "w1": 0.0213}
    series = {name: Series(frozen([1, 2000]), frozen([9.0, value])) for name, value in values.items()}
    made = Snapshot("toy1d", status, 2000, 100_000, 2.0, 1030.0, "cpu", ("cpu",), Knobs(), "runs/x", series=series)
    return dataclasses.replace(made, **changes)


@dataclasses.dataclass
class MadeUp:
    """A run that answers each look with the next of its snapshots."""

    latest: Snapshot
    following: list[Snapshot] = dataclasses.field(default_factory=list)
    sent: list[commands.Command] = dataclasses.field(default_factory=list)

    def request_snapshot(self) -> None:
        if self.following:
            self.latest = self.following.pop(0)

    def send(self, command: commands.Command) -> None:
        self.sent.append(command)


def waits(times: int) -> Callable[[float], bool]:
    left = iter([False] * times + [True])
    return lambda seconds: next(left)


def test_progress_says_of_which_step_the_metrics_are_and_that_a_run_is_paced() -> None:
    shown = snapshot()
    old = dataclasses.replace(shown.series["w1"], stale=True)
    paced = dataclasses.replace(shown, paced=True, knobs=Knobs(pace=40.0), series={**shown.series, "w1": old, "ks": old})
    step = int(old.steps[-1])
    assert plain.progress(paced) == (
        "Step 2,000 of 100,000, paced at 40 steps a second; pace off trains at full speed. D's loss 1.38, G's 0.69. "
        f"At step {step:,}: W1 0.0213, Ks 0.0213."
    )


def test_progress_says_of_which_step_losses_of_before_a_change_are() -> None:
    shown = snapshot()
    losses = {name: dataclasses.replace(shown.series[name], stale=True) for name in ("generator_loss", "discriminator_loss")}
    step = int(losses["generator_loss"].steps[-1])
    assert plain.progress(dataclasses.replace(shown, series=shown.series | losses)).endswith(
        f"1,030 steps a second. W1 0.0213. At step {step:,}: Discriminator loss 1.38, Generator loss 0.69."
    )


def test_a_pace_is_set_by_its_word() -> None:
    handle = MadeUp(snapshot())
    talk = plain.Talk(handle)
    for line, value in (("pace 20", 20), ("pace off", False), ("pace=0", 0)):
        handle.sent.clear()
        assert talk.answer(line) == ()
        assert handle.sent == [commands.SetKnob("pace", value)]
    assert plain.knob(snapshot(), "pace").startswith("pace is off: speed limit in steps per second")


def test_an_event_is_a_sentence_but_for_the_key_of_a_setting() -> None:
    for text, said in (
        ("optimizer.lookahead_steps: 5 (was 0)", "optimizer.lookahead_steps: 5 (was 0)."),
        ("label_smoothing: 0.1 (was 0)", "label_smoothing: 0.1 (was 0)."),
        ("paused", "Paused."),
    ):
        assert plain.sentence(Event(3, text, "change")) == said


def test_progress_is_a_sentence() -> None:
    assert plain.progress(snapshot()) == "Step 2,000 of 100,000, 1,030 steps a second. D's loss 1.38, G's 0.69. W1 0.0213."
    before = snapshot(phase="pre-training 300 / 1,000", series={}, steps_per_second=0.0)
    assert plain.progress(before) == "Pre-training 300 / 1,000."


@pytest.mark.parametrize("status", Status)
def test_every_state_is_a_sentence(status: Status) -> None:
    assert plain.state(snapshot(status)).endswith(".")


def test_a_run_that_is_done_says_what_goes_on() -> None:
    done = snapshot(Status.FINISHED, advice="finished; to go on, {more_steps}")
    assert plain.news(snapshot(), done) == ["The run has finished.", "Finished; to go on, type 'set steps N' ('quit' leaves)."]


def test_what_happens_is_told_once_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    old, new, bad = Event(1900, "of before"), Event(2000, "k steps: 2 (was 1)", "change"), Event(2000, "a file differs", "warning")
    following = [
        snapshot(events=(old, new)),
        snapshot(events=(old, new)),
        snapshot(Status.PAUSED, events=(old, new, bad), advice="{pause} goes on."),
    ]
    run = MadeUp(snapshot(Status.LOADING), following)
    plain.watch(run, waits(60))
    assert capsys.readouterr().out.splitlines() == [
        "Loading PyTorch.",
        "K steps: 2 (was 1).",
        "Training toy1d on cpu.",
        "Warning: a file differs.",
        "Paused at step 2,000.",
        "'go' goes on.",
    ]
    assert run.sent == [commands.Watch(())]


def test_steps_and_their_parts_are_told_while_paused() -> None:
    paused = snapshot(Status.PAUSED)
    part = Stage("D 1/1: latents", "Numbers are drawn.", (("count", "256"), ("mean", "0.01")))
    assert plain.news(paused, dataclasses.replace(paused, step=2001)) == [plain.progress(dataclasses.replace(paused, step=2001))]
    assert plain.news(paused, dataclasses.replace(paused, stages=(part,))) == ["D 1/1: latents. Numbers are drawn. count 256, mean 0.01."]
    last = dataclasses.replace(part, name="G: update")
    one, other = (
        dataclasses.replace(paused, stages=(part, last)),
        dataclasses.replace(paused, stages=(dataclasses.replace(part, text="A."),)),
    )
    assert plain.news(one, other) == ["D 1/1: latents. A. count 256, mean 0.01."]


def test_how_it_goes_is_said_at_intervals(capsys: pytest.CaptureFixture[str]) -> None:
    run = MadeUp(snapshot(), [snapshot(step=2000 + number) for number in range(200)])
    lines = iter([["every 5"]])
    plain.watch(run, waits(round(22.4 / plain.GLANCE)), lambda: next(lines, []))
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["Training toy1d on cpu.", "Reporting every 5 seconds."]
    assert [line.startswith("Step 2,0") for line in said[2:]] == [True] * 4


@pytest.mark.parametrize(
    ("line", "command"),
    [
        *plain.WORDS.items(),
        ("  Pause ", commands.Pause()),
        ("step", commands.Step(1)),
        ("step 5", commands.Step(5)),
        ("k 3", commands.SetKnob("k_steps", 3)),
        ("k-steps=3", commands.SetKnob("k_steps", 3)),
        ("generator_lr 1e-3", commands.SetKnob("generator_lr", 1e-3)),
        ("minibatch_discrimination on", commands.SetKnob("minibatch_discrimination", True)),
        ("device cpu", commands.SetKnob("device", "cpu")),
        ("set objective hinge", commands.ChangeSetting("objective", "hinge")),
        ("objective hinge", commands.ChangeSetting("objective", "hinge")),
        ("regularizers.r1=0.5", commands.ChangeSetting("regularizers.r1", 0.5)),
        ("set regularizers.r1 0.5", commands.ChangeSetting("regularizers.r1", 0.5)),
        ("\tset  stratified\t off ", commands.ChangeSetting("stratified", False)),
        ("k\t3", commands.SetKnob("k_steps", 3)),
    ],
)
def test_a_word_is_a_command(line: str, command: commands.Command) -> None:
    run = MadeUp(snapshot())
    plain.Talk(run).answer(line)
    assert run.sent == [command]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", ""),
        ("help", "save and quit."),
        ("status", "Training toy1d on cpu. Step 2,000 of"),
        ("events", "Nothing has happened yet."),
        ("knobs", "batch_size is 256: "),
        ("k", "k_steps is 1: discriminator updates per step."),
        ("m", "minibatch_discrimination is off: "),
        ("step x", "a whole number"),
        ("step 0", "a whole number from 1 on"),
        ("step -3", "a whole number from 1 on"),
        ("step " + "9" * 5000, "a whole number"),
        ("=", ""),
        ("every", "a number of seconds"),
        ("set objective", "a setting and its value"),
        ("objective", "a setting and its value"),
        ("objectiv hinge", "did you mean 'objective'?"),
        ("puase", "did you mean 'pause'?"),
        ("pause now", "Type pause alone, without 'now'."),
    ],
)
def test_what_is_no_command_is_answered_at_once(line: str, said: str) -> None:
    run = MadeUp(snapshot())
    assert said in " ".join(plain.Talk(run).answer(line))
    assert run.sent == []


def test_after_quit_nothing_more_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    run = MadeUp(snapshot(), [snapshot(Status.STOPPED, events=(Event(2000, "stopped at step 2000"),))])
    plain.watch(run, waits(30), lambda: ["quit"])
    assert run.sent == [commands.Watch(()), commands.Stop()]
    assert capsys.readouterr().out.splitlines() == ["Training toy1d on cpu.", "Saving.", "Stopped at step 2000."]


def test_who_detaches_is_told_nothing_more_and_the_run_is_not_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    run = MadeUp(snapshot(), [snapshot(events=(Event(1, "saved"),))] * 9)
    assert plain.watch(run, waits(30), iter([[], ["detach", "quit"]]).__next__)
    assert commands.Stop() not in run.sent
    assert "aved" not in capsys.readouterr().out


def test_a_reader_that_has_gone_away_does_not_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("builtins.print", gone)
    run = MadeUp(snapshot())
    plain.watch(run, waits(3))
    assert commands.Stop() not in run.sent


def test_nothing_of_a_foreign_run_is_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    odd = "x\x1b]0;t\a\nc\x9b2J\u202e\ud800"
    before = snapshot()
    after = dataclasses.replace(before, status=Status.PAUSED, preset=odd, events=(Event(2000, odd, "warning"),), advice=odd)
    plain.watch(MadeUp(before, [after]), waits(30), iter([["events", odd], *[[]] * 40]).__next__)
    told = capsys.readouterr().out
    shown = "x\\x1b]0;t\\x07\\nc\\x9b2J\\u202e\\ud800"
    assert told.splitlines().count(f"Warning: {shown}.") == 1
    assert all(letter.isprintable() or letter == "\n" for letter in told)
