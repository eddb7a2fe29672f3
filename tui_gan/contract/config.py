"""Config: the settings of a run that are no knobs; TOML in and out, unknown keys refused with the nearest name."""

import dataclasses
import tomllib
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import tomli_w
from msgspec import Meta

from tui_gan.contract.errors import UsageError, nearest
from tui_gan.contract.knobs import Knobs, checked
from tui_gan.contract.network import Network, Share, described

Count = Annotated[int, Meta(ge=1, le=1_000_000_000_000)]
CountOrNone = Annotated[int, Meta(ge=0, le=1_000_000_000_000)]
Weight = Annotated[float, Meta(ge=0.0, le=1e9)]
# Above 0 by more than a thread that rounds the smallest numbers to 0 takes for 0.
LEAST = 1e-9


class Minibatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Minibatch discrimination (Salimans et al. 2016, arXiv:1606.03498).

    Attributes:
        kernels: number of features of a batch that minibatch discrimination gives the discriminator.
        dim: dimensions of the projection behind each feature of minibatch discrimination.
        company: with how many others of its batch minibatch discrimination compares a sample; 0 takes all.
        self_distance: what the network `aylien` adds to the distance of a sample to itself.
    """

    kernels: Annotated[int, Meta(ge=1, le=1024)] = 5
    dim: Annotated[int, Meta(ge=1, le=1024)] = 3
    company: Annotated[int, Meta(ge=0, le=65_536)] = 64
    self_distance: Weight = 0.0


class Optimizer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How both players move.

    Attributes:
        kind: how the gradients become changes of the weights, a name in OPTIMIZERS.
        beta1: Adam's decay rate of the mean of the gradients.
        beta2: Adam's decay rate of the mean of their squares.
        momentum: share of its last change that sgd keeps, at the start.
        momentum_end: the momentum of sgd after `momentum_steps` steps.
        momentum_steps: steps over which the momentum of sgd moves linearly to `momentum_end`; 0 keeps it as it is.
    """

    kind: str = "adam"
    beta1: Share = 0.0
    beta2: Share = 0.99
    momentum: Share = 0.0
    momentum_end: Share = 0.0
    momentum_steps: CountOrNone = 0


class Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The factor on both learning rates over steps.

    Attributes:
        kind: how the learning rates fall over the steps, a name in SCHEDULES, whose docstrings give the formulae.
        period: steps in which the learning rates fall by one stage, or, of cosine and linear, to their floor.
        factor: what staircase (every period) and exponential (every step) multiply the learning rates by.
        floor: the share of the learning rates below which no schedule goes.
    """

    kind: str = "constant"
    period: Annotated[float, Meta(ge=LEAST, le=1e12)] = 1000.0
    factor: Annotated[float, Meta(ge=LEAST, le=1.0)] = 0.95
    floor: Share = 0.0


class Noise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Gaussian noise on what the discriminator sees.

    Attributes:
        sd: standard deviation, in training units, of the noise on what the discriminator sees, at the start.
        steps: steps over which the noise sinks, to be 0 from then on; 0 keeps it as it is.
        end: what the noise sinks to geometrically; at 0 it sinks linearly.
    """

    sd: Weight = 0.0
    steps: CountOrNone = 0
    end: Weight = 0.0


class EarlyStop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stop when `metric` has been `threshold` or better `evaluations` times in a row.

    Attributes:
        metric: the metric by which training stops early, one of those measured live; none never stops.
        threshold: how good that metric has to be for training to stop.
        evaluations: how often in a row that metric has to meet its threshold.
    """

    metric: str = ""
    threshold: Annotated[float, Meta(ge=-1e12, le=1e12)] = 0.0
    evaluations: Annotated[int, Meta(ge=1, le=1_000_000)] = 3


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything about a run that is no knob; contract/settings.py says what of it may change while it trains.

    Attributes:
        preset: the preset that the run started from.
        steps: the step at which the run finishes; only schedules that are told so depend on it.
        seed: the seed of every random stream.
        threads: threads of torch on the CPU; 0 leaves torch's own choice.
        dataset: what is learned, a name in DATASETS; unused when `data` is given.
        data: a file or folder of the user's own, or "".
        data_sha256: the checksum of `data`, or "".
        training: train on the first so many images alone; 0 takes all.
        size: pixels along each side that images are brought to; 0 leaves them.
        channels: channels that images are brought to, 1 (grey) or 3 (RGB); 0 leaves them.
        standardize: train on (x - mean) / sd and undo it on output; images train in -1 .. 1 instead.
        contrast: bring each image to mean 0 and this norm (global contrast normalisation); 0 does not.
        latent_dim: number of latent coordinates.
        latent: the distribution of the latents, a name in LATENTS.
        latent_scale: what the latents are multiplied by.
        stratified: train on latents that cover their distribution evenly in every batch.
        generator, discriminator, minibatch: the networks.
        packing: how many samples the discriminator judges at once (PacGAN, Lin et al. 2018, arXiv:1712.04086).
        objective: the losses of both players, a name in OBJECTIVES.
        feature_matching: weight of the feature matching that is added to the generator's loss.
        label_smoothing: how much less than 1 the discriminator is to say of real samples.
        instance_noise: noise on real and generated samples before they are judged.
        regularizers: weight of this term in the discriminator's loss, by its name in REGULARIZERS; 0 leaves it out.
        lazy: steps over which one gradient of the regularizers serves: it is computed in every lazy-th step and added in each, after
            the lazy regularization of Karras et al. 2020, arXiv:1912.04958, which adds lazy times as much in one update.
        historical_averaging: weight of the squared distance of each player's weights to their mean over the run, in its loss.
        generator_l2: weight of 1/2 the sum of the generator's squared weights in its loss; below 0 it drives them apart.
        updates: the order in which the players move, a name in UPDATES.
        coordination: whether k is fixed or follows the discriminator's accuracy, a name in COORDINATION.
        pretraining: steps in which the discriminator learns the density of the data before the first step.
        optimizer, schedule: how both players move.
        average_decay: decay of the averaged generator weights; 0 keeps no average apart.
        average_share: longest time constant of the average, as a share of the steps so far; 1 is the mean of all of them.
        metrics: the metrics that are measured live, by their names in METRICS.
        metric: the metric by which the best checkpoint is kept.
        evaluated: generated samples on which the metrics are measured.
        stop: early stopping.
        evaluate_every: steps between evaluations of the metrics.
        log_every: steps between logged losses, each the mean of those in between.
        preview_every: steps between kept previews.
        fixed_latents: number of latents that stay the same through the run, for pictures.
        keep: number of newest checkpoints that are kept beside the best.
    """

    preset: str
    steps: Count = 100_000
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    threads: Annotated[int, Meta(ge=0, le=1024)] = 0
    dataset: str = "gaussian"
    data: str = ""
    data_sha256: str = ""
    training: CountOrNone = 0
    size: Annotated[int, Meta(ge=0, le=1024)] = 0
    channels: Literal[0, 1, 3] = 0
    standardize: bool = True
    contrast: Weight = 0.0
    latent_dim: Annotated[int, Meta(ge=1, le=65_536)] = 1
    latent: str = "normal"
    latent_scale: Annotated[float, Meta(ge=LEAST, le=1e6)] = 1.0
    stratified: bool = True
    generator: Network = Network()
    discriminator: Network = Network()
    minibatch: Minibatch = Minibatch()
    packing: Annotated[int, Meta(ge=1, le=64)] = 1
    objective: str = "non_saturating"
    feature_matching: Weight = 0.0
    label_smoothing: Annotated[float, Meta(ge=0.0, lt=0.5)] = 0.0
    instance_noise: Noise = Noise()
    regularizers: dict[str, Weight] = msgspec.field(default_factory=dict)
    lazy: Annotated[int, Meta(ge=1, le=1_000)] = 1
    historical_averaging: Weight = 0.0
    generator_l2: Annotated[float, Meta(ge=-1e3, le=1e3)] = 0.0
    updates: str = "alternating"
    coordination: str = "fixed"
    pretraining: CountOrNone = 0
    optimizer: Optimizer = Optimizer()
    schedule: Schedule = Schedule()
    average_decay: Share = 0.999
    average_share: Annotated[float, Meta(ge=LEAST, le=1.0)] = 0.25
    metrics: Annotated[tuple[str, ...], Meta(min_length=1)] = ("w1", "mean", "sd", "sd_ratio")
    metric: str = "w1"
    evaluated: Annotated[int, Meta(ge=100, le=1_000_000)] = 10_000
    stop: EarlyStop = EarlyStop()
    evaluate_every: Count = 500
    log_every: Annotated[int, Meta(ge=1, le=100)] = 50
    preview_every: Count = 100
    fixed_latents: Annotated[int, Meta(ge=4, le=65_536)] = 4096
    keep: Annotated[int, Meta(ge=1, le=100_000)] = 5


def resolve(config: Config, knobs: Knobs, *tables: Mapping[str, Any], source: str = "configuration") -> tuple[Config, Knobs]:
    """Lay tables of changes over a preset, the later over the earlier.

    Args:
        tables: nested mappings in the shape of the TOML file; the table "knobs" holds the live settings.
        source: what an error names as its origin.

    Raises:
        UsageError: an unknown key (with the nearest name), a value of the wrong type, or one out of its range.
    """
    merged: dict[str, Any] = {**msgspec.to_builtins(config), "knobs": dataclasses.asdict(knobs)}
    for table in tables:
        table = _spelled_out(table)
        _check_names(table, {**_shape(Config), "knobs": _shape(Knobs)}, "", source)
        merged = _overlaid(merged, table)
    live = merged.pop("knobs")
    try:
        found = msgspec.convert(merged, Config), checked(msgspec.convert(live, Knobs))
        # What no file can hold cannot be saved.
        msgspec.json.encode(found)
        return found
    except msgspec.ValidationError as error:
        raise UsageError(f"{source}: {_sentence(error)}") from None
    except UnicodeEncodeError:
        raise UsageError(f"{source}: a value holds what cannot be written as text") from None
    except UsageError as error:
        raise UsageError(f"{source}: {error}") from None


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file of changes.

    Raises:
        UsageError: it cannot be read, or is not TOML; the text names the line.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from None
    return table


def to_toml(config: Config, knobs: Knobs) -> str:
    """Write a configuration so that `read_toml` and `resolve` give it back."""
    return tomli_w.dumps({**msgspec.to_builtins(config), "knobs": dataclasses.asdict(knobs)})


def _spelled_out(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table with the short descriptions of networks in full."""
    # A description that is one width alone, such as 128, is read as a number.
    short = {name: described(str(text)) for name in ("generator", "discriminator") if isinstance(text := table.get(name), str | int)}
    return {**table, **short}


def _shape(kind: type) -> dict[str, Any]:
    """The names that a table may hold, each with the names of its own table or None."""
    hints = typing.get_type_hints(kind)
    nested = {name: hint for name, hint in hints.items() if isinstance(hint, type) and issubclass(hint, msgspec.Struct)}
    return {name: _shape(nested[name]) if name in nested else None for name in hints}


def _check_names(table: Mapping[str, Any], shape: Mapping[str, Any], prefix: str, source: str) -> None:
    for name, value in table.items():
        if name not in shape:
            raise UsageError(f"{source}: unknown key {prefix + name!r}{nearest(name, shape)}")
        if shape[name] is not None:
            if not isinstance(value, Mapping):
                raise UsageError(f"{source}: {prefix + name!r} is a table; its keys are {', '.join(shape[name])}")
            _check_names(value, shape[name], f"{prefix}{name}.", source)


def _overlaid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        name: _overlaid(below[name], value)
        for name, value in above.items()
        if isinstance(value, Mapping) and isinstance(below.get(name), Mapping)
    }
    return {**below, **above, **both}


def _sentence(error: msgspec.ValidationError) -> str:
    """msgspec's "Expected `int` >= 1 - at `$.steps`" as "steps: expected int >= 1", in the words of TOML."""
    text, _, place = str(error).replace("`", "").partition(" - at $")
    text = text.replace("array", "list").replace("object", "table")
    # msgspec does not say under which name of a mapping it found the value.
    place = f"a value of {place[1:-5]}" if place.endswith("[...]") else place.lstrip(".")
    return f"{place}: {text[0].lower()}{text[1:]}" if place else text
