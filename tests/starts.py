"""Starts of the program that cost no import: each is a fork of a process that has imported it all, as a child of whoever asks.

What a start itself does (imports, locale, environment) is tested with real ones.
"""

import array
import ctypes
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from fcntl import ioctl
from pathlib import Path

SUBREAPER = 36
# Imported before the forks: all that a run on a screen needs, torch's compiler included, which its optimizers import.
ROOTS = (
    "torch",
    "torch._dynamo",
    "torch._inductor",
    "tui_gan.cli",
    "tui_gan.cli.front",
    "tui_gan.ui.app",
    "tui_gan.session.start",
    "tui_gan.headless",
    "tui_gan.plain",
)


class Forked:
    """A process of the program, with what is used here of `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status, if it has ended."""
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if ended else None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal."""
        os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; returns the exit status."""
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired("tui-gan", timeout or 0.0)
            time.sleep(0.005)
        return self.returncode or 0


class Nursery:
    """The process that forks, for one environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        # The forks have lost their parent, and so become children of this process.
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
        self._here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with there:
            command = [sys.executable, "-m", "tests.starts", str(there.fileno())]
            self._process = subprocess.Popen(command, env=dict(environment), cwd=Path(__file__).parents[1], pass_fds=[there.fileno()])

    def start(self, command: Sequence[str], cwd: Path, slave: int, environment: Mapping[str, str]) -> Forked:
        """Start Python in a session of its own on a terminal.

        Args:
            command: what follows the name of the interpreter: `-m tui_gan` and words, or `-c` and code.
            environment: variables that are not those of all forks.
        """
        message = json.dumps([str(cwd), list(command), dict(environment)]).encode()
        self._here.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [slave]))])
        return Forked(int(self._here.recv(32)))

    def close(self) -> None:
        """End it."""
        self._here.close()
        self._process.wait()


def _serve(connection: socket.socket) -> list[str]:
    """Fork for each message; returns in each fork, with its command."""
    while True:
        message, passed, _, _ = socket.recv_fds(connection, 65536, 1)
        if not message:
            os._exit(0)
        reads, writes = os.pipe()
        between = os.fork()
        if between == 0:
            pid = os.fork()
            if pid:
                os.write(writes, str(pid).encode())
                os._exit(0)
            os.close(reads)
            os.close(writes)
            cwd, command, environment = json.loads(message)
            _take(passed[0], cwd)
            os.environ.update(environment)
            connection.close()
            return list(command)
        os.waitpid(between, 0)
        # By now it has been taken over by whoever asked.
        connection.send(os.read(reads, 32))
        for number in (reads, writes, passed[0]):
            os.close(number)


def _take(slave: int, cwd: str) -> None:
    """Be a process of its own on that terminal."""
    os.setsid()
    ioctl(slave, termios.TIOCSCTTY, 0)
    for number in (0, 1, 2):
        os.dup2(slave, number)
    os.close(slave)
    os.chdir(cwd)
    # Whoever started these tests may have told them to ignore signals, as a shell does for what runs in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    sys.stdin = sys.__stdin__ = open(0, closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stdout = sys.__stdout__ = open(1, "w", buffering=1, closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(2, "w", buffering=1, closefd=False)  # type: ignore[misc]  # noqa: SIM115


def _main() -> None:
    for name in ROOTS:
        __import__(name)
    # What the forks share is not looked through by each.
    gc.freeze()
    command = _serve(socket.socket(fileno=int(sys.argv[1])))
    sys.argv = ["tui-gan", *command[2:]]
    exec(command[1] if command[0] == "-c" else "from tui_gan.cli import main; main()", {"__name__": "__main__"})


if __name__ == "__main__":
    _main()
