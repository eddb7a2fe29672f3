"""The front end without a screen, with a run that is made up."""

import dataclasses
from collections.abc import Callable

import pytest

from tui_gan import headless
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Event, Series, Snapshot, Status, frozen


def snapshot(step: int, status: Status = Status.RUNNING) -> Snapshot:
    series = {name: Series(frozen([1, step]), frozen([9.0, value])) for name, value in (("discriminator_loss", 1.38), ("w1", 0.0123))}
    return Snapshot("toy1d", status, step, 1000, 2.0, 50.0, "cpu", ("cpu",), Knobs(), "runs/x", series=series)


@dataclasses.dataclass
class MadeUp:
    """A run that takes a hundred steps between any two looks."""

    latest: Snapshot
    asked: int = 0

    def request_snapshot(self) -> None:
        self.asked += 1
        self.latest = snapshot(100 * self.asked)

    def send(self, command: object) -> None:
        raise AssertionError("a headless run is sent nothing")


def waits(times: int) -> Callable[[float], bool]:
    """A wait that finds the run ended after so many times, without waiting."""
    left = iter([False] * times + [True])
    return lambda seconds: next(left)


def test_a_line_says_step_speed_time_left_losses_and_w1() -> None:
    text = headless.line(snapshot(900))
    assert text == "step 900/1000  50 steps/s  2 s left  D 1.38  w1 0.0123"


def test_a_line_before_the_first_speed_is_the_step_alone() -> None:
    assert headless.line(dataclasses.replace(snapshot(0), steps_per_second=0.0, series={})) == "step 0/1000"


def test_a_line_says_the_first_metrics_that_the_run_has() -> None:
    measured = {
        name: Series(frozen([1.0]), frozen([value])) for name, value in (("precision", 0.5), ("k", 3.0), ("hq", 0.96), ("modes", 8.0))
    }
    text = headless.line(dataclasses.replace(snapshot(900), series=measured))
    assert text == "step 900/1000  50 steps/s  2 s left  modes 8  hq 0.96"


def test_a_line_says_of_which_step_a_metric_is_that_is_not_of_now() -> None:
    shown = snapshot(900)
    old = Series(frozen([1, 500]), frozen([9.0, 0.0123]), stale=True)
    text = headless.line(dataclasses.replace(shown, series={**shown.series, "w1": old}))
    assert text == "step 900/1000  50 steps/s  2 s left  D 1.38  w1 0.0123 (at step 500)"


def test_a_line_says_of_which_step_losses_of_before_a_change_are() -> None:
    shown = snapshot(900)
    old = Series(frozen([1, 850]), frozen([9.0, 1.38]), stale=True)
    text = headless.line(dataclasses.replace(shown, series={**shown.series, "discriminator_loss": old}))
    assert text == "step 900/1000  50 steps/s  2 s left  D 1.38 (at step 850)  w1 0.0123"


def test_a_line_before_the_game_says_what_is_trained() -> None:
    series = {"pretraining_loss": Series(frozen([1.0]), frozen([0.25]))}
    before = dataclasses.replace(snapshot(0), phase="pre-training 300 / 1,000", series=series)
    assert headless.line(before) == "pre-training 300 / 1,000  50 steps/s  loss 0.25"


def test_one_line_an_interval(capsys: pytest.CaptureFixture[str]) -> None:
    run = MadeUp(snapshot(0, Status.LOADING))
    intervals = 3
    headless.watch(run, waits(round(intervals * headless.LINE_EVERY / headless.GLANCE) + 5))
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert run.asked == len(lines) == intervals
    assert [line.split()[1] for line in lines] == ["100/1000", "200/1000", "300/1000"]


def test_a_run_that_does_not_train_yet_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    run = MadeUp(snapshot(0, Status.LOADING))
    headless.watch(run, waits(3))
    assert capsys.readouterr().err == ""


HAPPENED = (
    Event(200, "of a session before"),
    Event(300, "400 images of 92x112, grey"),
    Event(310, "k steps: 2 (was 1)", "change"),
    Event(320, "a file differs", "warning"),
    Event(330, "the loss became non-finite", "error"),
    Event(330, "stopped at step 330"),
)


@pytest.mark.parametrize("bar", [False, True])
def test_what_happens_is_told_once_and_what_was_told_before_is_not(
    bar: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if bar:
        monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    run = MadeUp(snapshot(300, Status.LOADING))

    def request_snapshot() -> None:
        run.asked += 1
        run.latest = dataclasses.replace(snapshot(330), events=HAPPENED[: 2 * run.asked])

    monkeypatch.setattr(run, "request_snapshot", request_snapshot)
    headless.watch(run, waits(round(4 * headless.LINE_EVERY / headless.GLANCE)))
    assert run.asked > 2
    shown = capsys.readouterr().err
    assert [shown.count(event.text) for event in HAPPENED] == [0, 1, 0, 1, 0, 0]


def test_the_end_of_a_run_that_was_never_seen_to_train_tells_what_happened(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = MadeUp(snapshot(300, Status.LOADING))
    ended = dataclasses.replace(snapshot(330, Status.STOPPED), events=HAPPENED)
    waited = waits(1)

    def wait(seconds: float) -> bool:
        run.latest = ended
        return waited(seconds)

    headless.watch(run, wait)
    assert capsys.readouterr().err.splitlines() == [HAPPENED[1].text, HAPPENED[3].text]


def test_a_terminal_gets_a_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    run = MadeUp(snapshot(0, Status.LOADING))
    headless.watch(run, waits(round(2 * headless.BAR_EVERY / headless.GLANCE) + 5))
    shown = capsys.readouterr().err
    assert "200/1000" in shown
    assert "toy1d running" in shown
    assert "50 steps/s" in shown


def test_a_reader_that_has_gone_away_does_not_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("builtins.print", gone)
    run = MadeUp(snapshot(0, Status.LOADING))
    headless.watch(run, waits(round(headless.LINE_EVERY / headless.GLANCE) + 5))
    assert run.asked == 1


@pytest.mark.parametrize("bar", [False, True])
def test_nothing_of_a_foreign_run_is_obeyed_or_taken_for_markup(
    bar: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if bar:
        monkeypatch.setattr("sys.stderr.isatty", lambda: True)
        monkeypatch.setenv("COLUMNS", "60")
    odd = "x\x1b]0;t\a\nc\x9b2J\u202e\ud800 [bold]y[/bold] :fire: " + "far " * 20 + "end"
    shown = odd.replace("\x1b", "\\x1b").replace("\a\nc\x9b", "\\x07\\nc\\x9b").replace("\u202e\ud800", "\\u202e\\ud800")
    run = MadeUp(snapshot(0, Status.LOADING))
    foreign = dataclasses.replace(snapshot(100), preset="\x1b]0;[b]y", events=(Event(100, odd), Event(100, "here", "warning")))
    monkeypatch.setattr(run, "request_snapshot", lambda: setattr(run, "latest", foreign))
    headless.watch(run, waits(round(headless.LINE_EVERY / headless.GLANCE) + 5))
    told = capsys.readouterr().err
    # In one line, which the terminal breaks where it will.
    assert shown in told
    for obeyed in ("\x1b]", "\a", "\x9b", "\u202e", "\ud800", "🔥"):
        assert obeyed not in told
    assert not bar or "\\x1b]0;[b]y running" in told
