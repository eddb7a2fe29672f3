"""What the screen of a sweep costs: the speed of the same sweep with the heat map over that with the progress bar, pair by pair.

python -m benchmarks.swept [--pairs 5] [--seeds 64] [--steps 400] [--engine graph]

Each is timed on a terminal from its first measurement to its last, so that neither the start nor the end counts.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from tests.terminal import terminal

EVERY = 20


def seconds(folder: Path, options: argparse.Namespace, *more: str) -> float:
    """From the first measurement to the last of one sweep."""
    words = [
        "sweep",
        "toy1d-aylien-2017-07",
        "--generator-lr",
        "1e-3:1e-2:log:4",
        "--seeds",
        str(options.seeds),
        "--steps",
        str(options.steps),
    ]
    words += ["--set", f"evaluate_every={EVERY}", "--set", "evaluated=512", "--engine", options.engine, "--out", str(folder), *more]
    with terminal(*words, cwd=folder.parent, size=(120, 36)) as opened:
        while not (folder / "sweep.json").exists():
            opened.read(0.05)
        # A view that changes with every measurement.
        opened.press("v")
        began = _when(opened, lambda text: _share(text) > 0)
        ended = _when(opened, lambda text: "FINISHED" in text or "finished" in text)
    return ended - began


def _share(text: str) -> int:
    """The percentage that either shows."""
    found = [word.removesuffix("%") for word in text.split() if word.endswith("%") and word[:-1].isdecimal()]
    return max(map(int, found), default=0)


def _when(opened, true) -> float:  # type: ignore[no-untyped-def]
    while not true(opened.text):
        opened.read(0.05)
        assert opened.process.poll() is None or true(opened.text), opened.text
    return time.monotonic()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--pairs", type=int, default=5)
    asked.add_argument("--seeds", type=int, default=64)
    asked.add_argument("--steps", type=int, default=400)
    asked.add_argument("--engine", default="graph")
    options = asked.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory() as place:
        for pair in range(options.pairs):
            order = [("screen", ()), ("bar", ("--headless",))][:: 1 if pair % 2 else -1]
            took = {name: seconds(Path(place, f"{name}-{pair}"), options, *more) for name, more in order}
            ratios.append(took["bar"] / took["screen"])
            print(f"bar {took['bar']:.1f} s, heat map {took['screen']:.1f} s: {ratios[-1]:.3f}", flush=True)
    print(f"heat map over bar: median {statistics.median(ratios):.3f} ({min(ratios):.3f} .. {max(ratios):.3f})")


if __name__ == "__main__":
    main()
