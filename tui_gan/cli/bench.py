"""`tui-gan bench`: how fast this machine trains by each engine, beside a plain PyTorch loop of the same step."""

import json as json_text
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tui_gan.cli import settings
from tui_gan.contract.errors import TuiGanError, UsageError
from tui_gan.contract.outer import tell
from tui_gan.presets import PRESETS

MEASURED = ("toy1d", "toy1d-aylien-2017-07", "digits", "mnist", "mnist-dcgan")
# That JAX trains too.
TOY = "toy1d"
HEAD = f"{'':18}{'steps/s':>9}{'over plain':>12}{'(least .. most)':>18}{'ms a step':>11}{'over floor':>12}"


def bench(
    presets: Annotated[
        list[str] | None, typer.Argument(help=f"Presets; without any {', '.join(MEASURED)}.", autocompletion=lambda: list(PRESETS))
    ] = None,
    device: Annotated[str, typer.Option(help="Device: cpu, cuda or cuda:N.")] = "cpu",
    rounds: Annotated[int, typer.Option(min=1, max=1000, help="How many times each way to train has its turn.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.05, max=3600, help="Seconds of a turn.")] = 1.0,
    minibatch: Annotated[bool, typer.Option("--minibatch", help="With minibatch discrimination.")] = False,
    sweep: Annotated[int, typer.Option(min=0, max=1_000_000, help="Also so many members of a sweep at once; 0 for none.")] = 0,
    screen: Annotated[bool, typer.Option("--screen", help="Also the speed of whole runs on a screen, over that without it.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object, the last line of stdout.")] = False,
) -> None:
    """Measure each engine beside a plain PyTorch loop of the same step (1.00)."""
    for name in presets or ():
        settings.resolved(name, None, {}, {}, {})

    from tui_gan.session import devices

    devices.check(device)
    reports: list[dict[str, Any]] = []
    for name in presets or MEASURED:
        try:
            reports.append(_of_preset(name, device, rounds, seconds, minibatch, sweep))
        except TuiGanError as error:
            if presets:
                raise
            tell(f"{name}: left out: {error}", sys.stderr)
            continue
        if screen:
            reports[-1]["screen_over_headless"] = _on_screen(reports[-1], device, rounds, seconds, minibatch)
        if not json:
            _show(reports[-1])
    if json:
        tell(json_text.dumps({"device": device, "presets": reports}))


def _of_preset(name: str, device: str, rounds: int, seconds: float, minibatch: bool, sweep: int) -> dict[str, Any]:
    import torch

    from tui_gan.bench import crowd, floors, measuring, plain, toy_in_jax
    from tui_gan.gan.trainer import Trainer
    from tui_gan.session import devices
    from tui_gan.session.sources import dataset_of

    turned = {"minibatch_discrimination": True} if minibatch else {}
    config, knobs = settings.resolved(name, None, {}, {}, {"device": device, **turned})
    if lacking := plain.why_not(config):
        raise UsageError(f"{name} has no plain loop to be measured against: it does not know {lacking}")
    torch.set_flush_denormal(True)
    dataset, _ = dataset_of(config, Path())
    if config.threads:
        torch.set_num_threads(config.threads)
    elif device == "cpu":
        devices.helpful_threads(config, knobs, dataset, torch.get_num_threads())
    crowd.check(sweep, config, knobs, dataset)

    def say(text: str) -> None:
        tell(f"{name}: {text}", sys.stderr)

    ways = dict(measuring.ways(config, knobs, dataset, device, say))
    if sweep:
        engines = ("graph", "compiled") if device == "cpu" else ("graph",)
        ways |= {f"{sweep:,}, {engine}": crowd.crowd(config, knobs, dataset, sweep, engine, say) for engine in engines}
    if name == TOY and device == "cpu" and not minibatch and (version := toy_in_jax.version()):
        ways[f"JAX {version}"] = measuring.Way(toy_in_jax.scanned(config, knobs))
    speeds = measuring.measured(ways, rounds, seconds, device)
    # With the threads that the steps have.
    of_machine = floors.machine(device)
    floor = floors.floor(Trainer(config, dataset, device), knobs, of_machine)
    return {
        "preset": name,
        "threads": torch.get_num_threads(),
        "machine": of_machine._asdict(),
        "floor_seconds": {"arithmetic": floor.arithmetic, "memory": floor.memory},
        "engines": {
            engine: {
                "steps_per_second": speed.median,
                "over_plain": speed.ratio,
                "over_plain_range": [min(speed.over_plain), max(speed.over_plain)],
                "over_floor": 1 / speed.median / floor.seconds,
            }
            for engine, speed in speeds.items()
        },
        "refused": {name: engine.why_not for name, engine in ways.items() if engine.why_not},
    }


def _on_screen(report: dict[str, Any], device: str, rounds: int, seconds: float, minibatch: bool) -> dict[str, list[float]]:
    from tui_gan.bench import measuring
    from tui_gan.bench.screen import kept

    words = ["--device", device, *(["--minibatch-discrimination"] if minibatch else [])]
    ratios = {}
    for engine in measuring.ENGINES:
        if speed := report["engines"].get(engine):
            steps = max(1_000, round(10 * seconds * speed["steps_per_second"]))
            ratios[engine] = kept([report["preset"], "--engine", engine, "--steps", str(steps), *words], steps // 5, rounds)
    return ratios


def _show(report: dict[str, Any]) -> None:
    import statistics

    floor = max(report["floor_seconds"].values())
    tell()
    tell(f"{report['preset']}, {report['threads']} thread{'s' * (report['threads'] != 1)}, a step at least {1000 * floor:.3g} ms")
    tell(HEAD)
    for engine, speed in report["engines"].items():
        least, most = speed["over_plain_range"]
        spread = f"({least:.2f} .. {most:.2f})"
        times = f"{1000 / speed['steps_per_second']:>11.3g}{speed['over_floor']:>12.1f}"
        tell(f"{engine:18}{speed['steps_per_second']:>9,.0f}{speed['over_plain']:>12.2f}{spread:>18}{times}")
    for engine, why in report["refused"].items():
        tell(f"{engine:18}not here: {why}")
    for engine, ratios in report.get("screen_over_headless", {}).items():
        kept = f"{statistics.median(ratios):.3f} ({min(ratios):.3f} .. {max(ratios):.3f})"
        tell(f"{engine} on a screen keeps {kept} of its speed")
