"""Visitors that say what they should not, too much, or nothing: none of them keeps the run from its work."""

import contextlib
import os
import re
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.wire.visited import PATIENCE, Run, heard, raw, until
from tui_gan.contract.commands import Save, SetKnob
from tui_gan.contract.snapshot import Snapshot
from tui_gan.wire import WireError
from tui_gan.wire.changes import changed
from tui_gan.wire.client import Visit
from tui_gan.wire.framing import LENGTH, packed
from tui_gan.wire.messages import VERSION, Answer, Ask, Frame, Hello, Look, Refused, Welcome, from_run, from_visitor
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
    "garbage": (LENGTH.pack(256) + bytes(range(256)), "not what was to be said"),
    "a length that lies": (LENGTH.pack(2**32 - 1), "a message of 4,294,967,295 bytes"),
    "a message of the run": (HELLO + packed(Answer(1, obeyed=True)), "not what was to be said"),
    "a word of many lines": (LENGTH.pack(709) + b"\x81\xa4type\xda\x02\xbc" + b"Hello\n\x1b[2J" * 70, r"^(?!.*[\n\x1b]).{,350}$"),
    "nested": (LENGTH.pack(100_000) + b"\x91" * 100_000, "not what was to be said"),
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


@pytest.mark.parametrize("asks", [True, False], ids=["asks", "watches"])
def test_who_asks_without_end_and_does_not_read_takes_no_memory(asks: bool, run: Run, address: Path, visit: Callable[..., Visit]) -> None:
    other = visit()
    asked = packed(Ask(1, SetKnob("k_steps", "wrong")))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with raw(address) as connection:
        connection.sendall(packed(Hello(VERSION, "x", asks)))
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


@pytest.mark.usefixtures("server")
def test_of_long_questions_fewer_wait(run: Run, address: Path) -> None:
    asked = packed(Ask(1, SetKnob("k_steps", "x" * 400_000)))
    with raw(address) as connection:
        run.open.clear()
        connection.sendall(HELLO)
        assert heard(connection, 1) == [Welcome("/runs/a", os.getpid())]
        connection.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            for _ in range(20):
                connection.sendall(asked)
        # Each counts as 25 of MOST_ASKED, and the run holds one of the two.
        until(lambda: run.inbox.qsize() == 1)
        run.open.set()


def colliding(count: int) -> bytes:
    """A table, in MessagePack, whose keys are arrays that a dictionary of Python would hold against each other one by one."""
    prime, other = 11400714785074694791, 14029467366897019727
    whole, keys, first = 2**64, list[bytes](), 0
    back = pow(other, -1, whole)
    while len(keys) < count:
        first += 1
        turned = (2870177450012600261 + first * other) % whole
        turned = (turned << 31 | turned >> 33) % whole * prime % whole
        aimed = 12345 >> 31 | (12345 << 33) % whole
        second = (aimed - turned) * back % whole
        if second < 2**61 - 2:
            keys.append(b"\x92\xce" + first.to_bytes(4, "big") + b"\xcf" + second.to_bytes(8, "big") + b"\x00")
    return b"\xdf" + count.to_bytes(4, "big") + b"".join(keys)


def test_a_table_made_to_be_slow_is_not_read() -> None:
    """Over 50,000 such keys in a message a dictionary would take minutes, in which nothing else is done in the process."""
    assert len({hash(key) for key in msgspec.msgpack.decode(colliding(50))}) == 1
    table = colliding(50_000)
    began = time.process_time()
    ask = b"\x83\xa4type\xa3Ask\xa6number\x01\xa7command\x83\xa4type\xa7SetKnob\xa4name\xa1k\xa5value"
    with pytest.raises(WireError):
        from_visitor(ask + table)
    for change in (b"\x93\xa8Snapshot\xc2" + table, b"\x93\xa8Snapshot\xc2\x81\xa6series" + table):
        frame = from_run(b"\x83\xa4type\xa5Frame\xa5looks\x01\xa6change" + change)
        assert isinstance(frame, Frame)
        with pytest.raises(WireError):
            changed(Snapshot, None, frame.change)
    assert time.process_time() - began < 1


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


@contextlib.contextmanager
def lying(address: Path, said: bytes) -> Iterator[None]:
    """A run that says this to its first visitor."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(address))
        listening.listen()

        def lie() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(said)
                connection.recv(65536)

        liar = threading.Thread(target=lie)
        liar.start()
        yield
        liar.join()


WELCOME = packed(Welcome("/r", 1))
LIES = {
    "a frame of nothing": (
        WELCOME + packed(Frame(1, msgspec.Raw(b"\x93\xa8Snapshot\xc3\x80"))),
        "a change of a Snapshot that is not there",
    ),
    "welcome twice": (WELCOME + WELCOME, "a run says welcome first, and once"),
    "a reason in lines": (WELCOME + packed(Refused("no\n\x1b[2J" * 200)), r"(?!.*[\n\x1b]).{300}\.\.\.$"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_run_that_lies_ends_the_visit_in_one_line(lie: str, address: Path) -> None:
    said, why = LIES[lie]
    with lying(address, said):
        visit = Visit(address, "one")
        with pytest.raises(WireError) as caught:
            _ = visit.latest
        visit.close()
    assert re.match(why, str(caught.value))
    assert visit.ended == str(caught.value)


@pytest.mark.parametrize("said", [packed(Answer(1, obeyed=True)), packed(Frame(1, msgspec.Raw(b"\xc0")))], ids=["answer", "frame"])
def test_a_run_that_does_not_say_welcome_is_none(said: bytes, address: Path) -> None:
    with lying(address, said), pytest.raises(WireError, match="a run says welcome first"):
        Visit(address, "one")
