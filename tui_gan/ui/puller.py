"""The puller: asks a run for snapshots, at the governor's pace while it trains and at once after a key, and has them drawn."""

import asyncio
import contextlib
import time
from collections.abc import Callable

from tui_gan.contract.commands import Command, RunHandle
from tui_gan.contract.snapshot import Snapshot, Status
from tui_gan.ui.governor import Governor

POLL_SECONDS = (0.006, 0.03)
WATCH_SECONDS = 0.15
STALE_SECONDS = 1.0


class Puller:
    """What stands between a run and the screen, on the screen's side.

    Args:
        show: draws a snapshot; a quick one answers a key and leaves the pictures for the next full one.
        written: how many bytes have gone to the terminal so far.
    """

    def __init__(self, handle: RunHandle, show: Callable[[Snapshot, bool], None], written: Callable[[], int]) -> None:
        self._handle = handle
        self._show = show
        self._written = written
        self._governor = Governor()
        self._sent = 0
        self._then: list[tuple[int, Callable[[], object]]] = []
        self._woken = asyncio.Event()

    def send(self, command: Command) -> None:
        """Send a command to the run; its answer is drawn at once."""
        self._handle.send(command)
        self._sent += 1
        self._woken.set()

    def send_and(self, command: Command, act: Callable[[], object]) -> None:
        """Send a command to the run, and do something once its answer has been drawn whole."""
        self.send(command)
        self._then.append((self._sent, act))

    def taken(self, snapshot: Snapshot) -> tuple[float, float]:
        """Bytes a second, and the share of one processor that the screen takes; nothing while it is at rest."""
        return self._governor.taken if snapshot.status is Status.RUNNING else (0.0, 0.0)

    async def follow(self, seen: Snapshot) -> None:
        """Ask for what comes after `seen` and draw it until the run has stopped."""
        answered = 0
        full_at, spent, written = 0.0, time.thread_time(), self._written()
        # What a beginning or a key draws, all at once, is no measure of what a frame will cost.
        steady = False
        while True:
            asked = self._sent
            waiting = seen.status is Status.RUNNING or asked != answered
            self._woken.clear()
            if waiting:
                self._handle.request_snapshot()
            newer = await self._newer(seen, waiting)
            if newer.status is Status.STOPPED:
                return
            if newer is seen:
                continue
            pressed, answered = asked != answered, asked
            running = newer.status is Status.RUNNING
            steady = steady and not pressed
            now = time.monotonic()
            quick = pressed and running and now - full_at < STALE_SECONDS and not self._then
            if not quick:
                if steady:
                    self._governor.learn(time.thread_time() - spent, self._written() - written)
                full_at, spent, written = now, time.thread_time(), self._written()
                steady = running and seen.status is Status.RUNNING
            seen = newer
            self._show(seen, quick)
            due, self._then = [act for sent, act in self._then if sent <= answered], [each for each in self._then if each[0] > answered]
            for act in due:
                act()
            if running and self._sent == asked:
                await self._rest(full_at + self._governor.interval, seen)

    async def _newer(self, seen: Snapshot, waiting: bool) -> Snapshot:
        """The next snapshot after `seen`; `seen` itself when none was asked for and a key was pressed."""
        pause, slowest = POLL_SECONDS
        while (latest := self._handle.latest) is seen:
            if waiting:
                await asyncio.sleep(pause)
                pause = min(slowest, pause * 1.1)
            elif await self._key_within(WATCH_SECONDS):
                return seen
        return latest

    async def _rest(self, until: float, seen: Snapshot) -> None:
        """Wait for the next frame, a key, or another state of the run, whichever is first."""
        while (left := until - time.monotonic()) > 0 and self._handle.latest.status is seen.status:
            if await self._key_within(min(left, WATCH_SECONDS)):
                return

    async def _key_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        return self._woken.is_set()
