"""Snapshot: one frozen view of a run, all that a front end ever sees of it."""

import dataclasses
import enum
import math
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.diagnosis import Diagnosis, Floor
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.outside import NONE_OUTSIDE, Outside
from tui_gan.contract.rules import RULES, Rules

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
EventKind = Literal["info", "change", "note", "warning", "error"]
# What is marked on curves.
MARKED: tuple[EventKind, ...] = ("change", "note")


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
    """A scalar over steps.

    Attributes:
        steps, values: both of shape (n,), steps ascending.
        stale: whether the last value is a metric of networks, or of data, that have changed since, or was logged, as losses are, before a
            change of what it depends on.
    """

    steps: Floats
    values: Floats
    stale: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a step; `change` marks a knob or setting of the training that was turned."""

    step: int
    text: str
    kind: EventKind = "info"


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Line1D:
    """A one-dimensional run as a picture, in the units of the data.

    Attributes:
        edges: (n + 1,) histogram edges, shared by real and fake; fixed for the run unless `wide`.
        real: (n,) density of real samples in each bin; what lies outside the edges counts in the total.
        fake: (n,) density of generated samples in each bin.
        axis: (m,) points where the discriminator was asked.
        discriminator: (m,) D(x) in 0 .. 1, as the objective defines it.
        latents: (p,) ascending first coordinate of the fixed latents; none of a kept step whose latents were not kept.
        mapped: (p,) the generated sample of each of these latents.
        optimal: (n,) the optimal D* of each bin, of the generator as it is trained; NaN where there is neither kind of sample; None where
            there is no D* of a single sample, or unless somebody watches "field".
        real_outside, fake_outside: the shares of real and of generated samples that lie outside the edges.
        wide: whether the edges were widened to hold every finite sample.
    """

    edges: Floats
    real: Floats
    fake: Floats
    axis: Floats
    discriminator: Floats
    latents: Floats
    mapped: Floats
    optimal: Floats | None = None
    real_outside: Outside = NONE_OUTSIDE
    fake_outside: Outside = NONE_OUTSIDE
    wide: bool = False


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Plane2D:
    """A two-dimensional run as a picture, in the units of the data.

    Attributes:
        low, high: (2,) corners of the window, fixed for the run unless `wide`.
        real: (n, 2) real points, the same as long as the data are; of a kept step those of its time.
        fake: (m, 2) the generated points of the fixed latents.
        discriminator: (rows, columns) D(x) in 0 .. 1 at the middles of equal cells of the window; row 0 is the lowest; NaN where
            it is not known.
        manifold: (rows, columns, 2) the generated points of a grid in the first two latent coordinates, columns along the first,
            the others 0 (on a sphere the third makes up the length), or, where the latents lie on a line, (1, columns, 2); None
            unless somebody watches "field", and where each class or code has a surface of its own.
        arrows: (a, 2, 2) generated points, and how a small gradient step of the generator would move each if all were free to move,
            in units of the data and scaled so that the longest is 1; None unless somebody watches "field".
        real_outside, fake_outside: the shares of real points and of those of `fake` that lie outside the window.
        wide: whether the window was widened to hold every finite point.
    """

    low: Floats
    high: Floats
    real: Floats
    fake: Floats
    discriminator: Floats
    manifold: Floats | None = None
    arrows: Floats | None = None
    real_outside: Outside = NONE_OUTSIDE
    fake_outside: Outside = NONE_OUTSIDE
    wide: bool = False


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class ImageGrid:
    """An image run as a picture.

    Attributes:
        real: (r, H, W, C) uint8 real images, the same for the whole run; C is 1 or 3.
        fake: (n, H, W, C) uint8 generated images of the fixed latents.
        cut: the share of their pixel values outside 0 .. 1, which are shown as 0 or 1; 0 for images that were kept cut.
        unknown: the share of their pixel values that are not finite, which are shown as 0.
        classes: of each generated image the number of the class that was asked for, and `of_real` of each real image its own; () unless
            the generator is conditional, or has a categorical code, of which real images are not. `names` are those of the classes.
        along: whether the images of a class follow a continuous code from -2 to 2, so that a few of them are taken evenly.
    """

    real: Bytes
    fake: Bytes
    cut: float = 0.0
    unknown: float = 0.0
    classes: tuple[int, ...] = ()
    of_real: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    along: bool = False


Picture = Line1D | Plane2D | ImageGrid


@dataclasses.dataclass(frozen=True, slots=True)
class OfClass:
    """The mean of D(x) over the real and over the generated samples of a class; NaN where none of them is of it."""

    name: str
    real: float
    fake: float


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Predictions:
    """Histograms of what the discriminator says of real and of generated samples.

    Attributes:
        edges: (b + 1,) from 0 to 1.
        real, fake: (b,) shares of the real and of the generated samples whose D(x) falls into each bin.
        logit_edges: (c + 1,) round limits, which seldom change, and hold nearly all logits.
        real_logits, fake_logits: (c,) shares likewise of the raw outputs.
        real_right, fake_right: the shares on which the discriminator is right by its objective; NaN where it knows differences
            of logits alone.
        real_outside, fake_outside: the shares of logits outside the limits, and of those that are not finite.
        real_unknown, fake_unknown: the shares of samples for which D(x) is no number.
        real_mean, fake_mean: the mean of D(x) over the real and over the generated samples themselves.
        overlap: 1 minus the Kolmogorov-Smirnov distance of D's outputs on the two kinds: 1 where no threshold tells them apart, 0 where
            one tells all; a best threshold is right on 1 - overlap / 2.
        of_classes: class by class, where D is conditional.
    """

    edges: Floats
    real: Floats
    fake: Floats
    logit_edges: Floats
    real_logits: Floats
    fake_logits: Floats
    real_right: float
    fake_right: float
    real_outside: Outside = NONE_OUTSIDE
    fake_outside: Outside = NONE_OUTSIDE
    real_unknown: float = 0.0
    fake_unknown: float = 0.0
    real_mean: float = math.nan
    fake_mean: float = math.nan
    overlap: float = math.nan
    of_classes: tuple[OfClass, ...] = ()


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Triples:
    """How many generated stacked images were of each triple of digits when they were evaluated last.

    Attributes:
        counts: (10, 10, 10), by the digits of the red, the green and the blue channel as a classifier sees them.
        step: of the evaluation.
    """

    counts: Floats
    step: int


@dataclasses.dataclass(frozen=True, slots=True)
class Layer:
    """One layer with weights.

    Attributes:
        player: "G" or "D".
        name: what it is and its widths, such as "linear 64 > 128".
        weights, gradients: Euclidean norms of its weights and of the gradient of their last update; NaN before there was one.
    """

    player: str
    name: str
    weights: float
    gradients: float


@dataclasses.dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU as its driver reports it: `use` in 0 .. 1, memory in bytes, temperature in degrees Celsius; NaN what is not known."""

    name: str
    use: float
    memory: float
    memory_total: float
    temperature: float


@dataclasses.dataclass(frozen=True, slots=True)
class Machine:
    """What the run costs the machine.

    Attributes:
        data, discriminator, generator, other: seconds of a step, measured apart on one step now and then: drawing batches, the
            updates of D, those of G, and the rest (averages, sums); NaN before there was one.
        cpu: processor seconds a second of the whole process, 1 for each core kept busy; `cores` are those there are.
        memory: resident bytes of the process, of `memory_total` of the machine.
        gpus: none where there is no NVML.
    """

    data: float
    discriminator: float
    generator: float
    other: float
    cpu: float
    cores: int
    memory: float
    memory_total: float
    gpus: tuple[Gpu, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """One sub-step of a step in slow motion.

    Attributes:
        name: such as "D 1/2: forward pass".
        text: one sentence that says what happens here.
        numbers: names and values as they are shown.
    """

    name: str
    text: str
    numbers: tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Completed:
    """An image of which a part is hidden, and what a generator makes of it.

    Attributes:
        number: of the image among `images`, those that are held out.
        original: (H, W, C) uint8, and `mask` (H, W) uint8, 1 where a pixel is observed.
        made: (n, H, W, C) uint8 completions, by the same noise as long as the image is the same.
        spread: (H, W) the standard deviation of each pixel over these, in 0 .. 1.
        observed: (H, W) the mean over these of what D says: the probability that a pixel was observed.
        error: the root mean square difference of hidden pixels to the original, in 0 .. 1; NaN where none is hidden.
    """

    number: int
    images: int
    original: Bytes
    mask: Bytes
    made: Bytes
    spread: Floats
    observed: Floats
    error: float


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Gallery:
    """What a front end browses beside the run as it stands.

    Attributes:
        kept: the steps of the previews on disk, ascending.
        step: the step of `picture`.
        picture: of the preview or the class that was asked for; None for the run as it stands.
        walk: (n, H, W, C) uint8 generated images, or (n, X) generated samples in units of the data, on the way between two fixed
            latents, or of one latent between two classes; None unless asked for.
        nearest: (n, H, W, C) uint8 the nearest training image of each generated one shown, and `distances` (n,) the root mean
            square of the differences of their pixels in 0 .. 1; None unless asked for.
        classes: what a generator can be asked for, in words, such as "class 3" and "code 3", by the numbers of classes or codes;
            `of_class` that of `picture`, None for all.
        real: (n, H, W, C) uint8 real images, or (n, X) real samples in units of the data, and `again` what an inference network makes of
            them, G(E(x)); `distances` are then theirs, and `latents` (n, Z) their codes E(x); None unless asked for.
        first: (n, H, W, C) uint8 the first stage's images, in the size of the second's, of the generated ones shown; `distances` are then
            those of each from the second stage's halved, as for `nearest`; None unless asked for.
        completed: an image that is completed; None unless asked for. `completes` says whether it can be.
        codes: how many continuous codes there are; `code` is the one that moves along the rows of `picture`, None for none.
    """

    kept: tuple[int, ...]
    step: int
    picture: Picture | None = None
    walk: Bytes | Floats | None = None
    nearest: Bytes | None = None
    distances: Floats | None = None
    classes: tuple[str, ...] = ()
    of_class: int | None = None
    codes: int = 0
    code: int | None = None
    real: Bytes | Floats | None = None
    again: Bytes | Floats | None = None
    latents: Floats | None = None
    first: Bytes | None = None
    completes: bool = False
    completed: Completed | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """A setting that is no knob.

    Attributes:
        key: as in TOML, such as "objective" or "regularizers.r1".
        value: in force.
        live: whether it may change while the run trains; others need a restart.
        choices: the names that it may take, if it takes names.
        help: one sentence.
    """

    key: str
    value: bool | int | float | str | tuple[bool | int | float | str, ...] | None
    live: bool
    choices: tuple[str, ...]
    help: str


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Snapshot:
    """One view of a run at a step boundary.

    Attributes:
        preset, status, step, directory: what they say; `directory` is the run directory as the user would type it.
        steps: the step at which the run finishes.
        seconds: training time without pauses and without waiting for the pace; `steps_per_second` over the last seconds of it.
        paced: whether the run waits between its steps, so that it takes `knobs.pace` of them a second.
        device: where the networks are; `devices` are those that the machine has.
        knobs: the live settings in force.
        series: one for each metric that is measured live, first and in the order of the settings; "generator_loss",
            "discriminator_loss", and one for each quantity that the training adapts.
        picture: what the networks do now; None while loading.
        predictions: what the discriminator says of real and of generated samples; None while loading.
        triples: of stacked images, once they have been evaluated since the start of the process; None of others.
        floors: what a perfect generator gets of the metrics in `series`; none unless somebody watches "floors", and until they are known.
        diagnosis: how the generated samples stand to the data now; None unless somebody watches "diagnosis", and of images.
        layers: of both players; none unless somebody watches "layers".
        machine: None unless somebody watches "machine".
        gallery: None unless somebody watches "gallery".
        made_at: the step at which "picture", "predictions", "layers" and "gallery" were made, as far as they are there.
        stages: the sub-steps of the step in slow motion that have been shown so far, the newest last; none otherwise.
        settings: the settings that are no knobs; none unless somebody watches "settings".
        undo, redo: what the next undo and redo would do, such as "k steps: 2 -> 1"; "" for nothing.
        runs: other runs beside this one, newest first; none unless somebody watches "runs".
        overlays: the series of those that were asked for, by the name of the run.
        rules: what is in force of all that decides what D(x) means and where the losses rest.
        phase: what is trained before the first step, such as "pre-training 300 / 1,000"; "" while the game is played.
        events: the newest last, at most 200.
        visitors: who looks at the run from other processes.
        failure: a traceback, when the run failed.
        advice: one line on what the user can do about a failure, an automatic pause, or what cannot be written; {name} stands for what
            does an action.
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
    triples: Triples | None = None
    floors: Mapping[str, Floor] = dataclasses.field(default_factory=dict)
    diagnosis: Diagnosis | None = None
    layers: tuple[Layer, ...] = ()
    machine: Machine | None = None
    gallery: Gallery | None = None
    made_at: Mapping[str, int] = dataclasses.field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    settings: tuple[Setting, ...] = ()
    undo: str = ""
    redo: str = ""
    runs: tuple[str, ...] = ()
    overlays: Mapping[str, Mapping[str, Series]] = dataclasses.field(default_factory=dict)
    rules: Rules = RULES
    phase: str = ""
    paced: bool = False
    events: tuple[Event, ...] = ()
    visitors: tuple[str, ...] = ()
    failure: str | None = None
    advice: str | None = None


def frozen(values: object) -> Floats:
    """Copy `values` into a read-only float64 array, fit to cross between threads."""
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array
