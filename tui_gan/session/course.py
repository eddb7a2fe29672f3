"""The course of a run as its log has it: every series, and what was changed on the way."""

import contextlib
import math
from pathlib import Path
from typing import NamedTuple

from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.outer import check_ordinary, printable
from tui_gan.session.entries import Command, Metrics, Scalars, left_out, lines
from tui_gan.session.history import FARTHEST
from tui_gan.session.undo import in_words

# Commands, knobs and settings that change nothing of what is learned, or how.
WITHOUT_EFFECT = {
    *("from", "pause", "step", "save", "evaluate", "export"),
    *("device", "checkpoint_every", "steps", "keep", "log_every", "evaluate_every", "evaluate_from", "preview_every", "pace", "pace_until"),
    *("engine", "linger"),
}
WORDS = 28


class Change(NamedTuple):
    """Something that was changed at a step, in a few words."""

    step: int
    text: str


class Course(NamedTuple):
    """What a log holds.

    Attributes:
        scalars: such as losses, by step, by the name of the series; NaN where one was not finite.
        metrics: likewise.
        changes: in the order of the log.
        left_out: how many lines were damaged, in a sentence; "" for none.
    """

    scalars: dict[str, dict[int, float]]
    metrics: dict[str, dict[int, float]]
    changes: list[Change]
    left_out: str = ""

    @property
    def named(self) -> dict[str, dict[int, float]]:
        """All series."""
        return self.scalars | self.metrics

    @property
    def steps(self) -> list[int]:
        """The steps at which anything was measured, ascending."""
        return sorted({step for values in self.named.values() for step in values})


def course(log: Path, until: int | None = None) -> Course:
    """Read a log, up to the step `until`; one that is not there holds nothing, and a damaged line costs itself alone.

    Raises:
        OSError: it cannot be read.
    """
    scalars: dict[str, dict[int, float]] = {}
    metrics: dict[str, dict[int, float]] = {}
    changes, damaged = [], 0
    # A run that has logged nothing yet has no course.
    with contextlib.suppress(FileNotFoundError):
        check_ordinary(log)
        with log.open("rb") as file:
            for line in lines(file):
                entry = line.entry
                if entry is None:
                    damaged += 1
                elif until is not None and entry.step > until:
                    continue
                elif isinstance(entry, Command) and (text := _said(entry)):
                    changes.append(Change(entry.step, text))
                elif isinstance(entry, Scalars | Metrics):
                    by_name = scalars if isinstance(entry, Scalars) else metrics
                    for name, value in entry.values.items():
                        # Where one quantity was logged twice at a step, the later line counts.
                        by_name.setdefault(name, {})[entry.step] = math.nan if value is None else value
    return Course(scalars, metrics, changes, left_out(damaged))


def drawable(value: float) -> float:
    """A value of a series, or NaN where it lies beyond all that can be drawn."""
    return value if abs(value) <= FARTHEST else math.nan


def _said(command: Command) -> str:
    """A command in a few words; "" for one that changes nothing."""
    if command.name in WITHOUT_EFFECT:
        return ""
    label = KNOBS[command.name].label if command.name in KNOBS else command.name.replace("_", " ")
    text = printable(f"{label} {in_words(command.value)}")
    return text if len(text) <= WORDS else f"{text[: WORDS - 1]}…"
