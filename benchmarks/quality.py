"""Trains a preset over seeds, measures it as a run measures itself, and holds the figures against bars.

python -m benchmarks.quality ring2d --seeds 0-9 --bar modes>=8 --bar hq>=.95
python -m benchmarks.quality mnist --minutes 10,30 --metrics parzen --threads 2
"""

import argparse
import operator
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import torch

from tui_gan.cli import settings
from tui_gan.data.files import fingerprint
from tui_gan.gan.trainer import Trainer
from tui_gan.session.compiling import Compiling
from tui_gan.session.measuring import measured
from tui_gan.session.observe import as_measured, evaluation_seed, generate
from tui_gan.session.sources import dataset_of

COMPARED = {"<=": operator.le, ">=": operator.ge}


class Bar(NamedTuple):
    """What a metric must hold on every seed."""

    metric: str
    sign: str
    limit: float

    def met(self, value: float) -> bool:
        """Whether a value holds it."""
        return bool(COMPARED[self.sign](value, self.limit))


class Measured(NamedTuple):
    """The metrics of one seed at a step, and the seconds of training until then."""

    seed: int
    step: int
    seconds: float
    metrics: dict[str, float]


def trained(
    seed: int,
    preset: str,
    steps: int | None = None,
    minutes: Sequence[float] = (),
    pairs: Sequence[str] = (),
    metrics: Sequence[str] = (),
    data: str | None = None,
    threads: int = 1,
    engine: str = "eager",
    more: Callable[[Any], dict[str, float]] | None = None,
) -> list[Measured]:
    """Train one seed on the CPU; measure it after each of `minutes` of training, and at the end of its steps if that comes first.

    Args:
        more: adds to the metrics, from the samples as they are measured.
    """
    options = {"seed": seed, "data": data, "steps": steps, "engine": engine}
    config, knobs = settings.resolved(preset, None, settings.of_pairs(pairs), options, {"device": "cpu"})
    if metrics:
        config = msgspec.structs.replace(config, metrics=tuple(metrics), metric=metrics[0])
    torch.set_flush_denormal(True)
    torch.set_num_threads(threads)
    if data:
        config = _with_fingerprint(config)
    dataset, _ = dataset_of(config, Path())
    trainer = Trainer(config, dataset, "cpu")
    programs = Compiling(lambda text: print(text, file=sys.stderr) if seed == 0 else None)

    def measurement() -> Measured:
        figures = measured(trainer)
        if more:
            samples = generate(trainer.averaged(), config, evaluation_seed(config, trainer.steps_done), config.evaluated, trainer.shares)
            figures |= more(as_measured(dataset.in_units(samples), dataset.truth))
        return Measured(seed, trainer.steps_done, seconds, figures)

    found, left, seconds = [], sorted(minutes), 0.0
    while trainer.steps_done < config.steps and (left or not minutes):
        start = time.perf_counter()
        _interval(trainer, knobs, programs)
        seconds += time.perf_counter() - start
        if left and seconds >= 60 * left[0]:
            left.pop(0)
            found.append(measurement())
    return [*found, measurement()] if left or not minutes else found


def _interval(trainer: Trainer, knobs: Any, programs: Compiling) -> None:
    """Train as a run does between two logged lines; the first steps of a program wait until it has been made."""
    config = trainer.config
    while trainer.pretrained < config.pretraining:
        trainer.pretrain_step(knobs)
        trainer.clear_losses()
    until = min(trainer.steps_done + config.log_every, config.steps)
    while trainer.steps_done < until:
        if config.engine == "eager" or not trainer.steps_done:
            trainer.step(knobs)
        elif not programs.train(trainer, knobs, until - trainer.steps_done, config.steps - trainer.steps_done):
            time.sleep(0.1)
    if config.coordination != "fixed":
        trainer.coordinate(knobs)
    trainer.clear_losses()


def _with_fingerprint(config: Any) -> Any:
    return msgspec.structs.replace(config, data_sha256=fingerprint(Path(config.data)))


def over_seeds(seeds: Sequence[int], workers: int, **how: Any) -> Iterator[Measured]:
    """Train every seed, `workers` at once."""
    with ProcessPoolExecutor(max_workers=workers) as pool:
        for found in pool.map(partial(trained, **how), seeds):
            yield from found


def row(each: Measured) -> str:
    """One line of the table."""
    values = "  ".join(f"{name} {value:.4g}" for name, value in each.metrics.items())
    return f"seed {each.seed:4}  step {each.step:7}  {each.seconds:6.0f} s  {values}"


def verdicts(rows: Sequence[Measured], bars: Sequence[Bar]) -> Iterator[str]:
    """The median and range of every metric, and whether every row meets each bar."""
    for name in rows[0].metrics:
        values = [each.metrics[name] for each in rows]
        yield f"{name}: median {statistics.median(values):.4g} ({min(values):.4g} .. {max(values):.4g})"
    for bar in bars:
        missed = [each.seed for each in rows if not bar.met(each.metrics[bar.metric])]
        yield f"{bar.metric} {bar.sign} {bar.limit:g}: {'MISSED by seeds ' + str(missed) if missed else f'met by all {len(rows)}'}"


def a_bar(text: str) -> Bar:
    """Read METRIC>=LIMIT or METRIC<=LIMIT."""
    for sign in COMPARED:
        name, found, limit = text.partition(sign)
        if found:
            return Bar(name.strip(), sign, float(limit))
    raise argparse.ArgumentTypeError(f"{text!r} is no METRIC>=LIMIT or METRIC<=LIMIT")


def some_seeds(text: str) -> range:
    """Read FIRST-LAST."""
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("preset")
    parser.add_argument("--seeds", type=some_seeds, default=range(1))
    parser.add_argument("--steps", type=int)
    parser.add_argument("--minutes", type=lambda text: [float(each) for each in text.split(",")], default=[])
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--metrics", type=lambda text: text.split(","), default=[])
    parser.add_argument("--data")
    parser.add_argument("--bar", type=a_bar, action="append", default=[])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--engine", default="eager", help="eager or compiled, which trains all but the first step by a program")
    options = parser.parse_args()
    rows: list[Measured] = []
    how = {"preset": options.preset, "steps": options.steps, "minutes": options.minutes, "pairs": options.set}
    how |= {"metrics": options.metrics, "data": options.data, "threads": options.threads, "engine": options.engine}
    for each in over_seeds(options.seeds, options.workers, **how):
        rows.append(each)
        print(row(each), flush=True)
    last = {each.seed: each for each in rows}
    for line in verdicts(list(last.values()), options.bar):
        print(line)


if __name__ == "__main__":
    main()
