"""A real pseudo-terminal with a terminal emulator (pyte) behind it, for end-to-end tests and benchmarks."""

import atexit
import contextlib
import fcntl
import functools
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyte

from tests.starts import Forked, Nursery

PROGRAM = (sys.executable, "-m", "tui_gan")
PATIENCE = 60.0
# Variables that the interpreter or a library reads once, when it starts.
AT_THE_START = ("LANG", "LC_", "PYTHON", "OMP_", "MKL_")
ENTERED = {
    "space": " ",
    "enter": "\r",
    "escape": "\x1b",
    "backspace": "\x7f",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "plus": "+",
    "minus": "-",
    "slash": "/",
    "comma": ",",
    "full_stop": ".",
    "question_mark": "?",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}
# In place of the user's own folders: nothing is there, and nothing can be kept there.
NOWHERE = {"XDG_CONFIG_HOME": os.devnull, "XDG_STATE_HOME": os.devnull}


class Terminal:
    """A program on a pseudo-terminal of its own.

    Args:
        told: columns and rows that the program is told of; the size by default.
        anew: whether the program is imported anew, as it is where its environment asks for it.

    Attributes:
        received: bytes that the program has written so far.
    """

    def __init__(
        self,
        command: Sequence[str],
        cwd: Path,
        size: tuple[int, int] = (120, 36),
        environment: dict[str, str] | None = None,
        told: tuple[int, int] | None = None,
        anew: bool = False,
    ) -> None:
        self.columns, self.rows = size
        self.screen = pyte.Screen(self.columns, self.rows)
        self._stream = pyte.ByteStream(self.screen)
        self.received = 0
        self.raw = bytearray()
        self.master, slave = pty.openpty()
        self._set_size(told)
        self.attributes = termios.tcgetattr(self.master)
        variables = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        # The name of the running test among them would make each test import the program again.
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("NO_COLOR", "COLUMNS", "LINES", "PYTEST", "TMUX"))
        }
        usual = {**inherited, "PYTHONPATH": str(Path(__file__).parents[1]), **NOWHERE, **variables}
        others = environment or {}
        self.process: subprocess.Popen[bytes] | Forked
        if anew or command[0] != sys.executable or any(name.startswith(AT_THE_START) for name in others):
            self.process = subprocess.Popen(
                command,
                cwd=cwd,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                env={**usual, **others},
                start_new_session=True,
                preexec_fn=_own_terminal,
            )
        else:
            self.process = _nursery(tuple(sorted(usual.items()))).start(command[1:], cwd, slave, others)
        os.close(slave)

    @property
    def worker(self) -> int:
        """The process that trains and shows: the child of the one that a shell would wait for, or that one itself."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(children[0]) if children else pid

    def press(self, *keys: str) -> None:
        """Type characters, or whole escape sequences."""
        for key in keys:
            os.write(self.master, key.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        self.columns, self.rows = columns, rows
        self.screen.resize(rows, columns)
        self._set_size()
        os.kill(self.process.pid, signal.SIGWINCH)

    def read(self, seconds: float) -> bool:
        """Take in what the program writes within so many seconds; returns whether there was anything."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            content = os.read(self.master, 65536)
        except OSError:
            return False
        self.received += len(content)
        self.raw += content
        self._stream.feed(content)
        return bool(content)

    def discard(self, seconds: float) -> None:
        """Take in what the program writes within so many seconds without showing it to the emulator."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if ready:
            with contextlib.suppress(OSError):
                self.received += len(os.read(self.master, 65536))

    @property
    def text(self) -> str:
        """The screen as lines of characters."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait_for(self, wanted: str | Callable[[str], bool], patience: float = PATIENCE) -> str:
        """Read until the screen holds a text, or satisfies a condition; returns the screen.

        Raises:
            AssertionError: it did not come in time; the text shows the screen.
        """
        holds = wanted if callable(wanted) else lambda text: wanted in text
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if holds(self.text):
                return self.text
            if not self.read(0.05) and self.process.poll() is not None:
                # What was written last may still be on its way.
                while self.read(0.2):
                    pass
                break
        if holds(self.text):
            return self.text
        raise AssertionError(f"waited for {wanted!r}; exit status {self.process.poll()}; the screen:\n{self.text}")

    def wait_end(self, patience: float = PATIENCE) -> int:
        """Read until the program ends; returns its exit status."""
        end = time.monotonic() + patience
        while self.process.poll() is None:
            assert time.monotonic() < end, f"still running; the screen:\n{self.text}"
            self.read(0.05)
        while self.read(0.2):
            pass
        return self.process.returncode

    def hang_up(self) -> None:
        """Close the window: what a dropped SSH line does."""
        os.close(self.master)
        self.master = -1

    def close(self) -> None:
        """End the program, whatever it does."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.master >= 0:
            os.close(self.master)

    def is_clean(self) -> bool:
        """Whether the program left the terminal as it found it: every mode that it has switched, and its attributes."""
        return self.modes() == set() and (self.master < 0 or termios.tcgetattr(self.master) == self.attributes)

    def modes(self) -> set[bytes]:
        """What is not as it was by now, by the numbers of the modes, and by `u` for kitty's keyboard and `m` for colours."""
        now = {number: which for number, which in re.findall(rb"\x1b\[\?(\d+)([hl])", self.raw)}
        keyboard, colours = re.findall(rb"\x1b\[([<>])\d*u", self.raw), re.findall(rb"\x1b\[([\d;:]*)m", self.raw)
        switched = {number for number, which in now.items() if (which == b"l") == (number in FROM_THE_START)}
        return switched | ({b"u"} if keyboard[-1:] == [b">"] else set()) | ({b"m"} if colours and colours[-1] not in (b"", b"0") else set())

    def _set_size(self, told: tuple[int, int] | None = None) -> None:
        columns, rows = told or (self.columns, self.rows)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


# What a terminal begins with: the cursor is shown, and long lines are wrapped.
FROM_THE_START = (b"25", b"7")


@contextlib.contextmanager
def terminal(
    *words: str, cwd: Path, size: tuple[int, int] = (120, 36), paced: bool = False, anew: bool = False, **environment: str
) -> Iterator[Terminal]:
    """`tui-gan` with these words on a terminal of this size, ended at the end whatever happens; a run is at full speed unless `paced`."""
    speed = [] if paced or words[:1] != ("run",) else ["--pace", "0"]
    opened = Terminal([*PROGRAM, *words, *speed], cwd, size, environment, anew=anew)
    try:
        yield opened
    finally:
        opened.close()


def entered(key: str) -> str:
    """What a terminal sends for a key, by Textual's name of it."""
    sent = chr(ord(key[5]) - 96) if key.startswith("ctrl+") else ENTERED.get(key, key)
    assert len(sent) == 1 or sent.startswith("\x1b"), f"it is not known what a terminal sends for {key}"
    return sent


@functools.cache
def _nursery(environment: tuple[tuple[str, str], ...]) -> Nursery:
    nursery = Nursery(dict(environment))
    atexit.register(nursery.close)
    return nursery


def _own_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
