"""Prints W1 and sd ratio of the toy1d preset at a step, seed by seed, and whether every seed meets the bar.

python -m benchmarks.toy1d_quality [--seeds 0-31] [--steps 2000] [--set k_steps=2 ...] [--data FILE] [--bar 0.03]
"""

import argparse
import statistics
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import torch

from tui_gan.contract.knobs import set_knob
from tui_gan.data.tables import read_table
from tui_gan.gan.datasets import DATASETS, Line, of_column
from tui_gan.gan.metrics import measure
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS
from tui_gan.session.observe import as_measured, evaluation_seed, generate


def train(seed: int, steps: int, turned: dict[str, Any], data: Path | None) -> dict[str, float]:
    """Train one seed and measure it as a run measures itself."""
    torch.set_num_threads(1)
    preset = PRESETS["toy1d"]
    config = msgspec.structs.replace(preset.config, seed=seed)
    knobs = preset.knobs
    for name, value in turned.items():
        knobs = set_knob(knobs, name, value)
    dataset = of_column(read_table(data, 1)[:, 0], True) if data else DATASETS[config.dataset](config.standardize)
    trainer = Trainer(config, dataset, "cpu")
    for _ in range(steps):
        trainer.step(knobs)
    samples = generate(trainer.generator_average, config, evaluation_seed(config, steps), config.evaluated)
    truth = dataset.truth
    assert isinstance(truth, Line)
    metrics = measure(as_measured(dataset.in_units(samples), truth), truth, ("w1", "sd_ratio"))
    return {"w1": metrics["w1"] / (truth.sd if data else 1.0), "sd_ratio": metrics["sd_ratio"]}


def setting(text: str) -> tuple[str, Any]:
    """Read NAME=VALUE."""
    name, _, value = text.partition("=")
    return name, msgspec.json.decode(value)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0-31")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--set", type=setting, nargs="*", default=[])
    parser.add_argument("--data", type=Path, help="one column of numbers; W1 is then given in standard deviations")
    parser.add_argument("--bar", type=float, default=0.03)
    options = parser.parse_args()
    first, _, last = options.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    work = partial(train, steps=options.steps, turned=dict(options.set), data=options.data)
    with ProcessPoolExecutor(max_workers=2) as pool:
        rows = list(pool.map(work, seeds))
    print("seed      w1  sd ratio")
    for seed, row in zip(seeds, rows, strict=True):
        print(f"{seed:4}  {row['w1']:.4f}    {row['sd_ratio']:.4f}")
    distances, ratios = [row["w1"] for row in rows], [row["sd_ratio"] for row in rows]
    print(f"w1 median {statistics.median(distances):.4f}, max {max(distances):.4f} (bar {options.bar})")
    print(f"sd ratio {min(ratios):.4f} .. {max(ratios):.4f} (bar 0.95 .. 1.05)")
    met = max(distances) <= options.bar and min(ratios) >= 0.95 and max(ratios) <= 1.05
    print("met by every seed" if met else "NOT met by every seed")


if __name__ == "__main__":
    main()
