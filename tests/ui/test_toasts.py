"""Toasts under Textual's pilot: what is told, where, for how long, and that a paused screen is quiet after it."""

import base64
import dataclasses

import pytest

from tui_gan.contract.commands import Save
from tui_gan.contract.news import fresh
from tui_gan.contract.snapshot import Event, Status
from tui_gan.ui.app import TuiGan
from tui_gan.ui.draw.texts.figures import figures

SAVED = Event(2000, "saved step [2000]")


def happen(app: TuiGan, run, *events: Event) -> None:
    """Let a run tell of events as the answer to a command."""
    run.latest = dataclasses.replace(run.latest, events=(*run.latest.events, *events))
    app.send(Save())


@pytest.mark.parametrize("ascii_only", [False, True])
def test_what_happens_is_told_where_the_events_are_not_shown_and_then_the_screen_is_quiet(
    seen, run_of, ascii_only: bool, monkeypatch, watch, until, screen_text
) -> None:
    monkeypatch.setattr("tui_gan.ui.toasts.SECONDS", 0.3)
    run = run_of(seen())
    app = TuiGan(run, ascii_only=ascii_only)
    shown: list[object] = []

    async def body(pilot) -> None:
        before = screen_text(app)
        assert "the batch is small" not in before
        happen(app, run, SAVED)
        await until(pilot, lambda: "saved step [2000]" in screen_text(app))
        assert "the batch is small" not in screen_text(app)
        assert screen_text(app).isascii() or not ascii_only
        await until(pilot, lambda: screen_text(app) == before)
        await pilot.pause(0.1)
        app._display = lambda screen, update: shown.append(update)  # type: ignore[method-assign]
        await pilot.pause(0.4)

    watch(app, body, (80, 24))
    assert [update for update in shown if update is not None] == []


def test_nothing_is_told_where_the_events_are_shown_and_nothing_of_the_beginning(seen, run_of, watch, until) -> None:
    run = run_of(seen(Status.LOADING, picture=None, events=()))
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.press("2")
        run.latest = seen(events=(Event(2000, "resumed at step 2000"),))
        app.send(Save())
        await until(pilot, lambda: app.screen.frame.snapshot.events != ())
        assert "toasts" not in app.screen.placed
        await pilot.press("1")
        happen(app, run, SAVED)
        await until(pilot, lambda: len(app.screen.frame.snapshot.events) == 2)
        assert "toasts" not in app.screen.placed

    watch(app, body)


def test_three_at_most_and_each_leaves_in_its_turn(seen, run_of, monkeypatch, watch, until, screen_text) -> None:
    monkeypatch.setattr("tui_gan.ui.toasts.SECONDS", 1.0)
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        app.notify("first")
        await pilot.pause(0.5)
        for name in ("second", "third", "third"):
            app.notify(name, severity="warning")
        await pilot.pause()
        text = screen_text(app)
        assert ("first" in text, "second" in text, text.count("third")) == (False, True, 2)
        app.notify("fourth")
        await until(pilot, lambda: "second" not in screen_text(app))
        assert screen_text(app).count("third") == 2
        await until(pilot, lambda: "toasts" not in app.screen.placed)

    watch(app, body, (80, 24))


def test_copying_writes_the_figures_to_the_clipboard_and_says_so(seen, run_of, watch, until, screen_text) -> None:
    app = TuiGan(run_of(seen()))
    written: list[str] = []

    async def body(pilot) -> None:
        app._driver.write = written.append
        await pilot.press("5", "y")
        await until(pilot, lambda: "copied to the clipboard" in screen_text(app))

    watch(app, body, (80, 24))
    (sent,) = [text for text in written if text.startswith("\x1b]52;c;")]
    assert base64.b64decode(sent.removeprefix("\x1b]52;c;").rstrip("\a")).decode() == figures(seen())


def test_the_figures_as_plain_text(seen) -> None:
    lines = dict(line.split(None, 1) for line in figures(seen()).splitlines())
    assert lines["step"] == "2000 of 100000"
    assert lines["speed"] == "1030 steps/s on cpu"
    assert lines["w1"] == "0.02"
    assert lines["k_steps"] == "1"
    assert lines["minibatch_discrimination"] == "false"


@pytest.mark.parametrize(
    ("before", "after", "new"), [("", "ab", "ab"), ("ab", "ab", ""), ("abc", "bcd", "d"), ("aab", "aaba", "a"), ("abc", "a", "")]
)
def test_what_is_new(before: str, after: str, new: str) -> None:
    def events(letters: str) -> tuple[Event, ...]:
        return tuple(Event(1, letter) for letter in letters)

    assert fresh(events(before), events(after)) == list(events(new))
