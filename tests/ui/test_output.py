"""What goes to the terminal: in order, never waited for, and told of when it has been taken."""

import os
import threading
from collections.abc import Iterator

import pytest

from tui_gan.ui import output
from tui_gan.ui.output import BEHIND, Output

PATIENCE = 20.0


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The end to read of a pipe that stands for the terminal; nobody reads unless the test does."""
    read, write = os.pipe()
    monkeypatch.setattr(output, "OUT", write)
    yield read
    os.close(read)
    os.close(write)


def taken(one: Output) -> threading.Event:
    done = threading.Event()
    one.then(done.set)
    return done


def read_all(pipe: int, number: int) -> bytes:
    found = b""
    while len(found) < number:
        found += os.read(pipe, number - len(found))
    return found


def test_nothing_waits_for_a_terminal_that_does_not_read_and_all_of_it_arrives_in_order(pipe: int) -> None:
    one = Output()
    one.start()
    texts = [f"{number:06}ü".encode() * 500 for number in range(400)]
    for text in texts:
        one.put(text.decode())
    done = taken(one)
    assert one.behind
    assert not done.is_set()
    assert read_all(pipe, sum(map(len, texts))) == b"".join(texts)
    assert done.wait(PATIENCE)
    assert not one.behind
    one.stop()
    assert not one.is_alive()


def test_it_is_behind_only_with_more_than_is_usual_on_the_way(pipe: int) -> None:
    one = Output()
    one.put("x" * BEHIND)
    assert not one.behind
    one.put("x")
    assert one.behind


def test_what_a_silent_one_was_given_is_dropped_and_counts_as_taken(pipe: int) -> None:
    one = Output()
    one.silent = True
    one.start()
    one.put("x" * 4 * BEHIND)
    assert taken(one).wait(PATIENCE)
    assert not one.behind
    os.set_blocking(pipe, False)
    with pytest.raises(BlockingIOError):
        os.read(pipe, 1)
    one.stop()


def test_a_terminal_that_has_gone_takes_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    monkeypatch.setattr(output, "OUT", write)
    os.close(read)
    one = Output()
    one.start()
    one.put("x" * 4 * BEHIND)
    assert taken(one).wait(PATIENCE)
    assert not one.behind
    one.stop()
    os.close(write)


def test_one_that_refuses_to_wait_is_waited_for_here(pipe: int) -> None:
    os.set_blocking(output.OUT, False)
    one = Output()
    one.start()
    one.put("x" * 10 * BEHIND)
    assert read_all(pipe, 10 * BEHIND) == b"x" * 10 * BEHIND
    one.stop()


def test_the_end_of_the_screen_is_not_held_up_for_ever_and_the_rest_still_arrives(pipe: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "DRAINS_WITHIN", 0.01)
    one = Output()
    one.start()
    one.put("x" * 10 * BEHIND)
    one.drain()
    one.stop()
    assert one.is_alive()
    assert read_all(pipe, 10 * BEHIND) == b"x" * 10 * BEHIND
    one.join(PATIENCE)
    assert not one.is_alive()
