"""Visitors over a real socket: what they see, ask and are told, and that none of them can keep the run from its work."""

import contextlib
import dataclasses
import itertools
import os
import queue
import re
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.wire.test_changes import differing
from tui_gan.contract.commands import Command, Pause, Request, Save, SetKnob, Watch
from tui_gan.contract.snapshot import Snapshot
from tui_gan.wire import WireError
from tui_gan.wire.client import Visit
from tui_gan.wire.framing import FROM_RUN, LENGTH, Incoming, packed
from tui_gan.wire.messages import VERSION, Answer, Ask, Frame, Hello, Look, Refused, Welcome, from_run
from tui_gan.wire.server import MOST_ASKED, Server

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
        self.published: Callable[[], None] = lambda: None
        self._next = itertools.cycle(snapshots)
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def request_snapshot(self) -> None:
        self._inbox.put(self._show)

    def ask(self, request: Request) -> None:
        def obey() -> None:
            command = request.command
            (self.left if command == Watch(()) else self.obeyed).append((request.source, command))
            refused = isinstance(command, SetKnob) and command.value == "wrong"
            request.answered(not refused, "no such value" if refused else "")

        self._inbox.put(obey)

    def close(self) -> None:
        self.open.set()
        self._inbox.put(None)
        self._thread.join()

    def _show(self) -> None:
        self.latest = next(self._next)
        self.published()

    def _work(self) -> None:
        while (act := self._inbox.get()) is not None:
            self.open.wait()
            act()


@pytest.fixture
def run(snapshots: dict[str, list[Snapshot]]) -> Iterator[Run]:
    made = Run(snapshots["plane"])
    yield made
    made.close()


@pytest.fixture
def address(tmp_path: Path) -> Path:
    return tmp_path / "s"


@pytest.fixture
def server(run: Run, address: Path) -> Iterator[Server]:
    made = Server(run, Path("/runs/a"), address)
    run.published = made.published
    yield made
    made.close("the run has ended")


@pytest.fixture
def visit(server: Server, address: Path) -> Iterator[Callable[..., Visit]]:
    with contextlib.ExitStack() as left:

        def visit(name: str = "one", asks: bool = True) -> Visit:
            made = Visit(address, name, asks)
            left.callback(made.close)
            return made

        yield visit


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


def test_a_visitor_sees_every_snapshot_it_looks_at_whole(run: Run, visit: Callable[..., Visit]) -> None:
    one = visit()
    assert one.welcome == Welcome("/runs/a", os.getpid())
    for _ in range(20):
        before = one.latest
        one.request_snapshot()
        until(lambda before=before: one.latest is not before)
        assert differing(run.latest, one.latest) == []


def test_what_is_asked_is_answered_in_its_order_and_says_who_asked(run: Run, visit: Callable[..., Visit]) -> None:
    one, other = visit("pts/1"), visit("script")
    assert one.ask(SetKnob("k_steps", 3), PATIENCE).obeyed
    refused = other.ask(SetKnob("k_steps", "wrong"), PATIENCE)
    assert (refused.obeyed, refused.why) == (False, "no such value")
    for number in range(200):
        one.send(SetKnob("k_steps", number))
    assert one.ask(Save(), PATIENCE).obeyed
    assert run.obeyed[:2] == [("pts/1", SetKnob("k_steps", 3)), ("script", SetKnob("k_steps", "wrong"))]
    assert [command.value for _, command in run.obeyed[2:-1]] == list(range(200))


def test_who_only_watches_is_shown_everything_and_asks_for_nothing(run: Run, visit: Callable[..., Visit]) -> None:
    one = visit(asks=False)
    assert one.latest.preset
    answer = one.ask(Pause(), PATIENCE)
    assert (answer.obeyed, answer.why) == (False, "who only watches asks for nothing")
    assert run.obeyed == []


def test_visitors_come_and_go_and_the_run_knows_them(run: Run, server: Server, visit: Callable[..., Visit]) -> None:
    one, other = visit("one"), visit("other")
    assert sorted(server.visitors) == ["one", "other"]
    one.close()
    until(lambda: server.visitors == ("other",) and run.left == [("one", Watch(()))])
    assert one.ended == "the run has gone"
    with pytest.raises(WireError, match="the run has gone"):
        one.ask(Pause())
    assert other.ask(Save(), PATIENCE).obeyed


def test_the_end_of_the_run_is_told_with_its_reason_and_the_socket_goes(
    run: Run, server: Server, address: Path, visit: Callable[..., Visit]
) -> None:
    one = visit()
    run.open.clear()
    server.close("the run has finished at step 40")
    until(lambda: one.ended)
    assert one.ended == "the run has finished at step 40"
    assert not address.exists()
    with pytest.raises(WireError, match="no run is there"):
        Visit(address, "late")


def test_a_socket_that_nobody_listens_to_is_nobodys(run: Run, address: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(address))
    with pytest.raises(WireError, match="no run is there"):
        Visit(address, "one")
    Server(run, Path("/runs/a"), address).close("")


HELLO = packed(Hello(VERSION, "x"))
HOSTILE = {
    "another version": (packed(Hello(VERSION + 1, "x")), "use one tui-gan for both"),
    "no name": (packed(Hello(VERSION, "")), "a name of 1 to 64"),
    "a name that a terminal obeys": (packed(Hello(VERSION, "\x1b[2J")), "can be printed"),
    "a long name": (packed(Hello(VERSION, "x" * 65)), "a name of 1 to 64"),
    "no hello": (packed(Look()), "says hello first"),
    "hello twice": (HELLO + HELLO, "and once"),
    "another protocol": (b"GET / HTTP/1.1\r\n\r\n", "a message of 1,195,725,856 bytes"),
    "garbage": (LENGTH.pack(256) + bytes(range(256)), "a message that is none"),
    "a length that lies": (LENGTH.pack(2**32 - 1), "a message of 4,294,967,295 bytes"),
    "a message of the run": (HELLO + packed(Answer(1, obeyed=True)), "a message that is none"),
    "two looks at once": (HELLO + packed(Look()) + packed(Look()), "looks again when it has seen"),
    "nested": (LENGTH.pack(100_000) + b"\x91" * 100_000, "a message that is none"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_visitor_is_refused_and_the_others_stay(kind: str, run: Run, address: Path, visit: Callable[..., Visit]) -> None:
    other = visit()
    run.open.clear()
    said, why = HOSTILE[kind]
    with raw(address) as connection:
        connection.sendall(said)
        answers = heard(connection, 3)
    assert isinstance(answers[-1], Refused)
    assert re.search(why, answers[-1].why), answers[-1].why
    run.open.set()
    assert other.ask(Save(), PATIENCE).obeyed


def test_half_a_message_and_a_line_that_is_cut_harm_nobody(server: Server, address: Path, visit: Callable[..., Visit]) -> None:
    other = visit()
    for length in range(1, len(HELLO)):
        with raw(address) as connection:
            connection.sendall(HELLO[:length])
    assert other.ask(Save(), PATIENCE).obeyed
    until(lambda: server.visitors == ("one",))


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("said", [b"", HELLO[:-1]], ids=["nothing", "half"])
def test_who_never_says_hello_is_sent_away(said: bytes, address: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_gan.wire.server.HELLO_WITHIN", 0.05)
    with raw(address) as connection:
        connection.sendall(said)
        assert heard(connection, 1) == [Refused("a visitor says hello within 0.05 seconds")]


def test_who_asks_without_end_and_does_not_read_takes_no_memory(run: Run, address: Path, visit: Callable[..., Visit]) -> None:
    other = visit()
    asked = packed(Ask(1, SetKnob("k_steps", "wrong")))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with raw(address) as connection:
        connection.sendall(HELLO)
        connection.settimeout(1.0)
        sent = 0
        with contextlib.suppress(TimeoutError):
            for _ in range(100_000):
                connection.sendall(asked * 10)
                sent += 10
        # It is not read any further long before a million.
        assert sent < 100_000
        assert other.ask(Save(), PATIENCE).obeyed
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8 * 1024


@pytest.mark.usefixtures("server")
def test_who_asks_faster_than_the_run_obeys_waits(run: Run, address: Path) -> None:
    with raw(address) as connection:
        run.open.clear()
        connection.sendall(HELLO + packed(Ask(1, Save())) * (MOST_ASKED + 50))
        assert heard(connection, 1) == [Welcome("/runs/a", os.getpid())]
        time.sleep(0.1)
        assert run._inbox.qsize() <= MOST_ASKED
        run.open.set()
        assert len(heard(connection, MOST_ASKED + 50)) == MOST_ASKED + 50


def test_who_looks_and_does_not_read_gets_the_newest_when_it_reads_again(run: Run, address: Path, visit: Callable[..., Visit]) -> None:
    other = visit()
    with raw(address) as connection:
        connection.sendall(HELLO + packed(Look()))
        for _ in range(10):
            other.request_snapshot()
            assert other.ask(Save(), PATIENCE).obeyed
        _, frame = heard(connection, 2)
        assert isinstance(frame, Frame)
        connection.sendall(packed(Look()))
        assert len(heard(connection, 1)) == 1


def test_a_frame_of_something_else_ends_the_visit_in_one_line(address: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(address))
        listening.listen()

        def lie() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(packed(Welcome("/r", 1)) + packed(Frame(["Snapshot", True, {}])))
                connection.recv(65536)

        liar = threading.Thread(target=lie)
        liar.start()
        visit = Visit(address, "one")
        with pytest.raises(WireError, match="a change of a Snapshot that is not there"):
            _ = visit.latest
        visit.close()
        liar.join()


def test_snapshots_without_pictures_are_snapshots_too(run: Run, visit: Callable[..., Visit]) -> None:
    one = visit()
    run.latest = dataclasses.replace(run.latest, picture=None)
    assert one.latest.preset == run.latest.preset
