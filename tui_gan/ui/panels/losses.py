"""Losses: those of G and D over steps, with what was changed on the way; before the game, that of the pre-training."""

from typing import ClassVar

import numpy as np

from tui_gan.contract.logged import LOSSES
from tui_gan.contract.snapshot import MARKED, Series, Snapshot
from tui_gan.ui.draw import scale
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.gauges import GAUGES, PRETRAINING
from tui_gan.ui.draw.palette import Ink
from tui_gan.ui.draw.series.age import briefly
from tui_gan.ui.draw.series.curves import Curve, Mark, curves, load
from tui_gan.ui.panels.panel import Frame, Notes, Panel, hint

NONE = Series(np.empty(0), np.empty(0))
WORDS = 24


class Losses(Panel):
    """Both losses, drawn by plotext; the dearest panel, and so the one that is drawn least often."""

    title: ClassVar[str] = "losses"
    slow_seconds: ClassVar[float] = 1.0

    def on_mount(self) -> None:
        """Import plotext once the first frame stands."""
        self.call_after_refresh(load)

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """Lengths and ends of the curves, the marks, and the rules, which say where the losses come to rest."""
        ends = [(part.steps.size, part.steps[-1:].tolist(), part.stale) for part in _series(frame.snapshot).values()]
        marks = _marks(frame.snapshot)
        return (*ends, frame.snapshot.phase != "", frame.snapshot.rules, len(marks), marks[-1:])

    def heading(self, frame: Frame) -> str:
        """Which losses these are."""
        return "pre-training" if frame.snapshot.phase else self.title

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the curves."""
        before = bool(frame.snapshot.phase)
        lines = [Curve(part, *_drawn(name)) for name, part in _series(frame.snapshot).items()]
        if not any(line.series.steps.size for line in lines):
            return hint("no losses yet" if width > 14 else "", width, height)
        aimed_at = {} if before else frame.snapshot.rules.references
        return curves(lines, aimed_at, [] if before else _marks(frame.snapshot), width, height, frame.look)

    def notes(self, frame: Frame) -> Notes:
        """The newest values, behind their step where what they depend on has been changed since."""
        series = _series(frame.snapshot)
        when = next((text for part in series.values() if (text := briefly(part))), "")
        notes: list[tuple[str, Ink]] = [(when, Ink.DIM)] if when else []
        for name, part in series.items():
            ink, letter, _ = _drawn(name)
            if part.values.size:
                notes.append((("  " if notes else "") + f"{letter} {scale.short(float(part.values[-1]))}", ink))
        return tuple(notes)


def _series(snapshot: Snapshot) -> dict[str, Series]:
    return {name: snapshot.series.get(name, NONE) for name in ((PRETRAINING,) if snapshot.phase else LOSSES)}


def _drawn(name: str) -> tuple[Ink, str, str]:
    gauge = GAUGES[name]
    return gauge.ink, gauge.letter, gauge.marker


def _marks(snapshot: Snapshot) -> list[Mark]:
    return [Mark(event.step, event.text.partition(" (")[0][:WORDS]) for event in snapshot.events if event.kind in MARKED]
