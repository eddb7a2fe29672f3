"""Visitors that say what they should not, too much, or nothing: none of them keeps the run from its work."""

import contextlib
import os
import re
import resource
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.wire.visited import PATIENCE, Run, heard, raw, until
from tui_gan.contract.commands import Save, SetKnob
from tui_gan.wire import WireError
from tui_gan.wire.client import Visit
from tui_gan.wire.framing import LENGTH, packed
from tui_gan.wire.messages import VERSION, Answer, Ask, Frame, Hello, Look, Refused, Welcome
from tui_gan.wire.server import MOST_ASKED, Server

HELLO = packed(Hello(VERSION, "x"))
HOSTILE = {
    "another version": (packed(Hello(VERSION + 1, "x")), "use one tui-gan for both"),
    "no name": (packed(Hello(VERSION, "")), "a name of 1 to 64"),
    "a name that a terminal obeys": (packed(Hello(VERSION, "\x1b[2J")), "can be printed"),
    "a long name": (packed(Hello(VERSION, "x" * 65)), "a name of 1 to 64"),
    "no hello": (packed(Look(1)), "says hello first"),
    "hello twice": (HELLO + HELLO, "and once"),
    "another protocol": (b"GET / HTTP/1.1\r\n\r\n", "a message of 1,195,725,856 bytes"),
    "garbage": (LENGTH.pack(256) + bytes(range(256)), "a message that is none"),
    "a length that lies": (LENGTH.pack(2**32 - 1), "a message of 4,294,967,295 bytes"),
    "a message of the run": (HELLO + packed(Answer(1, obeyed=True)), "a message that is none"),
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
        assert run.inbox.qsize() <= MOST_ASKED
        run.open.set()
        assert len(heard(connection, MOST_ASKED + 50)) == MOST_ASKED + 50


def test_who_looks_and_does_not_read_gets_the_newest_when_it_reads_again(run: Run, address: Path, visit: Callable[..., Visit]) -> None:
    other = visit()
    with raw(address) as connection:
        connection.sendall(HELLO + packed(Look(1)))
        for _ in range(10):
            other.request_snapshot()
            assert other.ask(Save(), PATIENCE).obeyed
        connection.sendall(packed(Look(2)) + packed(Look(3)))
        # The newest answers all that came before it, whatever else was shown meanwhile.
        _, *frames = heard(connection, lambda found: found and isinstance(found[-1], Frame) and found[-1].looks == 3)
        # One for each time that it could have read, and some since somebody has come or gone.
        assert len(frames) <= 5


def test_a_frame_of_something_else_ends_the_visit_in_one_line(address: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(address))
        listening.listen()

        def lie() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(packed(Welcome("/r", 1)) + packed(Frame(1, ["Snapshot", True, {}])))
                connection.recv(65536)

        liar = threading.Thread(target=lie)
        liar.start()
        visit = Visit(address, "one")
        with pytest.raises(WireError, match="a change of a Snapshot that is not there"):
            _ = visit.latest
        visit.close()
        liar.join()
