"""Settings: what of a configuration may change while a run trains, and why the rest may not."""

import functools
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import inspect

from tui_gan.contract.config import Config, EarlyStop, Noise, Optimizer, Schedule
from tui_gan.contract.network import Network
from tui_gan.contract.values import typed

LIVE = ""
BEGINNING = "it determines how the run begins"
FORM = "the trained weights have another shape"
DATA = "the data are fixed when the run begins"

NETWORK: dict[str, str] = {
    **dict.fromkeys(Network.__struct_fields__, FORM),
    **dict.fromkeys(("dropout", "input_dropout", "norm_epsilon", "norm_momentum", "norm_by_slot", "column_norm"), LIVE),
    **dict.fromkeys(("output_bias", "init", "init_scale", "last_init_scale", "last_sparse", "sigmoid_bias"), BEGINNING),
}

# Every setting by its TOML key, a mapping by its own; LIVE where it may change while the run trains, or else why it may not.
SETTINGS: dict[str, str] = {
    **dict.fromkeys(("objective", "adversarial", "feature_matching", "label_smoothing", "regularizers", "lazy", "generator_l2"), LIVE),
    **dict.fromkeys(("augment", "augment_probability", "augment_target", "augment_images"), LIVE),
    **{f"instance_noise.{name}": LIVE for name in Noise.__struct_fields__},
    **dict.fromkeys(("updates", "coordination", "average_decay", "average_share", "sampling"), LIVE),
    **{f"optimizer.{name}": LIVE for name in Optimizer.__struct_fields__},
    "optimizer.kind": "the state of one optimizer is of no use to another",
    **{f"schedule.{name}": LIVE for name in Schedule.__struct_fields__},
    **dict.fromkeys(("latent", "latent_scale", "stratified"), LIVE),
    **{f"generator.{name}": why for name, why in NETWORK.items()},
    **{f"discriminator.{name}": why for name, why in NETWORK.items()},
    **{f"encoder.{name}": why for name, why in NETWORK.items()},
    "encoder.norm_by_slot": "it is for the generator",
    "encoder.column_norm": "it is for the players",
    "discriminator.norm_by_slot": "it is for the generator",
    **dict.fromkeys(("information.categorical", "information.continuous", "inference", "unary"), FORM),
    **dict.fromkeys(("information.weight", "information.augment", "cycle_consistency"), LIVE),
    **dict.fromkeys(("stages", "conditioning.dim"), FORM),
    "conditioning.weight": LIVE,
    "completion.masks": "a game with completion has other networks",
    **{f"completion.{name}": LIVE for name in ("hint", "observed", "error", "spread")},
    **dict.fromkeys(("minibatch.company", "minibatch.self_distance"), LIVE),
    **dict.fromkeys(("minibatch.kernels", "minibatch.dim", "latent_dim", "classes", "packing"), FORM),
    **dict.fromkeys(("metrics", "metric", "evaluated"), LIVE),
    **{f"stop.{name}": LIVE for name in EarlyStop.__struct_fields__},
    **dict.fromkeys(("steps", "evaluate_every", "evaluate_from", "log_every", "keep", "pace_until", "engine", "linger"), LIVE),
    **dict.fromkeys(("preset", "seed", "threads", "tf32", "bf16", "pretraining"), BEGINNING),
    **dict.fromkeys(
        ("dataset", "data", "data_sha256", "training", "training_skip", "size", "channels", "black", "white", "standardize", "contrast"),
        DATA,
    ),
    "labels": "the labelled images are chosen when the run begins",
    "preview_every": "the previews saved so far are so many steps apart",
    "fixed_latents": "they stay the same for the whole run",
    "historical_averaging": "the means of the weights are taken from the start of the run",
}


def why_not(key: str, before: object, after: object) -> str:
    """Why a setting cannot change like this while a run trains; LIVE where it can."""
    if key == "historical_averaging" and before and after:
        # The means are there, and only their weight is another.
        return LIVE
    return SETTINGS[key] if key in SETTINGS else SETTINGS[key.partition(".")[0]]


def leaves(config: msgspec.Struct) -> dict[str, Any]:
    """Every setting of a configuration by its TOML key, such as "objective", "stop.metric" and "regularizers.r1"."""
    return dict(_leaves(config, ""))


def differences(before: Config, after: Config) -> dict[str, tuple[Any, Any]]:
    """What two configurations say differently, by TOML key; a regularizer that one does not name has weight 0 there."""
    one, other = leaves(before), leaves(after)
    values = {key: (one.get(key, 0.0), other.get(key, 0.0)) for key in {**one, **other}}
    return {key: (mine, theirs) for key, (mine, theirs) in values.items() if mine != theirs}


class Field(NamedTuple):
    """What is declared of a setting: its type as msgspec sees it, and its sentence."""

    type: inspect.Type
    help: str


@functools.cache
def field_of(key: str) -> Field:
    """The field of a TOML key; the names of a mapping share the sentence of the mapping."""
    kind: inspect.Type = inspect.type_info(Config)
    sentence = ""
    for name in key.split("."):
        if isinstance(kind, inspect.DictType):
            kind = kind.value_type
            continue
        if isinstance(kind, inspect.StructType):
            kind = next((field.type for field in kind.fields if field.name == name), inspect.AnyType())
        if isinstance(kind, inspect.Metadata):
            sentence, kind = (kind.extra_json_schema or {}).get("description", ""), kind.type
    return Field(kind, sentence)


def help_of(key: str) -> str:
    """The sentence of a setting."""
    return field_of(key).help


@functools.cache
def names_of(key: str) -> tuple[str, ...]:
    """What a setting may be, as it is typed, where its type lists it, in the order of the type."""
    hints: Any = Config
    for name in key.split("."):
        hints = typing.get_type_hints(hints).get(name) if isinstance(hints, type) and issubclass(hints, msgspec.Struct) else None
    return tuple(map(typed, typing.get_args(hints))) if typing.get_origin(hints) is Literal else ()


def nested(key: str, value: object) -> dict[str, Any]:
    """The table that gives one setting its value: "stop.metric" and "w1" as {"stop": {"metric": "w1"}}."""
    *tables, name = key.split(".")
    tree: dict[str, Any] = {name: value}
    for table in reversed(tables):
        tree = {table: tree}
    return tree


def _leaves(config: msgspec.Struct | Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    each = config if isinstance(config, Mapping) else {name: getattr(config, name) for name in config.__struct_fields__}
    for name, value in each.items():
        if isinstance(value, msgspec.Struct | Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
