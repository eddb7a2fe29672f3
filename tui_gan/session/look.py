"""What is seen of a run, part by part: those parts that somebody watches, when they have changed, and no oftener than they may."""

import contextlib
import itertools
import time
import traceback
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from tui_gan.contract.commands import WATCHED
from tui_gan.contract.errors import TuiGanError, choose, first_line
from tui_gan.contract.snapshot import Picture
from tui_gan.session.diagnosing import Floors, diagnosed, floors
from tui_gan.session.gallery import Browser
from tui_gan.session.machine import Meter
from tui_gan.session.observe import layers, predictions, with_field
from tui_gan.session.overlays import Overlaid, others
from tui_gan.session.run import Run

# The share of the training time that looking may take.
LOOKING = 0.02
# Seconds between two diagnoses of a run that trains.
DIAGNOSED = 3
# What is made until somebody says otherwise, and what stays as it was seen last when nobody watches it.
FIRST = frozenset({"picture", "predictions"})
# The parts that show networks at a step.
OF_NETWORKS = ("picture", "predictions", "layers", "gallery")
# In place of a part that could not be made.
MISSING = object()


class Seen(NamedTuple):
    """A part as it was made: what had been asked for, what else it depends on, the part, the step it is of, and when it was made."""

    asked: object
    facts: object
    value: Any
    step: int
    made: int


class Viewer:
    """What one visitor looks at.

    Attributes:
        parts: the names of the parts that it watches, of WATCHED.
        browser: what its gallery is to show; `overlaid` the other runs whose series it wants.
        seen: what it has been shown last, by the names of the parts.
        due: when looking may cost training time for it again.
    """

    def __init__(self, run: Run, parts: frozenset[str] = frozenset()) -> None:
        self.parts = parts
        self.browser = Browser(run)
        self.overlaid = Overlaid(run.files.run.path)
        self.seen: dict[str, Seen] = {}
        self.due = 0.0

    @property
    def wants_picture(self) -> tuple[bool, bool]:
        """Whether the picture is to have the field between the players, and whether it is to hold every sample."""
        return "field" in self.parts, "wide" in self.parts


class Looker:
    """Makes the parts of a snapshot that cost something, for each visitor those that it watches.

    What two of them want in the same form is made once.

    Attributes:
        viewers: by the number of the visitor; 0 is the front end of the process itself.
        meter: what the run costs the machine.
        floors: what a perfect generator gets of the metrics.
        resting: whether the run does not train, so that looking takes nothing from it.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.viewers = {0: Viewer(run, FIRST)}
        self.meter = Meter()
        self.floors = Floors()
        self.resting = True
        self._made = itertools.count(1)
        self._told: set[str] = set()
        self._faults: list[tuple[str, str]] = []

    @property
    def watched(self) -> frozenset[str]:
        """The parts that somebody watches."""
        return frozenset[str]().union(*(viewer.parts for viewer in self.viewers.values()))

    @property
    def awaits(self) -> bool:
        """Whether somebody watches what floors that are not known yet will change."""
        return self.floors.waiting and bool({"floors", "diagnosis"} & self.watched)

    def viewer(self, visitor: int) -> Viewer:
        """The viewer of a visitor, which is there from now on."""
        if visitor not in self.viewers:
            self.viewers[visitor] = Viewer(self.run)
        return self.viewers[visitor]

    def leave(self, visitor: int) -> None:
        """Make nothing any longer that only this visitor watched."""
        self.viewers.pop(visitor, None)

    def watch(self, parts: tuple[str, ...], visitor: int = 0) -> None:
        """Make these parts for a visitor from now on, and no others.

        Raises:
            UsageError: a part that there is not.
        """
        table = dict.fromkeys(WATCHED)
        for name in parts:
            choose(table, name, "part of a snapshot")
        viewer, before = self.viewer(visitor), self.watched
        # What nobody has watched is out of date, and is not to be waited for.
        viewer.seen = {name: seen if name in before else seen._replace(asked=None) for name, seen in viewer.seen.items()}
        # The field is drawn into the picture, and a wide one is another.
        viewer.parts = frozenset(parts) | ({"picture"} if {"field", "wide"} & {*parts} else set())

    def look(self, resting: bool, waiting: bool = False, visitor: int = 0) -> dict[str, Any]:
        """The parts of a visitor by their names in `Snapshot`: as they are now, or, while that would cost more than LOOKING, a moment ago.

        With them "made_at", the step of each of OF_NETWORKS that is there.

        Args:
            waiting: whether the run waits between its steps, so that looking takes no time from training either.
        """
        self.resting, viewer = resting, self.viewer(visitor)
        begun = time.perf_counter()
        allowed, made = resting or waiting or begun >= viewer.due, False
        wanted = [name for name in PARTS if name in viewer.parts or (name == "overlays" and viewer.overlaid.runs)]
        viewer.seen = {name: seen for name, seen in viewer.seen.items() if name in wanted or name in FIRST}
        for name in wanted:
            part = PARTS[name]
            asked = part.asked(self, viewer)
            seen = self._newest(name, asked)
            # What has not been seen in this form at all is made at once, and paid for by a longer wait.
            if seen is None or allowed:
                facts = part.facts(self, viewer)
                if seen is None or seen.facts != facts:
                    seen, made = Seen(asked, facts, self._make(name, viewer), self.run.step, next(self._made)), True
            viewer.seen[name] = seen
        if made:
            ended = time.perf_counter()
            share = LOOKING / max(1, sum(1 for each in self.viewers.values() if each.parts))
            viewer.due = (ended if allowed else viewer.due) + (ended - begun) / share
        shown = {name: seen for name, seen in viewer.seen.items() if seen.value is not MISSING}
        steps = {name: shown[name].step for name in OF_NETWORKS if name in shown}
        return {name: seen.value for name, seen in shown.items()} | {"made_at": steps}

    def measured(self) -> contextlib.AbstractContextManager[None]:
        """Under which a step is trained, so that its time can be told; a compiled one has no parts."""
        return self.meter.measuring(self.run.trainer) if "machine" in self.watched else contextlib.nullcontext()

    def untold(self) -> list[str]:
        """What has been found wrong with other runs since this was asked last, once whoever overlays them."""
        return list(dict.fromkeys(text for viewer in self.viewers.values() for text in viewer.overlaid.untold()))

    def faults(self) -> list[tuple[str, str]]:
        """What could not be shown since this was asked last, and its traceback; each once."""
        faults, self._faults = self._faults, []
        return faults

    def _make(self, name: str, viewer: Viewer) -> Any:
        """A part; MISSING where a fault of the program keeps it from being made, which is no reason to end a training."""
        try:
            return PARTS[name].make(self, viewer)
        except (TuiGanError, OSError, torch.OutOfMemoryError):
            raise
        except Exception as error:
            text = f"{name} cannot be shown: {type(error).__name__}: {first_line(error)}"
            if text not in self._told:
                self._told.add(text)
                self._faults.append((text, traceback.format_exc()))
            return MISSING

    def _newest(self, name: str, asked: object) -> Seen | None:
        """The newest that has been made of a part in this form, for whomever."""
        candidates = [seen for each in self.viewers.values() if (seen := each.seen.get(name)) and seen.asked == asked]
        return max(candidates, key=lambda seen: seen.made, default=None)


class Part(NamedTuple):
    """How a part of a snapshot is made.

    Attributes:
        make: makes it.
        facts: what it depends on; while that stays equal it is the same object.
        asked: what of these the visitor has asked for, and is to see at once.
    """

    make: Callable[[Looker, Viewer], Any]
    facts: Callable[[Looker, Viewer], object]
    asked: Callable[[Looker, Viewer], object] = lambda looker, viewer: ()


def _networks(looker: Looker, viewer: Viewer) -> object:
    """All that what the networks do depends on."""
    run = looker.run
    return run.step, run.trainer.pretrained, run.version


def _in_force(looker: Looker, viewer: Viewer) -> object:
    """The trainer, which is not kept alive by this, and its layers: what shows networks, a device or data of before is out of date."""
    return weakref.ref(looker.run.trainer), looker.run.knobs.minibatch_discrimination


def _second(looker: Looker, viewer: Viewer) -> int:
    """What a part depends on that is made once a second."""
    return int(time.perf_counter())


def _diagnosed(looker: Looker, viewer: Viewer) -> object:
    """A diagnosis may cost as much as several pictures, and is read slowly; at rest only floors that become known change it."""
    second = _second(looker, viewer)
    if not looker.resting:
        return second // DIAGNOSED
    return _networks(looker, viewer), second if looker.floors.waiting else None


def _picture(looker: Looker, viewer: Viewer) -> Picture:
    run, (field, wide) = looker.run, viewer.wants_picture
    picture = run.observer.picture(run.trainer, run.knobs, wide)
    return with_field(picture, run.trainer, run.knobs) if field else picture


PARTS: dict[str, Part] = {
    "picture": Part(
        _picture,
        _networks,
        lambda looker, viewer: (viewer.wants_picture, viewer.browser.asked.nearest, _in_force(looker, viewer)),
    ),
    "predictions": Part(lambda looker, viewer: predictions(looker.run.trainer, looker.run.knobs), _networks, _in_force),
    "floors": Part(lambda looker, viewer: floors(looker.run.trainer, looker.floors), _second),
    "diagnosis": Part(lambda looker, viewer: diagnosed(looker.run.trainer, looker.floors), _diagnosed, _in_force),
    "layers": Part(lambda looker, viewer: layers(looker.run.trainer, looker.run.knobs.minibatch_discrimination), _networks, _in_force),
    "machine": Part(
        lambda looker, viewer: looker.meter.machine(),
        lambda looker, viewer: (),
        lambda looker, viewer: (_second(looker, viewer), looker.meter.known),
    ),
    "gallery": Part(
        lambda looker, viewer: viewer.browser.gallery(looker.resting, "wide" in viewer.parts),
        lambda looker, viewer: (_networks(looker, viewer), looker.resting),
        lambda looker, viewer: (viewer.browser.asked, "wide" in viewer.parts, _in_force(looker, viewer)),
    ),
    "runs": Part(lambda looker, viewer: others(looker.run.files.run.path), _second),
    "overlays": Part(
        lambda looker, viewer: viewer.overlaid.series(),
        lambda looker, viewer: viewer.overlaid.stamps(),
        lambda looker, viewer: viewer.overlaid.runs,
    ),
}
"""The parts that are made here, by their names in `Snapshot`."""
