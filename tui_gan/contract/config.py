"""Config: what is fixed for a run; TOML in and out, unknown keys refused with the nearest name."""

import dataclasses
import tomllib
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import tomli_w
from msgspec import Meta

from tui_gan.contract.errors import UsageError, nearest
from tui_gan.contract.knobs import Knobs, checked

Count = Annotated[int, Meta(ge=1, le=1_000_000_000_000)]
Width = Annotated[int, Meta(ge=1, le=65_536)]
Share = Annotated[float, Meta(ge=0.0, lt=1.0)]


class Network(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A network by name and size.

    Attributes:
        kind: a name in GENERATORS or DISCRIMINATORS.
        widths: units of each hidden layer.
        activation: a name in ACTIVATIONS.
    """

    kind: str = "mlp"
    widths: Annotated[tuple[Width, ...], Meta(min_length=1, max_length=64)] = (32, 32)
    activation: str = "leaky_relu"


class Minibatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Minibatch discrimination (Salimans et al. 2016, arXiv:1606.03498).

    Attributes:
        kernels, dim: number of features, and dimensions of the projection behind each.
        company: how many other samples enter the distances of one; 0 takes the whole batch.
    """

    kernels: Annotated[int, Meta(ge=1, le=1024)] = 5
    dim: Annotated[int, Meta(ge=1, le=1024)] = 3
    company: Annotated[int, Meta(ge=0, le=65_536)] = 64


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything about a run that does not change while it trains.

    Attributes:
        preset: the preset it started from.
        steps: the step at which the run finishes; nothing in the mathematics depends on it.
        seed: the seed of every random stream.
        threads: threads of torch on the CPU; 0 leaves torch's own choice.
        dataset: a name in DATASETS; unused when `data` is given.
        data: a file of the user's own numbers, or "".
        data_sha256: its checksum, or "".
        standardize: train on (x - mean) / sd and undo it on output.
        latent_dim, latent: number of latent coordinates and their distribution, a name in LATENTS.
        stratified: train on latents that cover their distribution evenly in every batch.
        generator, discriminator, minibatch: the networks.
        objective: a name in OBJECTIVES.
        beta1, beta2: Adam's decay rates.
        lr_half_life: both learning rates are multiplied by 1 / (1 + step / lr_half_life); 0 keeps them constant.
        average_decay: decay of the averaged generator weights; 0 keeps no average apart.
        gradient_penalty: weight of the zero-centred gradient penalty on D; 0 leaves it out.
        metric: the metric by which the best checkpoint is kept; smaller is better.
        evaluate_every, log_every, preview_every: steps between evaluations, logged scalars, and kept previews.
        keep: newest checkpoints kept beside the best.
    """

    preset: str
    steps: Count = 100_000
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    threads: Annotated[int, Meta(ge=0, le=1024)] = 0
    dataset: str = "gaussian"
    data: str = ""
    data_sha256: str = ""
    standardize: bool = True
    latent_dim: Annotated[int, Meta(ge=1, le=65_536)] = 1
    latent: str = "normal"
    stratified: bool = True
    generator: Network = Network()
    discriminator: Network = Network()
    minibatch: Minibatch = Minibatch()
    objective: str = "non_saturating"
    beta1: Share = 0.0
    beta2: Share = 0.99
    lr_half_life: Annotated[float, Meta(ge=0.0)] = 1000.0
    average_decay: Share = 0.999
    gradient_penalty: Annotated[float, Meta(ge=0.0, le=1e9)] = 1.0
    metric: str = "w1"
    evaluate_every: Count = 500
    log_every: Annotated[int, Meta(ge=1, le=100)] = 50
    preview_every: Count = 100
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
        _check_names(table, {**_shape(Config), "knobs": _shape(Knobs)}, "", source)
        merged = _overlaid(merged, table)
    live = merged.pop("knobs")
    try:
        return msgspec.convert(merged, Config), checked(msgspec.convert(live, Knobs))
    except msgspec.ValidationError as error:
        raise UsageError(f"{source}: {_sentence(error)}") from None
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
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from None
    return table


def to_toml(config: Config, knobs: Knobs) -> str:
    """Write a configuration so that `read_toml` and `resolve` give it back."""
    return tomli_w.dumps({**msgspec.to_builtins(config), "knobs": dataclasses.asdict(knobs)})


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
                raise UsageError(f"{source}: {prefix + name!r} is a table, written [{prefix + name}]")
            _check_names(value, shape[name], f"{prefix}{name}.", source)


def _overlaid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        name: _overlaid(below[name], value)
        for name, value in above.items()
        if isinstance(value, Mapping) and isinstance(below.get(name), Mapping)
    }
    return {**below, **above, **both}


def _sentence(error: msgspec.ValidationError) -> str:
    """msgspec's "Expected `int` >= 1 - at `$.steps`" as "steps: expected int >= 1"."""
    text, _, place = str(error).replace("`", "").partition(" - at $")
    return f"{place.lstrip('.')}: {text[0].lower()}{text[1:]}" if place else text
