"""The app under Textual's pilot: commands, pulling, quitting, failing."""

import dataclasses
import io
import itertools
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr

import pytest
from textual.events import Key
from textual.geometry import Region
from textual.widgets import Input

from tests.ui.conftest import SETTINGS
from tui_gan.contract.commands import ChangeSetting, Export, Stop, TogglePause, TurnKnob, Watch
from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.snapshot import Setting, Status
from tui_gan.ui.app import EXPORTED, TuiGan
from tui_gan.ui.keys import COMMANDS, KEYS, view_keys
from tui_gan.ui.panels import PANELS
from tui_gan.ui.search import Palette
from tui_gan.ui.unofficial import Front

PRESSES = {key.key: COMMANDS[name] for key in KEYS for name in COMMANDS if key.action == f"obey('{name}')"}
TURNS = {
    key: TurnKnob(knob.name, way)
    for knob in KNOBS.values()
    for key, way in zip(knob.keys.split(), [1] if len(knob.keys) == 1 else [-1, 1], strict=True)
}


def test_each_key_sends_its_command(seen, run_of, watch) -> None:
    run = run_of(seen())

    async def body(pilot) -> None:
        for key, command in (PRESSES | TURNS).items():
            run.sent.clear()
            await pilot.press(key)
            assert run.commands == [command], key

    watch(TuiGan(run), body)


def test_export_writes_what_the_view_shows(seen, run_of, watch) -> None:
    run = run_of(seen())

    async def body(pilot) -> None:
        for key in view_keys():
            run.sent.clear()
            await pilot.press(key.key, "x")
            assert run.commands == [Export("png", EXPORTED[key.name]) if key.name in EXPORTED else Export()], key.name

    watch(TuiGan(run), body)


def test_the_run_is_told_what_is_looked_at_whenever_that_changes(seen, run_of, watch, until, screen_text) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.press("2", "2", "tab", "z", "z", "escape", "5")
        await until(pilot, lambda: run.sent[-1] == Watch(PANELS["curves"].watches))
        await pilot.press("1")
        await pilot.resize_terminal(200, 60)
        await until(pilot, lambda: run.sent[-1] == Watch(("floors", "picture", "predictions")))

    watch(app, body, (80, 24))
    told = [command.parts for command in run.sent]
    assert told[:2] == [("picture",), tuple(sorted(PANELS["layers"].watches))]
    assert all(one != other for one, other in itertools.pairwise(told))


def test_what_a_paused_run_answers_is_drawn_at_once(seen, run_of, watch, until, screen_text) -> None:
    run = run_of(seen())
    late = seen().events[0]
    app = TuiGan(run)

    async def body(pilot) -> None:
        await until(pilot, lambda: run.requests > 0)
        bare, run.latest = run.latest, dataclasses.replace(run.latest, events=(dataclasses.replace(late, text="the machine was asked"),))
        assert "the machine was asked" not in screen_text(app)
        await pilot.press("7")
        await until(pilot, lambda: "the machine was asked" in screen_text(app))
        assert bare is not run.latest

    watch(app, body)
    assert run.sent[-1] == Watch(("machine",))


def test_advice_names_the_keys_in_force(seen, run_of, watch, screen_text) -> None:
    keys = tuple(dataclasses.replace(key, key="f5") if key.name == "pause" else key for key in KEYS)
    app = TuiGan(run_of(seen(advice="lower the batch ({batch_size_lower}), then {pause} goes on")), keys=keys)

    async def body(pilot) -> None:
        assert "lower the batch (b), then f5 goes on" in screen_text(app)

    watch(app, body)


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
def test_quitting_stops_the_run_and_waits_for_it(seen, run_of, key: str, watch, until) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.press(key)
        await until(pilot, lambda: not app.is_running)

    watch(app, body)
    assert run.commands == [Stop()]
    assert app.failure is None


def test_a_run_that_saves_for_long_is_waited_for_and_said(seen, run_of, watch, until, screen_text) -> None:
    run = run_of(seen())
    run.send = run.sent.append
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.press("q")
        await pilot.pause(0.2)
        assert app.is_running
        assert "SAVING" in screen_text(app)
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)

    watch(app, body)
    assert run.commands == [Stop()]


def test_it_leaves_by_itself_when_the_run_has_stopped(seen, run_of, watch, until) -> None:
    run = run_of(seen(Status.RUNNING))
    app = TuiGan(run)

    async def body(pilot) -> None:
        run.latest = dataclasses.replace(run.latest, status=Status.STOPPED)
        await until(pilot, lambda: not app.is_running)

    watch(app, body)


def test_a_paused_screen_asks_for_nothing_and_draws_nothing(seen, run_of, watch) -> None:
    run = run_of(seen(Status.PAUSED))
    app = TuiGan(run)
    shown: list[object] = []

    async def body(pilot) -> None:
        await pilot.pause(0.2)
        asked = run.requests
        app._display = lambda screen, update: shown.append(update)  # type: ignore[method-assign]
        await pilot.pause(0.5)
        assert run.requests == asked

    watch(app, body)
    assert [update for update in shown if update is not None] == []


def test_a_running_screen_pulls_and_a_key_is_answered_at_once(seen, run_of, watch, until) -> None:
    run = run_of(seen(Status.RUNNING))
    app = TuiGan(run)

    async def body(pilot) -> None:
        await until(pilot, lambda: run.requests >= 2)
        app._puller._governor.seconds_per_frame = 100.0
        assert app._puller._governor.interval == 2.0
        await pilot.pause(0.1)
        before = run.requests
        await pilot.press("m")
        await until(pilot, lambda: run.requests > before)

    watch(app, body)


def test_the_same_snapshot_refreshes_nothing(seen, run_of, watch) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        refreshed: list[str] = []
        for part in app.screen.children:
            part.refresh = lambda *regions, part=part, **how: refreshed.append(part.id)  # type: ignore[method-assign]
        app._show(app._handle.latest)
        app._show(dataclasses.replace(app._handle.latest))
        assert refreshed == []
        app._show(dataclasses.replace(app._handle.latest, step=2001))
        assert refreshed == ["header"]

    watch(app, body)


def test_an_exception_is_kept_and_nothing_is_printed(seen, run_of, watch, until) -> None:
    app = TuiGan(run_of(seen()))
    printed = io.StringIO()

    async def body(pilot) -> None:
        app._handle.latest = "no snapshot"  # type: ignore[misc, assignment]
        await until(pilot, lambda: app.failure is not None)

    with redirect_stderr(printed):
        watch(app, body)
    assert "AttributeError" in app.failure_text
    assert app.return_code == 1
    assert printed.getvalue() == ""


def test_an_exception_while_drawing_is_kept(seen, run_of, monkeypatch, watch, until) -> None:
    monkeypatch.setattr("tui_gan.ui.panels.losses.curves", lambda *_: 1 / 0)
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        await until(pilot, lambda: app.failure is not None)

    watch(app, body)
    assert isinstance(app.failure, ZeroDivisionError)


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (20, 2), (1, 1)])
def test_what_starts_the_run_is_called_once_when_the_terminal_has_a_frame_with_words(
    seen, run_of, watch, until, monkeypatch, size: tuple[int, int]
) -> None:
    handed: list[str] = []
    begun: list[tuple[str, ...]] = []
    waiting: list[Callable[[], object]] = []
    displayed = TuiGan.displayed

    def written(app: TuiGan, cells: Sequence[Region]) -> None:
        handed.append("\n".join(strip.text for strip in app.screen._compositor.render_strips()))
        displayed(app, cells)

    monkeypatch.setattr(TuiGan, "displayed", written)
    monkeypatch.setattr(TuiGan, "when_taken", lambda app, call: waiting.append(call))
    monkeypatch.setattr("tui_gan.ui.app.BEGINS_WITHIN", 60.0)
    app = TuiGan(run_of(seen(Status.LOADING, picture=None)), begin=lambda: begun.append(tuple(handed)))

    async def body(pilot) -> None:
        await until(pilot, lambda: bool(waiting))
        await pilot.pause(0.1)
        # Handed on is not taken: a terminal may be slow.
        assert begun == []
        for call in waiting:
            call()

    watch(app, body, size)
    assert len(begun) == 1
    words = "LOADING" if size[0] > 1 else "◌"
    assert words in begun[0][-1]
    if size[0] > 20:
        assert "loading ..." in begun[0][-1]
        assert "space begin paused  ? help" in begun[0][-1]


def test_a_terminal_that_takes_nothing_keeps_no_run_from_beginning(seen, run_of, watch, until, monkeypatch) -> None:
    begun: list[int] = []
    waiting: list[Callable[[], object]] = []
    monkeypatch.setattr(TuiGan, "when_taken", lambda app, call: waiting.append(call))
    monkeypatch.setattr("tui_gan.ui.app.BEGINS_WITHIN", 0.05)
    app = TuiGan(run_of(seen(Status.LOADING, picture=None)), begin=lambda: begun.append(1))

    async def body(pilot) -> None:
        await until(pilot, lambda: bool(begun))
        for call in waiting:
            call()

    watch(app, body)
    assert begun == [1]


def test_while_the_terminal_is_behind_frames_are_left_out_and_then_the_newest_is_drawn(
    seen, run_of, watch, until, monkeypatch, screen_text
) -> None:
    app = TuiGan(run_of(seen(Status.PAUSED)))
    shown: list[str] = []
    later: list[Callable[[], object]] = []
    rasters: list[int] = []

    async def body(pilot) -> None:
        monkeypatch.setattr(TuiGan, "is_behind", True)
        monkeypatch.setattr(TuiGan, "when_taken", lambda app, call: later.append(call))
        monkeypatch.setattr(TuiGan, "displayed", lambda app, cells: shown.append(screen_text(app)))
        for key in ("2", "3", "4", "question_mark"):
            await pilot.press(key)
            await pilot.pause(0.02)
        assert shown == []
        # One wish is enough.
        assert len(later) == 1
        monkeypatch.setattr(TuiGan, "is_behind", False)
        monkeypatch.setattr(TuiGan, "draw_missed", lambda app: (rasters.append(1), Front.draw_missed(app)))
        later[0]()
        await until(pilot, lambda: bool(shown))
        assert "Escape closes" in shown[-1]
        assert rasters == [1]
        shown.clear()
        await pilot.press("escape", "1")
        await until(pilot, lambda: bool(shown) and "distribution" in shown[-1])

    watch(app, body)


def test_what_is_typed_at_once_after_the_palette_was_asked_for_is_looked_for(seen, run_of, watch, until) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        for key in ("ctrl+p", "g", "k", "s", "q"):
            app.post_message(Key(key, key if len(key) == 1 else None))
        await until(pilot, lambda: isinstance(app.screen, Palette) and app.screen.query_one(Input).value == "gksq")

    watch(app, body)
    assert run.commands == []


@pytest.mark.parametrize("status", Status)
def test_the_footer_says_what_the_key_that_pauses_does_now(seen, run_of, watch, screen_text, status: Status) -> None:
    app = TuiGan(run_of(seen(status)))
    said = {Status.LOADING: "begin paused", Status.RUNNING: "pause", Status.PAUSED: "go on", Status.FINISHED: "more steps"}

    async def body(pilot) -> None:
        footer = screen_text(app).split("\n")[-1]
        if status in said:
            assert footer.startswith(f" space {said[status]}  ? help")
        else:
            # A run that has failed or stopped has nothing to pause and nothing to go on with.
            assert "space" not in footer

    watch(app, body)


@pytest.mark.parametrize("paused", [False, True])
def test_while_it_loads_the_screen_says_how_it_will_begin(seen, run_of, watch, until, screen_text, paused: bool) -> None:
    run = run_of(seen(Status.LOADING, picture=None, predictions=None, series={}, events=()))
    app = TuiGan(run, paused=paused)
    told = {
        False: ("loading ...  space: begin paused", " space begin paused"),
        True: ("loading ...  begins paused; space: begin at once", " space begin at once"),
    }

    async def body(pilot) -> None:
        for now in (paused, not paused, paused):
            await until(pilot, lambda now=now: all(words in screen_text(app) for words in told[now]))
            await pilot.press("space")
        run.latest = seen(Status.PAUSED)
        await until(pilot, lambda: "space go on" in screen_text(app))

    watch(app, body)
    assert run.commands == [TogglePause()] * 3


def test_a_finished_run_says_what_goes_on_and_the_key_goes_there(seen, run_of, watch, until, screen_text) -> None:
    steps = Setting("steps", 2000, True, (), "the step at which the run finishes")
    run = run_of(seen(Status.FINISHED, steps=2000, advice="finished; to go on, {more_steps}", settings=(*SETTINGS, steps)))
    app = TuiGan(run)

    async def body(pilot) -> None:
        assert "finished; to go on, raise steps in the knobs view (6, or space)" in screen_text(app)
        # Also where a filter would hide it.
        await pilot.press("6", "slash", *"r1", "enter", "1", "space")
        await until(pilot, lambda: "▸steps" in screen_text(app))
        assert run.commands == []
        await pilot.press("right", "enter", *"7000", "enter")

    watch(app, body, (80, 24))
    assert run.commands == [ChangeSetting("steps", 5000), ChangeSetting("steps", 7000)]
