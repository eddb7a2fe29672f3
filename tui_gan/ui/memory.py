"""Memory: how the screen was left, for the next time: a run goes on in the view it was left in, a new one begins in the overview."""

import contextlib
import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui_gan.contract.outer import check_no_device, check_ordinary
from tui_gan.ui.panels import PANELS
from tui_gan.ui.views import VIEWS

# So many runs are remembered, those left last.
RUNS = 50


@dataclasses.dataclass(frozen=True)
class Memory:
    """How the screen was left.

    Attributes:
        view: a name in VIEWS.
        maximised: the panel that had all the room, if any.
        light: the theme, where it is another than the user's file asks for.
    """

    view: str = "overview"
    maximised: str | None = None
    light: bool | None = None


FIRST_TIME = Memory()


@dataclasses.dataclass(frozen=True)
class Memories:
    """What is kept from screen to screen.

    Attributes:
        light: as in Memory, of whichever screen was left last.
        runs: the view and the maximised panel in which a run was left, by its directory, the one left last at the end; those left in
            the overview need no entry.
    """

    light: bool | None = None
    runs: Mapping[str, tuple[str, str | None]] = dataclasses.field(default_factory=dict)

    def of(self, run: str | None) -> Memory:
        """How the screen begins on a run that is gone on with, or, with None, on a new one."""
        view, maximised = self.runs.get(run or "", (FIRST_TIME.view, FIRST_TIME.maximised))
        return Memory(view, maximised, self.light)

    def after(self, run: str, left: Memory) -> "Memories":
        """With how the screen on a run was left."""
        others = {name: value for name, value in self.runs.items() if name != run}
        here = (left.view, left.maximised)
        runs = others if here == (FIRST_TIME.view, FIRST_TIME.maximised) else others | {run: here}
        return Memories(left.light, dict(list(runs.items())[-RUNS:]))


NOTHING = Memories()


def recall(path: Path) -> Memories:
    """What was kept; a file that is broken is as good as none, and a run in a view or with a panel that there is no more begins anew."""
    try:
        check_ordinary(path)
        kept = json.loads(path.read_text(encoding="utf-8"))
        light, runs = kept.get("light"), kept.get("runs", {}).items()
        return Memories(light if isinstance(light, bool) else None, {run: place for run, each in runs if (place := _place(each))})
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return NOTHING


def keep(path: Path, memories: Memories) -> None:
    """Write it down, if that is possible."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        check_no_device(path)
        path.write_text(json.dumps(dataclasses.asdict(memories)) + "\n", encoding="utf-8")


def _place(kept: Any) -> tuple[str, str | None] | None:
    """A view and a maximised panel, if there are such."""
    view, maximised = kept
    return (view, maximised) if view in VIEWS and maximised in (None, *PANELS) else None
