from tests.ui.conftest import make_snapshot
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Status
from tui_gan.ui.app import TuiGan
from tui_gan.ui.draw.machine import MINUTE
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.panels import PANELS
from tui_gan.ui.panels.panel import Frame


def test_the_speeds_of_a_minute_are_kept_one_a_second() -> None:
    panel = PANELS["machine"]("machine")
    for second in range(1, 200):
        frame = Frame(make_snapshot(Status.RUNNING, steps_per_second=float(second)), Look())
        panel.note(frame, second + 0.5)
        panel.note(frame, second + 0.9)
    assert list(panel.speeds) == [float(second) for second in range(200 - MINUTE, 200)]
    panel.note(Frame(make_snapshot(Status.PAUSED), Look()), 999.0)
    assert len(panel.speeds) == MINUTE


def test_the_view_shows_the_machine(seen, run_of, watch, until, screen_text) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        await pilot.press("7")
        await until(pilot, lambda: "of 2 cores" in screen_text(app))
        text = screen_text(app)
        assert all(word in text for word in ("1030 steps/s", "one step", "data", "51 C", "B/s"))

    watch(app, body, (80, 24))


def test_no_speed_yet_is_no_speed_of_0() -> None:
    panel = PANELS["machine"]("machine")
    panel.note(Frame(make_snapshot(Status.RUNNING, steps_per_second=0.0), Look()), 1.0)
    assert not panel.speeds


def test_the_speed_of_a_paced_run_is_its_pace() -> None:
    panel = PANELS["machine"]("machine")
    frame = Frame(make_snapshot(Status.RUNNING, paced=True, knobs=Knobs(pace=40.0)), Look())
    panel.note(frame, 1.0)
    assert list(panel.speeds) == [40.0]
    assert [text for text, _ in panel.notes(frame)] == ["paced"]
    assert "40 steps/s" in panel.inside(frame, 80, 20).text()
