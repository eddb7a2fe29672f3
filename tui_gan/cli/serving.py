"""`tui-gan serve`: the screen on a run that trains in another process, in a browser on this machine."""

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui_gan.cli.attaching import FATAL, Run
from tui_gan.cli.visiting import newest, visited
from tui_gan.contract.errors import UsageError
from tui_gan.contract.outer import tell, word

if TYPE_CHECKING:
    from tui_gan.serve.tabs import Tabs

LAST_PORT, WAITING = 65535, 64
Port = Annotated[int, typer.Option("--port", help="The port of 127.0.0.1 where the page is; 0 takes one that is free.")]
Watch = Annotated[bool, typer.Option("--watch", help="Show the run alone, and ask it for nothing.")]


def serve(run: Run = "", port: Port = 8000, watch: Watch = False) -> None:
    """Show the screen on a run that trains in another process in a browser on this machine."""
    if not 0 <= port <= LAST_PORT:
        raise UsageError(f"--port: a port is a number from 1 to {LAST_PORT}, or 0 for one that is free")
    try:
        from tui_gan.serve.admission import Admission
        from tui_gan.serve.tabs import Tabs
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        raise UsageError(f"a browser is served by textual-serve, and {missing} is not installed: pip install 'tui-gan[serve]'") from None
    with _listening(port) as listening:
        with visited(run or newest(), asks=False) as visit:
            place = visit.welcome.run
        words = [sys.executable, "-m", "tui_gan", "view", place, *(["--watch"] if watch else [])]
        admission = Admission(listening.getsockname()[1])
        tabs = Tabs(words, f"tui-gan: {Path(place).name}", admission)
        number = asyncio.run(_served(tabs, listening, lambda: tell(f"{admission.link} shows {word(place)}; ctrl+c ends it")))
    raise typer.Exit(128 + number)


def _listening(port: int) -> socket.socket:
    from tui_gan.serve.admission import HOME

    try:
        return socket.create_server((HOME, port), backlog=WAITING)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UsageError(f"port {port} is in use; name another by --port, or 0 for one that is free") from None
        raise UsageError(f"port {port} cannot be used ({error.strerror or error}); name another by --port") from None


async def _served(tabs: "Tabs", listening: socket.socket, stands: Callable[[], None]) -> int:
    """Serve until a signal ends it; returns its number."""
    from tui_gan.serve.tabs import served

    loop = asyncio.get_running_loop()
    came: asyncio.Future[int] = loop.create_future()

    def end(number: int) -> None:
        if not came.done():
            came.set_result(number)

    for number in FATAL:
        # One that is ignored, as nohup does with SIGHUP, stays ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, end, number)
    async with served(tabs, listening):
        stands()
        return await came
