"""A sweep as its screen sees it: the members as they were measured last, how far training is, and what may be asked of it."""

import dataclasses
import enum
from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.axes import Axis
from tui_gan.contract.snapshot import Bytes, Floats

Portrayed = Literal["line", "plane", "images"]


# The quantiles that a sweep tells of a metric.
LEVELS = (0.1, 0.5, 0.9)


class Stage(enum.Enum):
    """What a sweep does."""

    LOADING = "loading"
    TRAINING = "training"
    PAUSED = "paused"
    SAVING = "saving"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclasses.dataclass(frozen=True, eq=False)
class Population:
    """The members of a sweep as they were measured last, M of them: every combination of values with every seed, the seeds turning fastest.

    Attributes:
        axes: the last turns faster than those before it.
        steps: (M,) the step of the measurement; -1 where there was none yet.
        values: (M, metrics); NaN before.
        collapsed, failed: (M,) whether a mode collapse was found, and whether a loss or a weight was no finite number.
        portraits: uint8 (M, H, W), what each generates: on the line a histogram, H 1; in the plane the density; of images a sample.
        real: uint8 (H, W), the data likewise.
        kind: what these are.
        elsewhere: (M,) whether it learns from other data than `real`, and so has no portrait.
    """

    axes: tuple[Axis, ...]
    seeds: int
    metrics: tuple[str, ...]
    steps: NDArray[np.int64]
    values: Floats
    collapsed: NDArray[np.bool_]
    failed: NDArray[np.bool_]
    portraits: Bytes
    real: Bytes
    kind: Portrayed
    elsewhere: NDArray[np.bool_]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each axis has, and how many seeds there are."""
        return (*(len(axis.values) for axis in self.axes), self.seeds)

    def cell(self, places: Sequence[int]) -> slice:
        """The members of one combination, by the place of each axis's value."""
        first = int(np.ravel_multi_index((*places, 0), self.shape))
        return slice(first, first + self.seeds)


@dataclasses.dataclass(frozen=True, eq=False)
class SweepState:
    """How a sweep stands.

    Attributes:
        steps: that each member is trained for.
        done: steps of all members together, of `of`.
        speed: steps of all members together in a second.
        left: seconds, as far as can be said; NaN before.
        note: the newest of what there is to tell; "" for nothing.
        openings: how often the opening of a member has been answered.
        opened: the directory of the run as which the last one was opened; "" where it could not be, and `note` says why.
        over: whether nothing that is asked for is done any longer.
    """

    preset: str
    stage: Stage
    population: Population
    steps: int
    done: int
    of: int
    speed: float
    left: float
    note: str = ""
    openings: int = 0
    opened: str = ""
    over: bool = False


class SweepHandle(Protocol):
    """All that a front end may do with a sweep; each call returns at once."""

    @property
    def latest(self) -> SweepState:
        """How it stands."""

    def toggle_pause(self) -> None:
        """Pause at the next step, or go on."""

    def save(self) -> None:
        """Save at the next step."""

    def open(self, member: int) -> None:
        """Pause, and make a run of a member, which goes on from where the member is."""

    def stop(self) -> None:
        """Save and end."""


def quantiles(values: Floats) -> tuple[float, float, float]:
    """The 10th, 50th and 90th percentile of the numbers among some, those that are infinite too; NaN without any."""
    known = values[~np.isnan(values)]
    if not known.size:
        return (float("nan"),) * 3
    below, above = (np.quantile(known, LEVELS, method=side) for side in ("lower", "higher"))
    # Between two numbers of which one is infinite there is no other.
    low, median, high = np.where(np.isfinite(above), np.quantile(np.nan_to_num(known), LEVELS), np.maximum(below, above)).tolist()
    return low, median, high


def shown_axes(axes: Sequence[Axis]) -> list[int]:
    """The places of the axes with two values or more, those with the most first."""
    return sorted((place for place, axis in enumerate(axes) if len(axis.values) > 1), key=lambda place: -len(axes[place].values))
