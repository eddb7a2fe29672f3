"""The course of a run as its log has it: every series, and what was changed on the way."""

import math
from typing import Any, NamedTuple

import numpy as np

from tui_gan.contract.errors import UnreadableError
from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.snapshot import Series, frozen
from tui_gan.session import runlog
from tui_gan.session.export.source import Source
from tui_gan.session.undo import shown

# What a line of scalars or metrics holds beside them.
BESIDE = {"kind", "step", "seconds", "pretrained"}
# Commands, knobs and settings that change nothing of what is learned, or how.
WITHOUT_EFFECT = {
    *("pause", "step", "save", "evaluate", "export"),
    *("device", "checkpoint_every", "steps", "keep", "log_every", "evaluate_every", "evaluate_from", "preview_every", "pace", "pace_until"),
}
WORDS = 28


class Change(NamedTuple):
    """Something that was changed at a step, in a few words."""

    step: int
    text: str


class Course(NamedTuple):
    """Values by step, by the name of the series: `scalars`, such as losses, and `metrics`; NaN where one was not finite."""

    scalars: dict[str, dict[int, float]]
    metrics: dict[str, dict[int, float]]
    changes: list[Change]

    @property
    def named(self) -> dict[str, dict[int, float]]:
        """All series."""
        return self.scalars | self.metrics

    @property
    def steps(self) -> list[int]:
        """The steps at which anything was measured, ascending."""
        return sorted({step for values in self.named.values() for step in values})


def course(source: Source) -> Course:
    """Read the log of a run.

    Raises:
        UnreadableError: nothing has been logged, or the checkpoint lies in no run.
    """
    found = Course({}, {}, [])
    for entry in runlog.read(source.directory.log):
        kind, step = entry.get("kind"), entry["step"]
        if source.until is not None and step > source.until:
            break
        if kind == "command" and (text := _said(entry.get("name"), entry.get("value"))):
            found.changes.append(Change(step, text))
        if kind in ("scalars", "metrics"):
            for name, value in entry.items():
                if name not in BESIDE and isinstance(value, int | float | None):
                    # What is not finite, the log writes as null.
                    getattr(found, kind).setdefault(name, {})[step] = math.nan if value is None else float(value)
    if not found.named:
        raise UnreadableError(f"{source.name} has logged no series")
    return found


def series(values: dict[int, float]) -> Series:
    """Values by step in the order of the steps."""
    steps = np.array(sorted(values), dtype=np.float64)
    return Series(frozen(steps), frozen([values[int(step)] for step in steps]))


def _said(name: Any, value: Any) -> str:
    """A command in a few words; "" for one that changes nothing."""
    if not isinstance(name, str) or name in WITHOUT_EFFECT:
        return ""
    label = KNOBS[name].label if name in KNOBS else name.replace("_", " ")
    text = f"{label} {shown(tuple(value) if isinstance(value, list) else value)}"
    return text if len(text) <= WORDS else f"{text[: WORDS - 1]}…"
