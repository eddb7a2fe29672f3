"""`tui-gan sweep`: many runs at once, over values of settings and over seeds."""

import contextlib
import datetime
import functools
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from tui_gan.cli.asked import Asked, Members, asked_of, axes_of, check, make, members, ready
from tui_gan.cli.dealing import Dealing, dealing_of
from tui_gan.cli.options import has_screen, path, with_axes
from tui_gan.cli.stopping import SAVING, stopping
from tui_gan.cli.summary import bar_of_progress, report
from tui_gan.contract.axes import Axis
from tui_gan.contract.errors import UsageError, quoted
from tui_gan.contract.outer import tell
from tui_gan.presets import PRESETS

if TYPE_CHECKING:
    from tui_gan.sweep.course import Row
    from tui_gan.sweep.parts import Parts
    from tui_gan.sweep.results import Results
    from tui_gan.sweep.sweep import Sweep, Told
    from tui_gan.sweep.watched import Watched

ENGINES = ("auto", "graph", "compiled")
SEEDS = 8
FORMS = {"png", "parquet"}
CPU_OR_CUDA = re.compile(r"auto|cpu|cuda(:\d+)?")


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
    device: Annotated[
        str | None, typer.Option(help="cpu, cuda, cuda:N, or auto: a GPU if there is one; without it cpu.", show_default=False)
    ] = None,
    engine: Annotated[str, typer.Option(help="graph, compiled, or auto: compiled where the time that is left pays for it.")] = "auto",
    backend: Annotated[str, typer.Option(help="slurm: jobs of a cluster; local: processes of this machine.", show_default=False)] = "",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes of the backend; without it 2.", show_default=False)] = None,
    slurm: Annotated[
        list[str] | None, typer.Option("--slurm", help="Options of SLURM's jobs: KEY=VALUE,...; time in minutes.", show_default=False)
    ] = None,
    to: Annotated[
        str, typer.Option(help="png: also draw the heat map, heatmap.png; parquet: also write the results so; or both.", show_default=False)
    ] = "",
    headless: Annotated[bool, typer.Option("--headless", help="Train without the screen, which also --json and pipes do.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object, the last line of stdout.")] = False,
    axes: Any = None,
) -> None:
    """Train a preset many times at once, over values of settings and over seeds."""
    if resume is not None:
        if preset or axes or any(each is not None for each in (set, out, seeds, steps, metrics, data, device)):
            raise UsageError("--resume goes on with a sweep as it was begun; leave the preset, axes and settings out")
        folder, asked = resume, asked_of(resume)
    else:
        if not preset:
            raise UsageError("sweep takes a preset, such as: tui-gan sweep toy1d --generator-lr 1e-4:1e-2:log:8 --seeds 32")
        path_of_data = str(data.absolute()) if data else None
        asked = Asked(
            preset=preset,
            axes=axes,
            set=set or [],
            seeds=seeds or SEEDS,
            steps=steps,
            metrics=metrics,
            data=path_of_data,
            device=_device(device or "cpu"),
        )
        folder = out or Path("sweeps", f"{preset}-{datetime.datetime.now():%Y%m%d-%H%M%S}")
    forms = [each.strip() for each in to.split(",")] if to else []
    if not {*forms} <= FORMS:
        raise UsageError(f"--to takes png, parquet, or png,parquet, not {quoted(to)}")
    if engine not in ENGINES:
        raise UsageError(f"--engine takes {', '.join(ENGINES)}, not {engine!r}")
    if engine == "compiled" and asked.get("device", "cpu") != "cpu":
        raise UsageError("--engine compiled is for the CPU; on a GPU the steps of a sweep are CUDA graphs, which graph and auto name")
    dealing = dealing_of(backend, workers, slurm)
    varied = axes_of(asked)
    check(varied, asked)
    screen = not (headless or json) and has_screen()
    with stopping("" if screen else SAVING) as stop:
        work = Work(folder, asked, varied, engine, dealing, stop)
        trained, ended = work.trained(resume is not None, screen)
        report(trained, ended, varied, json, forms)


def _device(name: str) -> str:
    """The device of this name that can train many at once."""
    if not CPU_OR_CUDA.fullmatch(name):
        raise UsageError(f"a sweep is trained on cpu, cuda, cuda:N or auto, not on {quoted(name)}")
    if name != "auto":
        return name
    from tui_gan.session.devices import available

    return next((each for each in available() if each.startswith("cuda")), "cpu")


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
        made = members(self.asked, self.axes, here=self.dealing.backend != "slurm")
        if not again:
            make(self.folder, Asked(**{**self.asked, "data_sha256": made.data_sha256}) if made.data_sha256 else self.asked)
        with _locked(self.folder):
            return self._begun(made, self._rows(made) if again else [], screen)

    def _rows(self, made: Members) -> "list[Row]":
        """What is saved of its course, which no other process writes from here on."""
        from tui_gan.sweep import part, saved
        from tui_gan.sweep.plan import numbered

        part.revoke(self.folder)
        rows = saved.gather(self.folder, made.config.metrics, [each for _, each in numbered(made.groups)])
        # What is left there is of processes that have no longer a part.
        shutil.rmtree(self.folder / saved.WORKERS, ignore_errors=True)
        return rows

    def _begun(self, made: Members, rows: "list[Row]", screen: bool) -> "tuple[Sweep | Parts, bool]":
        """Train it from where it stands, with a screen or a bar."""
        from tui_gan.gan.diagnosis import names_collapses
        from tui_gan.sweep.results import Results

        config, folder = made.config, self.folder
        tell(f"{made.memory}, in {folder}", sys.stderr)
        truths = [made.data.of(spec.config).truth for spec in made.specs[:: self.asked["seeds"]]]
        names = [axis.name for axis in self.axes]
        results = Results(folder, made.specs, names, config.metrics, rows, names_collapses=all(map(names_collapses, set(truths))))
        if screen:
            from tui_gan.cli import sweeping

            trained = functools.partial(self.train, made, results)
            return sweeping.with_screen(folder, self.asked["preset"], self.axes, self.asked["seeds"], config, truths, self.stop, trained)
        with bar_of_progress() as show:
            return self.train(made, results, show, _note)

    def train(
        self,
        made: Members,
        results: "Results",
        show: "Callable[[Told], None]",
        note: Callable[[str], object],
        watched: "Watched | None" = None,
    ) -> "tuple[Sweep | Parts, bool]":
        """Train it in this thread, or have processes train it; returns it, and whether it has come to its end."""
        from tui_gan.sweep.programs import Programs
        from tui_gan.sweep.sweep import Sweep

        ready()
        _note_alone(made, note)
        config = made.config
        if self.dealing.backend:
            parts = self.dealing.parts(self.folder, made.groups, results, config, self.engine, show, note, self.stop, watched)
            return parts, parts.train()
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


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock on the directory of a sweep.

    Raises:
        UsageError: another process trains there, or it cannot be written in.
    """
    from tui_gan.session.lock import Lock

    try:
        lock = Lock(folder, cure="wait for it, or stop it; it saves, and --resume goes on from there")
    except OSError as error:
        raise UsageError(f"cannot write in {folder}: {error.strerror or error}") from None
    try:
        yield
    finally:
        # Other hosts know of the lock by its file alone.
        lock.change(ended="stopped")
        lock.release()


def _note(text: str) -> None:
    """Tell of a program or a process."""
    tell(text, sys.stderr)


def _note_alone(made: Members, note: Callable[[str], object]) -> None:
    for group in made.groups:
        if group.alone:
            count = len(group.members)
            note(f"{count:,} members are trained one by one: {group.alone}" if count > 1 else f"trained as a run is: {group.alone}")
