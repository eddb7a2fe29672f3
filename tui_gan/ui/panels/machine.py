"""Machine: where the time of a step goes, and what the run takes of the machine."""

import time
from collections import deque
from typing import ClassVar

import numpy as np
from textual.binding import BindingType

from tui_gan.contract.snapshot import Snapshot, Status
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.machine import MINUTE, machine
from tui_gan.ui.draw.palette import Ink
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
        return (snapshot.machine, _speed(snapshot), round(frame.drawing, 3), round(frame.bytes_per_second, -2), tuple(self.speeds))

    def show(self, frame: Frame) -> None:
        """Note the speed also while another view is shown."""
        self.note(frame, time.monotonic())
        super().show(frame)

    def note(self, frame: Frame, now: float) -> None:
        """Keep the speed of a run that trains, once a second; 0 is one that is not measured yet."""
        if frame.snapshot.status is Status.RUNNING and _speed(frame.snapshot) > 0 and now - self._noted_at >= 1.0:
            self.speeds.append(_speed(frame.snapshot))
            self._noted_at = now

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw it."""
        snapshot, indent = frame.snapshot, 1 if width >= 40 else 0
        canvas = Canvas(width, height)
        speeds = np.array(self.speeds, dtype=np.float64)
        figures = (snapshot.machine, speeds, _speed(snapshot), frame.drawing, frame.bytes_per_second)
        canvas.paste(indent, 0, machine(*figures, max(0, width - 2 * indent), height, frame.look))
        return canvas

    def notes(self, frame: Frame) -> Notes:
        """Whether the speed is that of the pace; the header says where the networks are."""
        return (("paced", Ink.DIM),) if frame.snapshot.paced else ()


def _speed(snapshot: Snapshot) -> float:
    """Steps a second: of the training, or of the pace that it waits for."""
    return snapshot.knobs.pace if snapshot.paced else snapshot.steps_per_second
