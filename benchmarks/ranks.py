"""Steps a second of a convolutional preset on one process with several threads, and shared by several processes under torchrun.

python -m benchmarks.ranks [--preset mnist-dcgan] [--cores 2] [--batch-size 64] [--steps 300]

It trains on random images, since no number depends on what they show, and measures and saves nothing on the way. Each arrangement is
timed three times in turn, of which the fastest counts.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

SHAPES = {"mnist-dcgan": (28, 28), "fashion-mnist-dcgan": (28, 28), "cifar10": (32, 32, 3), "images": (32, 32, 3)}
TIMES = 3


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--preset", default="mnist-dcgan", choices=[*SHAPES])
    asked.add_argument("--cores", type=int, default=2)
    asked.add_argument("--batch-size", type=int, default=64)
    asked.add_argument("--steps", type=int, default=300)
    options = asked.parse_args()
    arrangements = [(1, 1), (1, options.cores), (options.cores, 1)]
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder, "images.npy")
        np.save(images, np.random.default_rng(1).integers(0, 256, (2_000, *SHAPES[options.preset]), dtype=np.uint8))
        rounds = [[speed(*each, options, images, Path(folder, str(turn))) for each in arrangements] for turn in range(TIMES)]
    for (processes, threads), speeds in zip(arrangements, zip(*rounds, strict=True), strict=True):
        print(f"{processes} processes x {threads} threads: {max(speeds):.1f} steps/s, {1000 / max(speeds):.1f} ms a step")


def speed(processes: int, threads: int, options: argparse.Namespace, images: Path, folder: Path) -> float:
    """Steps a second of one run."""
    started = ("-m", "torch.distributed.run", "--nproc-per-node", str(processes)) if processes > 1 else ()
    words = ["run", options.preset, "--headless", "--json", "--data", str(images), "--steps", str(options.steps)]
    words += ["--batch-size", str(options.batch_size), "--out", str(folder / f"{processes}-{threads}"), "--checkpoint-every", "1000000"]
    for setting in ("evaluate_every=1000000", "preview_every=1000000", "evaluated=100", 'metrics=["precision"]', "metric=precision"):
        words += ["--set", setting]
    done = subprocess.run(
        [sys.executable, *started, "-m", "tui_gan", *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=images.parent,
        env={**os.environ, "OMP_NUM_THREADS": str(threads), "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    return float(json.loads(done.stdout.splitlines()[-1])["steps_per_second"])


if __name__ == "__main__":
    main()
