"""Visitors of a run: let in by a socket, served on one thread, and never waited for by the training."""

import asyncio
import contextlib
import dataclasses
import itertools
import os
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from tui_gan.contract.commands import OF_THE_VIEW, FromVisitor, Glance, Left, Request
from tui_gan.contract.snapshot import Snapshot
from tui_gan.wire import WireError, place
from tui_gan.wire.changes import changes
from tui_gan.wire.framing import FROM_VISITOR, Incoming, packed
from tui_gan.wire.messages import VERSION, Answer, Ask, Frame, FromRun, Hello, Look, Refused, Welcome, from_visitor, unfit

PIECE = 65536
# Seconds for the first message and for the last, and visitors and unanswered questions of one visitor at most.
HELLO_WITHIN, GONE_WITHIN, MOST_VISITORS, MOST_ASKED = 5.0, 1.0, 64, 64


class Host(Protocol):
    """What a server needs of a run; every method may be called from any thread and never waits."""

    @property
    def latest(self) -> Snapshot:
        """The newest snapshot."""

    def ask(self, asked: FromVisitor) -> None:
        """Queue what a visitor asks for."""

    def meet(self, visitors: tuple[str, ...]) -> None:
        """Have the snapshots say who is there now."""

    def beat(self, address: Path) -> None:
        """Called every now and then, with where visitors find the run."""


class Server:
    """Lets visitors in, as long as the run lasts.

    Args:
        run: the run directory, absolute.
        address: of the socket; whatever lies there is a dead run's, which the caller has made sure of.
        beats: seconds between which it is seen to that visitors find the run.

    Raises:
        OSError: the socket cannot be made.
    """

    def __init__(self, host: Host, run: Path, address: Path, beats: float = 5.0) -> None:
        self.beats = beats
        self._host, self._run, self._address = host, run, address
        self._visits: set[_Visit] = set()
        self._numbers = itertools.count(1)
        self._socket = _listening(address)
        self._bound = os.stat(address)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, name="visitors", daemon=True)
        self._thread.start()

    @property
    def visitors(self) -> tuple[str, ...]:
        """The names of those who are there."""
        return tuple(visit.name for visit in tuple(self._visits) if visit.name)

    def show(self) -> None:
        """Show everybody who has looked before what there is to see now."""
        with contextlib.suppress(RuntimeError):  # It may be closed already.
            self._loop.call_soon_threadsafe(self._show)

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
        self._server = await asyncio.start_unix_server(self._meet, sock=self._socket, limit=PIECE)
        keeping = self._loop.create_task(self._keep())
        try:
            why = await self._left
        finally:
            keeping.cancel()
            self._server.close()
        for visit in tuple(self._visits):
            visit.dismiss(why)
        tasks = [visit.task for visit in self._visits if visit.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _show(self) -> None:
        for visit in self._visits:
            if visit.looks:
                visit.due.set()

    def meet(self) -> None:
        """Tell the run, and everybody who is there, who is there now."""
        self._host.meet(self.visitors)
        self.show()

    async def _keep(self) -> None:
        """Make the socket anew when it has gone, as when somebody has cleaned the temporary folder."""
        while True:
            await asyncio.sleep(self.beats)
            with contextlib.suppress(OSError, WireError):
                if not _is_there(self._address, self._bound):
                    self._address = place.address(self._run)
                    anew, before = _listening(self._address), self._server
                    self._bound = os.stat(self._address)
                    self._server = await asyncio.start_unix_server(self._meet, sock=anew, limit=PIECE)
                    before.close()
            self._host.beat(self._address)

    def _leave(self, why: str) -> None:
        if not self._left.done():
            self._left.set_result(why)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = _Visit(self, self._host, next(self._numbers), reader, writer)
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
            await visit.gone()
            if visit.name:
                self.meet()
            with contextlib.suppress(OSError):
                writer.close()


class _Visit:
    """One visitor: what it asks goes to the run in its order, and what it looks at is a snapshot at a time.

    Attributes:
        looks: the number of its newest Look; 0 of one that has not looked, and is shown nothing.
        due: set when there is something to see.
    """

    def __init__(self, server: Server, host: Host, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server, self._host, self.number, self._reader, self._writer = server, host, number, reader, writer
        self.name = ""
        self.task = asyncio.current_task()
        self.due = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._asked = asyncio.Semaphore(MOST_ASKED)
        self._seen: Snapshot | None = None
        self.looks = 0
        self._showing: asyncio.Task[None] | None = None
        self._dismissed = False
        self._asks = False

    def say(self, message: FromRun) -> None:
        """Send a message, as far as there still is somebody to send it to."""
        if not (self._dismissed or self._writer.is_closing()):
            self._writer.write(packed(message))

    async def serve(self, run: Path) -> None:
        """Serve the visitor until it leaves."""
        incoming = Incoming(FROM_VISITOR)
        try:
            while piece := await asyncio.wait_for(self._reader.read(PIECE), None if self.name else HELLO_WITHIN):
                for content in incoming.feed(piece):
                    await self._hear(from_visitor(content), run, len(content))
        finally:
            if self._showing is not None:
                self._showing.cancel()

    async def _hear(self, message: Hello | Ask | Look, run: Path, length: int) -> None:
        if isinstance(message, Hello) == bool(self.name):
            raise WireError("a visitor says hello first, and once")
        match message:
            case Hello():
                self._greet(message, run)
            case Ask():
                await self._ask(message, length)
            case Look():
                self.looks = message.number
                self.due.set()

    def _greet(self, hello: Hello, run: Path) -> None:
        if hello.version != VERSION:
            raise WireError(f"the run speaks version {VERSION} and the visitor version {hello.version}; use one tui-gan for both")
        if why := unfit(hello.name):
            raise WireError(why)
        self.name, self._asks = hello.name, hello.asks
        self.say(Welcome(str(run), os.getpid()))
        self._showing = self._loop.create_task(self._show())
        self._server.meet()

    async def _ask(self, message: Ask, length: int) -> None:
        # One that does not read the answers, or asks faster than the run obeys, is not read any further; what is long counts as many.
        await self._writer.drain()
        if not (self._asks or isinstance(message.command, OF_THE_VIEW)):
            self.say(Answer(message.number, obeyed=False, why="who only watches asks for nothing"))
            return
        counts = 1 + length * (MOST_ASKED - 1) // FROM_VISITOR
        for _ in range(counts):
            await self._asked.acquire()

        def answer(obeyed: bool, why: str) -> None:
            for _ in range(counts):
                self._asked.release()
            self.say(Answer(message.number, obeyed, why))

        def answered(obeyed: bool, why: str) -> None:
            self._call(lambda: answer(obeyed, why))

        self._host.ask(Request(message.command, self.name, self.number, answered))

    def _call(self, call: Callable[[], object]) -> None:
        """Have something called on this thread, from any other."""
        with contextlib.suppress(RuntimeError):  # The server may have been closed since.
            self._loop.call_soon_threadsafe(call)

    def dismiss(self, why: str) -> None:
        """Tell the visitor why it is sent away."""
        self.say(Refused(why))
        self._dismissed = True
        if self._showing is not None:
            self._showing.cancel()
        with contextlib.suppress(OSError):
            self._writer.write_eof()

    async def gone(self) -> None:
        """Take in what a visitor that is sent away still says: a connection that is closed before it leaves loses what it was told."""
        left = not self._dismissed
        with contextlib.suppress(OSError, TimeoutError):
            while not left:
                left = not await asyncio.wait_for(self._reader.read(PIECE), GONE_WITHIN)

    def leave(self) -> None:
        """Have nothing made any longer that only this visitor watched."""
        if self.name:
            self._host.ask(Left(self.number))

    async def _show(self) -> None:
        """Send a snapshot whenever one is due, and the next when the visitor has taken most of it."""
        try:
            while await self.due.wait():
                self.due.clear()
                looks, snapshot = self.looks, dataclasses.replace(await self._glance(), visitors=self._host.latest.visitors)
                self.say(Frame(looks, changes(Snapshot, self._seen, snapshot)))
                self._seen = snapshot
                await self._writer.drain()
        except OSError:
            pass  # It has gone, and whoever reads it sees that too.
        except Exception as error:
            # A visitor that is sent away knows more than one whose screen stands still.
            self.dismiss(f"the run cannot be shown: {type(error).__name__}: {error}")

    async def _glance(self) -> Snapshot:
        made: asyncio.Future[Snapshot | None] = self._loop.create_future()

        def take(snapshot: Snapshot | None) -> None:
            if not made.done():
                made.set_result(snapshot)

        self._host.ask(Glance(self.number, lambda snapshot: self._call(lambda: take(snapshot))))
        return await made or self._host.latest


def _listening(address: Path) -> socket.socket:
    """A socket where nobody is turned away once its name is there, though nobody may be served yet."""
    unnamed = address.with_name(f"{address.name}~")
    unnamed.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(unnamed))
        listening.listen(MOST_VISITORS)
        unnamed.rename(address)
    except OSError:
        listening.close()
        raise
    return listening


def _is_there(address: Path, bound: os.stat_result) -> bool:
    """Whether what lies at an address is still what was bound to it."""
    try:
        return os.path.samestat(os.lstat(address), bound)
    except OSError:
        return False


def _user(connection: socket.socket) -> int:
    """The number of the user at the other end."""
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return int(user)
