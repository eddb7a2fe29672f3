"""`tui-gan runs`: every run under runs/, and those of this user that train elsewhere on this machine, with what has become of each."""

import contextlib
import json as json_text
import math
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tui_gan.cli.visiting import facts
from tui_gan.contract.errors import TuiGanError
from tui_gan.contract.outer import printable, tell

if TYPE_CHECKING:
    from tui_gan.session.lock import Holder
    from tui_gan.session.rundir import RunDirectory

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
# Seconds that one run may take to say how it goes.
PATIENCE = 2.0
AGES = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"))


def runs(json: AsJson = False) -> None:
    """List the runs, those that train first, the newest last."""
    rows = sorted((_row(run) for run in _all()), key=lambda row: not row["alive"])
    if json:
        tell(json_text.dumps({"runs": rows}))
    elif not rows:
        tell("no runs here yet; begin one with: tui-gan run toy1d")
    else:
        columns = [_cells(row) for row in rows]
        widths = [max(map(len, column)) for column in zip(*columns, strict=True)]
        for cells in columns:
            tell("  ".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True) if width).rstrip())


def _all() -> "Iterator[RunDirectory]":
    from tui_gan.session import rundir
    from tui_gan.wire import WireError, place
    from tui_gan.wire.client import Visit

    here = list(rundir.listed())
    yield from here
    known = {str(run.path.resolve()) for run in here}
    for address in place.addresses():
        with contextlib.suppress(WireError), contextlib.closing(Visit(address, "runs", asks=False)) as visit:
            if visit.welcome.run not in known:
                yield rundir.RunDirectory(Path(visit.welcome.run))


def _row(run: "RunDirectory") -> dict[str, Any]:
    from tui_gan.session import lock
    from tui_gan.session.parents import parent_of

    parent = parent_of(run.log)
    holder = lock.read(run.path)
    alive = holder is not None and lock.is_alive(holder, run.path)
    row: dict[str, Any] = {
        "run": str(run.path),
        "status": None,
        "alive": alive,
        **dict.fromkeys(("step", "steps")),
        "metrics": {},
        **dict.fromkeys(("metric", "value", "best", "steps_per_second", "device")),
        "pid": holder.pid if holder and alive else None,
        "host": holder.host if holder else None,
        "visitors": [],
        "parent": parent and {"run": parent.name, "step": parent.step},
        "age": _age(run, holder if alive else None),
        "problem": None,
    }
    row |= _stored(run)
    if holder and alive:
        row |= _live(run, holder)
    elif holder:
        row |= {"status": holder.ended or "crashed"} | ({"step": holder.step} if holder.ended else {})
    else:
        done = row["step"] is not None and row["step"] >= row["steps"]
        row["status"] = "finished" if done else "stopped" if row["step"] is not None else None
    # What is measured now is kept only when it is saved.
    values = [value for value in (row["best"], row["value"]) if value is not None]
    return row | {"best": _best(row["metric"])(values, default=None)}


def _stored(run: "RunDirectory") -> dict[str, Any]:
    """What the directory says: the newest checkpoint, and the best value of its metric that is kept."""
    from tui_gan.session import checkpoint, rundir

    record: dict[str, Any] = {}
    try:
        config, _ = rundir.read_config(run)
        record = {"steps": config.steps, "metric": config.metric}
        abouts = [checkpoint.read_about(path) for path in checkpoint.stored(run.checkpoints).values()]
        if not abouts:
            return {**record, "problem": "no checkpoint"}
        newest = abouts[-1]
        # What has been changed since the run began is in force, and the value is by that metric, of that data.
        metric, data = newest.config.metric, newest.config.data_sha256
        alike = [about for about in abouts if (about.config.metric, about.config.data_sha256) == (metric, data)]
        values = [about.metric for about in alike if about.metric is not None]
        best = _best(metric)(values, default=None)
        known = {metric: newest.metric} if newest.metric is not None else {}
        record |= {"step": newest.step, "steps": newest.config.steps, "device": newest.knobs.device, "metrics": known}
        return record | {"metric": metric, "value": newest.metric, "best": best}
    except TuiGanError as error:
        return {**record, "problem": str(error)}


def _best(metric: str | None) -> Any:
    """What takes the best of the values of a metric."""
    from tui_gan.gan.metrics import METRICS

    return max if metric in METRICS and METRICS[metric].better == "more" else min


def _live(run: "RunDirectory", holder: "Holder") -> dict[str, Any]:
    """What the run itself says, if it answers; another host is known by its files alone."""
    from tui_gan.contract.commands import Watch
    from tui_gan.contract.snapshot import Status
    from tui_gan.wire import WireError, place
    from tui_gan.wire.client import Visit

    running = "running" if holder.terminal else "detached"
    try:
        with contextlib.closing(Visit(place.trusted_address(run.path, holder.socket), "runs", asks=False)) as visit:
            snapshot = visit.look(PATIENCE)
            if snapshot.status is Status.LOADING:
                return {"status": "loading"}
            visit.ask(Watch(("settings",)), PATIENCE)
            snapshot = visit.look(PATIENCE)
            record = facts(snapshot)
    except (WireError, TimeoutError):
        silent = holder.socket and holder.host == socket.gethostname()
        return {"status": running} | ({"problem": "does not answer; the numbers are those of its newest checkpoint"} if silent else {})
    metric = record["settings"]["metric"]
    value = record["metrics"].get(metric)
    status = running if record["status"] == "running" else record["status"]
    visitors = [name for name in record["visitors"] if name != "runs"]
    kept = {name: record[name] for name in ("step", "steps", "metrics", "device", "steps_per_second")}
    # What has stopped it, until somebody goes on, or what it cannot write.
    stopped = next((event.text for event in reversed(snapshot.events) if event.kind == "error"), None)
    wrong = snapshot.advice if snapshot.status is Status.RUNNING else stopped if snapshot.advice or snapshot.failure else None
    return kept | {"status": status, "metric": metric, "value": value, "visitors": visitors, "problem": wrong}


def _age(run: "RunDirectory", holder: "Holder | None") -> float | None:
    """Seconds since the process began that trains, or since the log was written last."""
    if holder:
        return round(time.time() - holder.started, 1)
    with contextlib.suppress(OSError):
        return round(time.time() - run.log.stat().st_mtime, 1)
    return None


def _cells(row: dict[str, Any]) -> list[str]:
    step = row["step"] if row["step"] is not None else "-"
    value = f"{row['metric']} {row['value']:.4g}" if row["value"] is not None else ""
    best = f"best {row['best']:.4g}" if value and row["best"] not in (None, row["value"]) else ""
    alive = row["alive"]
    speed = f"{row['steps_per_second']:.0f}/s" if alive and row["steps_per_second"] else ""
    where = f"{row['device'] or ''} {printable(row['host'])}:{row['pid']}".strip() if alive else ""
    return [
        row["run"],
        row["status"] or "",
        f"step {step}/{row['steps'] or '-'}",
        value if value or alive else row["problem"] or "",
        best,
        speed,
        where,
        ", ".join(row["visitors"]),
        f"from {printable(row['parent']['run'])} at step {row['parent']['step']}" if row["parent"] else "",
        _for_how_long(row["age"]),
        (row["problem"] or "") if alive else "",
    ]


def _for_how_long(seconds: float | None) -> str:
    if seconds is None or not math.isfinite(seconds):
        return ""
    size, unit = next(((size, unit) for size, unit in AGES if seconds >= size), AGES[-1])
    return f"{max(0.0, seconds) / size:.0f} {unit}"
