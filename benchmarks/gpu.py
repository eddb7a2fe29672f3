"""Prints every row that needs a GPU, in under six minutes: speed, sweeps, each preset's step, moves, resume, exhausted memory, NVML.

python -m benchmarks.gpu [--device cuda] [--only speed,sweeps,alike,presets,moves,resume,memory,nvml]

Images are noise of the right size, so that no file has to be there.
"""

import argparse
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec
import torch

from tests.stand_in import stand_in
from tui_gan.bench.crowd import One, crowd
from tui_gan.bench.measuring import PLAIN, measured, ways
from tui_gan.contract.knobs import set_knob
from tui_gan.gan.engines.captured import why_not
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS
from tui_gan.session import machine
from tui_gan.sweep import plan
from tui_gan.sweep.chunks import Together
from tui_gan.sweep.plan import Spec
from tui_gan.sweep.programs import Programs

SPEED = {"toy1d": 8.0, "digits": 8.0, "mnist-dcgan": 1.5}
SWEEPS = {1_024: 300.0, 16_384: 1_000.0}
SWEPT = ("toy1d", "toy1d-aylien-2017-07", "ring2d", "ring2d-conditional")
MOVED = ("toy1d", "ring2d", "digits", "mnist-dcgan")


class Row(NamedTuple):
    """One line: what was done, what came of it, what was to come of it, and whether it did."""

    what: str
    figure: str
    bar: str
    met: bool


def made(name: str, device: str, engine: str = "eager") -> Trainer:
    config = msgspec.structs.replace(PRESETS[name].config, engine=engine)
    return Trainer(config, stand_in(config), device)


def speed(device: str) -> Iterator[Row]:
    """Each engine over the plain loop of the same step."""
    for name, bar in SPEED.items():
        config, knobs = PRESETS[name].config, PRESETS[name].knobs
        found = dict(ways(config, knobs, stand_in(config), device, lambda text: None))
        for engine, each in measured(found, 5, 1.0, device).items():
            wanted = bar if engine == "graph" else 0.0
            spread = f"{each.ratio:.2f} ({min(each.over_plain):.2f} .. {max(each.over_plain):.2f}), {each.median:,.0f} steps/s"
            if engine != PLAIN:
                yield Row(f"{name}, {engine} over the plain loop", spread, f">= {wanted:g}" if wanted else "-", each.ratio >= wanted)
        for engine, way in found.items():
            if way.why_not:
                yield Row(f"{name}, {engine}", f"refused: {way.why_not}", "-", engine != "graph")


def sweeps(device: str) -> Iterator[Row]:
    """Members of a sweep at once over one after another, each by CUDA graphs."""
    config, knobs = PRESETS["toy1d"].config, set_knob(PRESETS["toy1d"].knobs, "device", device)
    dataset = stand_in(config)
    found = dict(ways(config, knobs, dataset, device, lambda text: None))
    alone = {PLAIN: found[PLAIN], "graph": found["graph"]}
    for count, bar in SWEEPS.items():
        # One after the other, so that no two of them need memory at the same time.
        speeds = measured({**alone, "sweep": crowd(config, knobs, dataset, count, "graph", lambda text: None)}, 3, 1.0, device)
        ratios = [many / one for many, one in zip(speeds["sweep"].steps_per_second, speeds["graph"].steps_per_second, strict=True)]
        ratio = statistics.median(ratios)
        figure = f"{ratio:.0f} ({min(ratios):.0f} .. {max(ratios):.0f}), {speeds['sweep'].median:,.0f} steps/s"
        yield Row(f"toy1d, sweep of {count:,} over one after another", figure, f">= {bar:g}", ratio >= bar)
        torch.cuda.empty_cache()


def alike(device: str) -> Iterator[Row]:
    """Members of a sweep on the GPU against the same members on the CPU after some steps."""
    for name in SWEPT:
        knobs, populations = PRESETS[name].knobs, []
        configs = [msgspec.structs.replace(PRESETS[name].config, seed=seed) for seed in range(4)]
        dataset = stand_in(configs[0])
        for where in ("cpu", device):
            specs = [Spec(place, {}, config, set_knob(knobs, "device", where)) for place, config in enumerate(configs)]
            (group,) = plan.groups(specs, One(dataset))
            populations.append(Together(group, specs, One(dataset), Programs("graph", str)))
            populations[-1].train(50, lambda: False)
        apart = max(distance(*(each.trainer(place) for each in populations)) for place in range(len(configs)))
        streams = [each.many.state()["streams"] for each in populations]
        figure = f"weights apart by {apart:.1e}, streams the same: {torch.equal(*streams)}"
        yield Row(f"{name}, 50 steps of 4 members", figure, "1e-2, the same", apart < 1e-2 and torch.equal(*streams))


def presets(device: str) -> Iterator[Row]:
    """Three steps of each preset, eagerly and captured: finite, and equal to rounding where the draws are the same."""
    for name in PRESETS:
        knobs = PRESETS[name].knobs
        try:
            eager, graph = made(name, device), made(name, device)
            for trainer in (eager, graph):
                trainer.step(knobs)
            figure, good = "eager", True
            if why := why_not(graph.game, graph.now, device):
                figure += f"; not captured: {why}"
            else:
                graph.calls(knobs, 2, lambda graph=graph, knobs=knobs: graph.called.captured(knobs))
                for _ in range(2):
                    eager.step(knobs)
                apart = distance(eager, graph)
                figure, good = f"eager, graph, weights apart by {apart:.1e}", apart < 1e-2
            yield Row(f"{name}, three steps", figure, "finite", good and eager.is_finite() and graph.is_finite())
        except torch.OutOfMemoryError:
            yield Row(f"{name}, three steps", "not enough memory", "finite", False)
        torch.cuda.empty_cache()


def distance(one: Trainer, other: Trainer) -> float:
    """Of the weights, relative."""
    first, second = (torch.cat([w.detach().cpu().flatten() for w in each.generator.parameters()]) for each in (one, other))
    return float(torch.linalg.vector_norm(first - second) / torch.linalg.vector_norm(first))


def moves(device: str) -> Iterator[Row]:
    """From the CPU to the GPU and back, every number the same."""
    for name in MOVED:
        trainer, knobs = made(name, "cpu"), PRESETS[name].knobs
        trainer.step(knobs)
        before = trainer.state()
        there = trainer.on(device)
        kept = all(torch.equal(value, before[key]) for key, value in there.on("cpu").state().items())
        there.step(knobs)
        back = there.on("cpu")
        back.step(knobs)
        yield Row(f"{name}, to the GPU and back", f"state kept: {kept}", "kept, goes on", kept and back.is_finite())


def resume(device: str) -> Iterator[Row]:
    """2N steps against N, save, load and N, by the same engine."""
    for name in MOVED:
        for engine in ("eager", "graph"):
            whole = made(name, device)
            if engine == "graph" and why_not(whole.game, whole.now, device):
                continue
            train(whole, 20, engine)
            halves = made(name, device)
            halves.load_state(whole.state())
            for trainer in (whole, halves):
                train(trainer, 20, engine)
            first, second = whole.state(), halves.state()
            same = all(torch.equal(value, second[key]) for key, value in first.items())
            yield Row(f"{name}, 20 steps after a resume, {engine}", f"bit for bit: {same}", "equal", same)


def train(trainer: Trainer, steps: int, engine: str) -> None:
    knobs = PRESETS[trainer.config.preset].knobs
    programs: dict[bool, Callable[[list[torch.Tensor]], None]] = {}

    def program() -> Callable[[list[torch.Tensor]], None]:
        due = trainer.steps_done % trainer.config.lazy == 0
        if due not in programs:
            programs[due] = trainer.called.captured(knobs)
        return programs[due]

    if engine == "eager" or not trainer.steps_done:
        trainer.step(knobs)
        steps -= 1
    if engine == "graph":
        trainer.calls(knobs, steps, program)
    else:
        for _ in range(steps):
            trainer.step(knobs)


def memory(device: str) -> Iterator[Row]:
    """A batch that no GPU holds, and steps after it."""
    trainer, knobs = made("mnist-dcgan", device), PRESETS["mnist-dcgan"].knobs
    trainer.step(knobs)
    try:
        trainer.step(set_knob(knobs, "batch_size", 1_000_000))
        figure = "a million images fit"
    except torch.OutOfMemoryError:
        figure = "refused"
    torch.cuda.empty_cache()
    for _ in range(3):
        trainer.step(knobs)
    yield Row("mnist-dcgan, steps after memory was exhausted", figure, "finite", trainer.is_finite())


def nvml(device: str) -> Iterator[Row]:
    """The GPU is asked about from another thread while steps are captured and replayed."""
    trainer, knobs = made("toy1d", device), PRESETS["toy1d"].knobs
    trainer.step(knobs)
    found, over = [], threading.Event()

    def ask() -> None:
        while not over.is_set():
            found.append(machine.gpus())
            time.sleep(0.01)

    thread = threading.Thread(target=ask)
    thread.start()
    waits = []
    for _ in range(5):
        call = trainer.called.captured(knobs)
        begun = time.perf_counter()
        trainer.calls(knobs, 200, lambda call=call: call)
        waits.append(time.perf_counter() - begun)
    over.set()
    thread.join()
    named = next((each for each in found if each), None)
    figure = f"asked {len(found)} times during captures, {named[0].name if named else 'no answer'}"
    yield Row("NVML", f"{figure}; 200 replays in {1000 * statistics.median(waits):.0f} ms", "an answer", bool(named))


TABLES = {
    "speed": speed,
    "sweeps": sweeps,
    "alike": alike,
    "presets": presets,
    "moves": moves,
    "resume": resume,
    "memory": memory,
    "nvml": nvml,
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(TABLES))
    options = parser.parse_args()
    if not torch.cuda.is_available():
        raise SystemExit("no GPU is here that PyTorch sees")
    torch.set_flush_denormal(True)
    print(f"PyTorch {torch.__version__}, {torch.cuda.get_device_name(options.device)}\n")
    print("| what | measured | bar | |\n|---|---|---|---|", flush=True)
    for name in options.only:
        begun = time.perf_counter()
        try:
            for row in TABLES[name](options.device):
                print(f"| {row.what} | {row.figure} | {row.bar} | {'met' if row.met else 'MISSED'} |", flush=True)
        except Exception as error:
            print(f"| {name} | broke: {type(error).__name__}: {str(error).splitlines()[0]} | - | MISSED |", flush=True)
        print(f"  {name} took {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
