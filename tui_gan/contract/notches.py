"""Notches: how far one key press moves a setting that is a number, and between which ends."""

import functools
from typing import Literal, NamedTuple

from msgspec import inspect

from tui_gan.contract.settings import field_of


class Notch(NamedTuple):
    """How a setting that is a number is turned.

    Attributes:
        by: ladder = 1, 2, 5, 10, ...; double = by powers of two; near_one = 0, .5, .8, .9, .95, .98, .99, ...; add = by `size`.
        size: what `add` adds; of the others, where 0 is allowed, the value that follows it, below a tenth of which comes 0 again.
    """

    by: Literal["ladder", "double", "near_one", "add"]
    size: float = 1.0


class Range(NamedTuple):
    """What a number may be: from `low` to `high`, both ends included, but `high` only if it is not `open`."""

    low: float
    high: float
    open: bool = False
    whole: bool = False


ANY = Range(float("-inf"), float("inf"))
LADDER = Notch("ladder")
# By the key of a setting, or of the table that it is in; the sizes are what presets and the papers take, or the least that is seen.
NOTCHES: dict[str, Notch] = {
    "regularizers": LADDER,
    **dict.fromkeys(("regularizers.l2", "regularizers.adaptive_l2", "generator_l2"), Notch("ladder", 0.005)),
    # Gulrajani et al. 2017.
    "regularizers.gradient_penalty": Notch("ladder", 10.0),
    "historical_averaging": Notch("ladder", 0.1),
    "label_smoothing": Notch("add", 0.05),
    **dict.fromkeys(("augment_probability", "augment_target"), Notch("add", 0.1)),
    "instance_noise.sd": Notch("ladder", 0.1),
    **dict.fromkeys(("instance_noise.end", "schedule.floor"), Notch("ladder", 0.01)),
    "stop.threshold": Notch("ladder", 0.1),
    **dict.fromkeys(
        (f"{player}.{name}" for player in ("generator", "discriminator") for name in ("dropout", "input_dropout")), Notch("add", 0.1)
    ),
    **dict.fromkeys(("optimizer.beta1", "optimizer.beta2", "optimizer.momentum", "optimizer.momentum_end"), Notch("near_one")),
    "optimizer.lookahead_steps": Notch("ladder", 5.0),
    "optimizer.lookahead_share": Notch("add", 0.1),
    **dict.fromkeys(("schedule.factor", "average_decay"), Notch("near_one")),
    **dict.fromkeys(("instance_noise.steps", "optimizer.momentum_steps", "pretraining", "training"), Notch("ladder", 1000)),
    **dict.fromkeys(("seed", "threads", "packing", "minibatch.dim", "stop.evaluations"), Notch("add")),
    **dict.fromkeys((f"{player}.{name}" for player in ("generator", "discriminator") for name in ("pieces", "outputs")), Notch("add")),
    **dict.fromkeys(("latent_dim", "classes", "lazy", "minibatch.kernels", "fixed_latents"), Notch("double")),
    **dict.fromkeys(("size", "generator.fourier", "discriminator.fourier"), Notch("double", 32)),
    "minibatch.company": Notch("double", 64),
    "contrast": Notch("ladder", 50.0),
    "linger": Notch("ladder", 60.0),
}


def notch_of(key: str) -> Notch:
    """How the setting of a TOML key is turned."""
    return NOTCHES.get(key, NOTCHES.get(key.partition(".")[0], LADDER))


@functools.cache
def range_of(key: str) -> Range:
    """What the number of a TOML key may be; ANY where the key is not that of a number."""
    field_type = field_of(key).type
    if not isinstance(field_type, inspect.IntType | inspect.FloatType):
        return ANY
    low = next((end for end in (field_type.ge, field_type.gt) if end is not None), ANY.low)
    high = next((end for end in (field_type.le, field_type.lt) if end is not None), ANY.high)
    return Range(low, high, field_type.le is None and field_type.lt is not None, isinstance(field_type, inspect.IntType))
