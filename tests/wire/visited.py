"""A run without training that visitors come to, and a visitor that may say anything."""

import dataclasses
import itertools
import queue
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tui_gan.contract.commands import Command, Request, SetKnob, Watch
from tui_gan.contract.snapshot import Snapshot
from tui_gan.wire.framing import FROM_RUN, Incoming
from tui_gan.wire.messages import from_run

PATIENCE = 60.0


class Run:
    """A run that takes its time: it obeys and shows on a thread of its own, at its next step.

    Attributes:
        obeyed: commands and who asked for them, in order.
        left: likewise what is asked for those who leave: to watch nothing.
        open: whether it goes on; a step waits for it.
    """

    def __init__(self, snapshots: list[Snapshot]) -> None:
        self.latest = snapshots[0]
        self.obeyed: list[tuple[str, Command]] = []
        self.left: list[tuple[str, Command]] = []
        self.open = threading.Event()
        self.open.set()
        self.inbox: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._next = itertools.cycle(snapshots)
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def ask(self, request: Request) -> None:
        self.inbox.put(request)

    def close(self) -> None:
        self.open.set()
        self.inbox.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (request := self.inbox.get()) is not None:
            self.open.wait()
            command = request.command
            if command is None:
                self.latest = dataclasses.replace(next(self._next), steps=len(self.obeyed))
            else:
                (self.left if command == Watch(()) else self.obeyed).append((request.source, command))
            refused = isinstance(command, SetKnob) and command.value == "wrong"
            request.answered(not refused, "no such value" if refused else "")


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


def raw(address: Path) -> socket.socket:
    """A visitor who may say anything."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(str(address))
    return connection


def heard(connection: socket.socket, count: int) -> list[object]:
    """So many messages, or fewer where the run ends the connection before."""
    incoming, found = Incoming(FROM_RUN), []
    while len(found) < count:
        try:
            piece = connection.recv(65536)
        except ConnectionError:
            break
        if not piece:
            break
        found += [from_run(content) for content in incoming.feed(piece)]
    return found
