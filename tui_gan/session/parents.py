"""Where the networks of a run come from that begins with those of another: its log says so in its first line."""

import contextlib
from pathlib import Path
from typing import NamedTuple

from tui_gan.contract.outer import check_ordinary
from tui_gan.session.entries import Command, lines

# Of the command in the log.
FROM = "from"


class Parent(NamedTuple):
    """A checkpoint whose networks a new run begins with, and its step."""

    checkpoint: Path
    step: int

    @property
    def name(self) -> str:
        """The run directory in which it lies, or the file itself where it lies in none; without the folder that the program stands in."""
        folder = self.checkpoint.parent
        path = folder.parent if folder.name == "checkpoints" else self.checkpoint
        here = Path.cwd()
        return str(path.relative_to(here) if path.is_relative_to(here) and path != here else path)


def parent_of(log: Path) -> Parent | None:
    """The parent of a run as its log has it; None where it has none, or the log cannot be read."""
    with contextlib.suppress(OSError):
        check_ordinary(log)
        with log.open("rb") as file:
            for line in lines(file):
                match line.entry:
                    case Command(name=name, value=(str(path), int(step))) if name == FROM:
                        return Parent(Path(path), step)
                break
    return None
