"""The screen on a run, wherever it trains: how it begins, and how it is left for the next time."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui_gan.cli.locale import speaks_utf8
from tui_gan.cli.own import memory_path
from tui_gan.contract.outer import word

if TYPE_CHECKING:
    from tui_gan.contract.commands import RunHandle
    from tui_gan.contract.snapshot import Snapshot
    from tui_gan.ui.app import TuiGan
    from tui_gan.ui.preferences import Preferences

# What a run does that is left while it does not train.
LEFT = {"LOADING": "is loading", "PAUSED": "stays paused", "FINISHED": "has finished and waits", "FAILED": "has failed and waits"}


def opened(
    handle: "RunHandle",
    preferences: "Preferences",
    place: str,
    *,
    ascii_only: bool,
    visitor: str,
    goes_on: bool = True,
    paused: bool = False,
    watches: bool = False,
    begins: bool = True,
    begin: Callable[[], None] | None = None,
) -> "TuiGan":
    """A screen on a run.

    Args:
        place: the run directory, absolute, by which it is remembered how a screen on it was left.
        goes_on: whether the run has been seen before, so that its screen begins as it was left.
        paused, visitor, watches, begins, begin: as TuiGan takes them.
    """
    from tui_gan.ui.app import TuiGan
    from tui_gan.ui.memory import recall
    from tui_gan.ui.pixels import to_terminal

    if to_terminal(os.environ).pixels:
        # Such a terminal has all colours, which SSH does not pass on.
        os.environ["COLORTERM"] = os.environ.get("COLORTERM") or "truecolor"
    return TuiGan(
        handle,
        begin=begin,
        ascii_only=ascii_only or preferences.ascii_only or not speaks_utf8(),
        light=preferences.light,
        routes=partial(to_terminal, os.environ, preferences.pixels),
        keys=preferences.keys,
        memory=recall(memory_path()).of(place if goes_on else None),
        paused=paused,
        visitor=visitor,
        watches=watches,
        begins=begins,
    )


def remember(app: "TuiGan", place: str) -> None:
    """Keep how a screen was left."""
    from tui_gan.ui.memory import keep, recall

    # Read again: another screen may have been left meanwhile.
    kept = recall(memory_path())
    if (now := kept.after(place, app.memory)) != kept:
        keep(memory_path(), now)


def parting(run: Path, snapshot: "Snapshot", ended: str = "") -> str:
    """What is said when a run has been left: how to come back, or, where it has `ended`, how to go on."""
    from tui_gan.session.rundir import RunDirectory, going_on

    if ended:
        return f"{ended}; {going_on(RunDirectory(run), snapshot.step >= snapshot.steps)}"
    return f"the run {LEFT.get(snapshot.status.value, 'trains on')}; `tui-gan attach {word(run)}` comes back"
