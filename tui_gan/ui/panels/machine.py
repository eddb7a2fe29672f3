"""Machine: where the time of a step goes, and what the run takes of the machine."""

import time
from collections import deque
from typing import ClassVar

import numpy as np
from textual.binding import BindingType

from tui_gan.contract.snapshot import Status
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.machine import MINUTE, machine
from tui_gan.ui.keys import bindings
from tui_gan.ui.panels.panel import Frame, Notes, Panel


class Machine(Panel):
    """Speed, the parts of a step, processor, memory, GPUs and the terminal; the speeds of the last minute are kept."""

    title: ClassVar[str] = "machine"
    watches: ClassVar[tuple[str, ...]] = ("machine",)
    slow_seconds: ClassVar[float] = 1.0
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("machine")]

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.speeds: deque[float] = deque(maxlen=MINUTE)
        self._noted_at = -1.0

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The figures, as exactly as they are shown."""
        snapshot = frame.snapshot
        return (snapshot.machine, snapshot.steps_per_second, round(frame.drawing, 3), round(frame.bytes_per_second, -2), tuple(self.speeds))

    def show(self, frame: Frame) -> None:
        """Note the speed also while another view is shown."""
        self.note(frame, time.monotonic())
        super().show(frame)

    def note(self, frame: Frame, now: float) -> None:
        """Keep the speed of a run that trains, once a second; 0 is one that is not measured yet."""
        if frame.snapshot.status is Status.RUNNING and frame.snapshot.steps_per_second > 0 and now - self._noted_at >= 1.0:
            self.speeds.append(frame.snapshot.steps_per_second)
            self._noted_at = now

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw it."""
        snapshot, indent = frame.snapshot, 1 if width >= 40 else 0
        canvas = Canvas(width, height)
        speeds = np.array(self.speeds, dtype=np.float64)
        shown = (snapshot.machine, speeds, snapshot.steps_per_second, frame.drawing, frame.bytes_per_second)
        canvas.paste(indent, 0, machine(*shown, max(0, width - 2 * indent), height, frame.look))
        return canvas

    def notes(self, frame: Frame) -> Notes:
        """Nothing: the header says where the networks are."""
        return ()
