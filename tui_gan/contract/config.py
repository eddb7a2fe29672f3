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
        kernels: number of kernels of minibatch discrimination, each of which gives D one feature.
        dim: dimension of the projection of each kernel of minibatch discrimination.
        company: number of other samples of the minibatch with which minibatch discrimination compares each; 0 takes all.
        self_distance: minibatch discrimination in the network `aylien`: the distance of a sample to itself.
    """

    kernels: Annotated[int, Meta(ge=1, le=1024)] = 5
    dim: Annotated[int, Meta(ge=1, le=1024)] = 3
    company: Annotated[int, Meta(ge=0, le=65_536)] = 64
    self_distance: Weight = 0.0


class Optimizer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The optimizer of both networks.

    Attributes:
        kind: optimizer of both networks.
        beta1: decay rate of Adam's first moment, the running mean of the gradient.
        beta2: decay rate of Adam's second moment, the running mean of the squared gradient.
        momentum: momentum of sgd at the start.
        momentum_end: momentum of sgd after `momentum_steps` steps.
        momentum_steps: steps over which the momentum of sgd changes linearly to `momentum_end`; 0 keeps it constant.
        momentum_every: steps between two changes of the momentum, such as those of an epoch.
    """

    kind: str = "adam"
    beta1: Share = 0.0
    beta2: Share = 0.99
    momentum: Share = 0.0
    momentum_end: Share = 0.0
    momentum_steps: CountOrNone = 0
    momentum_every: Count = 1


class Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The factor on both learning rates over steps.

    Attributes:
        kind: learning-rate schedule of both networks.
        period: steps until the next drop (staircase), until half the learning rate (hyperbolic), or until the end of the decay
            (cosine, linear).
        factor: factor on the learning rates, after every period (staircase) or every step (exponential).
        floor: lower limit of the learning rates, as a fraction of those that the knobs give.
    """

    kind: str = "constant"
    period: Annotated[float, Meta(ge=LEAST, le=1e12)] = 1000.0
    factor: Annotated[float, Meta(ge=LEAST, le=1.0)] = 0.95
    floor: Share = 0.0


class Noise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Instance noise: Gaussian noise on the discriminator's inputs.

    Attributes:
        sd: instance noise: standard deviation at the start, in training units; 0 adds none.
        steps: instance noise: steps over which it decays, after which it is 0; 0 keeps it constant.
        end: instance noise: standard deviation to which it decays geometrically; 0 decays linearly.
    """

    sd: Weight = 0.0
    steps: CountOrNone = 0
    end: Weight = 0.0


class EarlyStop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stop when `metric` has been `threshold` or better `evaluations` times in a row.

    Attributes:
        metric: early stopping: the metric that is monitored, one of `metrics`; none turns it off.
        threshold: early stopping: the value that the metric has to reach.
        evaluations: early stopping: number of evaluations in a row that have to reach the threshold.
    """

    metric: str = ""
    threshold: Annotated[float, Meta(ge=-1e12, le=1e12)] = 0.0
    evaluations: Annotated[int, Meta(ge=1, le=1_000_000)] = 3


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything about a run that is no knob; contract/settings.py says what of it may change while it trains.

    Attributes:
        preset: preset that the run started from.
        steps: step at which the run finishes.
        seed: seed of all random numbers.
        threads: CPU threads of PyTorch; 0 keeps PyTorch's default.
        dataset: data set to learn; unused where `data` is given.
        data: your own file or folder of data; empty for none.
        data_sha256: SHA-256 checksum of `data`; empty for none.
        training: number of training images or rows, the first of the set, or, of a known distribution, of draws in a fixed training
            set; 0 takes all, or draws afresh for each batch.
        training_skip: number of images or rows at the beginning of the set that are not trained on, as far as that leaves as many as
            `training` says.
        sampling: how minibatches are drawn from a finite data set: with replacement, or in epochs, each of which shuffles the data and
            goes through it once; the rest of an epoch is the first part of a minibatch that the next one fills.
        size: side length in pixels to which images are resized; 0 leaves them as they are.
        channels: channels to which images are converted, 1 (grey) or 3 (RGB); 0 leaves them as they are.
        standardize: standardisation: train on (x - mean) / sd and undo it on output; images are scaled to -1 .. 1 instead.
        contrast: global contrast normalisation: each image gets mean 0 and this norm; 0 turns it off.
        latent_dim: dimension of the latent z.
        latent: prior distribution of the latent z.
        latent_scale: factor on the latents.
        stratified: stratified sampling of the latents: every minibatch covers each coordinate evenly.
        generator, discriminator, minibatch: the networks.
        packing: number of samples that D judges jointly, each minibatch holding so many times batch_size (PacGAN, Lin et al. 2018,
            arXiv:1712.04086).
        objective: loss functions of generator and discriminator.
        feature_matching: weight of feature matching in the generator's loss; 0 leaves it out.
        label_smoothing: one-sided label smoothing: D's target for real samples is 1 minus this.
        instance_noise: noise on real and generated samples before they reach the discriminator.
        regularizers: weight of this regularizer in the discriminator's loss; 0 leaves it out.
        lazy: lazy regularization: the regularizers are added once in so many steps, with so many times their weight (after Karras et al.
            2020, arXiv:1912.04958); under Adam, which normalises each update, they then act less strongly. 1 adds them in every step.
        historical_averaging: weight of the squared distance of each player's weights from their mean over the run, in its loss.
        generator_l2: weight of an L2 penalty, half the sum of the squared weights, in the generator's loss; below 0 it rewards large ones.
        updates: order of the updates of D and G in a step.
        coordination: how k is set: fixed, or adapted to the discriminator's accuracy.
        pretraining: pre-training: steps in which D alone learns the density of the data, before the first step.
        optimizer, schedule: how both networks are trained.
        average_decay: decay of the exponential moving average (EMA) of the generator's weights; 0 turns it off.
        average_share: longest time constant of the moving average, as a fraction of the steps so far; 1 is the mean of all of them.
        metrics: metrics that are computed during training.
        metric: metric by which the best checkpoint is kept.
        evaluated: number of generated samples on which the metrics are computed.
        stop: early stopping.
        evaluate_every: steps between evaluations of the metrics; the first ones follow each other faster.
        evaluate_from: step of the first evaluation after step 0; the next are at 3, 10, 30, ... times as many steps, up to
            `evaluate_every`.
        log_every: steps between logged losses, each the mean over the steps in between.
        preview_every: steps between saved previews; the first ones are nearer to each other.
        pace_until: step at which the knob `pace` returns to full speed, so that a beginning can be watched; 0 keeps the pace. A pace
            that you set yourself stays.
        fixed_latents: number of latents that stay the same through the run, for its pictures.
        keep: number of checkpoints that are kept, the newest, beside the best.
    """

    preset: str
    steps: Count = 100_000
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    threads: Annotated[int, Meta(ge=0, le=1024)] = 0
    dataset: str = "gaussian"
    data: str = ""
    data_sha256: str = ""
    training: CountOrNone = 0
    training_skip: CountOrNone = 0
    sampling: Literal["replacement", "epochs"] = "replacement"
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
    evaluate_from: Count = 100
    log_every: Annotated[int, Meta(ge=1, le=100)] = 50
    preview_every: Count = 100
    pace_until: CountOrNone = 0
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
