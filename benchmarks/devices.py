"""Prints, for every device of this machine: time per step, the metrics after it, and whether a move there and back keeps the state.

python -m benchmarks.devices [--steps 2000] [--presets toy1d ring2d ...]
"""

import argparse
import time
from pathlib import Path

import torch

from tui_gan.gan.metrics import measure
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS
from tui_gan.session import devices
from tui_gan.session.observe import as_measured, evaluation_seed, generate
from tui_gan.session.sources import dataset_of


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--presets", nargs="+", choices=PRESETS, default=["toy1d", "ring2d", "digits"])
    options = parser.parse_args()
    print(f"torch {torch.__version__}")
    for name in options.presets:
        preset = PRESETS[name]
        config = preset.config
        torch.set_num_threads(config.threads or torch.get_num_threads())
        dataset, _ = dataset_of(config, Path())
        for device in devices.available():
            trainer = Trainer(config, dataset, "cpu")
            before = trainer.state()
            moved = trainer.on(device)
            kept = all(torch.equal(value, before[key]) for key, value in moved.on("cpu").state().items())
            start = time.perf_counter()
            for _ in range(options.steps):
                moved.step(preset.knobs)
            moved.is_finite()
            taken = 1000 * (time.perf_counter() - start) / options.steps
            samples = generate(moved.generator_average, config, evaluation_seed(config, options.steps), config.evaluated)
            metrics = measure(as_measured(dataset.in_units(samples), dataset.truth), dataset.truth, config.metrics)
            found = ", ".join(f"{metric} {value:.4g}" for metric, value in metrics.items())
            back = moved.on("cpu")
            back.step(preset.knobs)
            print(f"{name} on {device}: {taken:.3f} ms a step, {found}, state kept {kept}, goes on on the CPU {back.is_finite()}")
        print(devices.fastest(config, preset.knobs, dataset)[1])


if __name__ == "__main__":
    main()
