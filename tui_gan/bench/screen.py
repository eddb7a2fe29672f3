"""The share of its speed that a whole run keeps while a screen shows it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

# The screen of a large terminal.
ROWS, COLUMNS = 40, 140
# Seconds after which a screen that has not finished is given up.
PATIENCE = 600.0


def kept(words: Sequence[str], warm_up: int, rounds: int) -> list[float]:
    """Ratios of the speed on the screen to that without it, of whole runs in turn.

    Args:
        words: of `tui-gan run`.
        warm_up: steps that do not count.
    """
    ratios = []
    for each in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            speeds = {}
            for run in (on_screen, headless) if each % 2 else (headless, on_screen):
                speeds[run] = run(words, warm_up, Path(folder, run.__name__))
            ratios.append(speeds[on_screen] / speeds[headless])
    return ratios


def headless(words: Sequence[str], warm_up: int, run: Path) -> float:
    """Steps a second of a run without a screen."""
    subprocess.run([*_command(words, run), "--headless"], check=True, capture_output=True)
    return logged_speed(run, warm_up)


def on_screen(words: Sequence[str], warm_up: int, run: Path) -> float:
    """Steps a second of a run whose screen goes into a terminal that is read and thrown away."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen(_command(words, run), stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True)
    os.close(slave)
    try:
        waited = 0.0
        while waited < PATIENCE and not _finished(run):
            _drain(master, 0.5)
            waited += 0.5
        os.write(master, b"q")
        while process.poll() is None and waited < PATIENCE:
            _drain(master, 0.1)
            waited += 0.1
    finally:
        process.kill()
        process.wait()
        os.close(master)
    return logged_speed(run, warm_up)


def logged_speed(run: Path, warm_up: int) -> float:
    """Steps a second of training time from a step to the end, as the run logged them."""
    lines = [msgspec.json.decode(line) for line in (run / "log.jsonl").read_bytes().splitlines()]
    scalars = [(line["step"], line["seconds"]) for line in lines if line["kind"] == "scalars" and line["step"] >= warm_up]
    (first, then), (last, now) = scalars[0], scalars[-1]
    return float((last - first) / (now - then))


def _command(words: Sequence[str], run: Path) -> Sequence[str]:
    return [sys.executable, "-m", "tui_gan", "run", *words, "--pace", "0", "--out", str(run)]


def _finished(run: Path) -> bool:
    try:
        return "finished at step" in (run / "log.jsonl").read_text(errors="replace")
    except OSError:
        return False


def _drain(terminal: int, seconds: float) -> None:
    """Read what comes within so many seconds."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select([terminal], [], [], left)
        if ready:
            try:
                os.read(terminal, 65_536)
            except OSError:
                return
