"""`tui-gan optimize`: search for the settings under which a metric is best."""

import datetime
import json as json_text
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tui_gan.cli import settings
from tui_gan.cli.asked import check_options
from tui_gan.cli.options import named, path
from tui_gan.cli.stopping import stopping
from tui_gan.contract.axes import as_text
from tui_gan.contract.errors import UsageError, choose
from tui_gan.contract.outer import tell, word
from tui_gan.contract.ranges import Range, of_text
from tui_gan.contract.values import typed
from tui_gan.presets import PRESETS

if TYPE_CHECKING:
    from tui_gan.sweep.search import Trial


# What --set may not vary, and why.
OPTIONS = {
    "seed": "--seeds says how many seeds there are",
    "device": "trials are trained on the CPU",
    **dict.fromkeys(("metric", "metrics"), "--metric says what is searched by"),
}


def optimize(
    preset: Annotated[
        str, typer.Argument(help="A preset; `tui-gan presets` lists them.", autocompletion=lambda: list(PRESETS), show_default=False)
    ] = "",
    set: Annotated[
        list[str] | None,
        typer.Option("--set", help="What is varied: KEY=LOW:HIGH:log, KEY=LOW:HIGH:lin or KEY=V1,V2.", show_default=False),
    ] = None,
    metric: Annotated[str | None, typer.Option(help="The metric; without it the preset's own.", show_default=False)] = None,
    trials: Annotated[
        int, typer.Option(min=1, help="Trials that the directory is to hold at least, those of before and of others included.")
    ] = 50,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="Seeds of a trial, whose mean counts.")] = 1,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Steps of a trial; without it the preset's own number.", show_default=False)
    ] = None,
    out: Annotated[Path | None, path("Directory of the search, also one to go on with; without it a new one under searches/.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the best as one JSON object, the last line of stdout.")] = False,
) -> None:
    """Search for the settings under which a metric is best."""
    if not preset or not set:
        raise UsageError("optimize takes a preset and what is varied, such as: tui-gan optimize toy1d --set generator_lr=1e-4:1e-1:log")
    spelled = [of_text(pair) for pair in set]
    ranges = []
    names = [each.name for each in spelled]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{name} is given twice; give one range")
    check_options(names, OPTIONS, {"steps": steps})
    checksums: dict[str, str] = {}

    from tui_gan.session.rundir import with_data

    chosen = settings.resolved(preset, None, {}, {}, {})[0].metric if metric is None else metric
    named("metric", chosen)

    def resolve(values: dict[str, Any]) -> Any:
        pairs = [f"metrics=[{chosen}]", f"metric={chosen}", *(f"{name}={typed(value)}" for name, value in values.items())]
        config, knobs = settings.resolved(preset, None, settings.of_pairs(pairs), {"steps": steps}, {"device": "cpu"})
        return with_data(config, checksums), knobs

    from tui_gan.gan.compatibility import check_names

    # What is wrong with a value of its own is told before the first trial.
    for each in spelled:
        for value in each.values or (each.low, each.high):
            check_names(resolve({each.name: value})[0])
        ranges.append(each if each.values else _in_kind(each, resolve))
    first = resolve({each.name: each.values[0] if each.values else each.low for each in ranges})

    import torch

    from tui_gan.gan.latents import asked_of
    from tui_gan.gan.metrics import METRICS, check_defined
    from tui_gan.sweep.plan import Data
    from tui_gan.sweep.search import Search, trained

    data = Data()
    choose(METRICS, chosen, "metric")
    check_defined(chosen, data.of(first[0]).truth, asked_of(first[0]))
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    folder = out or Path("searches", f"{preset}-{datetime.datetime.now():%Y%m%d-%H%M%S}")
    length = "" if "steps" in names else f"{first[0].steps:,} steps, "
    search = Search(folder, f"{preset} {chosen}", ranges, chosen, f"{length}{seeds:,} seed{'s' * (seeds > 1)}")
    tell(f"{trials:,} trial{'s' * (trials > 1)} in {folder}, {search.done:,} done", sys.stderr)
    with stopping("stopping; the trial that has begun does not count; once more ends at once") as stop:

        def value_of(values: dict[str, Any]) -> float:
            config, knobs = resolve(values)
            value = trained(config, knobs, data, chosen, seeds, stop.is_set)
            if stop.is_set():
                raise KeyboardInterrupt
            return value

        try:
            search.run(trials, value_of, lambda trial: tell(_line(trial, chosen), sys.stderr))
        except KeyboardInterrupt:
            tell(f"stopped; the same command with --out {word(folder)} goes on", sys.stderr)
        _tell_best(search.best(), _first_of(preset, steps, chosen), chosen, folder, json)


def _first_of(preset: str, steps: int | None, metric: str) -> str:
    """The words by which `tui-gan run` trains the first seed of a trial, but for its values, and measures its metric."""
    measured = settings.resolved(preset, None, {}, {}, {})[0].metrics
    more = [] if metric in measured else [f"metrics={typed([*measured, metric])}", f"metric={metric}"]
    words = [preset, *([] if steps is None else [f"--steps {steps}"]), *(f"--set {word(each)}" for each in ("seed=0", *more))]
    return " ".join(words)


def _in_kind(spelled: Range, resolve: Callable[[dict[str, Any]], Any]) -> Range:
    """A range of whole numbers where the setting takes no others."""
    try:
        # A number within, and no whole one.
        resolve({spelled.name: spelled.low + (spelled.high - spelled.low) / math.pi})
    except UsageError:
        return spelled._replace(low=round(spelled.low), high=round(spelled.high))
    return spelled._replace(low=float(spelled.low), high=float(spelled.high))


def _line(trial: "Trial", metric: str) -> str:
    values = ", ".join(f"{name} {as_text(value)}" for name, value in trial.values.items())
    if trial.refused:
        return f"trial {trial.number}: {values}: refused: {trial.refused}"
    found = f"{trial.metric:.4g}" if math.isfinite(trial.metric) else "failed" if math.isnan(trial.metric) else "infinite"
    return f"trial {trial.number}: {values}: {metric} {found}"


def _tell_best(best: "Trial | None", trained: str, metric: str, folder: Path, json: bool) -> None:
    if json:
        result = {"values": dict(best.values), "metric": metric, "value": best.metric, "trial": best.number} if best else None
        tell(json_text.dumps({"directory": str(folder), "best": result}))
    elif best is None:
        tell("no trial has ended with a finite metric")
    else:
        tell(f"best: {_line(best, metric)}")
        tell(" ".join(["tui-gan run", trained, *(f"--set {word(f'{name}={typed(value)}')}" for name, value in best.values.items())]))
