"""Messages in pieces of any size."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tui_gan.contract.commands import Command, DrawData, SetKnob
from tui_gan.wire import WireError
from tui_gan.wire.framing import LENGTH, Incoming, packed
from tui_gan.wire.messages import Answer, Ask, Frame, Hello, Look, Refused, Welcome, from_run, from_visitor

SAID = [Hello(1, "pts/3"), Ask(7, SetKnob("k_steps", 3)), Ask(8, DrawData(((0.0, 1.0),))), Look(1), Hello(1, "", asks=False)]
ANSWERED = [
    Welcome("/runs/a", 12),
    Refused("another version"),
    Answer(7, obeyed=False, why="too large"),
    Frame(1, msgspec.Raw(packed(["Snapshot", False, {}])[4:])),
]


@given(some.lists(some.binary(max_size=40), max_size=8), some.lists(some.integers(1, 30)))
def test_whatever_the_pieces_the_messages_come_out(messages: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(LENGTH.pack(len(each)) + each for each in messages)
    incoming, found, at = Incoming(100), [], 0
    for cut in [*cuts, len(stream)]:
        found += incoming.feed(stream[at : at + cut])
        at += cut
    assert found == messages


@pytest.mark.parametrize("length", [101, 2**31, 2**32 - 1])
def test_a_length_beyond_the_longest_is_refused_before_anything_is_kept(length: int) -> None:
    incoming = Incoming(100)
    with pytest.raises(WireError, match="100 are the most"):
        incoming.feed(LENGTH.pack(length) + b"x" * 10_000)
    assert incoming.feed(LENGTH.pack(1) + b"y") == [b"y"]


def test_half_a_message_is_waited_for() -> None:
    incoming = Incoming(100)
    content = packed(Look(1))
    assert incoming.feed(content[:-1]) == []
    assert [from_visitor(each) for each in incoming.feed(content[-1:])] == [Look(1)]


@pytest.mark.parametrize("message", SAID, ids=repr)
def test_what_a_visitor_says_is_understood(message: Hello | Ask | Look) -> None:
    assert from_visitor(packed(message)[LENGTH.size :]) == message
    with pytest.raises(WireError):
        from_run(packed(message)[LENGTH.size :])


@pytest.mark.parametrize("message", ANSWERED, ids=lambda said: type(said).__name__)
def test_what_a_run_says_is_understood(message: object) -> None:
    assert from_run(packed(message)[LENGTH.size :]) == message
    with pytest.raises(WireError):
        from_visitor(packed(message)[LENGTH.size :])


def test_every_command_can_be_asked() -> None:
    values = {
        "count": 2,
        "text": "a",
        "name": "k_steps",
        "value": 3,
        "key": "objective",
        "weights": ((1.0,),),
        "parts": ("layers",),
        "runs": ("a",),
    }
    # Other tests make commands of their own.
    for kind in (each for each in Command.__subclasses__() if each.__module__ == Command.__module__):
        command = kind(**{field: values[field] for field in kind.__struct_fields__ if field in values})
        assert from_visitor(packed(Ask(1, command))[LENGTH.size :]) == Ask(1, command)


@given(some.binary(max_size=200))
def test_any_bytes_are_a_message_or_refused(content: bytes) -> None:
    for read in (from_visitor, from_run):
        with contextlib.suppress(WireError):
            assert read(content) is not None
