"""Prints the ratios that the project promises of the screen, from interleaved runs of the real program.

python -m benchmarks.bench [--pairs 5] [--long] [--only screen,views,keys,bytes,help,memory]
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.terminal import PROGRAM, Terminal, terminal
from tui_gan.bench.screen import logged_speed
from tui_gan.ui.views import VIEWS

ROOT = Path(__file__).parents[1]
STEPS, WARM_UP = 14_000, 2_000
DIGITS = {view: str(number) for number, view in enumerate(VIEWS, 1)}
# Presets with a picture of each kind, and the views whose bytes are counted: those of the line all, of the others what differs.
COUNTED = {"toy1d": tuple(VIEWS), "ring2d": ("overview", "layers", "samples"), "digits": ("overview", "samples")}


def row(what: str, figure: str, bar: str, met: bool) -> None:
    """Print one line of the table."""
    print(f"| {what} | {figure} | {bar} | {'met' if met else 'MISSED'} |", flush=True)


def spread(values: list[float], digits: int = 3) -> str:
    """Median, least and greatest."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} .. {max(values):.{digits}f})"


def on_screen(folder: Path, view: str = "overview") -> float:
    run = folder / f"screen-{time.monotonic_ns()}"
    with terminal("run", "toy1d", "--steps", str(STEPS), "--out", str(run), cwd=folder, anew=True) as opened:
        opened.wait_for("RUNNING")
        opened.press(DIGITS[view])
        drain_until(opened, lambda: "finished" in (run / "log.jsonl").read_text() if (run / "log.jsonl").exists() else False)
        opened.press("q")
        opened.wait_end()
    return logged_speed(run, WARM_UP)


def without_screen(folder: Path) -> float:
    run = folder / f"headless-{time.monotonic_ns()}"
    command = [*PROGRAM, "run", "toy1d", "--headless", "--steps", str(STEPS), "--out", str(run)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return logged_speed(run, WARM_UP)


def drain_until(opened: Terminal, done: Callable[[], bool]) -> None:
    """Take the output without emulating the terminal, so that the reader costs next to nothing."""
    looked = 0.0
    while True:
        opened.discard(0.2)
        if time.monotonic() - looked > 0.5:
            looked = time.monotonic()
            if done():
                return


def interleaved(first: Callable[[Path], float], second: Callable[[Path], float], pairs: int, folder: Path) -> list[float]:
    """Ratios first / second, the two run in turn, the order swapped from pair to pair."""
    ratios = []
    for pair in range(pairs):
        if pair % 2:
            b, a = second(folder), first(folder)
        else:
            a, b = first(folder), second(folder)
        print(f"  {first.__name__} {a:.0f}, {second.__name__} {b:.0f} steps/s", file=sys.stderr, flush=True)
        ratios.append(a / b)
    return ratios


def bench_screen(pairs: int, folder: Path) -> None:
    ratios = interleaved(on_screen, without_screen, pairs, folder)
    row("steps/s with the screen over headless", spread(ratios), ">= 0.90", statistics.median(ratios) >= 0.90)


def bench_views(pairs: int, folder: Path) -> None:
    ratios: dict[str, list[float]] = {view: [] for view in VIEWS}
    for _ in range(min(pairs, 3)):
        for view in VIEWS:
            ratios[view].append(on_screen(folder, view) / without_screen(folder))
    for view, found in ratios.items():
        median = statistics.median(found)
        row(f"steps/s in the view {view} over headless, {len(found)} pairs", spread(found), ">= 0.90", median >= 0.90)


def bench_keys(pairs: int, folder: Path, presses: int = 100) -> None:
    with terminal("run", "toy1d", "--out", str(folder / "keys"), cwd=folder, anew=True) as opened:
        opened.wait_for("RUNNING")
        for view in VIEWS:
            opened.press(DIGITS[view])
            wait(opened, 1.0)
            waited = key_waits(opened, presses)
            p99 = sorted(waited)[int(0.99 * presses) - 1]
            figure = f"p99 {p99:.0f} ms (median {statistics.median(waited):.0f}, most {max(waited):.0f})"
            row(f"key press to changed screen in {view}, {presses} presses", figure, "<= 100 ms", p99 <= 100)
        opened.press("q")
        opened.wait_end()


def key_waits(opened: Terminal, presses: int) -> list[float]:
    """Milliseconds from each press to the knob's new value on the screen, in its panel or in the newest event."""
    waited, k_steps = [], 1
    for press in range(presses):
        key, k_steps = ("K", k_steps + 1) if press % 10 < 5 else ("k", k_steps - 1)
        signs = (f"k steps ◂ {k_steps} ▸", f"k steps: {k_steps} (was")
        wait(opened, 0.15)
        start = time.perf_counter()
        opened.press(key)
        opened.wait_for(lambda text, signs=signs: any(sign in " ".join(text.split()) for sign in signs))
        waited.append(1000 * (time.perf_counter() - start))
    return waited


def wait(opened: Terminal, seconds: float) -> None:
    """Take in what is written meanwhile."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        opened.read(0.02)


def bench_bytes(pairs: int, folder: Path, seconds: float = 10.0) -> None:
    def rate(opened: Terminal) -> float:
        before = opened.received
        wait(opened, seconds)
        return (opened.received - before) / seconds / 1000

    for preset, views in COUNTED.items():
        with terminal("run", preset, "--out", str(folder / f"bytes-{preset}"), cwd=folder, anew=True) as opened:
            opened.wait_for("RUNNING")
            for view in views:
                opened.press(DIGITS[view])
                wait(opened, 2.0)
                training = rate(opened)
                opened.press(" ")
                opened.wait_for("PAUSED")
                wait(opened, 6.0)
                paused = rate(opened)
                opened.press(" ")
                opened.wait_for("RUNNING")
                row(f"bytes to the terminal, {preset}, {view}, training", f"{training:.1f} kB/s", "<= 60 kB/s", training <= 60)
                row(f"bytes to the terminal, {preset}, {view}, paused", f"{paused:.1f} kB/s", "0", paused == 0)
            opened.press("q")
            opened.wait_end()


def bench_help(pairs: int, folder: Path) -> None:
    def seconds(command: list[str]) -> float:
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        return time.perf_counter() - start

    shown, passed = [*PROGRAM, "--help"], [sys.executable, "-c", "pass"]
    differences = [seconds(shown) - seconds(passed) for _ in range(2 * pairs + 1)][1:]
    row("tui-gan --help over python -c pass", f"{spread(differences)} s more", "<= 0.35 s", statistics.median(differences) <= 0.35)


def bench_memory(pairs: int, folder: Path, steps: int = 200_000) -> None:
    def resident(opened: Terminal, run: Path, step: int) -> float:
        previews = run / "checkpoints" / f"step-{step:08}.safetensors"
        drain_until(opened, previews.exists)
        return psutil.Process(opened.process.pid).memory_info().rss / 2**20

    run = folder / f"memory-{steps}"
    with terminal("run", "toy1d", "--steps", str(steps), "--out", str(run), cwd=folder, anew=True) as opened:
        early, late = resident(opened, run, 20_000), resident(opened, run, steps)
        opened.press("q")
        opened.wait_end()
    figure = f"{late / early:.3f} ({early:.0f} and {late:.0f} MiB)"
    row(f"memory after {steps:,} steps over after 20,000, with the screen", figure, "<= 1.05", late / early <= 1.05)


BENCHES = {
    "screen": bench_screen,
    "views": bench_views,
    "keys": bench_keys,
    "bytes": bench_bytes,
    "help": bench_help,
    "memory": bench_memory,
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--long", action="store_true", help="memory over 1,000,000 steps too")
    parser.add_argument("--only", default=",".join(BENCHES))
    options = parser.parse_args()
    print("| what | measured | bar | |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.only.split(","):
            BENCHES[name](options.pairs, Path(folder))
        if options.long:
            bench_memory(1, Path(folder), steps=1_000_000)


if __name__ == "__main__":
    main()
