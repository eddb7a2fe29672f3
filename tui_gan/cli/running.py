"""`tui-gan run` and `tui-gan resume`."""

import contextlib
import json as json_text
import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tui_gan.cli import settings
from tui_gan.cli.options import with_knobs
from tui_gan.contract.errors import UnreadableError, UsageError
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.presets import PRESETS

if TYPE_CHECKING:
    from tui_gan.session.checkpoint import About
    from tui_gan.session.plan import Outcome, Plan

PresetName = Annotated[str, typer.Argument(help="A preset; `tui-gan presets` lists them.", autocompletion=lambda: list(PRESETS))]
EXAMPLES = "128x3-maxout5, 400x4-relu-bn, 256,128-sn-dropout.3 or dcgan64"
Headless = Annotated[bool, typer.Option("--headless", help="Train without the screen.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object, the last line of stdout.")]
Ascii = Annotated[bool, typer.Option("--ascii", help="Draw with plain ASCII.")]
Device = Annotated[str | None, typer.Option(help="Where to train: auto, cpu, cuda, cuda:N or mps.", show_default=False)]


@with_knobs
def run(
    preset: PresetName,
    headless: Headless = False,
    steps: Annotated[int | None, typer.Option(help="Steps to train; without it the preset's own number.", show_default=False)] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of every random stream; without it 0.", show_default=False)] = None,
    out: Annotated[Path | None, typer.Option(help="Run directory; without it a new one under runs/.", show_default=False)] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings laid over the preset.", show_default=False)] = None,
    data: Annotated[
        Path | None, typer.Option(help="Learn your own numbers (CSV, TXT, NPY) or images (a folder, IDX, NPY ...).", show_default=False)
    ] = None,
    generator: Annotated[str | None, typer.Option(help=f"Network by a short description: {EXAMPLES}.", show_default=False)] = None,
    discriminator: Annotated[str | None, typer.Option(help="Network likewise, such as 128x3-maxout5.", show_default=False)] = None,
    set: Annotated[
        list[str] | None, typer.Option("--set", help="Any setting by its TOML key: --set objective=hinge.", show_default=False)
    ] = None,
    json: AsJson = False,
    ascii: Ascii = False,
    knobs: Any = None,
) -> None:
    """Train a preset and watch it."""
    options = {"steps": steps, "seed": seed, "data": data and str(data), "generator": generator, "discriminator": discriminator}
    resolved, live = settings.resolved(preset, config, settings.of_pairs(set or ()), options, knobs)
    if not headless:
        _check_terminal()

    from tui_gan.data.tables import read_table
    from tui_gan.session import rundir
    from tui_gan.session.plan import Plan

    columns = PRESETS[preset].columns
    if resolved.data and columns and resolved.dataset == PRESETS[preset].config.dataset:
        read_table(Path(resolved.data), columns)
    if not headless:
        # Imported before anything is made: a signal must find its handler soon after there is a directory to keep whole.
        import tui_gan.ui.app  # noqa: F401
    directory, resolved = rundir.create(out, resolved, live, copied=columns > 0)
    _train(Plan(run=directory, config=resolved, knobs=live, until=resolved.steps, hold=not headless), headless, json, ascii)


def resume(
    run: Annotated[str, typer.Argument(help="A run: its directory, or its name under runs/.")],
    headless: Headless = False,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps more; without it to the run's own number.", show_default=False)] = None,
    device: Device = None,
    json: AsJson = False,
    ascii: Ascii = False,
) -> None:
    """Go on with a run where its newest checkpoint left it."""
    if not headless:
        _check_terminal()

    from tui_gan.session import checkpoint, rundir
    from tui_gan.session.plan import Plan

    if Path(run).suffix == ".safetensors":
        raise UnreadableError(f"{run} is a checkpoint; `tui-gan resume` takes the run directory and goes on from its newest")
    directory = rundir.find(run)
    stored = checkpoint.stored(directory.checkpoints)
    if not stored:
        raise UnreadableError(f"{directory.path} holds no checkpoint to go on from")
    newest = stored[max(stored)]
    about = _read_newest(newest, stored)
    knobs = _on_device(about.knobs, device)
    plan = Plan(
        run=directory,
        config=about.config,
        knobs=knobs,
        until=about.step + steps if steps else max(about.config.steps, about.step),
        step=about.step,
        seconds=about.seconds,
        checkpoint=newest,
        hold=not headless,
    )
    _train(plan, headless, json, ascii)


def _read_newest(newest: Path, stored: dict[int, Path]) -> "About":
    from tui_gan.session import checkpoint

    try:
        return checkpoint.read_about(newest)
    except UnreadableError as error:
        older = [path for path in stored.values() if path != newest]
        raise UnreadableError(f"{error}; without it `tui-gan resume` goes on from {older[-1].name}" if older else str(error)) from None


def _on_device(knobs: Knobs, device: str | None) -> Knobs:
    return set_knob(knobs, "device", device) if device else knobs


def _check_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        raise UsageError("the screen needs a terminal for input and output; without one add --headless")
    if os.environ.get("TERM") == "dumb":
        raise UsageError("TERM=dumb says that this terminal cannot show a screen; set TERM to what it is, or add --headless")


def _train(plan: "Plan", headless: bool, json: bool, ascii_only: bool) -> None:
    """Train a plan under a front end, report how it ended, and exit."""
    from tui_gan.cli import front

    outcome, signal_number = front.headless(plan) if headless else front.screen(plan, ascii_only)
    # A run that never began has measured nothing and has nothing to report but its error.
    if json and outcome.metrics:
        try:
            print(json_text.dumps(report(plan, outcome)), flush=True)
        except OSError as error:
            if not signal_number:
                raise UsageError(f"the run is saved, but its result could not be printed: {error.strerror}") from None
    if outcome.metrics:
        with contextlib.suppress(OSError):
            print(summary(plan, outcome), file=sys.stderr, flush=True)
    if signal_number:
        # The terminal may be gone, and then Python's own last flush would turn the status into another.
        os._exit(128 + signal_number)
    if outcome.error:
        raise outcome.error
    raise typer.Exit(0)


def report(plan: "Plan", outcome: "Outcome") -> dict[str, Any]:
    """The result as `--json` prints it; a metric that is not finite is null."""
    metrics = {name: value if math.isfinite(value) else None for name, value in outcome.metrics.items()}
    return {
        "run": str(plan.run.path),
        "status": outcome.status,
        "step": outcome.step,
        "seconds": round(outcome.seconds, 3),
        "steps_per_second": round(outcome.steps_per_second, 1),
        "metrics": metrics,
    }


def summary(plan: "Plan", outcome: "Outcome") -> str:
    """The result as one line."""
    metrics = ", ".join(f"{name} {value:.4g}" for name, value in outcome.metrics.items())
    return f"{outcome.status} at step {outcome.step} after {outcome.seconds:.1f} s of training ({metrics}); run directory {plan.run.path}"
