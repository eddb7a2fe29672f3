"""What a session starts from and what it ends with; known before torch has been imported."""

import dataclasses
from pathlib import Path

from tui_gan.contract.config import Config
from tui_gan.contract.errors import TuiGanError
from tui_gan.contract.knobs import Knobs
from tui_gan.session.parents import Parent
from tui_gan.session.rundir import RunDirectory


@dataclasses.dataclass(frozen=True)
class Plan:
    """A run to begin or to go on with.

    Attributes:
        until: the step at which it finishes; `step` and `seconds` are where it begins.
        checkpoint: the file to go on from; None begins anew.
        parent: the checkpoint whose networks a new run begins with; None draws them.
        hold: whether somebody is there: the session keeps the pace, and stays for commands when it has finished or cannot go on.
        notice: what is to be known of such a run, told as an event at its beginning; "" where there is nothing.
        processes: that share its steps.
    """

    run: RunDirectory
    config: Config
    knobs: Knobs
    until: int
    step: int = 0
    seconds: float = 0.0
    checkpoint: Path | None = None
    parent: Parent | None = None
    hold: bool = False
    notice: str = ""
    processes: int = 1


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        status: finished, stopped or failed.
        step: the last step; `seconds` is the training time of the whole run, `steps_per_second` of this session alone.
        metrics: at the last step, or, where they could not be measured there, at step `measured` before it.
        error: what the user should read; None when nothing went wrong.
    """

    status: str
    step: int = 0
    seconds: float = 0.0
    steps_per_second: float = 0.0
    metrics: dict[str, float] = dataclasses.field(default_factory=dict)
    measured: int = 0
    error: TuiGanError | None = None
