"""What is seen of a run, part by part: those parts that somebody watches, when they have changed, and no oftener than they may."""

import contextlib
import time
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

from tui_gan.contract.commands import WATCHED
from tui_gan.contract.errors import choose
from tui_gan.contract.snapshot import Picture
from tui_gan.session.diagnosing import Floors, diagnosed, floors
from tui_gan.session.gallery import Browser
from tui_gan.session.machine import Meter
from tui_gan.session.observe import layers, predictions, with_field
from tui_gan.session.overlays import Overlaid, others
from tui_gan.session.run import Run

# The share of the training time that looking may take.
LOOKING = 0.04
# Seconds between two diagnoses of a run that trains.
DIAGNOSED = 3
# What is made until somebody says otherwise, and what stays as it was seen last when nobody watches it.
FIRST = frozenset({"picture", "predictions"})
# The parts that show networks at a step.
OF_NETWORKS = ("picture", "predictions", "layers", "gallery")


class Seen(NamedTuple):
    """A part as it was made: what the front end had asked for, what else it depends on, the part, and the step it is of."""

    asked: object
    facts: object
    value: Any
    step: int


class Looker:
    """Makes the parts of a snapshot that cost something.

    Attributes:
        watched: the names of the parts that somebody looks at, of WATCHED.
        browser: what the gallery is to show; `overlaid` the other runs whose series are to be shown.
        meter: what the run costs the machine.
        floors: what a perfect generator gets of the metrics.
        resting: whether the run does not train, so that looking takes nothing from it.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.watched = FIRST
        # By the number of the visitor; 0 is the front end of the process itself.
        self._watched_by: dict[int, frozenset[str]] = {0: FIRST}
        self.browser = Browser(run)
        self.overlaid = Overlaid(run.files.run.path)
        self.meter = Meter()
        self.floors = Floors()
        self.resting = True
        self._seen: dict[str, Seen] = {}
        self._due = 0.0

    def watch(self, parts: tuple[str, ...], visitor: int = 0) -> None:
        """Make these parts for a visitor from now on, and no others but those that somebody else watches.

        Raises:
            UsageError: a part that there is not.
        """
        table = dict.fromkeys(WATCHED)
        for name in parts:
            choose(table, name, "part of a snapshot")
        # The field is drawn into the picture, and a wide one is another.
        self._watched_by[visitor] = frozenset(parts) | ({"picture"} if {"field", "wide"} & {*parts} else set())
        if not parts:
            del self._watched_by[visitor]
        watched = frozenset().union(*self._watched_by.values())
        # What was not watched is out of date, and is not to be waited for.
        self._seen = {name: seen if name in self.watched else seen._replace(asked=None) for name, seen in self._seen.items()}
        self.watched = watched

    def look(self, resting: bool, waiting: bool = False) -> dict[str, Any]:
        """The parts by their names in `Snapshot`: as they are now, or, while that would cost more than LOOKING, a moment ago.

        With them "made_at", the step of each of OF_NETWORKS that is there.

        Args:
            waiting: whether the run waits between its steps, so that looking takes no time from training either.
        """
        self.resting = resting
        begun = time.perf_counter()
        allowed, made = resting or waiting or begun >= self._due, False
        wanted = [name for name in PARTS if name in self.watched or name == "overlays"]
        self._seen = {name: seen for name, seen in self._seen.items() if name in wanted or name in FIRST}
        for name in wanted:
            part, seen = PARTS[name], self._seen.get(name)
            asked = part.asked(self)
            # What the front end has not seen in this form at all is made at once, and paid for by a longer wait.
            if seen and seen.asked == asked and not allowed:
                continue
            facts = part.facts(self)
            if not seen or (seen.asked, seen.facts) != (asked, facts):
                self._seen[name], made = Seen(asked, facts, part.make(self), self.run.step), True
        if made:
            ended = time.perf_counter()
            self._due = (ended if allowed else self._due) + (ended - begun) / LOOKING
        steps = {name: self._seen[name].step for name in OF_NETWORKS if name in self._seen}
        return {name: seen.value for name, seen in self._seen.items()} | {"made_at": steps}

    def measured(self) -> contextlib.AbstractContextManager[None]:
        """Under which a step is trained, so that its time can be told."""
        return self.meter.measuring(self.run.trainer) if "machine" in self.watched else contextlib.nullcontext()


class Part(NamedTuple):
    """How a part of a snapshot is made.

    Attributes:
        make: makes it.
        facts: what it depends on; while that stays equal it is the same object.
        asked: what of these the front end has asked for, and is to see at once.
    """

    make: Callable[[Looker], Any]
    facts: Callable[[Looker], object]
    asked: Callable[[Looker], object] = lambda looker: ()


def _networks(looker: Looker) -> object:
    """All that what the networks do depends on."""
    run = looker.run
    return run.step, run.trainer.pretrained, run.version


def _in_force(looker: Looker) -> object:
    """The trainer, which is not kept alive by this, and its layers: what shows networks, a device or data of before is out of date."""
    return weakref.ref(looker.run.trainer), looker.run.knobs.minibatch_discrimination


def _second(looker: Looker) -> int:
    """What a part depends on that is made once a second."""
    return int(time.perf_counter())


def _diagnosed(looker: Looker) -> object:
    """A diagnosis may cost as much as several pictures, and is read slowly; at rest only floors that become known change it."""
    if not looker.resting:
        return _second(looker) // DIAGNOSED
    return _networks(looker), _second(looker) if looker.floors.waiting else None


def _picture(looker: Looker) -> Picture:
    run = looker.run
    picture = run.observer.picture(run.trainer, run.knobs, "wide" in looker.watched)
    return with_field(picture, run.trainer, run.knobs) if "field" in looker.watched else picture


PARTS: dict[str, Part] = {
    "picture": Part(
        _picture,
        _networks,
        lambda looker: ({"field", "wide"} & looker.watched, looker.browser.asked.nearest, _in_force(looker)),
    ),
    "predictions": Part(lambda looker: predictions(looker.run.trainer, looker.run.knobs), _networks, _in_force),
    "floors": Part(lambda looker: floors(looker.run.trainer, looker.floors), _second),
    "diagnosis": Part(lambda looker: diagnosed(looker.run.trainer, looker.floors), _diagnosed, _in_force),
    "layers": Part(lambda looker: layers(looker.run.trainer, looker.run.knobs.minibatch_discrimination), _networks, _in_force),
    "machine": Part(lambda looker: looker.meter.machine(), lambda looker: (), lambda looker: (_second(looker), looker.meter.known)),
    "gallery": Part(
        lambda looker: looker.browser.gallery(looker.resting, "wide" in looker.watched),
        lambda looker: (_networks(looker), looker.resting),
        lambda looker: (looker.browser.asked, "wide" in looker.watched, _in_force(looker)),
    ),
    "runs": Part(lambda looker: others(looker.run.files.run.path), _second),
    "overlays": Part(lambda looker: looker.overlaid.series(), lambda looker: looker.overlaid.stamps(), lambda looker: looker.overlaid.runs),
}
"""The parts that are made here, by their names in `Snapshot`."""
