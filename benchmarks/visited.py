"""Prints what visitors cost a run, and how fast they are served, from windows of one run with and without them, in turn.

python -m benchmarks.visited [--pairs 20] [--seconds 2.5] [--only attached,five,attach,keys,stopped,bytes,long]
"""

import argparse
import contextlib
import os
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from benchmarks.bench import DIGITS, key_waits, row, spread, wait
from tests.terminal import PROGRAM, Terminal, terminal
from tui_gan.contract.commands import Note, Pause, SetKnob, Watch
from tui_gan.wire import AbsentError, place
from tui_gan.wire.client import Visit
from tui_gan.wire.framing import Incoming

PRESETS = ("toy1d", "digits")
FIVE = ("overview", "layers", "discriminator", "curves", "explain")
# What the overview of a toy watches.
OVERVIEW = ("picture", "predictions", "floors")


@contextlib.contextmanager
def trains(folder: Path, preset: str, *words: str) -> Iterator[Visit]:
    """A run without a screen, and a visit that asks it for its step."""
    run = folder / f"{preset}-{time.monotonic_ns()}"
    command = [*PROGRAM, "run", preset, "--headless", "--steps", "1000000000", "--pace", "0", "--out", str(run), *words]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            time.sleep(0.1)
            with contextlib.suppress(AbsentError):
                visit = Visit(place.address(run), "bench")
                break
        with contextlib.closing(visit):
            while visit.look().step < 300:
                time.sleep(0.2)
            yield visit
    finally:
        process.kill()
        process.wait()


def speed(visit: Visit, seconds: float, meanwhile: Callable[[float], object] = time.sleep) -> float:
    """Steps a second of the clock on the wall."""
    begun, step = time.perf_counter(), visit.look().step
    meanwhile(seconds)
    return (visit.look().step - step) / (time.perf_counter() - begun)


@contextlib.contextmanager
def screens(visit: Visit, folder: Path, views: tuple[str, ...]) -> Iterator[list[Terminal]]:
    """Screens that are attached to a run, each in a view."""
    with contextlib.ExitStack() as left:
        opened = [left.enter_context(terminal("attach", visit.welcome.run, cwd=folder, anew=True)) for _ in views]
        for each, view in zip(opened, views, strict=True):
            each.wait_for(lambda text: "RUNNING" in text and "steps/s" in text)
            each.press(DIGITS[view])
        yield opened


def take(opened: list[Terminal], seconds: float) -> None:
    """Take what screens write, without showing it to anybody."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for each in opened:
            each.discard(0.02)


def bench_attached(folder: Path, pairs: int, seconds: float, views: tuple[str, ...] = ("overview",), bar: float = 0.97) -> None:
    """Screens that are stopped cost nothing, so that short windows with and without them follow each other at once."""
    for preset in PRESETS:
        ratios = []
        with trains(folder, preset) as visit, screens(visit, folder, views) as opened:
            take(opened, 5.0)

            def window(stopped: bool, visit: Visit = visit, opened: list[Terminal] = opened) -> float:
                for each in opened:
                    os.kill(each.process.pid, signal.SIGSTOP if stopped else signal.SIGCONT)
                take(opened, 1.0)
                return speed(visit, seconds, lambda seconds: take(opened, seconds))

            for pair in range(pairs):
                found = {stopped: window(stopped) for stopped in ((True, False) if pair % 2 else (False, True))}
                ratios.append(found[False] / found[True])
            window(stopped=False)
        what = f"steps/s of {preset} with {len(views)} attached over none, {pairs} pairs"
        row(what, spread(ratios), f">= {bar}", statistics.median(ratios) >= bar)


def bench_five(folder: Path, pairs: int, seconds: float) -> None:
    bench_attached(folder, pairs, seconds, FIVE, 0.90)


def _picture(folder: Path, run: Path) -> float:
    """Seconds from the start of an attached screen to its first full picture."""
    begun = time.perf_counter()
    with terminal("attach", str(run), cwd=folder, anew=True) as opened:
        opened.wait_for(lambda text: "generated" in text and "D(x)" in text and "W1" in text and "steps/s" in text)
        waited = time.perf_counter() - begun
        torch = "torch" in Path(f"/proc/{opened.process.pid}/maps").read_text()
        opened.press("D")
        opened.wait_end()
    if torch:
        raise AssertionError("attach has loaded torch")
    return waited


def bench_attach(folder: Path, pairs: int, seconds: float) -> None:
    with trains(folder, "toy1d") as visit:
        waited = [_picture(folder, Path(visit.welcome.run)) for _ in range(10)]
    row(
        "attach: start of the process to the first full picture", f"{spread(waited[1:], 2)} s", "<= 1.0 s", statistics.median(waited) <= 1.0
    )


def bench_keys(folder: Path, pairs: int, seconds: float, presses: int = 100) -> None:
    with trains(folder, "toy1d") as visit, screens(visit, folder, ("overview",)) as (opened,):
        wait(opened, 3.0)
        waited = key_waits(opened, presses)
    p99 = sorted(waited)[int(0.99 * presses) - 1]
    row(
        f"key press to changed screen over the socket, {presses} presses",
        f"p99 {p99:.0f} ms (median {statistics.median(waited):.0f})",
        "<= 100 ms",
        p99 <= 100,
    )


def bench_stopped(folder: Path, pairs: int, seconds: float, stopped: float = 60.0) -> None:
    with trains(folder, "toy1d") as visit, screens(visit, folder, ("overview",)) as (opened,):
        wait(opened, 3.0)
        process = psutil.Process(visit.welcome.pid)
        before, alone = process.memory_info().rss, speed(visit, 10.0)
        os.kill(opened.process.pid, signal.SIGSTOP)
        during = speed(visit, stopped)
        after = process.memory_info().rss
        os.kill(opened.process.pid, signal.SIGCONT)
        begun, now = time.perf_counter(), visit.look().step
        opened.wait_for(lambda text: any(int(word.replace(",", "")) >= now for word in text.split() if word.replace(",", "").isdecimal()))
        caught_up = time.perf_counter() - begun
    more = (after - before) / 2**20
    row(f"memory of the run while a visitor is stopped for {stopped:g} s", f"{more:+.1f} MiB", "<= 8 MB", more <= 8)
    row("steps/s meanwhile over before", f"{during / alone:.3f}", ">= 0.97", during / alone >= 0.97)
    row("seconds until the visitor has caught up", f"{caught_up:.2f}", "<= 1", caught_up <= 1)


def bench_bytes(folder: Path, pairs: int, seconds: float) -> None:
    taken = 0
    feed = Incoming.feed

    def counted(self: Incoming, piece: bytes) -> list[bytes]:
        nonlocal taken
        taken += len(piece)
        return feed(self, piece)

    def rate(visit: Visit, looks: bool) -> float:
        nonlocal taken
        taken, end = 0, time.monotonic() + 10
        while time.monotonic() < end:
            if looks:
                visit.look()
            time.sleep(0.1)
        return taken / 10 / 1000

    Incoming.feed = counted  # type: ignore[method-assign,assignment]
    try:
        with trains(folder, "toy1d") as visit:
            visit.ask(Watch(OVERVIEW))
            rate(visit, looks=True)
            training = rate(visit, looks=True)
            visit.ask(Pause())
            time.sleep(2.0)
            paused = rate(visit, looks=False)
    finally:
        Incoming.feed = feed  # type: ignore[method-assign]
    row("bytes over the socket, toy1d, overview, ten looks a second", f"{training:.1f} kB/s", "<= 150 kB/s", training <= 150)
    row("the same, paused", f"{paused:.2f} kB/s", "<= 1 kB/s", paused <= 1)


def bench_long(folder: Path, pairs: int, seconds: float) -> None:
    """As many lines in the log as a million steps have, a week of events, one in half a minute, and 10,000 changes that can be undone."""
    lines, events, changes = 20_000, 20_000, 10_000
    with trains(folder, "toy1d", "--set", "log_every=1") as visit:
        run, process = Path(visit.welcome.run), psutil.Process(visit.welcome.pid)
        before = process.memory_info().rss
        for number in range(events):
            if number % (events // changes) == 0:
                visit.send(SetKnob("generator_lr", (number % 7 + 1) * 1e-3))
            if visit.ask(Note(f"event {number}"), 60.0).why:
                raise AssertionError("a note has been refused")
        while visit.look().step < lines:
            time.sleep(0.2)
        more = (process.memory_info().rss - before) / 2**20
        waited = [_picture(folder, run) for _ in range(6)][1:]
    sizes = ", ".join(f"{path.name} {path.stat().st_size / 2**20:.1f}" for path in sorted(run.glob("*.jsonl")))
    row("memory of a run after all that over before", f"{more:+.1f} MiB (on the disk: {sizes} MiB)", "flat", more <= 64)
    row("attach to it, to the first full picture", f"{spread(waited, 2)} s", "<= 1.0 s", statistics.median(waited) <= 1.0)
    resumed = []
    for _ in range(5):
        begun = time.perf_counter()
        command = [*PROGRAM, "resume", str(run), "--headless", "--steps", "1"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        resumed.append(time.perf_counter() - begun)
    row("resume it for one step, from start to end", f"{spread(resumed, 2)} s", "<= 3.0 s", statistics.median(resumed) <= 3.0)


BENCHES = {
    "long": bench_long,
    "attached": bench_attached,
    "five": bench_five,
    "attach": bench_attach,
    "keys": bench_keys,
    "stopped": bench_stopped,
    "bytes": bench_bytes,
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=2.5)
    parser.add_argument("--only", default=",".join(BENCHES))
    options = parser.parse_args()
    print("| what | measured | bar | |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.only.split(","):
            BENCHES[name](Path(folder), options.pairs, options.seconds)


if __name__ == "__main__":
    main()
