"""The small process that a shell waits for: it passes signals and the exit status on, and goes when the run has left the terminal.

A shell waits for the process that it started, and one with a training thread cannot fork. So there are two from the start: the parent
waits here, and the child trains and shows.
"""

import contextlib
import os
import select
import signal
import socket
import sys
import termios
from typing import Any, NoReturn

# What is meant for the child, whichever of the two it is sent to; a terminal sends it to both.
PASSED = (
    *(signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU, signal.SIGALRM),
    *(signal.SIGTSTP, signal.SIGCONT),
)
LONGEST = 65536


class Parent:
    """The parent, as its child knows it."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def fileno(self) -> int:
        """What a poll reports as hung up when the parent has been killed."""
        return self._line.fileno()

    def go(self, said: str, status: int = 0) -> None:
        """Let the parent say this to the terminal, as far as that is still there, and end, now that the child has left it."""
        with contextlib.suppress(OSError):
            self._line.sendall(bytes([status]) + said.encode(errors="replace"))
            self._line.close()


def forked() -> Parent:
    """Go on in a child; the parent waits here for what becomes of it, and ends with that."""
    sys.stdout.flush()
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ignored = {number for number in PASSED if signal.getsignal(number) is signal.SIG_IGN}
    # Until both have their handlers nothing may come; it comes then.
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED)
    child = os.fork()
    if child == 0:
        here.close()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED)
        return Parent(there)
    there.close()
    _wait(child, here, ignored)


def _wait(child: int, line: socket.socket, ignored: set[signal.Signals]) -> NoReturn:
    attributes = _attributes()
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    for number in (*PASSED, signal.SIGCHLD):
        if number not in ignored:
            signal.signal(number, lambda number, frame: _pass(child, number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED)
    while True:
        ready, _, _ = select.select([line.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, LONGEST)
        ended, status = os.waitpid(child, os.WNOHANG | os.WUNTRACED)
        if ended and os.WIFSTOPPED(status):
            # The shell sees this process alone, and continues both.
            os.kill(os.getpid(), signal.SIGSTOP)
        elif ended:
            _end(os.waitstatus_to_exitcode(status), attributes)
        elif line.fileno() in ready:
            if message := line.recv(LONGEST):
                with contextlib.suppress(OSError):
                    os.write(1, message[1:] + b"\n")
                os._exit(message[0])
            # It ends, and how is known in a moment.
            _end(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), attributes)


def _pass(child: int, number: int) -> None:
    if number != signal.SIGCHLD:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)


def _end(code: int, attributes: "list[Any] | None") -> NoReturn:
    """End as the child did; one that was killed has left the terminal as it was switched."""
    if code < 0:
        from tui_gan.ui.modes import END, LEAVE

        with contextlib.suppress(OSError, termios.error):
            if attributes is not None:
                termios.tcsetattr(0, termios.TCSANOW, attributes)
            os.write(2, (END + LEAVE).encode())
    os._exit(code if code >= 0 else 128 - code)


def _attributes() -> "list[Any] | None":
    try:
        return termios.tcgetattr(0)
    except termios.error:
        return None
