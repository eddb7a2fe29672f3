"""The share of its speed that a whole run keeps while a screen shows it."""

import os
import pty
import select
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

# The screen of a large terminal.
ROWS, COLUMNS = 40, 140
# Seconds after which a screen that has not finished is given up.
PATIENCE = 600.0


def kept(preset: str, engine: str, steps: int, rounds: int) -> list[float]:
    """Ratios of the speed on the screen to that without it, of whole runs in turn."""
    found = []
    for each in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            one, other = (on_screen, headless) if each % 2 else (headless, on_screen)
            first, second = (run(preset, engine, steps, Path(folder, run.__name__)) for run in (one, other))
            found.append(second / first if one is headless else first / second)
    return found


def headless(preset: str, engine: str, steps: int, run: Path) -> float:
    """Steps a second of a run without a screen."""
    subprocess.run([*_command(preset, engine, steps, run), "--headless"], check=True, capture_output=True)
    return logged_speed(run, steps // 5)


def on_screen(preset: str, engine: str, steps: int, run: Path) -> float:
    """Steps a second of a run whose screen goes into a terminal that is read and thrown away."""
    import fcntl
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen(
        _command(preset, engine, steps, run), stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
    )
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
    return logged_speed(run, steps // 5)


def logged_speed(run: Path, warm_up: int) -> float:
    """Steps a second of training time from a step to the end, as the run logged them."""
    lines = [msgspec.json.decode(line) for line in (run / "log.jsonl").read_bytes().splitlines()]
    scalars = [(line["step"], line["seconds"]) for line in lines if line["kind"] == "scalars" and line["step"] >= warm_up]
    (first, then), (last, now) = scalars[0], scalars[-1]
    return float((last - first) / (now - then))


def _command(preset: str, engine: str, steps: int, run: Path) -> Sequence[str]:
    settings = ["--steps", str(steps), "--engine", engine, "--pace", "0", "--out", str(run)]
    return [sys.executable, "-m", "tui_gan", "run", preset, *settings]


def _finished(run: Path) -> bool:
    try:
        return "finished at step" in (run / "log.jsonl").read_text(errors="replace")
    except OSError:
        return False


def _drain(terminal: int, seconds: float) -> None:
    """Read what comes within so many seconds."""
    import time

    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select([terminal], [], [], left)
        if ready:
            try:
                os.read(terminal, 65_536)
            except OSError:
                return
