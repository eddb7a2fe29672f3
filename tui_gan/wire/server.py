"""Visitors of a run: let in by a socket, served on one thread, and never waited for by the training."""

import asyncio
import contextlib
import itertools
import os
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from tui_gan.contract.commands import Command, Request, Watch
from tui_gan.contract.snapshot import Snapshot
from tui_gan.wire import WireError
from tui_gan.wire.changes import changes
from tui_gan.wire.framing import FROM_VISITOR, Incoming, packed
from tui_gan.wire.messages import VERSION, Answer, Ask, Frame, FromRun, Hello, Look, Refused, Welcome, from_visitor, unfit

PIECE = 65536
# Seconds for the first message, and visitors and unanswered questions of one visitor at most.
HELLO_WITHIN, MOST_VISITORS, MOST_ASKED = 5.0, 64, 64


class Host(Protocol):
    """What a server needs of a run; every method may be called from any thread and never waits."""

    @property
    def latest(self) -> Snapshot:
        """The newest snapshot."""

    def ask(self, request: Request) -> None:
        """Queue what a visitor asks for."""


class Server:
    """Lets visitors in, as long as the run lasts.

    Args:
        run: the run directory, absolute.
        address: of the socket; whatever lies there is a dead run's, which the caller has made sure of.

    Raises:
        OSError: the socket cannot be made.
    """

    def __init__(self, host: Host, run: Path, address: Path) -> None:
        self._host, self._run, self._address = host, run, address
        self._visits: set[_Visit] = set()
        self._numbers = itertools.count(1)
        self._socket = _listening(address)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, name="visitors", daemon=True)
        self._thread.start()

    @property
    def visitors(self) -> tuple[str, ...]:
        """The names of those who are there."""
        return tuple(visit.name for visit in tuple(self._visits) if visit.name)

    def close(self, why: str) -> None:
        """Send all visitors away, with the reason, and remove the socket."""
        with contextlib.suppress(RuntimeError):  # It may be closed already.
            self._loop.call_soon_threadsafe(self._leave, why)
        self._thread.join()

    def _work(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()
            with contextlib.suppress(OSError):
                self._address.unlink()

    async def _serve(self) -> None:
        self._left: asyncio.Future[str] = self._loop.create_future()
        server = await asyncio.start_unix_server(self._meet, sock=self._socket, limit=PIECE)
        try:
            why = await self._left
        finally:
            server.close()
        for visit in tuple(self._visits):
            visit.say(Refused(why))
        tasks = [visit.task for visit in self._visits if visit.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _leave(self, why: str) -> None:
        if not self._left.done():
            self._left.set_result(why)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = _Visit(self._host, next(self._numbers), reader, writer)
        try:
            if (user := _user(writer.get_extra_info("socket"))) != os.getuid():
                raise WireError(f"the run belongs to another user than number {user}")
            if len(self._visits) >= MOST_VISITORS:
                raise WireError(f"{MOST_VISITORS} visitors are there already")
            self._visits.add(visit)
            await visit.serve(self._run)
        except WireError as error:
            visit.say(Refused(str(error)))
        except TimeoutError:
            visit.say(Refused(f"a visitor says hello within {HELLO_WITHIN:g} seconds"))
        except (OSError, asyncio.CancelledError):
            # It has gone, or the server closes and has said so; asyncio would print a traceback of a task that was cancelled.
            pass
        finally:
            self._visits.discard(visit)
            visit.leave()
            with contextlib.suppress(OSError):
                writer.close()


class _Visit:
    """One visitor: what it asks goes to the run in its order, and what it looks at is a snapshot at a time."""

    def __init__(self, host: Host, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._host, self.number, self._reader, self._writer = host, number, reader, writer
        self.name = ""
        self.task = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        self._asked = asyncio.Semaphore(MOST_ASKED)
        self._seen: Snapshot | None = None
        self._looking: asyncio.Task[None] | None = None
        self._asks = False

    def say(self, message: FromRun) -> None:
        """Send a message, as far as there still is somebody to send it to."""
        if not self._writer.is_closing():
            self._writer.write(packed(message))

    async def serve(self, run: Path) -> None:
        """Serve the visitor until it leaves."""
        incoming = Incoming(FROM_VISITOR)
        try:
            while piece := await asyncio.wait_for(self._reader.read(PIECE), None if self.name else HELLO_WITHIN):
                for content in incoming.feed(piece):
                    await self._hear(from_visitor(content), run)
        finally:
            if self._looking is not None:
                self._looking.cancel()

    async def _hear(self, message: Hello | Ask | Look, run: Path) -> None:
        if isinstance(message, Hello) == bool(self.name):
            raise WireError("a visitor says hello first, and once")
        match message:
            case Hello():
                self._greet(message, run)
            case Ask():
                await self._ask(message)
            case Look():
                if self._looking is not None and not self._looking.done():
                    raise WireError("a visitor looks again when it has seen")
                self._looking = self._loop.create_task(self._show())

    def _greet(self, hello: Hello, run: Path) -> None:
        if hello.version != VERSION:
            raise WireError(f"the run speaks version {VERSION} and the visitor version {hello.version}; use one tui-gan for both")
        if why := unfit(hello.name):
            raise WireError(why)
        self.name, self._asks = hello.name, hello.asks
        self.say(Welcome(str(run), os.getpid()))

    async def _ask(self, message: Ask) -> None:
        if not (self._asks or isinstance(message.command, Watch)):
            self.say(Answer(message.number, obeyed=False, why="who only watches asks for nothing"))
            return
        # One that asks faster than the run obeys, or does not read the answers, is not read any further.
        await self._asked.acquire()
        await self._writer.drain()

        def answer(obeyed: bool, why: str) -> None:
            self._asked.release()
            self.say(Answer(message.number, obeyed, why))

        self._request(message.command, answer)

    def _request(self, command: Command | None, answer: Callable[[bool, str], object]) -> None:
        """Put it to the run; `answer` is called on this thread."""

        def answered(obeyed: bool, why: str) -> None:
            with contextlib.suppress(RuntimeError):  # The server may have been closed since.
                self._loop.call_soon_threadsafe(answer, obeyed, why)

        self._host.ask(Request(command, self.name, self.number, answered))

    def leave(self) -> None:
        """Have nothing made any longer that only this visitor watched."""
        if self.name:
            self._request(Watch(()), lambda obeyed, why: None)

    async def _show(self) -> None:
        """Send the next snapshot, and wait until the visitor has taken most of it."""
        made = asyncio.Event()
        self._request(None, lambda obeyed, why: made.set())
        await made.wait()
        shown = self._host.latest
        self.say(Frame(changes(Snapshot, self._seen, shown)))
        self._seen = shown
        await self._writer.drain()


def _listening(address: Path) -> socket.socket:
    """A socket where nobody is turned away from here on, though nobody may be served yet."""
    address.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(address))
        listening.listen(MOST_VISITORS)
    except OSError:
        listening.close()
        raise
    return listening


def _user(connection: socket.socket) -> int:
    """The number of the user at the other end."""
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return int(user)
