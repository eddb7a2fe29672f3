"""`tui-gan run` and `tui-gan resume`."""

import contextlib
import dataclasses
import json as json_text
import math
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tui_gan.cli import own, ranks, scope, settings
from tui_gan.cli.options import another_run, check_terminal, path, run_or_file, with_knobs
from tui_gan.cli.parent import forked
from tui_gan.contract.config import Config
from tui_gan.contract.errors import LostError, UnreadableError, UsageError
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.outer import printable, tell, word
from tui_gan.presets import PRESETS

if TYPE_CHECKING:
    from tui_gan.cli.front import Ended
    from tui_gan.session.checkpoint import About
    from tui_gan.session.parents import Parent
    from tui_gan.session.plan import Outcome, Plan
    from tui_gan.ui.preferences import Preferences

PresetName = Annotated[
    str, typer.Argument(help="A preset; `tui-gan presets` lists them.", autocompletion=lambda: list(PRESETS), show_default=False)
]
EXAMPLES = "128x3-maxout5, 400x4-relu-bn, 256,128-sn-dropout.3, dcgan64 or dcgan64,1024"
Headless = Annotated[bool, typer.Option("--headless", help="Train without the screen.")]
Plain = Annotated[bool, typer.Option("--plain", help="Report in sentences, for a screen reader; type help for the commands.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object, the last line of stdout.")]
Ascii = Annotated[bool, typer.Option("--ascii", help="Draw with plain ASCII.")]
Paused = Annotated[bool, typer.Option("--paused", help="Begin paused, to look at step 0, change settings, or train step by step.")]
PausedAgain = Annotated[
    bool, typer.Option("--paused", help="Go on paused at the step of the checkpoint, to look, change settings, or train step by step.")
]
Detach = Annotated[bool, typer.Option("--detach", help="Train without a terminal; `tui-gan attach` opens the screen.")]
Device = Annotated[str | None, typer.Option(help="Device to train on: auto, cpu, cuda, cuda:N or mps.", show_default=False)]


@with_knobs
def run(
    preset: PresetName = "",
    headless: Headless = False,
    steps: Annotated[int | None, typer.Option(help="Steps to train; without it the preset's own number.", show_default=False)] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all random numbers; without it 0.", show_default=False)] = None,
    out: Annotated[Path | None, path("Run directory; without it a new one under runs/.")] = None,
    config: Annotated[Path | None, path("TOML file of settings laid over the preset.")] = None,
    data: Annotated[Path | None, path("Your own data: numbers (CSV, TXT, NPY) or images (a folder, IDX, NPY ...).")] = None,
    generator: Annotated[
        str | None, typer.Option(help=f"Generator network by a short description: {EXAMPLES}.", show_default=False)
    ] = None,
    discriminator: Annotated[
        str | None, typer.Option(help="Discriminator network likewise, such as 128x3-maxout5.", show_default=False)
    ] = None,
    set: Annotated[
        list[str] | None, typer.Option("--set", help="Any setting by its TOML key: --set objective=hinge.", show_default=False)
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(help="How steps are trained: eager, compiled (CPU), graph (CUDA), or auto; without it eager.", show_default=False),
    ] = None,
    parent: Annotated[
        str | None, another_run("--from", "Begin with the networks of another run, of its newest checkpoint, or of a checkpoint file.")
    ] = None,
    paused: Paused = False,
    plain: Plain = False,
    detach: Detach = False,
    json: AsJson = False,
    ascii: Ascii = False,
    knobs: Any = None,
) -> None:
    """Train a preset and watch it."""
    if not preset:
        raise UsageError("run takes a preset, such as: tui-gan run toy1d (`tui-gan presets` lists them all)")
    networks = {"generator": generator, "discriminator": discriminator}
    options = {"steps": steps, "seed": seed, "data": data and str(data), "engine": engine, **networks}
    resolved, live = settings.resolved(preset, config, settings.of_pairs(set or ()), options, knobs)
    front_end, hold = _front_end(headless, plain, detach, ascii, paused, json)
    live = _unpaced(resolved, live) if json or detach else live

    from tui_gan.data.tables import read_part
    from tui_gan.session import rundir
    from tui_gan.session.plan import Plan

    columns = PRESETS[preset].columns
    if resolved.data and columns and resolved.dataset == PRESETS[preset].config.dataset:
        read_part(Path(resolved.data), columns, resolved)
    begins_with = _parent(parent) if parent is not None else None
    directory, resolved = rundir.create(out, resolved, live, copied=columns > 0)
    # What has been counted over seeds is of networks that were drawn.
    notice = "" if begins_with else PRESETS[preset].notice(resolved, live)
    plan = Plan(run=directory, config=resolved, knobs=live, until=resolved.steps, parent=begins_with, hold=hold, notice=notice)
    _train(plan, front_end, json)


def _parent(name: str) -> "Parent":
    """The checkpoint whose networks a run is to begin with: a file, or the newest of a run.

    Raises:
        UnreadableError: there is none, or it cannot be read.
    """
    from tui_gan.session import checkpoint
    from tui_gan.session.export import source_of
    from tui_gan.session.parents import Parent

    if not name:
        raise UsageError("--from takes a run: its directory, its name under runs/, or a checkpoint file")
    path = source_of(name).stored.resolve()
    return Parent(path, checkpoint.read_about(path).step)


def resume(
    run: Annotated[str, run_or_file("A run: its directory, or its name under runs/.", show_default=False)] = "",
    headless: Headless = False,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Further steps; without it, up to the run's own number.", show_default=False)
    ] = None,
    device: Device = None,
    paused: PausedAgain = False,
    plain: Plain = False,
    detach: Detach = False,
    json: AsJson = False,
    ascii: Ascii = False,
) -> None:
    """Go on with a run where its newest checkpoint left it."""
    if not run:
        raise UsageError("resume takes a run: its directory, or its name under runs/ (`tui-gan runs` lists them all)")
    front_end, hold = _front_end(headless, plain, detach, ascii, paused, json)

    from tui_gan.session import checkpoint, rundir
    from tui_gan.session.plan import Plan

    if Path(run).suffix == ".safetensors":
        raise UnreadableError(f"{run} is a checkpoint; `tui-gan resume` takes the run directory and continues from its newest checkpoint")
    directory = rundir.find(run)
    stored = checkpoint.stored(directory.checkpoints)
    if not stored:
        cure = rundir.without_checkpoint(directory)
        raise UnreadableError(f"{directory.path} holds no checkpoint to go on from" + (f"; {cure}" if cure else ""))
    newest = stored[max(stored)]
    about = _read_newest(newest, stored)
    knobs = _on_device(about.knobs, device)
    knobs = _unpaced(about.config, knobs) if json or detach else knobs
    plan = Plan(
        run=directory,
        config=about.config,
        knobs=knobs,
        until=about.step + steps if steps else max(about.config.steps, about.step),
        step=about.step,
        seconds=about.seconds,
        checkpoint=newest,
        hold=hold,
    )
    _train(plan, front_end, json)


def _read_newest(newest: Path, stored: dict[int, Path]) -> "About":
    from tui_gan.session import checkpoint

    try:
        return checkpoint.read_about(newest)
    except UnreadableError as error:
        older = [path for path in stored.values() if path != newest]
        raise UnreadableError(f"{error}; without it `tui-gan resume` continues from {older[-1].name}" if older else str(error)) from None


def _on_device(knobs: Knobs, device: str | None) -> Knobs:
    return set_knob(knobs, "device", device) if device else knobs


def _unpaced(config: Config, knobs: Knobs) -> Knobs:
    """The knobs without the pace at which a preset begins, for those who want the result alone; one that the user has set stays."""
    return set_knob(knobs, "pace", 0.0) if config.pace_until else knobs


def _front_end(
    headless: bool, plain: bool, detach: bool, ascii_only: bool, paused: bool, json: bool
) -> "tuple[Callable[[Plan], Ended], bool]":
    """What to train under, and whether a run that has finished is held there until somebody leaves it.

    Raises:
        UsageError: it cannot be had here, or the user's own file is wrong.
    """
    if headless + plain + detach > 1:
        raise UsageError("choose one of --headless, --plain and --detach")
    if paused and (headless or (plain and not sys.stdin.isatty())):
        raise UsageError("--paused waits until somebody goes on, which nobody can here: leave it out, or train with the screen")
    if headless or plain:
        from tui_gan.cli import front

        detaches = own.detaches()
        if headless:
            return lambda plan: front.headless(plan, detaches), False
        talks = forked() if sys.stdin.isatty() else None
        return lambda plan: front.plain(plan, detaches, talks, paused), sys.stdin.isatty()
    if detach:
        scope.enter()
        parent = forked()
        from tui_gan.cli import front

        said = _begun_as_json if json else partial(_begun, paused=paused)
        return lambda plan: front.detached(plan, parent, said, paused), True
    check_terminal("add --headless, --plain or --detach")
    preferences = own.preferences()
    parent = forked()
    # Imported before anything is made: a signal must find its handler soon after there is a directory to keep whole.
    from tui_gan.cli import front

    return lambda plan: front.screen(plan, parent, ascii_only, preferences, paused), True


def _begun(plan: "Plan", paused: bool) -> str:
    run = word(plan.run.path)
    stands = "is paused" if paused else "trains"
    return f"{run} {stands} without a terminal; `tui-gan attach {run}` opens its screen, `tui-gan stop {run}` saves and ends it"


def _begun_as_json(plan: "Plan") -> str:
    return json_text.dumps({"run": printable(str(plan.run.path)), "pid": os.getpid()})


def _train(plan: "Plan", front_end: "Callable[[Plan], Ended]", json: bool) -> None:
    """Train a plan under a front end, and what the user leaves it for there; report how each ended, and exit."""
    plan = dataclasses.replace(plan, processes=ranks.count())
    ranks.end_alone()
    while True:
        outcome, signal_number, pairs = front_end(plan)
        _report(plan, outcome, signal_number, json)
        if not pairs:
            break
        if ranks.count() > 1:
            raise UsageError("the run is saved; a new one on several processes begins by torchrun, as this one did")
        plan = _afresh(plan, pairs)
    if signal_number and not isinstance(outcome.error, LostError):
        # The terminal may be gone, and then Python's own last flush would turn the status into another.
        os._exit(128 + signal_number)
    if outcome.error:
        raise outcome.error
    raise typer.Exit(0)


def _report(plan: "Plan", outcome: "Outcome", signal_number: int, json: bool) -> None:
    # A run that never began has measured nothing and has nothing to report but its error.
    if json and outcome.metrics:
        try:
            tell(json_text.dumps(report(plan, outcome)))
        except OSError as error:
            if not signal_number:
                raise UsageError(f"the run is saved, but its result could not be printed: {error}") from None
    if outcome.metrics:
        with contextlib.suppress(OSError):
            tell(summary(plan, outcome), sys.stderr)


def start_anew(run: Path, pairs: Sequence[str], ascii_only: bool, preferences: "Preferences") -> None:
    """Train a new run with the settings of one that has been left, and `pairs` laid over them, with the screen here."""
    from tui_gan.cli import front
    from tui_gan.session import rundir
    from tui_gan.session.plan import Plan

    directory = rundir.find(str(run))
    config, knobs = rundir.read_config(directory)
    left = Plan(run=directory, config=config, knobs=knobs, until=config.steps, hold=True)
    parent = forked()
    _train(_afresh(left, pairs), lambda plan: front.screen(plan, parent, ascii_only, preferences), json=False)


def _afresh(plan: "Plan", pairs: Sequence[str]) -> "Plan":
    """A new run with the settings in which a run was saved, and `pairs` laid over them.

    Raises:
        UsageError: a pair names no setting, or a value that is not allowed.
    """
    from msgspec.structs import replace

    from tui_gan.session import checkpoint, rundir
    from tui_gan.session.plan import Plan

    stored = checkpoint.stored(plan.run.checkpoints)
    left = checkpoint.read_about(stored[max(stored)]) if stored else plan
    config, knobs = settings.laid_over(left.config, left.knobs, pairs)
    if config.data and config.data == left.config.data:
        # The copy of the data lies beside the run.
        config = replace(config, data=str(plan.run.path / config.data))
    preset = PRESETS.get(config.preset)
    directory, config = rundir.create(None, config, knobs, copied=preset is None or preset.columns > 0)
    notice = preset.notice(config, knobs) if preset else ""
    return Plan(run=directory, config=config, knobs=knobs, until=config.steps, hold=plan.hold, notice=notice)


def report(plan: "Plan", outcome: "Outcome") -> dict[str, Any]:
    """The result as `--json` prints it; a metric that is not finite is null, and older metrics say of which step they are."""
    metrics = {name: value if math.isfinite(value) else None for name, value in outcome.metrics.items()}
    result = {
        "run": str(plan.run.path),
        "status": outcome.status,
        "step": outcome.step,
        "seconds": round(outcome.seconds, 3),
        "steps_per_second": round(outcome.steps_per_second, 1),
        "metrics": metrics,
    }
    return result if outcome.measured == outcome.step else {**result, "metrics_step": outcome.measured}


def summary(plan: "Plan", outcome: "Outcome") -> str:
    """The result as one line, and how to go on."""
    from tui_gan.session.rundir import going_on

    metrics = ", ".join(f"{name} {value:.4g}" for name, value in outcome.metrics.items())
    metrics += "" if outcome.measured == outcome.step else f" at step {outcome.measured}"
    after = f"after {outcome.seconds:.1f} s of training ({metrics})"
    return f"{outcome.status} at step {outcome.step} {after}; {going_on(plan.run, outcome.status == 'finished')}"
