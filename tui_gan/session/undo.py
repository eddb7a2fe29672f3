"""What was changed live, and how it is taken back and made again."""

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import KNOBS, Knobs
from tui_gan.contract.settings import differences
from tui_gan.gan.datasets import Dataset

KEPT = 100


class InForce(NamedTuple):
    """What a run trains by."""

    knobs: Knobs
    config: Config
    dataset: Dataset


class Progress(NamedTuple):
    """What training has moved and a live change may begin anew, which comes back with what was in force.

    Attributes:
        coefficients: of the regularizers that adapt theirs, by name.
        streak: how often in a row the metric of early stopping has met its threshold.
    """

    coefficients: Mapping[str, float]
    streak: int


class Difference(NamedTuple):
    """A knob or a setting, by its name in the log, of which two things in force have different values."""

    name: str
    before: object
    after: object

    @property
    def changed(self) -> str:
        """Such as "k steps: 2 (was 1)"."""
        return f"{_label(self.name)}: {self._text(self.after)} (was {self._text(self.before)})"

    @property
    def kept(self) -> str:
        """Such as "k steps is 2 already"."""
        return f"{_label(self.name)} is {self._text(self.after)} already"

    @property
    def taken_back(self) -> str:
        """Such as "k steps: 2 -> 1"."""
        return f"{_label(self.name)}: {self._text(self.after)} -> {self._text(self.before)}"

    @property
    def made_again(self) -> str:
        """Such as "k steps: 1 -> 2"."""
        return f"{_label(self.name)}: {self._text(self.before)} -> {self._text(self.after)}"

    def _text(self, value: object) -> str:
        return "off" if self.name in KNOBS and KNOBS[self.name].off(value) else in_words(value)


@dataclasses.dataclass(frozen=True)
class Change:
    """A live change, with all that was in force before and after it.

    Attributes:
        left: how far training had come when the change was made; `reached` when it was taken back, None before it was.
    """

    before: InForce
    after: InForce
    left: Progress
    reached: Progress | None = None


@dataclasses.dataclass(frozen=True)
class Changes:
    """The changes that can be taken back, the newest last, and those that can be made again, the next one last."""

    done: tuple[Change, ...] = ()
    undone: tuple[Change, ...] = ()

    def and_then(self, change: Change) -> "Changes":
        """With one more change, after which nothing can be made again."""
        return Changes((*self.done[1 - KEPT :], change))

    def less_one(self, reached: Progress) -> "Changes":
        """With the newest change taken back."""
        return Changes(self.done[:-1], (*self.undone, dataclasses.replace(self.done[-1], reached=reached)))

    def plus_one(self, left: Progress) -> "Changes":
        """With the change made again that was taken back last."""
        return Changes((*self.done, dataclasses.replace(self.undone[-1], left=left)), self.undone[:-1])

    @property
    def undo(self) -> str:
        """What would be taken back; "" for nothing."""
        return main_difference(self.done[-1]).taken_back if self.done else ""

    @property
    def redo(self) -> str:
        """What would be made again; "" for nothing."""
        return main_difference(self.undone[-1]).made_again if self.undone else ""


def main_difference(change: Change) -> Difference:
    """The difference that a change is told by; others follow from it."""
    return different(change.before, change.after)[0]


def different(before: InForce, after: InForce) -> list[Difference]:
    """Each knob and setting that differs; the data stand for their checksum, and the data set for data that are not given."""
    knobs = ((name, getattr(before.knobs, name), getattr(after.knobs, name)) for name in KNOBS)
    turned = [Difference(*each) for each in knobs if each[1] != each[2]]
    settings = differences(before.config, after.config)
    if "data" in settings:
        settings["data"] = (before.config.data or before.config.dataset, after.config.data or after.config.dataset)
    return turned + [Difference(key, *values) for key, values in settings.items() if key != "data_sha256"]


def in_words(value: object) -> str:
    """A value in an event: on and off, short numbers, names with commas between them."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(map(in_words, value))
    return f"{value:g}" if isinstance(value, float) else str(value) or "none"


def _label(name: str) -> str:
    return name.replace("_", " ") if name in KNOBS else name
