"""The front end without a screen: what happens, and one line an interval, on stderr, or a progress bar when it is a terminal."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from tui_gan.contract.commands import RunHandle
from tui_gan.contract.outer import printable, tell
from tui_gan.contract.snapshot import Event, Series, Snapshot, Status

LOSSES = {"discriminator_loss": "D", "generator_loss": "G"}
# The first METRICS_SHOWN of these that a run measures are shown.
METRICS = ("class_accuracy", "w1", "sd_ratio", "modes", "hq", "classifier_frechet", "sliced_w1", "precision", "recall", "coverage", "mmd")
METRICS_SHOWN = 2
LINE_EVERY, BAR_EVERY, GLANCE = 5.0, 0.5, 0.05
# Errors end a run without a screen, and are then said as its last line; so is the end itself.
TOLD = ("info", "warning")
TOLD_AT_THE_END = ("finished at step", "stopped at step")

# A snapshot to the texts of its events that have not been told.
Untold = Callable[[Snapshot], list[str]]


def watch(handle: RunHandle, wait: Callable[[float], bool]) -> None:
    """Report on a run until it ends.

    Args:
        wait: waits so many seconds for the end of the run and returns whether it has come.
    """
    terminal = sys.stderr.isatty()
    untold = _untold(handle.latest.step)
    with _bar(untold) if terminal else _lines(untold) as report:
        seen = handle.latest
        elapsed, every, due = 0.0, BAR_EVERY if terminal else LINE_EVERY, False
        while not wait(GLANCE):
            elapsed += GLANCE
            if elapsed >= every:
                elapsed, due = 0.0, True
                handle.request_snapshot()
            # Not whatever a visitor asked for is to be told here.
            if (latest := handle.latest) is not seen and (due or (latest.status, latest.events) != (seen.status, seen.events)):
                seen, due = latest, False
                report(seen)
        if handle.latest is not seen:
            report(handle.latest)


def line(snapshot: Snapshot) -> str:
    """A snapshot as one line: step or phase, speed, time left, losses and the first metrics."""
    parts = [snapshot.phase or f"step {snapshot.step}/{snapshot.steps}"]
    if snapshot.steps_per_second > 0:
        parts.append(f"{snapshot.steps_per_second:.0f} steps/s")
        if not snapshot.phase:
            parts.append(f"{(snapshot.steps - snapshot.step) / snapshot.steps_per_second:.0f} s left")
    newest = {name: series for name, series in snapshot.series.items() if len(series.values)}
    if snapshot.phase:
        together = [{"pretraining_loss": "loss"}]
    else:
        measured = [name for name in METRICS if name in newest][:METRICS_SHOWN]
        together = [LOSSES, {name: name.replace("_", " ") for name in measured}]
    return "  ".join(filter(None, (*parts, *(_values(newest, names) for names in together))))


def _values(series: Mapping[str, Series], names: Mapping[str, str]) -> str:
    """The newest values of what is logged together, and their step where they are not of now."""
    known = {label: series[name] for name, label in names.items() if name in series}
    old = next((f" (at step {each.steps[-1]:.0f})" for each in reversed(known.values()) if each.stale), "")
    return "  ".join(f"{label} {each.values[-1]:.4g}" for label, each in known.items()) + old


def _untold(first: int) -> Untold:
    """What finds in a snapshot the events since step `first`, where the run goes on, that are to be told, each once."""
    reported: set[Event] = set()

    def untold(snapshot: Snapshot) -> list[str]:
        events = [event for event in snapshot.events if event.step >= first and event.kind in TOLD and event not in reported]
        reported.update(events)
        return [event.text for event in events if not event.text.startswith(TOLD_AT_THE_END)]

    return untold


@contextlib.contextmanager
def _lines(untold: Untold) -> Iterator[Callable[[Snapshot], None]]:
    def report(snapshot: Snapshot) -> None:
        current = [line(snapshot)] if snapshot.status is Status.RUNNING else []
        # A reader that has gone away must not end the run.
        with contextlib.suppress(OSError):
            for each in (*untold(snapshot), *current):
                tell(each, sys.stderr)

    yield report


@contextlib.contextmanager
def _bar(untold: Untold) -> Iterator[Callable[[Snapshot], None]]:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[speed]}"),
    )
    progress = Progress(*columns, console=Console(stderr=True), auto_refresh=False)
    task = progress.add_task("loading", total=None, speed="")

    def report(snapshot: Snapshot) -> None:
        # A terminal that has gone away must not end the run.
        with contextlib.suppress(OSError):
            for each in untold(snapshot):
                progress.console.print(Text(printable(each)), soft_wrap=True)
            speed = f"{snapshot.steps_per_second:.0f} steps/s" if snapshot.steps_per_second else ""
            state = "finished" if snapshot.step >= snapshot.steps else snapshot.status.value.lower()
            description = printable(f"{snapshot.preset} {snapshot.phase or state}")
            progress.update(task, description=description, total=snapshot.steps, completed=snapshot.step, speed=speed, refresh=True)

    with contextlib.suppress(OSError):
        progress.start()
    try:
        yield report
    finally:
        with contextlib.suppress(OSError):
            progress.stop()
