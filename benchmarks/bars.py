"""Trains the presets that promise something, and prints each figure beside its bar.

python -m benchmarks.bars [--only toy1d,ring2d,grid2d,digits,mnist,mnist-mlp,goodfellow-mnist] [--seeds 0-9] [--workers 2]

The last three take 30 minutes and more, and train on two threads unless told otherwise by --threads.
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

from benchmarks.quality import Bar, Measured, over_seeds, row, some_seeds, verdicts
from tui_gan.gan.datasets import Images
from tui_gan.presets import PRESETS
from tui_gan.session.sources import dataset_of

NEIGHBOURS = 5


class Promise(NamedTuple):
    """What is trained, and what every seed of it must hold.

    Attributes:
        seconds: of training, at most; None without limit.
        more: adds to the metrics of a run, from its samples.
    """

    seeds: range
    how: dict[str, Any]
    bars: tuple[Bar, ...] = ()
    seconds: float | None = None
    more: Callable[[Any], dict[str, float]] | None = None


def rarest_digit(samples: Any) -> dict[str, float]:
    """Share of the rarest class among samples (N, 1, 8, 8), each named by its nearest real digits."""
    truth = dataset_of(PRESETS["digits"].config, Path())[0].truth
    assert isinstance(truth, Images)
    assert truth.train_labels is not None
    known = KNeighborsClassifier(NEIGHBOURS).fit(truth.train.flatten(1).numpy() / 255, truth.train_labels.numpy())
    named = known.predict(samples.reshape(len(samples), -1))
    return {"rarest_digit": float(np.bincount(named, minlength=10).min() / len(named))}


LONG = {"metrics": ("parzen", "parzen_se", "precision", "recall")}
PROMISES: dict[str, Promise] = {
    "toy1d": Promise(range(64), {"steps": 2_000}, (Bar("w1", "<=", 0.02), Bar("sd_ratio", ">=", 0.95), Bar("sd_ratio", "<=", 1.05))),
    "ring2d": Promise(range(10), {}, (Bar("modes", ">=", 8), Bar("hq", ">=", 0.95), Bar("reverse_kl", "<=", 0.02)), 300),
    "grid2d": Promise(range(10), {}, (Bar("modes", ">=", 25), Bar("hq", ">=", 0.93), Bar("reverse_kl", "<=", 0.02)), 360),
    "digits": Promise(range(10), {}, (Bar("rarest_digit", ">=", 0.04), Bar("recall", ">=", 0.5)), 120, rarest_digit),
    "mnist": Promise(range(1), {**LONG, "minutes": (10, 30)}, (Bar("parzen", ">=", 225),)),
    "mnist-mlp": Promise(range(1), LONG),
    "goodfellow-mnist": Promise(range(1), {**LONG, "minutes": (30,)}, (Bar("parzen", ">=", 225),)),
}
LONG_ONES = ("mnist", "mnist-mlp", "goodfellow-mnist")


def kept(name: str, seeds: range, workers: int, threads: int) -> list[Measured]:
    """Train a preset over seeds and print a line for each measurement."""
    promise = PROMISES[name]
    found = []
    for each in over_seeds(seeds, workers, preset=name, threads=threads, more=promise.more, **promise.how):
        print(row(each), flush=True)
        found.append(each)
    return found


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=lambda text: text.split(","), default=[name for name in PROMISES if name not in LONG_ONES])
    parser.add_argument("--seeds", type=some_seeds)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    for name in options.only:
        promise, long = PROMISES[name], name in LONG_ONES
        print(f"\n{name}", flush=True)
        train = partial(kept, name, options.seeds or promise.seeds)
        rows = train(1 if long else options.workers, options.threads or (2 if long else 1))
        last = list({each.seed: each for each in rows}.values())
        for line in verdicts(last, promise.bars):
            print(line)
        slowest = max(each.seconds for each in last)
        if promise.seconds:
            print(f"seconds of training: at most {slowest:.0f} ({'met' if slowest <= promise.seconds else 'MISSED'}: {promise.seconds:g})")


if __name__ == "__main__":
    main()
