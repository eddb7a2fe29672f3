"""What the screen looks like, as pictures: the whole of it, and each panel with all the room."""

from collections.abc import Callable
from typing import Any

import pytest

from tui_gan.contract.snapshot import Event, Status
from tui_gan.ui.app import OVERVIEW, TuiGan
from tui_gan.ui.keys import view_keys
from tui_gan.ui.views import VIEWS

Compare = Callable[..., bool]


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("view", VIEWS)
def test_view(seen, run_of, snap_compare: Compare, view: str, size: tuple[int, int]) -> None:
    digit = next(key.key for key in view_keys() if key.name == view)
    assert snap_compare(TuiGan(run_of(seen())), press=[digit], terminal_size=size)


def test_small(seen, run_of, snap_compare: Compare) -> None:
    assert snap_compare(TuiGan(run_of(seen())), terminal_size=(40, 12))


def test_plain_ascii(seen, run_of, snap_compare: Compare) -> None:
    assert snap_compare(TuiGan(run_of(seen()), ascii_only=True), terminal_size=(120, 36))


def test_light(seen, run_of, snap_compare: Compare) -> None:
    assert snap_compare(TuiGan(run_of(seen()), light=True), terminal_size=(120, 36))


def test_loading(seen, run_of, snap_compare: Compare) -> None:
    bare: dict[str, Any] = {"picture": None, "series": {}, "events": (), "step": 0, "seconds": 0.0, "steps_per_second": 0.0}
    assert snap_compare(TuiGan(run_of(seen(Status.LOADING, **bare))), terminal_size=(80, 24))


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_failed(seen, run_of, snap_compare: Compare, size: tuple[int, int]) -> None:
    failed = seen(
        Status.FAILED,
        failure='Traceback (most recent call last):\n  File "trainer.py", line 88, in step\nRuntimeError: out of memory',
        advice="lower the batch size with b, or go on from the last checkpoint: tui-gan resume runs/toy1d",
        events=(Event(2000, "training failed: out of memory", "error"),),
    )
    assert snap_compare(TuiGan(run_of(failed)), terminal_size=size)


@pytest.mark.parametrize("name", OVERVIEW)
def test_panel(seen, run_of, snap_compare: Compare, name: str) -> None:
    async def zoom(pilot: Any) -> None:
        await pilot.app.run_action(f"maximise('{name}')")

    assert snap_compare(TuiGan(run_of(seen())), run_before=zoom, terminal_size=(80, 24))


def test_help(seen, run_of, snap_compare: Compare) -> None:
    assert snap_compare(TuiGan(run_of(seen())), press=["question_mark"], terminal_size=(80, 24))


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("kind", ["plane", "images"])
def test_other_kinds(other, run_of, snap_compare: Compare, kind: str, size: tuple[int, int]) -> None:
    assert snap_compare(TuiGan(run_of(other(kind))), terminal_size=size)
