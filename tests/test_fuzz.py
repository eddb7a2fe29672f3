"""The fuzzing itself: the same seed damages alike, and what breaks the promise is found."""

import itertools

import pytest

from tests import fuzz
from tui_gan.contract.errors import UsageError

WHOLES = (b"one, 2, 3\n" * 10, b"\x00\x01\x02" * 80)


def some(seed: int, count: int = 200) -> list[bytes]:
    return list(itertools.islice(fuzz.damaged(WHOLES, seed), count))


def test_the_same_seed_damages_alike_and_another_otherwise() -> None:
    assert some(3) == some(3) != some(4)
    assert len(set(some(3))) > 150


def refuse(text: str) -> None:
    raise UsageError(text)


def test_what_is_taken_and_what_is_refused_is_counted() -> None:
    tally = fuzz.check(lambda data: refuse("it has no comma") if b"," not in data else None, WHOLES, 100)
    assert tally == (100 - sum(b"," not in data for data in some(0, 100)), sum(b"," not in data for data in some(0, 100)))
    assert min(tally) > 20


@pytest.mark.parametrize("text", ["two\nlines", "", " ", "long" * 600])
def test_a_refusal_that_is_not_one_line_is_found(text: str) -> None:
    with pytest.raises(AssertionError, match="input 0 of seed 0"):
        fuzz.check(lambda data: refuse(text), WHOLES, 5)


@pytest.mark.parametrize("error", [ValueError, RecursionError, SystemExit])
def test_any_other_error_is_found_with_its_input(error: type[BaseException]) -> None:
    def read(data: bytes) -> None:
        raise error

    with pytest.raises(error) as caught:
        fuzz.check(read, WHOLES, 5)
    assert caught.value.__notes__ == [f"input 0 of seed 0: {some(0)[0]!r}"]


def test_memory_is_bounded() -> None:
    with pytest.raises(MemoryError):
        fuzz.check(lambda data: bytearray(2 * fuzz.MEMORY), WHOLES, 5)
