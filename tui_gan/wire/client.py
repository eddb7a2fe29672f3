"""A visit to a run in another process: a RunHandle over a socket."""

import asyncio
import contextlib
import dataclasses
import itertools
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from tui_gan.contract.commands import Command
from tui_gan.contract.errors import cut
from tui_gan.contract.outer import printable
from tui_gan.contract.snapshot import Snapshot, Status
from tui_gan.wire import AbsentError, WireError
from tui_gan.wire.changes import changed
from tui_gan.wire.framing import FROM_RUN, Incoming, packed
from tui_gan.wire.messages import VERSION, Answer, Frame, Hello, Look, Refused, Welcome, from_run, question

PIECE = 2**18
WELCOME_WITHIN = 10.0
GONE = "the run has gone"


class Visit:
    """A visitor of a run.

    Args:
        address: the run's socket.
        name: who asks.
        asks: whether it may ask for anything.

    Attributes:
        ended: why the visit is over; "" while it lasts.

    Raises:
        AbsentError: nobody is there.
        WireError: the visitor is not taken; its text says why.
    """

    def __init__(self, address: Path, name: str, asks: bool = True) -> None:
        self.name, self.ended = name, ""
        self._latest: Snapshot | None = None
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._asked: dict[int, Future[Answer]] = {}
        self._looks: dict[int, Future[None]] = {}
        self._welcome: Future[Welcome] = Future()
        self._over = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._writer: asyncio.StreamWriter | None = None
        threading.Thread(target=self._work, args=(address, Hello(VERSION, name, asks)), name="visit", daemon=True).start()
        try:
            self.welcome = self._welcome.result(WELCOME_WITHIN)
        except TimeoutError:
            self.close()
            raise WireError("the run does not answer") from None

    @property
    def latest(self) -> Snapshot:
        """The newest snapshot, whose status is STOPPED once the visit is over; the first is waited for.

        Raises:
            WireError: the visit ended before there was one.
        """
        return self._latest or self.look()

    def request_snapshot(self) -> None:
        """Ask for a snapshot of the next step boundary, after every command sent before."""
        self._look()

    def look(self, seconds: float | None = None) -> Snapshot:
        """Wait for a snapshot of the next step boundary, after every command sent before, without end or at most so long.

        Raises:
            WireError: the visit ended before.
            TimeoutError: it did not come in time.
        """
        self._look().result(seconds)
        assert self._latest is not None, "a snapshot has come"
        return self._latest

    def wait(self) -> None:
        """Wait for the end of the visit."""
        self._over.wait()

    def send(self, command: Command) -> None:
        """Ask, and do not wait for the answer; of a visit that is over there is none."""
        with contextlib.suppress(WireError):
            self._ask(command)

    def ask(self, command: Command, seconds: float | None = None) -> Answer:
        """Ask, and wait for the answer, without end or at most so long.

        Raises:
            WireError: the visit is over.
            TimeoutError: there was no answer in time.
        """
        return self._ask(command).result(seconds)

    def close(self) -> None:
        """End the visit; the run goes on."""
        with contextlib.suppress(RuntimeError):  # It may be over already.
            self._loop.call_soon_threadsafe(self._leave)
        self._over.wait()

    def _look(self) -> "Future[None]":
        future = Future[None]()
        with self._lock:
            number = next(self._numbers)
            if self.ended:
                future.set_exception(WireError(self.ended))
                return future
            self._looks[number] = future
            self._say(packed(Look(number)))
        return future

    def _ask(self, command: Command) -> "Future[Answer]":
        answer = Future[Answer]()
        with self._lock:
            if self.ended:
                raise WireError(self.ended)
            number = next(self._numbers)
            try:
                said = question(number, command)
            except WireError as error:
                answer.set_result(Answer(number, obeyed=False, why=str(error)))
                return answer
            self._asked[number] = answer
            self._say(said)
        return answer

    def _say(self, content: bytes) -> None:
        with contextlib.suppress(RuntimeError):  # It may be over already.
            self._loop.call_soon_threadsafe(self._write, content)

    def _write(self, content: bytes) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(content)

    def _leave(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def _work(self, address: Path, hello: Hello) -> None:
        over = WireError(GONE)
        try:
            self._loop.run_until_complete(self._visit(address, hello))
        except WireError as error:
            over = error
        except OSError as error:
            over = over if self._writer else AbsentError(f"no run is there ({error.strerror or error})")
        finally:
            with self._lock:
                self.ended = str(over)
                waiting: list[Future[Any]] = [self._welcome, *self._looks.values(), *self._asked.values()]
            if self._latest is not None:
                self._latest = dataclasses.replace(self._latest, status=Status.STOPPED)
            for each in waiting:
                if not each.done():
                    each.set_exception(over)
            self._loop.close()
            self._over.set()

    async def _visit(self, address: Path, hello: Hello) -> None:
        reader, self._writer = await asyncio.open_unix_connection(str(address), limit=PIECE)
        self._writer.write(packed(hello))
        incoming = Incoming(FROM_RUN)
        try:
            while piece := await reader.read(PIECE):
                for content in incoming.feed(piece):
                    self._hear(content)
        finally:
            # What could not be sent by now is for nobody.
            self._writer.transport.abort()
            await asyncio.sleep(0)

    def _hear(self, content: bytes) -> None:
        message = from_run(content)
        if isinstance(message, Welcome) == self._welcome.done() and not isinstance(message, Refused):
            raise WireError("a run says welcome first, and once")
        match message:
            case Welcome() as welcome:
                self._welcome.set_result(welcome)
            case Refused(why=why):
                raise WireError(cut(printable(why)))
            case Answer() as answer:
                with self._lock:
                    waiting = self._asked.pop(answer.number, None)
                if waiting is not None:
                    waiting.set_result(answer)
            case Frame(looks=looks, change=change):
                self._latest = changed(Snapshot, self._latest, change)
                with self._lock:
                    futures = [self._looks.pop(number) for number in [*self._looks] if number <= looks]
                for each in futures:
                    each.set_result(None)
