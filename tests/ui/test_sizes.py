"""Sizes of a window that is being dragged: the newest, now and then, and none twice."""

import heapq
import itertools
import random
from collections.abc import Callable

from textual.geometry import Size

from tui_gan.ui.sizes import APART, Sizes

BEFORE = Size(80, 24)
SEED = 7


class Clock:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.now + seconds, len(self._due), call))

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while self._due and self._due[0][0] <= end:
            self.now, _, call = heapq.heappop(self._due)
            call()
        self.now = end


def begun() -> tuple[Clock, Sizes, list[tuple[float, Size]]]:
    clock, told = Clock(), list[tuple[float, Size]]()
    return clock, Sizes(lambda size: told.append((clock.now, size)), clock.later, BEFORE), told


def test_a_storm_is_told_of_now_and_then_and_ends_with_the_newest() -> None:
    clock, sizes, told = begun()
    chance = random.Random(SEED)
    for _ in range(300):
        last = Size(chance.randint(1, 250), chance.randint(1, 80))
        sizes.come(last)
        clock.wait(0.003)
    clock.wait(10.0)
    times = [at for at, _ in told]
    assert times[0] == 0.0
    assert min(later - before for before, later in itertools.pairwise(times)) > APART - 1e-9
    assert len(told) <= 1 + 0.9 / APART + 1
    assert told[-1][1] == last


def test_one_size_is_told_of_at_once_and_not_again() -> None:
    clock, sizes, told = begun()
    sizes.come(BEFORE)
    assert told == []
    for _ in range(5):
        sizes.come(Size(100, 30))
        clock.wait(1.0)
    assert told == [(0.0, Size(100, 30))]
    sizes.come(BEFORE)
    assert told[1:] == [(clock.now, BEFORE)]


def test_a_size_that_was_there_for_a_moment_only_is_not_told_of() -> None:
    clock, sizes, told = begun()
    for size in (Size(100, 30), Size(40, 10), Size(100, 30)):
        sizes.come(size)
    clock.wait(1.0)
    assert told == [(0.0, Size(100, 30))]
