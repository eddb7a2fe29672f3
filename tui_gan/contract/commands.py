"""What a front end may ask of a run, and the narrow interface through which it asks."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import msgspec

from tui_gan.contract.snapshot import Snapshot
from tui_gan.contract.values import typed

# The parts of a snapshot that cost something to make; "picture" and "predictions" are made until somebody says otherwise.
# "field" and "wide" say what the picture is to be: with the field between the players, over a window that holds every sample.
WATCHED = ("picture", "field", "wide", "predictions", "floors", "diagnosis", "layers", "machine", "gallery", "settings", "runs")


# What a knob or a setting may be set to: a number, a text, a list, a table. It has an end, so that nothing is read as just anything.
Single = bool | int | float | str | None
Shallow = Single | list[Single] | dict[str, Single]
Value = Single | list[Shallow] | dict[str, Shallow]


class Command(msgspec.Struct, frozen=True, tag=True):
    """One request, obeyed at a step boundary."""


class Pause(Command, frozen=True):
    """Stop training until told to go on; a paused run still obeys."""


class Resume(Command, frozen=True):
    """Go on after a pause."""


class TogglePause(Command, frozen=True):
    """Pause a run that trains, or go on with one that is paused."""


class Step(Command, frozen=True):
    """Pause, and train exactly `count` steps."""

    count: int = 1


class TurnKnob(Command, frozen=True):
    """Turn a knob one notch down (-1) or up (+1); relative, so that no key press is lost."""

    name: str
    direction: int = 1


class SetKnob(Command, frozen=True):
    """Set a knob to a value."""

    name: str
    value: Value


class ChangeSetting(Command, frozen=True):
    """Change a setting that is no knob, by its TOML key; refused with the way to restart where it cannot change live."""

    key: str
    value: Value


class Undo(Command, frozen=True):
    """Take back the last live change of a knob or a setting."""


class Redo(Command, frozen=True):
    """Make the change again that was taken back last."""


class UpdateDiscriminator(Command, frozen=True):
    """Pause, and make one discriminator update; the step count stays."""


class UpdateGenerator(Command, frozen=True):
    """Pause, and make one generator update; the step count stays."""


class SlowMotion(Command, frozen=True):
    """Pause, and show the next sub-step of the step that comes; the last one trains it."""


class DrawData(Command, frozen=True):
    """Learn from now on a distribution that the user has drawn over the window of the picture.

    Attributes:
        weights: rows of equal cells, row 0 the lowest, none negative and not all 0; of a line one row.
    """

    weights: tuple[tuple[float, ...], ...]


class Watch(Command, frozen=True):
    """Say which dearer parts of a snapshot somebody looks at, of WATCHED; the others need not be made."""

    parts: tuple[str, ...]


class Browse(Command, frozen=True):
    """Say what the gallery is to show.

    Attributes:
        step: the kept preview of this step; None for the run as it stands.
        walk: the numbers of two fixed latents to walk between, of a conditional generator those of two classes, or None.
        nearest: whether the nearest training images are looked for.
        of_class: the number of the class that a conditional generator is asked for, of the run as it stands; None for all.
        image: the number of the held-out image that is completed, of the run as it stands; None for none.
        mask: its pixels row by row, "1" for each that is observed and "0" for each that is hidden.
        inferred: whether real samples are shown with what an inference network makes of them.
        stages: whether the images of the first of two stages are shown beside those of the second.
        code: the number of the continuous code that moves along rows of images, of the run as it stands; None for none.
    """

    step: int | None = None
    walk: tuple[int, int] | None = None
    nearest: bool = False
    of_class: int | None = None
    code: int | None = None
    inferred: bool = False
    stages: bool = False
    image: int | None = None
    mask: str = ""


class Overlay(Command, frozen=True):
    """Say which of the other runs' series are to be shown."""

    runs: tuple[str, ...]


OF_THE_VIEW = (Watch, Browse, Overlay)
"""What concerns the visitor that asks and nobody else."""


# Characters of a note.
LONGEST_NOTE = 200


class Note(Command, frozen=True):
    """Write a text at this step, into the log and on the curves."""

    text: str


class Save(Command, frozen=True):
    """Write a checkpoint now."""


class Evaluate(Command, frozen=True):
    """Measure the preset's metrics now."""


class Export(Command, frozen=True):
    """Write the (averaged) generator alone, or a picture or table of the run, into the run directory.

    Attributes:
        to: a name in EXPORTERS.
        what: of a picture or table, which: "distribution", "curves" or "samples"; "" for what the kind of file is made for.
    """

    to: str = "safetensors"
    what: str = ""


class Stop(Command, frozen=True):
    """Save and end the run."""


def in_words(command: Command) -> str:
    """A command as it is typed, or would be."""
    match command:
        case TurnKnob(name=name, direction=direction):
            return f"{name} {'up' if direction > 0 else 'down'}"
        case SetKnob(name=name, value=value):
            return f"{name} {typed(value)}"
        case ChangeSetting(key=key, value=value):
            return f"{key} {typed(value)}"
        case Step(count=count):
            return f"step {count}"
        case Note(text=text):
            return f"note {text}"
        case Export(to=to, what=what):
            return f"export {to} {what}".rstrip()
    name = type(command).__name__
    return WORDS.get(name, "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip())


# What is typed for these is another word.
WORDS = {"Resume": "go", "TogglePause": "pause or go", "SlowMotion": "slow", "DrawData": "draw"}


class Request(NamedTuple):
    """What a visitor asks for.

    Attributes:
        source: who asks, in the words of the log and of the screen.
        visitor: a number of its own, which two of the same name do not share.
        answered: told once, on the thread of the run, whether it was obeyed, and why not.
    """

    command: Command
    source: str
    visitor: int
    answered: Callable[[bool, str], None]


class Glance(NamedTuple):
    """What a visitor looks at.

    Attributes:
        deliver: given once, on the thread of the run, the snapshot with what this visitor watches; None where it could not be made.
    """

    visitor: int
    deliver: Callable[[Snapshot | None], None]


class Left(NamedTuple):
    """A visitor has gone."""

    visitor: int


FromVisitor = Request | Glance | Left
"""What reaches a run from its visitors."""


class RunHandle(Protocol):
    """The whole interface between a front end and a run; narrow enough to go over a socket."""

    @property
    def latest(self) -> Snapshot:
        """The newest snapshot; a new object whenever there is a newer one."""

    def request_snapshot(self) -> None:
        """Ask for a snapshot of the next step boundary, after every command sent before."""

    def send(self, command: Command) -> None:
        """Queue a command; never waits."""
