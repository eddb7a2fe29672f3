"""`tui-gan sweep`: many runs at once, over values of settings and over seeds."""

import contextlib
import datetime
import functools
import json as json_text
import math
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypedDict

import typer

from tui_gan.cli import settings
from tui_gan.cli.dealing import Dealing, dealing_of
from tui_gan.cli.options import has_screen, path, with_axes
from tui_gan.contract.axes import Axis, combinations, of_pair, of_text, shown
from tui_gan.contract.config import Config
from tui_gan.contract.errors import UnreadableError, UsageError, quoted
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.outer import tell, word
from tui_gan.contract.values import typed
from tui_gan.presets import PRESETS

if TYPE_CHECKING:
    from tui_gan.sweep.parts import Parts
    from tui_gan.sweep.plan import Data, Group, Spec
    from tui_gan.sweep.results import Cell, Results
    from tui_gan.sweep.sweep import Sweep, Told
    from tui_gan.sweep.watched import Watched

ENGINES = ("auto", "graph", "compiled")
MOST = 10_000_000
SEEDS = 8
FORMS = {"png", "parquet"}
# What is one for all members.
COMMON = {"steps", "metrics", "metric", "evaluated", "evaluate_every", "log_every", "threads", "engine", "preset"}
# Lines of the table at the end; what is longer is read from results.csv.
LINES = 48


class Asked(TypedDict):
    """What a sweep was begun with, as it was typed."""

    preset: str
    axes: dict[str, str]
    set: list[str]
    seeds: int
    steps: int | None
    metrics: str | None
    data: str | None


@with_axes
def sweep(
    preset: Annotated[
        str, typer.Argument(help="A preset; `tui-gan presets` lists them.", autocompletion=lambda: list(PRESETS), show_default=False)
    ] = "",
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Seeds of each combination of values, 0, 1, 2, ...; without it 8.", show_default=False)
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Steps to train; without it the preset's own number.", show_default=False)
    ] = None,
    set: Annotated[
        list[str] | None, typer.Option("--set", help="Any setting by its TOML key, with its values: KEY=V1,V2.", show_default=False)
    ] = None,
    metrics: Annotated[
        str | None, typer.Option(help="Metrics, the first for the table; without it the preset's.", show_default=False)
    ] = None,
    data: Annotated[Path | None, path("Your own data.")] = None,
    out: Annotated[Path | None, path("Directory of the sweep; without it a new one under sweeps/.")] = None,
    resume: Annotated[Path | None, path("Go on with the sweep in this directory.")] = None,
    engine: Annotated[str, typer.Option(help="graph, compiled, or auto: compiled where the time that is left pays for it.")] = "auto",
    backend: Annotated[str, typer.Option(help="slurm: jobs of a cluster; local: processes of this machine.", show_default=False)] = "",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes of the backend; without it 2.", show_default=False)] = None,
    slurm: Annotated[
        list[str] | None, typer.Option("--slurm", help="Options of SLURM's jobs: KEY=VALUE,...; time in minutes.", show_default=False)
    ] = None,
    to: Annotated[
        str, typer.Option(help="png: also draw the heat map, heatmap.png; parquet: also write the results so; or both.", show_default=False)
    ] = "",
    headless: Annotated[
        bool, typer.Option("--headless", help="Train without the screen, which also --json, --backend and pipes do.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object, the last line of stdout.")] = False,
    axes: Any = None,
) -> None:
    """Train a preset many times at once, over values of settings and over seeds."""
    if resume is not None:
        if preset or axes or any(each is not None for each in (set, out, seeds, steps, metrics, data)):
            raise UsageError("--resume goes on with a sweep as it was begun; leave the preset, axes and settings out")
        folder, asked = resume, asked_of(resume)
    else:
        if not preset:
            raise UsageError("sweep takes a preset, such as: tui-gan sweep toy1d --generator-lr 1e-4:1e-2:log:8 --seeds 32")
        path_of_data = str(data.absolute()) if data else None
        asked = Asked(preset=preset, axes=axes, set=set or [], seeds=seeds or SEEDS, steps=steps, metrics=metrics, data=path_of_data)
        folder = out or Path("sweeps", f"{preset}-{datetime.datetime.now():%Y%m%d-%H%M%S}")
    forms = [each.strip() for each in to.split(",")] if to else []
    if not {*forms} <= FORMS:
        raise UsageError(f"--to takes png, parquet, or png,parquet, not {quoted(to)}")
    if engine not in ENGINES:
        raise UsageError(f"--engine takes {', '.join(ENGINES)}, not {engine!r}")
    dealing = dealing_of(backend, workers, slurm)
    varied = axes_of(asked)
    _check(varied, asked["seeds"])
    screen = not (headless or json or backend) and has_screen()
    with stopping(silent=screen) as stop:
        work = Work(folder, asked, varied, engine, dealing, stop)
        trained, ended = work.trained(resume is not None, screen)
        _report(trained, ended, varied, json, forms)


def axes_of(asked: Asked) -> list[Axis]:
    """The axes of a sweep, as they were typed."""
    return [*(of_text(name, text) for name, text in asked["axes"].items()), *map(of_pair, asked["set"])]


def _check(axes: Sequence[Axis], seeds: int) -> None:
    """Check what can be known before anything is loaded.

    Raises:
        UsageError: an axis twice, or more members than can be counted.
    """
    names = [axis.name for axis in axes]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{name} is given twice; give all its values at once")
        if name in COMMON and len(axes[names.index(name)].values) > 1:
            raise UsageError(f"{name} is the same for all members; give it one value")
        if name == "seed":
            raise UsageError("--seeds says how many seeds there are; leave seed out of --set")
    members = seeds * math.prod(len(axis.values) for axis in axes)
    if members > MOST:
        raise UsageError(f"{members:,} members are more than {MOST:,}; take fewer seeds or values")


class Members(NamedTuple):
    """All members of a sweep, as it was asked for, and one line on their memory."""

    config: Config
    specs: "list[Spec]"
    groups: "list[Group]"
    data: "Data"
    told: str


def members(asked: Asked, axes: Sequence[Axis], here: bool = True) -> Members:
    """The members of a sweep; PyTorch is made ready to train them.

    Args:
        here: whether all are trained on this machine, so that it must have memory for them.

    Raises:
        UsageError: a value that is not allowed, or not enough memory.
    """
    from tui_gan.sweep import plan

    def resolve(values: dict[str, Any]) -> tuple[Config, Knobs]:
        return _resolved(asked, values)

    first = resolve(next(combinations(axes)))
    data = plan.Data()
    count = asked["seeds"] * math.prod(len(axis.values) for axis in axes)
    told = plan.check_size(count, plan.Spec(0, {}, *first), data, here)
    _ready()
    specs = plan.specs(combinations(axes), range(asked["seeds"]), resolve)
    return Members(first[0], specs, plan.groups(specs, data), data, told)


class Work(NamedTuple):
    """A sweep to be trained."""

    folder: Path
    asked: Asked
    axes: list[Axis]
    engine: str
    dealing: Dealing
    stop: threading.Event

    def trained(self, again: bool, screen: bool) -> "tuple[Sweep | Parts, bool]":
        """Train it here, or by several processes; returns it, and whether it has come to its end.

        Args:
            again: whether it goes on with what is saved in its directory.
            screen: whether it has one, or else a bar.
        """
        from tui_gan.sweep import part, saved
        from tui_gan.sweep.plan import numbered
        from tui_gan.sweep.results import Results

        made = members(self.asked, self.axes, here=self.dealing.backend != "slurm")
        config, folder = made.config, self.folder
        if again:
            part.revoke(folder)
            rows = saved.gather(folder, config.metrics, [each for _, each in numbered(made.groups)])
            # What is left there is of processes that have no longer a part.
            shutil.rmtree(folder / saved.WORKERS, ignore_errors=True)
        else:
            rows = []
            _make(folder, self.asked)
        tell(f"{made.told}, in {folder}", sys.stderr)
        results = Results(folder, made.specs, [axis.name for axis in self.axes], config.metrics, rows)
        if screen:
            from tui_gan.cli import sweeping

            truth = made.data.of(config).truth
            trained = functools.partial(self.train_here, made, results)
            return sweeping.shown(folder, self.asked["preset"], self.axes, self.asked["seeds"], config, truth, self.stop, trained)
        with _shown() as show:
            if not self.dealing.backend:
                return self.train_here(made, results, show, _note)
            _note_alone(made, _note)
            parts = self.dealing.parts(folder, made.groups, results, config, self.engine, show, self.stop)
            return parts, parts.train()

    def train_here(
        self,
        made: Members,
        results: "Results",
        show: "Callable[[Told], None]",
        note: Callable[[str], object],
        watched: "Watched | None" = None,
    ) -> "tuple[Sweep, bool]":
        """Train it in this thread; returns it, and whether it has come to its end."""
        from tui_gan.sweep.programs import Programs
        from tui_gan.sweep.sweep import Sweep

        _ready()
        _note_alone(made, note)
        config = made.config
        with contextlib.closing(Programs(self.engine, note)) as programs:
            sweep = Sweep(
                self.folder,
                made.groups,
                made.data,
                results,
                programs,
                config.steps,
                config.evaluate_every,
                show,
                self.stop,
                watched=watched,
            )
            sweep.restore()
            return sweep, sweep.train()


def _note(text: str) -> None:
    """Tell of a program or a process."""
    tell(text, sys.stderr)


def _ready() -> None:
    """Make PyTorch ready to train in this thread, and in those that it begins."""
    import torch

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def _note_alone(made: Members, note: Callable[[str], object]) -> None:
    for group in made.groups:
        if group.alone:
            note(f"{len(group.members):,} members are trained one by one: {group.alone}")


def _report(trained: "Sweep | Parts", ended: bool, axes: list[Axis], json: bool, forms: list[str]) -> None:
    """Draw and print what has been found, and how to go on."""
    from tui_gan.sweep.results import cells

    results = trained.results
    folder, metric = results.folder, results.metrics[0]
    found = cells(results.specs, results.standing, metric)
    if "png" in forms:
        from tui_gan.sweep import picture

        picture.write(folder / "heatmap.png", found, axes, metric)
        tell(f"the heat map: {folder / 'heatmap.png'}", sys.stderr)
    if "parquet" in forms:
        from tui_gan.sweep import parquet

        for path in parquet.write(folder / "results.csv", results.course):
            tell(f"as Parquet: {path}", sys.stderr)
    again_by = f"tui-gan sweep --resume {word(folder)}"
    tell("finished" if ended else f"stopped; `{again_by}` goes on", sys.stderr)
    if json:
        step = trained.done // max(1, len(results.specs))
        tell(json_text.dumps(_as_json(folder, len(results.specs), step, metric, found, ended)))
    else:
        for text in table(found, metric):
            tell(text)
        tell(f"each member: {folder / 'results.csv'}; the course of the metrics: {results.course}")


def _resolved(asked: Asked, values: dict[str, Any]) -> tuple[Config, Knobs]:
    """The settings of one combination of values."""
    pairs = [f"{name}={typed(value)}" for name, value in values.items()]
    if asked["metrics"]:
        names = [name.strip() for name in asked["metrics"].split(",")]
        pairs += [f"metrics={typed(names)}", f"metric={names[0]}"]
    options = {"steps": asked["steps"], "data": asked["data"]}
    return settings.resolved(asked["preset"], None, settings.of_pairs(pairs), options, {"device": "cpu"})


def _make(folder: Path, asked: Asked) -> None:
    """Make the directory of a new sweep.

    Raises:
        UsageError: it is there and not empty, or cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty; name another --out, or go on with `tui-gan sweep --resume {word(folder)}`")
        (folder / "sweep.json").write_text(json_text.dumps(asked), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot make {folder}: {error.strerror or error}") from None


def asked_of(folder: Path) -> Asked:
    """What a sweep was begun with.

    Raises:
        UnreadableError: the directory holds no sweep.
    """
    import msgspec

    try:
        return msgspec.json.decode((folder / "sweep.json").read_bytes(), type=Asked)
    except OSError as error:
        raise UnreadableError(f"{folder} holds no sweep to go on with: {error.strerror or error}") from None
    except msgspec.MsgspecError as error:
        raise UnreadableError(f"{folder / 'sweep.json'} is not what a sweep was begun with: {error}") from None


@contextlib.contextmanager
def stopping(silent: bool = False) -> Iterator[threading.Event]:
    """What the first signal sets, so that it is saved; the next does what it does otherwise. At the end the command ends by its status.

    Args:
        silent: whether nothing is to be said, since there is a screen.
    """
    asked, signals = threading.Event(), list[int]()
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    # A signal that is ignored, as nohup does with SIGHUP, stays ignored.
    before = {each: handler for each, handler in before.items() if handler is not signal.SIG_IGN}

    def stop(number: int, frame: object) -> None:
        asked.set()
        signals.append(number)
        for each, handler in before.items():
            signal.signal(each, handler)
        if not silent:
            tell("saving; once more ends at once", sys.stderr)

    for each in before:
        signal.signal(each, stop)
    try:
        yield asked
    except OSError:
        # A terminal that is gone can be told nothing.
        if signal.SIGHUP not in signals:
            raise
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    if signal.SIGHUP in signals:
        # The terminal is gone, and Python's own last flush would turn the status into another.
        os._exit(128 + signal.SIGHUP)
    if signals:
        raise typer.Exit(128 + signals[0])


@contextlib.contextmanager
def _shown() -> "Iterator[Callable[[Told], None]]":
    """A bar on a terminal; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda told: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("all members", total=None)
        yield lambda told: bar.update(task, completed=told.done, total=told.of)


def table(found: "Sequence[Cell]", metric: str) -> list[str]:
    """The combinations of values as lines: how many of their members collapsed and failed, and the metric of the others."""
    if not found:
        return []
    names = [name for name in found[0].values if len({repr(each.values[name]) for each in found}) > 1]
    head = [*names, "collapsed", "failed", f"{metric} 10 %", "median", "90 %"]
    rows = [
        [
            *(shown(each.values[name]) for name in names),
            f"{each.collapsed}/{each.members}",
            f"{each.failed}/{each.members}",
            *(f"{value:.4g}" if math.isfinite(value) else "-" for value in (each.low, each.median, each.high)),
        ]
        for each in found[:LINES]
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = ["  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in (head, *rows)]
    return lines + ([f"and {len(found) - LINES:,} combinations more"] if len(found) > LINES else [])


def _as_json(folder: Path, members: int, step: int, metric: str, found: "list[Cell]", ended: bool) -> dict[str, Any]:
    def number(value: float) -> float | None:
        return value if math.isfinite(value) else None

    rows = [{**each._asdict(), "low": number(each.low), "median": number(each.median), "high": number(each.high)} for each in found]
    return {"directory": str(folder), "members": members, "step": step, "finished": ended, "metric": metric, "combinations": rows}
