"""The process of a tab: the program on a pseudo-terminal, whose other end is a socket of the page."""

import asyncio
import contextlib
import fcntl
import os
import pty
import shlex
import signal
import struct
import subprocess
import termios
from collections.abc import Callable, Mapping, Sequence

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

PIECE = 65536
LARGEST = 1000
# Seconds for a process that has been hung up on, between two looks at it, and for one that is to take what was typed.
ENDS_WITHIN, GLANCE, TAKES_WITHIN = 3.0, 0.02, 10.0
# What the terminal of the server says of itself, and a tab is not.
OF_THE_TERMINAL = ("TERM_PROGRAM", "TERM_PROGRAM_VERSION", "TMUX", "STY", "COLUMNS", "LINES", "LANG", "LC_CTYPE")
OF_A_TAB = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment of a program that is shown in a tab."""
    return {name: value for name, value in given.items() if name not in OF_THE_TERMINAL} | OF_A_TAB


class Viewer(AppService):
    """A program on a pseudo-terminal.

    textual-serve would have it speak in packets by a driver of Textual's. On a terminal it is the very screen that `attach` shows, which
    a page that does not read, a storm of sizes and a line that is lost cannot hurt.

    Args:
        words: the command.
        socket: the page's.
        downloads: the server's.
    """

    def __init__(self, words: Sequence[str], socket: web.WebSocketResponse, downloads: DownloadManager) -> None:
        async def close() -> None:
            await socket.close()

        super().__init__(
            shlex.join(words), write_bytes=socket.send_bytes, write_str=socket.send_str, close=close, download_manager=downloads
        )
        self._words = words
        self._terminal = -1
        self._program: subprocess.Popen[bytes] | None = None
        self._passing: asyncio.Task[None] | None = None

    async def start(self, width: int, height: int) -> None:
        """Start the program on a terminal of this size."""
        self._terminal, other = pty.openpty()
        os.set_blocking(self._terminal, False)
        try:
            await self.set_terminal_size(width, height)
            self._program = subprocess.Popen(
                self._words, stdin=other, stdout=other, stderr=other, start_new_session=True, env=environment(os.environ)
            )
        finally:
            os.close(other)
        self._passing = asyncio.create_task(self.run())

    async def run(self) -> None:
        """Give the page what the program writes, as fast as it takes it, and close the socket when the program has ended."""
        with contextlib.suppress(ConnectionError):
            while data := await self._read():
                await self.remote_write_bytes(data)
            await self.remote_close()

    async def stop(self) -> None:
        """Hang up, and wait for the program's end; one that does not end is killed."""
        if self._passing is not None:
            self._passing.cancel()
            # Nobody waits for the terminal any more when its number is given away.
            await asyncio.wait([self._passing])
        if self._terminal >= 0:
            os.close(self._terminal)
            self._terminal = -1
        program = self._program
        if program is None:
            return
        # It may not have taken the terminal yet, and then would not hear of it.
        program.send_signal(signal.SIGHUP)
        try:
            # One that has not ended by then is killed.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ENDS_WITHIN):
                    # asyncio's own processes may be reaped under its feet by a signal that is sent to them.
                    while program.poll() is None:
                        await asyncio.sleep(GLANCE)
        finally:
            program.kill()
            program.wait()

    async def send_bytes(self, data: bytes) -> bool:
        """Give the program what was typed.

        Returns:
            Whether it has taken it.
        """
        left = memoryview(data)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(TAKES_WITHIN):
            while left:
                try:
                    left = left[os.write(self._terminal, left) :]
                except BlockingIOError:
                    await _ready(loop.add_writer, loop.remove_writer, self._terminal)
                except OSError:
                    return False
        return True

    async def set_terminal_size(self, width: int, height: int) -> None:
        """Change the size of the terminal."""
        columns, rows = (min(max(1, size), LARGEST) for size in (width, height))
        if self._terminal >= 0:
            fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    async def focus(self) -> None:
        """Nothing: the page's terminal says so itself, as it was asked to."""

    async def blur(self) -> None:
        """Nothing, as `focus`."""

    async def _read(self) -> bytes:
        loop = asyncio.get_running_loop()
        await _ready(loop.add_reader, loop.remove_reader, self._terminal)
        try:
            return os.read(self._terminal, PIECE)
        except OSError:
            # Nobody is at the other end any more.
            return b""


async def _ready(add: Callable[[int, Callable[[], None]], object], remove: Callable[[int], object], number: int) -> None:
    ready = asyncio.Event()
    add(number, ready.set)
    try:
        await ready.wait()
    finally:
        remove(number)
