"""Memory: how the screen was left, for the next time."""

import contextlib
import dataclasses
import json
from pathlib import Path

from tui_gan.ui.panels import PANELS
from tui_gan.ui.views import VIEWS


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


def recall(path: Path) -> Memory:
    """What was kept; a file that is broken, or speaks of what there is no more, is as good as none."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        memory = Memory(**kept)
        known = memory.view in VIEWS and memory.maximised in (None, *PANELS) and memory.light in (None, True, False)
    except (OSError, ValueError, TypeError):
        return FIRST_TIME
    return memory if known else FIRST_TIME


def keep(path: Path, memory: Memory) -> None:
    """Write it down, if that is possible."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(dataclasses.asdict(memory)) + "\n", encoding="utf-8")
