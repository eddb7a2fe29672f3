"""Prints what the live metrics of each preset cost: seconds of its evaluations up to `evaluate_every` over seconds of training up to there.

python -m benchmarks.evaluations [--presets toy1d,ring2d,...] [--steps 60]
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch

from tui_gan.contract.errors import UsageError
from tui_gan.gan.metrics import measure
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS
from tui_gan.session.evaluations import due
from tui_gan.session.observe import as_measured, evaluation_seed, generate
from tui_gan.session.sources import dataset_of

BAR = 0.05
HEAVY = ("goodfellow-cifar10",)


def seconds(act: Callable[[], object], times: int) -> float:
    """Median over repetitions."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def cost(name: str, steps: int) -> tuple[float, float]:
    """Seconds of the evaluations after step 0 up to `evaluate_every`, early ones included, and of the training up to there."""
    preset = PRESETS[name]
    config, knobs = preset.config, preset.knobs
    if config.threads:
        torch.set_num_threads(config.threads)
    dataset, _ = dataset_of(config, Path())
    trainer = Trainer(config, dataset, "cpu")

    def evaluate() -> None:
        samples = generate(trainer.averaged(), config, evaluation_seed(config, trainer.steps_done), config.evaluated)
        measure(as_measured(dataset.in_units(samples), dataset.truth), dataset.truth, config.metrics)

    step = seconds(lambda: trainer.step(knobs), steps)
    count = sum(due(each, config) for each in range(1, config.evaluate_every + 1))
    return count * seconds(evaluate, 3), step * config.evaluate_every


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", type=lambda text: text.split(","), default=[name for name in PRESETS if name not in HEAVY])
    parser.add_argument("--steps", type=int, default=60)
    options = parser.parse_args()
    print(f"| preset | evaluations | training | share | <= {BAR:.0%} |\n|---|---|---|---|---|")
    for name in options.presets:
        try:
            evaluation, training = cost(name, options.steps)
        except UsageError as error:
            print(f"| {name} | {error} | | | |")
            continue
        share = evaluation / (evaluation + training)
        print(f"| {name} | {evaluation:.2f} s | {training:.1f} s | {share:.1%} | {'met' if share <= BAR else 'MISSED'} |", flush=True)


if __name__ == "__main__":
    main()
