"""The puller with a run that answers at once: what it asks for, what it learns from, and when it ends."""

import asyncio
import dataclasses
import time
from collections.abc import Callable

from tui_gan.contract.commands import Command, Save
from tui_gan.contract.snapshot import Snapshot, Status
from tui_gan.ui.puller import Puller

DEAR = 0.08


class Answering:
    """A run that is one step on whenever it is asked, and ends at its last."""

    def __init__(self, first: Snapshot, last: int) -> None:
        self.latest, self.last = first, last
        self.requests = 0
        self.sent: list[Command] = []

    def request_snapshot(self) -> None:
        self.requests += 1
        step = self.latest.step + 1
        self.latest = dataclasses.replace(self.latest, step=step, status=Status.STOPPED if step >= self.last else Status.RUNNING)

    def send(self, command: Command) -> None:
        self.sent.append(command)


def follow(run: Answering, show: Callable[[Puller, Snapshot, bool], None], start: bool = False) -> Puller:
    puller = Puller(run, lambda snapshot, quick: show(puller, snapshot, quick), lambda: 100 * run.requests)
    first = run.latest
    if start:
        run.request_snapshot()
    asyncio.run(asyncio.wait_for(puller.follow(first), 30))
    return puller


def work(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_every_answer_is_drawn_until_the_run_has_stopped(seen) -> None:
    drawn: list[int] = []
    run = Answering(seen(Status.RUNNING, step=0), 5)
    follow(run, lambda _, snapshot, quick: drawn.append(snapshot.step))
    assert (drawn, run.requests) == ([1, 2, 3, 4], 5)


def test_what_a_beginning_and_a_key_draw_is_no_measure_of_a_frame(seen) -> None:
    def show(puller: Puller, snapshot: Snapshot, quick: bool) -> None:
        if snapshot.step == 4:
            puller.send(Save())
        if snapshot.step == 1 or snapshot.step == 5:
            work(DEAR)

    run = Answering(seen(Status.LOADING, step=0), 9)
    puller = follow(run, show, start=True)
    bytes_per_second, share = puller.taken(seen(Status.RUNNING))
    assert run.sent == [Save()]
    assert bytes_per_second > 0
    assert puller._governor.seconds_per_frame < DEAR / 4
    assert 0 < share < 0.05


def test_what_every_frame_costs_is_learned_and_nothing_is_taken_at_rest(seen) -> None:
    puller = follow(Answering(seen(Status.RUNNING, step=0), 4), lambda *_: work(0.01))
    assert puller._governor.seconds_per_frame >= 0.01
    assert puller.taken(seen(Status.PAUSED)) == (0.0, 0.0)
    assert puller.taken(seen(Status.RUNNING))[1] > 0


def test_a_key_is_answered_before_its_time_and_quickly(seen) -> None:
    drawn: list[tuple[int, bool]] = []

    def show(puller: Puller, snapshot: Snapshot, quick: bool) -> None:
        drawn.append((snapshot.step, quick))
        puller._governor.seconds_per_frame = 100.0
        asyncio.get_running_loop().call_later(0.01, puller.send, Save())

    begun = time.monotonic()
    follow(Answering(seen(Status.RUNNING, step=0), 4), show)
    # Three frames of two seconds each, had no key been pressed.
    assert time.monotonic() - begun < 4.0
    assert drawn == [(1, False), (2, True), (3, True)]
