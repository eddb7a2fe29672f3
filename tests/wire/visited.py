"""A run without training that visitors come to, and a visitor that may say anything."""

import dataclasses
import itertools
import queue
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tui_gan.contract.commands import Command, FromVisitor, Glance, Left, Request, SetKnob
from tui_gan.contract.snapshot import Snapshot
from tui_gan.wire.framing import FROM_RUN, Incoming
from tui_gan.wire.messages import from_run

PATIENCE = 60.0


class Run:
    """A run that takes its time: it obeys and shows on a thread of its own, at its next step.

    Attributes:
        obeyed: commands and who asked for them, in order.
        left: the numbers of those who have left; `met` the names of those who are there.
        open: whether it goes on; a step waits for it.
        shown: what it makes of a snapshot before it shows it.
    """

    def __init__(self, snapshots: list[Snapshot]) -> None:
        self.latest = snapshots[0]
        self.obeyed: list[tuple[str, Command]] = []
        self.left: list[int] = []
        self.met: tuple[str, ...] = ()
        self.open = threading.Event()
        self.open.set()
        self.shown: Callable[[Snapshot], Snapshot] = lambda shown: shown
        self.inbox: queue.SimpleQueue[FromVisitor | None] = queue.SimpleQueue()
        self._next = itertools.cycle(snapshots)
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def ask(self, asked: FromVisitor) -> None:
        self.inbox.put(asked)

    def meet(self, visitors: tuple[str, ...]) -> None:
        self.met = visitors
        self.latest = dataclasses.replace(self.latest, visitors=visitors)

    def beat(self, address: Path) -> None:
        self.address = address

    def close(self) -> None:
        self.open.set()
        self.inbox.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (asked := self.inbox.get()) is not None:
            self.open.wait()
            match asked:
                case Glance(deliver=deliver):
                    self.latest = self.shown(dataclasses.replace(next(self._next), steps=len(self.obeyed), visitors=self.met))
                    deliver(self.latest)
                case Left(visitor=visitor):
                    self.left.append(visitor)
                case Request(command=command, source=source, answered=answered):
                    self.obeyed.append((source, command))
                    refused = isinstance(command, SetKnob) and command.value == "wrong"
                    answered(not refused, "no such value" if refused else "")


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


def heard(connection: socket.socket, enough: int | Callable[[list[Any]], bool]) -> list[Any]:
    """So many messages at least, or fewer where the run ends the connection before."""
    incoming, found = Incoming(FROM_RUN), list[Any]()
    while not (len(found) >= enough if isinstance(enough, int) else enough(found)):
        try:
            piece = connection.recv(65536)
        except ConnectionError:
            break
        if not piece:
            break
        found += [from_run(content) for content in incoming.feed(piece)]
    return found
