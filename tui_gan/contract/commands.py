"""What a front end may ask of a run, and the narrow interface through which it asks."""

from typing import Any, Protocol

import msgspec

from tui_gan.contract.snapshot import Snapshot


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
    value: Any


class Save(Command, frozen=True):
    """Write a checkpoint now."""


class Evaluate(Command, frozen=True):
    """Measure the preset's metrics now."""


class Export(Command, frozen=True):
    """Write the (averaged) generator alone into the run directory."""

    to: str = "safetensors"


class Stop(Command, frozen=True):
    """Save and end the run."""


class RunHandle(Protocol):
    """The whole interface between a front end and a run; narrow enough to go over a socket."""

    @property
    def latest(self) -> Snapshot:
        """The newest snapshot; a new object whenever there is a newer one."""

    def request_snapshot(self) -> None:
        """Ask for a snapshot of the next step boundary, after every command sent before."""

    def send(self, command: Command) -> None:
        """Queue a command; never waits."""
