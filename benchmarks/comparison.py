"""Prints the table that sets the systems of the sources beside ours, each trained by its own preset on the CPU.

python -m benchmarks.comparison --only line            W1 over 64 seeds
python -m benchmarks.comparison --only plane           modes, HQ and reverse KL over 3 seeds, after equal minutes of training
python -m benchmarks.comparison --only images          Parzen after 10 and 30 minutes on two threads; takes 90 minutes
"""

import argparse
import statistics
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from benchmarks.quality import Measured, over_seeds

MINIBATCH = ("minibatch_discrimination=true",)


class Entry(NamedTuple):
    """A row: what is trained, and with which settings."""

    preset: str
    pairs: Sequence[str] = ()
    said: str = ""


LINE = (
    Entry("toy1d-aylien-2016-08"),
    Entry("toy1d-aylien-2016-08", MINIBATCH, "with minibatch"),
    Entry("toy1d-aylien-2016-12"),
    Entry("toy1d-aylien-2016-12", MINIBATCH, "with minibatch"),
    Entry("toy1d-aylien-2017-07"),
    Entry("toy1d-aylien-2017-07", MINIBATCH, "with minibatch"),
    Entry("toy1d", ("steps=1200",), "1,200 steps"),
    Entry("toy1d", ("steps=5000",), "5,000 steps"),
)
PLANE = (
    Entry("nips2016"),
    Entry("ring2d", ("dataset=correlated", 'metrics=["sliced_w1","mmd","js"]', "metric=sliced_w1"), "on the data of nips2016"),
    Entry("ring2d-pacgan"),
    Entry("ring2d"),
    Entry("grid2d-pacgan"),
    Entry("grid2d"),
)
IMAGES = (Entry("mnist-mlp"), Entry("goodfellow-mnist"), Entry("mnist"))


def named(entry: Entry) -> str:
    return f"{entry.preset} {entry.said}".strip()


def spread(values: list[float]) -> str:
    """Median, and the range from the 10th to the 90th percentile."""
    low, high = np.quantile(values, [0.1, 0.9])
    return f"{statistics.median(values):.3g} ({low:.3g} .. {high:.3g})"


def rows_of(entry: Entry, seeds: range, workers: int, **how: Any) -> list[Measured]:
    return list(over_seeds(seeds, workers, preset=entry.preset, pairs=entry.pairs, **how))


def line() -> None:
    print("| preset, 64 seeds | W1 to N(4, 0.5), median (10 % .. 90 %) | generated sd, median |\n|---|---|---|")
    for entry in LINE:
        rows = rows_of(entry, range(64), 2, metrics=("w1", "sd"))
        w1, sd = ([each.metrics[name] for each in rows] for name in ("w1", "sd"))
        print(f"| {named(entry)} | {spread(w1)} | {statistics.median(sd):.2f} |", flush=True)


def plane(minutes: float = 1.5) -> None:
    print(f"| preset, 3 seeds, at most {minutes:g} minutes of training | steps | modes | HQ | reverse KL | sliced W1 |")
    print("|---|---|---|---|---|---|")
    for entry in PLANE:
        rows = rows_of(entry, range(3), 1, minutes=(minutes,))
        cells = [f"{statistics.median(each.step for each in rows):,.0f}"]
        for name in ("modes", "hq", "reverse_kl", "sliced_w1"):
            values = [each.metrics[name] for each in rows if name in each.metrics]
            cells.append(f"{statistics.median(values):.3g}" if values else "")
        print(f"| {named(entry)} | {' | '.join(cells)} |", flush=True)


def images() -> None:
    print("| preset, 1 seed | after | steps | Parzen | precision, recall |\n|---|---|---|---|---|")
    for entry in IMAGES:
        names = ("parzen", "parzen_se", "precision", "recall")
        for each in rows_of(entry, range(1), 1, minutes=(10, 30), metrics=names, threads=2):
            found = each.metrics
            parzen = f"{found['parzen']:.1f} ± {found['parzen_se']:.1f}"
            shares = f"{found['precision']:.2f}, {found['recall']:.2f}"
            print(f"| {named(entry)} | {each.seconds / 60:.0f} min | {each.step:,} | {parzen} | {shares} |", flush=True)


TABLES = {"line": line, "plane": plane, "images": images}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(TABLES))
    for name in parser.parse_args().only:
        TABLES[name]()


if __name__ == "__main__":
    main()
