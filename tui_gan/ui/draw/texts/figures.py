"""Figures: what a run says in numbers, as plain text to be pasted elsewhere."""

import dataclasses

from tui_gan.contract.snapshot import Snapshot
from tui_gan.ui.draw.series.age import age
from tui_gan.ui.draw.texts.words import clock


def figures(snapshot: Snapshot) -> str:
    """Step, speed, the newest value of every series, and every knob, one a line; the names are those of the log."""
    newest = {name: f"{series.values[-1]:.6g} {age(series)}".rstrip() for name, series in snapshot.series.items() if series.values.size}
    speed = f"paced {snapshot.knobs.pace:g}" if snapshot.paced else f"{snapshot.steps_per_second:.4g}"
    knobs = {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in dataclasses.asdict(snapshot.knobs).items()
    }
    rows = {
        "run": snapshot.directory,
        "preset": snapshot.preset,
        "status": snapshot.status.value.lower(),
        "step": f"{snapshot.step} of {snapshot.steps}",
        "trained": clock(snapshot.seconds),
        "speed": f"{speed} steps/s on {snapshot.device}",
        **newest,
        **knobs,
    }
    width = max(map(len, rows))
    return "\n".join(f"{name:{width}}  {value}" for name, value in rows.items())
