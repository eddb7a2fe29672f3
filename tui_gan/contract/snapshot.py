"""Snapshot: one frozen view of a run, all that a front end ever sees of it."""

import dataclasses
import enum
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.knobs import Knobs

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
EventKind = Literal["info", "change", "warning", "error"]


class Status(enum.Enum):
    """What a run is doing, in the word that the screen shows."""

    LOADING = "LOADING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    STOPPED = "STOPPED"


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Series:
    """A scalar over steps: `steps` and `values`, both of shape (n,), steps ascending."""

    steps: Floats
    values: Floats


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a step; `change` marks a knob that was turned."""

    step: int
    text: str
    kind: EventKind = "info"


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Line1D:
    """A one-dimensional run as a picture, in the units of the data.

    Attributes:
        edges: (n + 1,) histogram edges, fixed for the run and shared by real and fake.
        real: (n,) density of real samples in each bin; what lies outside the edges counts in the total.
        fake: (n,) density of generated samples in each bin.
        axis: (m,) points where the discriminator was asked.
        discriminator: (m,) its probability that the point is real, D(x) in 0 .. 1.
        latents: (p,) ascending first coordinate of the fixed latents.
        mapped: (p,) the generated sample of each of these latents.
    """

    edges: Floats
    real: Floats
    fake: Floats
    axis: Floats
    discriminator: Floats
    latents: Floats
    mapped: Floats


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Plane2D:
    """A two-dimensional run as a picture, in the units of the data.

    Attributes:
        low, high: (2,) corners of the window, fixed for the run.
        real: (n, 2) real points, the same for the whole run.
        fake: (m, 2) the generated points of the fixed latents.
        discriminator: (rows, columns) D(x) in 0 .. 1 at the middles of equal cells of the window; row 0 is the lowest.
    """

    low: Floats
    high: Floats
    real: Floats
    fake: Floats
    discriminator: Floats


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class ImageGrid:
    """An image run as a picture.

    Attributes:
        real: (r, H, W, C) uint8 real images, the same for the whole run; C is 1 or 3.
        fake: (n, H, W, C) uint8 generated images of the fixed latents.
    """

    real: Bytes
    fake: Bytes


Picture = Line1D | Plane2D | ImageGrid


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Predictions:
    """Histograms of what the discriminator says of real and of generated samples.

    Attributes:
        edges: (b + 1,) from 0 to 1.
        real, fake: (b,) shares of the real and of the generated samples whose D(x) falls into each bin; each sums to 1.
    """

    edges: Floats
    real: Floats
    fake: Floats


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Snapshot:
    """One view of a run at a step boundary.

    Attributes:
        preset, status, step, directory: what they say; `directory` is the run directory as the user would type it.
        steps: the step at which the run finishes.
        seconds: training time without pauses; `steps_per_second` over the last seconds of it.
        device: where the networks are; `devices` are those that the machine has.
        knobs: the live settings in force.
        series: "generator_loss", "discriminator_loss", one for each metric that is measured live, and one for each quantity
            that the training adapts.
        picture: what the networks do now; None while loading.
        predictions: what the discriminator says of real and of generated samples; None while loading.
        phase: what is trained before the first step, such as "pre-training 300 / 1,000"; "" while the game is played.
        events: the newest last, at most 200.
        failure: a traceback, when the run failed.
        advice: one line on what the user can do about a failure or an automatic pause.
    """

    preset: str
    status: Status
    step: int
    steps: int
    seconds: float
    steps_per_second: float
    device: str
    devices: tuple[str, ...]
    knobs: Knobs
    directory: str
    series: Mapping[str, Series] = dataclasses.field(default_factory=dict)
    picture: Picture | None = None
    predictions: Predictions | None = None
    phase: str = ""
    events: tuple[Event, ...] = ()
    failure: str | None = None
    advice: str | None = None


def frozen(values: object) -> Floats:
    """Copy `values` into a read-only float64 array, fit to cross between threads."""
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array
